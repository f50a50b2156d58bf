#include "engine/book/surveillance/withdrawals.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>

#include "engine/book/analytics/numeric/real_math.hpp"

namespace sq::book::surveillance {
namespace {
double ratio(Qty part, Qty whole) noexcept {
  return static_cast<double>(part.raw()) / static_cast<double>(whole.raw());
}
Qty plus(Qty a, Qty b) noexcept { return Qty::sum(a, b).value_or(Qty::max()); }

constexpr std::int64_t kMemoryNs = 60 * kNsPerSecond;

// P(N >= least), N negative binomial: 1 - the first terms of C(n + k, k) p^k (1 - p)^(n + 1).
double chance_of(std::size_t least, double n, double p) noexcept {
  double term = analytics::exp_of((n + 1) * analytics::log_of(1 - p));
  double below = 0;
  for (std::size_t k = 0; k < least; ++k) {
    below += term;
    const auto next = static_cast<double>(k + 1);
    term *= p * (n + next) / next;
  }
  return 1 - below;
}

Evidence evidence_of(const Withdrawal& one) noexcept {
  return {one.id, one.at, one.placed, one.price, one.qty, Evidence::Role::Withdrawn, one.side};
}
}  // namespace

void Withdrawals::on_withdrawn(const Withdrawal& one, Qty usual, const Executions& executions,
                               const NearBook& book) noexcept {
  const double multiple = ratio(one.qty, usual);
  if (multiple < std::min(settings_.layer_multiple, settings_.large_multiple)) return;
  if (one.at - one.placed > settings_.life_ns_max) return;
  if (ratio(one.filled, plus(one.qty, one.filled)) > settings_.filled_max) return;
  for (Suspicion& suspicion : suspicions_)
    if (waiting_ != 0 && suspicion.waits && suspicion.alert.side != one.side)
      suspicion.other_side = plus(suspicion.other_side, one.qty);
  Recent& ring = recent(one.side);
  ring.ring[ring.total++ % kRecent] = one;
  const WallTime oldest = one.at - settings_.after_execution_ns - settings_.pull_ns;
  if (!executions.any_since(opposite(one.side), oldest)) return;
  if (multiple >= settings_.large_multiple) try_spoofing(one, usual, executions, book);
  if (multiple >= settings_.layer_multiple) try_layering(one, usual, executions, book);
}

void Withdrawals::try_spoofing(const Withdrawal& one, Qty usual, const Executions& executions,
                               const NearBook& book) noexcept {
  const NearDepth near = book.depth(one.side, settings_.near_levels);
  if (!near.holds(one.side, one.price)) return;
  const double share = ratio(one.qty, plus(one.qty, near.qty));
  if (share < settings_.share_min) return;
  Alert alert;
  alert.kind = AlertKind::Spoofing;
  alert.side = one.side;
  alert.from = one.placed;
  alert.until = one.at;
  alert.add(evidence_of(one));
  const Case found{one.placed, one.at, one.unsure_ns, one.qty, share, usual};
  if (!judge(alert, found, executions)) return;
  suspect(alert, one.qty, near.reach(one.side, one.price), one.at);
}

void Withdrawals::try_layering(const Withdrawal& one, Qty usual, const Executions& executions,
                               const NearBook& book) noexcept {
  // Each layer stood at one same execution; it may lie before other cancels, and before others
  // between them.
  std::array<WallTime, kPivots> pivots{};
  std::size_t count = 0;
  executions.each(opposite(one.side), one.placed, one.at, settings_.genuine_ns,
                  [&](const Execution& execution) {
                    if (count < kPivots && (count == 0 || pivots[count - 1] != execution.at))
                      pivots[count++] = execution.at;
                  });
  if (count == 0) return;
  const NearDepth near = book.depth(one.side, settings_.near_levels);
  for (std::size_t n = 0; n < count; ++n)
    if (layered(one, usual, pivots[n], near, executions)) return;
}

bool Withdrawals::layered(const Withdrawal& one, Qty usual, WallTime pivot, const NearDepth& near,
                          const Executions& executions) noexcept {
  const Recent& ring = recent(one.side);
  Alert alert;
  alert.kind = AlertKind::Layering;
  alert.side = one.side;
  alert.from = one.placed;
  alert.until = one.at;
  Case found{one.placed, one.at, one.unsure_ns, Qty{}, 0, usual};
  std::array<Price, kRecent> prices{};
  std::array<const Withdrawal*, kRecent> layers{};
  std::size_t count = 0;
  std::uint32_t distinct = 0;
  for (std::uint64_t n = 0; n < ring.total && n < kRecent; ++n) {
    const Withdrawal& other = ring.ring[(ring.total - 1 - n) % kRecent];
    if (one.at - other.at > settings_.pull_ns || other.at <= ring.judged_until) break;
    if (other.placed > pivot || other.at < pivot) continue;
    if (std::abs(one.placed - other.placed) > settings_.place_ns) continue;
    if (!near.holds(one.side, other.price)) continue;
    const auto end = prices.begin() + distinct;
    if (std::find(prices.begin(), end, other.price) == end) prices[distinct++] = other.price;
    layers[count++] = &other;
    found.qty = plus(found.qty, other.qty);
    alert.from = std::min(alert.from, other.placed);
    found.placed = std::max(found.placed, other.placed);
    found.pulled = std::min(found.pulled, other.at);
    alert.add(evidence_of(other));
  }
  if (distinct < settings_.layers || ratio(found.qty, usual) < settings_.large_multiple)
    return false;
  found.share = ratio(found.qty, plus(found.qty, near.qty));
  if (found.share < settings_.share_min || !judge(alert, found, executions)) return false;
  if (!together(layers.data(), count)) return false;
  suspect(alert, found.qty, near.reach(one.side, one.price), one.at);
  return true;
}

bool Withdrawals::together(const Withdrawal* const* layers, std::size_t count) const noexcept {
  const Recent& ring = recent(layers[0]->side);
  const std::uint64_t kept = std::min<std::uint64_t>(ring.total, kRecent);
  const WallTime oldest = ring.total > kRecent ? ring.ring[ring.total % kRecent].at : began_;
  Qty smallest = layers[0]->qty;
  for (std::size_t m = 2; m <= count; ++m) {
    const WallTime first = layers[m - 1]->at;
    smallest = std::min(smallest, layers[m - 1]->qty);
    if (m < settings_.layers) continue;
    const WallTime since = std::max(oldest, first - kMemoryNs);
    double others = 0;
    for (std::uint64_t n = 0; n < kept; ++n) {
      const Withdrawal& one = ring.ring[(ring.total - 1 - n) % kRecent];
      if (one.at < since) break;
      others += one.at < first && one.qty >= smallest;
    }
    const auto span = static_cast<double>(first - since);
    const auto went = static_cast<double>(layers[0]->at - first + layers[0]->unsure_ns);
    if (span > 0 && chance_of(m - 1, others, went / (span + went)) <= settings_.together_chance_max)
      return true;
  }
  return false;
}

bool Withdrawals::judge(Alert& alert, const Case& found,
                        const Executions& executions) const noexcept {
  Qty executed{};
  WallTime last{};
  const Side side = opposite(alert.side);
  const std::uint32_t own = executions.each(
      side, found.placed, found.pulled, settings_.genuine_ns, [&](const Execution& one) {
        if (last < one.at) last = one.at;
        executed = plus(executed, one.qty);
        alert.add({one.id, one.at, one.placed, one.price, one.qty, Evidence::Role::Executed, side});
      });
  const std::int64_t since = found.pulled - last;
  if (own == 0 || since > settings_.after_execution_ns) return false;
  if (ratio(executed, found.usual) < settings_.executed_multiple) return false;
  if (ratio(executed, found.qty) > settings_.executed_share_max) return false;
  constexpr double kShareFull = 0.5;
  const double chance = executions.chance(side, since + found.unsure_ns, own);
  alert.score = (1 - chance) * std::min(1.0, found.share / kShareFull);
  alert.severity = severity_of(alert.score);
  return alert.score >= settings_.score_min;
}

Qty Withdrawals::pulled_since(Side side, WallTime from) const noexcept {
  const Recent& ring = recent(side);
  Qty total{};
  for (std::uint64_t n = 0; n < ring.total && n < kRecent; ++n) {
    const Withdrawal& one = ring.ring[(ring.total - 1 - n) % kRecent];
    if (one.at < from) break;
    total = plus(total, one.qty);
  }
  return total;
}

// More layers of a pattern that waits already take its place.
void Withdrawals::suspect(const Alert& alert, Qty qty, Price reach, WallTime at) noexcept {
  Suspicion* slot = nullptr;
  for (Suspicion& suspicion : suspicions_) {
    const bool same = suspicion.waits && suspicion.alert.kind == alert.kind &&
                      alert.kind == AlertKind::Layering && suspicion.alert.side == alert.side;
    if (same || (!suspicion.waits && slot == nullptr)) slot = &suspicion;
    if (same) break;
  }
  if (slot == nullptr) return;  // eight at once: those that wait already tell enough
  const bool renewed = slot->waits;
  const Qty back = renewed ? slot->back : Qty{};
  *slot = {.alert = alert,
           .due = at + settings_.requote_ns,
           .reach = reach,
           .qty = qty,
           .back = back,
           .other_side = pulled_since(opposite(alert.side), at - settings_.requote_ns),
           .waits = true};
  waiting_ += !renewed;
  renew_due();
}

void Withdrawals::note_back(Side side, Price price, Qty qty) noexcept {
  for (Suspicion& suspicion : suspicions_)
    if (suspicion.waits && suspicion.alert.side == side && as_good(side, price, suspicion.reach))
      suspicion.back = plus(suspicion.back, qty);
}

void Withdrawals::note_executed(Side side, Price price, Qty qty) noexcept {
  for (Suspicion& suspicion : suspicions_) {
    if (!suspicion.waits || suspicion.alert.side != side) continue;
    for (const Evidence& item : suspicion.alert.kept())
      if (item.role == Evidence::Role::Withdrawn && item.id == 0 && item.price == price)
        suspicion.back = plus(suspicion.back, qty);
  }
}

std::optional<Alert> Withdrawals::settle(WallTime at) noexcept {
  for (Suspicion& suspicion : suspicions_) {
    if (!suspicion.waits || at <= suspicion.due) continue;
    suspicion.waits = false;
    --waiting_;
    if (suspicion.alert.kind == AlertKind::Layering)
      recent(suspicion.alert.side).judged_until = suspicion.alert.until;
    if (ratio(suspicion.back, suspicion.qty) >= settings_.requote_share) continue;
    if (2 * ratio(suspicion.other_side, suspicion.qty) >= 1) continue;
    renew_due();
    return suspicion.alert;
  }
  renew_due();
  return std::nullopt;
}

void Withdrawals::renew_due() noexcept {
  due_ = WallTime{std::numeric_limits<std::int64_t>::max()};
  for (const Suspicion& suspicion : suspicions_)
    if (suspicion.waits) due_ = std::min(due_, suspicion.due);
}

void Withdrawals::clear() noexcept {
  for (Suspicion& suspicion : suspicions_) suspicion.waits = false;
  for (Recent& ring : recent_) ring = {};
  waiting_ = 0;
}
}  // namespace sq::book::surveillance
