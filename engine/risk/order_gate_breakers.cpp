// What open and half-open circuit breakers leave of an order's permission.
#include "engine/risk/order_gate.hpp"

namespace sq::risk {
Verdict OrderGate::check_breakers(const OrderRequest& order, InstrumentId instrument,
                                  bool reduces) const noexcept {
  const Instrument& traded = instruments_[index_of(instrument)];
  const auto [permission, by] =
      breakers_.restriction(traded.venue, order.account, order.strategy, instrument);
  const auto kind = static_cast<std::uint8_t>(by != nullptr ? by->last.kind : BreakerKind{});
  const std::int64_t observed = by != nullptr ? by->last.observed : 0;
  const std::int64_t bound = by != nullptr ? by->last.bound : 0;
  switch (permission) {
    case Breakers::Permission::All:
      return {};
    case Breakers::Permission::Reducing:
      if (reduces) return {};
      break;
    case Breakers::Permission::OneSmall: {
      // Small: a lot less would be too little for the venue.
      const Qty less = order.qty - traded.lot;
      if (less <= Qty{} || check_filters(traded, order.limit, less) != FilterBreach::None)
        return {};
      return {Rule::BreakerHalfOpen, kind, order.qty.raw(), traded.qty_min.raw(), 0};
    }
    case Breakers::Permission::None:
      break;
  }
  return {Rule::BreakerOpen, kind, observed, bound, 0};
}
}  // namespace sq::risk
