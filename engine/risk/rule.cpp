#include "engine/risk/rule.hpp"

#include "engine/risk/policies/policy_rules.hpp"

namespace sq::risk {
std::string_view text_of(Rule rule) noexcept {
  switch (rule) {
    case Rule::None: return "none";
    case Rule::KillLatched: return "kill-latched";
    case Rule::StrategyNotArmed: return "strategy-not-armed";
    case Rule::NotPermitted: return "not-permitted";
    case Rule::ReduceOnly: return "reduce-only";
    case Rule::BookNotLive: return "book-not-live";
    case Rule::StaleReference: return "stale-reference";
    case Rule::Filter: return "filter";
    case Rule::OrderQty: return "order-qty";
    case Rule::OrderValue: return "order-value";
    case Rule::PriceCollar: return "price-collar";
    case Rule::SelfMatch: return "self-match";
    case Rule::Position: return "position";
    case Rule::GrossNotional: return "gross-notional";
    case Rule::OpenOrders: return "open-orders";
    case Rule::OrderRate: return "order-rate";
    case Rule::DailyLoss: return "daily-loss";
    case Rule::Capacity: return "capacity";
    case Rule::Overflow: return "overflow";
    case Rule::GreekDelta: return "greek-delta";
    case Rule::GreekGamma: return "greek-gamma";
    case Rule::GreekVega: return "greek-vega";
    case Rule::GreekTheta: return "greek-theta";
    case Rule::GreeksStale: return "greeks-stale";
    case Rule::GreeksUnknown: return "greeks-unknown";
    case Rule::BreakerOpen: return "breaker-open";
    case Rule::BreakerHalfOpen: return "breaker-half-open";
    case Rule::LogNotReady: return "log-not-ready";
    case Rule::ReferenceJump: return "reference-jump";
    case Rule::PriceBand: return "price-band";
    case Rule::AwayCollar: return "away-collar";
    case Rule::FxMissing: return "fx-missing";
    case Rule::FxStale: return "fx-stale";
    case Rule::NetNotional: return "net-notional";
    case Rule::Credit: return "credit";
    case Rule::OpenValue: return "open-value";
    case Rule::Turnover: return "turnover";
    case Rule::Drawdown: return "drawdown";
    case Rule::LossHalt: return "loss-halt";
    case Rule::DuplicateOrder:
    case Rule::WindowQty:
    case Rule::WindowNotional:
    case Rule::WindowOrders:
    case Rule::MessageRate:
    case Rule::RepeatedExecution:
    case Rule::Restricted:
    case Rule::Banned:
    case Rule::Holdings:
    case Rule::SessionPhase:
    case Rule::OrderTypeInPhase:
    case Rule::FreezeQty:
    case Rule::TagMissing:
    case Rule::ClockOffset:
    case Rule::ClockUnknown:
    case Rule::OrderToTrade:
    case Rule::MarketImpact:
    case Rule::FiltersStale: return policy_text(rule);
    case Rule::NotAmendable: return "not-amendable";
    case Rule::NothingLeft: return "nothing-left";
    case Rule::OrderTerms: return "order-terms";
    case Rule::ParentClosed: return "parent-closed";
    case Rule::ParentTerms: return "parent-terms";
    case Rule::ParentPrice: return "parent-price";
    case Rule::ParentQty: return "parent-qty";
  }
  return "?";
}

std::string_view unit_of(Rule rule) noexcept {
  switch (rule) {
    case Rule::NothingLeft:
    case Rule::OrderQty:
    case Rule::Position:
    case Rule::ParentQty:
    case Rule::ReduceOnly: return "1e-8 base units";
    case Rule::OrderValue:
    case Rule::GrossNotional:
    case Rule::NetNotional:
    case Rule::Credit:
    case Rule::OpenValue:
    case Rule::Turnover:
    case Rule::Drawdown:
    case Rule::LossHalt:
    case Rule::DailyLoss: return "1e-8 currency units";
    case Rule::PriceCollar:
    case Rule::AwayCollar:
    case Rule::PriceBand:
    case Rule::ReferenceJump:
    case Rule::ParentPrice:
    case Rule::SelfMatch: return "1e-9 price units";
    case Rule::StaleReference:
    case Rule::FxStale:
    case Rule::GreeksStale: return "ns";
    case Rule::GreekDelta: return "1e-8 units of the underlying";
    case Rule::GreekGamma: return "1e-12 units of the underlying per unit of its price";
    case Rule::GreekVega: return "1e-8 currency units per 1.00 of volatility";
    case Rule::GreekTheta: return "1e-8 currency units a year";
    case Rule::GreeksUnknown: return "instrument";
    case Rule::BreakerHalfOpen: return "1e-8 base units";
    case Rule::BreakerOpen: return "as the breaker";
    case Rule::FxMissing: return "currency";
    case Rule::OpenOrders:
    case Rule::OrderRate:
    case Rule::Capacity: return "count";
    case Rule::None:
    case Rule::KillLatched:
    case Rule::StrategyNotArmed:
    case Rule::NotPermitted:
    case Rule::BookNotLive:
    case Rule::Filter:
    case Rule::NotAmendable:
    case Rule::OrderTerms:
    case Rule::LogNotReady:
    case Rule::ParentClosed:
    case Rule::ParentTerms:
    case Rule::Overflow: return "";
    case Rule::DuplicateOrder:
    case Rule::WindowQty:
    case Rule::WindowNotional:
    case Rule::WindowOrders:
    case Rule::MessageRate:
    case Rule::RepeatedExecution:
    case Rule::Restricted:
    case Rule::Banned:
    case Rule::Holdings:
    case Rule::SessionPhase:
    case Rule::OrderTypeInPhase:
    case Rule::FreezeQty:
    case Rule::TagMissing:
    case Rule::ClockOffset:
    case Rule::ClockUnknown:
    case Rule::OrderToTrade:
    case Rule::MarketImpact:
    case Rule::FiltersStale: return policy_unit(rule);
  }
  return "?";
}

std::string_view meaning_of(Rule rule) noexcept {
  switch (rule) {
    case Rule::None: return "accepted";
    case Rule::KillLatched: return "the kill switch is closed; re-arm it to trade";
    case Rule::NotAmendable: return "only an open limit order of the strategy's own that nothing else is asked of can be amended, to other terms";
    case Rule::NothingLeft: return "an amend to more than what is filled would pass; cancel the order instead";
    case Rule::OrderTerms: return "type, time in force, expiry and lifetime contradict each other, or the expiry is past";
    case Rule::StrategyNotArmed: return "the strategy's state does not allow new orders; arm it";
    case Rule::NotPermitted:
      return "the strategy may not trade this instrument, or there is no such account";
    case Rule::ReduceOnly: return "only an order that shrinks the position would pass";
    case Rule::BookNotLive: return "there is no usable book; it passes when the book is live";
    case Rule::StaleReference: return "the reference price is older than allowed";
    case Rule::Filter: return "the order fails a filter of the venue";
    case Rule::OrderQty: return "a quantity up to the limit would pass";
    case Rule::OrderValue: return "a value up to the limit would pass";
    case Rule::PriceCollar: return "a price within the limit of the reference would pass";
    case Rule::SelfMatch: return "it could trade with an own order at the observed price";
    case Rule::Position:
      return "the worst-case position would leave its limit; a smaller order would pass";
    case Rule::GrossNotional:
      return "the worst-case gross exposure would leave its limit; less would pass";
    case Rule::OpenOrders: return "too many orders are open; it passes when one of them ends";
    case Rule::OrderRate:
      return "too many orders in one second; it passes when the oldest of them is a second old";
    case Rule::DailyLoss: return "the day's loss reached its limit; only reducing orders pass";
    case Rule::Capacity: return "no room for another order";
    case Rule::Overflow: return "the limit could not be evaluated";
    case Rule::GreekDelta: return "the worst-case delta would leave its limit";
    case Rule::GreekGamma: return "the worst-case gamma would leave its limit";
    case Rule::GreekVega: return "the worst-case vega would leave its limit";
    case Rule::GreekTheta: return "the worst-case theta would leave its limit";
    case Rule::GreeksStale: return "Greeks are older than allowed; only reducing orders pass";
    case Rule::ParentClosed: return "its parent order is not open: no child can be created";
    case Rule::ParentTerms: return "its parent order is for something else, or has no children left";
    case Rule::ParentPrice: return "a price up to the parent order's bound would pass";
    case Rule::ParentQty:
      return "a quantity that keeps filled, working and unknown children within the parent would pass";
    case Rule::LogNotReady:
      return "the log is short of room or its disk does not answer; it passes when the log is well";
    case Rule::BreakerOpen: return "a circuit breaker is open; it passes when that has closed";
    case Rule::BreakerHalfOpen:
      return "a circuit breaker is half-open; one order of the smallest size would pass";
    case Rule::GreeksUnknown: return "an option at stake has no Greeks; only reducing orders pass";
    case Rule::ReferenceJump:
      return "the reference jumped; it passes when the price holds for the window of the limit";
    case Rule::PriceBand: return "a price inside the band of the venue would pass";
    case Rule::AwayCollar: return "a price no further behind the near touch would pass";
    case Rule::FxMissing:
      return "there is no rate to the base currency; only reducing orders pass until one comes";
    case Rule::FxStale:
      return "the rate to the base currency is old; only reducing orders pass until it is renewed";
    case Rule::NetNotional:
      return "the worst-case net exposure would leave its limit; less of this side would pass";
    case Rule::Credit:
      return "worst-case exposure and the day's loss would pass the credit; a smaller one passes";
    case Rule::OpenValue:
      return "open orders would be worth more than allowed; it passes when others end";
    case Rule::Turnover:
      return "the day's turnover with all open orders would pass its limit; reducing orders pass";
    case Rule::Drawdown:
      return "the loss from the day's peak reached its limit; only reducing orders pass";
    case Rule::LossHalt: return "the halting loss limit was reached; re-arm to trade";
    case Rule::DuplicateOrder:
    case Rule::WindowQty:
    case Rule::WindowNotional:
    case Rule::WindowOrders:
    case Rule::MessageRate:
    case Rule::RepeatedExecution:
    case Rule::Restricted:
    case Rule::Banned:
    case Rule::Holdings:
    case Rule::SessionPhase:
    case Rule::OrderTypeInPhase:
    case Rule::FreezeQty:
    case Rule::TagMissing:
    case Rule::ClockOffset:
    case Rule::ClockUnknown:
    case Rule::OrderToTrade:
    case Rule::MarketImpact:
    case Rule::FiltersStale: return policy_meaning(rule);
  }
  return "?";
}
}  // namespace sq::risk
