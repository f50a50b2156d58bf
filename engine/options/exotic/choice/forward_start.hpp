// Options whose strike is set later, as a multiple of the spot at that date.
//   ForwardStart: pays (S(T) - moneyness S(start))+ or its put (Rubinstein, 1990); as a performance
//     option (S(T)/S(start) - moneyness)+, in units of the payment currency.
//   Cliquet: forward-starting legs from each reset to the next and from the last reset to expiry,
//     each paid at its end; nothing before the first reset.
// Thread: plain functions; `resets` must outlive the call. Cost: 40 ns a leg.
// Errors: those of pricing.hpp; StrikeNotPositive for a moneyness <= 0; ParameterRange for a start
// outside [0, years], and for resets that are none, out of order or outside [0, years].
#pragma once

#include <span>

#include "engine/options/exotic/core/pricing.hpp"

namespace sq::options {
struct ForwardStart {
  OptionType type{OptionType::Call};
  double moneyness{1};
  double start{0};  // years
  double years{0};
  bool performance{false};
};
[[nodiscard]] Result<double> evaluate(const Inputs<double>&, const ForwardStart&) noexcept;
[[nodiscard]] Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>&,
                                           const ForwardStart&) noexcept;

struct Cliquet {
  OptionType type{OptionType::Call};
  double moneyness{1};
  double years{0};
  std::span<const double> resets{};  // years, ascending
  bool performance{false};
};
[[nodiscard]] Result<double> evaluate(const Inputs<double>&, const Cliquet&) noexcept;
[[nodiscard]] Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>&, const Cliquet&) noexcept;
}  // namespace sq::options
