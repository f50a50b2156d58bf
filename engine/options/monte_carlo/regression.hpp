// Least squares on many points: the normal equations of standardised columns, solved by a pivoted
// Cholesky factorisation that leaves out columns which depend on the others.
// Thread: plain functions and values. Cost: columns^2 / 2 flops a point, columns^3 / 3 at the end.
// Errors: none: a column without variation of its own gets the coefficient 0.
// Source: Golub and Van Loan, Matrix Computations, section 4.2.8.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace sq::options::monte_carlo {
// matrix x = right for a symmetric matrix without negative eigenvalues, row-major; the answer takes
// the place of `right`. A pivot below `threshold` of its diagonal entry counts as dependent.
void solve_normal_equations(std::span<double> matrix, std::span<double> right,
                            double threshold = 1e-12);

// Regression on `columns` functions, with a constant.
class Regression {
 public:
  explicit Regression(std::size_t columns);
  void add(std::span<const double> row, double value) noexcept;
  [[nodiscard]] std::size_t points() const noexcept { return points_; }
  // The constant, then one coefficient a column.
  [[nodiscard]] std::vector<double> coefficients() const;

 private:
  std::size_t columns_;
  std::size_t points_{0};
  std::vector<double> shift_;  // of the first point, value last: against cancellation
  std::vector<double> sums_, products_;
};
}  // namespace sq::options::monte_carlo
