#include <cmath>

#include "engine/options/exotic/core/gaussian.hpp"
#include "engine/options/exotic/core/integrate.hpp"
#include "engine/options/exotic/path/extreme_value.hpp"
#include "engine/options/exotic/path/lookback.hpp"

namespace sq::options {
namespace {
// Beyond this exponent of the reflected term its probability, exact to 1e-16, is multiplied into
// errors that count.
constexpr double kExponentMax = 16.0;

// The quantities of the two dates: window < expiry, both away from each other and from today by at
// least 1e-14 of the life, which changes the value by about as much.
template <class Real>
struct TwoDates {
  Real window, years, left;
  Real root_window, root_years, root_left;
  Real correlation, complement;  // sqrt(window / years), sqrt(1 - window / years)

  TwoDates(const Inputs<Real>& in, double window_years, double all_years) noexcept {
    using std::sqrt;
    constexpr double kNear = 1e-14;
    const double whole = std::max(all_years, kYearsFloor);
    years = floored_years(in.years(all_years));
    left = larger(Real{all_years - window_years}, Real{kNear * whole});
    window = larger(years - left, Real{kNear * whole});
    root_window = sqrt(window);
    root_years = sqrt(years);
    root_left = sqrt(left);
    correlation = root_window / root_years;
    complement = root_left / root_years;
  }
};

template <class Real>
Real floating(const Inputs<Real>& in, const PartialFloatingLookback& contract) noexcept {
  using std::exp;
  using std::log;
  const TwoDates<Real> dates{in, contract.window, contract.years};
  const Real& sigma = in.volatility;
  const double side = sign_of(contract.type);
  const Real moneyness = log(in.spot / contract.extreme);
  const double log_scale = std::log(contract.scale);
  const Real discount = exp(-(in.rate * dates.years));
  const Real g1 = log_scale / (sigma * dates.root_years);
  const Real g2 = log_scale / (sigma * dates.root_left);
  const double scale = value_of(sigma) / value_of(dates.root_years);
  return across_zero_carry(in.carry(), scale, [&](const Real& carry) {
    const Real upward = carry + 0.5 * sigma * sigma;
    const Real ratio = 2.0 * carry / (sigma * sigma);
    const Real d1 = moneyness / (sigma * dates.root_years) + upward * dates.root_years / sigma;
    const Real d2 = d1 - sigma * dates.root_years;
    const Real e1 = upward * dates.root_left / sigma;
    const Real e2 = e1 - sigma * dates.root_left;
    const Real f1 = moneyness / (sigma * dates.root_window) + upward * dates.root_window / sigma;
    const Real f2 = f1 - sigma * dates.root_window;
    const Real grown = in.spot * exp(carry * dates.years);
    const double lent = contract.scale * contract.extreme;
    const auto joint = [&](const Real& x, const Real& y, const Real& rho) {
      return bivariate_normal_cdf(x * side, y * side, rho);
    };
    const Real plain_part =
        side * (grown * normal_cdf((d1 - g1) * side) - lent * normal_cdf((d2 - g1) * side));
    const Real reflected =
        exp(-(ratio * moneyness)) * joint(ratio * sigma * dates.root_window - f1,
                                          ratio * sigma * dates.root_years - d1 - g1,
                                          dates.correlation) -
        exp(carry * dates.years + ratio * log_scale) * joint(-d1 - g1, e1 + g2, -dates.complement);
    const Real joint_part = side * (grown * joint(g1 - d1, e1 - g2, -dates.complement) +
                                    lent * joint(-f2, d2 - g1, -dates.correlation));
    const Real last = side * exp(-(carry * dates.left)) * (1.0 + 1.0 / ratio) * contract.scale *
                      grown * normal_cdf((e2 - g2) * side) * normal_cdf(-f1 * side);
    return discount *
           (plain_part + side * contract.scale * in.spot * reflected / ratio + joint_part - last);
  });
}

template <class Real>
Real fixed(const Inputs<Real>& in, const PartialFixedLookback& contract) noexcept {
  using std::exp;
  using std::log;
  const TwoDates<Real> dates{in, contract.window, contract.years};
  const Real& sigma = in.volatility;
  const double side = sign_of(contract.type);
  const double strike = contract.strike;
  const Real moneyness = log(in.spot / strike);
  const Real discount = exp(-(in.rate * dates.years));
  const double scale = value_of(sigma) / value_of(dates.root_years);
  return across_zero_carry(in.carry(), scale, [&](const Real& carry) {
    const Real upward = carry + 0.5 * sigma * sigma;
    const Real ratio = 2.0 * carry / (sigma * sigma);
    const Real d1 = moneyness / (sigma * dates.root_years) + upward * dates.root_years / sigma;
    const Real d2 = d1 - sigma * dates.root_years;
    const Real e1 = upward * dates.root_left / sigma;
    const Real e2 = e1 - sigma * dates.root_left;
    const Real f1 = moneyness / (sigma * dates.root_window) + upward * dates.root_window / sigma;
    const Real f2 = f1 - sigma * dates.root_window;
    const Real grown = in.spot * exp(carry * dates.years);
    const auto joint = [&](const Real& x, const Real& y, const Real& rho) {
      return bivariate_normal_cdf(x * side, y * side, rho);
    };
    const Real reflected = exp(carry * dates.years) * joint(e1, d1, dates.complement) -
                           exp(-(ratio * moneyness)) * joint(d1 - ratio * sigma * dates.root_years,
                                                             ratio * sigma * dates.root_window - f1,
                                                             -dates.correlation);
    return side * discount *
           (grown * normal_cdf(d1 * side) - strike * normal_cdf(d2 * side) +
            in.spot * reflected / ratio - grown * joint(-e1, d1, -dates.complement) -
            strike * joint(f2, -d2, -dates.correlation) +
            exp(-(carry * dates.left)) * (1.0 - 1.0 / ratio) * grown * normal_cdf(f1 * side) *
                normal_cdf(-e2 * side));
  });
}

// Over the spot when the window opens: from there the option is a fixed-strike lookback.
template <class Real>
Result<Real> fixed_by_integral(const Inputs<Real>& in, const PartialFixedLookback& contract) {
  using std::exp;
  using std::sqrt;
  const Real window = floored_years(in.years(contract.window));
  const Real deviation = in.volatility * sqrt(window);
  const Real mean = (in.carry() - 0.5 * in.volatility * in.volatility) * window;
  const Real left{contract.years - contract.window};
  const Real discount = exp(-(in.rate * left));
  const double side = sign_of(contract.type);
  const Real strike{contract.strike};
  const auto later = [&](const Real& z) {
    Inputs<Real> then = in;
    then.spot = in.spot * exp(mean + deviation * z);
    const Real level = side > 0 ? larger(strike, then.spot) : smaller(strike, then.spot);
    const Real locked = discount * side * (level - strike);
    if (!(value_of(left) > 0)) return locked * normal_pdf(z);
    return (locked + beyond_continuous(then, left, side, level)) * normal_pdf(z);
  };
  const double kink =
      (std::log(contract.strike / value_of(in.spot)) - value_of(mean)) / value_of(deviation);
  constexpr double kBeyond = 9.0;
  const double middle = std::clamp(kink, -kBeyond, kBeyond);
  const double tolerance = 1e-14 * (value_of(in.spot) + contract.strike);
  const Real sum = integrate_adaptively<Real>(-kBeyond, middle, tolerance, later) +
                   integrate_adaptively<Real>(middle, kBeyond, tolerance, later);
  return nonnegative(sum * exp(-(in.rate * window)));
}

template <class Real>
double reflected_exponent(const Inputs<Real>& in, double level) noexcept {
  const double sigma = value_of(in.volatility);
  return -2.0 * value_of(in.carry()) / (sigma * sigma) * std::log(value_of(in.spot) / level);
}

template <class Real>
Result<Real> value(const Inputs<Real>& in, const PartialFloatingLookback& contract) noexcept {
  using std::exp;
  const bool call = contract.type == OptionType::Call;
  Checks checks;
  checks.market(in).time(contract.years).time(contract.window);
  checks.finite({contract.extreme, contract.scale});
  const double spot = value_of(in.spot);
  checks.require(contract.extreme > 0 && contract.window <= contract.years &&
                     (call ? contract.extreme <= spot : contract.extreme >= spot) &&
                     (call ? contract.scale >= 1 : contract.scale > 0 && contract.scale <= 1),
                 Error::ParameterRange);
  if (checks.failed()) return checks.error();
  if (is_certain(in, contract.years)) {
    const Real t = in.years(contract.years);
    const CertainPath<Real> path{in.spot, in.carry()};
    const Real turned = path.at(in.years(contract.window));
    const Real extreme{contract.extreme};
    const Real reached = call ? smaller(extreme, turned) : larger(extreme, turned);
    return nonnegative(black(sign_of(contract.type), path.at(t), reached * contract.scale, Real{},
                             Real{exp(-(in.rate * t))}));
  }
  if (reflected_exponent(in, contract.extreme) > kExponentMax) {
    return std::unexpected{Error::Unsupported};
  }
  return nonnegative(floating(in, contract));
}

template <class Real>
Result<Real> value(const Inputs<Real>& in, const PartialFixedLookback& contract) noexcept {
  using std::exp;
  const bool call = contract.type == OptionType::Call;
  Checks checks;
  checks.market(in).strike(contract.strike).time(contract.years).time(contract.window);
  checks.require(contract.window <= contract.years, Error::ParameterRange);
  if (checks.failed()) return checks.error();
  if (is_certain(in, contract.years)) {
    const Real t = in.years(contract.years);
    const CertainPath<Real> path{in.spot, in.carry()};
    const Real first = path.at(in.years(contract.window));
    const Real last = path.at(t);
    const Real extreme = call ? larger(first, last) : smaller(first, last);
    return nonnegative(black(sign_of(contract.type), extreme, Real{contract.strike}, Real{},
                             Real{exp(-(in.rate * t))}));
  }
  if (reflected_exponent(in, contract.strike) > kExponentMax) {
    return fixed_by_integral(in, contract);
  }
  return nonnegative(fixed(in, contract));
}
}  // namespace

Result<double> evaluate(const Inputs<double>& in,
                        const PartialFloatingLookback& contract) noexcept {
  return value(in, contract);
}
Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>& in,
                             const PartialFloatingLookback& contract) noexcept {
  return value(in, contract);
}
Result<double> evaluate(const Inputs<double>& in, const PartialFixedLookback& contract) noexcept {
  return value(in, contract);
}
Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>& in,
                             const PartialFixedLookback& contract) noexcept {
  return value(in, contract);
}
}  // namespace sq::options
