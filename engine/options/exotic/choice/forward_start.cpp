#include "engine/options/exotic/choice/forward_start.hpp"

#include <cmath>

#include "engine/options/exotic/core/gaussian.hpp"
#include "engine/options/exotic/path/geometric_asian.hpp"

namespace sq::options {
namespace {
template <class Real>
Real leg(const Inputs<Real>& in, const ForwardStart& contract) noexcept {
  using std::exp;
  using std::sqrt;
  const Real start = in.years(contract.start);
  const Real left{contract.years - contract.start};
  const Real deviation = value_of(left) > 0 ? in.volatility * sqrt(left) : Real{};
  const Real per_unit = black(sign_of(contract.type), Real{exp(in.carry() * left)},
                              Real{contract.moneyness}, deviation, Real{exp(-(in.rate * left))});
  if (contract.performance) return exp(-(in.rate * start)) * per_unit;
  return in.spot * exp(-(in.yield * start)) * per_unit;
}

template <class Real>
Result<Real> value(const Inputs<Real>& in, const ForwardStart& contract) noexcept {
  Checks checks;
  checks.market(in).strike(contract.moneyness).time(contract.years).time(contract.start);
  checks.require(contract.start <= contract.years, Error::ParameterRange);
  if (checks.failed()) return checks.error();
  return nonnegative(leg(in, contract));
}

template <class Real>
Result<Real> value(const Inputs<Real>& in, const Cliquet& contract) noexcept {
  Checks checks;
  checks.market(in).strike(contract.moneyness).time(contract.years);
  checks.require(!contract.resets.empty() && dates_in_order(contract.resets, contract.years),
                 Error::ParameterRange);
  if (checks.failed()) return checks.error();
  Real sum{};
  for (std::size_t i = 0; i < contract.resets.size(); ++i) {
    const double end = i + 1 < contract.resets.size() ? contract.resets[i + 1] : contract.years;
    sum += leg(in, ForwardStart{.type = contract.type,
                                .moneyness = contract.moneyness,
                                .start = contract.resets[i],
                                .years = end,
                                .performance = contract.performance});
  }
  return nonnegative(sum);
}
}  // namespace

Result<double> evaluate(const Inputs<double>& in, const ForwardStart& contract) noexcept {
  return value(in, contract);
}
Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>& in, const ForwardStart& contract) noexcept {
  return value(in, contract);
}
Result<double> evaluate(const Inputs<double>& in, const Cliquet& contract) noexcept {
  return value(in, contract);
}
Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>& in, const Cliquet& contract) noexcept {
  return value(in, contract);
}
}  // namespace sq::options
