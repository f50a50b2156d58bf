#include "engine/options/european/bachelier.hpp"

#include <cmath>
#include <limits>

#include "engine/options/math/normal.hpp"

namespace sq::options {
namespace {
constexpr double kInverseSqrt2Pi = 0.3989422804014327;

struct Normal {
  double sign{1};
  double discount{1};
  double root{0};
  double deviation{0};
  double d{0};            // (forward - strike) / deviation
  double probability{0};  // Phi(sign d)
  double density{0};      // discount phi(d); 0 where the outcome is certain
  double price{0};
};

Result<Normal> normal_terms(const BachelierMarket& market, const Vanilla& option) noexcept {
  const double sum = market.forward * 0.0 + market.rate * 0.0 + market.volatility * 0.0 +
                     option.strike * 0.0 + option.years * 0.0;
  if (std::isnan(sum)) return std::unexpected{Error::NotFinite};
  if (market.volatility < 0) return std::unexpected{Error::VolatilityNegative};
  if (option.years < 0) return std::unexpected{Error::TimeNegative};
  Normal t;
  t.sign = sign_of(option.type);
  t.discount = math::exp(-market.rate * option.years);
  t.root = std::sqrt(option.years);
  t.deviation = market.volatility * t.root;
  const double ahead = t.sign * (market.forward - option.strike);  // in the money by
  if (!std::isfinite(t.discount) || !std::isfinite(ahead) || !std::isfinite(t.deviation)) {
    return std::unexpected{Error::Overflow};
  }
  t.d = t.deviation > 0 ? t.sign * ahead / t.deviation : 0.0;
  if (t.deviation == 0 || std::isinf(t.d)) {
    t.d = 0.0;  // not used: density is 0
    t.probability = ahead > 0 ? 1.0 : ahead < 0 ? 0.0 : 0.5;
    t.price = ahead > 0 ? t.discount * ahead : 0.0;
  } else {
    const double far = std::fabs(t.d);
    t.density = math::times_gaussian(t.discount * kInverseSqrt2Pi, far);
    t.probability = normal_cdf(t.sign * t.d);
    // Out of the money: deviation (phi(d) - |d| Phi(-|d|)); parity adds the intrinsic value.
    const double scale = t.discount * t.deviation * kInverseSqrt2Pi;
    const double time_value = math::times_gaussian(scale * math::mills_shortfall(far), far);
    t.price = ahead > 0 ? __builtin_fma(t.discount, ahead, time_value) : time_value;
  }
  if (!std::isfinite(t.price)) return std::unexpected{Error::Overflow};
  return t;
}
}  // namespace

Result<double> bachelier_price(const BachelierMarket& market, const Vanilla& option) noexcept {
  const Result<Normal> terms = normal_terms(market, option);
  if (!terms) return std::unexpected{terms.error()};
  return terms->price;
}

Result<AllGreeks> bachelier_all_greeks(const BachelierMarket& market,
                                       const Vanilla& option) noexcept {
  const Result<Normal> terms = normal_terms(market, option);
  if (!terms) return std::unexpected{terms.error()};
  const Normal& t = *terms;
  AllGreeks g;
  g.price = t.price;
  g.delta = t.sign * t.discount * t.probability;
  g.forward_delta = g.delta;
  g.dual_delta = -g.delta;
  g.theta = market.rate * g.price;
  g.rho = -option.years * g.price;
  g.charm = market.rate * g.delta;
  if (g.price > 0) g.elasticity = g.delta / g.price * market.forward;
  if (t.density > 0) {
    const double s = t.deviation;
    const double vol = market.volatility;
    const double square = t.d * t.d;
    g.gamma = t.density / s;
    g.vega = t.density * t.root;
    g.theta -= t.density * vol / (2.0 * t.root);
    g.vanna = -t.density * t.d / vol;
    g.volga = g.vega * square / vol;
    g.charm += t.density * t.d / (2.0 * option.years);
    g.speed = -g.gamma * t.d / s;
    g.zomma = g.gamma * (square - 1.0) / vol;
    g.color = g.gamma * (market.rate + (1.0 - square) / (2.0 * option.years));
    g.ultima = g.vega * square * (square - 3.0) / (vol * vol);
    g.dual_gamma = g.gamma;
    g.forward_gamma = g.gamma;
  }
  const double sum = g.delta * 0.0 + g.gamma * 0.0 + g.vega * 0.0 + g.theta * 0.0 + g.rho * 0.0 +
                     g.vanna * 0.0 + g.volga * 0.0 + g.charm * 0.0 + g.speed * 0.0 + g.zomma * 0.0 +
                     g.color * 0.0 + g.ultima * 0.0 + g.elasticity * 0.0;
  if (std::isnan(sum)) return std::unexpected{Error::Overflow};
  return g;
}
}  // namespace sq::options
