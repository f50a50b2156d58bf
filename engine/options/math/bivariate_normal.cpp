#include "engine/options/math/bivariate_normal.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "engine/options/math/gauss_legendre.hpp"
#include "engine/options/math/normal.hpp"

namespace sq::options {
namespace {
constexpr double kTwoPi = 2.0 * std::numbers::pi;

// Integrates the derivative by the correlation from 0, with the angle asin(r) as the variable.
template <std::size_t kHalf>
double from_independence(const GaussLegendreRule<kHalf>& rule, double x, double y,
                         double correlation) noexcept {
  const double mean_square = 0.5 * (x * x + y * y);
  const double angle = std::asin(correlation);
  const double sum = integrate_panel(rule, 0.0, angle, [&](double a) {
    const double sine = std::sin(a);
    return std::exp((sine * x * y - mean_square) / ((1.0 - sine) * (1.0 + sine)));
  });
  return normal_cdf(x) * normal_cdf(y) + sum / kTwoPi;
}

// Integrates the derivative from perfect correlation downwards, for correlation > 0.925. With
// s = sqrt(1 - r^2) as the variable the integrand is singular at 0; its expansion there is
// integrated in closed form and taken off.
double below_perfect(double h, double k, double correlation) noexcept {
  const double variance = (1.0 - correlation) * (1.0 + correlation);
  const double width = std::sqrt(variance);
  const double gap = std::abs(h - k);
  const double gap2 = gap * gap;
  const double product = h * k;
  const double c = (4.0 - product) / 8.0;
  const double d = (12.0 - product) / 16.0;
  double sum = 0;
  const double peak = -0.5 * (gap2 / variance + product);
  if (peak > -100.0) {
    sum = width * std::exp(peak) *
          (1.0 - c * (gap2 - variance) * (1.0 - d * gap2 / 5.0) / 3.0 +
           c * d * variance * variance / 5.0);
  }
  if (product > -100.0) {
    sum -= std::exp(-0.5 * product) * std::sqrt(kTwoPi) * normal_cdf(-gap / width) * gap *
           (1.0 - c * gap2 * (1.0 - d * gap2 / 5.0) / 3.0);
  }
  sum += integrate_panel(kGaussLegendre20, 0.0, width, [&](double s) {
    const double s2 = s * s;
    const double exponent = -0.5 * (gap2 / s2 + product);
    if (!(exponent > -100.0)) return 0.0;
    const double root = std::sqrt(1.0 - s2);
    const double exact = std::exp(-0.5 * product * s2 / ((1.0 + root) * (1.0 + root))) / root;
    return std::exp(exponent) * (exact - (1.0 + c * s2 * (1.0 + d * s2)));
  });
  return -sum / kTwoPi;
}

double strongly_correlated(double x, double y, double correlation) noexcept {
  // As upper tails: P(X > -x, Y > -y). A negative correlation is a positive one of X and -Y.
  const double h = -x;
  const double k = correlation < 0 ? y : -y;
  const double inner =
      std::abs(correlation) < 1.0 ? below_perfect(h, k, std::abs(correlation)) : 0.0;
  if (correlation > 0) return inner + normal_cdf(-std::max(h, k));
  if (!(k > h)) return -inner;
  return (h < 0 ? normal_cdf(k) - normal_cdf(h) : normal_cdf(-h) - normal_cdf(-k)) - inner;
}
}  // namespace

double bivariate_normal_cdf(double x, double y, double correlation) noexcept {
  // Beyond 40 standard deviations a bound is as good as none.
  constexpr double kFar = 40.0;
  if (x < -kFar || y < -kFar) return 0.0;
  if (x > kFar) return normal_cdf(y);
  if (y > kFar) return normal_cdf(x);
  const double r = std::clamp(correlation, -1.0, 1.0);
  const double size = std::abs(r);
  double p = 0;
  if (size == 0) {
    p = normal_cdf(x) * normal_cdf(y);
  } else if (size < 0.3) {
    p = from_independence(kGaussLegendre6, x, y, r);
  } else if (size < 0.75) {
    p = from_independence(kGaussLegendre12, x, y, r);
  } else if (size < 0.925) {
    p = from_independence(kGaussLegendre20, x, y, r);
  } else {
    p = strongly_correlated(x, y, r);
  }
  return std::clamp(p, 0.0, 1.0);
}
}  // namespace sq::options
