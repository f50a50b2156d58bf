// American options without discrete dividends: price, Greeks, exercise boundary, to a few digits
// or to full precision.
// Thread: free functions. Cost, one core with AVX-512: Fast 3 us, Accurate 17 us, Reference 2.2 ms;
// Greeks four times that. Allocates once, at the first use of a preset (tables of up to 3 MB), and
// in the finite-difference fallback. Errors: by value; a spot or strike of 0 is its limit.
// Accuracy, in units of the strike, over random contracts up to 10 years and volatilities 3 to 150
// % against Reference: see tests/options/american_test.cpp. Regimes: with yield < rate < 0 (for a
// put, rates swapped for a call) there are two boundaries: then all presets price by finite
// differences (Richardson of two grids, error about 1e-6 of the strike, 60 ms), the same where the
// boundary equation does not converge. Units: as in result.hpp. Source: put_boundary.hpp.
#pragma once

#include <cstdint>
#include <optional>

#include "engine/options/american/put_boundary.hpp"
#include "engine/options/result.hpp"

namespace sq::options::american {
enum class Preset : std::uint8_t { Fast = 1, Accurate = 2, Reference = 3 };

[[nodiscard]] Result<double> american_price(const Market& market, const Vanilla& option,
                                            Preset preset = Preset::Accurate);

struct AmericanGreeks {
  double price{0};
  double delta{0};
  double gamma{0};
  double vega{0};   // per 1.00 of volatility
  double theta{0};  // per year of calendar time; 0 where exercised now
  double rho{0};    // per 1.00 of rate
  double phi{0};    // per 1.00 of yield
  bool exercise_now{false};
};
[[nodiscard]] Result<AmericanGreeks> american_greeks(const Market& market, const Vanilla& option,
                                                     Preset preset = Preset::Accurate);

// At which spots exercise is optimal: low <= spot <= high. Nowhere: low > high.
struct ExerciseRegion {
  double low;
  double high;  // infinite for a call
};

class ExerciseBoundary {
 public:
  // The market's spot does not matter. Unsupported for two boundaries.
  [[nodiscard]] static Result<ExerciseBoundary> make(const Market& market, const Vanilla& option,
                                                     Preset preset = Preset::Accurate);
  // With `years` left, from 0 to the contract's life; outside, the nearest end.
  [[nodiscard]] ExerciseRegion at(double years) const noexcept;

 private:
  OptionType type_{OptionType::Put};
  double strike_{0};
  std::optional<PutBoundary> boundary_{};  // empty: never exercised early
};
}  // namespace sq::options::american
