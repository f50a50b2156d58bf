// Options on the geometric average of the asset, in closed form (the average is lognormal).
//   GeometricContinuous: average over the whole time from today to expiry (Kemna and Vorst, 1990),
//     or over a longer time of which `elapsed` years have passed with the average so far.
//   GeometricDiscrete: average of the asset at the given dates and of `known` past fixings.
// With average_strike the average takes the place of the strike: call max(S(T) - G, 0).
// Theta: the spot stays while time passes, so the average takes in the spot meanwhile.
// Thread: plain functions; `dates` must outlive the call. Cost: 60 ns, + 4 ns a date.
// Errors: those of pricing.hpp; ParameterRange for dates that are not ascending or lie outside
// [0, years], no date and no known fixing, elapsed < 0, average_so_far or known_average <= 0 where
// it counts. `strike` is not looked at with average_strike.
// Source: Kemna and Vorst (1990); the discrete average from its mean and variance.
#pragma once

#include <span>

#include "engine/options/exotic/core/pricing.hpp"

namespace sq::options {
struct GeometricContinuous {
  OptionType type{OptionType::Call};
  double strike{0};
  double years{0};
  double elapsed{0};         // years already averaged
  double average_so_far{0};  // geometric, with elapsed > 0
  bool average_strike{false};
};
[[nodiscard]] Result<double> evaluate(const Inputs<double>&, const GeometricContinuous&) noexcept;
[[nodiscard]] Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>&,
                                           const GeometricContinuous&) noexcept;

struct GeometricDiscrete {
  OptionType type{OptionType::Call};
  double strike{0};
  double years{0};
  std::span<const double> dates{};  // years, ascending, all weighted alike
  int known{0};                     // number of past fixings
  double known_average{0};          // their geometric average, with known > 0
  bool average_strike{false};
};
[[nodiscard]] Result<double> evaluate(const Inputs<double>&, const GeometricDiscrete&) noexcept;
[[nodiscard]] Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>&,
                                           const GeometricDiscrete&) noexcept;

// True when the dates are ascending (equal ones allowed) and within [0, years].
[[nodiscard]] bool dates_in_order(std::span<const double> dates, double years) noexcept;
}  // namespace sq::options
