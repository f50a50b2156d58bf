// Nonlinear least squares in a box: Levenberg-Marquardt with the parameters at a bound held there
// while the slope pushes outwards. For the calibrations of this module.
// Thread: free functions, plain values. Cost: (parameters + 1) evaluations an iteration; allocates.
// Errors: ParameterRange for a box or sizes that make no sense; NoConvergence when the residuals at
// the start are not finite. Reaching the iteration limit is no error: see Outcome::converged.
// Source: Marquardt (1963); projection as in Kanzow, Yamashita and Fukushima (2004).
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "engine/options/result.hpp"

namespace sq::options::math {
constexpr std::size_t kParametersMax = 8;

struct Box {
  std::span<const double> low, high;  // low <= high, as many as parameters
};
struct LeastSquaresSettings {
  std::size_t iterations{100};
  double tolerance{1e-14};  // relative fall of the sum of squares that ends the search
};
struct LeastSquaresOutcome {
  double sum{0};  // of squared residuals
  std::size_t iterations{0};
  bool converged{false};
};

// Writes the residuals at the given parameters.
struct ResidualsView {
  void (*call)(const void* context, std::span<const double> parameters, std::span<double> out);
  const void* context;
};
// `parameters` holds the first guess (moved into the box) and takes the answer.
[[nodiscard]] Result<LeastSquaresOutcome> minimise(ResidualsView residuals, std::size_t count,
                                                   Box box, std::span<double> parameters,
                                                   const LeastSquaresSettings& settings = {});

template <class Fn>
[[nodiscard]] Result<LeastSquaresOutcome> least_squares(const Fn& residuals, std::size_t count,
                                                        Box box, std::span<double> parameters,
                                                        const LeastSquaresSettings& settings = {}) {
  return minimise({[](const void* context, std::span<const double> at, std::span<double> out) {
                     (*static_cast<const Fn*>(context))(at, out);
                   },
                   &residuals},
                  count, box, parameters, settings);
}

// Solves the symmetric positive definite system of `size` rows (row-major, kParametersMax wide) in
// place; false when it is not positive definite.
[[nodiscard]] bool solve_cholesky(
    std::array<std::array<double, kParametersMax>, kParametersMax>& matrix,
    std::span<double> right_side) noexcept;
}  // namespace sq::options::math
