#include "engine/risk/policies/accumulation.hpp"

#include <limits>

#include "engine/types/instrument.hpp"

namespace sq::risk {
namespace {
std::int64_t saturate(Int128 value) noexcept {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  return value > kMax ? kMax : static_cast<std::int64_t>(value);
}
Verdict refuse(Rule rule, Int128 observed, std::int64_t allowed, std::size_t window) noexcept {
  Verdict verdict;
  verdict.rule = rule;
  verdict.detail = static_cast<std::uint8_t>(window);
  verdict.observed = saturate(observed);
  verdict.allowed = allowed;
  return verdict;
}
}  // namespace

Verdict Accumulation::check(std::int64_t qty, Int128 notional, MonoTime now) const noexcept {
  for (std::size_t w = 0; w < windows_.size(); ++w) {
    const WindowLimits& limits = windows_[w].limits;
    const WindowSums& sums = windows_[w].sums.at(now);
    if (limits.qty_max && sums.qty + qty > *limits.qty_max)
      return refuse(Rule::WindowQty, sums.qty + qty, *limits.qty_max, w);
    if (limits.notional_max) {
      if (notional < 0) return refuse(Rule::Overflow, 0, 0, w);
      const Int128 after = sums.notional + notional;
      if (after > Int128{*limits.notional_max} * kFinePerAmount)
        return refuse(Rule::WindowNotional, (after + kFinePerAmount - 1) / kFinePerAmount,
                      *limits.notional_max, w);
    }
    if (limits.orders_max && sums.count >= *limits.orders_max)
      return refuse(Rule::WindowOrders, Int128{sums.count} + 1, *limits.orders_max, w);
  }
  return {};
}

void Accumulation::on_sent(std::int64_t qty, Int128 notional, MonoTime now) noexcept {
  const WindowSums sent{notional < 0 ? 0 : notional, qty, 1, 0};
  for (Window& each : windows_) each.sums.record(now, sent);
}

bool Accumulation::set(std::size_t window, std::optional<std::int64_t> WindowLimits::*bound,
                       std::int64_t value) noexcept {
  if (window >= windows_.size() || !(windows_[window].limits.*bound)) return false;
  windows_[window].limits.*bound = value;
  return true;
}

void Accumulation::save(StateOut& out) const {
  out.put_count(windows_.size());
  for (const Window& each : windows_) each.sums.save(out);
}
bool Accumulation::restore(StateIn& in) {
  in.expect(std::uint64_t{windows_.size()});
  for (Window& each : windows_) {
    if (!in.ok() || !each.sums.restore(in)) return false;
  }
  return in.ok();
}
}  // namespace sq::risk
