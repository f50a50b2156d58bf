// Options on the arithmetic average of the asset.
//   ArithmeticDiscrete: average of the asset at the given dates and of `known` past fixings.
//   ArithmeticContinuous: average over `years`, or over elapsed + years with the average so far.
// Methods:
//   TwoMoments: lognormal with the exact mean and variance (Turnbull and Wakeman, 1991, without the
//     higher moments; for the continuous average Levy, 1992). Off by up to 1 % of the price at high
//     volatility.
//   CurranBound: expectation of the payoff of E[A | geometric average], a lower bound (Curran,
//   1994;
//     Rogers and Shi, 1995); off by about 1e-4 of the price. Discrete dates, fixed strike.
//   Exact: density recursion (exact_asian.hpp); discrete about 1e-10 of the spot, continuous 1e-7.
// Thread: plain functions; the spans must outlive the call. Cost: TwoMoments 40 ns + 8 ns a date,
// CurranBound 0.1 us a date, Exact 0.3 ms at 12 dates to 30 ms at 250.
// Errors: those of pricing.hpp; ParameterRange as for the geometric average, or when `clock` has
// another length than `dates`; TimeNegative for an entry below 0; Unsupported for CurranBound with
// average_strike, for a continuous CurranBound, and for Exact with a clock of its own or too fine a
// grid. Greeks: exact for the two closed forms, by differences for Exact. Theta as for the
// geometric one.
#pragma once

#include <span>

#include "engine/options/exotic/core/pricing.hpp"

namespace sq::options {
enum class AsianMethod : std::uint8_t { TwoMoments = 1, CurranBound, Exact };

struct ArithmeticDiscrete {
  OptionType type{OptionType::Call};
  double strike{0};
  double years{0};
  std::span<const double> dates{};  // years, ascending
  int known{0};                     // number of past fixings
  double known_average{0};          // arithmetic, with known > 0
  bool average_strike{false};       // call max(S(T) - A, 0); `strike` is not looked at
  AsianMethod method{AsianMethod::Exact};
  // The variance of ln S at dates[i], and its covariance with later dates, is volatility^2 x
  // clock[i] (a term structure; published ones may fall, so the order is not checked). Empty:
  // dates.
  std::span<const double> clock{};
};
[[nodiscard]] Result<double> evaluate(const Inputs<double>&, const ArithmeticDiscrete&) noexcept;
[[nodiscard]] Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>&,
                                           const ArithmeticDiscrete&) noexcept;

struct ArithmeticContinuous {
  OptionType type{OptionType::Call};
  double strike{0};
  double years{0};
  double elapsed{0};
  double average_so_far{0};
  AsianMethod method{AsianMethod::TwoMoments};
};
[[nodiscard]] Result<double> evaluate(const Inputs<double>&, const ArithmeticContinuous&) noexcept;
[[nodiscard]] Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>&,
                                           const ArithmeticContinuous&) noexcept;
}  // namespace sq::options
