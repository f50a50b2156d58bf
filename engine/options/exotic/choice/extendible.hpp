// Options whose life can be extended at `years`.
//   HolderExtendible: the holder takes the best of the payoff with `strike`, a new option (same
//     type, `later_strike`, `later_years`) for `premium`, and nothing (Longstaff, 1990).
//   WriterExtendible: paid out if in the money, else it becomes the option of the second date.
// Thread: plain functions. Cost: 3 to 8 us holder, 1 us writer.
// Errors: those of pricing.hpp; ParameterRange for later_years < years or a premium < 0.
// Source: the holder's regions are found from the roots of the differences of the three choices, in
// any order and number (the published formula presumes one order, which puts and high premiums
// break); each region is priced with bivariate normal probabilities. Error: 1e-13 of the spot.
#pragma once

#include "engine/options/exotic/core/pricing.hpp"

namespace sq::options {
struct HolderExtendible {
  OptionType type{OptionType::Call};
  double strike{0};
  double years{0};
  double later_strike{0};
  double later_years{0};
  double premium{0};
};
[[nodiscard]] Result<double> evaluate(const Inputs<double>&, const HolderExtendible&) noexcept;
[[nodiscard]] Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>&,
                                           const HolderExtendible&) noexcept;

struct WriterExtendible {
  OptionType type{OptionType::Call};
  double strike{0};
  double years{0};
  double later_strike{0};
  double later_years{0};
};
[[nodiscard]] Result<double> evaluate(const Inputs<double>&, const WriterExtendible&) noexcept;
[[nodiscard]] Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>&,
                                           const WriterExtendible&) noexcept;
}  // namespace sq::options
