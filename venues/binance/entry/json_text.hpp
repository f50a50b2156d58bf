// The venue's words for orders, and exchangeInfo against configured instruments. Thread: any.
// Cost: compares of short texts; differing_filters_of is cold. Errors: empty, or Unknown: a word
// that is not listed here is never taken for one that is (fault X20).
// Source: protocol facts of binance_spot 6 to 8, binance_futures 4 and 6.
#pragma once

#include <simdjson.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/types/amount.hpp"
#include "engine/types/instrument.hpp"
#include "engine/types/order_types.hpp"
#include "venues/binance/rate_governor.hpp"

namespace sq::binance {
class JsonFields;

[[nodiscard]] OrderState order_state_of(std::string_view status) noexcept;
[[nodiscard]] std::optional<Side> side_of(std::string_view side) noexcept;
[[nodiscard]] TimeInForce time_in_force_of(std::string_view type, std::string_view tif) noexcept;
// No asset: no fee, if it is zero or not told.
[[nodiscard]] std::optional<Amount> amount_of(std::string_view asset,
                                              std::string_view amount) noexcept;
// A row of rateLimits; empty: of a kind that is not known, or without a sensible window.
[[nodiscard]] std::optional<RateLimit> rate_limit_of(JsonFields& row) noexcept;

// "" when each instrument is as exchangeInfo says: tradable, with these filters.
[[nodiscard]] std::string differing_filters_of(simdjson::dom::element exchange_info,
                                               const std::vector<Instrument>& instruments);
}  // namespace sq::binance
