// Ordinary least squares of y on x over the last `window` pairs, and the covariance of the pairs.
//   slope = Sxy / Sxx, Sxy = sum xy - sum x sum y / n;  through the origin: sum xy / sum xx
//   r2 = Sxy^2 / (Sxx Syy);  slope_error = sqrt((Syy - slope Sxy) / (n - 2) / Sxx)
// Thread: one writer. Cost: push 4 ns, fit 10 ns. Units: those of y per x. Errors: a fit of too few
// pairs, or of pairs with one x only, is not known. Sums do not drift: rolling_sums.hpp.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "engine/book/analytics/numeric/reading.hpp"
#include "engine/book/analytics/numeric/real_math.hpp"
#include "engine/book/analytics/numeric/rolling_sums.hpp"

namespace sq::book::analytics {
struct RegressionFit {
  double slope{0};
  double intercept{0};
  double r2{0};
  double slope_error{0};   // standard error; 0 with two pairs
  std::uint64_t count{0};  // pairs; 0: not known
  [[nodiscard]] Reading slope_reading() const noexcept { return {slope, count}; }
};

class RollingRegression {
 public:
  explicit RollingRegression(std::size_t window) : sums_{window} {}

  void push(double x, double y) noexcept { sums_.push({x, y}); }
  [[nodiscard]] std::uint64_t count() const noexcept { return sums_.count(); }

  [[nodiscard]] RegressionFit fit() const noexcept {
    const std::uint64_t pairs = sums_.count();
    if (pairs < 2) return {};
    const auto n = static_cast<double>(pairs);
    const double share = 1.0 / n;
    const double sxx = sums_.sum(Xx) - sums_.sum(X) * sums_.sum(X) * share;
    const double sxy = sums_.sum(Xy) - sums_.sum(X) * sums_.sum(Y) * share;
    const double syy = sums_.sum(Yy) - sums_.sum(Y) * sums_.sum(Y) * share;
    if (sxx <= sums_.sum(Xx) * kRounding) return {};
    RegressionFit fit{.slope = sxy / sxx, .count = pairs};
    fit.intercept = (sums_.sum(Y) - fit.slope * sums_.sum(X)) * share;
    const bool varies = syy > sums_.sum(Yy) * kRounding;
    fit.r2 = varies ? sxy * fit.slope / syy : 0.0;
    const double residual = std::max(syy - fit.slope * sxy, 0.0);
    if (pairs > 2) fit.slope_error = square_root(residual / ((n - 2.0) * sxx));
    return fit;
  }
  [[nodiscard]] Reading slope_through_origin() const noexcept {
    if (sums_.sum(Xx) <= 0.0) return {};
    return {sums_.sum(Xy) / sums_.sum(Xx), sums_.count()};
  }
  // Divided by n; times n / (n - 1) for that of a sample.
  [[nodiscard]] Reading covariance() const noexcept {
    if (sums_.count() < 2) return {};
    const auto n = static_cast<double>(sums_.count());
    return {(sums_.sum(Xy) - sums_.sum(X) * sums_.sum(Y) / n) / n, sums_.count()};
  }
  [[nodiscard]] Reading mean_product() const noexcept {  // covariance with means taken as 0
    if (sums_.count() == 0) return {};
    return {sums_.sum(Xy) / static_cast<double>(sums_.count()), sums_.count()};
  }
  [[nodiscard]] Reading correlation() const noexcept {
    const auto n = static_cast<double>(sums_.count());
    if (sums_.count() < 2) return {};
    const double sxx = sums_.sum(Xx) - sums_.sum(X) * sums_.sum(X) / n;
    const double syy = sums_.sum(Yy) - sums_.sum(Y) * sums_.sum(Y) / n;
    if (sxx <= sums_.sum(Xx) * kRounding || syy <= sums_.sum(Yy) * kRounding) return {};
    const double sxy = sums_.sum(Xy) - sums_.sum(X) * sums_.sum(Y) / n;
    return {sxy / square_root(sxx * syy), sums_.count()};
  }

 private:
  struct Pair {
    double x{0};
    double y{0};
  };
  enum Term : std::uint8_t { X, Y, Xx, Xy, Yy };
  static std::array<double, 5> terms(const Pair& p) noexcept {
    return {p.x, p.y, p.x * p.x, p.x * p.y, p.y * p.y};
  }
  // A variance below this part of the mean square is what rounding leaves of none.
  static constexpr double kRounding = 1e-14;

  RollingSums<Pair, 5, terms> sums_;
};
}  // namespace sq::book::analytics
