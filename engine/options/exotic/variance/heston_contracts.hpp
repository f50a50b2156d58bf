// Two contracts on the Heston model that have a transform but no place among the vanilla prices:
//   HestonGeometricAsian: option on the continuous geometric average (Kim and Wee, 2014). The
//     characteristic function of the average solves a Riccati equation with a coefficient linear in
//     time, integrated by Runge-Kutta steps.
//   HestonVarianceOption: option on the realised variance a year, (1/T) x the integral of v, whose
//     Laplace transform is that of the integrated square-root process.
// dS/S = (r - q) dt + sqrt(v) dW, dv = kappa (theta - v) dt + sigma sqrt(v) dZ, correlation rho.
// Thread: plain functions. Cost: 1 to 4 ms the average, 0.3 ms the variance. No Greeks here.
// Errors: those of pricing.hpp; ParameterRange for kappa < 0, negative v0, theta or sigma, |rho| >
// 1, years = 0; NoConvergence when the transform has not decayed after 200 panels (no variance to
// speak of). Error: 1e-7 of the spot; of the notional.
#pragma once

#include "engine/options/result.hpp"

namespace sq::options {
struct HestonDynamics {
  double initial_variance{0};     // v0
  double reversion{0};            // kappa
  double long_variance{0};        // theta
  double variance_volatility{0};  // sigma
  double correlation{0};          // rho
};

struct HestonGeometricAsian {
  OptionType type{OptionType::Call};
  double strike{0};
  double years{0};
};
// The market's volatility is not looked at.
[[nodiscard]] Result<double> heston_price(const Market& market, const HestonDynamics& dynamics,
                                          const HestonGeometricAsian& contract) noexcept;

struct HestonVarianceOption {
  OptionType type{OptionType::Call};
  double strike{0};  // variance a year
  double years{0};
  double notional{1};
};
[[nodiscard]] Result<double> heston_price(const Market& market, const HestonDynamics& dynamics,
                                          const HestonVarianceOption& contract) noexcept;
}  // namespace sq::options
