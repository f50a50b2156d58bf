#include "engine/options/models/sabr.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "engine/options/math/least_squares.hpp"

namespace sq::options {
namespace {
struct Smile {
  double forward, strike;  // shifted
};
Result<Smile> checked(const Sabr& model, double forward, double strike, double years) noexcept {
  for (const double x :
       {model.alpha, model.beta, model.rho, model.nu, model.shift, forward, strike, years}) {
    if (!std::isfinite(x)) return std::unexpected{Error::NotFinite};
  }
  const Smile smile{forward + model.shift, strike + model.shift};
  if (!(smile.forward > 0 && std::isfinite(smile.forward))) {
    return std::unexpected{Error::SpotNotPositive};
  }
  if (!(smile.strike > 0 && std::isfinite(smile.strike))) {
    return std::unexpected{Error::StrikeNotPositive};
  }
  if (years < 0) return std::unexpected{Error::TimeNegative};
  const bool in_range = model.alpha > 0 && model.beta >= 0 && model.beta <= 1 &&
                        std::abs(model.rho) < 1 && model.nu >= 0;
  if (!in_range) return std::unexpected{Error::ParameterRange};
  return smile;
}

// z / x(z), x(z) = ln((sqrt(1 - 2 rho z + z^2) + z - rho) / (1 - rho)); 1 - rho z / 2 + ... at 0.
double z_over_x(double z, double rho) noexcept {
  if (std::abs(z) < 1e-4) {
    return 1 - rho * z / 2 + (2 - 3 * rho * rho) / 12 * z * z +
           rho * (5 - 6 * rho * rho) / 24 * z * z * z;
  }
  // For negative z the mirror image keeps the argument of the logarithm above 1.
  const double sign = z < 0 ? -1 : 1;
  const double y = std::abs(z);
  const double r = sign * rho;
  const double root = std::sqrt((y - r) * (y - r) + (1 - r) * (1 + r));
  const double over = y * (1 + (y - 2 * r) / (root + 1));  // root + y - 1
  return y / std::log1p(over / (1 - r));
}

Result<double> positive(double volatility) noexcept {
  if (!std::isfinite(volatility)) return std::unexpected{Error::Overflow};
  if (!(volatility > 0)) return std::unexpected{Error::Unsupported};
  return volatility;
}
}  // namespace

Result<double> sabr_volatility(const Sabr& model, double forward, double strike,
                               double years) noexcept {
  const Result<Smile> smile = checked(model, forward, strike, years);
  if (!smile) return std::unexpected{smile.error()};
  const double tail = 1 - model.beta;
  const double distance = std::log(smile->forward / smile->strike);
  const double middle = std::exp(tail / 2 * (std::log(smile->forward) + std::log(smile->strike)));
  const double u2 = tail * tail * distance * distance;
  const double width = 1 + u2 / 24 + u2 * u2 / 1920;
  const double z = model.nu / model.alpha * middle * distance;
  const double drift = tail * tail / 24 * model.alpha * model.alpha / (middle * middle) +
                       model.rho * model.beta * model.nu * model.alpha / (4 * middle) +
                       (2 - 3 * model.rho * model.rho) / 24 * model.nu * model.nu;
  return positive(model.alpha / (middle * width) * z_over_x(z, model.rho) * (1 + drift * years));
}

Result<double> sabr_normal_volatility(const Sabr& model, double forward, double strike,
                                      double years) noexcept {
  const Result<Smile> smile = checked(model, forward, strike, years);
  if (!smile) return std::unexpected{smile.error()};
  const double tail = 1 - model.beta;
  const double distance = std::log(smile->forward / smile->strike);
  const double logs = std::log(smile->forward) + std::log(smile->strike);
  const double middle = std::exp(tail / 2 * logs);
  const double d2 = distance * distance;
  const double u2 = tail * tail * d2;
  const double ratio = (1 + d2 / 24 + d2 * d2 / 1920) / (1 + u2 / 24 + u2 * u2 / 1920);
  const double z = model.nu / model.alpha * middle * distance;
  const double drift =
      -model.beta * (2 - model.beta) / 24 * model.alpha * model.alpha / (middle * middle) +
      model.rho * model.beta * model.nu * model.alpha / (4 * middle) +
      (2 - 3 * model.rho * model.rho) / 24 * model.nu * model.nu;
  return positive(model.alpha * std::exp(model.beta / 2 * logs) * ratio * z_over_x(z, model.rho) *
                  (1 + drift * years));
}

Result<SabrFit> calibrate_sabr(std::span<const SabrQuote> quotes, double forward, double years,
                               double beta, double shift) {
  if (quotes.size() < 3) return std::unexpected{Error::ParameterRange};
  const SabrQuote* nearest = &quotes.front();
  for (const SabrQuote& quote : quotes) {
    const Result<Smile> fine = checked({1, beta, 0, 0, shift}, forward, quote.strike, years);
    if (!fine) return std::unexpected{fine.error()};
    if (!std::isfinite(quote.volatility) || !std::isfinite(quote.weight)) {
      return std::unexpected{Error::NotFinite};
    }
    if (!(quote.volatility > 0) || quote.weight < 0) return std::unexpected{Error::ParameterRange};
    if (std::abs(quote.strike - forward) < std::abs(nearest->strike - forward)) nearest = &quote;
  }
  const double level = nearest->volatility * std::pow(forward + shift, 1 - beta);
  const auto residuals = [&](std::span<const double> at, std::span<double> out) {
    const Sabr model{std::exp(at[0]), beta, at[1], at[2], shift};
    for (std::size_t i = 0; i < quotes.size(); ++i) {
      const Result<double> volatility = sabr_volatility(model, forward, quotes[i].strike, years);
      out[i] = quotes[i].weight * (volatility ? *volatility - quotes[i].volatility : 1e3);
    }
  };
  const double start = std::log(level);
  const std::array low{start - 5, -0.9999, 0.0};
  const std::array high{start + 5, 0.9999, 100.0};
  SabrFit best{};
  bool found = false;
  for (const auto& [rho, nu] : {std::pair{0.0, 0.5}, std::pair{-0.5, 1.5}, std::pair{0.5, 1.5}}) {
    std::array at{start, rho, nu};
    const auto done = math::least_squares(residuals, quotes.size(), {low, high}, at);
    if (!done) continue;
    const double error = std::sqrt(done->sum / static_cast<double>(quotes.size()));
    if (!found || error < best.error) {
      best = {{std::exp(at[0]), beta, at[1], at[2], shift}, error, done->iterations};
    }
    found = true;
    if (best.error < 1e-9) break;
  }
  if (!found) return std::unexpected{Error::NoConvergence};
  return best;
}
}  // namespace sq::options
