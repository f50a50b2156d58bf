// The order against what is held and open, exactly: worst-case notional, counts, rates, the day's
// turnover and loss, in every scope that it touches. Names what refuses.
#include <algorithm>
#include <array>
#include <utility>

#include "engine/risk/order_gate.hpp"
#include "engine/risk/refusal.hpp"

namespace sq::risk {
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

Verdict OrderGate::check_greeks(const Draft& draft, MonoTime now) const noexcept {
  OrderRequest grows = draft.order;
  grows.qty = draft.extra;
  return greeks_.check(grows, draft.instrument, draft.reduces, exposures_, now);
}

// Exactly, scope by scope.
Verdict OrderGate::check_sums(const Draft& draft, const Cost& cost) const noexcept {
  const std::size_t i = draft.instrument;
  const InstrumentExposure& exposure = exposures_[i];
  const std::array<const Holding*, 3> held{&exposure.total, &holding_of(draft),
                                           &exposure.by_account[draft.account]};
  std::array<Worst, 3> after;
  const Sums* const cells = &cells_[cells_at(i)];
  const Sums* const of_account = cells + 1 + strategies() + draft.account;
  const std::array<const Sums*, 3> known{
      cells, draft.manual ? of_account : cells + 1 + draft.strategy, of_account};
  for (std::size_t h = 0; h < held.size(); ++h) {
    after[h] = known[h]->worst;
    if (!worsen(after[h], *held[h], draft.order.side, draft.extra, valuations_[i].weight))
      return refuse(Rule::Overflow);
  }
  const Scope& own = draft.manual ? account(draft.account) : strategy(draft.strategy);
  const std::array<std::pair<const Scope*, std::size_t>, 6> touched{{{&instrument(i), 0},
                                                                     {&own, 1},
                                                                     {&account(draft.account), 2},
                                                                     {&venue_at(i), 0},
                                                                     {&currency_at(i), 0},
                                                                     {&firm(), 0}}};
  for (const auto& [scope, h] : touched) {
    const Touched each{scope, known[h], &after[h]};
    // Filled by the one that refuses: a verdict a scope would be written and read for nothing.
    Verdict verdict;
    if (!check_notional(draft, each, cost.value, verdict) ||
        !check_counts(draft, each, cost.extra_value, cost.now, verdict) ||
        !check_losses(draft, each, verdict))
      return verdict;
  }
  return {};
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
