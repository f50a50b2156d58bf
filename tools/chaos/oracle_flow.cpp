// The oracle: kill switch, flow of messages, duplicates, losses.
#include <fmt/format.h>

#include <algorithm>

#include "tools/chaos/oracle.hpp"

namespace sq::chaos {
namespace {
std::string name(OrderId id) { return fmt::format("order {}:{}", id.epoch(), id.counter()); }
constexpr Int128 kFine = Int128{1'000'000'000} * 1'000'000'000;
// The input that begins a day may carry a price that the engine looks at behind that: what it can
// change of the result, one unit of money.
constexpr Int128 kOneRecord = kFine * 100'000'000;
}  // namespace

void Oracle::kill(const KillScope& scope, bool flatten) {
  for (Killed& each : killed_) {
    if (each.scope != scope) continue;
    each.flatten = each.flatten || flatten;
    return;
  }
  killed_.push_back({scope, flatten});
}
void Oracle::open(const KillScope& scope) {
  std::erase_if(killed_, [&](const Killed& each) { return each.scope == scope; });
  if (scope.kind != KillScopeKind::All) return;
  latches_.clear();
  for (Loss& each : losses_) each.latch = 0;
}
void Oracle::kill_done(const KillScope& scope, MonoTime at) {
  for (const auto& open : open_) {
    for (const std::uint64_t each : open) {
      const Order& order = orders_.at(each);
      if (covers(scope, order.request, order.instrument) && order.cancel_at != at)
        complain(fmt::format("{} was not cancelled with the kill", name(order.request.id)));
    }
  }
}
void Oracle::nothing_latched() {
  killed_.clear();
  latches_.clear();
  for (Loss& each : losses_) each.latch = 0;
}

bool Oracle::covers(const KillScope& scope, const OrderRequest& order,
                    InstrumentId instrument) const {
  switch (scope.kind) {
    case KillScopeKind::All:
      return true;
    case KillScopeKind::Venue:
      return scope.number ==
             static_cast<std::uint32_t>(setup_.instruments[index_of(instrument)].instrument.venue);
    case KillScopeKind::Account:
      return scope.number ==
             static_cast<std::uint32_t>(setup_.strategies[index_of(order.strategy)].account);
    case KillScopeKind::Strategy:
      return scope.number == index_of(order.strategy);
    case KillScopeKind::Instrument:
      return scope.number == index_of(instrument);
  }
  return true;
}

// Behind a kill only what works out a position leaves, and only where that was asked for.
void Oracle::check_kill(const OrderRequest& order, InstrumentId instrument) {
  bool closed = false;
  bool flatten = false;
  for (const Killed& each : killed_) {
    if (!covers(each.scope, order, instrument)) continue;
    closed = true;
    flatten = flatten || each.flatten;
  }
  flattens_ = closed && flatten && order.tif == TimeInForce::ImmediateOrCancel &&
              shrinks(order, instrument);
  if (closed && !flattens_) complain(fmt::format("{} left after the kill", name(order.id)));
}

void Oracle::tail_lost() {
  for (std::size_t k = 0; k < buckets_.size(); ++k)
    buckets_[k].level = Int128{setup_.messages[k].burst} * kNsPerSecond;
}

void Oracle::take_messages(StrategyId strategy, InstrumentId instrument, MonoTime now,
                           const char* order) {
  if (index_of(strategy) >= setup_.strategies.size() ||
      index_of(instrument) >= setup_.instruments.size())
    return;
  for (std::size_t k = 0; k < buckets_.size(); ++k) {
    const OracleSetup::MessageRule& rule = setup_.messages[k];
    const OracleSetup::ScopeRule scope{rule.kind, rule.number, {}, {}, {}, {}, {}, {}, {}};
    if (!within(scope, index_of(strategy), index_of(instrument))) continue;
    Bucket& bucket = buckets_[k];
    bucket.level = std::min(bucket.level + Int128{now.ns - bucket.at} * rule.rate,
                            Int128{rule.burst} * kNsPerSecond);
    bucket.at = now.ns;
    bucket.level -= kNsPerSecond;
    if (order != nullptr && bucket.level < Int128{rule.reserve} * kNsPerSecond)
      complain(fmt::format("{} is one message too many for scope {} number {}", order,
                           static_cast<int>(rule.kind), rule.number));
  }
}

void Oracle::check_flow(const OrderRequest& order, InstrumentId instrument, MonoTime now) {
  take_messages(order.strategy, instrument, now, name(order.id).c_str());
  const auto forget = [&](std::deque<Sent>& sent, std::int64_t window) {
    while (!sent.empty() && now.ns - sent.front().at >= window) sent.pop_front();
  };
  forget(recent_, setup_.duplicate_ns);
  for (const Sent& each : recent_) {
    const OrderRequest& other = each.order;
    if (each.instrument == instrument && other.strategy == order.strategy &&
        other.side == order.side && other.type == order.type && other.limit == order.limit &&
        other.qty == order.qty)
      complain(fmt::format("{} is {} again", name(order.id), name(other.id)));
  }
  recent_.push_back({now.ns, instrument, order});
  const OracleSetup::InstrumentRule& rule = setup_.instruments[index_of(instrument)];
  std::deque<Sent>& window = windows_[index_of(instrument)];
  forget(window, rule.window_ns);
  window.push_back({now.ns, instrument, order});
  Int128 qty = 0;
  for (const Sent& each : window) qty += each.order.qty.raw();
  if (static_cast<std::int64_t>(window.size()) > rule.window_orders_max ||
      qty > rule.window_qty_max)
    complain(fmt::format("{} is too much for a window: {} orders", name(order.id), window.size()));
}

void Oracle::told_nothing() {
  std::fill(told_.begin(), told_.end(), Stake{});
  for (auto& each : told_trades_) each.clear();
}

void Oracle::told(const RecordHeader& record) {
  const auto& said = payload_of<OrderReport>(record);
  if (said.kind != ReportKind::Filled) return;
  const Order* order = find(said.id);
  if (order == nullptr) return;
  const std::size_t i = index_of(order->instrument);
  if (!told_trades_[i].insert(said.trade_id).second) return;
  trade(told_[i * setup_.strategies.size() + index_of(order->request.strategy)], *order, said);
}

// What it came to, as far as the engine knows, at the middle of the last prices; 1e-26.
Int128 Oracle::told_result(std::size_t from, std::size_t to) const {
  Int128 sum = 0;
  for (std::size_t i = 0; i < setup_.instruments.size(); ++i) {
    for (std::size_t s = from; s < to; ++s) {
      const Stake& each = told_[i * setup_.strategies.size() + s];
      const Int128 twice =
          Int128{each.position} * (Int128{feeds_[i].bid} + feeds_[i].ask);  // 1e-17
      sum += (each.cash * 2'000'000'000 + twice) * rate_of(i) / 2;
    }
  }
  return sum;
}

void Oracle::day_figure(const DayStarted& day, MonoTime, bool again) {
  const bool of_strategy = day.scope == 0 && index_of(day.strategy) < setup_.strategies.size();
  const bool of_firm = day.scope == static_cast<std::uint8_t>(OracleSetup::Kind::Firm) ||
                       (day.scope == 0 && day.strategy == kNoStrategy);
  const bool scoped_strategy = day.scope == static_cast<std::uint8_t>(OracleSetup::Kind::Strategy);
  const std::size_t n = setup_.strategies.size();
  const std::size_t s = of_strategy ? index_of(day.strategy) : day.scope_number;
  if (day.figure == DayFigure::Peak) return;
  if (day.figure == DayFigure::Latch) {
    const auto latch = static_cast<std::uint8_t>(day.pnl_base & 0xFF);
    if (of_firm || of_strategy || scoped_strategy) {
      losses_[of_firm ? n : s].latch = latch;
    } else {
      latches_[{day.scope, day.scope_number}] = latch;
    }
    return;
  }
  if (!of_firm && !of_strategy && !scoped_strategy) {
    latches_.erase({day.scope, day.scope_number});
    return;
  }
  Loss& loss = losses_[of_firm ? n : s];
  loss = {day.pnl_base, true, 0};
  if (of_firm && !again) std::fill(turnover_.begin(), turnover_.end(), Int128{0});
  if (again) return;
  const Int128 result = of_firm ? told_result(0, n) : told_result(s, s + 1);
  const Int128 off = result - loss.base * kFine;
  if (off > kOneRecord || off < -kOneRecord)
    complain(fmt::format("the day of {} begins at {} and should at {}",
                         of_firm ? "the firm" : "a strategy", day.pnl_base,
                         static_cast<std::int64_t>(result / kFine)));
}

// A latch that is in the log holds; and what was lost by now, as far as the engine was told, is
// within the limit unless the order shrinks the position.
void Oracle::check_losses(const OrderRequest& order, InstrumentId instrument) {
  const std::size_t n = setup_.strategies.size();
  const std::size_t s = index_of(order.strategy);
  const bool safe = flattens_ || shrinks(order, instrument);
  for (const std::size_t each : {s, n}) {
    const Loss& loss = losses_[each];
    if (!flattens_ && (loss.latch > 1 || (loss.latch == 1 && !safe)))
      complain(fmt::format("{} left after a limit on loss was reached", name(order.id)));
    if (safe || !loss.known) continue;
    const std::int64_t most =
        each == n ? setup_.firm.daily_loss_max : setup_.strategies[s].daily_loss_max;
    const Int128 lost = loss.base * kFine - (each == n ? told_result(0, n) : told_result(s, s + 1));
    if (lost > Int128{most + 2} * kFine)
      complain(fmt::format("{} left after a loss of {}, {} may be", name(order.id),
                           static_cast<std::int64_t>(lost / kFine), most));
  }
  for (const auto& [scope, latch] : latches_) {
    const OracleSetup::ScopeRule rule{
        static_cast<OracleSetup::Kind>(scope.first), scope.second, {}, {}, {}, {}, {}, {}, {}};
    if (rule.kind == OracleSetup::Kind::Currency || !within(rule, s, index_of(instrument)))
      continue;
    if (!flattens_ && (latch > 1 || (latch == 1 && !safe)))
      complain(fmt::format("{} left after a limit on loss of scope {} was reached", name(order.id),
                           static_cast<int>(scope.first)));
  }
}
}  // namespace sq::chaos
