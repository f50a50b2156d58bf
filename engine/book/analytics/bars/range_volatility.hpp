// Volatility from the open, high, low and close of the last `window` bars (n of them), each the
// root of a mean over bars, per bar:
//   Parkinson        ln(H/L)^2 / (4 ln 2)
//   Garman-Klass     ln(H/L)^2 / 2 - (2 ln 2 - 1) ln(C/O)^2
//   Rogers-Satchell  ln(H/C) ln(H/O) + ln(L/C) ln(L/O)            free of drift
//   Yang-Zhang       V(ln(O/C')) + k V(ln(C/O)) + (1 - k) Rogers-Satchell, V the variance with
//                    n - 1, k = 0.34 / (1.34 + (n+1)/(n-1)), C' the close before; drift and gaps
// Thread: one writer. Cost: 60 ns a bar. Units: standard deviation of the log price over one bar;
// times sqrt(bars in a year) for a year. Errors: Garman-Klass is not known where its mean is below
// 0, Yang-Zhang before two bars that have one before them. Allocates in the constructor only.
// Source: Parkinson, J. Business 53(1), 1980, eq. 1; Garman and Klass, J. Business 53(1), 1980,
// eq. 20; Rogers and Satchell, Annals of Applied Probability 1(4), 1991; Yang and Zhang, J.
// Business 73(3), 2000, eq. 7 and 8.
#pragma once

#include <cstddef>

#include "engine/book/analytics/bars/bar.hpp"
#include "engine/book/analytics/numeric/reading.hpp"
#include "engine/book/analytics/numeric/real_math.hpp"
#include "engine/book/analytics/numeric/rolling_sums.hpp"

namespace sq::book::analytics {
class RangeVolatility {
 public:
  explicit RangeVolatility(std::size_t window) : terms_{window}, with_gap_{window} {}

  void on_first_bar(const Bar& bar) noexcept { add(bar); }
  void on_bar(const Bar& before, const Bar& bar) noexcept {
    const double change = add(bar);
    const double gap = log_ratio(bar.open.to_double(), before.close.to_double());
    with_gap_.push({gap, gap * gap, change, change * change, rogers_satchell_term_});
  }

  [[nodiscard]] Reading parkinson() const noexcept { return root_of_mean(0); }
  [[nodiscard]] Reading garman_klass() const noexcept { return root_of_mean(1); }
  [[nodiscard]] Reading rogers_satchell() const noexcept { return root_of_mean(2); }
  [[nodiscard]] Reading yang_zhang() const noexcept {
    if (with_gap_.count() < 2) return {};
    const auto n = static_cast<double>(with_gap_.count());
    const auto variance = [&](std::size_t k) {
      const double sum = with_gap_.sum(k);
      return (with_gap_.sum(k + 1) - sum * sum / n) / (n - 1.0);
    };
    const double k = 0.34 / (1.34 + (n + 1.0) / (n - 1.0));
    return root(variance(0) + k * variance(2) + (1.0 - k) * with_gap_.mean(4), with_gap_.count());
  }

 private:
  static constexpr double kLn2 = 0.69314718055994530942;

  double add(const Bar& bar) noexcept {
    const double open = bar.open.to_double();
    const double high = bar.high.to_double();
    const double low = bar.low.to_double();
    const double close = bar.close.to_double();
    const double range = log_ratio(high, low);
    const double change = log_ratio(close, open);
    rogers_satchell_term_ = log_ratio(high, close) * log_ratio(high, open) +
                            log_ratio(low, close) * log_ratio(low, open);
    terms_.push({range * range / (4.0 * kLn2),
                 0.5 * range * range - (2.0 * kLn2 - 1.0) * change * change,
                 rogers_satchell_term_});
    return change;
  }
  [[nodiscard]] Reading root_of_mean(std::size_t k) const noexcept {
    return terms_.count() == 0 ? Reading{} : root(terms_.mean(k), terms_.count());
  }
  [[nodiscard]] static Reading root(double variance, std::uint64_t count) noexcept {
    if (variance < 0.0) return {};
    return {square_root(variance), count};
  }

  double rogers_satchell_term_{0};
  RollingTerms<3> terms_;
  RollingTerms<5> with_gap_;
};
}  // namespace sq::book::analytics
