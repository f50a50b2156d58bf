// The integral of a smooth function over an interval, halved until two rules agree. Internal to
// engine/options/exotic.
// Thread: plain function, fixed stack. Cost: 60 calls of f where it is smooth on the whole
// interval; at most 40 x kPanelsMax.
// Errors: none. The error is about `tolerance` unless f has a kink that depth kDepthMax does not
// resolve: split the interval there.
#pragma once

#include <array>
#include <cmath>

#include "engine/options/exotic/core/jet.hpp"
#include "engine/options/math/gauss_legendre.hpp"

namespace sq::options {
template <class Real, class Fn>
Real integrate_adaptively(double from, double to, double tolerance, Fn&& f) {
  constexpr int kDepthMax = 24;
  constexpr int kPanelsMax = 400;
  struct Panel {
    double from, to;
    Real estimate;
    int depth;
  };
  if (!(to > from)) return Real{};
  const auto rule = [&](double a, double b) {
    return integrate_panel(kGaussLegendre20, Real{a}, Real{b}, f);
  };
  std::array<Panel, kDepthMax + 2> stack;
  std::size_t size = 0;
  stack[size++] = {from, to, rule(from, to), 0};
  Real total{};
  for (int panels = 0; size > 0; ++panels) {
    const Panel panel = stack[--size];
    const double middle = 0.5 * (panel.from + panel.to);
    const Real left = rule(panel.from, middle);
    const Real right = rule(middle, panel.to);
    const double gap = std::abs(value_of(left) + value_of(right) - value_of(panel.estimate));
    if (gap <= tolerance || panel.depth >= kDepthMax || panels >= kPanelsMax) {
      total += left;
      total += right;
    } else {
      stack[size++] = {panel.from, middle, left, panel.depth + 1};
      stack[size++] = {middle, panel.to, right, panel.depth + 1};
    }
  }
  return total;
}
}  // namespace sq::options
