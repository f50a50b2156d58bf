#include "engine/backtest/latency.hpp"

#include <algorithm>
#include <stdexcept>

#include "engine/types/fixed.hpp"

namespace sq::backtest {
Latency::Latency(const settings::Simulation& model, Direction direction, std::uint64_t seed)
    : random_{seed} {
  const bool order = direction == Direction::Order;
  if (model.order_latency_table.empty()) {
    table_.push_back({0, order ? model.order_latency_ns : model.report_latency_ns});
  }
  for (const settings::LatencyPoint& point : model.order_latency_table)
    table_.push_back({point.probability_ppm, order ? point.order_ns : point.report_ns});
  const auto falls = [](Point a, Point b) { return b.ppm <= a.ppm || b.ns < a.ns; };
  const bool whole =
      table_.front().ppm == 0 && (table_.size() == 1 || table_.back().ppm == 1'000'000);
  if (!whole || table_.front().ns < 0 ||
      std::adjacent_find(table_.begin(), table_.end(), falls) != table_.end()) {
    throw std::invalid_argument(
        "order latency table: probabilities must rise from 0 to 1,000,000 ppm, latencies must not "
        "fall");
  }
}

std::int64_t Latency::at(std::uint64_t position) const noexcept {
  if (table_.size() == 1) return table_.front().ns;
  // Parts per 10^15, so that even far tails differ by draw.
  constexpr std::int64_t kPerPpm = 1'000'000'000;
  const auto where = static_cast<std::int64_t>(
      (UInt128{position} * (UInt128{1'000'000} * static_cast<std::uint64_t>(kPerPpm))) >> 64);
  const auto above =
      std::upper_bound(table_.begin() + 1, table_.end() - 1, where,
                       [](std::int64_t w, const Point& p) { return w < p.ppm * kPerPpm; });
  const Point& low = *(above - 1);
  const Point& high = *above;
  const Int128 rise = Int128{high.ns - low.ns} * (where - low.ppm * kPerPpm);
  return low.ns + static_cast<std::int64_t>(rise / (Int128{high.ppm - low.ppm} * kPerPpm));
}
}  // namespace sq::backtest
