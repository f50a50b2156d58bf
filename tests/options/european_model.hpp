// Black-Scholes-Merton in long double, straight from the formula, as a model to test against; and
// random contracts.
#pragma once

#include <cmath>
#include <random>

#include "engine/options/european/european.hpp"

namespace sq::options::test {
inline long double normal_cdf_model(long double x) {
  return 0.5L * std::erfc(-x * 0.70710678118654752440084436210484903928L);
}
inline long double european_model(OptionType type, long double spot, long double strike,
                                  long double rate, long double yield, long double volatility,
                                  long double years) {
  const long double sign = type == OptionType::Call ? 1.0L : -1.0L;
  const long double deviation = volatility * std::sqrt(years);
  const long double d1 =
      (std::log(spot / strike) + (rate - yield) * years) / deviation + 0.5L * deviation;
  const long double d2 = d1 - deviation;
  return sign * (spot * std::exp(-yield * years) * normal_cdf_model(sign * d1) -
                 strike * std::exp(-rate * years) * normal_cdf_model(sign * d2));
}
inline long double european_model(const Market& m, const Vanilla& o) {
  return european_model(o.type, m.spot, o.strike, m.rate, m.yield, m.volatility, o.years);
}

struct Contract {
  Market market;
  Vanilla option;
};
class RandomContracts {
 public:
  explicit RandomContracts(std::uint64_t seed) : random_{seed} {}
  // What desks trade: within a few deviations, a day to five years.
  Contract usual() {
    const double spot = std::exp(between(-3.0, 8.0));
    const double volatility = between(0.03, 1.2);
    const double years = std::exp(between(std::log(1.0 / 365), std::log(5.0)));
    const double strike = spot * std::exp(between(-4.0, 4.0) * volatility * std::sqrt(years));
    return {{spot, between(-0.02, 0.12), between(-0.01, 0.08), volatility},
            {random_() % 2 == 0 ? OptionType::Call : OptionType::Put, strike, years}};
  }
  double between(double low, double high) {
    return std::uniform_real_distribution<double>{low, high}(random_);
  }
  std::uint64_t bits() { return random_(); }

 private:
  std::mt19937_64 random_;
};
}  // namespace sq::options::test
