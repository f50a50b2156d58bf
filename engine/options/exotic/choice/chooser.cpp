#include "engine/options/exotic/choice/chooser.hpp"

#include <cmath>

#include "engine/options/exotic/choice/later_option.hpp"

namespace sq::options {
namespace {
template <class Real>
Result<Real> value(const Inputs<Real>& in, const SimpleChooser& contract) noexcept {
  Checks checks;
  checks.market(in).strike(contract.strike).time(contract.years).time(contract.choose);
  checks.require(contract.choose <= contract.years, Error::ParameterRange);
  if (checks.failed()) return checks.error();
  using std::exp;
  using std::sqrt;
  const Real years = floored_years(in.years(contract.years));
  const Real choose = floored_years(in.years(contract.choose));
  const Real volatility = floored_volatility(in.volatility);
  const Real forward = in.spot * exp(in.carry() * years);
  const Real discount = exp(-(in.rate * years));
  // max(call, put) = call + (discounted strike - discounted forward)+ at `choose`.
  const Real strike{contract.strike};
  return nonnegative(black(1.0, forward, strike, volatility * sqrt(years), discount) +
                     black(-1.0, forward, strike, volatility * sqrt(choose), discount));
}

// A spot where the put is worth more, and one where the call is.
struct Bracket {
  double low, high;
};

template <class Real>
Real critical(const Inputs<Real>& in, const ComplexChooser& contract) {
  const Inputs<double> numbers = plain(in);
  const double call_left = contract.call_years - contract.choose;
  const double put_left = contract.put_years - contract.choose;
  const LaterOption<double> call{numbers, OptionType::Call, contract.call_strike, call_left};
  const LaterOption<double> put{numbers, OptionType::Put, contract.put_strike, put_left};
  const auto excess = [&](double spot) { return call.value(spot) - put.value(spot); };
  Bracket bracket{std::min(contract.call_strike, contract.put_strike),
                  std::max(contract.call_strike, contract.put_strike)};
  for (int i = 0; i < 1000 && excess(bracket.low) > 0; ++i) bracket.low *= 0.5;
  for (int i = 0; i < 1000 && excess(bracket.high) < 0; ++i) bracket.high *= 2.0;
  const double root = critical_spot(bracket.low, bracket.high, excess, [&](double spot) {
    return call.delta(spot) - put.delta(spot);
  });
  const LaterOption<Real> call_jet{in, OptionType::Call, contract.call_strike, Real{call_left}};
  const LaterOption<Real> put_jet{in, OptionType::Put, contract.put_strike, Real{put_left}};
  return polished_root<Real>(
      root, [&](const Real& spot) { return call_jet.value(spot) - put_jet.value(spot); },
      [&](const Real& spot) { return call_jet.delta(spot) - put_jet.delta(spot); });
}

template <class Real>
Result<Real> value(const Inputs<Real>& in, const ComplexChooser& contract) noexcept {
  Checks checks;
  checks.market(in).strike(contract.call_strike).strike(contract.put_strike);
  checks.time(contract.choose).time(contract.call_years).time(contract.put_years);
  checks.require(contract.choose <= contract.call_years && contract.choose <= contract.put_years,
                 Error::ParameterRange);
  if (checks.failed()) return checks.error();
  const Real level = critical(in, contract);
  const AssetLaw<Real> law{in};
  const Real choose = in.years(contract.choose);
  const auto taken = [&](double sign, double strike, double years) {
    const Real at = in.years(years);
    const Real k{strike};
    return sign * (law.joint(Payment::Asset, sign, level, choose, sign, k, at) -
                   strike * law.joint(Payment::Cash, sign, level, choose, sign, k, at));
  };
  return nonnegative(taken(1.0, contract.call_strike, contract.call_years) +
                     taken(-1.0, contract.put_strike, contract.put_years));
}
}  // namespace

Result<double> evaluate(const Inputs<double>& in, const SimpleChooser& contract) noexcept {
  return value(in, contract);
}
Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>& in,
                             const SimpleChooser& contract) noexcept {
  return value(in, contract);
}
Result<double> evaluate(const Inputs<double>& in, const ComplexChooser& contract) noexcept {
  return value(in, contract);
}
Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>& in,
                             const ComplexChooser& contract) noexcept {
  return value(in, contract);
}
}  // namespace sq::options
