#include "engine/options/models/stochastic_volatility.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "engine/options/european/european.hpp"
#include "engine/options/european/lognormal.hpp"
#include "engine/options/math/least_squares.hpp"
#include "engine/options/models/processes.hpp"

namespace sq::options {
namespace {
using transform::CosStrip;

template <class... Values>
bool all_finite(Values... values) noexcept {
  return (std::isfinite(values) && ...);
}

struct Forwards {
  double forward, discount, asset_factor;
};
Result<Forwards> forwards_of(Market market, const Vanilla& option) noexcept {
  market.volatility = 0;
  if (const auto fine = european::check(market, option); !fine) {
    return std::unexpected{fine.error()};
  }
  if (!(market.spot > 0)) return std::unexpected{Error::SpotNotPositive};
  if (!(option.strike > 0)) return std::unexpected{Error::StrikeNotPositive};
  if (!(option.years > 0)) return std::unexpected{Error::ParameterRange};
  const Forwards all{market.spot * std::exp((market.rate - market.yield) * option.years),
                     std::exp(-market.rate * option.years), std::exp(-market.yield * option.years)};
  const double ratio = all.forward / option.strike;
  if (!all_finite(all.forward, all.discount, all.asset_factor, all.discount * option.strike) ||
      !(ratio > 0) || !std::isfinite(ratio)) {
    return std::unexpected{Error::Overflow};
  }
  return all;
}

Result<void> check(const HestonDynamics& d) noexcept {
  if (!all_finite(d.initial_variance, d.reversion, d.long_variance, d.variance_volatility,
                  d.correlation)) {
    return std::unexpected{Error::NotFinite};
  }
  const bool in_range = d.initial_variance >= 0 && d.reversion >= 0 && d.long_variance >= 0 &&
                        d.variance_volatility >= 0 && std::abs(d.correlation) <= 1 &&
                        d.initial_variance + d.reversion * d.long_variance > 0;
  if (!in_range) return std::unexpected{Error::ParameterRange};
  return {};
}
Result<void> check(const Jumps& j) noexcept {
  if (!all_finite(j.intensity, j.mean, j.deviation)) return std::unexpected{Error::NotFinite};
  if (!(j.intensity >= 0 && j.deviation >= 0 && std::abs(j.mean) < 100 && j.deviation < 10)) {
    return std::unexpected{Error::ParameterRange};
  }
  return {};
}

template <class Process>
Result<double> cos_price(const Process& process, const Market& market, const Vanilla& option) {
  const Result<Forwards> at = forwards_of(market, option);
  if (!at) return std::unexpected{at.error()};
  const Result<CosStrip> strip = CosStrip::make(transform::model_of(process));
  if (!strip) return std::unexpected{strip.error()};
  return strip->price(option.type, at->forward, at->discount, option.strike);
}
}  // namespace

Result<CosStrip> heston_strip(const HestonDynamics& dynamics, double years, double accuracy) {
  if (const auto fine = check(dynamics); !fine) return std::unexpected{fine.error()};
  if (!all_finite(years, accuracy)) return std::unexpected{Error::NotFinite};
  if (!(years > 0 && accuracy >= 1e-15 && accuracy < 0.1)) {
    return std::unexpected{Error::ParameterRange};
  }
  const processes::Heston process{dynamics, years};
  return CosStrip::make(transform::model_of(process), std::log(accuracy) - 5);
}

Result<double> heston_price(const Market& market, const HestonDynamics& dynamics,
                            const Vanilla& option) {
  if (const auto fine = check(dynamics); !fine) return std::unexpected{fine.error()};
  return cos_price(processes::Heston{dynamics, option.years}, market, option);
}

Result<double> heston_price_integral(const Market& market, const HestonDynamics& dynamics,
                                     const Vanilla& option) {
  if (const auto fine = check(dynamics); !fine) return std::unexpected{fine.error()};
  const Result<Forwards> at = forwards_of(market, option);
  if (!at) return std::unexpected{at.error()};
  const processes::Heston process{dynamics, option.years};
  return transform::damped_price(transform::model_of(process), option.type, at->forward,
                                 at->discount, option.strike);
}

Result<double> bates_price(const Market& market, const HestonDynamics& dynamics, const Jumps& jumps,
                           const Vanilla& option) {
  if (const auto fine = check(dynamics); !fine) return std::unexpected{fine.error()};
  if (const auto fine = check(jumps); !fine) return std::unexpected{fine.error()};
  return cos_price(processes::Bates{{dynamics, option.years}, jumps, option.years}, market, option);
}

Result<double> variance_gamma_price(const Market& market, const VarianceGamma& process,
                                    const Vanilla& option) {
  if (!all_finite(process.volatility, process.nu, process.drift)) {
    return std::unexpected{Error::NotFinite};
  }
  const bool in_range =
      process.volatility > 0 && process.nu > 0 &&
      1 - process.drift * process.nu - process.volatility * process.volatility * process.nu / 2 > 0;
  if (!in_range) return std::unexpected{Error::ParameterRange};
  return cos_price(processes::Gamma{process, option.years}, market, option);
}

Result<double> merton_price(const Market& market, const JumpDiffusion& process,
                            const Vanilla& option) noexcept {
  if (const auto fine = check(process.jumps); !fine) return std::unexpected{fine.error()};
  if (!std::isfinite(process.volatility)) return std::unexpected{Error::NotFinite};
  if (process.volatility < 0) return std::unexpected{Error::VolatilityNegative};
  const Result<Forwards> at = forwards_of(market, option);
  if (!at) return std::unexpected{at.error()};
  const Jumps& jumps = process.jumps;
  const double mean = jumps.intensity * option.years;
  if (!(mean <= 1e4)) return std::unexpected{Error::ParameterRange};
  const double log_growth = jumps.mean + jumps.deviation * jumps.deviation / 2;
  // Seen in the asset's own measure too, jumps are Poisson with a mean larger by their growth.
  const double mean_asset = mean * std::exp(log_growth);
  const double reach = std::max(mean, mean_asset);
  if (!(reach <= 1e5)) return std::unexpected{Error::ParameterRange};
  const auto last = static_cast<int>(reach + 12 * std::sqrt(reach) + 40);
  double sum = 0;
  for (int n = 0; n <= last; ++n) {
    const double jumped = n;
    const double log_weight = (mean > 0 ? jumped * std::log(mean) : (n == 0 ? 0.0 : -1e300)) -
                              mean - std::lgamma(jumped + 1);
    if (log_weight < -745) continue;
    const double forward = at->forward * std::exp(mean - mean_asset + jumped * log_growth);
    const double variance = process.volatility * process.volatility +
                            jumped * jumps.deviation * jumps.deviation / option.years;
    const Result<double> price = black76_price(
        {.forward = forward, .rate = market.rate, .volatility = std::sqrt(variance)}, option);
    if (!price) return price;
    sum += std::exp(log_weight) * *price;
  }
  if (!std::isfinite(sum)) return std::unexpected{Error::Overflow};
  return sum;
}

Result<HestonGreeks> heston_greeks(const Market& market, const HestonDynamics& dynamics,
                                   const Vanilla& option) {
  if (const auto fine = check(dynamics); !fine) return std::unexpected{fine.error()};
  const Result<Forwards> at = forwards_of(market, option);
  if (!at) return std::unexpected{at.error()};
  const processes::Heston process{dynamics, option.years};
  const Result<CosStrip> strip = CosStrip::make(transform::model_of(process));
  if (!strip) return std::unexpected{strip.error()};
  const transform::StripValue value =
      strip->value(option.type, at->forward, at->discount, option.strike);
  const double growth = at->forward / market.spot;
  HestonGreeks greeks{
      .price = value.price, .delta = value.delta * growth, .gamma = value.gamma * growth * growth};
  greeks.rho = option.years * (value.delta * at->forward - value.price);
  const double v = dynamics.initial_variance;
  const double bump = std::max(1e-4 * v, 1e-7);
  HestonDynamics up = dynamics;
  HestonDynamics down = dynamics;
  up.initial_variance = v + bump;
  down.initial_variance = std::max(v - bump, 0.0);
  const Result<double> above = heston_price(market, up, option);
  const Result<double> below = heston_price(market, down, option);
  if (!above) return std::unexpected{above.error()};
  const bool both = below.has_value();
  greeks.vega = (*above - (both ? *below : value.price)) /
                (up.initial_variance - (both ? down.initial_variance : v));
  Vanilla longer = option;
  Vanilla shorter = option;
  longer.years *= 1 + 1e-4;
  shorter.years *= 1 - 1e-4;
  const Result<double> later = heston_price(market, dynamics, longer);
  const Result<double> sooner = heston_price(market, dynamics, shorter);
  if (!later) return std::unexpected{later.error()};
  if (!sooner) return std::unexpected{sooner.error()};
  greeks.theta = (*sooner - *later) / (longer.years - shorter.years);
  if (!all_finite(greeks.delta, greeks.gamma, greeks.vega, greeks.theta, greeks.rho)) {
    return std::unexpected{Error::Overflow};
  }
  return greeks;
}

Result<HestonFit> calibrate_heston(std::span<const HestonQuote> quotes,
                                   const HestonDynamics& guess) {
  if (const auto fine = check(guess); !fine) return std::unexpected{fine.error()};
  if (quotes.size() < 5) return std::unexpected{Error::ParameterRange};
  for (const HestonQuote& q : quotes) {
    if (!all_finite(q.forward, q.discount, q.strike, q.years, q.price, q.weight)) {
      return std::unexpected{Error::NotFinite};
    }
    if (!(q.forward > 0 && q.discount > 0 && q.strike > 0 && q.years > 0 && q.weight >= 0)) {
      return std::unexpected{Error::ParameterRange};
    }
  }
  const auto dynamics_of = [](std::span<const double> at) {
    return HestonDynamics{std::exp(at[0]), std::exp(at[1]), std::exp(at[2]), std::exp(at[3]),
                          at[4]};
  };
  const auto residuals = [&](std::span<const double> at, std::span<double> out) {
    const HestonDynamics dynamics = dynamics_of(at);
    Result<CosStrip> strip = std::unexpected{Error::NoConvergence};
    double years = 0;
    for (std::size_t i = 0; i < quotes.size(); ++i) {
      const HestonQuote& q = quotes[i];
      if (q.years != years) strip = heston_strip(dynamics, q.years, 1e-11);
      years = q.years;
      const double price =
          strip ? strip->price(q.type, q.forward, q.discount, q.strike) : 10 * q.forward;
      out[i] = q.weight * (price - q.price);
    }
  };
  const auto log_of = [](double value, double low, double high) {
    return std::log(std::clamp(value, low, high));
  };
  std::array at{log_of(guess.initial_variance, 1e-5, 4), log_of(guess.reversion, 1e-3, 50),
                log_of(guess.long_variance, 1e-5, 4), log_of(guess.variance_volatility, 1e-2, 10),
                guess.correlation};
  const std::array low{std::log(1e-5), std::log(1e-3), std::log(1e-5), std::log(1e-2), -0.999};
  const std::array high{std::log(4.0), std::log(50.0), std::log(4.0), std::log(10.0), 0.999};
  const auto done = math::least_squares(residuals, quotes.size(), {low, high}, at);
  if (!done) return std::unexpected{done.error()};
  return HestonFit{dynamics_of(at), std::sqrt(done->sum / static_cast<double>(quotes.size())),
                   done->iterations};
}
}  // namespace sq::options
