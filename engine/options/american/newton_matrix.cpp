#include "engine/options/american/newton_matrix.hpp"

#include <cmath>
#include <utility>

namespace sq::options::american {
bool NewtonMatrix::factor(std::size_t size) noexcept {
  size_ = 0;
  for (std::size_t k = 0; k < size; ++k) {
    double* const pivot_column = column(k);
    std::size_t best = k;
    for (std::size_t i = k + 1; i < size; ++i) {
      if (std::abs(pivot_column[i]) > std::abs(pivot_column[best])) best = i;
    }
    const double pivot = pivot_column[best];
    if (!(std::abs(pivot) > 1e-100) || !std::isfinite(pivot)) return false;
    pivot_[k] = static_cast<std::uint8_t>(best);
    if (best != k) {
      for (std::size_t c = 0; c < size; ++c) std::swap(column(c)[k], column(c)[best]);
    }
    const double inverse = 1 / pivot;
    pivot_column[k] = inverse;
    for (std::size_t i = k + 1; i < size; ++i) pivot_column[i] *= inverse;
    for (std::size_t c = k + 1; c < size; ++c) {
      double* const other = column(c);
      const double factor_of_column = other[k];
      for (std::size_t i = k + 1; i < size; ++i) other[i] -= pivot_column[i] * factor_of_column;
    }
  }
  size_ = size;
  return true;
}

void NewtonMatrix::solve(double* right_side) const noexcept {
  for (std::size_t k = 0; k < size_; ++k) std::swap(right_side[k], right_side[pivot_[k]]);
  for (std::size_t k = 0; k < size_; ++k) {
    const double* const lower = &entries_[k * kNodesMax];
    for (std::size_t i = k + 1; i < size_; ++i) right_side[i] -= lower[i] * right_side[k];
  }
  for (std::size_t k = size_; k-- > 0;) {
    const double* const upper = &entries_[k * kNodesMax];
    right_side[k] *= upper[k];
    for (std::size_t i = 0; i < k; ++i) right_side[i] -= upper[i] * right_side[k];
  }
}
}  // namespace sq::options::american
