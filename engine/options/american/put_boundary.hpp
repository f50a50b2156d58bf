// The exercise boundary of a put with one boundary, as a function of the time left, and the price
// and its derivatives from it.
// Thread: one object a thread. Cost: solve() about iterations x nodes x quadrature x 2 ns on
// AVX-512; allocates nothing. Errors: none: the caller has checked the problem (put_problem.hpp).
// Units: per unit of strike inside; rate > 0, or rate = 0 and yield < 0.
// Source: Andersen, Lake and Offengenden (2016): collocation of ln(boundary / boundary at expiry)^2
// in the root of time, smooth-pasting equation (their FP-A). Ours: the sine substitution of
// collocation.hpp, and Newton's method on the whole system instead of their fixed point: the matrix
// costs as much as the interpolation that is done anyway, and two to four iterations suffice.
#pragma once

#include <cstddef>

#include "engine/options/american/collocation.hpp"
#include "engine/options/american/lanes.hpp"
#include "engine/options/american/newton_matrix.hpp"
#include "engine/options/american/put_problem.hpp"

namespace sq::options::american {
struct PutPremium {
  double price{0};  // over the European put; per unit of strike
  double delta{0};  // d price / d spot
  double gamma{0};  // d^2 price / d spot^2 times the strike
};

class PutBoundary {
 public:
  // The QD+ approximation at the nodes.
  PutBoundary(const Collocation& collocation, const PutProblem& put) noexcept;

  // Puts another value, per unit of strike, at a node: the time left is years * roots[node]^2.
  void set(std::size_t node, double boundary) noexcept;
  // Newton's method with a new matrix each time; stops when ln(boundary) times the node's share of
  // the life changes by less than `change` everywhere (close to expiry the boundary counts for
  // little). Returns the last change; NaN if the system cannot be solved.
  double newton(std::size_t iterations, double change) noexcept;
  // The same with the matrix of the last newton(), for a boundary or parameters close by.
  double chord(std::size_t iterations, double change) noexcept;
  // Relaxation, each node by itself: slow, but from any guess.
  double relax(std::size_t iterations, double change) noexcept;
  // The same boundary and matrix as the first guess for other parameters. The strike, the spot and
  // the regime do not matter, the rest is close by.
  [[nodiscard]] PutBoundary nearby(const PutProblem& put) const noexcept;

  // With `years` left, 0 to the whole life; per unit of strike.
  [[nodiscard]] double at(double years) const noexcept;
  [[nodiscard]] double now() const noexcept;  // at the whole life

  // For log_spot = ln(spot / strike) above the boundary. Where the drift is strong against the
  // volatility the integrand turns within a small part of the life: then by panels around that,
  // about 10 us.
  [[nodiscard]] double premium(double log_spot) const noexcept;
  [[nodiscard]] PutPremium premium_greeks(double log_spot) const noexcept;

 private:
  void guess() noexcept;
  void set_ends() noexcept;
  struct Sides;
  template <bool WithMatrix>
  Sides integrals(std::size_t first, Lanes root, Lanes shift, Lanes* columns) const noexcept;
  template <bool WithMatrix>
  void newton_steps(double* steps) noexcept;
  double apply(const double* steps) noexcept;
  // The points of the premium's integral: s = years * reach^2.
  struct Points {
    std::size_t count;  // a multiple of 8
    alignas(64) double reach[kPremiumMax];
    alignas(64) double weight[kPremiumMax];
    alignas(64) double shift[kPremiumMax];  // of the boundary after s
  };
  void place_points(double log_spot, Points& points) const noexcept;
  void place_panels(double log_spot, Points& points) const noexcept;
  [[nodiscard]] double shift_after(double reach) const noexcept;
  [[nodiscard]] double turning_angle(double log_spot) const noexcept;

  const Collocation* collocation_;
  PutProblem put_;
  double root_years_;
  double log_first_;  // ln of the boundary at expiry
  double shift_max_;  // largest ln(boundary at expiry / boundary): the perpetual one's
  // Per node: H = shift^2, shift = ln(boundary at expiry / boundary).
  double h_[kNodesMax];
  double shift_[kNodesMax];
  NewtonMatrix matrix_;
};
}  // namespace sq::options::american
