#include "engine/book/analytics/numeric/real_math.hpp"

#include <array>
#include <bit>

namespace sq::book::analytics {
namespace {
constexpr double kLn2 = 0.69314718055994530942;
constexpr double kLn2High = 0.693147180369123816490;  // ln 2 in two parts: k * high is exact
constexpr double kLn2Low = 1.90821492927058770002e-10;
constexpr double kRootTwoPi = 2.50662827463100050242;

// atanh(s) / s for |s| < 0.172
double atanh_over(double s) noexcept {
  const double square = s * s;
  double sum = 0.0;
  for (int i = 23; i > 0; i -= 2) sum = 1.0 / static_cast<double>(i) + sum * square;
  return sum;
}
}  // namespace

double log_of(double x) noexcept {
  const auto bits = std::bit_cast<std::uint64_t>(x);
  auto exponent = static_cast<std::int64_t>(bits >> 52) - 1023;
  double m = std::bit_cast<double>((bits & 0xFFFFFFFFFFFFFULL) | (1023ULL << 52));  // 1 <= m < 2
  if (m > 1.4142135623730951) {
    m *= 0.5;
    ++exponent;
  }
  const double s = (m - 1.0) / (m + 1.0);
  const auto k = static_cast<double>(exponent);
  return k * kLn2High + (k * kLn2Low + 2.0 * s * atanh_over(s));
}

double log_ratio(double a, double b) noexcept {
  const double s = (a - b) / (a + b);
  if (s > -0.17 && s < 0.17) return 2.0 * s * atanh_over(s);
  return log_of(a) - log_of(b);
}

double exp_of(double x) noexcept {
  if (x < -708.0) return 0.0;
  const double scaled = x / kLn2;
  const auto k = static_cast<std::int64_t>(scaled < 0.0 ? scaled - 0.5 : scaled + 0.5);
  const auto n = static_cast<double>(k);
  const double r = (x - n * kLn2High) - n * kLn2Low;  // |r| <= ln(2) / 2
  double sum = 1.0;
  for (int i = 14; i > 0; --i) sum = 1.0 + sum * r / static_cast<double>(i);
  const double half = std::bit_cast<double>(static_cast<std::uint64_t>(k + 1022) << 52);
  return sum * half * 2.0;
}

double normal_cdf(double z) noexcept {
  if (z > 40.0) return 1.0;
  if (z < -40.0) return 0.0;
  const double density = exp_of(-0.5 * z * z) / kRootTwoPi;
  if (z > -3.0 && z < 6.0) {
    double term = z;  // z^(2k+1) / (1 * 3 * 5 ... (2k+1)): all of one sign
    double sum = z;
    for (int k = 3; k < 200; k += 2) {
      term = term * z * z / static_cast<double>(k);
      const double before = sum;
      sum += term;
      if (sum == before) break;
    }
    return 0.5 + sum * density;
  }
  const double x = z < 0.0 ? -z : z;
  double fraction = x;  // x + 1/(x + 2/(x + 3/(x + ...)))
  for (int k = 40; k > 0; --k) fraction = x + static_cast<double>(k) / fraction;
  const double tail = density / fraction;
  return z < 0.0 ? tail : 1.0 - tail;
}

double log_factorial(std::uint64_t n) noexcept {
  static constexpr std::array<double, 13> kFactorial{
      1, 1, 2, 6, 24, 120, 720, 5040, 40320, 362880, 3628800, 39916800, 479001600};
  if (n < kFactorial.size()) return log_of(kFactorial[n]);
  const double x = static_cast<double>(n) + 1.0;  // log Gamma(x)
  const double y = 1.0 / (x * x);
  const double series =
      (1.0 / 12.0 +
       y * (-1.0 / 360.0 + y * (1.0 / 1260.0 + y * (-1.0 / 1680.0 + y * (1.0 / 1188.0))))) /
      x;
  return (x - 0.5) * log_of(x) - x + log_of(kRootTwoPi) + series;
}
}  // namespace sq::book::analytics
