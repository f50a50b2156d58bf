#include "engine/book/analytics/quotes/microprice_solver.hpp"

#include <algorithm>

namespace sq::book::analytics {
namespace {
constexpr double kPivotMin = 1e-12;
constexpr double kTermMin = 1e-10;  // of the largest element of G1

double largest_of(std::span<const double> values) noexcept {
  double largest = 0;
  for (const double value : values) largest = std::max(largest, value < 0 ? -value : value);
  return largest;
}

// target[i] -= factor * other[i] for first <= i < end; the two do not overlap.
void subtract(double* __restrict target, const double* __restrict other, double factor,
              std::size_t first, std::size_t end) noexcept {
  for (std::size_t i = first; i < end; ++i) target[i] -= factor * other[i];
}
}  // namespace

MicropriceSolver::MicropriceSolver(std::size_t states)
    : states_{states},
      factors_(states * states),
      moved_(states * states),
      first_(states),
      term_(states),
      next_(states),
      sum_(states) {}

void MicropriceSolver::begin() noexcept {
  for (double& value : factors_) value = -value;
  for (std::size_t i = 0; i < states_; ++i) factors_[i * states_ + i] += 1.0;
  failed_ = false;
  column_ = 0;
  terms_ = 0;
  phase_ = Phase::Factors;
}

bool MicropriceSolver::step() noexcept {
  switch (phase_) {
    case Phase::Idle:
      return false;
    case Phase::Factors:
      factor_column(column_);
      if (failed_) {
        phase_ = Phase::Idle;
      } else if (++column_ == states_) {
        phase_ = Phase::First;
      }
      break;
    case Phase::First:
      solve(first_);
      term_ = first_;
      sum_ = first_;
      terms_ = 1;
      phase_ = Phase::Terms;
      break;
    case Phase::Terms:
      add_term();
      if (terms_ == kTermsMax || largest_of(term_) <= kTermMin * largest_of(first_))
        phase_ = Phase::Idle;
      break;
  }
  return busy();
}

// I - Q is an M-matrix whose rows dominate: no pivoting is needed.
void MicropriceSolver::factor_column(std::size_t column) noexcept {
  double* lower = &factors_[column * states_];
  const double pivot = lower[column];
  if (pivot <= kPivotMin) {
    failed_ = true;
    return;
  }
  for (std::size_t row = column + 1; row < states_; ++row) lower[row] /= pivot;
  for (std::size_t right = column + 1; right < states_; ++right)
    subtract(&factors_[right * states_], lower, factors_[right * states_ + column], column + 1,
             states_);
}

void MicropriceSolver::solve(std::span<double> vector) const noexcept {
  for (std::size_t column = 0; column < states_; ++column)
    subtract(vector.data(), &factors_[column * states_], vector[column], column + 1, states_);
  for (std::size_t column = states_; column-- > 0;) {
    vector[column] /= factors_[column * states_ + column];
    subtract(vector.data(), &factors_[column * states_], vector[column], 0, column);
  }
}

void MicropriceSolver::add_term() noexcept {
  std::ranges::fill(next_, 0.0);
  for (std::size_t column = 0; column < states_; ++column)
    subtract(next_.data(), &moved_[column * states_], -term_[column], 0, states_);
  solve(next_);
  term_.swap(next_);
  for (std::size_t i = 0; i < states_; ++i) sum_[i] += term_[i];
  ++terms_;
}
}  // namespace sq::book::analytics
