// European option on a difference: call (S1 - S2 - strike)+, put (strike - S1 + S2)+, any strike.
//   Exact: Black's formula given asset 2, integrated over asset 2 (adaptive Gauss-Legendre). Error
//     1e-12 of the larger price.
//   Kirk (1995): asset 2 plus the strike as one lognormal. Off by up to 1 % where the strike is
//     large beside the assets. Unsupported when forward 2 + strike <= 0.
//   BjerksundStensland (2006): the exercise rule of Kirk, valued exactly; a lower bound, off by
//     about 1e-4. Unsupported as Kirk.
// Thread: plain functions. Cost: 100 ns, Exact 15 us. Errors: those of pricing.hpp; NotFinite for
// the strike, which may be of either sign.
#pragma once

#include "engine/options/exotic/core/pricing.hpp"

namespace sq::options {
enum class SpreadMethod : std::uint8_t { Exact = 1, Kirk, BjerksundStensland };

struct Spread {
  OptionType type{OptionType::Call};
  double strike{0};
  double years{0};
  SpreadMethod method{SpreadMethod::Exact};
};
[[nodiscard]] Result<double> evaluate(const TwoAssetInputs<double>&, const Spread&) noexcept;
[[nodiscard]] Result<TwoAssetJet> evaluate(const TwoAssetInputs<TwoAssetJet>&,
                                           const Spread&) noexcept;

// (w1 S1 + w2 S2 - strike)+ or its put, exactly. Weights of either sign, weight1 not 0.
struct TwoAssetBasket {
  OptionType type{OptionType::Call};
  double weight1{1};
  double weight2{1};
  double strike{0};
  double years{0};
};
[[nodiscard]] Result<double> evaluate(const TwoAssetInputs<double>&,
                                      const TwoAssetBasket&) noexcept;
[[nodiscard]] Result<TwoAssetJet> evaluate(const TwoAssetInputs<TwoAssetJet>&,
                                           const TwoAssetBasket&) noexcept;
}  // namespace sq::options
