#include "engine/options/exotic/multi_asset/exchange.hpp"

#include <cmath>

#include "engine/options/exotic/core/gaussian.hpp"

namespace sq::options {
namespace {
// Standard deviation per year of ln S1 - ln S2.
template <class Real>
Real ratio_volatility(const TwoAssetInputs<Real>& in) noexcept {
  using std::sqrt;
  const Real variance = in.volatility1 * in.volatility1 + in.volatility2 * in.volatility2 -
                        2.0 * in.correlation * in.volatility1 * in.volatility2;
  return sqrt(larger(variance, Real{kVolatilityFloor * kVolatilityFloor}));
}

template <class Real, class Contract>
Checks checked(const TwoAssetInputs<Real>& in, const Contract& contract) noexcept {
  Checks checks;
  checks.market(in).time(contract.years).finite({contract.quantity1, contract.quantity2});
  return checks.require(contract.quantity1 > 0 && contract.quantity2 > 0, Error::ParameterRange);
}

template <class Real>
Real european(const TwoAssetInputs<Real>& in, const Real& first, const Real& second,
              const Real& t) noexcept {
  using std::exp;
  using std::sqrt;
  return black(1.0, Real{first * exp(-(in.yield1 * t))}, Real{second * exp(-(in.yield2 * t))},
               Real{ratio_volatility(in) * sqrt(t)}, Real{1.0});
}

// Value of S^power paid at expiry where S < barrier never passed `trigger` and ended below `level`.
template <class Real>
struct FlatBoundary {
  Real spot, trigger, years, rate, carry, volatility;

  [[nodiscard]] Real below(const Real& power, const Real& level) const noexcept {
    using std::exp;
    using std::log;
    using std::sqrt;
    const Real variance = volatility * volatility;
    const Real deviation = volatility * sqrt(years);
    const Real growth = (power * carry - rate + 0.5 * power * (power - 1.0) * variance) * years;
    const Real tilt = 2.0 * carry / variance + 2.0 * power - 1.0;
    const Real away = log(trigger / spot);
    const Real d = -((log(spot / level) + (carry + (power - 0.5) * variance) * years) / deviation);
    const Real scale = growth + power * log(spot);
    return scaled_normal_cdf(scale, d) -
           scaled_normal_cdf(scale + tilt * away, d - 2.0 * away / deviation);
  }
};

// American call with carry < rate by an early-exercise trigger that is flat in time.
template <class Real>
Real american_call(const Real& spot, const Real& strike, const Real& years, const Real& rate,
                   const Real& carry, const Real& volatility) noexcept {
  using std::exp;
  using std::expm1;
  using std::log;
  using std::sqrt;
  const Real variance = volatility * volatility;
  const Real tilt = carry / variance - 0.5;
  const Real beta = sqrt(tilt * tilt + 2.0 * rate / variance) - tilt;
  const Real perpetual = beta / (beta - 1.0) * strike;
  const Real least = larger(strike, rate / (rate - carry) * strike);
  const Real pace = (carry * years + 2.0 * volatility * sqrt(years)) * least / (perpetual - least);
  const Real trigger = least - (perpetual - least) * expm1(-pace);
  if (value_of(spot) >= value_of(trigger)) return spot - strike;
  const FlatBoundary<Real> law{spot, trigger, years, rate, carry, volatility};
  const Real one{1.0};
  const Real zero{};
  // alpha S^beta with alpha = (I - K) I^-beta
  const Real early = (trigger - strike) * exp(beta * log(spot / trigger));
  const Real scaled = (trigger - strike) * exp(-(beta * log(trigger))) * law.below(beta, trigger);
  return early - scaled + law.below(one, trigger) - law.below(one, strike) -
         strike * (law.below(zero, trigger) - law.below(zero, strike));
}

template <class Real>
Result<Real> value(const TwoAssetInputs<Real>& in, const Exchange& contract) noexcept {
  const Checks checks = checked(in, contract);
  if (checks.failed()) return checks.error();
  return nonnegative(european(in, Real{in.spot1 * contract.quantity1},
                              Real{in.spot2 * contract.quantity2},
                              floored_years(in.years(contract.years))));
}

template <class Real>
Result<Real> value(const TwoAssetInputs<Real>& in, const AmericanExchange& contract) noexcept {
  Checks checks = checked(in, contract);
  const double yield1 = value_of(in.yield1);
  const double yield2 = value_of(in.yield2);
  checks.require(yield2 >= 0 || yield1 <= yield2, Error::Unsupported);
  if (checks.failed()) return checks.error();
  const Real t = floored_years(in.years(contract.years));
  const Real first = in.spot1 * contract.quantity1;
  const Real second = in.spot2 * contract.quantity2;
  const Real now = first - second;
  const Real volatility = ratio_volatility(in);
  const Real never = european(in, first, second, t);
  const Real intrinsic = larger(now, Real{});
  // Asset 2 is the money: its yield is the rate, the carry is the difference of the yields.
  if (yield1 <= 0) return nonnegative(larger(never, intrinsic));
  if (value_of(volatility) * std::sqrt(value_of(t)) < 1e-6) {
    return nonnegative(larger(never, intrinsic));
  }
  const Real call =
      american_call(first, second, t, in.yield2, Real{in.yield2 - in.yield1}, volatility);
  if (!all_finite(call)) return std::unexpected{Error::Overflow};
  return nonnegative(larger(larger(call, never), intrinsic));
}
}  // namespace

Result<double> evaluate(const TwoAssetInputs<double>& in, const Exchange& contract) noexcept {
  return value(in, contract);
}
Result<TwoAssetJet> evaluate(const TwoAssetInputs<TwoAssetJet>& in,
                             const Exchange& contract) noexcept {
  return value(in, contract);
}
Result<double> evaluate(const TwoAssetInputs<double>& in,
                        const AmericanExchange& contract) noexcept {
  return value(in, contract);
}
Result<TwoAssetJet> evaluate(const TwoAssetInputs<TwoAssetJet>& in,
                             const AmericanExchange& contract) noexcept {
  return value(in, contract);
}
}  // namespace sq::options
