// The gate in a snapshot. Layout: wal/SNAPSHOT.md, section Gate.
#include "engine/risk/order_gate.hpp"

namespace sq::risk {
namespace {
void save_open(StateOut& out, const OpenQty& open) {
  out.put(open.buy);
  out.put(open.sell);
  out.put(open.orders);
}
void restore_open(StateIn& in, OpenQty& open) {
  open.buy = in.take<std::int64_t>();
  open.sell = in.take<std::int64_t>();
  open.orders = in.take<std::int64_t>();
}
void save_holding(StateOut& out, const Holding& holding) {
  out.put(holding.position);
  out.put(holding.cash);
  save_open(out, holding.open);
}
void restore_holding(StateIn& in, Holding& holding) {
  holding.position = in.take<std::int64_t>();
  holding.cash = in.take<Int128>();
  restore_open(in, holding.open);
}
void save_exposure(StateOut& out, const InstrumentExposure& exposure) {
  save_holding(out, exposure.total);
  out.put_count(exposure.by_strategy.size());
  for (const Holding& holding : exposure.by_strategy) save_holding(out, holding);
  out.put_count(exposure.resting.size());
  for (const RestingOrder& own : exposure.resting) {
    out.put(own.id);
    out.put(own.limit.raw());
    out.put(own.side);
  }
}
void restore_exposure(StateIn& in, InstrumentExposure& exposure) {
  restore_holding(in, exposure.total);
  in.expect(std::uint64_t{exposure.by_strategy.size()});
  for (Holding& holding : exposure.by_strategy) restore_holding(in, holding);
  const std::size_t resting = in.take_count(exposure.resting.capacity());
  exposure.resting.clear();
  for (std::size_t i = 0; i < resting && in.ok(); ++i) {
    RestingOrder own;
    own.id = in.take<OrderId>();
    own.limit = Price::from_raw(in.take<std::int64_t>());
    own.side = in.take<Side>();
    exposure.resting.push_back(own);
  }
}
}  // namespace

void OrderGate::save(StateOut& out) const {
  out.put_count(exposures_.size());
  for (const InstrumentExposure& exposure : exposures_) save_exposure(out, exposure);
  out.put_count(strategies_.size());
  for (std::size_t s = 0; s < strategies_.size(); ++s) {
    const StrategyRisk& strategy = strategies_[s];
    strategy.rate.save(out);
    out.put(strategy.state);
    out.put(strategy.open_orders);
    out.put(strategy.day_start_pnl);
    out.put(strategy.cash);
    out.put(static_cast<std::uint8_t>(loss_latched_[s] ? 1 : 0));
  }
  firm_rate_.save(out);
  out.put(cash_);
  out.put(firm_day_start_pnl_);
  out.put(firm_open_orders_);
  out.put(limits_version_);
  kill_.save(out);
  policies_.save(out);
}

bool OrderGate::restore(StateIn& in) {
  in.expect(std::uint64_t{exposures_.size()});
  for (std::size_t i = 0; i < exposures_.size() && in.ok(); ++i) {
    restore_exposure(in, exposures_[i]);
    touch(i);
    settle_greeks(i);
    settle_greeks(i);
  }
  in.expect(std::uint64_t{strategies_.size()});
  for (std::size_t s = 0; s < strategies_.size() && in.ok(); ++s) {
    StrategyRisk& strategy = strategies_[s];
    if (!strategy.rate.restore(in)) return false;
    strategy.state = in.take<StrategyState>();
    strategy.open_orders = in.take<std::int64_t>();
    strategy.day_start_pnl = in.take<Int128>();
    strategy.cash = in.take<Int128>();
    loss_latched_[s] = in.take<std::uint8_t>() != 0;
  }
  if (!in.ok() || !firm_rate_.restore(in)) return false;
  cash_ = in.take<Int128>();
  firm_day_start_pnl_ = in.take<Int128>();
  firm_open_orders_ = in.take<std::int64_t>();
  limits_version_ = in.take<std::uint32_t>();
  return kill_.restore(in) && policies_.restore(in);
}
}  // namespace sq::risk
