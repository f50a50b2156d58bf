// The lognormal model for any finite input: what the prices and Greeks of this folder are made of.
// Thread: pure functions. Cost: about 90 ns. Errors: the input checks in the order of Error;
// Overflow when a discounted amount does not fit a double.
// Units: as Market and Vanilla (engine/options/result.hpp). Source: Black and Scholes (1973).
#pragma once

#include "engine/options/result.hpp"

namespace sq::options::european {
struct Lognormal {
  double sign{1};               // +1 call, -1 put
  double asset{0};              // spot e^(-q T)
  double cash{0};               // strike e^(-r T)
  double asset_factor{1};       // e^(-q T)
  double cash_factor{1};        // e^(-r T)
  double root{0};               // sqrt T
  double deviation{0};          // volatility sqrt T
  double d1{0}, d2{0};          // infinite where the outcome is certain
  double asset_probability{0};  // Phi(sign d1)
  double cash_probability{0};   // Phi(sign d2)
  double asset_density{0};      // asset phi(d1) = cash phi(d2); 0 where the outcome is certain
  double price{0};
};
// Spot and strike may be 0. Where volatility sqrt(T) is 0, or an amount is, the outcome is certain:
// the price is the discounted intrinsic value of the forward; at its kink both probabilities are
// 1/2, the mean of the two sides, and densities count as 0.
[[nodiscard]] Result<Lognormal> lognormal(const Market& market, const Vanilla& option) noexcept;

// The checks alone: first failing one, in the order of Error.
[[nodiscard]] Result<void> check(const Market& market, const Vanilla& option) noexcept;
}  // namespace sq::options::european
