// Interpolation through the extrema of Chebyshev polynomials, cos(i pi / n), i = 0 to n, in
// decreasing order.
// Thread: free functions. Cost: O(n). Errors: none. Units: the interval [-1, 1].
// Source: Berrut and Trefethen, "Barycentric Lagrange interpolation", SIAM Review 46 (2004).
#pragma once

#include <cmath>
#include <cstddef>
#include <numbers>
#include <span>

namespace sq::options {
inline double chebyshev_node(std::size_t i, std::size_t n) noexcept {
  if (2 * i == n) return 0;
  return std::cos(std::numbers::pi * static_cast<double>(i) / static_cast<double>(n));
}

// How much the value at each node counts for the value at z: `weights` has n + 1 entries that add
// up to 1.
inline void chebyshev_weights(double z, std::span<double> weights) noexcept {
  const std::size_t n = weights.size() - 1;
  double total = 0;
  for (std::size_t i = 0; i <= n; ++i) {
    const double distance = z - chebyshev_node(i, n);
    if (distance == 0) {
      for (double& weight : weights) weight = 0;
      weights[i] = 1;
      return;
    }
    const double scale = i == 0 || i == n ? 0.5 : 1.0;
    weights[i] = (i % 2 == 0 ? scale : -scale) / distance;
    total += weights[i];
  }
  for (double& weight : weights) weight /= total;
}

// The interpolant at z; values.size() >= 2.
inline double chebyshev_interpolate(std::span<const double> values, double z) noexcept {
  const std::size_t n = values.size() - 1;
  double above = 0;
  double below = 0;
  for (std::size_t i = 0; i <= n; ++i) {
    const double distance = z - chebyshev_node(i, n);
    if (distance == 0) return values[i];
    const double scale = i == 0 || i == n ? 0.5 : 1.0;
    const double weight = (i % 2 == 0 ? scale : -scale) / distance;
    above += weight * values[i];
    below += weight;
  }
  return above / below;
}
}  // namespace sq::options
