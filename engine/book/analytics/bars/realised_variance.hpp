// Realised variance of the last `window` log returns of bar closes, and its part without jumps:
//   plain    RV = sum r(t)^2           bipower  BV = pi/2 sum |r(t)| |r(t-1)|
// (no small-sample factor n/(n-1)). The jump share max(RV - BV, 0) / RV is what BV leaves.
// Thread: one writer. Cost: 10 ns a bar. Units: squared log return over the window; the root of
// RV / returns is the volatility of one bar. Errors: BV is not known before two returns. Allocates
// in the constructor only. Source: Andersen, Bollerslev, Diebold and Labys, Econometrica 71(2),
// 2003; Barndorff-Nielsen and Shephard, J. Financial Econometrics 2(1), 2004, eq. 7.
#pragma once

#include <algorithm>
#include <cstddef>

#include "engine/book/analytics/bars/bar.hpp"
#include "engine/book/analytics/numeric/reading.hpp"
#include "engine/book/analytics/numeric/real_math.hpp"
#include "engine/book/analytics/numeric/rolling_sums.hpp"

namespace sq::book::analytics {
class RealisedVariance {
 public:
  // window >= 2
  explicit RealisedVariance(std::size_t window) : squares_{window}, products_{window - 1} {}

  void on_bar(const Bar& before, const Bar& bar) noexcept {
    const double change = log_ratio(bar.close.to_double(), before.close.to_double());
    const double size = change < 0 ? -change : change;
    if (squares_.count() != 0) products_.push({kHalfPi * size * last_size_});
    squares_.push({change * change});
    last_size_ = size;
  }
  [[nodiscard]] Reading plain() const noexcept {
    return {std::max(squares_.sum(0), 0.0), squares_.count()};
  }
  [[nodiscard]] Reading bipower() const noexcept {
    return {std::max(products_.sum(0), 0.0), products_.count()};
  }
  // Of one bar.
  [[nodiscard]] Reading volatility() const noexcept { return per_bar(plain()); }
  [[nodiscard]] Reading bipower_volatility() const noexcept { return per_bar(bipower()); }
  [[nodiscard]] Reading jump_share() const noexcept {
    const double variance = plain().value;
    if (!bipower().known() || !(variance > 0.0)) return {};
    return {std::max(variance - bipower().value, 0.0) / variance, squares_.count()};
  }

 private:
  static constexpr double kHalfPi = 1.57079632679489661923;
  [[nodiscard]] static Reading per_bar(Reading sum) noexcept {
    if (!sum.known()) return {};
    return {square_root(sum.value / static_cast<double>(sum.count)), sum.count};
  }

  double last_size_{0};
  RollingTerms<1> squares_;
  RollingTerms<1> products_;
};
}  // namespace sq::book::analytics
