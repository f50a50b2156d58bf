// The one kind of order that may leave while a scope is closed: it takes, at a collar, what shrinks
// a position that the kill switch wants gone, sized so that it cannot flip it. Source: faults X24.
#include <algorithm>

#include "engine/risk/order_gate.hpp"

namespace sq::risk {
namespace {
// What may be sold of a long or bought of a short position, when all own orders on that side fill
// first. Those on the other side only leave more to do in the next round.
std::int64_t room(const Holding& holding, bool sell) noexcept {
  const Int128 left = sell ? Int128{holding.position} - holding.open.sell
                           : -(Int128{holding.position} + holding.open.buy);
  return left > 0 ? static_cast<std::int64_t>(left) : 0;
}
}  // namespace

Holding OrderGate::holding(StrategyId strategy, AccountId account,
                           InstrumentId instrument) const noexcept {
  const InstrumentExposure& exposure = exposures_[index_of(instrument)];
  if (index_of(strategy) < strategies()) return exposure.by_strategy[index_of(strategy)];
  const std::size_t a = place_of(account);
  if (a >= accounts_) return {};
  Holding rest = exposure.by_account[a];
  for (std::size_t s = 0; s < strategies(); ++s) {
    if (place_of(strategy_accounts_[s]) != a) continue;
    const Holding& own = exposure.by_strategy[s];
    rest.position -= own.position;
    rest.open.buy -= own.open.buy;
    rest.open.sell -= own.open.sell;
  }
  // Only the instrument as a whole counts those of accounts.
  rest.open.orders = rest.open.buy != 0 || rest.open.sell != 0 ? 1 : 0;
  return rest;
}

std::optional<OrderRequest> OrderGate::flattening(StrategyId strategy, InstrumentId instrument,
                                                  AccountId account) const noexcept {
  const std::size_t i = index_of(instrument);
  const InstrumentExposure& exposure = exposures_[i];
  const Instrument& traded = instruments_[i];
  const Holding held = holding(strategy, account, instrument);
  if (held.position == 0 || !exposure.live) return std::nullopt;
  const bool sell = held.position > 0;
  const Price touch = sell ? exposure.bid : exposure.ask;
  const auto collar =
      static_cast<std::int64_t>(Int128{touch.raw()} * limits_[i].collar.raw() / Ratio::kScale);
  OrderRequest order;
  order.strategy = strategy;
  order.account =
      index_of(strategy) < strategies() ? strategy_accounts_[index_of(strategy)] : account;
  order.side = sell ? Side::Sell : Side::Buy;
  order.tif = TimeInForce::ImmediateOrCancel;
  order.reduce_only = 1;
  // Rounded towards the touch: within the collar.
  order.limit = sell ? ceil_to_tick(Price::from_raw(touch.raw() - collar), traded.tick)
                     : floor_to_tick(Price::from_raw(touch.raw() + collar), traded.tick);
  order.limit = std::clamp(order.limit, traded.price_min, traded.price_max);
  Qty qty = Qty::from_raw(room(held, sell));
  // What is nobody's may stand against a strategy's of the account: that goes first.
  if (index_of(strategy) >= strategies())
    qty = std::min(qty, Qty::from_raw(room(exposure.by_account[place_of(account)], sell)));
  qty = std::min({qty, limits_[i].order_qty_max, traded.qty_max});
  const auto value = traded.fine_notional(sell ? touch : order.limit, qty);
  const Int128 value_max = Int128{limits_[i].order_value_max} * kFinePerAmount;
  // In parts, where the whole would be too large a value for one order.
  if (!value || *value > value_max) {
    if (traded.kind == InstrumentKind::InversePerpetual || !value || *value <= 0)
      return std::nullopt;
    qty = Qty::from_raw(static_cast<std::int64_t>(Int128{qty.raw()} * value_max / *value));
  }
  order.qty = trunc_to_lot(qty, traded.lot);
  if (order.qty <= Qty{}) return std::nullopt;
  return order;
}

Verdict OrderGate::check_flatten(const OrderRequest& order, InstrumentId instrument,
                                 MonoTime now) noexcept {
  const std::size_t i = index_of(instrument);
  const std::size_t s = index_of(order.strategy);
  const auto no = [](Rule rule, std::int64_t observed, std::int64_t allowed) {
    return Verdict{rule, 0, observed, allowed, 0};
  };
  if (log_ != LogCondition::Normal)
    return no(Rule::LogNotReady, static_cast<std::int64_t>(log_),
              static_cast<std::int64_t>(LogCondition::Normal));
  const bool manual = order_is_manual(order);
  if (i >= instruments_.size() || (s >= strategies() && !manual) || account_of(order) >= accounts_)
    return no(Rule::NotPermitted, 0, 0);
  const bool sell = order.side == Side::Sell;
  const std::int64_t left = room(holding(order.strategy, order.account, instrument), sell);
  if (order.tif != TimeInForce::ImmediateOrCancel || order.type != OrderType::Limit ||
      order.qty.raw() > left)
    return no(Rule::ReduceOnly, order.qty.raw(), left);
  if (!exposures_[i].live) return no(Rule::BookNotLive, 0, 0);
  const std::int64_t age = now - exposures_[i].reference_at;
  if (age > limits_[i].reference_age_ns_max)
    return no(Rule::StaleReference, age, limits_[i].reference_age_ns_max);
  Draft draft{order, i, s, account_of(order)};
  draft.resting = draft.extra = order.qty;
  draft.reduces = draft.confirmed = draft.flattens = true;
  draft.manual = manual;
  if (const Verdict v = check_order(draft); !v.accepted()) return v;
  if (const Verdict v = check_price(draft); !v.accepted()) return v;
  if (const Verdict v = check_exposure(draft, now); !v.accepted()) return v;
  // Soft blocks need no second look: the kill was that.
  if (const Verdict v = policies_.check(order, i, exposures_[i], true, true, now); !v.accepted())
    return v;
  Verdict accepted;
  accepted.approval = mint_.approve(order, instrument);
  return accepted;
}
}  // namespace sq::risk
