#include "engine/options/european/digital.hpp"

#include <cmath>

#include "engine/options/european/lognormal.hpp"

namespace sq::options {
namespace {
using european::Lognormal;

// Derivatives of ln density terms: how d moves with S, vol, T, r (and q, the opposite of r).
struct Moves {
  double spot{0}, years{0}, rate{0};
};
Moves moves_of(const Lognormal& t, const Market& m, double years, double other) noexcept {
  const double drift = (m.rate - m.yield) / t.deviation;
  return {1.0 / (m.spot * t.deviation), drift - other / (2.0 * years), t.root / m.volatility};
}

// e^(-r T) Phi(sign d2): one unit of cash.
DigitalGreeks cash_greeks(const Lognormal& t, const Market& m, double years) noexcept {
  DigitalGreeks g;
  g.price = t.cash_factor * t.cash_probability;
  g.theta = m.rate * g.price;
  g.rho = -years * g.price;
  if (t.asset_density > 0) {
    const double density = t.sign * (t.asset_density / t.cash * t.cash_factor);
    const Moves move = moves_of(t, m, years, t.d1);
    g.delta = density * move.spot;
    g.gamma = -density * t.d1 * move.spot * move.spot;
    g.vega = -density * t.d1 / m.volatility;
    g.theta -= density * move.years;
    g.rho += density * move.rate;
    g.phi = -density * move.rate;
  }
  return g;
}

// S e^(-q T) Phi(sign d1): the asset.
DigitalGreeks asset_greeks(const Lognormal& t, const Market& m, double years) noexcept {
  DigitalGreeks g;
  g.price = t.asset * t.asset_probability;
  g.delta = t.asset_factor * t.asset_probability;
  g.theta = m.yield * g.price;
  g.phi = -years * g.price;
  if (t.asset_density > 0) {
    const double density = t.sign * t.asset_density;
    const Moves move = moves_of(t, m, years, t.d2);
    g.delta += density * move.spot;
    g.gamma = -density * t.d2 * move.spot * move.spot;
    g.vega = -density * t.d2 / m.volatility;
    g.theta -= density * move.years;
    g.rho = density * move.rate;
    g.phi -= density * move.rate;
  }
  return g;
}

DigitalGreeks combine(double a, const DigitalGreeks& x, double b, const DigitalGreeks& y) noexcept {
  return {a * x.price + b * y.price, a * x.delta + b * y.delta, a * x.gamma + b * y.gamma,
          a * x.vega + b * y.vega,   a * x.theta + b * y.theta, a * x.rho + b * y.rho,
          a * x.phi + b * y.phi};
}
}  // namespace

Result<DigitalGreeks> digital_greeks(const Market& market, const Digital& digital) noexcept {
  if (std::isnan(digital.amount * 0.0)) return std::unexpected{Error::NotFinite};
  const Result<Lognormal> terms =
      european::lognormal(market, {digital.type, digital.strike, digital.years});
  if (!terms) return std::unexpected{terms.error()};
  if (digital.payoff != DigitalPayoff::Asset && digital.amount < 0) {
    return std::unexpected{Error::ParameterRange};
  }
  const DigitalGreeks cash = cash_greeks(*terms, market, digital.years);
  const DigitalGreeks asset = asset_greeks(*terms, market, digital.years);
  DigitalGreeks g;
  switch (digital.payoff) {
    case DigitalPayoff::Cash:
      g = combine(digital.amount, cash, 0.0, cash);
      break;
    case DigitalPayoff::Asset:
      g = asset;
      break;
    case DigitalPayoff::Gap:
      g = combine(terms->sign, asset, -terms->sign * digital.amount, cash);
      break;
  }
  const double sum = g.price * 0.0 + g.delta * 0.0 + g.gamma * 0.0 + g.vega * 0.0 + g.theta * 0.0 +
                     g.rho * 0.0 + g.phi * 0.0;
  if (std::isnan(sum)) return std::unexpected{Error::Overflow};
  return g;
}
}  // namespace sq::options
