// Names of the shared enums for logs, JSON, metrics and TOML: one spelling everywhere.
// Thread: any. Cost: a switch. Unknown values give "?" (they come from damaged logs only).
#pragma once

#include <string_view>

#include "engine/types/ids.hpp"
#include "engine/types/order_types.hpp"

namespace sq {
[[nodiscard]] std::string_view text_of(Side) noexcept;
[[nodiscard]] std::string_view text_of(OrderType) noexcept;
[[nodiscard]] std::string_view text_of(SelfTrade) noexcept;
[[nodiscard]] std::string_view text_of(TimeInForce) noexcept;
[[nodiscard]] std::string_view text_of(OrderState) noexcept;
[[nodiscard]] std::string_view text_of(BookState) noexcept;
[[nodiscard]] std::string_view text_of(StrategyState) noexcept;
[[nodiscard]] std::string_view text_of(VenueId) noexcept;  // "binance-usdm"
[[nodiscard]] VenueId venue_from(std::string_view text) noexcept;  // None when unknown
[[nodiscard]] bool parse(std::string_view text, StrategyState& out) noexcept;
}  // namespace sq
