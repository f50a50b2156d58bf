#include "engine/options/math/quadrature.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace sq::options {
namespace {
struct Polynomial {
  double value;
  double slope;
};

Polynomial legendre(std::size_t n, double x) noexcept {
  double before = 1;
  double value = x;
  for (std::size_t k = 2; k <= n; ++k) {
    const auto order = static_cast<double>(k);
    const double next = ((2 * order - 1) * x * value - (order - 1) * before) / order;
    before = value;
    value = next;
  }
  if (n == 0) return {1, 0};
  return {value, static_cast<double>(n) * (before - x * value) / (1 - x * x)};
}

// Orthonormal with respect to exp(-x^2), so that nothing overflows.
Polynomial hermite(std::size_t n, double x) noexcept {
  double before = 0;
  double value = 1 / std::sqrt(std::sqrt(std::numbers::pi));
  for (std::size_t k = 1; k <= n; ++k) {
    const auto order = static_cast<double>(k);
    const double next = x * std::sqrt(2 / order) * value - std::sqrt((order - 1) / order) * before;
    before = value;
    value = next;
  }
  return {value, std::sqrt(2 * static_cast<double>(n)) * before};
}
}  // namespace

bool gauss_legendre(std::span<double> nodes, std::span<double> weights) noexcept {
  const std::size_t n = nodes.size();
  if (n < 1 || n > kQuadratureMax || weights.size() != n) return false;
  for (std::size_t i = 0; i < (n + 1) / 2; ++i) {
    const auto count = static_cast<double>(n);
    double x = std::cos(std::numbers::pi * (static_cast<double>(i) + 0.75) / (count + 0.5));
    if (2 * i + 1 == n) x = 0;
    Polynomial p = legendre(n, x);
    for (int k = 0; k < 20 && x != 0; ++k) {
      const double step = p.value / p.slope;
      x -= step;
      p = legendre(n, x);
      if (std::abs(step) < 1e-15) break;
    }
    const double weight = 2 / ((1 - x * x) * p.slope * p.slope);
    nodes[n - 1 - i] = x;
    nodes[i] = -x;
    weights[i] = weights[n - 1 - i] = weight;
  }
  if (n % 2 == 1) nodes[n / 2] = 0;
  return true;
}

bool gauss_hermite(std::span<double> nodes, std::span<double> weights) noexcept {
  const std::size_t n = nodes.size();
  if (n < 1 || n > kHermiteMax || weights.size() != n) return false;
  const auto count = static_cast<double>(n);
  double x = 0;
  for (std::size_t i = 0; i < (n + 1) / 2; ++i) {  // from the largest node inwards
    switch (i) {
      case 0:
        x = std::sqrt(2 * count + 1) - 1.85575 * std::pow(2 * count + 1, -1.0 / 6);
        break;
      case 1:
        x -= 1.14 * std::pow(count, 0.426) / x;
        break;
      case 2:
        x = 1.86 * x - 0.86 * nodes[n - 1];
        break;
      case 3:
        x = 1.91 * x - 0.91 * nodes[n - 2];
        break;
      default:
        x = 2 * x - nodes[n + 1 - i];
        break;
    }
    if (2 * i + 1 == n) x = 0;
    Polynomial p = hermite(n, x);
    for (int k = 0; k < 50 && x != 0; ++k) {
      const double step = p.value / p.slope;
      x -= step;
      p = hermite(n, x);
      if (std::abs(step) < 1e-15 * std::max(1.0, x)) break;
    }
    nodes[n - 1 - i] = x;
    nodes[i] = -x;
    weights[i] = weights[n - 1 - i] = 2 / (p.slope * p.slope);
  }
  if (n % 2 == 1) nodes[n / 2] = 0;
  return true;
}

bool tanh_sinh(std::span<double> nodes, std::span<double> weights) noexcept {
  const std::size_t n = nodes.size();
  if (n < 3 || n > kQuadratureMax || weights.size() != n) return false;
  // exp(-pi/2 e^reach) of weight is cut off, exp(-pi^2/step) is the error of the sum.
  const auto half = 0.5 * static_cast<double>(n - 1);
  double reach = 2;
  for (int i = 0; i < 50; ++i) reach = std::log(2 * std::numbers::pi * half / reach);
  reach = std::min(reach, 3.15);  // 1 - x stays above 1e-16
  const double step = reach / half;
  for (std::size_t i = 0; i < n; ++i) {
    const double t = (static_cast<double>(i) - half) * step;
    const double inner = 0.5 * std::numbers::pi * std::sinh(t);
    const double cosh_inner = std::cosh(inner);
    nodes[i] = std::tanh(inner);
    weights[i] = step * 0.5 * std::numbers::pi * std::cosh(t) / (cosh_inner * cosh_inner);
  }
  return true;
}
}  // namespace sq::options
