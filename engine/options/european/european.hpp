// European options: Black-Scholes-Merton with a yield, Black-76 on a forward, displaced lognormal.
// Thread: pure functions. Cost: price and greeks 53 ns inside the range of kernel.hpp, about 120 ns
// outside; all_greeks about 120 ns. Many options at once: engine/options/batch. Errors: see Result;
// never a NaN or infinity: Overflow when a value asked for does not fit a double.
// Units: currency of the spot, years, one year, 1.00 of volatility and of rates. Nothing is scaled
// to days or percent; divide by 365 or 100 where that is wanted.
// Source: Black and Scholes (1973), Merton (1973), Black (1976), Rubinstein (1983); third order as
// in Haug, The Complete Guide to Option Pricing Formulas (2007), chapter 2. Accuracy of the price:
// max(1e-14, 4 ulp x condition number), relative, against 50-digit values (european_test.cpp).
#pragma once

#include "engine/options/result.hpp"

namespace sq::options {
struct Greeks {
  double price{0};
  double delta{0};  // dV/dS
  double gamma{0};  // d2V/dS2
  double vega{0};   // dV/dvol
  double theta{0};  // per year of calendar time, -dV/dT
  double rho{0};    // dV/dr
};

struct AllGreeks {
  double price{0};
  double delta{0}, gamma{0}, vega{0}, theta{0}, rho{0};  // as above
  double phi{0};                                         // dV/dq, also called dividend rho
  double vanna{0};                                       // d2V/dS dvol
  double volga{0};                                       // d2V/dvol2
  double charm{0};                                       // d delta / d calendar time
  double speed{0};                                       // d3V/dS3
  double zomma{0};                                       // d gamma / dvol
  double color{0};                                       // d gamma / d calendar time
  double ultima{0};                                      // d3V/dvol3
  double dual_delta{0};                                  // dV/dK
  double dual_gamma{0};                                  // d2V/dK2
  double forward_delta{0};                               // dV/dF, F = S e^((r-q)T), T, r fixed
  double forward_gamma{0};                               // d2V/dF2
  double elasticity{0};                                  // delta S / V; 0 where the price is 0
};

[[nodiscard]] Result<double> european_price(const Market& market, const Vanilla& option) noexcept;
[[nodiscard]] Result<Greeks> european_greeks(const Market& market, const Vanilla& option) noexcept;
[[nodiscard]] Result<AllGreeks> european_all_greeks(const Market& market,
                                                    const Vanilla& option) noexcept;

// A forward or future and the rate that discounts the payoff. With `displacement` a, F + a is
// lognormal with the given volatility; 0 is Black-76. F + a and K + a must not be negative
// (SpotNotPositive, StrikeNotPositive).
struct ForwardMarket {
  double forward{0};
  double rate{0};        // continuously compounded
  double volatility{0};  // of forward + displacement
  double displacement{0};
};
// Derivatives "by spot" are by the forward here; rho is -T V, phi 0, forward_delta = delta.
[[nodiscard]] Result<double> black76_price(const ForwardMarket& market,
                                           const Vanilla& option) noexcept;
[[nodiscard]] Result<Greeks> black76_greeks(const ForwardMarket& market,
                                            const Vanilla& option) noexcept;
[[nodiscard]] Result<AllGreeks> black76_all_greeks(const ForwardMarket& market,
                                                   const Vanilla& option) noexcept;
}  // namespace sq::options
