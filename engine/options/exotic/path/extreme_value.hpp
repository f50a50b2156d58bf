// What the running extreme of a path is worth beyond a level: the core of all lookbacks. Internal
// to engine/options/exotic. Thread: plain function. Cost: 3 normal probabilities. Errors: none; the
// caller has checked that the variance is not negligible.
#pragma once

#include <cmath>

#include "engine/options/exotic/core/gaussian.hpp"
#include "engine/options/exotic/path/carry_limit.hpp"

namespace sq::options {
// Discounted E[(max - level)+] for side 1 and level >= spot, E[(level - min)+] for side -1 and
// level <= spot.
template <class Real>
Real beyond_continuous(const Inputs<Real>& in, const Real& years, double side, const Real& level) {
  using std::exp;
  using std::log;
  using std::sqrt;
  const Real discount = exp(-(in.rate * years));
  const Real deviation = in.volatility * sqrt(years);
  const Real variance_rate = in.volatility * in.volatility;
  const Real moneyness = log(in.spot / level);
  const double scale = value_of(in.volatility) / std::sqrt(value_of(years));
  return across_zero_carry(in.carry(), scale, [&](const Real& carry) {
    const Real grown = carry * years;
    const Real d1 = (moneyness + grown) / deviation + 0.5 * deviation;
    const Real d2 = d1 - deviation;
    const Real ratio = 2.0 * carry / variance_rate;
    const Real forward_part = in.spot * exp(grown) * normal_cdf(d1 * side);
    const Real reflected = scaled_normal_cdf(-(ratio * moneyness), (d1 - ratio * deviation) * side);
    return discount * side *
           (forward_part - level * normal_cdf(d2 * side) +
            (forward_part - in.spot * reflected) / ratio);
  });
}
}  // namespace sq::options
