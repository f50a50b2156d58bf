#include "engine/options/exotic/variance/variance_swap.hpp"

#include <cmath>

#include "engine/options/exotic/core/gaussian.hpp"

namespace sq::options {
namespace {
bool ascending(std::span<const double> strikes) noexcept {
  for (std::size_t i = 1; i < strikes.size(); ++i) {
    if (!(strikes[i] > strikes[i - 1])) return false;
  }
  return !strikes.empty() && strikes.front() > 0;
}

// What the log contract pays less the forward that touches it at the boundary.
double curvature_payoff(double spot, double boundary) noexcept {
  const double relative = (spot - boundary) / boundary;
  return relative - std::log1p(relative);
}

// One wing, walked away from the boundary: the portfolio's slope over each interval of strikes is
// that of the payoff; each option adds what the inner ones do not have.
double wing(const VarianceStrip& strip, double sign, std::span<const double> strikes,
            std::span<const double> volatilities, double forward, double discount) noexcept {
  const double boundary = sign > 0 ? strikes.front() : strikes.back();
  const std::size_t count = strikes.size();
  double held = 0, sum = 0;
  for (std::size_t n = 0; n < count; ++n) {
    const std::size_t i = sign > 0 ? n : count - 1 - n;
    const double strike = strikes[i];
    double next =
        n + 1 < count ? strikes[sign > 0 ? i + 1 : i - 1] : strike + sign * strip.wing_step;
    if (next <= 0) next = 0.5 * strike;  // a wing step longer than the lowest strike
    const double slope = (curvature_payoff(next, boundary) - curvature_payoff(strike, boundary)) /
                         std::abs(next - strike);
    sum += (slope - held) *
           black(sign, forward, strike, volatilities[i] * std::sqrt(strip.years), discount);
    held = slope;
  }
  return sum;
}
}  // namespace

Result<double> fair_variance(const VarianceStrip& strip) noexcept {
  Checks checks;
  checks.finite({strip.spot, strip.rate, strip.yield, strip.years, strip.wing_step});
  checks.require(strip.spot > 0, Error::SpotNotPositive).time(strip.years);
  checks.require(strip.years > 0 && strip.wing_step > 0, Error::ParameterRange);
  checks.require(strip.put_strikes.size() == strip.put_volatilities.size() &&
                     strip.call_strikes.size() == strip.call_volatilities.size() &&
                     strip.put_strikes.size() >= 2 && strip.call_strikes.size() >= 2,
                 Error::ParameterRange);
  for (const double v : strip.put_volatilities) {
    checks.finite({v}).require(v >= 0, Error::VolatilityNegative);
  }
  for (const double v : strip.call_volatilities) {
    checks.finite({v}).require(v >= 0, Error::VolatilityNegative);
  }
  for (const double k : strip.put_strikes) checks.finite({k});
  for (const double k : strip.call_strikes) checks.finite({k});
  if (checks.failed()) return checks.error();
  if (!ascending(strip.put_strikes) || !ascending(strip.call_strikes) ||
      strip.put_strikes.back() != strip.call_strikes.front()) {
    return std::unexpected{Error::ParameterRange};
  }
  const double boundary = strip.call_strikes.front();
  const double growth = (strip.rate - strip.yield) * strip.years;
  const double forward = strip.spot * std::exp(growth);
  const double discount = std::exp(-strip.rate * strip.years);
  const double options =
      wing(strip, 1.0, strip.call_strikes, strip.call_volatilities, forward, discount) +
      wing(strip, -1.0, strip.put_strikes, strip.put_volatilities, forward, discount);
  const double dynamic = growth - (forward / boundary - 1.0) - std::log(boundary / strip.spot);
  return finite_or_overflow(2.0 / strip.years * (dynamic + options / discount));
}

Result<double> fair_variance(const PricedStrip& strip) noexcept {
  Checks checks;
  checks.finite({strip.forward, strip.discount, strip.years}).time(strip.years);
  checks.require(strip.forward > 0, Error::SpotNotPositive);
  checks.require(strip.years > 0 && strip.discount > 0 && strip.strikes.size() >= 3 &&
                     strip.strikes.size() == strip.prices.size(),
                 Error::ParameterRange);
  for (const double k : strip.strikes) checks.finite({k});
  for (const double p : strip.prices) checks.finite({p}).require(p >= 0, Error::PriceBelowBound);
  if (checks.failed()) return checks.error();
  if (!ascending(strip.strikes) || strip.strikes.front() > strip.forward) {
    return std::unexpected{Error::ParameterRange};
  }
  const std::span<const double> k = strip.strikes;
  double sum = 0, boundary = k.front();
  for (std::size_t i = 0; i < k.size(); ++i) {
    const double spacing = i == 0              ? k[1] - k[0]
                           : i + 1 == k.size() ? k[i] - k[i - 1]
                                               : 0.5 * (k[i + 1] - k[i - 1]);
    sum += spacing / (k[i] * k[i]) * strip.prices[i];
    if (k[i] <= strip.forward) boundary = k[i];
  }
  const double off = strip.forward / boundary - 1.0;
  return finite_or_overflow((2.0 * sum / strip.discount - off * off) / strip.years);
}

Result<double> value_of_swap(const VarianceSwap& swap, double rate,
                             double fair_variance_left) noexcept {
  Checks checks;
  checks.finite({swap.strike, swap.notional, swap.years, swap.elapsed, swap.realised_variance, rate,
                 fair_variance_left});
  checks.time(swap.years)
      .time(swap.elapsed)
      .require(swap.years + swap.elapsed > 0, Error::ParameterRange);
  if (checks.failed()) return checks.error();
  const double whole = swap.years + swap.elapsed;
  const double expected =
      (swap.elapsed * swap.realised_variance + swap.years * fair_variance_left) / whole;
  return finite_or_overflow(swap.notional * (expected - swap.strike) *
                            std::exp(-rate * swap.years));
}
}  // namespace sq::options
