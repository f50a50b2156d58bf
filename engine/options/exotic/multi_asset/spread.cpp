#include "engine/options/exotic/multi_asset/spread.hpp"

#include <cmath>

#include "engine/options/exotic/core/gaussian.hpp"
#include "engine/options/exotic/core/integrate.hpp"

namespace sq::options {
namespace {
template <class Real>
struct Forwards {
  Real first{}, second{};
  Real discount{};
  Real deviation1{}, deviation2{};  // of the logarithms

  Forwards(const TwoAssetInputs<Real>& in, double years) noexcept {
    using std::exp;
    using std::sqrt;
    const Real t = floored_years(in.years(years));
    first = in.spot1 * exp((in.rate - in.yield1) * t);
    second = in.spot2 * exp((in.rate - in.yield2) * t);
    discount = exp(-(in.rate * t));
    deviation1 = floored_volatility(in.volatility1) * sqrt(t);
    deviation2 = floored_volatility(in.volatility2) * sqrt(t);
  }
};

template <class Real>
Real exact(const TwoAssetInputs<Real>& in, const TwoAssetBasket& basket) {
  using std::exp;
  using std::sqrt;
  const Forwards<Real> f{in, basket.years};
  const Real& rho = in.correlation;
  const Real apart = f.deviation1 * sqrt(larger((1.0 - rho) * (1.0 + rho), Real{1e-20}));
  const Real shared = f.deviation1 * rho;
  // |w1| (side (S1 - k(S2)))+ with k linear in S2.
  const double side = sign_of(basket.type) * (basket.weight1 > 0 ? 1.0 : -1.0);
  const auto given_second = [&](const Real& z) {
    const Real second = f.second * exp(f.deviation2 * z - 0.5 * f.deviation2 * f.deviation2);
    const Real first = f.first * exp(shared * z - 0.5 * shared * shared);
    const Real level = (basket.strike - basket.weight2 * second) / basket.weight1;
    return black(side, first, level, apart, Real{1.0}) * normal_pdf(z);
  };
  // Either asset's measure moves the mass by its own deviation.
  const double reach = 9.0 + std::max(value_of(f.deviation1), value_of(f.deviation2));
  const double tolerance =
      1e-15 * (value_of(f.first) + value_of(f.second) * std::abs(basket.weight2 / basket.weight1) +
               std::abs(basket.strike / basket.weight1));
  constexpr int kParts = 6;
  Real sum{};
  for (int i = 0; i < kParts; ++i) {
    const double from = reach * (2.0 * i / kParts - 1.0);
    sum += integrate_adaptively<Real>(from, from + 2.0 * reach / kParts, tolerance, given_second);
  }
  return sum * f.discount * std::abs(basket.weight1);
}

template <class Real>
Result<Real> value(const TwoAssetInputs<Real>& in, const TwoAssetBasket& contract) noexcept {
  Checks checks;
  checks.market(in).time(contract.years);
  checks.finite({contract.strike, contract.weight1, contract.weight2})
      .require(contract.weight1 != 0, Error::ParameterRange);
  if (checks.failed()) return checks.error();
  return nonnegative(exact(in, contract));
}

template <class Real>
Result<Real> value(const TwoAssetInputs<Real>& in, const Spread& contract) noexcept {
  using std::log;
  using std::sqrt;
  if (contract.method == SpreadMethod::Exact) {
    return value(in, TwoAssetBasket{.type = contract.type,
                                    .weight1 = 1,
                                    .weight2 = -1,
                                    .strike = contract.strike,
                                    .years = contract.years});
  }
  Checks checks;
  checks.market(in).time(contract.years).finite({contract.strike});
  if (checks.failed()) return checks.error();
  const Forwards<Real> f{in, contract.years};
  const Real level = f.second + contract.strike;
  if (!(value_of(level) > 0)) return std::unexpected{Error::Unsupported};
  const Real share = f.second / level;
  const Real cross = share * in.correlation * f.deviation1 * f.deviation2;
  const Real square1 = f.deviation1 * f.deviation1;
  const Real square2 = share * share * (f.deviation2 * f.deviation2);
  const Real deviation = sqrt(larger(square1 - 2.0 * cross + square2, Real{kYearsFloor}));
  const double sign = sign_of(contract.type);
  if (contract.method == SpreadMethod::Kirk) {
    return nonnegative(black(sign, f.first, level, deviation, f.discount));
  }
  const Real moneyness = log(f.first / level);
  const auto likely = [&](const Real& drift) {
    return normal_cdf((moneyness + drift) / deviation * sign);
  };
  const Real in_first = likely(0.5 * square1 - cross + 0.5 * square2);
  const Real in_second = likely(in.correlation * f.deviation1 * f.deviation2 - 0.5 * square1 +
                                0.5 * square2 - share * f.deviation2 * f.deviation2);
  const Real in_cash = likely(0.5 * square2 - 0.5 * square1);
  return nonnegative(sign * f.discount *
                     (f.first * in_first - f.second * in_second - contract.strike * in_cash));
}
}  // namespace

Result<double> evaluate(const TwoAssetInputs<double>& in, const Spread& contract) noexcept {
  return value(in, contract);
}
Result<TwoAssetJet> evaluate(const TwoAssetInputs<TwoAssetJet>& in,
                             const Spread& contract) noexcept {
  return value(in, contract);
}
Result<double> evaluate(const TwoAssetInputs<double>& in, const TwoAssetBasket& contract) noexcept {
  return value(in, contract);
}
Result<TwoAssetJet> evaluate(const TwoAssetInputs<TwoAssetJet>& in,
                             const TwoAssetBasket& contract) noexcept {
  return value(in, contract);
}
}  // namespace sq::options
