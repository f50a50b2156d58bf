// Options with a lower and an upper barrier, both watched continuously over the whole life, and the
// binaries of the same event.
// Rebate: paid at the first hit for knock-outs, at expiry for knock-ins never hit. A spot on or
// beyond a barrier counts as hit. Strikes may lie anywhere.
// Thread: plain functions. Cost: 0.3 to 2 us (3 to 10 terms of whichever series converges).
// Errors: those of pricing.hpp; ParameterRange unless 0 < low < high, and for negative amounts.
// Source: the method of images (as Ikeda and Kunitomo, 1992, for flat barriers) when sigma^2 T is
// below a tenth of the squared width ln(high/low), else the eigenfunction series (as Hui, 1996);
// both summed to 1e-17. Rates and yields of either sign.
#pragma once

#include "engine/options/exotic/core/pricing.hpp"

namespace sq::options {
enum class DoubleBarrierKind : std::uint8_t { KnockIn = 1, KnockOut };

struct DoubleBarrier {
  OptionType type{OptionType::Call};
  DoubleBarrierKind kind{DoubleBarrierKind::KnockOut};
  double strike{0};
  double low{0};
  double high{0};
  double years{0};
  double rebate{0};
};
[[nodiscard]] Result<double> evaluate(const Inputs<double>&, const DoubleBarrier&) noexcept;
[[nodiscard]] Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>&,
                                           const DoubleBarrier&) noexcept;

// Pays cash: at expiry if neither barrier was hit (KnockOut) or if one was (KnockIn); at once when
// the lower is hit before the upper (HitLow) or the upper before the lower (HitHigh). With the spot
// on or beyond a barrier at the start, what is due is worth its cash at once, for KnockIn too (the
// convention of the published tables).
enum class DoubleBinaryKind : std::uint8_t { KnockIn = 1, KnockOut, HitLow, HitHigh };
struct DoubleBinary {
  DoubleBinaryKind kind{DoubleBinaryKind::KnockOut};
  double low{0};
  double high{0};
  double years{0};
  double cash{0};
};
[[nodiscard]] Result<double> evaluate(const Inputs<double>&, const DoubleBinary&) noexcept;
[[nodiscard]] Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>&,
                                           const DoubleBinary&) noexcept;
}  // namespace sq::options
