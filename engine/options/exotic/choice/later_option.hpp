// A European option at a future date as a function of the spot at that date, and the spot at which
// a monotone function of it changes sign. Internal to engine/options/exotic.
// Thread: plain functions. Cost: 2 normal probabilities a value; a root takes 5 to 12 of them.
// Errors: none.
#pragma once

#include <cmath>

#include "engine/options/exotic/core/gaussian.hpp"

namespace sq::options {
template <class Real>
class LaterOption {
 public:
  // `left`: from the future date to expiry.
  LaterOption(const Inputs<Real>& in, OptionType type, double strike, const Real& left) noexcept
      : sign_{sign_of(type)}, strike_{strike} {
    using std::exp;
    using std::sqrt;
    const Real t = floored_years(left);
    deviation_ = floored_volatility(in.volatility) * sqrt(t);
    growth_ = exp(in.carry() * t);
    discount_ = exp(-(in.rate * t));
  }
  [[nodiscard]] Real value(const Real& spot) const noexcept {
    return black(sign_, spot * growth_, Real{strike_}, deviation_, discount_);
  }
  [[nodiscard]] Real delta(const Real& spot) const noexcept {
    using std::log;
    const Real d1 = log(spot * growth_ / strike_) / deviation_ + 0.5 * deviation_;
    return growth_ * discount_ * normal_cdf(d1 * sign_) * sign_;
  }
  [[nodiscard]] Real discounted_strike() const noexcept { return discount_ * strike_; }

 private:
  double sign_;
  double strike_;
  Real deviation_{}, growth_{}, discount_{};
};

// Where f, monotone in the spot, is zero between low and high, both > 0 with f of opposite signs
// there; slope is its derivative. Newton steps in the logarithm, halving when they leave.
template <class Value, class Slope>
double critical_spot(double low, double high, Value&& f, Slope&& slope) {
  double from = std::log(low);
  double to = std::log(high);
  const bool rising = f(high) > 0;
  double x = 0.5 * (from + to);
  for (int i = 0; i < 200 && to - from > 1e-16 * std::abs(x); ++i) {
    const double spot = std::exp(x);
    const double value = f(spot);
    if (value == 0) break;
    ((value > 0) == rising ? to : from) = x;
    double next = x - value / (slope(spot) * spot);
    if (!(next > from && next < to)) next = 0.5 * (from + to);
    const double moved = std::abs(next - x);
    x = next;
    if (moved < 1e-15) break;
  }
  return std::exp(x);
}

// The root as a jet: two Newton steps carry the derivatives up to the second.
template <class Real, class Value, class Slope>
Real polished_root(double root, Value&& f, Slope&& slope) {
  Real x{root};
  for (int i = 0; i < 2; ++i) {
    const Real rise = slope(x);
    if (std::abs(value_of(rise)) < 1e-7) return Real{root};
    x -= f(x) / rise;
  }
  // Only the derivatives are wanted: the value is as exact as it gets.
  return std::isfinite(value_of(x)) ? x : Real{root};
}
}  // namespace sq::options
