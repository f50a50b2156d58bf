#include "engine/oms/trigger.hpp"

#include <algorithm>

namespace sq::oms {
namespace {
constexpr Int128 kBps = 10'000;

// |a - b| <= bps of b
bool near(Price a, Price b, std::uint32_t bps) noexcept {
  const Int128 distance = a > b ? Int128{a.raw()} - b.raw() : Int128{b.raw()} - a.raw();
  return distance * kBps <= Int128{b.raw()} * bps;
}

bool believable(Trigger& trigger, Price value, Spread spread) noexcept {
  if (trigger.source != TriggerSource::Best) {
    if (value >= spread.bid && value <= spread.ask) return true;
    return near(value, value < spread.bid ? spread.bid : spread.ask, trigger.jump_bps);
  }
  const bool follows =
      trigger.accepted != Price{} && near(value, trigger.accepted, trigger.jump_bps);
  const bool confirmed =
      trigger.candidate != Price{} && near(value, trigger.candidate, trigger.jump_bps);
  if (!follows && !confirmed) {
    trigger.candidate = value;
    return false;
  }
  trigger.accepted = value;
  trigger.candidate = Price{};
  return true;
}
}  // namespace

bool beyond(TriggerKind kind, Side side, Price value, Price trigger) noexcept {
  const bool falls = (side == Side::Sell) != (kind == TriggerKind::TakeProfit);
  return falls ? value <= trigger : value >= trigger;
}

Price trailing_trigger(const Trigger& trigger, Side side, Price extreme, Price tick) noexcept {
  Int128 distance = trigger.trail.raw();
  if (distance == 0) distance = Int128{extreme.raw()} * trigger.trail_bps / kBps;
  // A bound far above every price of the loader: the sum of two prices.
  const Int128 exact =
      side == Side::Sell ? Int128{extreme.raw()} - distance : Int128{extreme.raw()} + distance;
  const Int128 most = Int128{Price::max().raw()} - tick.raw();
  const auto price = Price::from_raw(static_cast<std::int64_t>(std::clamp(exact, Int128{0}, most)));
  return side == Side::Sell ? ceil_to_tick(price, tick) : floor_to_tick(price, tick);
}

TriggerStep::What confirm(const Trigger& trigger, MonoTime now) noexcept {
  if (trigger.state != TriggerState::Armed || trigger.seen == 0) return TriggerStep::What::Nothing;
  const bool long_enough = now - trigger.seen_since >= trigger.confirm_ns;
  return trigger.seen >= trigger.confirm_events && long_enough ? TriggerStep::What::Reached
                                                               : TriggerStep::What::Confirming;
}

TriggerStep observe(Trigger& trigger, Side side, Price value, Spread spread, Price tick,
                    MonoTime now) noexcept {
  using What = TriggerStep::What;
  if (!trigger.holds() || value <= Price{} || spread.bid <= Price{}) return {};
  if (!believable(trigger, value, spread)) return {What::Ignored, {}, {}};
  if (trigger.kind == TriggerKind::Trailing) {
    const bool better = side == Side::Sell ? value > trigger.extreme : value < trigger.extreme;
    const bool waits = trigger.state == TriggerState::Waiting;
    if (waits) {
      const bool active =
          trigger.activation == Price{} ||
          (side == Side::Sell ? value >= trigger.activation : value <= trigger.activation);
      if (!active) return {};
      return {What::Activated, trailing_trigger(trigger, side, value, tick), value};
    }
    if (better) {
      const Price moved = trailing_trigger(trigger, side, value, tick);
      trigger.seen = 0;
      const bool closer = side == Side::Sell ? moved > trigger.price : moved < trigger.price;
      return closer ? TriggerStep{What::Moved, moved, value} : TriggerStep{};
    }
  }
  if (!beyond(trigger.kind, side, value, trigger.price)) {
    trigger.seen = 0;
    return {};
  }
  if (trigger.seen == 0) trigger.seen_since = now;
  if (trigger.seen < trigger.confirm_events) ++trigger.seen;
  return {confirm(trigger, now), {}, {}};
}
}  // namespace sq::oms
