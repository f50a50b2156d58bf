// The rules of the gate, in order of precedence: the first that fails is the verdict.
// Logged in OrderRefused.rule: append only, never renumber.
#pragma once

#include <cstdint>
#include <string_view>

namespace sq::risk {
enum class Rule : std::uint8_t {
  None = 0,            // accepted
  KillLatched = 1,     // the kill switch is closed
  StrategyNotArmed = 2,
  NotPermitted = 3,    // instrument not in the strategy's list, or no limits for it
  ReduceOnly = 4,      // would grow the position while only shrinking is allowed
  BookNotLive = 5,     // no usable market
  StaleReference = 6,  // observed: age in ns
  Filter = 7,          // observed: FilterBreach
  OrderQty = 8,        // 1e-8 base units
  OrderValue = 9,      // 1e-8 of the settlement currency
  PriceCollar = 10,    // observed: distance in 1e-9; allowed: bound in 1e-9
  SelfMatch = 11,      // would trade with an own order
  Position = 12,       // worst case, 1e-8 base units
  GrossNotional = 13,  // worst case over all instruments, 1e-8 of the base currency
  OpenOrders = 14,     // count
  OrderRate = 15,      // orders in the window
  DailyLoss = 16,      // 1e-8 of the base currency
  Capacity = 17,       // order pool or log ring is full
  Overflow = 18        // a limit could not be evaluated
};
constexpr int kRuleCount = 19;
[[nodiscard]] std::string_view text_of(Rule) noexcept;   // "price-collar"
[[nodiscard]] std::string_view unit_of(Rule) noexcept;   // "1e-9", "count", ...
[[nodiscard]] std::string_view meaning_of(Rule) noexcept;  // a sentence with what would pass
}  // namespace sq::risk
