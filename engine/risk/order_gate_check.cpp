// The order itself: may it be sent by whom it comes from, is there a price to hold it against, is
// it sound at that price; and whether it fits all sums with room to spare, which most do.
#include <algorithm>
#include <limits>

#include "engine/risk/order_gate.hpp"
#include "engine/risk/refusal.hpp"

namespace sq::risk {
namespace {
// Shrinks the strategy's position and cannot flip it, also if its other orders fill first.
bool reduces_position(Side side, Qty extra, const Holding& holding) noexcept {
  return side == Side::Sell ? holding.worst_short() - extra.raw() >= 0
                            : holding.worst_long() + extra.raw() <= 0;
}
struct Range {  // worst case, 1e-8 base units
  Int128 low{0};
  Int128 high{0};
};
Range range_of(const Holding& holding, Side side, Qty extra) noexcept {
  Range range{holding.worst_short(), holding.worst_long()};
  (side == Side::Buy ? range.high : range.low) += sign_of(side) * Int128{extra.raw()};
  return range;
}
}  // namespace

Verdict OrderGate::check(const OrderRequest& order, InstrumentId instrument, MonoTime now,
                         bool confirmed) noexcept {
  Draft draft{order, index_of(instrument), index_of(order.strategy), account_of(order)};
  draft.resting = draft.extra = order.qty;
  draft.confirmed = confirmed;
  return decide(draft, now);
}

Verdict OrderGate::check_amend(const OrderRequest& order, InstrumentId instrument,
                               const Amendment& to, MonoTime now) noexcept {
  OrderRequest changed = order;
  changed.limit = to.limit;
  changed.qty = to.qty;
  Draft draft{changed, index_of(instrument), index_of(order.strategy), account_of(order)};
  // What of it is not in the exposure yet is what it adds.
  OrderRequest before = order;
  before.qty = to.qty - to.added;
  draft.changes = &before;
  draft.resting = Qty::from_raw(std::max<std::int64_t>(to.qty.raw() - to.filled.raw(), 0));
  draft.extra = to.added;
  if (draft.instrument < instruments_.size()) {
    // The larger quantity at the higher price, less what is reserved.
    const Instrument& traded = instruments_[draft.instrument];
    const UInt128 unit = unit_value(traded, order.limit, Rounding::Up);
    const UInt128 worse = std::max(unit, unit_value(traded, to.limit, Rounding::Up));
    const std::int64_t left = std::max<std::int64_t>(order.qty.raw() - to.filled.raw(), 0);
    Int128 reserved = 0;
    Int128 either = 0;
    if (!times(left, unit, reserved) || !times(Int128{left} + to.added.raw(), worse, either))
      return refuse(Rule::Overflow);
    draft.extra_value = either - reserved;
  }
  return decide(draft, now);
}

[[gnu::flatten]] Verdict OrderGate::decide(Draft& draft, MonoTime now) noexcept {
  if (kill_.any()) [[unlikely]] {
    const auto scope = kill_.closing(draft.order.account, draft.order.strategy,
                                     InstrumentId{static_cast<std::uint32_t>(draft.instrument)});
    if (scope)
      return refuse(Rule::KillLatched, scope->number, 0, static_cast<std::uint8_t>(scope->kind));
  }
  if (log_ != LogCondition::Normal) [[unlikely]]
    return refuse(Rule::LogNotReady, static_cast<std::int64_t>(log_),
                  static_cast<std::int64_t>(LogCondition::Normal));
  draft.manual = order_is_manual(draft.order);
  if (draft.strategy >= strategies() && !draft.manual) return refuse(Rule::StrategyNotArmed);
  if (draft.instrument >= instruments_.size() || draft.account >= accounts_)
    return refuse(Rule::NotPermitted);
  draft.reduces = reduces_position(draft.order.side, draft.extra, holding_of(draft));
  if (breakers_.any()) [[unlikely]] {
    const auto id = InstrumentId{static_cast<std::uint32_t>(draft.instrument)};
    if (const Verdict v = check_breakers(draft.order, id, draft.reduces); !v.accepted()) return v;
  }
  if (const Verdict v = check_permission(draft, now); !v.accepted()) return v;
  if (const Verdict v = check_order(draft); !v.accepted()) return v;
  if (const Verdict v = check_price(draft); !v.accepted()) return v;
  if (const Verdict v = check_exposure(draft, now); !v.accepted()) return v;
  // Further controls see an order that every limit allows.
  if (policies_.any_on()) {
    const InstrumentExposure& exposure = exposures_[draft.instrument];
    const Verdict v = draft.changes != nullptr
                          ? policies_.check_amend(*draft.changes, draft.order, draft.instrument,
                                                  exposure, draft.reduces, now)
                          : policies_.check(draft.order, draft.instrument, exposure, draft.reduces,
                                            draft.confirmed, now);
    if (!v.accepted()) return v;
  }
  Verdict accepted;
  if (draft.changes == nullptr)
    accepted.approval =
        mint_.approve(draft.order, InstrumentId{static_cast<std::uint32_t>(draft.instrument)});
  return accepted;
}

Verdict OrderGate::check_permission(const Draft& draft, MonoTime now) const noexcept {
  const std::size_t i = draft.instrument;
  const StrategyState state = draft.manual ? StrategyState::Armed : states_[draft.strategy];
  const bool quotes = state == StrategyState::QuoteOnly && draft.order.tif == TimeInForce::PostOnly;
  if (state != StrategyState::Armed && state != StrategyState::ReduceOnly && !quotes)
    return refuse(Rule::StrategyNotArmed, static_cast<std::int64_t>(state),
                  static_cast<std::int64_t>(StrategyState::Armed));
  if (!draft.manual && !permitted_[draft.strategy][i]) return refuse(Rule::NotPermitted);
  if ((state == StrategyState::ReduceOnly || draft.order.reduce_only != 0) && !draft.reduces)
    return refuse(Rule::ReduceOnly, draft.order.qty.raw(), 0);
  const InstrumentExposure& exposure = exposures_[i];
  if (!exposure.live) return refuse(Rule::BookNotLive);
  const std::int64_t age = now - exposure.reference_at;
  if (age > limits_[i].reference_age_ns_max)
    return refuse(Rule::StaleReference, age, limits_[i].reference_age_ns_max, instrument(i));
  if (limits_[i].jump_max && jumps_[i].jumped(*limits_[i].jump_max))
    return refuse(Rule::ReferenceJump, saturate(jumps_[i].distance()),
                  saturate(jumps_[i].bound(*limits_[i].jump_max)), instrument(i));
  return {};
}

Verdict OrderGate::check_order(const Draft& draft) const noexcept {
  const OrderRequest& order = draft.order;
  const std::size_t i = draft.instrument;
  const Instrument& traded = instruments_[i];
  const InstrumentLimits& limits = limits_[i];
  const FilterBreach breach = check_filters(traded, order.limit, order.qty);
  if (breach != FilterBreach::None)
    return refuse(Rule::Filter, static_cast<std::int64_t>(breach), 0,
                  static_cast<std::uint8_t>(breach));
  if (order.qty > limits.order_qty_max)
    return refuse(Rule::OrderQty, order.qty.raw(), limits.order_qty_max.raw(), instrument(i));
  const HoldingBounds bounds = bounds_of(draft);
  if (bounds.order_qty_max >= 0 && order.qty.raw() > bounds.order_qty_max)
    return refuse(Rule::OrderQty, order.qty.raw(), bounds.order_qty_max,
                  ScopeKind::StrategyInstrument, draft.strategy);
  const Price worst =
      order.side == Side::Buy ? order.limit : std::max(order.limit, exposures_[i].bid);
  Int128 value = 0;
  if (!times(draft.resting.raw(), unit_value(traded, worst, Rounding::Up), value))
    return refuse(Rule::Overflow);
  if (value > Int128{limits.order_value_max} * kFinePerAmount)
    return refuse(Rule::OrderValue, coarse(value, kFinePerAmount), limits.order_value_max,
                  instrument(i));
  return {};
}

Verdict OrderGate::check_price(const Draft& draft) const noexcept {
  const OrderRequest& order = draft.order;
  const std::size_t i = draft.instrument;
  const InstrumentLimits& limits = limits_[i];
  const InstrumentExposure& exposure = exposures_[i];
  const bool buy = order.side == Side::Buy;
  if (limits.band_low && order.limit < *limits.band_low)
    return refuse(Rule::PriceBand, order.limit.raw(), limits.band_low->raw(), instrument(i));
  if (limits.band_high && order.limit > *limits.band_high)
    return refuse(Rule::PriceBand, order.limit.raw(), limits.band_high->raw(), instrument(i));
  // Distance beyond the far touch, on the side where a wrong price would trade. Both are positive:
  // no difference of them overflows.
  const auto beyond = [](Price limit, Price touch, bool above) noexcept {
    const std::int64_t distance = limit.raw() - touch.raw();
    return above ? distance : -distance;
  };
  const Price far = buy ? exposure.ask : exposure.bid;
  const Int128 bound = Int128{far.raw()} * limits.collar.raw();
  const std::int64_t distance = beyond(order.limit, far, buy);
  if (Int128{distance} * Ratio::kScale > bound)
    return refuse(Rule::PriceCollar, distance, saturate(bound / Ratio::kScale), instrument(i));
  if (limits.away_collar && !draft.confirmed) {
    const Price near = buy ? exposure.bid : exposure.ask;
    const Int128 away = Int128{near.raw()} * limits.away_collar->raw();
    const std::int64_t behind = beyond(order.limit, near, !buy);
    if (Int128{behind} * Ratio::kScale > away) {
      Verdict soft =
          refuse(Rule::AwayCollar, behind, saturate(away / Ratio::kScale), instrument(i));
      soft.soft = true;
      return soft;
    }
  }
  // An order that is not in the list could be met, so none may be missing from it.
  const auto known = static_cast<std::int64_t>(exposure.resting.size());
  const auto room = static_cast<std::int64_t>(exposure.resting.capacity());
  const bool is_new = draft.changes == nullptr;
  if (exposure.total.open.orders > known || (is_new && known >= room)) [[unlikely]]
    return refuse(Rule::Capacity, exposure.total.open.orders + (is_new ? 1 : 0), room,
                  instrument(i));
  for (const RestingOrder& own : exposure.resting) {
    if (own.side == order.side) continue;
    if (buy ? order.limit >= own.limit : order.limit <= own.limit)
      return refuse(Rule::SelfMatch, own.limit.raw(), order.limit.raw());
  }
  return {};
}

Verdict OrderGate::check_position(const Draft& draft) const noexcept {
  if (draft.extra == Qty{}) return {};
  const std::size_t i = draft.instrument;
  const bool buy = draft.order.side == Side::Buy;
  // Each side is held to its own bound, so an order that shrinks an oversized position passes.
  const Range total = range_of(exposures_[i].total, draft.order.side, draft.extra);
  const Int128 after = buy ? total.high : -total.low;
  const InstrumentLimits& limits = limits_[i];
  const std::int64_t allowed = (buy ? limits.position_max : *limits.short_position_max).raw();
  if (after > allowed)
    return refuse(Rule::Position, saturate(buy ? after : -after), buy ? allowed : -allowed,
                  instrument(i));
  const HoldingBounds bounds = bounds_of(draft);
  const std::int64_t own_max = buy ? bounds.long_max : bounds.short_max;
  if (own_max < 0) return {};
  const Range own =
      range_of(exposures_[i].by_strategy[draft.strategy], draft.order.side, draft.extra);
  const Int128 own_after = buy ? own.high : -own.low;
  if (own_after > own_max)
    return refuse(Rule::Position, saturate(buy ? own_after : -own_after), buy ? own_max : -own_max,
                  ScopeKind::StrategyInstrument, draft.strategy);
  return {};
}

Verdict OrderGate::check_exposure(const Draft& draft, MonoTime now) noexcept {
  if (const Verdict v = check_position(draft); !v.accepted()) return v;
  refresh();
  const std::size_t i = draft.instrument;
  if (!rates_.fresh(now) && !draft.reduces) [[unlikely]] {
    if (const Verdict v = check_rates(draft, now); !v.accepted()) return v;
  }
  if ((unpriced_ != 0 || broken_) && !draft.reduces) return refuse(Rule::Overflow);

  // What the order is worth at its own price.
  const UInt128 unit = unit_value(instruments_[i], draft.order.limit, Rounding::Up);
  const auto rate = static_cast<UInt128>(rates_.rate(rates_.place_of(i)).up);
  UInt128 weight = 0;
  Int128 value = 0;
  if (__builtin_mul_overflow(unit, rate, &weight) || !times(draft.resting.raw(), weight, value))
    return refuse(Rule::Overflow);
  Int128 extra_value = value;
  if (draft.changes != nullptr &&
      !times(static_cast<Int128>(rate), static_cast<UInt128>(draft.extra_value), extra_value))
    return refuse(Rule::Overflow);

  if (greeks_.limited() && draft.extra != Qty{}) [[unlikely]] {
    if (const Verdict v = check_greeks(draft, now); !v.accepted()) return v;
  }
  const Cost cost{value, extra_value, now};
  if (has_room(draft, cost)) [[likely]]
    return {};
  return check_sums(draft, cost);
}

// Does it fit everywhere even if all that it adds made each sum worse, at the weight against us? No
// sum grows by more: what brings a net value back to zero is weighed low, and a gross value grows
// by what goes beyond the other side. What does not fit by this measure is held against the exact
// sums, so this decides nothing but the cost. Neither do products that are too large to be made.
bool OrderGate::has_room(const Draft& draft, const Cost& cost) const noexcept {
  const std::size_t i = draft.instrument;
  Int128 grown = 0;
  if (!times(draft.extra.raw(), valuations_[i].weight.high, grown)) return false;
  const Sums* const cells = &cells_[cells_at(i)];
  const Sums& of_account = cells[1 + strategies() + draft.account];
  const Sums& of_own = draft.manual ? of_account : cells[1 + draft.strategy];
  const Int128 held = cells->worst.gross | of_own.worst.gross | of_account.worst.gross;
  if (((held | grown) >> (kFineBits - 1)) != 0) return false;
  const bool buy = draft.order.side == Side::Buy;
  Headroom needs;
  const std::int64_t room = room_needed(grown);
  needs[Room::OrderValue] = room_needed(cost.value);
  needs[Room::Gross] = room;
  needs[Room::Long] = buy ? room : kNeedsNothing;
  needs[Room::Short] = buy ? kNeedsNothing : room;
  needs[Room::OpenValue] = room_needed(cost.extra_value);
  needs[Room::OpenOrders] = draft.changes == nullptr ? 1 : kNeedsNothing;
  needs[Room::Rate] = -cost.now.ns;
  needs[Room::Latch] = 0;
  return firm().headroom().holds(needs) && account(draft.account).headroom().holds(needs) &&
         venue_at(i).headroom().holds(needs) && currency_at(i).headroom().holds(needs) &&
         (draft.manual || strategy(draft.strategy).headroom().holds(needs)) &&
         instrument(i).headroom().holds(needs);
}
}  // namespace sq::risk
