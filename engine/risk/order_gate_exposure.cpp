// The order against what is held and open: worst-case positions and notional, counts, rates, the
// day's turnover and loss, in every scope that it touches.
#include <algorithm>
#include <array>
#include <utility>

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
  if (draft.changes != nullptr &&
      !times(static_cast<Int128>(rate), static_cast<UInt128>(draft.extra_value), extra_value))
    return refuse(Rule::Overflow);

  const InstrumentExposure& exposure = exposures_[i];
  const std::array<const Holding*, 3> held{&exposure.total, &holding_of(draft),
                                           &exposure.by_account[draft.account]};
  std::array<Worst, 3> after;
  std::array<Headroom, 3> needs;
  const Sums* const cells = &cells_[cells_at(i)];
  const Sums* const of_account = cells + 1 + strategies() + draft.account;
  const std::array<const Sums*, 3> known{
      cells, draft.manual ? of_account : cells + 1 + draft.strategy, of_account};
  for (std::size_t h = 0; h < held.size(); ++h) {
    after[h] = known[h]->worst;
    if (!worsen(after[h], *held[h], draft.order.side, draft.extra, valuations_[i].weight))
      return refuse(Rule::Overflow);
    needs[h] = needed(draft, known[h]->worst, after[h], value, extra_value, now);
  }
  if (greeks_.limited() && draft.extra != Qty{}) [[unlikely]] {
    OrderRequest grows = draft.order;
    grows.qty = draft.extra;
    const Verdict v = greeks_.check(grows, i, draft.reduces, exposures_, now);
    if (!v.accepted()) return v;
  }
  Scope& own = draft.manual ? account(draft.account) : strategy(draft.strategy);
  const std::array<std::pair<Scope*, std::size_t>, 6> touched{{{&instrument(i), 0},
                                                               {&own, 1},
                                                               {&account(draft.account), 2},
                                                               {&venue_at(i), 0},
                                                               {&currency_at(i), 0},
                                                               {&firm(), 0}}};
  for (const auto& [scope, h] : touched) {
    if (scope->headroom().holds(needs[h])) [[likely]]
      continue;
    const Touched each{scope, known[h], &after[h]};
    // Filled by the one that refuses: a verdict a scope would be written and read for nothing.
    Verdict verdict;
    if (!check_notional(draft, each, value, verdict) ||
        !check_counts(draft, each, extra_value, now, verdict) ||
        !check_losses(draft, each, verdict))
      return verdict;
  }
  return {};
}

// The same for every scope that the holding counts in.
Headroom OrderGate::needed(const Draft& draft, const Worst& known, const Worst& after, Int128 value,
                           Int128 extra_value, MonoTime now) noexcept {
  Headroom needs;
  const bool grows = draft.extra != Qty{};
  const bool buy = draft.order.side == Side::Buy;
  needs[Room::OrderValue] = room_needed(value);
  needs[Room::Gross] =
      after.gross > known.gross ? room_needed(after.gross - known.gross) : kNeedsNothing;
  needs[Room::Long] = grows && buy ? room_needed(after.highest - known.highest) : kNeedsNothing;
  needs[Room::Short] = grows && !buy ? room_needed(known.lowest - after.lowest) : kNeedsNothing;
  needs[Room::OpenValue] = extra_value > 0 ? room_needed(extra_value) : kNeedsNothing;
  needs[Room::OpenOrders] = draft.changes == nullptr ? 1 : kNeedsNothing;
  needs[Room::Rate] = -now.ns;
  needs[Room::Latch] = 0;
  return needs;
}

// The side that the order is on, with what it adds; the other is as it was. The larger magnitude
// can only grow to that of this side.
bool OrderGate::worsen(Worst& worst, const Holding& holding, Side side, Qty extra,
                       const Weight& weight) noexcept {
  if (extra == Qty{}) return true;
  const bool buy = side == Side::Buy;
  // Seen from a seller, up is down.
  const Int128 out = (buy ? holding.worst_long() : -holding.worst_short()) + extra.raw();
  const Int128 back = buy ? -holding.worst_short() : holding.worst_long();
  Int128 value = 0;
  if (!times(out, out < 0 ? weight.low : weight.high, value)) return false;
  if (out < 0) value = -value;
  (buy ? worst.highest : worst.lowest) = buy ? value : -value;
  if (out > back) worst.gross = value;
  return true;
}

// A sum that the order does not make worse is not held against it.
bool OrderGate::check_notional(const Draft& draft, const Touched& t, Int128 value,
                               Verdict& no) noexcept {
  const Scope& scope = *t.scope;
  const Worst& sums = scope.sums().worst;
  // That of an instrument is in its settlement currency and was checked with the order.
  if (value > scope.bound(LimitKind::OrderValue) && scope.kind() != ScopeKind::Instrument)
    return no = refuse(Rule::OrderValue, value, LimitKind::OrderValue, scope), false;
  if (t.after->gross > t.known->worst.gross) {
    const Int128 gross = sums.gross - t.known->worst.gross + t.after->gross;
    if (gross > scope.bound(LimitKind::GrossNotional))
      return no = refuse(Rule::GrossNotional, gross, LimitKind::GrossNotional, scope), false;
    const Int128 used = gross + std::max(scope.loss(), Int128{0});
    if (used > scope.bound(LimitKind::Credit))
      return no = refuse(Rule::Credit, used, LimitKind::Credit, scope), false;
  }
  if (draft.extra == Qty{}) return true;
  const bool buy = draft.order.side == Side::Buy;
  const Int128 net = buy ? sums.highest - t.known->worst.highest + t.after->highest
                         : t.known->worst.lowest - sums.lowest - t.after->lowest;
  if (net > scope.bound(LimitKind::NetNotional))
    return no = refuse(Rule::NetNotional, buy ? net : -net, LimitKind::NetNotional, scope), false;
  return true;
}

bool OrderGate::check_counts(const Draft& draft, const Touched& t, Int128 extra_value, MonoTime now,
                             Verdict& no) noexcept {
  const Scope& scope = *t.scope;
  if (draft.changes == nullptr && scope.open_orders() >= scope.open_orders_max())
    return no = refuse(Rule::OpenOrders, scope.open_orders(), scope.open_orders_max(), scope),
           false;
  if (extra_value > 0) {
    const Int128 open = scope.sums().open_value + extra_value;
    if (open > scope.bound(LimitKind::OpenValue))
      return no = refuse(Rule::OpenValue, open, LimitKind::OpenValue, scope), false;
    const Int128 traded = scope.sums().turnover + open;
    if (traded > scope.bound(LimitKind::Turnover) && !draft.reduces)
      return no = refuse(Rule::Turnover, traded, LimitKind::Turnover, scope), false;
  }
  if (!scope.rate_allows(now))
    return no = refuse(Rule::OrderRate, scope.rate_limit() + 1, scope.rate_limit(), scope), false;
  return true;
}

bool OrderGate::check_losses(const Draft& draft, const Touched& t, Verdict& no) noexcept {
  const Scope& scope = *t.scope;
  if (scope.latch() == LossLatch::Open) [[likely]]
    return true;
  const bool halted = scope.latch() == LossLatch::Halt;
  if (draft.flattens || (!halted && draft.reduces)) return true;
  const LimitKind cause = scope.cause();
  const bool fallen = cause == LimitKind::Drawdown || cause == LimitKind::DrawdownHalt;
  const Rule rule = halted ? Rule::LossHalt : fallen ? Rule::Drawdown : Rule::DailyLoss;
  return no = refuse(rule, fallen ? scope.drawdown() : scope.loss(), cause, scope), false;
}
}  // namespace sq::risk
