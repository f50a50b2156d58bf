// The right to receive quantity1 of asset 1 for quantity2 of asset 2.
//   Exchange: at expiry (Margrabe, 1978), exact.
//   AmericanExchange: at any time; an American call on asset 1 with asset 2 as money, by Bjerksund
//     and Stensland's approximation of 1993 (off by up to 1e-2 of the price).
// Thread: plain functions. Cost: 60 ns, American 250 ns.
// Errors: those of pricing.hpp; ParameterRange for quantities <= 0; AmericanExchange Unsupported
// for a negative yield of asset 2 with a yield of asset 1 above it.
#pragma once

#include "engine/options/exotic/core/pricing.hpp"

namespace sq::options {
struct Exchange {
  double years{0};
  double quantity1{1};
  double quantity2{1};
};
[[nodiscard]] Result<double> evaluate(const TwoAssetInputs<double>&, const Exchange&) noexcept;
[[nodiscard]] Result<TwoAssetJet> evaluate(const TwoAssetInputs<TwoAssetJet>&,
                                           const Exchange&) noexcept;

struct AmericanExchange {
  double years{0};
  double quantity1{1};
  double quantity2{1};
};
[[nodiscard]] Result<double> evaluate(const TwoAssetInputs<double>&,
                                      const AmericanExchange&) noexcept;
[[nodiscard]] Result<TwoAssetJet> evaluate(const TwoAssetInputs<TwoAssetJet>&,
                                           const AmericanExchange&) noexcept;
}  // namespace sq::options
