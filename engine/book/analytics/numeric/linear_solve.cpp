#include "engine/book/analytics/numeric/linear_solve.hpp"

#include <utility>

namespace sq::book::analytics {
namespace {
constexpr double kPivotMin = 1e-13;
constexpr std::size_t kRowsMax = 24;

double size_of(double x) noexcept { return x < 0.0 ? -x : x; }

std::size_t largest_in(std::span<const double> matrix, std::size_t n, std::size_t column,
                       std::size_t from) noexcept {
  std::size_t best = from;
  for (std::size_t row = from + 1; row < n; ++row) {
    if (size_of(matrix[row * n + column]) > size_of(matrix[best * n + column])) best = row;
  }
  return best;
}

void subtract_row(std::span<double> rows, std::size_t width, std::size_t target, std::size_t source,
                  double factor) noexcept {
  for (std::size_t i = 0; i < width; ++i)
    rows[target * width + i] -= factor * rows[source * width + i];
}
}  // namespace

bool solve_in_place(std::span<double> matrix, std::span<double> right, std::size_t n,
                    std::size_t columns) noexcept {
  if (n > kRowsMax) return false;
  double scale[kRowsMax];
  for (std::size_t column = 0; column < n; ++column)
    scale[column] = size_of(matrix[largest_in(matrix, n, column, 0) * n + column]);
  for (std::size_t column = 0; column < n; ++column) {
    const std::size_t pivot = largest_in(matrix, n, column, column);
    const double value = matrix[pivot * n + column];
    if (size_of(value) <= kPivotMin * scale[column]) return false;
    for (std::size_t i = 0; i < n && pivot != column; ++i)
      std::swap(matrix[pivot * n + i], matrix[column * n + i]);
    for (std::size_t i = 0; i < columns && pivot != column; ++i)
      std::swap(right[pivot * columns + i], right[column * columns + i]);
    for (std::size_t row = 0; row < n; ++row) {
      if (row == column) continue;
      const double factor = matrix[row * n + column] / value;
      subtract_row(matrix, n, row, column, factor);
      subtract_row(right, columns, row, column, factor);
    }
  }
  for (std::size_t row = 0; row < n; ++row) {
    for (std::size_t i = 0; i < columns; ++i) right[row * columns + i] /= matrix[row * n + row];
  }
  return true;
}
}  // namespace sq::book::analytics
