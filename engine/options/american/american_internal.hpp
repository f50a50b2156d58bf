// What price, Greeks and boundary share inside. Not for other modules.
#pragma once

#include <optional>

#include "engine/options/american/american.hpp"
#include "engine/options/american/put_boundary.hpp"

namespace sq::options::american {
// Solved to the preset's accuracy; with for_slopes also its matrix is that of the solution. Empty
// if the equation does not converge.
[[nodiscard]] std::optional<PutBoundary> solve_boundary(const PutProblem& put, Preset preset,
                                                        bool for_slopes);

struct GridPut {
  double price, delta, gamma, theta;
};
// Finite differences, for what the boundary equation cannot do.
[[nodiscard]] Result<GridPut> put_on_grid(const PutProblem& put);
}  // namespace sq::options::american
