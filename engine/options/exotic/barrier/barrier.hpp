// Options with one barrier, watched continuously over the whole life: calls and puts, knock-in and
// knock-out, down and up, with a rebate.
// Rebate: paid when the barrier is hit for knock-outs, at expiry for knock-ins that were never hit.
// A spot on or beyond the barrier counts as hit. A quanto barrier option is the same contract
// priced with QuantoMarket. Thread: plain functions. Cost: see the README. Errors: those of
// pricing.hpp; ParameterRange for a barrier <= 0 or a rebate < 0. Source: Reiner and Rubinstein
// (1991), Risk 4(8), by reflection (reflection.hpp). Rates and yields of either sign. Where
// variance < 1e-12 x drift the path without volatility is priced instead; the value is then off by
// at most 0.4 standard deviations of the spot, near the barrier or the strike.
#pragma once

#include "engine/options/exotic/core/pricing.hpp"

namespace sq::options {
enum class BarrierKind : std::uint8_t { DownIn = 1, DownOut, UpIn, UpOut };
constexpr bool is_down(BarrierKind kind) noexcept {
  return kind == BarrierKind::DownIn || kind == BarrierKind::DownOut;
}
constexpr bool is_knock_in(BarrierKind kind) noexcept {
  return kind == BarrierKind::DownIn || kind == BarrierKind::UpIn;
}

struct Barrier {
  OptionType type{OptionType::Call};
  BarrierKind kind{BarrierKind::DownOut};
  double strike{0};
  double barrier{0};
  double years{0};
  double rebate{0};
};
[[nodiscard]] Result<double> evaluate(const Inputs<double>&, const Barrier&) noexcept;
[[nodiscard]] Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>&, const Barrier&) noexcept;

// With a strike: cash or the asset at expiry if the option part is in the money and the barrier was
// (In) or was not (Out) hit. Without a strike the barrier alone decides. AtHit payments are for
// knock-ins without a strike. These are the 28 binary barriers of Reiner and Rubinstein (1991),
// Risk 4(9).
enum class BinaryPayment : std::uint8_t { CashAtHit = 1, AssetAtHit, CashAtExpiry, AssetAtExpiry };
struct BinaryBarrier {
  BinaryPayment payment{BinaryPayment::CashAtExpiry};
  BarrierKind kind{BarrierKind::DownIn};
  double barrier{0};
  double years{0};
  double cash{0};  // >= 0; ignored by asset payments
  bool has_strike{false};
  OptionType type{OptionType::Call};  // with a strike
  double strike{0};
};
[[nodiscard]] Result<double> evaluate(const Inputs<double>&, const BinaryBarrier&) noexcept;
[[nodiscard]] Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>&,
                                           const BinaryBarrier&) noexcept;
}  // namespace sq::options
