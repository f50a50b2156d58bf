// Closed forms and expectations by quadrature for tests of grids and trees: independent of the
// engine.
#pragma once

#include <cmath>
#include <numbers>

#include "engine/options/result.hpp"

namespace sq::options::test {
inline double normal_distribution(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }

struct LognormalModel {
  double rate, yield, volatility;

  [[nodiscard]] double d1(double spot, double strike, double years) const {
    const double deviation = volatility * std::sqrt(years);
    return (std::log(spot / strike) + (rate - yield) * years) / deviation + 0.5 * deviation;
  }
  [[nodiscard]] double call(double spot, double strike, double years) const {
    const double up = d1(spot, strike, years);
    return spot * std::exp(-yield * years) * normal_distribution(up) -
           strike * std::exp(-rate * years) *
               normal_distribution(up - volatility * std::sqrt(years));
  }
  [[nodiscard]] double put(double spot, double strike, double years) const {
    return call(spot, strike, years) - spot * std::exp(-yield * years) +
           strike * std::exp(-rate * years);
  }
  [[nodiscard]] double down_and_out_call(double spot, double strike, double years,
                                         double barrier) const {  // barrier <= strike
    const double power = 2 * (rate - yield) / (volatility * volatility) - 1;
    return call(spot, strike, years) -
           std::pow(barrier / spot, power) * call(barrier * barrier / spot, strike, years);
  }
  // What 1 paid when the barrier below is first touched is worth now.
  [[nodiscard]] double touched_below(double spot, double barrier, double years) const {
    const double variance = volatility * volatility;
    const double mu = (rate - yield) / variance - 0.5;
    const double lambda = std::sqrt(mu * mu + 2 * rate / variance);
    const double deviation = volatility * std::sqrt(years);
    const double z = std::log(barrier / spot) / deviation + lambda * deviation;
    return std::pow(barrier / spot, mu + lambda) * normal_distribution(z) +
           std::pow(barrier / spot, mu - lambda) * normal_distribution(z - 2 * lambda * deviation);
  }
  // Present value of value(spot then), by Simpson's rule over ten deviations each way. `cut`: where
  // value jumps or bends; the range is split there.
  template <class Value>
  [[nodiscard]] double expect(double spot, double years, double cut, Value&& value) const {
    const double deviation = volatility * std::sqrt(years);
    const double drift = (rate - yield) * years - 0.5 * deviation * deviation;
    const auto part = [&](double low, double high) {
      constexpr int kSteps = 2000;
      const double step = (high - low) / kSteps;
      double total = 0;
      for (int i = 0; i <= kSteps; ++i) {
        // Just inside the ends, so that a jump there falls on the right side.
        const double z = std::min(std::max(low + i * step, low + 1e-13), high - 1e-13);
        const double weight = i == 0 || i == kSteps ? 1 : i % 2 == 1 ? 4 : 2;
        total += weight * std::exp(-0.5 * z * z) * value(spot * std::exp(drift + deviation * z));
      }
      return total * step / 3 / std::sqrt(2 * std::numbers::pi);
    };
    const double middle =
        cut > 0 ? std::min(std::max((std::log(cut / spot) - drift) / deviation, -9.9), 9.9) : 0;
    return std::exp(-rate * years) * (part(-10, middle) + part(middle, 10));
  }
};
}  // namespace sq::options::test
