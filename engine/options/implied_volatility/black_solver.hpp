// Black implied volatility of an out-of-the-money price in normalised form, for every price that a
// double can hold. Thread: pure function. Cost: 0.3 to 0.9 us; one or two steps of fourth order for
// 97 % of the plane of moneyness and logarithm of price, seven at most seen.
// Errors: NoConvergence after 64 steps, not known to happen (european_inputs_test.cpp tries 10^7
// bit patterns). Source: as engine/options/implied_volatility/kernel.hpp.
#pragma once

#include "engine/options/result.hpp"

namespace sq::options::implied {
struct Solved {
  double deviation{0};  // volatility x sqrt(T)
  int steps{0};
};
struct Problem {
  double moneyness{0};   // |ln(forward / strike)|
  double time_value{0};  // > 0; price of the out-of-the-money option
  double rest{0};        // > 0; what the time value lacks to `lower`, exact where that is little
  double lower{0};       // the smaller of the two discounted amounts
};
[[nodiscard]] Result<Solved> solve(const Problem& problem) noexcept;
}  // namespace sq::options::implied
