// Formulas that divide by the carry although their limit at zero carry exists: near zero they are
// interpolated between six carries around it. Internal to engine/options/exotic.
// Thread: plain function. Cost: one evaluation, or six. Errors: none. The interpolation is off by
// 1e-12 of the value; beyond the threshold cancellation costs at most a factor of 200 of rounding.
#pragma once

#include <array>
#include <cmath>

#include "engine/options/exotic/core/jet.hpp"

namespace sq::options {
// formula(carry) with everything else held, the discount factor included. scale: sigma / sqrt(T).
template <class Real, class Formula>
Real across_zero_carry(const Real& carry, double scale, Formula&& formula) {
  const double gap = 0.005 * scale;
  if (!(std::abs(value_of(carry)) < gap)) return formula(carry);
  constexpr std::array<double, 6> kPlace{-3, -2, -1, 1, 2, 3};
  const Real x = carry / gap;
  Real sum{};
  for (std::size_t i = 0; i < kPlace.size(); ++i) {
    Real weight{1.0};
    for (std::size_t j = 0; j < kPlace.size(); ++j) {
      if (j != i) weight = weight * (x - kPlace[j]) / (kPlace[i] - kPlace[j]);
    }
    sum += weight * formula(Real{gap * kPlace[i]});
  }
  return sum;
}
}  // namespace sq::options
