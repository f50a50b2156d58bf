#include "engine/options/monte_carlo/regression.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sq::options::monte_carlo {
namespace {
// Factor of the matrix with rows taken in `order`; returns how many do not depend on those before.
std::size_t factorise(std::span<double> matrix, std::vector<std::size_t>& order, double threshold) {
  const std::size_t n = order.size();
  const auto at = [&](std::size_t i, std::size_t j) -> double& { return matrix[i * n + j]; };
  std::vector<double> left(n), start(n);
  for (std::size_t i = 0; i < n; ++i) left[i] = start[i] = at(i, i);
  std::vector<double> lower(n * n, 0.0);
  std::size_t rank = 0;
  for (; rank < n; ++rank) {
    std::size_t best = rank;
    const auto share = [&](std::size_t k) {
      const std::size_t i = order[k];
      return start[i] > 0 ? left[i] / start[i] : 0.0;
    };
    for (std::size_t k = rank + 1; k < n; ++k) {
      if (share(k) > share(best)) best = k;
    }
    if (!(share(best) > threshold)) break;
    std::swap(order[rank], order[best]);
    const std::size_t pivot = order[rank];
    const double root = std::sqrt(left[pivot]);
    lower[pivot * n + rank] = root;
    for (std::size_t k = rank + 1; k < n; ++k) {
      const std::size_t i = order[k];
      double value = at(i, pivot);
      for (std::size_t m = 0; m < rank; ++m) value -= lower[i * n + m] * lower[pivot * n + m];
      lower[i * n + rank] = value / root;
      left[i] -= lower[i * n + rank] * lower[i * n + rank];
    }
  }
  std::ranges::copy(lower, matrix.begin());
  return rank;
}
}  // namespace

void solve_normal_equations(std::span<double> matrix, std::span<double> right, double threshold) {
  const std::size_t n = right.size();
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  const std::size_t rank = factorise(matrix, order, threshold);
  std::vector<double> y(rank);
  for (std::size_t k = 0; k < rank; ++k) {
    double value = right[order[k]];
    for (std::size_t m = 0; m < k; ++m) value -= matrix[order[k] * n + m] * y[m];
    y[k] = value / matrix[order[k] * n + k];
  }
  std::ranges::fill(right, 0.0);
  for (std::size_t k = rank; k-- > 0;) {
    double value = y[k];
    for (std::size_t m = k + 1; m < rank; ++m) {
      value -= matrix[order[m] * n + k] * right[order[m]];
    }
    right[order[k]] = value / matrix[order[k] * n + k];
  }
}

Regression::Regression(std::size_t columns)
    : columns_{columns},
      shift_(columns + 1, 0.0),
      sums_(columns + 1, 0.0),
      products_((columns + 1) * (columns + 1), 0.0) {}

void Regression::add(std::span<const double> row, double value) noexcept {
  const std::size_t n = columns_ + 1;
  if (points_ == 0) {
    std::ranges::copy(row, shift_.begin());
    shift_[columns_] = value;
  }
  ++points_;
  for (std::size_t i = 0; i < n; ++i) {
    const double a = (i < columns_ ? row[i] : value) - shift_[i];
    sums_[i] += a;
    for (std::size_t j = 0; j <= std::min(i, columns_ - 1); ++j) {
      products_[i * n + j] += a * (row[j] - shift_[j]);
    }
  }
}

std::vector<double> Regression::coefficients() const {
  const std::size_t n = columns_ + 1;
  std::vector<double> result(n, 0.0);
  if (points_ == 0) return result;
  const double count = static_cast<double>(points_);
  std::vector<double> matrix(columns_ * columns_);
  std::vector<double> right(columns_);
  std::vector<double> scale(columns_);
  const auto covariance = [&](std::size_t i, std::size_t j) {  // i >= j
    return products_[i * n + j] / count - sums_[i] / count * (sums_[j] / count);
  };
  for (std::size_t i = 0; i < columns_; ++i) {
    const double square = covariance(i, i);
    // Rounding of a constant column must not become a column.
    const double size = products_[i * n + i] / count;
    scale[i] = square > 1e-14 * size && square > 0 ? 1 / std::sqrt(square) : 0.0;
  }
  for (std::size_t i = 0; i < columns_; ++i) {
    right[i] = covariance(columns_, i) * scale[i];
    for (std::size_t j = 0; j <= i; ++j) {
      const double entry = covariance(i, j) * scale[i] * scale[j];
      matrix[i * columns_ + j] = matrix[j * columns_ + i] = entry;
    }
  }
  solve_normal_equations(matrix, right, 1e-11);
  result[0] = shift_[columns_] + sums_[columns_] / count;
  for (std::size_t i = 0; i < columns_; ++i) {
    result[i + 1] = right[i] * scale[i];
    result[0] -= result[i + 1] * (shift_[i] + sums_[i] / count);
  }
  return result;
}
}  // namespace sq::options::monte_carlo
