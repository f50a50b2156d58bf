// Corwin and Schultz's spread from the highs and lows of two bars that follow each other:
//   beta  = ln(H1/L1)^2 + ln(H2/L2)^2      gamma = ln(max(H1,H2) / min(L1,L2))^2
//   alpha = (sqrt(2 beta) - sqrt(beta)) / (3 - 2 sqrt 2) - sqrt(gamma / (3 - 2 sqrt 2))
//   S = 2 (e^alpha - 1) / (1 + e^alpha), floored at 0 in the mean over the last `window` pairs
// (without the paper's adjustment for closed hours between days). Thread: one writer. Cost: 40 ns a
// bar. Units: part of the price. Allocates in the constructor only. Source: Corwin and Schultz, "A
// Simple Way to Estimate Bid-Ask Spreads from Daily High and Low Prices", J. Finance 67(2), 2012,
// eq. 14 and 18.
#pragma once

#include <algorithm>
#include <cstddef>

#include "engine/book/analytics/bars/bar.hpp"
#include "engine/book/analytics/numeric/reading.hpp"
#include "engine/book/analytics/numeric/real_math.hpp"
#include "engine/book/analytics/numeric/rolling_sums.hpp"

namespace sq::book::analytics {
class CorwinSchultz {
 public:
  struct Estimate {
    double alpha{0};
    double spread{0};  // below 0 where the range of two bars is more than twice that of one
  };

  explicit CorwinSchultz(std::size_t window) : spreads_{window} {}

  void on_bar(const Bar& before, const Bar& bar) noexcept {
    last_ = estimate(before, bar);
    spreads_.push({std::max(last_.spread, 0.0)});
  }
  [[nodiscard]] static Estimate estimate(const Bar& before, const Bar& bar) noexcept {
    constexpr double kRootTwo = 1.41421356237309504880;
    constexpr double kDivisor = 3.0 - 2.0 * kRootTwo;
    const double first = log_ratio(before.high.to_double(), before.low.to_double());
    const double second = log_ratio(bar.high.to_double(), bar.low.to_double());
    const double both = log_ratio(std::max(before.high, bar.high).to_double(),
                                  std::min(before.low, bar.low).to_double());
    const double beta = first * first + second * second;
    const double alpha =
        (square_root(2.0 * beta) - square_root(beta)) / kDivisor - both / square_root(kDivisor);
    const double growth = exp_of(alpha);
    return {alpha, 2.0 * (growth - 1.0) / (1.0 + growth)};
  }
  [[nodiscard]] Estimate last() const noexcept { return last_; }
  [[nodiscard]] Reading mean() const noexcept {
    if (spreads_.count() == 0) return {};
    return {spreads_.mean(0), spreads_.count()};
  }

 private:
  Estimate last_{};
  RollingTerms<1> spreads_;
};
}  // namespace sq::book::analytics
