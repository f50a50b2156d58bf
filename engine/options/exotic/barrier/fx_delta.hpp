// Deltas as foreign-exchange markets quote them, the strike of a delta, and the at-the-money
// strike. Spot and forward deltas, each also less the premium paid in foreign currency
// (premium-adjusted). Thread: plain functions. Cost: 20 ns; the strike of a premium-adjusted delta
// 1 us. Errors: those of pricing.hpp; ParameterRange for discount factors or a deviation <= 0 and
// for a delta that no strike has. Of a premium-adjusted call delta the strike above the delta's
// maximum is given, as quoted. Source: Reiswich and Wystup (2010), FX volatility smile
// construction.
#pragma once

#include "engine/options/result.hpp"

namespace sq::options {
enum class DeltaConvention : std::uint8_t { Spot = 1, Forward, PremiumSpot, PremiumForward };

struct FxTerms {
  double spot{0};               // domestic per foreign
  double domestic_discount{1};  // factors to expiry
  double foreign_discount{1};
  double deviation{0};  // volatility x sqrt(years)
};
[[nodiscard]] Result<double> fx_delta(const FxTerms& terms, OptionType type, double strike,
                                      DeltaConvention convention) noexcept;
[[nodiscard]] Result<double> fx_strike(const FxTerms& terms, OptionType type, double delta,
                                       DeltaConvention convention) noexcept;
// Where a straddle has no delta.
[[nodiscard]] Result<double> fx_delta_neutral_strike(const FxTerms& terms,
                                                     DeltaConvention convention) noexcept;
}  // namespace sq::options
