// The volatility at which an American option has a given price.
// Thread: free function. Cost: about 0.2 ms (Accurate); 1 s with two boundaries, where each price
// is a finite-difference one. Errors: by value; PriceBelowBound at or below the value without
// volatility or that of exercise now (any small volatility gives it), PriceAboveBound at or above
// the value at infinite volatility, NoConvergence where the price needs a deviation of the
// logarithm above 3,000. Accuracy: that of the preset's price divided by vega. Units: as in
// result.hpp; market.volatility is not used. Source: Chandrupatla, "A new hybrid
// quadratic/bisection algorithm for finding the zero of a nonlinear function", Advances in
// Engineering Software 28 (1997).
#pragma once

#include "engine/options/american/american.hpp"

namespace sq::options::american {
[[nodiscard]] Result<double> american_implied_volatility(const Market& market,
                                                         const Vanilla& option, double price,
                                                         Preset preset = Preset::Accurate);
}  // namespace sq::options::american
