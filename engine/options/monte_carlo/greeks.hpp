// Greeks by simulation, each with its error bar, in three ways:
//   pathwise: derivative of the payoff along the path; for payoffs with slopes() (payoffs.hpp).
//     Smallest error. Gamma by the likelihood ratio of the pathwise delta. Not with dividends.
//   likelihood ratio: the payoff times the derivative of the density; for any payoff, digitals and
//     barriers included. The error grows as the first step shortens. No rho.
//   bumps: central differences with the same random numbers; for any payoff, a check of the others;
//     biased by the square of the bump, gamma noisy at kinks.
// Thread: plain functions. Cost: pathwise 2 to 4 prices, likelihood ratio 2, bumps 3 + 4 an asset.
// Errors: by value, as simulate(); Unsupported: pathwise with dividends, and where pathwise gamma
// or a likelihood ratio needs a density that is not there (a volatility of 0, for pathwise of the
// first step only; correlations without full rank). ParameterRange for bumps that are not positive
// or leave no positive spot or volatility.
// Units: delta, gamma by spot; vega per 1.00 of volatility and rho per 1.00 of rate, moved in
// parallel on all steps, yields fixed. Source: Glasserman (2003), chapter 7.
#pragma once

#include <optional>
#include <vector>

#include "engine/options/monte_carlo/payoffs.hpp"
#include "engine/options/monte_carlo/simulation.hpp"

namespace sq::options::monte_carlo {
struct AssetEstimates {
  Estimate delta{}, gamma{}, vega{};
};
struct GreekEstimates {
  Estimate value{};
  std::optional<Estimate> rho{};
  std::vector<AssetEstimates> assets{};
};

struct SmoothPayoffView {
  PayoffView payoff{};
  void (*slopes)(const void* payoff, const PathBlock& block, SlopeRows rows){nullptr};
};
template <class P>
concept SmoothPayoff = Payoff<P> &&
    requires(const P& payoff, const PathBlock& block, SlopeRows rows) {
  payoff.slopes(block, rows);
};
[[nodiscard]] Result<GreekEstimates> pathwise_view(const Diffusion& model, const Settings& settings,
                                                   const SmoothPayoffView& payoff);
template <SmoothPayoff P>
[[nodiscard]] Result<GreekEstimates> pathwise_greeks(const Diffusion& model,
                                                     const Settings& settings, const P& payoff) {
  return pathwise_view(
      model, settings,
      {PayoffView::of(payoff), [](const void* p, const PathBlock& block, SlopeRows rows) {
         static_cast<const P*>(p)->slopes(block, rows);
       }});
}

[[nodiscard]] Result<GreekEstimates> likelihood_ratio_view(const Diffusion& model,
                                                           const Settings& settings,
                                                           PayoffView payoff);
template <Payoff P>
[[nodiscard]] Result<GreekEstimates> likelihood_ratio_greeks(const Diffusion& model,
                                                             const Settings& settings,
                                                             const P& payoff) {
  return likelihood_ratio_view(model, settings, PayoffView::of(payoff));
}

struct Bumps {
  double spot{1e-3};  // relative
  double volatility{1e-4};
  double rate{1e-4};
};
[[nodiscard]] Result<GreekEstimates> bump_view(const Diffusion& model, const Settings& settings,
                                               PayoffView payoff, const Bumps& bumps);
template <Payoff P>
[[nodiscard]] Result<GreekEstimates> bump_greeks(const Diffusion& model, const Settings& settings,
                                                 const P& payoff, const Bumps& bumps = {}) {
  return bump_view(model, settings, PayoffView::of(payoff), bumps);
}
}  // namespace sq::options::monte_carlo
