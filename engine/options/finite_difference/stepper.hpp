// Steps a function of the log-spot back in time under the Black-Scholes operator, with an obstacle
// where the contract may be exercised.
// Thread: one object a thread. Cost: about 20 ns a point and step, without an obstacle 10 ns while
// neither the step nor the volatility changes; allocates in the constructor only.
// Errors: none; the caller has checked its numbers. Units: years, log of the spot.
// Source: central differences on a non-uniform grid with Il'in's fitted diffusion where the cell
// Peclet number is above 1; Crank-Nicolson; TR-BDF2 (Bank et al. 1985, gamma = 2 - sqrt 2, so that
// both stages share a matrix); the obstacle by policy iteration (Reisinger and Witte 2012), which
// solves each discrete complementarity problem exactly, whatever the shape of the exercise region.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sq::options::finite_difference {
enum class Scheme : std::uint8_t {
  CrankNicolson = 1,  // second order; starts with two pairs of implicit half steps (Rannacher)
  TrBdf2 = 2,         // second order and L-stable, twice the work a step
  ImplicitEuler = 3   // first order
};

class Stepper {
 public:
  // `points` are log-spots, at least four, and outlive the object.
  Stepper(std::span<const double> points, double rate, double yield);

  // One volatility a point.
  void set_volatility(std::span<const double> volatility);
  void set_volatility(double volatility);

  // A fixed end takes the given value at the end of each step; a free end assumes that the value
  // is linear in the spot.
  void fix_low(bool fixed) noexcept;
  void fix_high(bool fixed) noexcept;

  // Replaces `values` by those `years` earlier. obstacle: empty, or one value a point which the
  // result never falls below.
  void step(Scheme scheme, double years, std::span<double> values, double low_value,
            double high_value, std::span<const double> obstacle);

 private:
  struct Ends {
    double low, high;
  };
  void set_row(std::size_t i, double volatility);
  void set_free_ends();
  // rhs = values + years * L values; the end rows take their fixed values.
  void explicit_part(double years, std::span<const double> values, Ends ends);
  // (1 - years * L) values = rhs_, under the obstacle.
  void implicit_part(double years, std::span<double> values, std::span<const double> obstacle);
  void factor(double years);
  void solve(std::span<double> values) const;
  bool update_policy(double years, std::span<const double> values,
                     std::span<const double> obstacle);
  void solve_with_policy(double years, std::span<double> values, std::span<const double> obstacle);

  std::span<const double> points_;
  double rate_;
  double yield_;
  bool low_fixed_{false};
  bool high_fixed_{false};
  std::vector<double> down_, mid_, up_;  // the operator L, a row a point
  std::vector<double> rhs_, kept_;
  std::vector<double> start_;            // TrBdf2: the values before the step
  std::vector<double> pivot_, ratio_;    // of the factored matrix
  double factored_years_{-1};            // < 0: nothing factored
  std::vector<std::uint8_t> exercised_;  // the policy, kept as the next step's first guess
  bool any_exercised_{false};
};
}  // namespace sq::options::finite_difference
