// The rules of the gate, in order of precedence: the first that fails is the verdict. Those of the
// Greeks, newer, stand between GrossNotional and OpenOrders.
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
  Overflow = 18,       // a limit could not be evaluated
  GreekDelta = 19,     // worst case, 1e-8 units of the underlying
  GreekGamma = 20,     // worst case, 1e-12 units of the underlying per unit of its price
  GreekVega = 21,      // worst case, 1e-8 currency units per 1.00 of volatility
  GreekTheta = 22,     // worst case, 1e-8 currency units a year
  GreeksStale = 23,    // observed: age in ns
  GreeksUnknown = 24,  // observed: number of the instrument that has none
  LogNotReady = 25,    // observed: LogCondition; stands right behind KillLatched
  // Of 2026-11-21, each behind the rule that it stands next to.
  ReferenceJump = 26,  // StaleReference. Observed: distance to the reference before, 1e-9
  PriceBand = 27,      // OrderValue. Observed: the price; allowed: the bound it passed, 1e-9
  AwayCollar = 28,     // PriceCollar. Observed: distance in 1e-9; allowed: bound in 1e-9
  FxMissing = 29,      // Position. Observed: place in OrderGate::currencies()
  FxStale = 30,        // Position. Observed: age in ns
  NetNotional = 31,    // GrossNotional. Worst case, 1e-8 of the base currency
  Credit = 32,         // GrossNotional. Worst-case gross and the day's loss, 1e-8 of the base
  OpenValue = 33,      // OpenOrders. 1e-8 of the base currency
  Turnover = 34,       // OpenOrders. Traded today and open, 1e-8 of the base currency
  Drawdown = 35,       // DailyLoss. 1e-8 of the base currency
  LossHalt = 36,       // DailyLoss: the larger bound was reached, nothing passes
  // Of OrderPolicies (policies/order_policies.hpp), behind all others.
  DuplicateOrder = 40,     // age in ns; detail 2: too many to remember
  WindowQty = 41,          // 1e-8 base units; detail: number of the window
  WindowNotional = 42,     // 1e-8 of the currency
  WindowOrders = 43,       // count
  MessageRate = 44,        // tokens wanted and free; detail: 1 strategy, 2 account, 3 venue
  RepeatedExecution = 45,  // count; detail 1: of cycles
  Restricted = 46,
  Banned = 47,             // 1e-8 base units
  Holdings = 48,           // 1e-8 base units; detail 1: not known
  SessionPhase = 49,       // observed: SessionPhase
  OrderTypeInPhase = 50,   // observed: SessionPhase
  FreezeQty = 51,          // 1e-8 base units; detail 1: slices would pass
  TagMissing = 52,
  ClockOffset = 53,        // ns
  ClockUnknown = 54,       // age in ns, -1: never measured
  OrderToTrade = 55,       // messages
  MarketImpact = 56,       // 1e-9 of price; -1: the book was not shown
  FiltersStale = 57,       // age in ns, -1: never confirmed
  // Orders; NotAmendable before all others but the kill switch, OrderTerms behind Filter
  NotAmendable = 64,   // observed: OrderState
  NothingLeft = 65,    // an amend to no more than is filled: 1e-8 base units
  OrderTerms = 66,     // observed: OrderTermsBreach
  // Parents (P31); before all others but the kill switch
  ParentClosed = 68,   // no such parent, or it takes no children; observed: ParentState
  ParentTerms = 69,    // not what the parent is for; detail: ParentTerm
  ParentPrice = 70,    // 1e-9 price units
  ParentQty = 71,       // filled + working + unknown children, 1e-8 base units
  // Right behind KillLatched. Detail: BreakerKind; observed and allowed: the breaker's own.
  BreakerOpen = 60,
  BreakerHalfOpen = 61     // 1e-8 base units
};
constexpr int kRuleCount = 72;  // what is not named here is reserved; rule.cpp names what is used
[[nodiscard]] std::string_view text_of(Rule) noexcept;   // "price-collar"
[[nodiscard]] std::string_view unit_of(Rule) noexcept;   // "1e-9", "count", ...
[[nodiscard]] std::string_view meaning_of(Rule) noexcept;  // a sentence with what would pass
}  // namespace sq::risk
