// Barrier options in a market with a smile, by the vanna-volga adjustment of foreign exchange:
// the Black-Scholes price at the at-the-money volatility, plus the cost of the three quoted options
// that carry the same vega, vanna and volga, weighed with the probability not to touch.
// Quotes: delta-neutral straddle and 25-delta put and call, forward deltas, one expiry.
// Knock-outs are kept within 0 and the vanilla's price; knock-ins are that price less the
// knock-out, without rebate on top. Thread: plain functions. Cost: 3 us, double barriers 10 us (the
// barrier's Greeks are exact). Errors: those of Barrier and DoubleBarrier; ParameterRange for
// quotes that are not positive or whose strikes are not in order, and for bumps of which one is 0
// or which are negative; Unsupported when the three options do not span the three Greeks. Greeks of
// the adjusted price are not given. Source: Castagna and Mercurio (2007), The vanna-volga method
// for implied volatilities; Fisher (2007), Variations on the vanna-volga adjustment (survival
// weight).
#pragma once

#include "engine/options/exotic/barrier/barrier.hpp"
#include "engine/options/exotic/barrier/double_barrier.hpp"

namespace sq::options {
struct SmileQuotes {
  double years{0};
  double volatility_put25{0};
  double volatility_atm{0};
  double volatility_call25{0};
};
// How the barrier's vega, vanna and volga are taken: exactly when 0, otherwise by one-sided
// differences in the volatility of these sizes (vega over `vega`; vanna and volga as the change of
// delta and of that vega over `cross`). The published tables used differences, and close to a
// barrier they differ from the derivatives by up to 5 %.
struct VolatilityBumps {
  double vega{0};
  double cross{0};
};
struct VannaVolgaTerms {
  double spot{0};
  double rate{0};
  double yield{0};
  SmileQuotes quotes{};
  // The smile's volatility at the contract's strike and the quotes' expiry; 0: interpolated from
  // the three quotes by the same method.
  double strike_volatility{0};
  VolatilityBumps bumps{};
};
[[nodiscard]] Result<double> vanna_volga_price(const VannaVolgaTerms& terms,
                                               const Barrier& contract) noexcept;
[[nodiscard]] Result<double> vanna_volga_price(const VannaVolgaTerms& terms,
                                               const DoubleBarrier& contract) noexcept;
// A European option of the quotes' expiry on the interpolated smile.
[[nodiscard]] Result<double> vanna_volga_vanilla(const VannaVolgaTerms& terms,
                                                 const Vanilla& option) noexcept;
}  // namespace sq::options
