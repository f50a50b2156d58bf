// What a position comes to when its options expire: a line with a bend at each strike.
// Thread: pure functions. Cost: O(legs log legs). Errors: Unsupported when the options do not expire
// together (see scenario.hpp for those), NotFinite. Units: currency, entry prices included.
#pragma once

#include <span>
#include <vector>

#include "engine/options/portfolio/leg.hpp"

namespace sq::options {
struct PayoffPoint {
  double spot{0};
  double profit{0};
};
struct PayoffProfile {
  std::vector<PayoffPoint> bends;    // spot 0 and every strike, in order
  double slope_above{0};             // of the last piece, towards infinity
  std::vector<double> breakevens;    // where the profit changes its sign, in order
  double profit_max{0};              // no meaning while unlimited_profit
  double loss_max{0};                // as a positive number; no meaning while unlimited_loss
  bool unlimited_profit{false};
  bool unlimited_loss{false};
};
// At the common expiry of the options.
[[nodiscard]] Result<double> payoff(std::span<const Leg> legs, double spot) noexcept;
[[nodiscard]] Result<PayoffProfile> payoff_profile(std::span<const Leg> legs);
}  // namespace sq::options
