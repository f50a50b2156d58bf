#include "engine/options/exotic/variance/heston_contracts.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "engine/options/exotic/core/inputs.hpp"
#include "engine/options/math/gauss_legendre.hpp"

namespace sq::options {
namespace {
using Complex = std::complex<double>;
constexpr int kPanelsMax = 200;

Checks checked(const Market& market, const HestonDynamics& d, double strike,
               double years) noexcept {
  Checks checks;
  checks.finite({market.spot, market.rate, market.yield, d.initial_variance, d.reversion,
                 d.long_variance, d.variance_volatility, d.correlation});
  checks.require(market.spot > 0, Error::SpotNotPositive).strike(strike).time(years);
  return checks.require(d.initial_variance >= 0 && d.reversion >= 0 && d.long_variance >= 0 &&
                            d.variance_volatility >= 0 && std::abs(d.correlation) <= 1 && years > 0,
                        Error::ParameterRange);
}

// Sums panels of f until two in a row add nothing; empty when they never do. Panels grow from
// `first` (the distance to a pole beside the path) to `width`.
template <class Fn>
Result<double> integrate_tail(double first, double width, double tolerance, Fn&& f) noexcept {
  double sum = 0, from = 0;
  int quiet = 0;
  for (int panel = 0; panel < kPanelsMax; ++panel) {
    const double to = from + std::min(width, first + 0.7 * from);
    const double part = integrate_panel(kGaussLegendre20, from, to, f);
    if (!std::isfinite(part)) return std::unexpected{Error::Overflow};
    sum += part;
    quiet = std::abs(part) < tolerance ? quiet + 1 : 0;
    if (quiet == 2) return sum;
    from = to;
  }
  return std::unexpected{Error::NoConvergence};
}

// ln E[exp(z ln G)] less z ln S, G the geometric average. With t the time left, the log-price has
// the coefficient z t / T, the variance B, the constant A:
//   B' = sigma^2 B^2 / 2 + (rho sigma c - kappa) B + (c^2 - c) / 2, A' = kappa theta B + (r - q) c.
Complex log_transform(const Market& market, const HestonDynamics& d, double years,
                      Complex z) noexcept {
  const double sigma = d.variance_volatility;
  const auto slope = [&](double t, Complex b) {
    const Complex c = z * (t / years);
    return 0.5 * sigma * sigma * b * b + (d.correlation * sigma * c - d.reversion) * b +
           0.5 * (c * c - c);
  };
  // Steps short beside the fastest rate of the equation.
  const double rate = std::abs(z) * sigma + d.reversion;
  const int steps = 48 + static_cast<int>(std::min(4.0 * rate * years, 4000.0));
  const double h = years / steps;
  Complex b = 0, a = 0;
  for (int i = 0; i < steps; ++i) {
    const double t = h * i;
    const Complex k1 = slope(t, b);
    const Complex b2 = b + 0.5 * h * k1;
    const Complex k2 = slope(t + 0.5 * h, b2);
    const Complex b3 = b + 0.5 * h * k2;
    const Complex k3 = slope(t + 0.5 * h, b3);
    const Complex b4 = b + h * k3;
    const Complex k4 = slope(t + h, b4);
    a += h / 6.0 * (b + 2.0 * b2 + 2.0 * b3 + b4);
    b += h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4);
  }
  return d.reversion * d.long_variance * a + (market.rate - market.yield) * z * (0.5 * years) +
         b * d.initial_variance;
}

// ln E[exp(-s x integral of v over the life)] of the square-root process (Cox, Ingersoll, Ross).
Complex log_laplace(const HestonDynamics& d, double years, Complex s) noexcept {
  const double sigma2 = d.variance_volatility * d.variance_volatility;
  const double kappa = d.reversion;
  const Complex gamma = std::sqrt(kappa * kappa + 2.0 * sigma2 * s);
  const Complex decay = std::exp(-gamma * years);
  const Complex grown = gamma + kappa + (gamma - kappa) * decay;
  const Complex b = 2.0 * s * (1.0 - decay) / grown;
  if (sigma2 < 1e-10) {  // no randomness left to speak of: the path of the mean
    const double rate = std::max(kappa, 1e-12);
    const double mean = d.long_variance * years +
                        (d.initial_variance - d.long_variance) * -std::expm1(-rate * years) / rate;
    return -s * mean;
  }
  const Complex log_a = 2.0 * kappa * d.long_variance / sigma2 *
                        (std::log(2.0 * gamma / grown) + 0.5 * (kappa - gamma) * years);
  return log_a - b * d.initial_variance;
}
}  // namespace

Result<double> heston_price(const Market& market, const HestonDynamics& dynamics,
                            const HestonGeometricAsian& contract) noexcept {
  const Checks checks = checked(market, dynamics, contract.strike, contract.years);
  if (checks.failed()) return checks.error();
  const double years = contract.years;
  const double moneyness = std::log(market.spot / contract.strike);
  const Complex mean = log_transform(market, dynamics, years, Complex{1.0, 0.0});
  const double forward = market.spot * std::exp(mean.real());
  // E[min(G, K)] = sqrt(S K) / pi x the integral of Re[exp(i u ln(S/K)) phi(u - i/2)] / (u^2 +
  // 1/4).
  const double variance =
      years / 3.0 * std::max(0.5 * (dynamics.initial_variance + dynamics.long_variance), 1e-8);
  const double width = std::min(3.0 / std::sqrt(variance), 40.0);
  const Result<double> integral = integrate_tail(0.5, width, 1e-12, [&](double u) {
    const Complex z{0.5, u};
    const Complex phi =
        std::exp(log_transform(market, dynamics, years, z) + Complex{0.0, u * moneyness});
    return phi.real() / (u * u + 0.25);
  });
  if (!integral) return integral;
  const double smaller = std::sqrt(market.spot * contract.strike) * *integral / std::numbers::pi;
  const double call = forward - smaller;
  const double undiscounted =
      contract.type == OptionType::Call ? call : call - forward + contract.strike;
  return nonnegative(std::exp(-market.rate * years) * undiscounted);
}

Result<double> heston_price(const Market& market, const HestonDynamics& dynamics,
                            const HestonVarianceOption& contract) noexcept {
  Checks checks = checked(market, dynamics, contract.strike, contract.years);
  checks.finite({contract.notional});
  if (checks.failed()) return checks.error();
  const double years = contract.years;
  const double k = contract.strike;
  const double rate = std::max(dynamics.reversion, 1e-12);
  const double mean =
      dynamics.long_variance + (dynamics.initial_variance - dynamics.long_variance) *
                                   -std::expm1(-rate * years) / (rate * years);
  // E[(K - V)+] from its Laplace transform in K, E[exp(-p V)] / p^2, along Re p = a.
  const double a = 2.0 / std::max(k, mean);
  const double width = 8.0 / std::max(k, mean);
  const Result<double> integral = integrate_tail(a, width, 1e-13 * k * k, [&](double u) {
    const Complex p{a, u};
    return (std::exp(p * k + log_laplace(dynamics, years, p / years)) / (p * p)).real();
  });
  if (!integral) return integral;
  const double put = *integral / std::numbers::pi;
  const double value = contract.type == OptionType::Put ? put : put + mean - k;
  return nonnegative(contract.notional * std::exp(-market.rate * years) * value);
}
}  // namespace sq::options
