#include "engine/options/math/normal.hpp"

#include <cmath>
#include <limits>

#include "engine/options/math/kernels.hpp"
#include "engine/options/math/lane.hpp"

namespace sq::options {
namespace {
using math::ScalarLane;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kGaussianFast = 37.5;  // kernels.hpp: gaussian is normal up to here
constexpr double kGaussianGone = 60.0;  // e^(-1800) x 1.8e308 is zero
constexpr double kSmallestNormal = std::numeric_limits<double>::min();
constexpr double kLift = 0x1p64;

// e^x = mantissa x 2^exponent, mantissa in [0.7, 1.5]; |x| <= 2000.
struct SplitExponential {
  double mantissa{0};
  int exponent{0};
};
SplitExponential split_exponential(double x) noexcept {
  const double n = std::nearbyint(x * math::kLog2E);
  double r = __builtin_fma(n, -math::kLn2High, x);
  r = __builtin_fma(n, -math::kLn2Low, r);
  const double high = math::polynomial<ScalarLane>(r, math::kExponential);
  return {1.0 + __builtin_fma(r * r, high, r), static_cast<int>(n)};
}

// Phi(-z) for z >= 0.
double upper_tail(double z) noexcept {
  return z > 40.0 ? 0.0 : math::times_gaussian(math::upper_tail_ratio<ScalarLane>(z), z);
}

double tail_quantile(double p) noexcept {  // -x for 0 < p < 0.5
  const double r = std::sqrt(-math::log(p));
  const auto rational = [r](const auto& numerator, const auto& denominator, double low) {
    return math::polynomial<ScalarLane>(r - low, numerator) /
           math::polynomial<ScalarLane>(r - low, denominator);
  };
  if (r <= math::kFarTailLow) {
    return rational(math::kTailNumerator, math::kTailDenominator, math::kTailLow);
  }
  if (r <= math::kFarthestTailLow) {
    return rational(math::kFarTailNumerator, math::kFarTailDenominator, math::kFarTailLow);
  }
  return rational(math::kFarthestTailNumerator, math::kFarthestTailDenominator,
                  math::kFarthestTailLow);
}
}  // namespace

double normal_pdf(double x) noexcept { return math::times_gaussian(math::kInverseSqrt2Pi, x); }

double normal_cdf(double x) noexcept {
  if (std::isnan(x)) return x;
  return x <= 0 ? upper_tail(-x) : 1.0 - upper_tail(x);
}

double inverse_normal_cdf(double p) noexcept {
  if (!(p > 0.0 && p < 1.0)) {
    if (p == 0.0) return -kInfinity;
    return p == 1.0 ? kInfinity : std::numeric_limits<double>::quiet_NaN();
  }
  const double q = p - 0.5;
  if (std::fabs(q) <= 0.425) {
    const double v = __builtin_fma(-q, q, 0.180625);
    return q * math::polynomial<ScalarLane>(v, math::kCentreNumerator) /
           math::polynomial<ScalarLane>(v, math::kCentreDenominator);
  }
  return q < 0 ? -tail_quantile(p) : tail_quantile(1.0 - p);
}

double mills_ratio(double z) noexcept {
  if (std::isnan(z)) return z;
  if (z >= 0.0) return math::kSqrt2Pi * math::upper_tail_ratio(z);
  if (z < -40.0) return kInfinity;
  const double square = z * z;
  const double lost = __builtin_fma(z, z, -square);
  const double growth = math::exp(0.5 * square);
  if (!(growth < kInfinity)) return kInfinity;
  const double all = __builtin_fma(growth, 0.5 * lost, growth);  // e^(z^2 / 2)
  return math::kSqrt2Pi * (all - math::upper_tail_ratio(-z));
}

double erfcx(double x) noexcept {
  if (std::isnan(x)) return x;
  if (x >= 0.0) return 2.0 * math::upper_tail_ratio(math::kSqrt2 * x);
  if (x < -40.0) return kInfinity;
  const double square = x * x;
  const double lost = __builtin_fma(x, x, -square);
  const double growth = math::exp(square);
  if (!(growth < kInfinity)) return kInfinity;
  return 2.0 * (__builtin_fma(growth, lost, growth) - math::upper_tail_ratio(-math::kSqrt2 * x));
}

double log_normal_cdf(double x) noexcept {
  if (std::isnan(x)) return x;
  if (x > 0.0) return std::log1p(-upper_tail(x));
  if (x >= -1.0) return math::log(upper_tail(-x));
  if (x < -1e150) return -kInfinity;
  return -0.5 * x * x + math::log(math::upper_tail_ratio(-x));
}

double normal_interval(double low, double high) noexcept {
  if (!(low < high)) return std::isnan(low) || std::isnan(high) ? low + high : 0.0;
  if (low > 0.0) return upper_tail(low) - upper_tail(high);
  if (high < 0.0) return upper_tail(-high) - upper_tail(-low);
  return 1.0 - upper_tail(-low) - upper_tail(high);
}

namespace math {
// factor x e^(-z^2 / 2), rounded once where that is subnormal.
double times_gaussian(double factor, double z) noexcept {
  z = std::fabs(z);
  if (z <= kGaussianFast) return factor * gaussian<ScalarLane>(z);
  if (!(z < kGaussianGone)) return std::isnan(z) ? z : 0.0;
  const double square = z * z;
  const double lost = __builtin_fma(z, z, -square);
  const SplitExponential e = split_exponential(-0.5 * square);
  return std::ldexp(factor * __builtin_fma(e.mantissa, -0.5 * lost, e.mantissa), e.exponent);
}

// (1 - Phi(z)) e^(z^2 / 2) beyond 40: 1/z (1 - 1/z^2 + 3/z^4 - ...) / sqrt(2 pi); seven terms are
// exact to double precision there.
double upper_tail_ratio(double z) noexcept {
  if (z <= kUpperTailHigh) return upper_tail_ratio<ScalarLane>(z);
  const double w = 1.0 / z / z;  // not 1 / (z z), which underflows early
  static constexpr double kTerms[] = {1.0, -1.0, 3.0, -15.0, 105.0, -945.0, 10395.0};
  return polynomial<ScalarLane>(w, kTerms) / z * kInverseSqrt2Pi;
}

// Beyond 40: 1/z^2 (1 - 3/z^2 + 15/z^4 - ...).
double mills_shortfall(double z) noexcept {
  if (z <= kUpperTailHigh) {
    return polynomial<ScalarLane>(z, kShortfallNumerator) /
           polynomial<ScalarLane>(z, kShortfallDenominator);
  }
  const double w = 1.0 / z / z;
  static constexpr double kTerms[] = {1.0, -3.0, 15.0, -105.0, 945.0, -10395.0};
  return polynomial<ScalarLane>(w, kTerms) * w;
}

double exp(double x) noexcept {
  if (x >= -708.0 && x <= 709.0) return exponential<ScalarLane>(x);
  if (std::isnan(x)) return x;
  if (x > 709.79) return kInfinity;
  if (x < -745.2) return 0.0;
  const SplitExponential e = split_exponential(x);
  return std::ldexp(e.mantissa, e.exponent);
}

double expm1(double x) noexcept {
  if (!(x > -0.5 && x < 0.5)) return exp(x) - 1.0;
  const double half = 0.5 * x;
  if (half > -0.3469 && half < 0.3469) {
    const double e = __builtin_fma(half * half, polynomial<ScalarLane>(half, kExponential), half);
    return e * (e + 2.0);  // (1 + e)^2 - 1
  }
  return exp(x) - 1.0;
}

double gaussian(double x) noexcept { return times_gaussian(1.0, x); }

double log(double a) noexcept { return log_ratio(a, 1.0); }

double log_ratio(double a, double b) noexcept {
  if (!(a > 0.0) || !(b > 0.0) || a == kInfinity || b == kInfinity)
    return std::log(a) - std::log(b);
  double lifted = 0.0;
  if (a < kSmallestNormal) {
    a *= kLift;
    lifted -= 64.0;
  }
  if (b < kSmallestNormal) {
    b *= kLift;
    lifted += 64.0;
  }
  return __builtin_fma(lifted, kLn2High, log_ratio<ScalarLane>(a, b));
}
}  // namespace math
}  // namespace sq::options
