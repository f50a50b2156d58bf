#include <algorithm>
#include <cmath>

#include "engine/options/european/digital.hpp"
#include "engine/options/european/lognormal.hpp"
#include "engine/options/math/normal.hpp"

namespace sq::options {
namespace {
// e^power Phi(x): the power is large just where Phi is small.
double weighted(double power, double x) noexcept {
  if (x > -5.0 && std::fabs(power) < 300.0) return math::exp(power) * normal_cdf(x);
  return math::exp(power + log_normal_cdf(x));
}

// Chance that a Brownian motion with drift `drift` and the given deviation over the whole time
// (both x T) reaches `distance` > 0 above its start; and that it does not.
double reach(double distance, double drift, double deviation) noexcept {
  const double power = 2.0 * drift * distance / (deviation * deviation);
  return normal_cdf((drift - distance) / deviation) +
         weighted(power, (-drift - distance) / deviation);
}
double miss(double distance, double drift, double deviation) noexcept {
  const double power = 2.0 * drift * distance / (deviation * deviation);
  const double value =
      normal_cdf((distance - drift) / deviation) - weighted(power, (-drift - distance) / deviation);
  return std::max(value, 0.0);
}

// Volatility or time 0: the spot follows its forward.
double certain_touch(const Market& m, const Touch& touch, double distance, double up) noexcept {
  const double drift = up * (m.rate - m.yield);  // towards the trigger, a year
  const double needed = drift > 0 ? distance / drift : -1.0;
  const bool hit = needed >= 0 && needed <= touch.years;
  const bool asset = touch.payoff == DigitalPayoff::Asset;
  if (touch.payment == TouchPayment::AtHit) {
    const double paid = asset ? touch.trigger : touch.amount;
    return hit ? paid * math::exp(-m.rate * needed) : 0.0;
  }
  if (hit == (touch.payment == TouchPayment::NoTouch)) return 0.0;
  return asset ? m.spot * math::exp(-m.yield * touch.years)
               : touch.amount * math::exp(-m.rate * touch.years);
}

double reached_already(const Market& m, const Touch& touch) noexcept {
  const bool asset = touch.payoff == DigitalPayoff::Asset;
  switch (touch.payment) {
    case TouchPayment::AtHit:
      return asset ? m.spot : touch.amount;
    case TouchPayment::AtExpiry:
      return asset ? m.spot * math::exp(-m.yield * touch.years)
                   : touch.amount * math::exp(-m.rate * touch.years);
    case TouchPayment::NoTouch:
      break;
  }
  return 0.0;
}

Result<double> at_hit(const Market& m, const Touch& touch, double distance, double up) noexcept {
  const double deviation = m.volatility * std::sqrt(touch.years);
  const double variance = m.volatility * m.volatility;
  const double mu = up * ((m.rate - m.yield) / variance - 0.5);  // drift towards the trigger
  const double root_square = mu * mu + 2.0 * m.rate / variance;
  if (!(root_square >= 0)) return std::unexpected{Error::Unsupported};
  const double root = std::sqrt(root_square);
  const double paid = touch.payoff == DigitalPayoff::Asset ? touch.trigger : touch.amount;
  const double near = -distance / deviation;
  return paid * (weighted((mu + root) * distance, near - root * deviation) +
                 weighted((mu - root) * distance, near + root * deviation));
}
}  // namespace

Result<double> touch_price(const Market& market, const Touch& touch) noexcept {
  if (std::isnan(touch.amount * 0.0)) return std::unexpected{Error::NotFinite};
  const Vanilla option{touch.type, touch.trigger, touch.years};
  if (const auto checked = european::check(market, option); !checked) {
    return std::unexpected{checked.error()};
  }
  if (market.spot == 0) return std::unexpected{Error::SpotNotPositive};
  if (touch.trigger == 0) return std::unexpected{Error::StrikeNotPositive};
  if (touch.amount < 0 || touch.payoff == DigitalPayoff::Gap) {
    return std::unexpected{Error::ParameterRange};
  }
  const double up = sign_of(touch.type);
  const double distance = up * math::log_ratio(touch.trigger, market.spot);
  Result<double> price = 0.0;
  if (distance <= 0) {
    price = reached_already(market, touch);
  } else if (market.volatility == 0 || touch.years == 0) {
    price = certain_touch(market, touch, distance, up);
  } else if (touch.payment == TouchPayment::AtHit) {
    price = at_hit(market, touch, distance, up);
  } else {
    const bool asset = touch.payoff == DigitalPayoff::Asset;
    const double half = 0.5 * market.volatility * market.volatility;
    const double drift = up * (market.rate - market.yield + (asset ? half : -half)) * touch.years;
    const double deviation = market.volatility * std::sqrt(touch.years);
    const double chance = touch.payment == TouchPayment::AtExpiry
                              ? reach(distance, drift, deviation)
                              : miss(distance, drift, deviation);
    price = chance * (asset ? market.spot * math::exp(-market.yield * touch.years)
                            : touch.amount * math::exp(-market.rate * touch.years));
  }
  if (price && !std::isfinite(*price)) return std::unexpected{Error::Overflow};
  return price;
}
}  // namespace sq::options
