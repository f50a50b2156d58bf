// European options in the normal model: the forward moves by volatility x sqrt(T) in currency, so
// forward and strike may be negative.
// Thread: pure functions. Cost: price 46 ns, all Greeks about 70 ns. Errors: NotFinite,
// VolatilityNegative, TimeNegative, Overflow. Units: currency, years, per sqrt(year).
// Source: Bachelier (1900). Far out of the money the price is one positive product, without
// cancellation: relative error below 8 ulp x condition number (bachelier_test.cpp).
#pragma once

#include "engine/options/european/european.hpp"
#include "engine/options/result.hpp"

namespace sq::options {
struct BachelierMarket {
  double forward{0};
  double rate{0};        // discounts the payoff, continuously compounded
  double volatility{0};  // of the forward, currency per sqrt(year)
};
// Certain outcomes (volatility sqrt(T) = 0) as in engine/options/european/lognormal.hpp.
[[nodiscard]] Result<double> bachelier_price(const BachelierMarket& market,
                                             const Vanilla& option) noexcept;
// Derivatives by the forward and by the normal volatility; rho is -T V, phi 0.
[[nodiscard]] Result<AllGreeks> bachelier_all_greeks(const BachelierMarket& market,
                                                     const Vanilla& option) noexcept;
}  // namespace sq::options
