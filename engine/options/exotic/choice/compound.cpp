#include "engine/options/exotic/choice/compound.hpp"

#include <cmath>

#include "engine/options/exotic/choice/later_option.hpp"

namespace sq::options {
namespace {
// The spot at which the daughter is worth the strike; 0 when a put daughter never is.
template <class Real>
Real critical(const Inputs<Real>& in, const Compound& contract) {
  const double left = contract.daughter_years - contract.years;
  const LaterOption<double> daughter{plain(in), contract.daughter_type, contract.daughter_strike,
                                     left};
  const bool put = contract.daughter_type == OptionType::Put;
  if (put && daughter.discounted_strike() <= contract.strike) return Real{};
  const auto excess = [&](double spot) { return daughter.value(spot) - contract.strike; };
  const auto too_low = [&](double spot) { return (excess(spot) < 0) != put; };
  double low = contract.daughter_strike;
  double high = contract.daughter_strike;
  for (int i = 0; i < 1000 && !too_low(low); ++i) low *= 0.5;
  for (int i = 0; i < 1000 && too_low(high); ++i) high *= 2.0;
  const double root =
      critical_spot(low, high, excess, [&](double spot) { return daughter.delta(spot); });
  const LaterOption<Real> jet{in, contract.daughter_type, contract.daughter_strike, Real{left}};
  return polished_root<Real>(
      root, [&](const Real& spot) { return jet.value(spot) - contract.strike; },
      [&](const Real& spot) { return jet.delta(spot); });
}

template <class Real>
Result<Real> value(const Inputs<Real>& in, const Compound& contract) noexcept {
  Checks checks;
  checks.market(in).strike(contract.strike).strike(contract.daughter_strike);
  checks.time(contract.years).time(contract.daughter_years);
  checks.require(contract.years <= contract.daughter_years, Error::ParameterRange);
  if (checks.failed()) return checks.error();

  const Real level = critical(in, contract);
  const AssetLaw<Real> law{in};
  const double daughter = sign_of(contract.daughter_type);
  const double mother = sign_of(contract.type);
  // The side of the critical spot where the compound is exercised.
  const double side = daughter * mother;
  const Real years = in.years(contract.years);
  const Real later = in.years(contract.daughter_years);
  const Real strike{contract.daughter_strike};
  const Real received =
      daughter * (law.joint(Payment::Asset, side, level, years, daughter, strike, later) -
                  strike * law.joint(Payment::Cash, side, level, years, daughter, strike, later));
  const Real paid = law.tail(Payment::Cash, side, level, years) * contract.strike;
  return nonnegative(mother * (received - paid));
}
}  // namespace

Result<double> evaluate(const Inputs<double>& in, const Compound& contract) noexcept {
  return value(in, contract);
}
Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>& in, const Compound& contract) noexcept {
  return value(in, contract);
}
}  // namespace sq::options
