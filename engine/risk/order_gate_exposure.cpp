// The order against what is held and open: worst-case positions and notional, counts, rates, the
// day's turnover and loss, in every scope that it touches.
#include <algorithm>

#include "engine/risk/order_gate.hpp"
#include "engine/risk/refusal.hpp"

namespace sq::risk {
namespace {
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
  const HoldingBounds& bounds = holdings_[draft.strategy * instruments_.size() + i];
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

// The order's own currency, and each one in which something is held or open.
Verdict OrderGate::check_rates(const Draft& draft, MonoTime now) const noexcept {
  for (std::size_t place = 1; place < currencies().size(); ++place) {
    if (rates_.fresh(place, now)) continue;
    bool needed = place == rates_.place_of(draft.instrument);
    for (std::size_t i = 0; i < exposures_.size() && !needed; ++i)
      needed =
          place == rates_.place_of(i) && (!exposures_[i].idle() || exposures_[i].total.cash != 0);
    if (!needed) continue;
    if (rates_.rate(place).up == 0)
      return refuse(Rule::FxMissing, static_cast<std::int64_t>(place), 0, ScopeKind::Currency,
                    place);
    return refuse(Rule::FxStale, now - rates_.rate(place).at, rates_.age_ns_max(place),
                  ScopeKind::Currency, place);
  }
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
  if (!draft.is_new &&
      !times(static_cast<Int128>(rate), static_cast<UInt128>(draft.extra_value), extra_value))
    return refuse(Rule::Overflow);

  const InstrumentExposure& exposure = exposures_[i];
  const std::array<const Holding*, 3> held{&exposure.total, &exposure.by_strategy[draft.strategy],
                                           &exposure.by_account[draft.account]};
  std::array<Worst, 3> after;
  const Weight& priced = valuations_[i].weight;
  for (std::size_t h = 0; h < held.size(); ++h) {
    const Range range = range_of(*held[h], draft.order.side, draft.extra);
    if (!worst_of(range.low, range.high, priced.high, priced.low, after[h]))
      return refuse(Rule::Overflow);
  }
  const Sums* const cells = &cells_[cells_at(i)];
  const Sums* const of_strategy = cells + 1 + draft.strategy;
  const Sums* const of_account = cells + 1 + strategies() + draft.account;
  const AllTouched touched{{{&instrument(i), cells, &after[0]},
                            {&strategy(draft.strategy), of_strategy, &after[1]},
                            {&account(draft.account), of_account, &after[2]},
                            {&venue_at(i), cells, &after[0]},
                            {&currency_at(i), cells, &after[0]},
                            {&firm(), cells, &after[0]}}};
  for (const Touched& t : touched) {
    // That of an instrument is in its settlement currency and was checked with the order.
    if (t.scope->kind() != ScopeKind::Instrument && value > t.scope->bound(LimitKind::OrderValue))
      return refuse(Rule::OrderValue, value, LimitKind::OrderValue, *t.scope);
  }
  if (const Verdict v = check_notional(draft, touched); !v.accepted()) return v;
  if (greeks_.limited() && draft.extra != Qty{}) [[unlikely]] {
    OrderRequest grows = draft.order;
    grows.qty = draft.extra;
    const Verdict v = greeks_.check(grows, i, draft.reduces, exposures_, now);
    if (!v.accepted()) return v;
  }
  if (const Verdict v = check_counts(draft, touched, extra_value, now); !v.accepted()) return v;
  return check_losses(draft, touched);
}

// A sum that the order does not make worse is not held against it.
Verdict OrderGate::check_notional(const Draft& draft, const AllTouched& touched) noexcept {
  const bool buy = draft.order.side == Side::Buy;
  for (const Touched& t : touched) {
    if (t.after->gross <= t.known->worst.gross) continue;
    const Int128 gross = t.scope->sums.worst.gross - t.known->worst.gross + t.after->gross;
    if (gross > t.scope->bound(LimitKind::GrossNotional))
      return refuse(Rule::GrossNotional, gross, LimitKind::GrossNotional, *t.scope);
  }
  for (const Touched& t : touched) {
    const Worst& sums = t.scope->sums.worst;
    const Int128 net = buy ? sums.highest - t.known->worst.highest + t.after->highest
                           : t.known->worst.lowest - sums.lowest - t.after->lowest;
    if (draft.extra != Qty{} && net > t.scope->bound(LimitKind::NetNotional))
      return refuse(Rule::NetNotional, buy ? net : -net, LimitKind::NetNotional, *t.scope);
  }
  for (const Touched& t : touched) {
    if (t.after->gross <= t.known->worst.gross) continue;
    const Int128 gross = t.scope->sums.worst.gross - t.known->worst.gross + t.after->gross;
    const Int128 used = gross + std::max(t.scope->loss(), Int128{0});
    if (used > t.scope->bound(LimitKind::Credit))
      return refuse(Rule::Credit, used, LimitKind::Credit, *t.scope);
  }
  return {};
}

Verdict OrderGate::check_counts(const Draft& draft, const AllTouched& touched, Int128 extra_value,
                                MonoTime now) noexcept {
  for (const Touched& t : touched) {
    if (draft.is_new && t.scope->open_orders >= t.scope->open_orders_max())
      return refuse(Rule::OpenOrders, t.scope->open_orders, t.scope->open_orders_max(), *t.scope);
  }
  if (extra_value > 0) {
    for (const Touched& t : touched) {
      const Int128 open = t.scope->sums.open_value + extra_value;
      if (open > t.scope->bound(LimitKind::OpenValue))
        return refuse(Rule::OpenValue, open, LimitKind::OpenValue, *t.scope);
    }
    for (const Touched& t : touched) {
      const Int128 traded = t.scope->sums.turnover + t.scope->sums.open_value + extra_value;
      if (traded > t.scope->bound(LimitKind::Turnover) && !draft.reduces)
        return refuse(Rule::Turnover, traded, LimitKind::Turnover, *t.scope);
    }
  }
  for (const Touched& t : touched) {
    if (!t.scope->rate_allows(now))
      return refuse(Rule::OrderRate, t.scope->rate_limit() + 1, t.scope->rate_limit(), *t.scope);
  }
  return {};
}

Verdict OrderGate::check_losses(const Draft& draft, const AllTouched& touched) noexcept {
  for (const Touched& t : touched) {
    if (t.scope->latch() == LossLatch::Open) [[likely]]
      continue;
    const bool halted = t.scope->latch() == LossLatch::Halt;
    if (draft.flattens || (!halted && draft.reduces)) continue;
    const LimitKind cause = t.scope->cause();
    const bool fallen = cause == LimitKind::Drawdown || cause == LimitKind::DrawdownHalt;
    const Rule rule = halted ? Rule::LossHalt : fallen ? Rule::Drawdown : Rule::DailyLoss;
    return refuse(rule, fallen ? t.scope->drawdown() : t.scope->loss(), cause, *t.scope);
  }
  return {};
}
}  // namespace sq::risk
