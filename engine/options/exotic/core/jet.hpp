// A number that carries its derivatives: value, first derivatives in a fixed set of directions and
// the second derivatives that the layout asks for. A pricing formula written once as a template
// gives the price with double and exact Greeks with Jet (forward-mode differentiation; the error is
// that of rounding, there is no step size).
// Thread: plain values. Cost: about 4 (2 + kFirst + kSecond) flops a product, no allocation.
// Errors: none; what overflows becomes inf or NaN, which the caller turns into an Error.
// Units: derivatives per unit of the direction's input.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <utility>

#include "engine/options/math/bivariate_normal.hpp"
#include "engine/options/math/normal.hpp"

namespace sq::options {
// Directions of a one-asset contract, and the pairs with a second derivative.
struct OneAssetLayout {
  static constexpr std::size_t kSpot = 0, kVolatility = 1, kTime = 2, kRate = 3, kYield = 4;
  static constexpr std::size_t kFirst = 5;
  static constexpr std::array<std::pair<std::size_t, std::size_t>, 3> kPairs{
      {{kSpot, kSpot}, {kSpot, kVolatility}, {kVolatility, kVolatility}}};
};
struct TwoAssetLayout {
  static constexpr std::size_t kSpot1 = 0, kSpot2 = 1, kVolatility1 = 2, kVolatility2 = 3;
  static constexpr std::size_t kCorrelation = 4, kTime = 5, kRate = 6;
  static constexpr std::size_t kFirst = 7;
  static constexpr std::array<std::pair<std::size_t, std::size_t>, 3> kPairs{
      {{kSpot1, kSpot1}, {kSpot2, kSpot2}, {kSpot1, kSpot2}}};
};

template <class Layout>
struct Jet {
  static constexpr std::size_t kFirst = Layout::kFirst;
  static constexpr std::size_t kSecond = Layout::kPairs.size();

  double value{0};
  std::array<double, kFirst> first{};
  std::array<double, kSecond> second{};  // in the order of Layout::kPairs

  constexpr Jet() noexcept = default;
  // Implicit on purpose: a plain number is a constant.
  constexpr Jet(double constant) noexcept : value{constant} {}
  static constexpr Jet variable(double value, std::size_t direction) noexcept {
    Jet jet{value};
    jet.first[direction] = 1.0;
    return jet;
  }

  constexpr Jet& operator+=(const Jet& other) noexcept {
    value += other.value;
    for (std::size_t i = 0; i < kFirst; ++i) first[i] += other.first[i];
    for (std::size_t i = 0; i < kSecond; ++i) second[i] += other.second[i];
    return *this;
  }
  constexpr Jet& operator-=(const Jet& other) noexcept { return *this += other * -1.0; }

  friend constexpr Jet operator+(Jet a, const Jet& b) noexcept { return a += b; }
  friend constexpr Jet operator-(Jet a, const Jet& b) noexcept { return a -= b; }
  friend constexpr Jet operator-(const Jet& a) noexcept { return a * -1.0; }
  friend constexpr Jet operator+(Jet a, double b) noexcept {
    a.value += b;
    return a;
  }
  friend constexpr Jet operator+(double a, const Jet& b) noexcept { return b + a; }
  friend constexpr Jet operator-(Jet a, double b) noexcept {
    a.value -= b;
    return a;
  }
  friend constexpr Jet operator-(double a, const Jet& b) noexcept { return b * -1.0 + a; }
  friend constexpr Jet operator*(Jet a, double b) noexcept {
    a.value *= b;
    for (double& x : a.first) x *= b;
    for (double& x : a.second) x *= b;
    return a;
  }
  friend constexpr Jet operator*(double a, const Jet& b) noexcept { return b * a; }
  friend constexpr Jet operator*(const Jet& a, const Jet& b) noexcept {
    Jet out{a.value * b.value};
    for (std::size_t i = 0; i < kFirst; ++i)
      out.first[i] = a.value * b.first[i] + a.first[i] * b.value;
    for (std::size_t k = 0; k < kSecond; ++k) {
      const auto [i, j] = Layout::kPairs[k];
      out.second[k] = a.value * b.second[k] + a.second[k] * b.value + a.first[i] * b.first[j] +
                      a.first[j] * b.first[i];
    }
    return out;
  }
  constexpr Jet& operator*=(const Jet& other) noexcept { return *this = *this * other; }
  friend constexpr Jet operator/(const Jet& a, double b) noexcept { return a * (1.0 / b); }
  friend constexpr Jet operator/(const Jet& a, const Jet& b) noexcept {
    const double inverse = 1.0 / b.value;
    return a * chain(b, inverse, -inverse * inverse, 2.0 * inverse * inverse * inverse);
  }
  friend constexpr Jet operator/(double a, const Jet& b) noexcept { return Jet{a} / b; }

  // f(x) from f, f' and f'' at x.
  friend constexpr Jet chain(const Jet& x, double f, double f1, double f2) noexcept {
    Jet out{f};
    for (std::size_t i = 0; i < kFirst; ++i) out.first[i] = f1 * x.first[i];
    for (std::size_t k = 0; k < kSecond; ++k) {
      const auto [i, j] = Layout::kPairs[k];
      out.second[k] = f1 * x.second[k] + f2 * x.first[i] * x.first[j];
    }
    return out;
  }
  // Adds slope * dx, where slope = df/dx as a jet: what x contributes to the derivatives of f.
  friend constexpr void accumulate(Jet& out, const Jet& slope, const Jet& x) noexcept {
    for (std::size_t i = 0; i < kFirst; ++i) out.first[i] += slope.value * x.first[i];
    for (std::size_t k = 0; k < kSecond; ++k) {
      const auto [i, j] = Layout::kPairs[k];
      out.second[k] += slope.value * x.second[k] + slope.first[j] * x.first[i];
    }
  }
  friend Jet exp(const Jet& x) noexcept {
    const double e = std::exp(x.value);
    return chain(x, e, e, e);
  }
  friend Jet expm1(const Jet& x) noexcept {
    const double e = std::exp(x.value);
    return chain(x, std::expm1(x.value), e, e);
  }
  friend Jet log(const Jet& x) noexcept {
    const double inverse = 1.0 / x.value;
    return chain(x, std::log(x.value), inverse, -inverse * inverse);
  }
  friend Jet sqrt(const Jet& x) noexcept {
    const double root = std::sqrt(x.value);
    return chain(x, root, 0.5 / root, -0.25 / (root * x.value));
  }
  friend Jet sin(const Jet& x) noexcept {
    return chain(x, std::sin(x.value), std::cos(x.value), -std::sin(x.value));
  }
  friend Jet cos(const Jet& x) noexcept {
    return chain(x, std::cos(x.value), -std::sin(x.value), -std::cos(x.value));
  }
  friend Jet normal_pdf(const Jet& x) noexcept {
    const double pdf = sq::options::normal_pdf(x.value);
    return chain(x, pdf, -x.value * pdf, (x.value * x.value - 1.0) * pdf);
  }
  friend Jet normal_cdf(const Jet& x) noexcept {
    const double pdf = sq::options::normal_pdf(x.value);
    return chain(x, sq::options::normal_cdf(x.value), pdf, -x.value * pdf);
  }
  friend Jet normal_interval(const Jet& low, const Jet& high) noexcept {
    Jet out = normal_cdf(high) - normal_cdf(low);
    out.value = sq::options::normal_interval(low.value, high.value);
    return out;
  }
  friend Jet bivariate_normal_cdf(const Jet& x, const Jet& y, const Jet& correlation) noexcept {
    const double rho = correlation.value;
    Jet out{sq::options::bivariate_normal_cdf(x.value, y.value, rho)};
    const double variance = (1.0 - rho) * (1.0 + rho);
    if (variance < 1e-14) {  // one variable: the smaller bound, or the overlap of opposite ones
      if (rho > 0) return x.value < y.value ? normal_cdf(x) : normal_cdf(y);
      return x.value + y.value > 0 ? normal_cdf(x) + normal_cdf(y) - 1.0 : Jet{};
    }
    const Jet scale = 1.0 / sqrt((1.0 - correlation) * (1.0 + correlation));
    const Jet y_given_x = (y - correlation * x) * scale;
    const Jet x_given_y = (x - correlation * y) * scale;
    accumulate(out, normal_pdf(x) * normal_cdf(y_given_x), x);
    accumulate(out, normal_pdf(y) * normal_cdf(x_given_y), y);
    accumulate(out, normal_pdf(x) * normal_pdf(y_given_x) * scale, correlation);
    return out;
  }
};

using OneAssetJet = Jet<OneAssetLayout>;
using TwoAssetJet = Jet<TwoAssetLayout>;

constexpr double value_of(double x) noexcept { return x; }
template <class Layout>
constexpr double value_of(const Jet<Layout>& x) noexcept {
  return x.value;
}
template <class Real>
constexpr Real larger(const Real& a, const Real& b) noexcept {
  return value_of(a) < value_of(b) ? b : a;
}
template <class Real>
constexpr Real smaller(const Real& a, const Real& b) noexcept {
  return value_of(b) < value_of(a) ? b : a;
}
inline bool all_finite(double x) noexcept { return std::isfinite(x); }
template <class Layout>
bool all_finite(const Jet<Layout>& x) noexcept {
  double sum = x.value * 0.0;  // NaN when anything is not finite
  for (const double d : x.first) sum += d * 0.0;
  for (const double d : x.second) sum += d * 0.0;
  return sum == 0.0;
}
}  // namespace sq::options
