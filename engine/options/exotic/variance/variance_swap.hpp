// Variance swaps: the fair variance from a strip of options, and the value of a swap under way.
// Thread: plain functions; the spans must outlive the call. Cost: 30 ns an option.
// Errors: ParameterRange for spans of different length, fewer than two options a side, strikes that
// are not ascending, or a wing step <= 0; otherwise those of pricing.hpp.
// Source: Demeterfi, Derman, Kamal and Zou (1999), More than you ever wanted to know about
// volatility swaps: the log contract by piecewise-linear payoffs of the listed strikes. The error
// is that of the strip: the spacing of the strikes and where the wings end.
#pragma once

#include <span>

#include "engine/options/result.hpp"

namespace sq::options {
struct VarianceStrip {
  double spot{0};
  double rate{0};
  double yield{0};
  double years{0};  // > 0
  // Both ascending; the highest put and the lowest call strike are the same, near the forward.
  std::span<const double> put_strikes{};
  std::span<const double> put_volatilities{};
  std::span<const double> call_strikes{};
  std::span<const double> call_volatilities{};
  double wing_step{0};  // beyond the last strikes the payoff goes on as if one more were there
};
// Expected realised variance a year.
[[nodiscard]] Result<double> fair_variance(const VarianceStrip& strip) noexcept;

// The same from prices of out-of-the-money options, puts up to the highest strike at or below the
// forward, calls from there: the sum of strike spacings / strike^2, with the correction for the
// forward between strikes (the rule of the VIX).
struct PricedStrip {
  double forward{0};
  double discount{1};
  double years{0};
  std::span<const double> strikes{};  // ascending, at least 3
  std::span<const double> prices{};   // of the out-of-the-money option; at the middle one the mean
};
[[nodiscard]] Result<double> fair_variance(const PricedStrip& strip) noexcept;

struct VarianceSwap {
  double strike{0};             // variance a year
  double notional{0};           // currency per 1.00 of variance
  double years{0};              // left
  double elapsed{0};            // years
  double realised_variance{0};  // a year, over `elapsed`
};
// Value to the receiver of realised variance, given the fair variance of the time left.
[[nodiscard]] Result<double> value_of_swap(const VarianceSwap& swap, double rate,
                                           double fair_variance_left) noexcept;
}  // namespace sq::options
