#include "engine/options/math/quadrature.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>
#include <vector>

#include "engine/options/math/chebyshev.hpp"

namespace sq::options {
namespace {
struct Rule {
  std::vector<double> nodes, weights;
  explicit Rule(std::size_t n) : nodes(n), weights(n) {}
  template <class Fn>
  [[nodiscard]] double integral(Fn&& f) const {
    double total = 0;
    for (std::size_t i = 0; i < nodes.size(); ++i) total += weights[i] * f(nodes[i]);
    return total;
  }
};
Rule legendre(std::size_t n) {
  Rule rule{n};
  REQUIRE(gauss_legendre(rule.nodes, rule.weights));
  return rule;
}
Rule hermite(std::size_t n) {
  Rule rule{n};
  REQUIRE(gauss_hermite(rule.nodes, rule.weights));
  return rule;
}
}  // namespace

TEST_CASE("Gauss-Legendre integrates polynomials of degree 2 n - 1 exactly, and no higher") {
  for (const std::size_t n : {1U, 2U, 3U, 5U, 8U, 16U, 33U, 64U}) {
    CAPTURE(n);
    const Rule rule = legendre(n);
    for (std::size_t degree = 0; degree < 2 * n; ++degree) {
      const double exact = degree % 2 == 0 ? 2.0 / static_cast<double>(degree + 1) : 0.0;
      CHECK(rule.integral([&](double x) { return std::pow(x, static_cast<double>(degree)); }) ==
            Approx(exact).margin(1e-14));
    }
    const double beyond =
        rule.integral([&](double x) { return std::pow(x, 2 * static_cast<double>(n)); });
    if (n <= 8) CHECK(std::abs(beyond - 2.0 / static_cast<double>(2 * n + 1)) > 1e-6);
  }
  const Rule large = legendre(1024);
  CHECK(large.integral([](double x) { return std::exp(x); }) ==
        Approx(std::numbers::e - 1 / std::numbers::e).epsilon(1e-13));
}

TEST_CASE("the nodes of five points are the known ones") {
  const Rule rule = legendre(5);
  CHECK(rule.nodes[2] == 0);
  CHECK(rule.nodes[3] == Approx(std::sqrt(5 - 2 * std::sqrt(10.0 / 7)) / 3).epsilon(1e-15));
  CHECK(rule.nodes[4] == Approx(std::sqrt(5 + 2 * std::sqrt(10.0 / 7)) / 3).epsilon(1e-15));
  CHECK(rule.weights[2] == Approx(128.0 / 225).epsilon(1e-14));
  CHECK(rule.weights[4] == Approx((322 - 13 * std::sqrt(70.0)) / 900).epsilon(1e-14));
}

TEST_CASE("Gauss-Hermite integrates moments of the normal distribution exactly") {
  for (const std::size_t n : {1U, 2U, 3U, 4U, 7U, 20U, 64U, 128U}) {
    CAPTURE(n);
    const Rule rule = hermite(n);
    double moment = std::sqrt(std::numbers::pi);  // of x^(2k) exp(-x^2)
    for (std::size_t k = 0; k < n && k < 20; ++k) {
      CHECK(rule.integral([&](double x) { return std::pow(x, 2.0 * static_cast<double>(k)); }) ==
            Approx(moment).epsilon(2e-12));
      moment *= static_cast<double>(k) + 0.5;
    }
    for (std::size_t i = 1; i < n; ++i) CHECK(rule.nodes[i] > rule.nodes[i - 1]);
  }
}

TEST_CASE("tanh-sinh integrates functions that are singular at the ends") {
  Rule rule{101};
  REQUIRE(tanh_sinh(rule.nodes, rule.weights));
  CHECK(rule.integral([](double x) { return std::log1p(x); }) ==
        Approx(2 * std::log(2.0) - 2).epsilon(1e-13));
  CHECK(rule.integral([](double x) { return std::sqrt(1 - x * x); }) ==
        Approx(std::numbers::pi / 2).epsilon(1e-13));
  CHECK(rule.integral([](double x) { return std::exp(x); }) ==
        Approx(std::numbers::e - 1 / std::numbers::e).epsilon(1e-13));
  for (const double node : rule.nodes) CHECK(std::abs(node) < 1);
}

TEST_CASE("sizes outside their range are refused and leave the spans alone") {
  std::vector<double> nodes(1025, 7);
  std::vector<double> weights(1025, 7);
  const std::span<double> x{nodes};
  const std::span<double> w{weights};
  CHECK_FALSE(gauss_legendre(x, w));
  CHECK_FALSE(gauss_legendre({}, {}));
  CHECK_FALSE(gauss_legendre(x.first(4), w.first(5)));
  CHECK_FALSE(gauss_hermite(x.first(129), w.first(129)));
  CHECK_FALSE(gauss_hermite({}, {}));
  CHECK_FALSE(tanh_sinh(x.first(2), w.first(2)));
  CHECK_FALSE(tanh_sinh(x, w));
  for (const double value : nodes) CHECK(value == 7);
  CHECK(gauss_legendre(x.first(1024), w.first(1024)));
}

TEST_CASE("Chebyshev interpolation is exact for polynomials and converges for others") {
  constexpr std::size_t kDegree = 16;
  std::vector<double> polynomial(kDegree + 1);
  std::vector<double> smooth(kDegree + 1);
  for (std::size_t i = 0; i <= kDegree; ++i) {
    const double z = chebyshev_node(i, kDegree);
    polynomial[i] = 3 - z * z * (2 - 5 * z * z * z);
    smooth[i] = std::exp(z);
  }
  std::vector<double> weights(kDegree + 1);
  for (double z = -1; z <= 1; z += 0.0625) {
    CAPTURE(z);
    CHECK(chebyshev_interpolate(polynomial, z) ==
          Approx(3 - z * z * (2 - 5 * z * z * z)).epsilon(1e-13));
    CHECK(chebyshev_interpolate(smooth, z) == Approx(std::exp(z)).epsilon(1e-14));
    chebyshev_weights(z, weights);
    double sum = 0;
    double value = 0;
    for (std::size_t i = 0; i <= kDegree; ++i) {
      sum += weights[i];
      value += weights[i] * smooth[i];
    }
    CHECK(sum == Approx(1).epsilon(1e-14));
    CHECK(value == Approx(std::exp(z)).epsilon(1e-13));
  }
  CHECK(chebyshev_node(0, 4) == 1);
  CHECK(chebyshev_node(2, 4) == 0);
  CHECK(chebyshev_node(4, 4) == -1);
}
}  // namespace sq::options
