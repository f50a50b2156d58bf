// Soft barrier options (Hart and Ross, 1994): knocked in or out in proportion to how far the path
// went into a band of barriers. The value is the average of the single-barrier values over the
// band. Thread: plain functions. Cost: 60 single barriers or more (an adaptive rule over the band,
// split at the strike and at the spot). Errors: as Barrier; ParameterRange unless 0 < low <= high.
// Error: about 1e-13 of the spot. Greeks with the spot inside the band: by differences, 29 prices.
#pragma once

#include "engine/options/exotic/barrier/barrier.hpp"

namespace sq::options {
struct SoftBarrier {
  OptionType type{OptionType::Call};
  BarrierKind kind{BarrierKind::DownOut};
  double strike{0};
  double low{0};
  double high{0};
  double years{0};
};
[[nodiscard]] Result<double> evaluate(const Inputs<double>&, const SoftBarrier&) noexcept;
[[nodiscard]] Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>&, const SoftBarrier&) noexcept;
}  // namespace sq::options
