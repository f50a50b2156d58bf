#include "engine/options/finite_difference/stepper.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace sq::options::finite_difference {
namespace {
// The diffusion for which three-point differences are exact for a stationary solution.
double fitted(double diffusion, double drift, double spacing) {
  const double peclet = std::abs(drift) * spacing / (2 * diffusion);
  if (!(peclet > 1)) return diffusion;
  const double half = 0.5 * std::abs(drift) * spacing;
  return diffusion > 0 && peclet < 300 ? half / std::tanh(peclet) : half;
}
}  // namespace

Stepper::Stepper(std::span<const double> points, double rate, double yield)
    : points_{points},
      rate_{rate},
      yield_{yield},
      down_(points.size()),
      mid_(points.size()),
      up_(points.size()),
      rhs_(points.size()),
      kept_(points.size()),
      start_(points.size()),
      pivot_(points.size()),
      ratio_(points.size()),
      exercised_(points.size()) {
  set_free_ends();
}

void Stepper::set_volatility(std::span<const double> volatility) {
  for (std::size_t i = 1; i + 1 < points_.size(); ++i) set_row(i, volatility[i]);
  factored_years_ = -1;
}
void Stepper::set_volatility(double volatility) {
  for (std::size_t i = 1; i + 1 < points_.size(); ++i) set_row(i, volatility);
  factored_years_ = -1;
}

void Stepper::set_row(std::size_t i, double volatility) {
  const double below = points_[i] - points_[i - 1];
  const double above = points_[i + 1] - points_[i];
  const double variance = volatility * volatility;
  const double drift = rate_ - yield_ - 0.5 * variance;
  const double diffusion = fitted(0.5 * variance, drift, std::max(below, above));
  const double scale = 1 / (below + above);
  down_[i] = scale * (2 * diffusion - drift * above) / below;
  up_[i] = scale * (2 * diffusion + drift * below) / above;
  mid_[i] = -(down_[i] + up_[i]) - rate_;
}

// Linear in the spot: (r - q) S dV/dS - r V with the slope of the outermost pair of points.
void Stepper::set_free_ends() {
  const std::size_t last = points_.size() - 1;
  const double drift = rate_ - yield_;
  const double rise_low = drift / std::expm1(points_[1] - points_[0]);
  down_[0] = 0;
  mid_[0] = -rise_low - rate_;
  up_[0] = rise_low;
  const double rise_high = drift / -std::expm1(points_[last - 1] - points_[last]);
  down_[last] = -rise_high;
  mid_[last] = rise_high - rate_;
  up_[last] = 0;
  factored_years_ = -1;
}
void Stepper::fix_low(bool fixed) noexcept {
  low_fixed_ = fixed;
  factored_years_ = -1;
}
void Stepper::fix_high(bool fixed) noexcept {
  high_fixed_ = fixed;
  factored_years_ = -1;
}

void Stepper::explicit_part(double years, std::span<const double> values, Ends ends) {
  const std::size_t last = points_.size() - 1;
  for (std::size_t i = 1; i < last; ++i) {
    rhs_[i] = values[i] +
              years * (down_[i] * values[i - 1] + mid_[i] * values[i] + up_[i] * values[i + 1]);
  }
  rhs_[0] = low_fixed_ ? ends.low : values[0] + years * (mid_[0] * values[0] + up_[0] * values[1]);
  rhs_[last] =
      high_fixed_
          ? ends.high
          : values[last] + years * (down_[last] * values[last - 1] + mid_[last] * values[last]);
}

// Elimination without pivoting of 1 - years * L; a row that is fixed or exercised is the identity.
void Stepper::factor(double years) {
  const std::size_t count = points_.size();
  double above = 0;  // ratio of the row before
  for (std::size_t i = 0; i < count; ++i) {
    const bool identity = (i == 0 && low_fixed_) || (i + 1 == count && high_fixed_) ||
                          (any_exercised_ && exercised_[i] != 0);
    const double down = identity ? 0 : -years * down_[i];
    const double up = identity ? 0 : -years * up_[i];
    const double mid = identity ? 1 : 1 - years * mid_[i];
    pivot_[i] = 1 / (mid - down * above);
    ratio_[i] = above = up * pivot_[i];
  }
  factored_years_ = years;
}

void Stepper::solve(std::span<double> values) const {
  const std::size_t count = points_.size();
  double before = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const bool identity = (i == 0 && low_fixed_) || (i + 1 == count && high_fixed_) ||
                          (any_exercised_ && exercised_[i] != 0);
    const double down = identity ? 0 : -factored_years_ * down_[i];
    values[i] = before = (rhs_[i] - down * before) * pivot_[i];
  }
  for (std::size_t i = count - 1; i-- > 0;) values[i] -= ratio_[i] * values[i + 1];
}

// Where keeping is worth less than exercising, exercise; where exercising earns less than the
// operator takes away, keep. True if anything changed.
bool Stepper::update_policy(double years, std::span<const double> values,
                            std::span<const double> obstacle) {
  bool changed = false;
  any_exercised_ = false;
  const std::size_t last = points_.size() - 1;
  for (std::size_t i = 0; i <= last; ++i) {
    const bool fixed = (i == 0 && low_fixed_) || (i == last && high_fixed_);
    bool exercise = false;
    if (!fixed && exercised_[i] != 0) {
      const double below = i > 0 ? down_[i] * values[i - 1] : 0.0;
      const double above = i < last ? up_[i] * values[i + 1] : 0.0;
      const double image = values[i] - years * (below + mid_[i] * values[i] + above);
      exercise = image - rhs_[i] >= -1e-14 * std::abs(rhs_[i]);
    } else if (!fixed) {
      exercise = values[i] < obstacle[i] - 1e-14 * std::abs(obstacle[i]);
    }
    changed |= exercise != (exercised_[i] != 0);
    exercised_[i] = exercise ? 1 : 0;
    any_exercised_ |= exercise;
  }
  return changed;
}

void Stepper::solve_with_policy(double years, std::span<double> values,
                                std::span<const double> obstacle) {
  constexpr int kIterationsMax = 50;
  for (int iteration = 0; iteration < kIterationsMax; ++iteration) {
    std::copy(rhs_.begin(), rhs_.end(), kept_.begin());
    for (std::size_t i = 0; i < points_.size(); ++i) {
      if (exercised_[i] != 0) rhs_[i] = obstacle[i];
    }
    factor(years);
    solve(values);
    rhs_.swap(kept_);
    if (!update_policy(years, values, obstacle)) break;
  }
  for (std::size_t i = 0; i < points_.size(); ++i) {
    const bool fixed = (i == 0 && low_fixed_) || (i + 1 == points_.size() && high_fixed_);
    if (!fixed) values[i] = std::max(values[i], obstacle[i]);
  }
  factored_years_ = -1;
}

void Stepper::implicit_part(double years, std::span<double> values,
                            std::span<const double> obstacle) {
  if (!obstacle.empty()) {
    solve_with_policy(years, values, obstacle);
    return;
  }
  if (any_exercised_) {
    std::fill(exercised_.begin(), exercised_.end(), std::uint8_t{0});
    any_exercised_ = false;
    factored_years_ = -1;
  }
  if (factored_years_ != years) factor(years);
  solve(values);
}

void Stepper::step(Scheme scheme, double years, std::span<double> values, double low_value,
                   double high_value, std::span<const double> obstacle) {
  const Ends ends{low_value, high_value};
  if (scheme == Scheme::ImplicitEuler) {
    explicit_part(0, values, ends);
    implicit_part(years, values, obstacle);
    return;
  }
  if (scheme == Scheme::CrankNicolson) {
    explicit_part(0.5 * years, values, ends);
    implicit_part(0.5 * years, values, obstacle);
    return;
  }
  constexpr double kGamma = 2 - std::numbers::sqrt2;
  constexpr double kNear = 1 / (kGamma * (2 - kGamma));
  constexpr double kFar = (1 - kGamma) * (1 - kGamma) * kNear;
  std::copy(values.begin(), values.end(), start_.begin());
  const double part = 0.5 * kGamma * years;
  const Ends between{values.front() + kGamma * (low_value - values.front()),
                     values.back() + kGamma * (high_value - values.back())};
  explicit_part(part, values, between);
  implicit_part(part, values, obstacle);
  for (std::size_t i = 0; i < values.size(); ++i) rhs_[i] = kNear * values[i] - kFar * start_[i];
  if (low_fixed_) rhs_.front() = low_value;
  if (high_fixed_) rhs_.back() = high_value;
  implicit_part(part, values, obstacle);
}
}  // namespace sq::options::finite_difference
