#include "engine/options/math/normal.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>

#include "tests/options/ulp.hpp"

namespace sq::options {
namespace {
constexpr double kInfinity = std::numeric_limits<double>::infinity();
const double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr long double kSqrt2 = 1.41421356237309504880168872420969808L;
constexpr long double kSqrt2Pi = 2.50662827463100050241576528481104525L;

// Models in long double: 11 bits more than the results have.
// e^(-x^2 / 2), the square in two exact parts.
long double gaussian_model(double x) {
  const long double high = static_cast<float>(x);
  const long double low = static_cast<long double>(x) - high;
  return std::exp(-0.5L * high * high) *
         std::exp(-0.5L * low * (high + static_cast<long double>(x)));
}
// (1 - Phi(z)) / phi(z): Laplace's continued fraction z + 1/(z + 2/(z + 3/...)) in the tail.
long double mills_model(double z) {
  const long double wide = z;
  if (z < 4) return 0.5L * std::erfc(wide / kSqrt2) * kSqrt2Pi / gaussian_model(z);
  long double fraction = wide;
  for (int k = 400; k > 0; --k) fraction = wide + k / fraction;
  return 1.0L / fraction;
}
long double pdf_model(double x) { return gaussian_model(x) / kSqrt2Pi; }
long double cdf_model(double x) {
  if (x < -4) return mills_model(-x) * pdf_model(x);
  return 0.5L * std::erfc(-static_cast<long double>(x) / kSqrt2);
}

struct Worst {
  double error{0};
  double at{0};
  void see(double got, long double expected, double x) {
    const double ulp = ulp_error(got, expected);
    if (!(ulp <= error)) *this = {ulp, x};
  }
};

template <class Fn, class Model>
Worst worst_of(Fn fn, Model model, double low, double high, int count = 100'000) {
  std::mt19937_64 random{7};
  std::uniform_real_distribution<double> pick{low, high};
  Worst worst;
  for (int i = 0; i < count; ++i) {
    const double x = pick(random);
    worst.see(fn(x), model(x), x);
  }
  UNSCOPED_INFO("worst at " << worst.at << ": " << worst.error << " ulp");
  return worst;
}
}  // namespace

TEST_CASE("the normal density is within 3 ulp, in the tails too") {
  CHECK(worst_of(normal_pdf, pdf_model, -3, 3).error <= 3.0);
  CHECK(worst_of(normal_pdf, pdf_model, -38.5, 38.5).error <= 3.0);
  CHECK(normal_pdf(0.0) == 0.3989422804014327);
  CHECK(normal_pdf(kInfinity) == 0.0);
  CHECK(normal_pdf(-1e300) == 0.0);
  CHECK(std::isnan(normal_pdf(kNan)));
}

TEST_CASE("the normal distribution is within 6 ulp, in the tails too") {
  CHECK(worst_of(normal_cdf, cdf_model, -1, 1).error <= 5.0);
  CHECK(worst_of(normal_cdf, cdf_model, -37.5, 0).error <= 6.0);
  CHECK(worst_of(normal_cdf, cdf_model, 0, 9).error <= 2.5);
  CHECK(worst_of(normal_cdf, cdf_model, -38.5, -37.4).error <= 6.0);
  CHECK(normal_cdf(0.0) == 0.5);
  CHECK(normal_cdf(kInfinity) == 1.0);
  CHECK(normal_cdf(-kInfinity) == 0.0);
  CHECK(normal_cdf(-39.5) == 0.0);
  CHECK(std::isnan(normal_cdf(kNan)));
}

TEST_CASE("the normal distribution increases and its tails add up to one") {
  double before = 0.0;
  for (double x = -38.6; x < 8.5; x += 1.0 / 512) {
    const double here = normal_cdf(x);
    REQUIRE(here >= before * (1 - 1e-15));
    REQUIRE(here + normal_cdf(-x) == Approx(1.0).epsilon(4e-16));
    before = here;
  }
}

TEST_CASE("the inverse normal distribution is within 4 ulp, centre and tails") {
  // 30 digits, computed with 50-digit arithmetic.
  CHECK(ulp_error(inverse_normal_cdf(0.975), 1.95996398454005421212651L) <= 2);
  CHECK(ulp_error(inverse_normal_cdf(1e-20), -9.262340089798407579572094604L) <= 4);
  CHECK(ulp_error(inverse_normal_cdf(1e-300), -37.0470962993611992365470425L) <= 4);
  CHECK(inverse_normal_cdf(0.5) == 0.0);
  CHECK(inverse_normal_cdf(0.0) == -kInfinity);
  CHECK(inverse_normal_cdf(1.0) == kInfinity);
  for (const double outside : {-1e-300, 1.0000000000000002, kInfinity, kNan}) {
    CHECK(std::isnan(inverse_normal_cdf(outside)));
  }
  // Everywhere: Phi of the answer differs from p by no more than a change of the answer by 4 ulp.
  std::mt19937_64 random{11};
  std::uniform_real_distribution<double> logs{-744.0, std::log(0.5)};
  std::uniform_real_distribution<double> plain{0.0, 1.0};
  Worst worst;
  for (int i = 0; i < 100'000; ++i) {
    const double p = i % 2 == 0 ? std::exp(logs(random)) : plain(random);
    const double x = inverse_normal_cdf(p);
    if (p < 0x1p-1000) continue;  // a subnormal p has few digits of its own
    const long double wide = x;
    const long double off = p > 0.25 ? 0.5L * std::erf(wide / kSqrt2) - (p - 0.5L)
                                     : cdf_model(x) - static_cast<long double>(p);
    worst.see(x, wide - off / pdf_model(x), p);
  }
  INFO("worst at " << worst.at << ": " << worst.error << " ulp");
  CHECK(worst.error <= 4.0);
}

TEST_CASE("the Mills ratio and erfcx are within 6 ulp over their whole domain") {
  CHECK(worst_of(mills_ratio, mills_model, 0, 3).error <= 4.0);
  CHECK(worst_of(mills_ratio, mills_model, 3, 41).error <= 6.0);
  CHECK(worst_of(mills_ratio, mills_model, 39.9, 1000).error <= 4.0);
  CHECK(worst_of(mills_ratio, mills_model, -37, 0).error <= 4.0);
  const auto erfcx_model = [](double x) {
    const long double wide = x;
    if (x < 2) return std::exp(wide * wide) * std::erfc(wide);
    return mills_model(x * 1.4142135623730951) / kSqrt2Pi * 2;
  };
  CHECK(worst_of(erfcx, erfcx_model, -26, 0).error <= 3.0);
  CHECK(worst_of(erfcx, erfcx_model, 0, 80).error <= 5.0);
  CHECK(mills_ratio(-38.7) == kInfinity);
  CHECK(erfcx(-27.5) == kInfinity);
  CHECK(mills_ratio(kInfinity) == 0.0);
  CHECK(mills_ratio(1e300) == Approx(1e-300).epsilon(1e-15));
  CHECK(std::isnan(mills_ratio(kNan)));
  CHECK(std::isnan(erfcx(kNan)));
}

TEST_CASE("the logarithm of the distribution is exact far beyond where the distribution is zero") {
  const auto tail = [](double x) {
    return std::log(mills_model(-x) / kSqrt2Pi) - 0.5L * static_cast<long double>(x) * x;
  };
  const auto near_one = [](double x) { return std::log1p(-cdf_model(-x)); };
  CHECK(worst_of(log_normal_cdf, tail, -100, -4).error <= 3.0);
  CHECK(worst_of(log_normal_cdf, near_one, -4, 0).error <= 6.0);
  CHECK(worst_of(log_normal_cdf, near_one, 0, 8).error <= 6.0);
  // -x^2/2 - ln(x sqrt(2 pi)) - 1/x^2 ...
  CHECK(log_normal_cdf(-1e4) == Approx(-50000010.1292789).epsilon(1e-14));
  CHECK(log_normal_cdf(-1e151) == -kInfinity);
  CHECK(log_normal_cdf(40.0) == 0.0);
}

TEST_CASE("an interval of the distribution keeps its digits in both tails") {
  CHECK(normal_interval(-1.0, 1.0) == Approx(0.682689492137085897).epsilon(1e-15));
  const long double tail = cdf_model(-20.0) - cdf_model(-20.5);
  CHECK(normal_interval(-20.5, -20.0) == Approx(static_cast<double>(tail)).epsilon(1e-15));
  CHECK(normal_interval(20.0, 20.5) == normal_interval(-20.5, -20.0));
  CHECK(normal_interval(1.0, 1.0) == 0.0);
  CHECK(normal_interval(2.0, 1.0) == 0.0);
  CHECK(std::isnan(normal_interval(kNan, 1.0)));
}

TEST_CASE("exponential and logarithm are within 2 ulp, subnormal numbers included") {
  const auto wide_exp = [](double x) { return std::exp(static_cast<long double>(x)); };
  CHECK(worst_of(math::exp, wide_exp, -708, 709.7).error <= 1.25);
  CHECK(worst_of(math::exp, wide_exp, -1, 1).error <= 1.25);
  CHECK(worst_of(math::exp, wide_exp, -745, -700).error <= 1.25);
  const auto wide_expm1 = [](double x) { return std::expm1(static_cast<long double>(x)); };
  CHECK(worst_of(math::expm1, wide_expm1, -1e-3, 1e-3).error <= 2.5);
  CHECK(worst_of(math::expm1, wide_expm1, -2, 2).error <= 2.5);
  CHECK(math::exp(710.0) == kInfinity);
  CHECK(math::exp(-746.0) == 0.0);
  CHECK(math::exp(0.0) == 1.0);
  const auto wide_log = [](double x) { return std::log(static_cast<long double>(x)); };
  CHECK(worst_of(math::log, wide_log, 0.5, 2).error <= 2.0);
  CHECK(worst_of(math::log, wide_log, 1e-300, 1e300).error <= 1.0);
  CHECK(ulp_error(math::log(5e-324), -744.4400719213812623141073L) <= 1.0);
  CHECK(ulp_error(math::log_ratio(1.0, 1.0 + 0x1p-40), -std::log1p(0x1p-40L)) <= 2.0);
  CHECK(math::log(0.0) == -kInfinity);
  CHECK(math::log(kInfinity) == kInfinity);
  CHECK(std::isnan(math::log(-1.0)));
}
}  // namespace sq::options
