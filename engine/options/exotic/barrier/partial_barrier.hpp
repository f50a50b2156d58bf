// Barriers watched during a part of the life (Heynen and Kat, 1994), without rebate.
//   Start: from today to `watch`.
//   EndCross: from `watch` to expiry; knocked when the barrier is crossed, from whichever side the
//     spot is on at `watch` (types B1; up and down are then the same contract).
//   EndBeyond: from `watch` to expiry; being beyond the barrier at `watch` knocks too (types B2).
// Thread: plain functions. Cost: 0.5 to 3 us; 30 us where the weight of the reflected path exceeds
// e^12 (drift large beside variance) and the integral over the spot at `watch` replaces the closed
// form, whose terms would cancel.
// Errors: those of pricing.hpp; ParameterRange for a barrier <= 0 or `watch` outside [0, years].
// Source: reflection applied at `watch`; the terms are bivariate normal probabilities.
#pragma once

#include "engine/options/exotic/barrier/barrier.hpp"

namespace sq::options {
enum class WatchWindow : std::uint8_t { Start = 1, EndCross, EndBeyond };

struct PartialBarrier {
  OptionType type{OptionType::Call};
  BarrierKind kind{BarrierKind::DownOut};
  WatchWindow window{WatchWindow::Start};
  double strike{0};
  double barrier{0};
  double watch{0};  // years
  double years{0};
};
[[nodiscard]] Result<double> evaluate(const Inputs<double>&, const PartialBarrier&) noexcept;
[[nodiscard]] Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>&,
                                           const PartialBarrier&) noexcept;
}  // namespace sq::options
