#include "engine/options/exotic/path/geometric_asian.hpp"

#include <cmath>

#include "engine/options/exotic/core/gaussian.hpp"

namespace sq::options {
bool dates_in_order(std::span<const double> dates, double years) noexcept {
  double previous = 0;
  for (const double date : dates) {
    if (!(date >= previous && date <= years)) return false;
    previous = date;
  }
  return true;
}

namespace {
// The logarithm of the average, jointly normal with that of the asset at expiry.
template <class Real>
struct LogAverage {
  Real mean{};        // of ln G
  Real variance{};    // of ln G
  Real covariance{};  // with ln S(T)
};

template <class Real>
Result<Real> priced(const Inputs<Real>& in, OptionType type, double strike, bool average_strike,
                    const Real& years, const LogAverage<Real>& average) noexcept {
  using std::exp;
  using std::sqrt;
  const Real discount = exp(-(in.rate * years));
  const Real forward = exp(average.mean + 0.5 * average.variance);
  if (!average_strike) {
    const Real deviation = value_of(average.variance) > 0 ? Real{sqrt(average.variance)} : Real{};
    return nonnegative(black(sign_of(type), forward, Real{strike}, deviation, discount));
  }
  // The right to exchange the average for the asset.
  const Real asset = in.spot * exp(in.carry() * years);
  const Real variance =
      in.volatility * in.volatility * years + average.variance - 2.0 * average.covariance;
  const Real deviation = value_of(variance) > 0 ? Real{sqrt(variance)} : Real{};
  return nonnegative(black(sign_of(type), asset, forward, deviation, discount));
}

template <class Real>
Result<Real> value(const Inputs<Real>& in, const GeometricContinuous& contract) noexcept {
  Checks checks;
  checks.market(in).time(contract.years).finite({contract.elapsed, contract.average_so_far});
  if (!contract.average_strike) checks.strike(contract.strike);
  checks.require(contract.elapsed >= 0 && (contract.elapsed == 0 || contract.average_so_far > 0),
                 Error::ParameterRange);
  if (checks.failed()) return checks.error();

  using std::log;
  const Real t = in.years(contract.years);
  const double whole = contract.years + contract.elapsed;
  const double spot_share = whole > 0 ? contract.years / whole : 1.0;  // time does not change it
  const Real share = whole > 0 ? t / whole : Real{1.0};
  const Real variance_rate = in.volatility * in.volatility;
  LogAverage<Real> average;
  average.mean = spot_share * log(in.spot) + share * (0.5 * t * (in.carry() - 0.5 * variance_rate));
  if (contract.elapsed > 0)
    average.mean += contract.elapsed / whole * std::log(contract.average_so_far);
  average.variance = variance_rate * t * share * share / 3.0;
  average.covariance = 0.5 * variance_rate * t * share;
  return priced(in, contract.type, contract.strike, contract.average_strike, t, average);
}

template <class Real>
Result<Real> value(const Inputs<Real>& in, const GeometricDiscrete& contract) noexcept {
  Checks checks;
  checks.market(in).time(contract.years).finite({contract.known_average});
  if (!contract.average_strike) checks.strike(contract.strike);
  const std::size_t count = contract.dates.size();
  checks.require(contract.known >= 0 && (contract.known == 0 || contract.known_average > 0) &&
                     count + static_cast<std::size_t>(std::max(contract.known, 0)) > 0 &&
                     dates_in_order(contract.dates, contract.years),
                 Error::ParameterRange);
  if (checks.failed()) return checks.error();

  using std::log;
  const double all = static_cast<double>(count) + contract.known;
  // Sums over the dates; a date moves with time unless it is today.
  Real sum{};
  Real sum_of_minima{};
  for (std::size_t i = 0; i < count; ++i) {
    const Real t = contract.dates[i] > 0 ? in.years(contract.dates[i]) : Real{};
    sum += t;
    sum_of_minima += t * (2.0 * static_cast<double>(count - 1 - i) + 1.0);
  }
  const Real variance_rate = in.volatility * in.volatility;
  LogAverage<Real> average;
  average.mean =
      (log(in.spot) * static_cast<double>(count) + sum * (in.carry() - 0.5 * variance_rate)) / all;
  if (contract.known > 0) average.mean += std::log(contract.known_average) * (contract.known / all);
  average.variance = variance_rate * sum_of_minima / (all * all);
  average.covariance = variance_rate * sum / all;
  return priced(in, contract.type, contract.strike, contract.average_strike,
                in.years(contract.years), average);
}
}  // namespace

Result<double> evaluate(const Inputs<double>& in, const GeometricContinuous& contract) noexcept {
  return value(in, contract);
}
Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>& in,
                             const GeometricContinuous& contract) noexcept {
  return value(in, contract);
}
Result<double> evaluate(const Inputs<double>& in, const GeometricDiscrete& contract) noexcept {
  return value(in, contract);
}
Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>& in,
                             const GeometricDiscrete& contract) noexcept {
  return value(in, contract);
}
}  // namespace sq::options
