#include "engine/options/american/put_problem.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "engine/options/american/lanes.hpp"

namespace sq::options::american {
namespace {
// Below this the price differs from the certain one by less than 1e-9 of the strike.
constexpr double kDeviationMin = 2e-9;
// Above this many deviations too: the boundary then moves by (volatility / drift)^2.
constexpr double kDriftMax = 2e4;

std::optional<Error> fault(const Market& market, const Vanilla& option) noexcept {
  if (!std::isfinite(market.spot) || !std::isfinite(market.rate) || !std::isfinite(market.yield) ||
      !std::isfinite(market.volatility) || !std::isfinite(option.strike) ||
      !std::isfinite(option.years))
    return Error::NotFinite;
  if (market.spot < 0) return Error::SpotNotPositive;
  if (option.strike < 0) return Error::StrikeNotPositive;
  if (market.volatility < 0) return Error::VolatilityNegative;
  if (option.years < 0) return Error::TimeNegative;
  // Beyond, growth factors leave the range of a double or the numbers are not rates at all.
  const double growth = std::max(std::abs(market.rate), std::abs(market.yield)) * option.years;
  const double variance = market.volatility * market.volatility * option.years;
  if (!(growth < 600) || !(variance < 1e7)) return Error::Overflow;
  return std::nullopt;
}

// Rates so small that the premium is below the last digit of the strike do not count.
Regime regime_of(const PutProblem& put) noexcept {
  constexpr double kRateMin = 1e-14;
  constexpr double kYieldMin = 1e-12;
  if (put.rate > kRateMin) return Regime::OneBoundary;
  if (!(put.yield < -kYieldMin)) return Regime::European;
  if (put.rate >= 0) return Regime::OneBoundary;
  return put.yield < put.rate ? Regime::TwoBoundaries : Regime::European;
}

struct Deviates {
  double upper, lower;  // d+ and d-
};
Deviates deviates(const PutProblem& put) noexcept {
  const double deviation = put.volatility * std::sqrt(put.years);
  const double middle =
      (std::log(put.spot / put.strike) + (put.rate - put.yield) * put.years) / deviation;
  return {middle + 0.5 * deviation, middle - 0.5 * deviation};
}
}  // namespace

Result<Reduced> reduce_to_put(const Market& market, const Vanilla& option) noexcept {
  if (const auto found = fault(market, option)) return std::unexpected{*found};
  Reduced reduced;
  const bool call = option.type == OptionType::Call;
  reduced.put = {.spot = call ? option.strike : market.spot,
                 .strike = call ? market.spot : option.strike,
                 .rate = call ? market.yield : market.rate,
                 .yield = call ? market.rate : market.yield,
                 .volatility = market.volatility,
                 .years = option.years};
  const PutProblem& put = reduced.put;
  const double deviation = put.volatility * std::sqrt(put.years);
  if (put.strike == 0) return reduced;  // worth nothing
  // A ratio beyond the reach of any double decides by itself too.
  const double distance =
      put.spot > 0 ? std::abs(std::log(put.spot / put.strike)) : std::numeric_limits<double>::max();
  const double drift = std::abs(put.rate - put.yield) * put.years;
  if (deviation < kDeviationMin || drift > kDriftMax * deviation || distance > 700) {
    reduced.known = certain_put(put);
    if (!std::isfinite(reduced.known)) return std::unexpected{Error::Overflow};
    return reduced;
  }
  reduced.regime = regime_of(put);
  return reduced;
}

double certain_put(const PutProblem& put) noexcept {
  const auto exercised_at = [&](double years) {
    return put.strike * std::exp(-put.rate * years) - put.spot * std::exp(-put.yield * years);
  };
  double best = std::max({0.0, exercised_at(0), exercised_at(put.years)});
  const double ratio = put.yield * put.spot / (put.rate * put.strike);
  if (put.rate != put.yield && ratio > 0 && std::isfinite(ratio)) {
    const double peak = std::log(ratio) / (put.yield - put.rate);
    if (peak > 0 && peak < put.years) best = std::max(best, exercised_at(peak));
  }
  return best;
}

double european_put(const PutProblem& put) noexcept {
  const Deviates d = deviates(put);
  const double price = put.strike * std::exp(-put.rate * put.years) * normal(-d.lower).below -
                       put.spot * std::exp(-put.yield * put.years) * normal(-d.upper).below;
  return std::max(price, 0.0);  // far out of the money two tiny numbers cancel
}

EuropeanPut european_put_greeks(const PutProblem& put) noexcept {
  const Deviates d = deviates(put);
  const double deviation = put.volatility * std::sqrt(put.years);
  const double strike = put.strike * std::exp(-put.rate * put.years);
  const double carry = std::exp(-put.yield * put.years);
  const Normal<double> upper = normal(-d.upper);
  const double strike_part = strike * normal(-d.lower).below;
  const double density = carry * upper.bell * kBellToDensity;
  EuropeanPut result{};
  result.price = std::max(strike_part - put.spot * carry * upper.below, 0.0);
  result.delta = -carry * upper.below;
  result.gamma = density / (put.spot * deviation);
  result.theta = put.rate * strike_part - put.yield * put.spot * carry * upper.below -
                 0.5 * put.spot * density * deviation / put.years;
  return result;
}

double boundary_at_expiry(double rate, double yield) noexcept {
  return yield > rate ? rate / yield : 1.0;
}

double perpetual_boundary(double rate, double yield, double volatility) noexcept {
  const double variance = volatility * volatility;
  const double omega = 2 * (rate - yield) / variance - 1;
  const double root = std::sqrt(omega * omega + 8 * rate / variance);
  const double power = omega > 0 ? -0.5 * (omega + root) : -4 * rate / variance / (root - omega);
  return power / (power - 1);
}
}  // namespace sq::options::american
