// Words of the rules of OrderPolicies.
#include "engine/risk/policies/policy_rules.hpp"

namespace sq::risk {
namespace {
struct Words {
  Rule rule;
  std::string_view text;
  std::string_view unit;
  std::string_view meaning;
};
constexpr Words kWords[] = {
    {Rule::DuplicateOrder, "duplicate-order", "ns",
     "the same order was sent a moment ago; another price or quantity would pass"},
    {Rule::WindowQty, "window-qty", "1e-8 base units",
     "too much quantity was sent in a short time; less, or later, would pass"},
    {Rule::WindowNotional, "window-notional", "1e-8 currency units",
     "too much value was sent in a short time; less, or later, would pass"},
    {Rule::WindowOrders, "window-orders", "count",
     "too many orders were sent in a short time; it passes later"},
    {Rule::MessageRate, "message-rate", "messages",
     "the rate of messages is used up but for what is kept for cancels; it passes later"},
    {Rule::RepeatedExecution, "repeated-execution", "count",
     "the strategy executed so often without a person looking; acknowledge it to go on"},
    {Rule::Restricted, "restricted", "", "the instrument is on the restricted list"},
    {Rule::Banned, "banned", "1e-8 base units",
     "the instrument is banned; only an order that shrinks the position would pass"},
    {Rule::Holdings, "holdings", "1e-8 base units", "more would be sold than is held for delivery"},
    {Rule::SessionPhase, "session-phase", "phase",
     "the venue takes no orders in this phase; cancels pass"},
    {Rule::OrderTypeInPhase, "order-type-in-phase", "phase",
     "this type of order is not permitted in this phase"},
    {Rule::FreezeQty, "freeze-qty", "1e-8 base units",
     "a quantity up to the freeze quantity would pass: slice the order"},
    {Rule::TagMissing, "tag-missing", "",
     "the venue requires algo id, user and client, which the strategy does not have"},
    {Rule::ClockOffset, "clock-offset", "ns",
     "the venue's clock is too far from ours to fit its receive window"},
    {Rule::ClockUnknown, "clock-unknown", "ns",
     "the offset of the venue's clock is not known; it passes when it has been measured"},
    {Rule::OrderToTrade, "order-to-trade", "messages",
     "too many messages for the trades made; cancels pass"},
    {Rule::MarketImpact, "market-impact", "1e-9 price units",
     "the order would move too far through the book; a person may confirm it"},
    {Rule::FiltersStale, "filters-stale", "ns",
     "the venue's filters have not been confirmed recently enough"},
};
const Words* find(Rule rule) noexcept {
  for (const Words& each : kWords) {
    if (each.rule == rule) return &each;
  }
  return nullptr;
}
}  // namespace

std::string_view policy_text(Rule rule) noexcept {
  const Words* words = find(rule);
  return words != nullptr ? words->text : "?";
}
std::string_view policy_unit(Rule rule) noexcept {
  const Words* words = find(rule);
  return words != nullptr ? words->unit : "?";
}
std::string_view policy_meaning(Rule rule) noexcept {
  const Words* words = find(rule);
  return words != nullptr ? words->meaning : "?";
}
}  // namespace sq::risk
