// Limits in words: whose ("strategy:maker"), which ("open-value"), and values as decimals in the
// unit that is shown beside them. Thread: any, cold. Errors: empty: no such limit in this gate, no
// such text. Units: unit_text().
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/messaging/limit_changes.hpp"
#include "engine/risk/order_gate.hpp"
#include "engine/settings/config.hpp"

namespace sq::app {
// All that are in force, those of the policies too.
[[nodiscard]] std::vector<risk::LimitKey> limits_in_force(const risk::OrderGate& gate);

// "firm", "account:0", "venue:binance-usdm", "currency:USDT", "strategy:maker",
// "instrument:VENUE:SYMBOL", "strategy-instrument:maker:VENUE:SYMBOL".
[[nodiscard]] std::string limit_scope_text(const risk::LimitKey& key, const risk::OrderGate& gate,
                                           const settings::Config& config);
[[nodiscard]] std::string_view limit_kind_text(risk::LimitKind kind) noexcept;
// One that is in force; what limits_in_force() lists is found by the words it is listed with.
[[nodiscard]] std::optional<risk::LimitKey> parse_limit(std::string_view scope,
                                                        std::string_view limit,
                                                        const risk::OrderGate& gate,
                                                        const settings::Config& config);

[[nodiscard]] std::string_view unit_text(risk::LimitKind kind) noexcept;  // "base units"
[[nodiscard]] std::string value_text(risk::LimitKind kind, Int128 value);
[[nodiscard]] std::optional<std::int64_t> parse_value(risk::LimitKind kind, std::string_view text);

[[nodiscard]] std::string_view words_of(LimitRefusal refusal) noexcept;  // a sentence
}  // namespace sq::app
