#include "engine/options/exotic/multi_asset/factors.hpp"

#include <algorithm>
#include <cmath>

namespace sq::options {
namespace {
// One rotation of Jacobi's method that makes matrix[p][q] zero.
void rotate(AssetMatrix& matrix, AssetMatrix& vectors, std::size_t size, std::size_t p,
            std::size_t q) noexcept {
  const double off = matrix[p][q];
  if (off == 0) return;
  const double theta = (matrix[q][q] - matrix[p][p]) / (2.0 * off);
  const double t = std::copysign(1.0, theta) / (std::abs(theta) + std::sqrt(theta * theta + 1.0));
  const double c = 1.0 / std::sqrt(t * t + 1.0);
  const double s = t * c;
  for (std::size_t k = 0; k < size; ++k) {
    const double kp = matrix[k][p], kq = matrix[k][q];
    matrix[k][p] = c * kp - s * kq;
    matrix[k][q] = s * kp + c * kq;
  }
  for (std::size_t k = 0; k < size; ++k) {
    const double pk = matrix[p][k], qk = matrix[q][k];
    matrix[p][k] = c * pk - s * qk;
    matrix[q][k] = s * pk + c * qk;
    const double vp = vectors[k][p], vq = vectors[k][q];
    vectors[k][p] = c * vp - s * vq;
    vectors[k][q] = s * vp + c * vq;
  }
}
}  // namespace

bool factors_of(AssetMatrix matrix, std::size_t size, AssetMatrix& factors) noexcept {
  AssetMatrix vectors{};
  double trace = 0;
  for (std::size_t i = 0; i < size; ++i) {
    vectors[i][i] = 1.0;
    trace += std::abs(matrix[i][i]);
  }
  for (int sweep = 0; sweep < 40; ++sweep) {
    double off = 0;
    for (std::size_t p = 0; p < size; ++p) {
      for (std::size_t q = p + 1; q < size; ++q) off += std::abs(matrix[p][q]);
    }
    if (off <= 1e-18 * trace) break;
    for (std::size_t p = 0; p < size; ++p) {
      for (std::size_t q = p + 1; q < size; ++q) rotate(matrix, vectors, size, p, q);
    }
  }
  std::array<std::size_t, kBasketAssetsMax> order{};
  for (std::size_t i = 0; i < size; ++i) order[i] = i;
  std::sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(size),
            [&](std::size_t a, std::size_t b) { return matrix[a][a] > matrix[b][b]; });
  factors = {};
  for (std::size_t j = 0; j < size; ++j) {
    const double value = matrix[order[j]][order[j]];
    if (!(value >= -1e-9 * trace)) return false;
    const double root = std::sqrt(std::max(value, 0.0));
    for (std::size_t k = 0; k < size; ++k) factors[k][j] = root * vectors[k][order[j]];
  }
  return true;
}

bool solve_positive(AssetMatrix matrix, std::size_t size, AssetVector& right) noexcept {
  for (std::size_t i = 0; i < size; ++i) {  // Cholesky in the lower triangle
    const double least = 1e-12 * matrix[i][i];
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = matrix[i][j];
      for (std::size_t k = 0; k < j; ++k) sum -= matrix[i][k] * matrix[j][k];
      if (i != j) {
        matrix[i][j] = sum / matrix[j][j];
      } else if (sum > least) {
        matrix[i][i] = std::sqrt(sum);
      } else {
        return false;
      }
    }
  }
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t k = 0; k < i; ++k) right[i] -= matrix[i][k] * right[k];
    right[i] /= matrix[i][i];
  }
  for (std::size_t i = size; i-- > 0;) {
    for (std::size_t k = i + 1; k < size; ++k) right[i] -= matrix[k][i] * right[k];
    right[i] /= matrix[i][i];
  }
  return true;
}

HermiteRule hermite_rule(std::size_t count) noexcept {
  // Orthonormal Hermite polynomials form a Sturm sequence: their sign changes at x count the zeros
  // above x. The weight of a zero is 1 / sum of the squared polynomials of lower degree.
  struct Sequence {
    std::size_t above;
    double squares;
  };
  const auto sequence = [count](double x) {
    Sequence out{0, 0};
    double before = 0, value = 1;
    for (std::size_t k = 1; k <= count; ++k) {
      out.squares += value * value;
      const double next = (x * value - std::sqrt(static_cast<double>(k - 1)) * before) /
                          std::sqrt(static_cast<double>(k));
      if ((next < 0) != (value < 0)) ++out.above;
      before = value;
      value = next;
    }
    return out;
  };
  HermiteRule rule{.count = count};
  for (std::size_t i = 0; i < (count + 1) / 2; ++i) {  // from the largest zero down to 0
    double low = -1e-9, high = 2.0 * std::sqrt(static_cast<double>(count)) + 1.0;
    for (int step = 0; step < 58; ++step) {
      const double middle = 0.5 * (low + high);
      (sequence(middle).above > i ? low : high) = middle;
    }
    const double zero = 2 * i + 1 == count ? 0.0 : 0.5 * (low + high);
    rule.node[i] = zero;
    rule.node[count - 1 - i] = -zero;
    rule.weight[i] = rule.weight[count - 1 - i] = 1.0 / sequence(zero).squares;
  }
  return rule;
}
}  // namespace sq::options
