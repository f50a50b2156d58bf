// A scope of the kill switch in words: "all", "venue:binance-usdm", "account:0", "strategy:maker",
// "instrument:binance-usdm:BTCUSDT". Thread: any. Errors: empty: no such scope in this
// configuration.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/messaging/control.hpp"
#include "engine/settings/config.hpp"

namespace sq::app {
[[nodiscard]] std::optional<KillScope> parse_kill_scope(std::string_view text,
                                                        const settings::Config& config);
[[nodiscard]] std::string kill_scope_text(const KillScope& scope, const settings::Config& config);
}  // namespace sq::app
