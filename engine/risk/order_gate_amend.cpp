// Changes of open orders: until the venue's word the order may fill with its old or its new price
// and quantity; whoever knows what may happen says so, and it counts at the worst of it.
// Source: control P26.
#include <algorithm>

#include "engine/risk/order_gate.hpp"

namespace sq::risk {
namespace {
// Where what may fill is worth most: the value of an inverse contract falls with the price.
Price dearest(const Instrument& traded, const Stake& stake) noexcept {
  return traded.kind == InstrumentKind::InversePerpetual ? stake.lowest : stake.highest;
}
}  // namespace

void OrderGate::on_restaked(const OrderRequest& order, InstrumentId id, const Stake& before,
                            const Stake& after) noexcept {
  const std::size_t i = index_of(id);
  RestingOrder* const own = resting_of(order, i);
  const Instrument& traded = instruments_[i];
  const Price valued_at = own != nullptr ? own->valued_at : dearest(traded, before);
  const Price values_at = dearest(traded, after);
  Int128 was = 0;
  Int128 is = 0;
  if (!times(before.open.raw(), unit_value(traded, valued_at, Rounding::Up), was) ||
      !times(after.open.raw(), unit_value(traded, values_at, Rounding::Up), is))
    broken_ = true;
  add_open(order, i, after.open - before.open, is - was);
  if (own == nullptr) return;
  own->limit = order.side == Side::Buy ? after.highest : after.lowest;
  own->valued_at = values_at;
}

void OrderGate::on_amend_message(const OrderRequest& order, InstrumentId id,
                                 MonoTime now) noexcept {
  const std::size_t i = index_of(id);
  if (index_of(order.strategy) < strategies()) strategy(index_of(order.strategy)).on_message(now);
  if (account_of(order) < accounts_) account(account_of(order)).on_message(now);
  for (Scope* scope : {&firm(), &venue_at(i), &currency_at(i), &instrument(i)})
    scope->on_message(now);
}

RestingOrder* OrderGate::resting_of(const OrderRequest& order, std::size_t i) noexcept {
  auto& resting = exposures_[i].resting;
  const auto found = std::ranges::find(resting, order.id, &RestingOrder::id);
  return found == resting.end() ? nullptr : &*found;
}
}  // namespace sq::risk
