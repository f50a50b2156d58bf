// The P&L of the whole run once a second of logical time, and the largest fall from a high.
// Thread: the core's loop writes; read after the run. Cost: one sum over positions a second.
// Units: 1e-8 of the base currency.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/types/time.hpp"

namespace sq::app {
struct EquityPoint {
  WallTime at{};
  std::int64_t pnl{0};
};

class EquityCurve {
 public:
  explicit EquityCurve(std::size_t seconds_expected) { points_.reserve(seconds_expected); }

  [[nodiscard]] bool due(WallTime now) const noexcept { return now.ns >= next_.ns; }
  void add(WallTime now, std::int64_t pnl) {
    next_ = WallTime{(now.ns / kNsPerSecond + 1) * kNsPerSecond};
    points_.push_back({now, pnl});
    if (pnl > high_) high_ = pnl;
    if (high_ - pnl > drawdown_) drawdown_ = high_ - pnl;
  }
  [[nodiscard]] std::int64_t drawdown_max() const noexcept { return drawdown_; }
  [[nodiscard]] const std::vector<EquityPoint>& points() const noexcept { return points_; }

 private:
  std::vector<EquityPoint> points_;
  WallTime next_{};
  std::int64_t high_{0};  // the run starts at 0
  std::int64_t drawdown_{0};
};
}  // namespace sq::app
