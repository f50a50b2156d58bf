// What a spot order pays with and how much; small words shared by the files of the spot exchange.
// Thread: plain functions. Units: 1e-8 of the asset.
#pragma once

#include <string>

#include "tools/binance-exchange/spot_exchange.hpp"

namespace sq::exchange {
[[nodiscard]] inline std::int64_t whole(std::uint64_t id) { return static_cast<std::int64_t>(id); }
[[nodiscard]] inline Failure rejected(std::string message) {
  return {400, -2010, std::move(message), {}};
}
[[nodiscard]] inline Failure filter_failure(std::string_view name) {
  std::string text{"Filter failure: "};
  return {400, -1013, text.append(name), {}};
}
[[nodiscard]] inline std::string base_of(const SpotOrder& order) {
  return std::string{order.market->instrument().base.text()};
}
[[nodiscard]] inline std::string quote_of(const SpotOrder& order) {
  return std::string{order.market->instrument().quote.text()};
}
[[nodiscard]] inline std::string pays_with(const SpotOrder& order) {
  return order.side == Side::Buy ? quote_of(order) : base_of(order);
}
// 1e-17 to 1e-8.
[[nodiscard]] inline std::int64_t amount(Int128 fine, Rounding rounding) {
  return divide(fine, kFinePerAmount, rounding).value_or(0);
}
[[nodiscard]] inline std::int64_t value_of(Price price, Qty qty, Rounding rounding) {
  return amount(Int128{price.raw()} * qty.raw(), rounding);
}
[[nodiscard]] inline bool is_stop(const SpotOrder& order) {
  return order.type.starts_with("STOP_LOSS") || order.type.starts_with("TAKE_PROFIT");
}
// Once it works.
[[nodiscard]] inline bool is_market(const SpotOrder& order) {
  return order.type == "MARKET" || order.type == "STOP_LOSS" || order.type == "TAKE_PROFIT";
}
// A stop that triggers at its price or above; else at it or below.
[[nodiscard]] inline bool triggers_above(const SpotOrder& order) {
  return order.type.starts_with("STOP_LOSS") == (order.side == Side::Buy);
}
}  // namespace sq::exchange
