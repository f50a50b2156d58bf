#include "engine/risk/breaker_monitor.hpp"

#include <algorithm>
#include <limits>

#include "engine/risk/siphash.hpp"

namespace sq::risk {
namespace {
constexpr std::size_t kTripsMax = 256;
constexpr std::size_t kRepeats = 1U << 10;
constexpr std::size_t kTouches = 1U << 14;
constexpr std::int64_t kTenThousand = 10'000;

KillScope of(StrategyId strategy) noexcept {
  if (strategy == kNoStrategy) return {};
  return {KillScopeKind::Strategy, index_of(strategy)};
}
KillScope of(InstrumentId instrument) noexcept {
  return {KillScopeKind::Instrument, index_of(instrument)};
}
// |now - then| of `then` in 1e-4.
std::int64_t change_of(std::int64_t then, std::int64_t now) noexcept {
  const Int128 distance = now > then ? Int128{now} - then : Int128{then} - now;
  return then <= 0 ? std::numeric_limits<std::int64_t>::max()
                   : static_cast<std::int64_t>(distance * kTenThousand / then);
}
}  // namespace

BreakerMonitor::BreakerMonitor(const std::vector<BreakerSettings>& settings,
                               std::size_t instruments, std::size_t strategies)
    : strategies_(strategies + 1),
      instruments_(instruments),
      fills_(strategies * instruments),
      repeats_(kRepeats),
      touches_(kTouches) {
  for (const BreakerSettings& each : settings) {
    settings_[static_cast<std::size_t>(each.kind)] = each;
    on_ = true;
    if (each.kind == BreakerKind::RejectRate)
      for (OfStrategy& one : strategies_)
        one.outcomes.assign(static_cast<std::size_t>(each.window_count), false);
  }
  trips_.reserve(kTripsMax);
}

void BreakerMonitor::trip(const BreakerSettings& by, const KillScope& scope,
                          std::int64_t observed) noexcept {
  if (trips_.size() == trips_.capacity()) {
    overflowed_ = true;
    return;
  }
  trips_.push_back({&by, scope, observed});
}
std::optional<Trip> BreakerMonitor::take() noexcept {
  if (trips_.empty()) return std::nullopt;
  const Trip first = trips_.front();
  trips_.erase(trips_.begin());
  return first;
}
BreakerMonitor::OfStrategy* BreakerMonitor::strategy_of(StrategyId id) noexcept {
  if (id == kNoStrategy) return &strategies_.back();
  return index_of(id) + 1U < strategies_.size() ? &strategies_[index_of(id)] : nullptr;
}

void BreakerMonitor::on_sent(const OrderRequest& order, InstrumentId instrument,
                             std::int64_t position, Price touch, MonoTime now) noexcept {
  if (settings(BreakerKind::Slippage) != nullptr)
    touches_[order.id.value % touches_.size()] = {order.id, touch};
  if (const BreakerSettings* loop = settings(BreakerKind::Loop))
    count_repeats(*loop, order, instrument, position, now);
}

// The same state and the same action: a cell each, a later one of another key takes it over.
void BreakerMonitor::count_repeats(const BreakerSettings& by, const OrderRequest& order,
                                   InstrumentId instrument, std::int64_t position,
                                   MonoTime now) noexcept {
  SipHash24 hash{{0, 0}};
  hash.add((std::uint64_t{index_of(order.strategy)} << 32) | index_of(instrument));
  hash.add(static_cast<std::uint64_t>(order.limit.raw()) * 2 + (order.side == Side::Buy ? 1U : 0U));
  hash.add(static_cast<std::uint64_t>(order.qty.raw()));
  hash.add(static_cast<std::uint64_t>(position));
  const std::uint64_t key = hash.finish();
  Repeated& cell = repeats_[key % repeats_.size()];
  if (cell.key != key || now - cell.since > by.window_ns) cell = {key, now, 0};
  if (++cell.count >= by.bound) trip(by, of(order.strategy), cell.count);
}

void BreakerMonitor::on_answer(StrategyId strategy, bool rejected) noexcept {
  OfStrategy* const one = strategy_of(strategy);
  if (one == nullptr) return;
  if (const BreakerSettings* by = settings(BreakerKind::Rejects)) {
    one->rejects = rejected ? one->rejects + 1 : 0;
    if (rejected && one->rejects >= by->bound) trip(*by, of(strategy), one->rejects);
  }
  const BreakerSettings* by = settings(BreakerKind::RejectRate);
  if (by == nullptr || one->outcomes.empty()) return;
  if (one->known == one->outcomes.size()) one->rejected -= one->outcomes[one->next] ? 1 : 0;
  one->outcomes[one->next] = rejected;
  one->rejected += rejected ? 1 : 0;
  one->known = std::min(one->known + 1, one->outcomes.size());
  one->next = one->next + 1 == one->outcomes.size() ? 0 : one->next + 1;
  if (one->known < one->outcomes.size()) return;  // too few to speak of a rate
  const std::int64_t percent = one->rejected * 100 / static_cast<std::int64_t>(one->known);
  if (rejected && percent >= by->bound) trip(*by, of(strategy), percent);
}

void BreakerMonitor::on_fill(const OrderRequest& order, InstrumentId instrument,
                             Price price) noexcept {
  const bool buy = order.side == Side::Buy;
  if (const BreakerSettings* by = settings(BreakerKind::Slippage)) {
    const Touch& touch = touches_[order.id.value % touches_.size()];
    const bool worse = buy ? price > touch.price : price < touch.price;
    if (touch.id == order.id && touch.price > Price{} && worse) {
      const std::int64_t slipped = change_of(touch.price.raw(), price.raw());
      if (slipped >= by->bound) trip(*by, of(order.strategy), slipped);
    }
  }
  const BreakerSettings* by = settings(BreakerKind::LosingFills);
  const std::size_t s = index_of(order.strategy);
  if (by == nullptr || s + 1 >= strategies_.size() || index_of(instrument) >= instruments_.size())
    return;
  Alternation& last = fills_[s * instruments_.size() + index_of(instrument)];
  const bool turned = last.price > Price{} && last.side != order.side;
  // Bought dearer than sold before, or sold cheaper than bought.
  const bool at_loss = turned && (buy ? price > last.price : price < last.price);
  if (turned) last.losing = at_loss ? last.losing + 1 : 0;
  last.side = order.side;
  last.price = price;
  if (at_loss && last.losing >= by->bound) trip(*by, of(order.strategy), last.losing);
}

void BreakerMonitor::on_book(InstrumentId instrument, bool usable, MonoTime now) noexcept {
  OfInstrument& one = instruments_[index_of(instrument)];
  if (usable)
    one.lost_at.reset();
  else if (!one.lost_at)
    one.lost_at = now;
}
void BreakerMonitor::look(MonoTime now) noexcept {
  const BreakerSettings* by = settings(BreakerKind::MarketData);
  if (by == nullptr) return;
  for (std::size_t i = 0; i < instruments_.size(); ++i) {
    const auto& lost = instruments_[i].lost_at;
    if (lost && now - *lost >= by->bound)
      trip(*by, of(InstrumentId{static_cast<std::uint32_t>(i)}), now - *lost);
  }
}

// The lowest and highest mid of each sixteenth of the window: at most one of them too many.
void BreakerMonitor::on_mid(InstrumentId instrument, Price bid, Price ask, MonoTime now) noexcept {
  const BreakerSettings* by = settings(BreakerKind::PriceSpeed);
  if (by == nullptr || by->window_ns <= 0) return;
  OfInstrument& one = instruments_[index_of(instrument)];
  const std::int64_t mid = bid.raw() / 2 + ask.raw() / 2;
  const auto count = static_cast<std::int64_t>(one.mids.size());
  const std::int64_t number = now.ns / (std::max<std::int64_t>(by->window_ns / count, 1));
  Bucket& here = one.mids[static_cast<std::size_t>(((number % count) + count) % count)];
  if (here.number != number) here = {number, mid, mid};
  here.low = std::min(here.low, mid);
  here.high = std::max(here.high, mid);
  std::int64_t fastest = 0;
  for (const Bucket& each : one.mids) {
    if (each.number < 0 || number - each.number >= count) continue;
    fastest = std::max({fastest, change_of(each.low, mid), change_of(each.high, mid)});
  }
  if (fastest >= by->bound) trip(*by, of(instrument), fastest);
}

void BreakerMonitor::on_load(const VenueState& state) noexcept {
  if (const BreakerSettings* by = settings(BreakerKind::EventLag); by && state.lag_ns >= by->bound)
    trip(*by, {}, state.lag_ns);
  if (const BreakerSettings* by = settings(BreakerKind::RingFull);
      by && std::int64_t{state.ring_used} >= by->bound)
    trip(*by, {}, state.ring_used);
}

void BreakerMonitor::on_compared(InstrumentId instrument, bool agree) noexcept {
  const BreakerSettings* by = settings(BreakerKind::PositionMismatch);
  if (by == nullptr || index_of(instrument) >= instruments_.size()) return;
  OfInstrument& one = instruments_[index_of(instrument)];
  one.mismatches = agree ? 0 : one.mismatches + 1;
  if (!agree && one.mismatches >= by->bound) trip(*by, of(instrument), one.mismatches);
}

void BreakerMonitor::on_pnl(StrategyId strategy, std::int64_t total, std::int64_t day) noexcept {
  OfStrategy* const one = strategy_of(strategy);
  if (one == nullptr) return;
  one->total = total;
  one->day = day;
  one->peak = std::max(one->peak.value_or(total), total);
  if (const BreakerSettings* by = settings(BreakerKind::Loss);
      by && one->day_base - day >= by->bound)
    trip(*by, of(strategy), one->day_base - day);
  if (const BreakerSettings* by = settings(BreakerKind::Drawdown);
      by && *one->peak - total >= by->bound)
    trip(*by, of(strategy), *one->peak - total);
}

void BreakerMonitor::reset(BreakerKind kind, const KillScope& scope) noexcept {
  OfStrategy* const one = scope.kind == KillScopeKind::Strategy
                              ? strategy_of(StrategyId{static_cast<std::uint16_t>(scope.number)})
                              : &strategies_.back();
  if (one == nullptr) return;
  if (kind == BreakerKind::Loss) one->day_base = one->day;
  if (kind == BreakerKind::Drawdown) one->peak = one->total;
  if (kind == BreakerKind::Rejects) one->rejects = 0;
  if (kind == BreakerKind::RejectRate) {
    one->known = one->next = 0;
    one->rejected = 0;
    one->outcomes.assign(one->outcomes.size(), false);
  }
}
}  // namespace sq::risk
