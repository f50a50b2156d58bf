#include "engine/options/exotic/path/lookback.hpp"

#include <cmath>

#include "engine/options/exotic/barrier/discrete_barrier.hpp"
#include "engine/options/exotic/core/gaussian.hpp"
#include "engine/options/exotic/path/extreme_value.hpp"

namespace sq::options {
namespace {
// The same for the extreme of `dates` equally spaced dates (0: continuous).
template <class Real>
Real beyond(const Inputs<Real>& in, const Real& years, int dates, double side, double level) {
  using std::exp;
  using std::sqrt;
  if (dates == 0) return larger(beyond_continuous(in, years, side, Real{level}), Real{});
  const Real shift =
      exp(side * kDiscreteShift * in.volatility * sqrt(years / static_cast<double>(dates)));
  return larger(beyond_continuous(in, years, side, level * shift) / shift, Real{});
}

template <class Real>
Checks checked(const Inputs<Real>& in, OptionType on_maximum, double extreme, double years,
               int dates) noexcept {
  Checks checks;
  checks.market(in).time(years).finite({extreme});
  const double spot = value_of(in.spot);
  const bool right = on_maximum == OptionType::Call ? extreme >= spot : extreme <= spot;
  return checks.require(extreme > 0 && right && dates >= 0, Error::ParameterRange);
}

template <class Real>
Result<Real> value(const Inputs<Real>& in, const FloatingLookback& contract) noexcept {
  using std::exp;
  const bool call = contract.type == OptionType::Call;
  const Checks checks = checked(in, call ? OptionType::Put : OptionType::Call, contract.extreme,
                                contract.years, contract.dates);
  if (checks.failed()) return checks.error();
  const Real t = in.years(contract.years);
  const Real discount = exp(-(in.rate * t));
  const double side = call ? -1.0 : 1.0;  // the extreme's
  if (is_certain(in, contract.years)) {
    const Real last = CertainPath<Real>{in.spot, in.carry()}.at(t);
    const Real extreme{contract.extreme};
    const Real reached = call ? smaller(extreme, last) : larger(extreme, last);
    return nonnegative((reached - last) * (discount * side));
  }
  const Real asset = in.spot * exp(-(in.yield * t));
  return nonnegative((discount * contract.extreme - asset) * side +
                     beyond(in, t, contract.dates, side, contract.extreme));
}

template <class Real>
Result<Real> value(const Inputs<Real>& in, const FixedLookback& contract) noexcept {
  using std::exp;
  Checks checks = checked(in, contract.type, contract.extreme, contract.years, contract.dates);
  checks.strike(contract.strike);
  if (checks.failed()) return checks.error();
  const bool call = contract.type == OptionType::Call;
  const Real t = in.years(contract.years);
  const Real discount = exp(-(in.rate * t));
  const double side = sign_of(contract.type);
  const double level = call ? std::max(contract.strike, contract.extreme)
                            : std::min(contract.strike, contract.extreme);
  const Real locked = discount * ((level - contract.strike) * side);
  if (is_certain(in, contract.years)) {
    const Real last = CertainPath<Real>{in.spot, in.carry()}.at(t);
    return nonnegative(locked + larger((last - level) * side, Real{}) * discount);
  }
  return nonnegative(locked + beyond(in, t, contract.dates, side, level));
}
}  // namespace

Result<double> evaluate(const Inputs<double>& in, const FloatingLookback& contract) noexcept {
  return value(in, contract);
}
Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>& in,
                             const FloatingLookback& contract) noexcept {
  return value(in, contract);
}
Result<double> evaluate(const Inputs<double>& in, const FixedLookback& contract) noexcept {
  return value(in, contract);
}
Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>& in,
                             const FixedLookback& contract) noexcept {
  return value(in, contract);
}
}  // namespace sq::options
