#include "engine/options/american/put_boundary.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/options/american/lanes.hpp"
#include "engine/options/american/qd_plus_equation.hpp"

namespace sq::options::american {
PutBoundary::PutBoundary(const Collocation& collocation, const PutProblem& put) noexcept
    : collocation_{&collocation}, put_{put} {
  set_ends();
  guess();
}

void PutBoundary::set_ends() noexcept {
  root_years_ = std::sqrt(put_.years);
  log_first_ = std::log(boundary_at_expiry(put_.rate, put_.yield));
  const double perpetual = perpetual_boundary(put_.rate, put_.yield, put_.volatility);
  shift_max_ = perpetual > 0 ? std::clamp(log_first_ - std::log(perpetual), 0.0, 600.0) : 600;
}

// Newton on QD+ from a curve that has the right ends.
void PutBoundary::guess() noexcept {
  constexpr int kIterations = 3;
  for (std::size_t g = 0; g < collocation_->padded_nodes; g += kLanes) {
    const Lanes root = Lanes::load(&collocation_->roots[g]) * Lanes(root_years_);
    const QdPlusEquation<Lanes> equation{put_.rate, put_.yield, put_.volatility, root};
    const Lanes span = shift_max_;
    Lanes shift = span - span * exp(root * Lanes(-2 * put_.volatility / shift_max_));
    for (int i = 0; i < kIterations; ++i) {
      const auto point = equation.at(Lanes(log_first_) - shift);
      const Lanes step = point.residual / point.slope;
      shift =
          min(max(shift + step, shift * Lanes(0.25)), fma(shift, Lanes(0.25), span * Lanes(0.75)));
    }
    shift.store(&shift_[g]);
    (shift * shift).store(&h_[g]);
  }
}

PutBoundary PutBoundary::nearby(const PutProblem& put) const noexcept {
  PutBoundary other = *this;
  other.put_ = put;
  other.set_ends();
  return other;
}

void PutBoundary::set(std::size_t node, double boundary) noexcept {
  const double shift = std::max(log_first_ - std::log(boundary), 0.0);
  const std::size_t end = node == 0 ? collocation_->padded_nodes : 0;
  for (std::size_t i = collocation_->nodes; i < end; ++i) {  // padding repeats node 0
    shift_[i] = shift;
    h_[i] = shift * shift;
  }
  shift_[node] = shift;
  h_[node] = shift * shift;
}

// Smooth pasting at a node with t left, boundary B and, after s more, boundary B(s), all per unit
// of strike, reads
//   e^{-qt} Phi(d+(t, B)) + q int e^{-qs} Phi(d+) ds
//     = int (r / B(s) - q) e^{-qs} phi(d+) / (v sqrt s) ds,   d+ = d+(s, B / B(s)).
// This is FP-A without the term that its two sides share. r / B(s) >= q, so both sides are positive
// once a term with q < 0 has changed sides, and Newton solves ln(left) = ln(right), which is nearly
// linear where both are tails of a density. All without phi's constant.
struct PutBoundary::Sides {
  Lanes left, right;
  Lanes left_slope, right_slope;  // by ln B, other boundary values held
};

// The integrals of both sides at the nodes from `first` on. columns: the derivative of left minus
// right by H at each node, times 2.
template <bool WithMatrix>
[[gnu::always_inline]] inline PutBoundary::Sides PutBoundary::integrals(
    std::size_t first, Lanes root, Lanes shift, Lanes* columns) const noexcept {
  const Collocation& c = *collocation_;
  const double v = put_.volatility;
  const Lanes yield = put_.yield;
  const Lanes on_left = std::max(put_.yield, 0.0);
  const Lanes on_right = std::max(-put_.yield, 0.0);
  const Lanes drift = (put_.rate - put_.yield) / v + 0.5 * v;
  const Lanes log_rate = put_.rate > 0 ? std::log(put_.rate) - log_first_ : -708.0;
  const Lanes years = root * root;
  const Lanes inverse = Lanes(1.0) / (root * Lanes(v));
  Sides sides{0.0, 0.0, 0.0, 0.0};
  const double* weights = &c.interpolate[first];
  for (std::size_t j = 0; j < c.quadrature; ++j, weights += c.nodes * c.padded_nodes) {
    Lanes h = 0.0;
    for (std::size_t k = 0; k < c.nodes; ++k)
      h = fma(Lanes::load(weights + k * c.padded_nodes), Lanes(h_[k]), h);
    const Lanes other_shift = sqrt(max(h, Lanes(0.0)));
    const Lanes s_root = root * Lanes(c.reach[j]);
    const Lanes per_deviation = inverse * Lanes(1 / c.reach[j]);
    const Lanes deviate = fma(other_shift - shift, per_deviation, s_root * drift);
    const Normal<Lanes> upper = normal(deviate);
    const Lanes weight =
        exp(s_root * s_root * -yield) * years * Lanes(2 * c.reach[j] * c.weight[j]);
    const Lanes rate = exp(other_shift + log_rate);  // r / B(s)
    const Lanes density = weight * upper.bell * per_deviation;
    const Lanes below = weight * upper.below * Lanes(1 / kBellToDensity);
    const Lanes flow = (rate - yield) * density;
    const Lanes turn = flow * deviate * per_deviation;
    sides.left = fma(on_left, below, sides.left);
    sides.left_slope = fma(on_left, density, sides.left_slope);
    sides.right = sides.right + fma(on_right, below, flow);
    sides.right_slope = sides.right_slope + fma(on_right, density, -turn);
    if constexpr (WithMatrix) {
      // Left minus right by ln B(s), over the shift; nothing where the interpolant is cut off.
      const Lanes turned = fma(rate - on_left + on_right, density, -turn);
      const Lanes pull =
          where_less(Lanes(1e-20), h, turned, Lanes(0.0)) / max(other_shift, Lanes(1e-10));
      if (j == 0) {
        for (std::size_t k = 0; k < c.nodes; ++k)
          columns[k] = Lanes::load(weights + k * c.padded_nodes) * pull;
      } else {
        for (std::size_t k = 0; k < c.nodes; ++k)
          columns[k] = fma(Lanes::load(weights + k * c.padded_nodes), pull, columns[k]);
      }
    }
  }
  return sides;
}

// steps: ln(left) - ln(right) over its derivative by ln B. The matrix: its derivatives by the
// shifts over that one (with right for left in a minor term, which at the solution is the same).
template <bool WithMatrix>
void PutBoundary::newton_steps(double* steps) noexcept {
  const Collocation& c = *collocation_;
  const double v = put_.volatility;
  for (std::size_t g = 0; g < c.padded_nodes; g += kLanes) {
    const Lanes root = Lanes::load(&c.roots[g]) * Lanes(root_years_);
    const Lanes shift = Lanes::load(&shift_[g]);
    Lanes columns[kNodesMax];
    Sides sides = integrals<WithMatrix>(g, root, shift, columns);
    const Lanes inverse = Lanes(1.0) / (root * Lanes(v));
    const Lanes drift = (put_.rate - put_.yield) / v + 0.5 * v;
    const Normal<Lanes> upper = normal(fma(Lanes(log_first_) - shift, inverse, root * drift));
    const Lanes carry = exp(root * root * Lanes(-put_.yield));
    sides.left = fma(carry * upper.below, Lanes(1 / kBellToDensity), sides.left);
    sides.left_slope = fma(carry * upper.bell, inverse, sides.left_slope);
    const Lanes per_slope =
        Lanes(1.0) / (sides.left_slope / sides.left - sides.right_slope / sides.right);
    for (std::size_t i = 0; i < kLanes; ++i)
      steps[g + i] = std::log(sides.left[i] / sides.right[i]);
    (Lanes::load(&steps[g]) * per_slope).store(&steps[g]);
    if constexpr (WithMatrix) {
      const Lanes scale = per_slope / sides.right;
      for (std::size_t k = 0; k < c.nodes; ++k)
        (columns[k] * scale * Lanes(shift_[k])).store(matrix_.column(k) + g);
    }
  }
  if constexpr (WithMatrix) {
    for (std::size_t i = 0; i < c.nodes; ++i) matrix_.column(i)[i] += 1;
  }
}

double PutBoundary::newton(std::size_t iterations, double change) noexcept {
  double steps[kNodesMax];
  double last = 0;
  for (std::size_t i = 0; i < iterations; ++i) {
    newton_steps<true>(steps);
    if (!matrix_.factor(collocation_->nodes)) return std::numeric_limits<double>::quiet_NaN();
    matrix_.solve(steps);
    last = apply(steps);
    if (!(last >= change)) break;
  }
  return last;
}

double PutBoundary::chord(std::size_t iterations, double change) noexcept {
  double steps[kNodesMax];
  double last = 0;
  for (std::size_t i = 0; i < iterations; ++i) {
    newton_steps<false>(steps);
    matrix_.solve(steps);
    last = apply(steps);
    if (!(last >= change)) break;
  }
  return last;
}

double PutBoundary::relax(std::size_t iterations, double change) noexcept {
  double steps[kNodesMax];
  double last = 0;
  for (std::size_t i = 0; i < iterations; ++i) {
    newton_steps<false>(steps);
    last = apply(steps);
    if (!(last >= change)) break;
  }
  return last;
}

// Moves the nodes; no step leaves the range between the boundary at expiry and a little past the
// perpetual one, where the solution of the discrete equations may lie for a long life.
double PutBoundary::apply(const double* steps) noexcept {
  constexpr double kPast = 1.05;
  double largest = 0;
  for (std::size_t i = 0; i < collocation_->padded_nodes; ++i) {
    const double step = steps[i < collocation_->nodes ? i : 0];
    const double old = shift_[i];
    shift_[i] = std::min(std::max(old + step, 0.25 * old), 0.25 * old + 0.75 * kPast * shift_max_);
    h_[i] = shift_[i] * shift_[i];
    const double moved = std::abs(shift_[i] - old);
    if (!(moved <= largest)) largest = moved;
  }
  return largest;
}
}  // namespace sq::options::american
