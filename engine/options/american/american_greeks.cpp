#include <algorithm>
#include <cmath>

#include "engine/options/american/american_internal.hpp"
#include "engine/options/american/lanes.hpp"

namespace sq::options::american {
namespace {
// Of a put, as in AmericanGreeks, with rho by its rate and phi by its yield.
AmericanGreeks certain_greeks(const PutProblem& put, double known) {
  AmericanGreeks greeks{.price = known};
  double years = -1;  // the moment of exercise
  const auto exercised_at = [&](double t) {
    return put.strike * std::exp(-put.rate * t) - put.spot * std::exp(-put.yield * t);
  };
  const double ratio = put.yield * put.spot / (put.rate * put.strike);
  const double peak = put.rate != put.yield && ratio > 0 && std::isfinite(ratio)
                          ? std::log(ratio) / (put.yield - put.rate)
                          : -1;
  double best = 0;
  for (const double t : {0.0, peak, put.years}) {
    if (t >= 0 && t <= put.years && exercised_at(t) > best) {
      best = exercised_at(t);
      years = t;
    }
  }
  if (years < 0) return greeks;
  const double strike = put.strike * std::exp(-put.rate * years);
  const double carry = std::exp(-put.yield * years);
  greeks.exercise_now = years == 0 && put.years > 0;
  greeks.delta = -carry;
  greeks.rho = -years * strike;
  greeks.phi = years * put.spot * carry;
  if (years > 0 && years == put.years)
    greeks.theta = put.rate * strike - put.yield * put.spot * carry;
  return greeks;
}

AmericanGreeks european_greeks(const PutProblem& put) {
  const EuropeanPut european = european_put_greeks(put);
  AmericanGreeks greeks{.price = european.price,
                        .delta = european.delta,
                        .gamma = european.gamma,
                        .theta = european.theta};
  greeks.vega = european.gamma * put.spot * put.spot * put.volatility * put.years;
  greeks.phi = -put.years * put.spot * european.delta;
  greeks.rho = -put.years * (european.price - put.spot * european.delta);
  return greeks;
}

// theta from the equation; vega because price(rate, yield, volatility, years) depends on the
// products of years with rate, yield and squared volatility only.
void complete(const PutProblem& put, AmericanGreeks& greeks) {
  greeks.theta = put.rate * greeks.price - (put.rate - put.yield) * put.spot * greeks.delta -
                 0.5 * put.volatility * put.volatility * put.spot * put.spot * greeks.gamma;
  greeks.vega = -2 * (put.years * greeks.theta + put.rate * greeks.rho + put.yield * greeks.phi) /
                put.volatility;
}

// Central differences of the solution with one step of the base's Newton matrix: that step is exact
// to first order, and what is left is even in the bump.
AmericanGreeks greeks_from(const PutBoundary& boundary, const PutProblem& put) {
  const double log_spot = std::log(put.spot / put.strike);
  const PutPremium premium = boundary.premium_greeks(log_spot);
  const EuropeanPut european = european_put_greeks(put);
  AmericanGreeks greeks;
  greeks.price = std::max(european.price + put.strike * premium.price, put.strike - put.spot);
  greeks.delta = european.delta + premium.delta;
  greeks.gamma = european.gamma + premium.gamma / put.strike;
  const auto premium_at = [&](double rate, double yield) {
    PutProblem other = put;
    other.rate = rate;
    other.yield = yield;
    PutBoundary bumped = boundary.nearby(other);
    bumped.chord(2, 0);
    return put.strike * bumped.premium(log_spot);
  };
  const AmericanGreeks closed = european_greeks(put);
  constexpr double kBump = 1e-5;
  const double here = put.strike * premium.price;
  // At rate 0 the regime changes below, and above for a positive yield: from one side.
  if (put.rate > 0) {
    greeks.phi = closed.phi + (premium_at(put.rate, put.yield + kBump) -
                               premium_at(put.rate, put.yield - kBump)) /
                                  (2 * kBump);
  } else {
    greeks.phi = closed.phi + (3 * here - 4 * premium_at(put.rate, put.yield - kBump) +
                               premium_at(put.rate, put.yield - 2 * kBump)) /
                                  (2 * kBump);
  }
  if (put.rate > 1e-7) {
    const double bump = std::min(kBump, 1e-3 * put.rate);
    greeks.rho = closed.rho +
                 (premium_at(put.rate + bump, put.yield) - premium_at(put.rate - bump, put.yield)) /
                     (2 * bump);
  } else {
    constexpr double kUp = 1e-6;
    greeks.rho = closed.rho + (4 * premium_at(put.rate + kUp, put.yield) -
                               premium_at(put.rate + 2 * kUp, put.yield) - 3 * here) /
                                  (2 * kUp);
  }
  complete(put, greeks);
  return greeks;
}

Result<AmericanGreeks> greeks_on_grid(const PutProblem& put) {
  const auto base = put_on_grid(put);
  if (!base) return std::unexpected{base.error()};
  AmericanGreeks greeks{.price = base->price, .delta = base->delta, .gamma = base->gamma};
  constexpr double kBump = 1e-4;
  const auto slope = [&](double PutProblem::*parameter) -> Result<double> {
    PutProblem up = put;
    PutProblem down = put;
    up.*parameter += kBump;
    down.*parameter -= kBump;
    const auto above = put_on_grid(up);
    const auto below = put_on_grid(down);
    if (!above) return std::unexpected{above.error()};
    if (!below) return std::unexpected{below.error()};
    return (above->price - below->price) / (2 * kBump);
  };
  const auto rho = slope(&PutProblem::rate);
  const auto phi = slope(&PutProblem::yield);
  if (!rho) return std::unexpected{rho.error()};
  if (!phi) return std::unexpected{phi.error()};
  greeks.rho = *rho;
  greeks.phi = *phi;
  greeks.exercise_now = base->price <= put.strike - put.spot + 1e-12 * put.strike;
  if (greeks.exercise_now) {
    return AmericanGreeks{.price = put.strike - put.spot, .delta = -1, .exercise_now = true};
  }
  complete(put, greeks);
  return greeks;
}

Result<AmericanGreeks> put_greeks(const Reduced& reduced, Preset preset) {
  const PutProblem& put = reduced.put;
  switch (reduced.regime) {
    case Regime::Known:
      return certain_greeks(put, reduced.known);
    case Regime::European:
      return european_greeks(put);
    case Regime::TwoBoundaries:
      return greeks_on_grid(put);
    case Regime::OneBoundary:
      break;
  }
  const auto boundary = solve_boundary(put, preset, true);
  if (!boundary) return greeks_on_grid(put);
  if (put.spot <= put.strike * boundary->now())
    return AmericanGreeks{.price = put.strike - put.spot, .delta = -1, .exercise_now = true};
  return greeks_from(*boundary, put);
}

// The put's strike is the call's spot; the price is homogeneous in both.
AmericanGreeks call_greeks(const AmericanGreeks& of_put, const PutProblem& put) {
  AmericanGreeks greeks = of_put;
  std::swap(greeks.rho, greeks.phi);
  if (put.strike == 0) {
    greeks.delta = greeks.gamma = 0;
    return greeks;
  }
  const double ratio = put.spot / put.strike;
  greeks.delta = (greeks.price - put.spot * of_put.delta) / put.strike;
  if (greeks.gamma != 0) greeks.gamma *= ratio * ratio;
  return greeks;
}
}  // namespace

Result<AmericanGreeks> american_greeks(const Market& market, const Vanilla& option, Preset preset) {
  const auto reduced = reduce_to_put(market, option);
  if (!reduced) return std::unexpected{reduced.error()};
  const auto greeks = put_greeks(*reduced, preset);
  if (!greeks) return greeks;
  const AmericanGreeks result =
      option.type == OptionType::Put ? *greeks : call_greeks(*greeks, reduced->put);
  for (const double part : {result.price, result.delta, result.gamma, result.vega, result.theta,
                            result.rho, result.phi}) {
    if (!std::isfinite(part)) return std::unexpected{Error::Overflow};
  }
  return result;
}
}  // namespace sq::options::american
