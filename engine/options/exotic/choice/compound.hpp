// Compound options: at `years` the right to buy (Call) or sell (Put) a European option, the
// daughter, for `strike`.
// Thread: plain functions. Cost: 2 us. Errors: those of pricing.hpp; ParameterRange for a daughter
// that expires before the compound.
// Source: Geske (1979), with the spot at which the daughter is worth the strike found by Newton's
// method. A put daughter never worth the strike makes the call worthless and the put certain.
// Error: 1e-14 of the spot.
#pragma once

#include "engine/options/exotic/core/pricing.hpp"

namespace sq::options {
struct Compound {
  OptionType type{OptionType::Call};
  double strike{0};
  double years{0};
  OptionType daughter_type{OptionType::Call};
  double daughter_strike{0};
  double daughter_years{0};
};
[[nodiscard]] Result<double> evaluate(const Inputs<double>&, const Compound&) noexcept;
[[nodiscard]] Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>&, const Compound&) noexcept;
}  // namespace sq::options
