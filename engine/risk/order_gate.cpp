#include "engine/risk/order_gate.hpp"

#include <algorithm>
#include <bit>
#include <limits>

namespace sq::risk {
namespace {
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

std::int64_t saturate(Int128 value) noexcept {
  if (value > kMax) return kMax;
  if (value < -Int128{kMax}) return -kMax;
  return static_cast<std::int64_t>(value);
}
Verdict refuse(Rule rule, std::int64_t observed = 0, std::int64_t allowed = 0,
               std::uint8_t detail = 0) noexcept {
  return {rule, detail, observed, allowed, 0};
}
// 1e-17 units to 1e-8, for reports only: away from zero, so that a breach never looks like none.
std::int64_t coarse(Int128 fine) noexcept {
  const Int128 up = fine < 0 ? -kFinePerAmount + 1 : kFinePerAmount - 1;
  return saturate((fine + up) / kFinePerAmount);
}
// Shrinks the strategy's position and cannot flip it, also if its other orders fill first.
bool reduces_position(const OrderRequest& order, const Holding& holding) noexcept {
  if (order.side == Side::Sell)
    return Int128{holding.position} - holding.open.sell - order.qty.raw() >= 0;
  return Int128{holding.position} + holding.open.buy + order.qty.raw() <= 0;
}
}  // namespace

OrderGate::OrderGate(GateSetup setup)
    : firm_{setup.firm},
      instruments_{std::move(setup.instruments)},
      limits_{std::move(setup.instrument_limits)},
      exposures_(instruments_.size()),
      greeks_{std::move(setup.greek_limits), instruments_},
      policies_{setup.policies, instruments_, setup.strategy_limits.size()},
      valuations_(instruments_.size()),
      changed_((instruments_.size() + 63) / 64, 0),
      permitted_{std::move(setup.permitted)},
      loss_latched_(setup.strategy_limits.size(), false),
      firm_rate_{setup.firm.orders_per_second_max},
      kill_{instruments_, setup.strategy_limits.size()} {
  for (std::size_t i = 0; i < exposures_.size(); ++i) {
    exposures_[i].by_strategy.resize(setup.strategy_limits.size());
    valuations_[i].by_strategy.resize(setup.strategy_limits.size());
    exposures_[i].resting.reserve(static_cast<std::size_t>(limits_[i].open_orders_max) + 1);
  }
  for (const StrategyLimits& limits : setup.strategy_limits) {
    strategies_.push_back({limits, RateWindow{limits.orders_per_second_max},
                           StrategyState::Stopped, 0, 0, 0, 0});
  }
}

Verdict OrderGate::check(const OrderRequest& draft, InstrumentId instrument, MonoTime now,
                         bool confirmed) noexcept {
  if (kill_.any()) [[unlikely]] {
    if (const auto scope = kill_.closing(draft.account, draft.strategy, instrument))
      return refuse(Rule::KillLatched, scope->number, 0, static_cast<std::uint8_t>(scope->kind));
  }
  if (log_ != LogCondition::Normal) [[unlikely]]
    return refuse(Rule::LogNotReady, static_cast<std::int64_t>(log_),
                  static_cast<std::int64_t>(LogCondition::Normal));
  const std::size_t i = index_of(instrument);
  const std::size_t s = index_of(draft.strategy);
  if (s >= strategies_.size()) return refuse(Rule::StrategyNotArmed);
  if (i >= instruments_.size()) return refuse(Rule::NotPermitted);
  const bool reduces = reduces_position(draft, exposures_[i].by_strategy[s]);
  if (const Verdict v = check_permission(draft, instrument, reduces, now); !v.accepted()) return v;
  if (const Verdict v = check_order(draft, instrument); !v.accepted()) return v;
  if (const Verdict v = check_exposure(draft, instrument, reduces, now); !v.accepted()) return v;
  if (const Verdict v = policies_.check(draft, i, exposures_[i], reduces, confirmed, now);
      !v.accepted())
    return v;
  Verdict accepted;
  accepted.approval = mint_.approve(draft, instrument);
  return accepted;
}

Verdict OrderGate::check_permission(const OrderRequest& order, InstrumentId instrument,
                                    bool reduces, MonoTime now) const noexcept {
  const std::size_t i = index_of(instrument);
  const std::size_t s = index_of(order.strategy);
  const StrategyState state = strategies_[s].state;
  if (state != StrategyState::Armed && state != StrategyState::ReduceOnly)
    return refuse(Rule::StrategyNotArmed, static_cast<std::int64_t>(state),
                  static_cast<std::int64_t>(StrategyState::Armed));
  if (!permitted_[s][i]) return refuse(Rule::NotPermitted);
  if ((state == StrategyState::ReduceOnly || order.reduce_only != 0) && !reduces)
    return refuse(Rule::ReduceOnly, order.qty.raw(), 0);
  const InstrumentExposure& exposure = exposures_[i];
  if (!exposure.live) return refuse(Rule::BookNotLive);
  const std::int64_t age = now - exposure.reference_at;
  if (age > limits_[i].reference_age_ns_max)
    return refuse(Rule::StaleReference, age, limits_[i].reference_age_ns_max);
  return {};
}

Verdict OrderGate::check_order(const OrderRequest& order, InstrumentId instrument) const noexcept {
  const std::size_t i = index_of(instrument);
  const Instrument& traded = instruments_[i];
  const InstrumentLimits& limits = limits_[i];
  const InstrumentExposure& exposure = exposures_[i];
  const FilterBreach breach = check_filters(traded, order.limit, order.qty);
  if (breach != FilterBreach::None)
    return refuse(Rule::Filter, static_cast<std::int64_t>(breach), 0,
                  static_cast<std::uint8_t>(breach));
  if (order.qty > limits.order_qty_max)
    return refuse(Rule::OrderQty, order.qty.raw(), limits.order_qty_max.raw());
  const bool buy = order.side == Side::Buy;
  const Price worst = buy ? order.limit : std::max(order.limit, exposure.bid);
  const auto value = traded.fine_notional(worst, order.qty);
  if (!value) return refuse(Rule::Overflow);
  if (*value > Int128{limits.order_value_max} * kFinePerAmount)
    return refuse(Rule::OrderValue, coarse(*value), limits.order_value_max);
  // Distance beyond the far touch, on the side where a wrong price would trade.
  const Price reference = buy ? exposure.ask : exposure.bid;
  const Int128 distance = buy ? Int128{order.limit.raw()} - reference.raw()
                              : Int128{reference.raw()} - order.limit.raw();
  const Int128 bound = Int128{reference.raw()} * limits.collar.raw();
  if (distance * Ratio::kScale > bound)
    return refuse(Rule::PriceCollar, saturate(distance), saturate(bound / Ratio::kScale));
  for (const RestingOrder& own : exposure.resting) {
    if (own.side == order.side) continue;
    if (buy ? order.limit >= own.limit : order.limit <= own.limit)
      return refuse(Rule::SelfMatch, own.limit.raw(), order.limit.raw());
  }
  return {};
}

Verdict OrderGate::check_exposure(const OrderRequest& order, InstrumentId instrument, bool reduces,
                                  MonoTime now) noexcept {
  const std::size_t i = index_of(instrument);
  const InstrumentExposure& exposure = exposures_[i];
  const Int128 limit = limits_[i].position_max.raw();
  const bool buy = order.side == Side::Buy;
  // Each side is held to its own bound, so an order that shrinks an oversized position passes.
  const Int128 after = buy ? Int128{exposure.worst_long()} + order.qty.raw()
                           : Int128{exposure.worst_short()} - order.qty.raw();
  if (buy ? after > limit : after < -limit)
    return refuse(Rule::Position, saturate(after), saturate(buy ? limit : -limit));

  refresh();
  if (!reduces) {
    const Int128 here = worst_notional(i, buy ? order.qty.raw() : 0, buy ? 0 : order.qty.raw());
    if (unpriced_ != 0 || here < 0) return refuse(Rule::Overflow);
    const Int128 gross = gross_ - valuations_[i].worst + here;
    if (gross > Int128{firm_.gross_notional_max} * kFinePerAmount)
      return refuse(Rule::GrossNotional, coarse(gross), firm_.gross_notional_max);
  }
  if (greeks_.limited()) [[unlikely]] {
    const Verdict v = greeks_.check(order, i, reduces, exposures_, now);
    if (!v.accepted()) return v;
  }
  if (const Verdict v = check_counts(order, instrument, now); !v.accepted()) return v;

  const std::size_t s = index_of(order.strategy);
  const std::int64_t strategy_max = strategies_[s].limits.daily_loss_max;
  const Int128 strategy_loss = strategies_[s].day_start_pnl - pnl(order.strategy);
  const Int128 firm_loss = firm_day_start_pnl_ - pnl(kNoStrategy);
  const bool by_firm = firm_loss >= Int128{firm_.daily_loss_max} * kFinePerAmount;
  if (by_firm) loss_latched_.assign(loss_latched_.size(), true);
  if (strategy_loss >= Int128{strategy_max} * kFinePerAmount) loss_latched_[s] = true;
  if (loss_latched_[s] && !reduces)
    return refuse(Rule::DailyLoss, coarse(by_firm ? firm_loss : strategy_loss),
                  by_firm ? firm_.daily_loss_max : strategy_max);
  return {};
}

Verdict OrderGate::check_counts(const OrderRequest& order, InstrumentId instrument,
                                MonoTime now) const noexcept {
  const std::size_t i = index_of(instrument);
  const StrategyRisk& strategy = strategies_[index_of(order.strategy)];
  if (exposures_[i].total.open.orders >= limits_[i].open_orders_max)
    return refuse(Rule::OpenOrders, exposures_[i].total.open.orders, limits_[i].open_orders_max);
  if (strategy.open_orders >= strategy.limits.open_orders_max)
    return refuse(Rule::OpenOrders, strategy.open_orders, strategy.limits.open_orders_max);
  if (firm_open_orders_ >= firm_.open_orders_max)
    return refuse(Rule::OpenOrders, firm_open_orders_, firm_.open_orders_max);
  if (!strategy.rate.allows(now))
    return refuse(Rule::OrderRate, strategy.rate.limit() + 1, strategy.rate.limit());
  if (!firm_rate_.allows(now))
    return refuse(Rule::OrderRate, firm_rate_.limit() + 1, firm_rate_.limit());
  return {};
}

void OrderGate::on_sent(const OrderRequest& order, InstrumentId instrument,
                        MonoTime now) noexcept {
  InstrumentExposure& exposure = exposures_[index_of(instrument)];
  const std::size_t s = index_of(order.strategy);
  touch(index_of(instrument));
  exposure.total.open.add(order.side, order.qty.raw());
  ++exposure.total.open.orders;
  if (exposure.resting.size() < exposure.resting.capacity())
    exposure.resting.push_back({order.id, order.limit, order.side});
  ++firm_open_orders_;
  firm_rate_.record(now);
  // Manual or adopted orders count for the account and the firm.
  if (s < strategies_.size()) {
    exposure.by_strategy[s].open.add(order.side, order.qty.raw());
    ++exposure.by_strategy[s].open.orders;
    ++strategies_[s].open_orders;
    strategies_[s].rate.record(now);
  }
  policies_.on_sent(order, index_of(instrument), now);
  settle_greeks(index_of(instrument));
}

void OrderGate::on_released(const OrderRequest& order, InstrumentId instrument, Qty released,
                            bool done) noexcept {
  InstrumentExposure& exposure = exposures_[index_of(instrument)];
  const std::size_t s = index_of(order.strategy);
  const bool of_strategy = s < strategies_.size();
  touch(index_of(instrument));
  exposure.total.open.add(order.side, -released.raw());
  if (of_strategy) exposure.by_strategy[s].open.add(order.side, -released.raw());
  settle_greeks(index_of(instrument));
  if (!done) return;
  --exposure.total.open.orders;
  --firm_open_orders_;
  if (of_strategy) {
    --exposure.by_strategy[s].open.orders;
    --strategies_[s].open_orders;
  }
  auto& resting = exposure.resting;
  const auto found = std::find_if(resting.begin(), resting.end(),
                                  [&](const RestingOrder& own) { return own.id == order.id; });
  if (found == resting.end()) return;
  *found = resting.back();
  resting.pop_back();
}

void OrderGate::on_position(StrategyId strategy, InstrumentId instrument, Qty position_delta,
                            Int128 cash_delta) noexcept {
  InstrumentExposure& exposure = exposures_[index_of(instrument)];
  touch(index_of(instrument));
  exposure.total.position += position_delta.raw();
  exposure.total.cash += cash_delta;
  cash_ += cash_delta;
  const std::size_t s = index_of(strategy);
  if (s < strategies_.size()) {
    exposure.by_strategy[s].position += position_delta.raw();
    exposure.by_strategy[s].cash += cash_delta;
    strategies_[s].cash += cash_delta;
  }
  settle_greeks(index_of(instrument));
}

void OrderGate::set_reference(InstrumentId instrument, Price bid, Price ask,
                              MonoTime at) noexcept {
  InstrumentExposure& exposure = exposures_[index_of(instrument)];
  if (exposure.bid != bid || exposure.ask != ask) touch(index_of(instrument));
  exposure.bid = bid;
  exposure.ask = ask;
  exposure.reference_at = at;
  exposure.live = bid > Price{} && ask > bid;
}
// The last prices stay: exposure still has to be valued.
void OrderGate::clear_reference(InstrumentId instrument) noexcept {
  exposures_[index_of(instrument)].live = false;
}
void OrderGate::set_strategy_state(StrategyId strategy, StrategyState state) noexcept {
  strategies_[index_of(strategy)].state = state;
}
void OrderGate::set_status(InstrumentId instrument, InstrumentStatus status) noexcept {
  instruments_[index_of(instrument)].status = status;
}

void OrderGate::start_day(StrategyId strategy, std::int64_t pnl_base) noexcept {
  const std::size_t s = index_of(strategy);
  const Int128 base = Int128{pnl_base} * kFinePerAmount;
  if (s < strategies_.size()) {
    strategies_[s].day_start_pnl = base;
    loss_latched_[s] = false;
  } else {
    firm_day_start_pnl_ = base;
  }
}
void OrderGate::clear_loss_latches() noexcept {
  loss_latched_.assign(loss_latched_.size(), false);
}

// 1e-17 units. Linear: position x mid. Inverse: -position / mid in the base currency.
Int128 OrderGate::value_of(std::size_t instrument, std::int64_t position) const noexcept {
  const InstrumentExposure& exposure = exposures_[instrument];
  if (position == 0 || exposure.bid <= Price{}) return 0;
  const Instrument& traded = instruments_[instrument];
  const Price mid = Price::from_raw(exposure.bid.raw() / 2 + exposure.ask.raw() / 2);
  const auto value = traded.fine_notional(mid, Qty::from_raw(position));
  if (!value) return 0;
  const bool negative = (position < 0) != (traded.kind == InstrumentKind::InversePerpetual);
  return negative ? -*value : *value;
}

void OrderGate::refresh() const noexcept {
  for (std::size_t word = 0; word < changed_.size(); ++word) {
    for (std::uint64_t bits = changed_[word]; bits != 0; bits &= bits - 1)
      refresh(word * 64 + static_cast<std::size_t>(std::countr_zero(bits)));
    changed_[word] = 0;
  }
}

void OrderGate::refresh(std::size_t instrument) const noexcept {
  const InstrumentExposure& exposure = exposures_[instrument];
  Valuation& known = valuations_[instrument];
  const Int128 worst = worst_notional(instrument, 0, 0);
  if (known.worst < 0) {
    --unpriced_;
  } else {
    gross_ -= known.worst;
  }
  if (worst < 0) {
    ++unpriced_;
  } else {
    gross_ += worst;
  }
  known.worst = worst;
  const Int128 value = value_of(instrument, exposure.total.position);
  value_ += value - known.value;
  known.value = value;
  for (std::size_t s = 0; s < strategies_.size(); ++s) {
    const Int128 own = value_of(instrument, exposure.by_strategy[s].position);
    strategies_[s].value += own - known.by_strategy[s];
    known.by_strategy[s] = own;
  }
}

// 1e-17 units, as of the last refresh().
Int128 OrderGate::pnl(StrategyId strategy) const noexcept {
  const std::size_t s = index_of(strategy);
  if (s < strategies_.size()) return strategies_[s].cash * kFinePerAmount + strategies_[s].value;
  return cash_ * kFinePerAmount + value_;
}

std::int64_t OrderGate::total_pnl(StrategyId strategy) const noexcept {
  refresh();
  return saturate(pnl(strategy) / kFinePerAmount);
}
std::int64_t OrderGate::day_pnl(StrategyId strategy) const noexcept {
  refresh();
  const std::size_t s = index_of(strategy);
  const Int128 start = s < strategies_.size() ? strategies_[s].day_start_pnl : firm_day_start_pnl_;
  return saturate((pnl(strategy) - start) / kFinePerAmount);
}

// 1e-17 units; -1: there is exposure but no price has ever been seen, or the product does not fit.
Int128 OrderGate::worst_notional(std::size_t instrument, std::int64_t extra_buy,
                                 std::int64_t extra_sell) const noexcept {
  const InstrumentExposure& exposure = exposures_[instrument];
  const Int128 high = Int128{exposure.worst_long()} + extra_buy;
  const Int128 low = Int128{exposure.worst_short()} - extra_sell;
  const Int128 worst = std::max(high < 0 ? -high : high, low < 0 ? -low : low);
  if (worst == 0) return 0;
  if (worst > kMax || exposure.ask <= Price{}) return -1;
  const auto value = instruments_[instrument].fine_notional(
      exposure.ask, Qty::from_raw(static_cast<std::int64_t>(worst)));
  return value ? *value : Int128{-1};
}

std::int64_t OrderGate::gross_notional() const noexcept {
  refresh();
  return unpriced_ != 0 ? kMax : coarse(gross_);
}
}  // namespace sq::risk
