// Implied volatility of European options: Black-Scholes-Merton, Black-76, Bachelier.
// Thread: pure functions. Cost: Black 145 ns for |ln(F/K)| <= 3 and prices from 1e-30 to 0.68 of
// the upper bound, 0.9 us elsewhere; Bachelier 240 ns. Many at once: engine/options/batch.
// Errors: in the order of Error. PriceBelowBound: below the discounted intrinsic value by more than
// the rounding of the price. PriceAboveBound: at or above the discounted spot of a call,
// strike of a put; at expiry, above the intrinsic value. A price equal to the intrinsic value has
// the volatility 0. Overflow as in engine/options/european.
// Units: currency, years, per sqrt(year). Accuracy: what rounding the inputs by 1 ulp moves, times
// a small number (implied_volatility_test.cpp), so full precision out of the money. Source:
// engine/options/implied_volatility/kernel.hpp.
#pragma once

#include "engine/options/european/bachelier.hpp"
#include "engine/options/european/european.hpp"
#include "engine/options/result.hpp"

namespace sq::options {
// market.volatility is not read.
[[nodiscard]] Result<double> implied_volatility(double price, const Market& market,
                                                const Vanilla& option) noexcept;
[[nodiscard]] Result<double> black76_implied_volatility(double price, const ForwardMarket& market,
                                                        const Vanilla& option) noexcept;
// Per year, in currency: bachelier_price() with it gives the price. No upper bound.
[[nodiscard]] Result<double> bachelier_implied_volatility(double price,
                                                          const BachelierMarket& market,
                                                          const Vanilla& option) noexcept;
namespace implied {
// For inputs outside the range of kernel.hpp.
[[nodiscard]] Result<double> slow_implied_volatility(double price, const Market& market,
                                                     const Vanilla& option) noexcept;
}  // namespace implied
}  // namespace sq::options
