#include "engine/options/math/bivariate_normal.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <numbers>
#include <random>

#include "engine/options/math/normal.hpp"

namespace sq::options {
namespace {
// P(X <= x, Y <= y) as the integral of n(u) N((y - r u) / sqrt(1 - r^2)) over u <= x by the
// midpoint rule in long double, with u pulled towards the place where the second factor turns.
long double by_integral(double x, double y, double r) {
  const long double width = std::sqrt((1.0L - r) * (1.0L + r));
  const auto normal = [](long double z) { return 0.5L * std::erfc(-z / std::sqrt(2.0L)); };
  const auto density = [](long double z) {
    return std::exp(-0.5L * z * z) / std::sqrt(2.0L * std::numbers::pi_v<long double>);
  };
  const long double turn = r == 0 ? 0.0L : y / static_cast<long double>(r);
  const long double pull = std::max(0.02L, width);
  // u = turn + pull sinh(t), t from far below to where u = x.
  const auto at = [&](long double t) { return turn + pull * std::sinh(t); };
  const long double low = std::asinh((-12.0L - turn) / pull);
  const long double high = std::asinh((x - turn) / pull);
  if (!(low < high)) return 0;
  constexpr int kPanels = 400;
  // Gauss-Legendre with five nodes on each panel.
  constexpr long double kNode[] = {0.0L, 0.5384693101056830910363L, 0.9061798459386639927976L};
  constexpr long double kWeight[] = {0.5688888888888888888889L, 0.4786286704993664680413L,
                                     0.2369268850561890875143L};
  long double sum = 0;
  for (int i = 0; i < kPanels; ++i) {
    const long double half = (high - low) / (2 * kPanels);
    const long double middle = low + (2 * i + 1) * half;
    const auto f = [&](long double t) {
      const long double u = at(t);
      return density(u) * normal((y - r * u) / width) * pull * std::cosh(t);
    };
    sum += kWeight[0] * half * f(middle);
    for (int k = 1; k < 3; ++k) {
      sum += kWeight[k] * half * (f(middle - half * kNode[k]) + f(middle + half * kNode[k]));
    }
  }
  return sum;
}
}  // namespace

TEST_CASE("the bivariate normal is exact to 5e-16 at every correlation") {
  std::mt19937_64 random{5};
  const auto between = [&](double a, double b) {
    return a + (b - a) * static_cast<double>(random() >> 11) * 0x1p-53;
  };
  double worst = 0;
  for (int i = 0; i < 600; ++i) {
    const double x = between(-5, 5), y = between(-5, 5);
    double r = between(-1, 1);
    if (i % 3 == 0) r = (r < 0 ? -1 : 1) * (1 - std::pow(10.0, between(-6, -1)));
    if (i % 7 == 0) r = std::copysign(i % 2 == 0 ? 0.925 : 0.92499, r);
    const double value = bivariate_normal_cdf(x, y, r);
    const double error = static_cast<double>(std::abs(value - by_integral(x, y, r)));
    INFO(x << " " << y << " " << r << " error " << error);
    CHECK(error < 5e-16);
    worst = std::max(worst, error);
  }
  std::printf("bivariate normal: worst absolute error %.2g\n", worst);
}

TEST_CASE("the bivariate normal has its known values") {
  // The quarter plane: 1/4 + asin(r) / (2 pi).
  for (const double r : {-0.999, -0.9, -0.5, -0.1, 0.0, 0.2, 0.6, 0.93, 0.9999}) {
    CHECK(std::abs(bivariate_normal_cdf(0, 0, r) - (0.25 + std::asin(r) / (2 * std::numbers::pi))) <
          2e-16);
  }
  CHECK(bivariate_normal_cdf(0.3, 0.7, 0) == Approx(normal_cdf(0.3) * normal_cdf(0.7)));
}

TEST_CASE("the bivariate normal keeps its limits and symmetries") {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  CHECK(bivariate_normal_cdf(kInf, 0.4, 0.3) == normal_cdf(0.4));
  CHECK(bivariate_normal_cdf(0.4, kInf, -0.3) == normal_cdf(0.4));
  CHECK(bivariate_normal_cdf(-kInf, 0.4, 0.3) == 0);
  CHECK(bivariate_normal_cdf(kInf, -kInf, 0.3) == 0);
  CHECK(bivariate_normal_cdf(kInf, kInf, 0.3) == 1);
  CHECK(bivariate_normal_cdf(0.4, 0.9, 1.0) == normal_cdf(0.4));
  CHECK(bivariate_normal_cdf(0.4, 0.9, 1.5) == normal_cdf(0.4));
  CHECK(bivariate_normal_cdf(-0.4, 0.3, -1.0) == 0);
  CHECK(bivariate_normal_cdf(0.4, 0.3, -1.0) == Approx(normal_cdf(0.4) - normal_cdf(-0.3)));
  for (const double r : {-0.97, -0.8, -0.4, 0.1, 0.5, 0.95}) {
    for (const double x : {-2.0, -0.3, 1.1}) {
      const double both = bivariate_normal_cdf(x, 0.6, r) + bivariate_normal_cdf(x, -0.6, -r);
      CHECK(std::abs(both - normal_cdf(x)) < 3e-16);
      CHECK(bivariate_normal_cdf(x, 0.6, r) ==
            Approx(bivariate_normal_cdf(0.6, x, r)).margin(3e-16));
    }
  }
}
}  // namespace sq::options
