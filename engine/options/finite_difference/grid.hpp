// Where the points of a finite-difference grid stand: dense where the solution bends, wide apart
// elsewhere, with chosen points exactly on the grid.
// Thread: free functions. Cost: about 100 ns a point; allocates the result. Errors: by value.
// Units: any coordinate; the one-dimensional engine uses the logarithm of the spot.
// Source: the coordinate transformation with several points of concentration of Tavella and
// Randall, Pricing Financial Instruments (2000), chapter 5: here density 1/sqrt(width^2 + (x-c)^2)
// summed over the centres c, whose integral is a sum of asinh.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/options/result.hpp"

namespace sq::options::finite_difference {
constexpr std::uint32_t kPointsMin = 16;
constexpr std::uint32_t kPointsMax = 20'000;

struct GridRequest {
  double low{0};            // first point
  double high{0};           // last point, > low
  std::uint32_t points{0};  // kPointsMin to kPointsMax
  double width{0};          // > 0: spacing is nearly constant within this distance of a centre
  std::span<const double> centres{};  // outside [low, high] they are ignored
  std::span<const double> on_grid{};  // inside (low, high); earlier entries win where two of them
                                      // would need the same grid point
};

// Strictly increasing; first point low, last point high.
[[nodiscard]] Result<std::vector<double>> make_grid(const GridRequest& request);

// A cubic through four neighbouring points around `x` (extrapolates the end pieces). `points`
// strictly increasing, at least four, as many values.
[[nodiscard]] double interpolate_cubic(std::span<const double> points,
                                       std::span<const double> values, double x) noexcept;

// Value, first and second derivative at x of the polynomial through the five nearest points.
struct LocalFit {
  double value{0};
  double slope{0};
  double curvature{0};
};
[[nodiscard]] LocalFit fit_quartic(std::span<const double> points, std::span<const double> values,
                                   double x) noexcept;
}  // namespace sq::options::finite_difference
