// Small dense linear systems by Gaussian elimination with partial pivoting, in place.
// Thread: any. Cost: n^3 / 3 multiplications; n <= 24 here. Errors: false when a pivot is below
// 1e-13 of the largest element of its column in the given matrix: the system has no one solution.
#pragma once

#include <cstddef>
#include <span>

namespace sq::book::analytics {
// Solves matrix * X = right for `columns` right sides. `matrix` is n x n, `right` n x columns, both
// row after row; `matrix` is used up, `right` becomes X.
[[nodiscard]] bool solve_in_place(std::span<double> matrix, std::span<double> right, std::size_t n,
                                  std::size_t columns) noexcept;
}  // namespace sq::book::analytics
