// European payoffs of two assets in closed form.
//   BestOrWorst: call or put on the larger or the smaller of both (Stulz, 1982; Johnson, 1987).
//   CorrelationOption: an option on asset 2 that counts only if asset 1 ends beyond strike1, on the
//     same side (Zhang, 1995): call (S2 - strike2)+ if S1 > strike1, put (strike2 - S2)+ if S1 <
//     strike1.
//   TwoAssetBarrier: an option on asset 1 with a continuous barrier on asset 2, without rebate
//     (Heynen and Kat, 1994). Where the weight of the reflected path exceeds e^12 the integral over
//     asset 2 is taken instead (20 us).
// Thread: plain functions. Cost: 0.6 to 2 us. Errors: those of pricing.hpp; ParameterRange for a
// barrier <= 0. Error: 1e-14 of the larger price.
#pragma once

#include "engine/options/exotic/barrier/barrier.hpp"
#include "engine/options/exotic/core/pricing.hpp"

namespace sq::options {
enum class Pick : std::uint8_t { Smaller = 1, Larger };
struct BestOrWorst {
  OptionType type{OptionType::Call};
  Pick pick{Pick::Larger};
  double strike{0};
  double years{0};
};
[[nodiscard]] Result<double> evaluate(const TwoAssetInputs<double>&, const BestOrWorst&) noexcept;
[[nodiscard]] Result<TwoAssetJet> evaluate(const TwoAssetInputs<TwoAssetJet>&,
                                           const BestOrWorst&) noexcept;

struct CorrelationOption {
  OptionType type{OptionType::Call};
  double strike1{0};
  double strike2{0};
  double years{0};
};
[[nodiscard]] Result<double> evaluate(const TwoAssetInputs<double>&,
                                      const CorrelationOption&) noexcept;
[[nodiscard]] Result<TwoAssetJet> evaluate(const TwoAssetInputs<TwoAssetJet>&,
                                           const CorrelationOption&) noexcept;

struct TwoAssetBarrier {
  OptionType type{OptionType::Call};
  BarrierKind kind{BarrierKind::DownOut};
  double strike{0};   // of asset 1
  double barrier{0};  // of asset 2
  double years{0};
};
[[nodiscard]] Result<double> evaluate(const TwoAssetInputs<double>&,
                                      const TwoAssetBarrier&) noexcept;
[[nodiscard]] Result<TwoAssetJet> evaluate(const TwoAssetInputs<TwoAssetJet>&,
                                           const TwoAssetBarrier&) noexcept;
}  // namespace sq::options
