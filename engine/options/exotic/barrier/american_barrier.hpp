// American options with one continuously watched barrier.
//   Knock-outs: finite differences with the barrier on the grid; exercise at any time while alive;
//     rebate at the hit, or the exercise value at the barrier if that is more, since the holder can
//     exercise just before it. Two grids, extrapolated; error about 1e-5 of the strike.
//   Knock-ins: from the hit on an American option. The price at the barrier (integral equation) is
//     integrated over the first passage; the rebate is paid at expiry if never hit. Error about
//     1e-6.
// Thread: plain functions; they allocate. Cost: knock-outs 5 ms, knock-ins 1 ms.
// Errors: as Barrier, and NoConvergence of the solvers. Volatility or time of zero: Unsupported.
// Greeks: by differences (core/differences.hpp); for knock-outs about 1e-3 relative.
#pragma once

#include "engine/options/exotic/barrier/barrier.hpp"

namespace sq::options {
struct AmericanBarrier {
  Barrier contract{};
};
[[nodiscard]] Result<double> evaluate(const Inputs<double>&, const AmericanBarrier&) noexcept;
[[nodiscard]] Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>&,
                                           const AmericanBarrier&) noexcept;
}  // namespace sq::options
