// Local volatility of an implied surface by Dupire's formula in total variance:
//   local variance = dw/dt / g(k), w(k, t) total variance, g of butterfly_g() (svi.hpp).
// Thread: pure functions. Cost: 90 ns. Errors: ParameterRange where the surface has calendar
// (dw/dt < 0) or butterfly (g <= 0) arbitrage at that point, or years <= 0. Units: per year.
// Source: Dupire (1994); Gatheral, The Volatility Surface (2006), 1.10.
#pragma once

#include "engine/options/surface/surface.hpp"
#include "engine/options/surface/svi.hpp"

namespace sq::options {
// `point` is w and its slopes over k at (k, t), `growth` is dw/dt there.
[[nodiscard]] Result<double> local_variance(const SviPoint& point, double k,
                                            double growth) noexcept;

// On a fitted surface, at constant log-moneyness between its expiries (forward included); before
// the first and after the last as the surface extrapolates.
[[nodiscard]] Result<double> local_volatility(const Surface& surface, double spot,
                                              double years) noexcept;
}  // namespace sq::options
