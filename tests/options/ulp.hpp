// Errors in units of the last place of the expected value.
#pragma once

#include <cmath>
#include <limits>

namespace sq::options {
// |got - expected| / (2^-52 x the power of two at or below |expected|); subnormal: the fixed step.
inline double ulp_error(double got, long double expected) {
  if (static_cast<long double>(got) == expected) return 0.0;
  if (!std::isfinite(got)) return std::numeric_limits<double>::infinity();
  int exponent = 0;
  std::frexp(static_cast<double>(expected), &exponent);
  const int step = std::max(exponent - 53, -1074);
  return static_cast<double>(
      std::fabs(std::ldexp(static_cast<long double>(got) - expected, -step)));
}
}  // namespace sq::options
