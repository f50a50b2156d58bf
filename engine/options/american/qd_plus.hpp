// QD+: an approximation of the exercise boundary, and two prices from it: the integral of the early
// exercise premium over that boundary, collocated at eight points of the root of time (errors about
// 1e-4 of the strike), and the closed formula (errors up to 1e-3 for long lives).
// Thread: free functions. Cost: 5 us and 0.5 us. Errors: Unsupported for yield < rate < 0 as seen
// by a put (american_price can). Units: as in result.hpp. Source: Li (2010), see
// qd_plus_equation.hpp.
#pragma once

#include "engine/options/american/put_problem.hpp"
#include "engine/options/result.hpp"

namespace sq::options::american {
[[nodiscard]] Result<double> qd_plus_price(const Market& market, const Vanilla& option);
[[nodiscard]] Result<double> qd_plus_closed_price(const Market& market,
                                                  const Vanilla& option) noexcept;

// Boundary of a put with `years` left; years, strike and volatility > 0 and rate > 0, or rate = 0
// and yield < 0; else ParameterRange.
[[nodiscard]] Result<double> qd_plus_put_boundary(double strike, double rate, double yield,
                                                  double volatility, double years) noexcept;
}  // namespace sq::options::american
