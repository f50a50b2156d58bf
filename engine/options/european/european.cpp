#include "engine/options/european/european.hpp"

#include <cmath>
#include <initializer_list>

#include "engine/options/european/kernel.hpp"
#include "engine/options/european/lognormal.hpp"
#include "engine/options/european/slow_greeks.hpp"
#include "engine/options/math/lane.hpp"

namespace sq::options {
namespace {
using european::Lognormal;
using math::ScalarLane;

bool finite(std::initializer_list<double> values) noexcept {
  double sum = 0;
  for (const double value : values) sum += value * 0.0;
  return !std::isnan(sum);
}

european::KernelOutput<ScalarLane> kernel_of(const Market& market, const Vanilla& option) noexcept {
  return european::kernel<ScalarLane>({.sign = sign_of(option.type),
                                       .spot = market.spot,
                                       .strike = option.strike,
                                       .rate = market.rate,
                                       .yield = market.yield,
                                       .volatility = market.volatility,
                                       .years = option.years});
}

// Terms with the density; all of them vanish with it, and then S, K, vol and T may be 0.
void add_density_terms(const Lognormal& t, const Market& m, const Vanilla& o,
                       AllGreeks& g) noexcept {
  const double s = t.deviation;
  const double d12 = t.d1 * t.d2;
  const double vol = m.volatility;
  const double density = t.asset_density / m.spot;  // e^(-qT) phi(d1)
  g.gamma = density / (m.spot * s);
  g.vega = t.asset_density * t.root;
  g.theta -= t.asset_density * vol / (2.0 * t.root);
  g.vanna = -density * t.d2 / vol;
  g.volga = g.vega * d12 / vol;
  const double drift = 2.0 * (m.rate - m.yield) * o.years;
  g.charm -= density * (drift - t.d2 * s) / (2.0 * o.years * s);
  g.speed = -g.gamma / m.spot * (t.d1 / s + 1.0);
  g.zomma = g.gamma * (d12 - 1.0) / vol;
  g.color =
      g.gamma / (2.0 * o.years) * (2.0 * m.yield * o.years + 1.0 + (drift - t.d2 * s) / s * t.d1);
  g.ultima = -g.vega / (vol * vol) * (d12 * (1.0 - d12) + t.d1 * t.d1 + t.d2 * t.d2);
  g.dual_gamma = t.asset_density / (o.strike * o.strike * s);
  // F = S e^((r-q)T), so dF/dS = asset_factor / cash_factor.
  const double per_forward = t.cash_factor / t.asset_factor;
  g.forward_gamma = g.gamma * per_forward * per_forward;
}

Result<AllGreeks> finite_or_overflow(const AllGreeks& g) noexcept {
  const bool fits = finite({g.price, g.delta, g.gamma, g.vega, g.theta, g.rho, g.phi, g.vanna,
                            g.volga, g.charm, g.speed, g.zomma, g.color, g.ultima, g.dual_delta,
                            g.dual_gamma, g.forward_delta, g.forward_gamma, g.elasticity});
  if (!fits) return std::unexpected{Error::Overflow};
  return g;
}

// A forward is a spot whose yield is the rate.
struct SpotForm {
  Market market;
  Vanilla option;
};
SpotForm spot_form(const ForwardMarket& market, const Vanilla& option) noexcept {
  return {{market.forward + market.displacement, market.rate, market.rate, market.volatility},
          {option.type, option.strike + market.displacement, option.years}};
}
}  // namespace

namespace european {
Result<Greeks> slow_greeks(const Market& market, const Vanilla& option) noexcept {
  const Result<Lognormal> terms = lognormal(market, option);
  if (!terms) return std::unexpected{terms.error()};
  const Lognormal& t = *terms;
  Greeks g;
  g.price = t.price;
  g.delta = t.sign * t.asset_factor * t.asset_probability;
  const double asset_part = t.asset * t.asset_probability;
  const double cash_part = t.cash * t.cash_probability;
  g.theta = t.sign * (market.yield * asset_part - market.rate * cash_part);
  g.rho = t.sign * option.years * cash_part;
  if (t.asset_density > 0) {
    g.gamma = t.asset_density / (market.spot * market.spot * t.deviation);
    if (market.spot < 1e-140 || market.spot > 1e140) {
      g.gamma = t.asset_density / market.spot / market.spot / t.deviation;
    }
    g.vega = t.asset_density * t.root;
    g.theta -= t.asset_density * market.volatility / (2.0 * t.root);
  }
  if (!finite({g.price, g.delta, g.gamma, g.vega, g.theta, g.rho})) {
    return std::unexpected{Error::Overflow};
  }
  return g;
}
}  // namespace european

Result<double> european_price(const Market& market, const Vanilla& option) noexcept {
  const auto fast = kernel_of(market, option);
  if (fast.usable) [[likely]]
    return fast.price;
  const Result<Lognormal> terms = european::lognormal(market, option);
  if (!terms) return std::unexpected{terms.error()};
  return terms->price;
}

Result<Greeks> european_greeks(const Market& market, const Vanilla& option) noexcept {
  const auto fast = kernel_of(market, option);
  if (fast.usable) [[likely]] {
    return Greeks{fast.price, fast.delta, fast.gamma, fast.vega, fast.theta, fast.rho};
  }
  return european::slow_greeks(market, option);
}

Result<AllGreeks> european_all_greeks(const Market& market, const Vanilla& option) noexcept {
  const Result<Lognormal> terms = european::lognormal(market, option);
  if (!terms) return std::unexpected{terms.error()};
  const Lognormal& t = *terms;
  AllGreeks g;
  g.price = t.price;
  g.delta = t.sign * t.asset_factor * t.asset_probability;
  const double asset_part = t.asset * t.asset_probability;
  const double cash_part = t.cash * t.cash_probability;
  g.theta = t.sign * (market.yield * asset_part - market.rate * cash_part);
  g.rho = t.sign * option.years * cash_part;
  g.phi = -t.sign * option.years * asset_part;
  g.charm = market.yield * g.delta;
  g.dual_delta = -t.sign * t.cash_factor * t.cash_probability;
  g.forward_delta = t.sign * t.cash_factor * t.asset_probability;
  if (g.price > 0) g.elasticity = g.delta / g.price * market.spot;
  if (t.asset_density > 0) add_density_terms(t, market, option, g);
  return finite_or_overflow(g);
}

Result<double> black76_price(const ForwardMarket& market, const Vanilla& option) noexcept {
  const SpotForm form = spot_form(market, option);
  return european_price(form.market, form.option);
}

Result<Greeks> black76_greeks(const ForwardMarket& market, const Vanilla& option) noexcept {
  const SpotForm form = spot_form(market, option);
  Result<Greeks> greeks = european_greeks(form.market, form.option);
  if (!greeks) return greeks;
  greeks->rho = -option.years * greeks->price;
  if (!std::isfinite(greeks->rho)) return std::unexpected{Error::Overflow};
  return greeks;
}

Result<AllGreeks> black76_all_greeks(const ForwardMarket& market, const Vanilla& option) noexcept {
  const SpotForm form = spot_form(market, option);
  Result<AllGreeks> greeks = european_all_greeks(form.market, form.option);
  if (!greeks) return greeks;
  greeks->rho = -option.years * greeks->price;
  greeks->phi = 0;
  if (greeks->price > 0) greeks->elasticity = greeks->delta / greeks->price * market.forward;
  return finite_or_overflow(*greeks);
}
}  // namespace sq::options
