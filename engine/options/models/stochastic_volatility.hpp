// European options under Heston's stochastic volatility, Bates' (Heston with lognormal jumps),
// Merton's jump diffusion and the variance gamma process.
//   Heston: dS/S = (r - q) dt + sqrt(v) dW, dv = kappa (theta - v) dt + sigma sqrt(v) dZ
//   Bates adds jumps of ln S, normal with mean and deviation, at a constant intensity
//   Variance gamma: Brownian motion with drift, run by a gamma clock of variance rate nu
// Thread: free functions; they allocate. Cost: Heston one option 57 us, in a strip of 32 1.1 us a
// strike; Merton 4 us. Errors: in the order of Error; ParameterRange as the structs state;
// NoConvergence where the law is so narrow or slow to decay that kTermsMax terms do not do
// (variance gamma with years / nu below about 1).
// Units: result.hpp; variances per year. Source: Heston (1993) with the branch of the logarithm of
// Albrecher, Mayer, Schoutens and Tistaert (2007), written so that sigma = 0 is no special case;
// Bates (1996); Merton (1976); Madan, Carr and Chang (1998).
#pragma once

#include <cstddef>
#include <span>

#include "engine/options/exotic/variance/heston_contracts.hpp"
#include "engine/options/models/transform.hpp"
#include "engine/options/result.hpp"

namespace sq::options {
// kappa >= 0, v0, theta, sigma >= 0, correlation in [-1, 1]; years > 0, not all variances 0.
struct Jumps {
  double intensity{0};  // a year, >= 0
  double mean{0};       // of the jump of ln S
  double deviation{0};  // >= 0
};
struct VarianceGamma {
  double volatility{0};  // sigma, > 0
  double nu{0};          // > 0, years
  double drift{0};       // theta; 1 - theta nu - sigma^2 nu / 2 must be positive
};
struct JumpDiffusion {
  double volatility{0};  // of the diffusion, >= 0
  Jumps jumps{};         // intensity x years up to 10,000
};

// The market's volatility is not looked at by any of these.
[[nodiscard]] Result<double> heston_price(const Market& market, const HestonDynamics& dynamics,
                                          const Vanilla& option);
[[nodiscard]] Result<double> heston_price_integral(const Market& market,
                                                   const HestonDynamics& dynamics,
                                                   const Vanilla& option);
[[nodiscard]] Result<double> bates_price(const Market& market, const HestonDynamics& dynamics,
                                         const Jumps& jumps, const Vanilla& option);
[[nodiscard]] Result<double> variance_gamma_price(const Market& market,
                                                  const VarianceGamma& process,
                                                  const Vanilla& option);
[[nodiscard]] Result<double> merton_price(const Market& market, const JumpDiffusion& process,
                                          const Vanilla& option) noexcept;

struct HestonGreeks {
  double price{0};
  double delta{0};  // dV/dS
  double gamma{0};  // d2V/dS2
  double vega{0};   // dV/dv0, by the variance today
  double theta{0};  // per year of calendar time, by difference
  double rho{0};    // dV/dr
};
[[nodiscard]] Result<HestonGreeks> heston_greeks(const Market& market,
                                                 const HestonDynamics& dynamics,
                                                 const Vanilla& option);

// One expiry, many strikes. `accuracy` relative to the larger of forward and strike, from 1e-15.
[[nodiscard]] Result<transform::CosStrip> heston_strip(const HestonDynamics& dynamics, double years,
                                                       double accuracy = 1e-13);

struct HestonQuote {
  OptionType type{OptionType::Call};
  double forward{0}, discount{1}, strike{0}, years{0};  // sorted by years
  double price{0};
  double weight{1};  // 1 / vega makes the error one of volatility
};
struct HestonFit {
  HestonDynamics dynamics{};
  double error{0};  // root mean square of weight x price difference
  std::size_t iterations{0};
};
// At least five quotes; `guess` starts the search.
[[nodiscard]] Result<HestonFit> calibrate_heston(std::span<const HestonQuote> quotes,
                                                 const HestonDynamics& guess);
}  // namespace sq::options
