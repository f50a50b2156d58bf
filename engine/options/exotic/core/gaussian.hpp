// Building blocks shared by the closed forms: Black's formula, tail probabilities of one asset at
// one and at two dates, and normal probabilities times a factor too large or too small for a
// double. Internal to engine/options/exotic.
// Thread: plain functions. Cost: 10 to 40 ns a probability, 60 to 400 ns a joint one.
// Errors: none; the callers check. Units: prices are discounted to today.
#pragma once

#include <cmath>

#include "engine/options/exotic/core/inputs.hpp"

namespace sq::options {
// Below these a formula without a reflection takes the floor instead: it changes the value by less
// than 4e-13 of the spot, and nothing divides by zero.
inline constexpr double kVolatilityFloor = 1e-12;
inline constexpr double kYearsFloor = 1e-24;

template <class Real>
Real floored_volatility(const Real& volatility) noexcept {
  return larger(volatility, Real{kVolatilityFloor});
}
template <class Real>
Real floored_years(const Real& years) noexcept {
  return larger(years, Real{kYearsFloor});
}

// Discounted expectation of (sign (X - strike))+ for a lognormal X of that mean and standard
// deviation of the logarithm. Any strike.
template <class Real>
Real black(double sign, const Real& forward, const Real& strike, const Real& deviation,
           const Real& discount) noexcept {
  using std::log;
  if (value_of(strike) <= 0 || !(value_of(deviation) > 1e-150)) {
    const Real intrinsic = (forward - strike) * sign;
    return value_of(intrinsic) > 0 ? intrinsic * discount : Real{};
  }
  const Real d1 = log(forward / strike) / deviation + 0.5 * deviation;
  const Real d2 = d1 - deviation;
  return (forward * normal_cdf(d1 * sign) - strike * normal_cdf(d2 * sign)) * discount * sign;
}

// exp(log_factor) N(x), also where one of the two overflows or underflows.
[[nodiscard]] double scaled_normal_cdf(double log_factor, double x) noexcept;

template <class Layout>
Jet<Layout> scaled_normal_cdf(const Jet<Layout>& log_factor, const Jet<Layout>& x) noexcept {
  constexpr double kLogRootTwoPi = 0.91893853320467274178;
  const double v = scaled_normal_cdf(log_factor.value, x.value);
  const double half_square = 0.5 * x.value * x.value;
  const double density =
      half_square > 1e300 ? 0.0 : std::exp(log_factor.value - half_square - kLogRootTwoPi);
  const double density_slope = density == 0.0 ? 0.0 : -x.value * density;
  Jet<Layout> out{v};
  for (std::size_t i = 0; i < out.first.size(); ++i) {
    out.first[i] = v * log_factor.first[i] + (density == 0.0 ? 0.0 : density * x.first[i]);
  }
  for (std::size_t k = 0; k < out.second.size(); ++k) {
    const auto [i, j] = Layout::kPairs[k];
    out.second[k] = v * (log_factor.second[k] + log_factor.first[i] * log_factor.first[j]);
    if (density == 0.0) continue;
    out.second[k] += density * (x.second[k] + log_factor.first[i] * x.first[j] +
                                log_factor.first[j] * x.first[i]) +
                     density_slope * x.first[i] * x.first[j];
  }
  return out;
}

// exp(log_factor) (N(high) - N(low)) for low <= high, from the tail that loses nothing.
template <class Real>
Real scaled_normal_band(const Real& log_factor, const Real& low, const Real& high) noexcept {
  if (value_of(low) > 0) {
    return scaled_normal_cdf(log_factor, -low) - scaled_normal_cdf(log_factor, -high);
  }
  return scaled_normal_cdf(log_factor, high) - scaled_normal_cdf(log_factor, low);
}

// What the measure weighs the event with: 1 in cash, or the asset itself.
enum class Payment : std::uint8_t { Cash, Asset };

// The asset at one or two dates under Black-Scholes. Volatility and dates are floored.
template <class Real>
class AssetLaw {
 public:
  explicit AssetLaw(const Inputs<Real>& in) noexcept
      : spot_{in.spot},
        rate_{in.rate},
        yield_{in.yield},
        volatility_{floored_volatility(in.volatility)} {
    const Real half_variance = 0.5 * (volatility_ * volatility_);
    drift_cash_ = in.rate - in.yield - half_variance;
    drift_asset_ = in.rate - in.yield + half_variance;
  }

  // sign > 0: the event S(t) > level; else S(t) < level. Paid at `paid`.
  [[nodiscard]] Real tail(Payment payment, double sign, const Real& level, const Real& t,
                          const Real& paid) const noexcept {
    const double k = value_of(level);
    if (k <= 0) return sign > 0 ? weight(payment, paid) : Real{};
    if (k == kInfinity) return sign > 0 ? Real{} : weight(payment, paid);
    return weight(payment, paid) * normal_cdf(distance(payment, level, floored_years(t)) * sign);
  }
  [[nodiscard]] Real tail(Payment payment, double sign, const Real& level,
                          const Real& t) const noexcept {
    return tail(payment, sign, level, t, t);
  }

  // Both events, the second at t2 >= t1; paid at t2.
  [[nodiscard]] Real joint(Payment payment, double sign1, const Real& level1, const Real& t1,
                           double sign2, const Real& level2, const Real& t2) const noexcept {
    using std::sqrt;
    const double k1 = value_of(level1);
    const double k2 = value_of(level2);
    const bool sure1 = sign1 > 0 ? k1 <= 0 : k1 == kInfinity;
    const bool never1 = sign1 > 0 ? k1 == kInfinity : k1 <= 0;
    const bool sure2 = sign2 > 0 ? k2 <= 0 : k2 == kInfinity;
    const bool never2 = sign2 > 0 ? k2 == kInfinity : k2 <= 0;
    if (never1 || never2) return Real{};
    if (sure1) return tail(payment, sign2, level2, t2);
    if (sure2) return tail(payment, sign1, level1, t1, t2);
    const Real first = floored_years(t1);
    const Real second = larger(t2, first);
    return weight(payment, t2) * bivariate_normal_cdf(distance(payment, level1, first) * sign1,
                                                      distance(payment, level2, second) * sign2,
                                                      sqrt(first / second) * (sign1 * sign2));
  }

  [[nodiscard]] Real weight(Payment payment, const Real& paid) const noexcept {
    using std::exp;
    return payment == Payment::Cash ? exp(-(rate_ * paid)) : spot_ * exp(-(yield_ * paid));
  }
  [[nodiscard]] Real vanilla(double sign, const Real& strike, const Real& t) const noexcept {
    return (tail(Payment::Asset, sign, strike, t) - strike * tail(Payment::Cash, sign, strike, t)) *
           sign;
  }

 private:
  [[nodiscard]] Real distance(Payment payment, const Real& level, const Real& t) const noexcept {
    using std::log;
    using std::sqrt;
    const Real& drift = payment == Payment::Cash ? drift_cash_ : drift_asset_;
    return (log(spot_ / level) + drift * t) / (volatility_ * sqrt(t));
  }

  Real spot_, rate_, yield_, volatility_;
  Real drift_cash_{}, drift_asset_{};  // of the logarithm, under each measure
};

// The path when there is no volatility: S exp(carry t), monotone. Also the limit of formulas with a
// reflection where 2 drift / variance overflows.
template <class Real>
struct CertainPath {
  Real spot{};
  Real carry{};

  [[nodiscard]] Real at(const Real& t) const noexcept {
    using std::exp;
    return spot * exp(carry * t);
  }
};
// Variance so small beside the drift that a formula with a reflection would lose all digits.
template <class Real>
bool is_certain(const Inputs<Real>& in, double years) noexcept {
  const double variance = value_of(in.volatility) * value_of(in.volatility);
  const double drift = std::max(std::abs(value_of(in.carry())), std::abs(value_of(in.rate)));
  return variance * years < 1e-200 || variance < 1e-12 * drift;
}
}  // namespace sq::options
