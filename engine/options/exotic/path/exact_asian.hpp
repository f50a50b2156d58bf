// Arithmetic averages without an approximation of their law. Internal to engine/options/exotic; the
// contracts are in arithmetic_asian.hpp, which also makes the checks.
//
// A sum of w_i S(t_i) is S(0) (w_0 + exp B_1) with B_i = R_i + ln(w_i + exp B_(i+1)), R_i the log
// return of step i. The density of B_i follows from that of B_(i+1) by one convolution with a
// normal density (Carverhill and Clewlow, 1990); it is smooth, so the trapezoidal rule on a uniform
// grid converges exponentially. The first step is integrated in closed form (Black). An average
// strike is a fixed strike on the walk that runs backwards, in units of S(T); a continuous average
// is the limit of trapezoidal ones, extrapolated from 16, 32 and 64 steps. Thread: plain functions,
// they allocate. Cost: 25 ns x (nodes of a density, 100 to 600) x dates. Errors: Unsupported when a
// density needs more than 20,000 nodes (steps of very different length).
#pragma once

#include <span>

#include "engine/options/exotic/core/inputs.hpp"

namespace sq::options {
[[nodiscard]] Result<double> exact_average_price(const Inputs<double>& in, OptionType type,
                                                 double strike, double years,
                                                 std::span<const double> dates, int known,
                                                 double known_average);
[[nodiscard]] Result<double> exact_average_strike(const Inputs<double>& in, OptionType type,
                                                  double years, std::span<const double> dates,
                                                  int known, double known_average);
[[nodiscard]] Result<double> exact_continuous_average(const Inputs<double>& in, OptionType type,
                                                      double strike, double years, double elapsed,
                                                      double average_so_far);
}  // namespace sq::options
