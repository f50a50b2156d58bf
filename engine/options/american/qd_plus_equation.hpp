// The equation of the QD+ approximation for the exercise boundary of a put, for one number or for
// several at once. Everything per unit of strike.
// Thread: plain values. Cost: about 25 ns an evaluation for all lanes together. Errors: none.
// Source: Li, "Analytical approximations for the critical stock prices of American options: a
// performance comparison", Review of Derivatives Research 13 (2010), QD+; the derivative is ours.
#pragma once

#include "engine/options/american/lanes.hpp"

namespace sq::options::american {
template <class T>
struct QdPlusEquation {
  T years, root_years;
  double rate, yield, volatility;
  T discount, carry;             // exp(-rate years), exp(-yield years)
  T lambda, constant, on_theta;  // (lambda + c0) V = (lambda + constant) V + on_theta * theta
  T root;                        // sqrt(omega^2 + 4 M / h)
  T m_over_h;

  struct Point {
    T residual, slope;  // slope: d residual / d ln(spot)
  };

  // rate >= 0, years > 0.
  QdPlusEquation(double r, double q, double v, T root_of_years) noexcept
      : years(root_of_years * root_of_years),
        root_years(root_of_years),
        rate(r),
        yield(q),
        volatility(v) {
    const double variance = v * v;
    const T x = years * T(r);
    discount = exp(-x);
    carry = exp(years * T(-q));
    // (1 - e^-x) / x; the series where the difference would cancel.
    constexpr double kSeries[] = {1.0,       -1.0 / 2,   1.0 / 6,    -1.0 / 24,
                                  1.0 / 120, -1.0 / 720, 1.0 / 5040, -1.0 / 40320};
    const T series = polynomial(kSeries, x);
    const T factor = where_less(x, T(0.05), series, (T(1.0) - discount) / max(x, T(1e-3)));
    m_over_h = T(2.0 / variance) / (years * factor);
    const double omega = 2 * (r - q) / variance - 1;
    root = sqrt(fma(m_over_h, T(4.0), T(omega * omega)));
    lambda = (root + T(omega)) * T(-0.5);
    constant = discount / root * (m_over_h - m_over_h * m_over_h / (root * root));
    on_theta = T(-2.0 / variance) / root;
  }

  [[nodiscard]] Point at(T log_spot) const noexcept {
    const T spot = exp(log_spot);
    const T deviation = root_years * T(volatility);
    const T middle = fma(years, T(rate - yield), log_spot) / deviation;
    const Normal<T> upper = normal(-(middle + deviation * T(0.5)));
    const Normal<T> lower = normal(-(middle - deviation * T(0.5)));
    const T strike_part = discount * lower.below;
    const T below = carry * upper.below;
    const T density = carry * upper.bell * T(kBellToDensity);
    const T gained = T(1.0) - spot - (strike_part - spot * below);  // by exercise
    const T decay = density * deviation / (years * T(2.0));         // per unit of spot
    const T theta = T(rate) * strike_part - spot * (T(yield) * below + decay);
    const T keeps = T(1.0) - below;
    const T upper_deviate = middle + deviation * T(0.5);
    // d theta / d spot, from Ke^{-r t} phi(d-) = S e^{-q t} phi(d+)
    const T theta_slope = -(decay * (T(1.0) - upper_deviate / deviation)) -
                          T(rate - yield) * density / deviation - T(yield) * below;
    const T weight = lambda + constant;
    return {spot * keeps + weight * gained + on_theta * theta,
            spot * (keeps + density / deviation - weight * keeps + on_theta * theta_slope)};
  }
};
}  // namespace sq::options::american
