// Chooser options: at `choose` the holder takes the call or the put.
//   SimpleChooser: both with one strike and expiry (Rubinstein, 1991); two Black formulas.
//   ComplexChooser: each with its own strike and expiry; bivariate normal probabilities beyond the
//     spot at which both are worth the same. All times are from today.
// Thread: plain functions. Cost: 70 ns simple, 2 us complex.
// Errors: those of pricing.hpp; ParameterRange for `choose` after an expiry.
// Error: 1e-14 of the spot.
#pragma once

#include "engine/options/exotic/core/pricing.hpp"

namespace sq::options {
struct SimpleChooser {
  double strike{0};
  double choose{0};  // years
  double years{0};
};
[[nodiscard]] Result<double> evaluate(const Inputs<double>&, const SimpleChooser&) noexcept;
[[nodiscard]] Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>&,
                                           const SimpleChooser&) noexcept;

struct ComplexChooser {
  double choose{0};  // years
  double call_strike{0};
  double call_years{0};
  double put_strike{0};
  double put_years{0};
};
[[nodiscard]] Result<double> evaluate(const Inputs<double>&, const ComplexChooser&) noexcept;
[[nodiscard]] Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>&,
                                           const ComplexChooser&) noexcept;
}  // namespace sq::options
