// Payoffs of one asset under Heston's stochastic volatility, by simulation.
//
//   const auto model = HestonModel::make(market, dynamics, years, 64);
//   const auto e = simulate(*model, settings, Asian{.strike = 100});
//
// The variance moves by the quadratic-exponential scheme, which matches its mean and variance over
// a step and never makes it negative; the spot's mean is kept exact where its correction exists.
// The error of the step falls fast: 32 steps a year leave less than 2e-3 of the price. A block
// shows the spot as asset 0 and the variance, per year, as asset 1's spot. Nothing is known between
// dates: payoffs with `continuous` see the dates only. Thread: immutable after make. Cost: a normal
// distribution or a logarithm and an exponential a step and path. Errors: by value; those of
// Diffusion::make; ParameterRange unless reversion, long variance and its volatility are above 0,
// the variance today is not below 0 and |correlation|
// <= 1. Units: result.hpp; variances per year. Source: Andersen, "Simple and efficient simulation
// of the Heston model" (2008), QE-M.
#pragma once

#include <concepts>
#include <cstddef>
#include <span>

#include "engine/options/monte_carlo/simulation.hpp"

namespace sq::options::monte_carlo {
class HestonModel {
 public:
  // The market's volatility is not looked at.
  [[nodiscard]] static Result<HestonModel> make(const Market& market,
                                                const HestonDynamics& dynamics,
                                                std::span<const double> times);
  [[nodiscard]] static Result<HestonModel> make(const Market& market,
                                                const HestonDynamics& dynamics, double years,
                                                std::size_t count);
  // Dates, drifts without the variance's share, discounts.
  [[nodiscard]] const Diffusion& carrier() const noexcept { return carrier_; }
  [[nodiscard]] const HestonDynamics& dynamics() const noexcept { return dynamics_; }

 private:
  HestonModel(Diffusion carrier, const HestonDynamics& dynamics)
      : carrier_{std::move(carrier)}, dynamics_{dynamics} {}
  Diffusion carrier_;
  HestonDynamics dynamics_;
};

[[nodiscard]] Result<Estimate> simulate_view(const HestonModel& model, const Settings& settings,
                                             PayoffView payoff, std::span<const Control> controls);
template <Payoff P, std::same_as<Control>... Controls>
[[nodiscard]] Result<Estimate> simulate(const HestonModel& model, const Settings& settings,
                                        const P& payoff, const Controls&... controls) {
  const std::array<Control, sizeof...(Controls)> list{controls...};
  return simulate_view(model, settings, PayoffView::of(payoff), list);
}
}  // namespace sq::options::monte_carlo
