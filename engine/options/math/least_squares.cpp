#include "engine/options/math/least_squares.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace sq::options::math {
namespace {
using Matrix = std::array<std::array<double, kParametersMax>, kParametersMax>;
using Point = std::array<double, kParametersMax>;

double sum_of_squares(std::span<const double> values) noexcept {
  double sum = 0;
  for (const double v : values) sum += v * v;
  return sum;
}

class Search {
 public:
  Search(ResidualsView residuals, std::size_t count, Box box, std::span<double> parameters)
      : residuals_{residuals},
        box_{box},
        at_{parameters},
        here_(count),
        there_(count),
        jacobian_(count * parameters.size()) {}

  Result<LeastSquaresOutcome> run(const LeastSquaresSettings& settings) {
    residuals_.call(residuals_.context, at_, here_);
    LeastSquaresOutcome outcome{.sum = sum_of_squares(here_)};
    if (!std::isfinite(outcome.sum)) return std::unexpected{Error::NoConvergence};
    double damping = 1e-3;
    while (outcome.iterations < settings.iterations && !outcome.converged) {
      ++outcome.iterations;
      linearise();
      if (!improve(outcome, damping, settings.tolerance)) outcome.converged = true;
    }
    return outcome;
  }

 private:
  void linearise() {
    const std::size_t n = at_.size();
    const std::size_t count = here_.size();
    for (std::size_t j = 0; j < n; ++j) {
      const double value = at_[j];
      const double width = box_.high[j] - box_.low[j];
      double step = 1e-7 * std::max(std::abs(value), 1e-3 * std::min(width, 1.0));
      if (value + step > box_.high[j]) step = -step;
      at_[j] = value + step;
      const double taken = at_[j] - value;
      residuals_.call(residuals_.context, at_, there_);
      at_[j] = value;
      for (std::size_t i = 0; i < count; ++i) {
        const double slope = taken != 0 ? (there_[i] - here_[i]) / taken : 0.0;
        jacobian_[j * count + i] = std::isfinite(slope) ? slope : 0.0;
      }
    }
    for (std::size_t j = 0; j < n; ++j) {
      const double* column = &jacobian_[j * count];
      gradient_[j] = 0;
      for (std::size_t i = 0; i < count; ++i) gradient_[j] += column[i] * here_[i];
      for (std::size_t l = 0; l <= j; ++l) {
        const double* other = &jacobian_[l * count];
        double sum = 0;
        for (std::size_t i = 0; i < count; ++i) sum += column[i] * other[i];
        normal_[j][l] = normal_[l][j] = sum;
      }
    }
  }

  // A step that lowers the sum, or false when none is found.
  bool improve(LeastSquaresOutcome& outcome, double& damping, double tolerance) {
    const std::size_t n = at_.size();
    for (int attempt = 0; attempt < 30; ++attempt) {
      Point step{};
      if (step_of(damping, step)) {
        Point old{};
        bool moved = false;
        for (std::size_t j = 0; j < n; ++j) {
          old[j] = at_[j];
          at_[j] = std::clamp(at_[j] + step[j], box_.low[j], box_.high[j]);
          moved = moved || at_[j] != old[j];
        }
        residuals_.call(residuals_.context, at_, there_);
        const double sum = sum_of_squares(there_);
        if (moved && std::isfinite(sum) && sum < outcome.sum) {
          const bool small = outcome.sum - sum <= tolerance * outcome.sum;
          outcome.sum = sum;
          std::swap(here_, there_);
          damping = std::max(damping / 5, 1e-15);
          return !small && sum > 0;
        }
        std::copy_n(old.begin(), n, at_.begin());
      }
      damping *= 4;
    }
    return false;
  }

  bool step_of(double damping, Point& step) const {
    std::array<std::size_t, kParametersMax> free{};
    std::size_t count = 0;
    for (std::size_t j = 0; j < at_.size(); ++j) {
      const bool stuck = (at_[j] <= box_.low[j] && gradient_[j] > 0) ||
                         (at_[j] >= box_.high[j] && gradient_[j] < 0) || normal_[j][j] <= 0;
      if (!stuck) free[count++] = j;
    }
    if (count == 0) return false;
    Matrix matrix{};
    Point right{};
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t j = 0; j < count; ++j) matrix[i][j] = normal_[free[i]][free[j]];
      matrix[i][i] *= 1 + damping;
      right[i] = -gradient_[free[i]];
    }
    if (!solve_cholesky(matrix, std::span{right}.first(count))) return false;
    for (std::size_t i = 0; i < count; ++i) {
      if (!std::isfinite(right[i])) return false;
      step[free[i]] = right[i];
    }
    return true;
  }

  ResidualsView residuals_;
  Box box_;
  std::span<double> at_;
  std::vector<double> here_, there_, jacobian_;  // jacobian by parameter, then residual
  Matrix normal_{};
  Point gradient_{};
};
}  // namespace

bool solve_cholesky(Matrix& matrix, std::span<double> right_side) noexcept {
  const std::size_t n = right_side.size();
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = matrix[i][j];
      for (std::size_t l = 0; l < j; ++l) sum -= matrix[i][l] * matrix[j][l];
      if (i != j) {
        matrix[i][j] = sum / matrix[j][j];
      } else {
        if (!(sum > 0)) return false;
        matrix[i][i] = std::sqrt(sum);
      }
    }
    double value = right_side[i];
    for (std::size_t l = 0; l < i; ++l) value -= matrix[i][l] * right_side[l];
    right_side[i] = value / matrix[i][i];
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t l = i + 1; l < n; ++l) right_side[i] -= matrix[l][i] * right_side[l];
    right_side[i] /= matrix[i][i];
  }
  return true;
}

Result<LeastSquaresOutcome> minimise(ResidualsView residuals, std::size_t count, Box box,
                                     std::span<double> parameters,
                                     const LeastSquaresSettings& settings) {
  const std::size_t n = parameters.size();
  if (n == 0 || n > kParametersMax || count == 0 || box.low.size() != n || box.high.size() != n) {
    return std::unexpected{Error::ParameterRange};
  }
  for (std::size_t j = 0; j < n; ++j) {
    if (!std::isfinite(parameters[j])) return std::unexpected{Error::NotFinite};
    if (!(box.low[j] <= box.high[j])) return std::unexpected{Error::ParameterRange};
    parameters[j] = std::clamp(parameters[j], box.low[j], box.high[j]);
  }
  return Search{residuals, count, box, parameters}.run(settings);
}
}  // namespace sq::options::math
