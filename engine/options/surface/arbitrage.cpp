#include "engine/options/surface/arbitrage.hpp"

#include <algorithm>
#include <cmath>

namespace sq::options {
namespace {
struct Lowest {
  double value, at;
};
// The least value of f over the range: the best point, then a golden section around it.
template <class Fn>
Lowest lowest_of(MoneynessRange range, Fn&& f) noexcept {
  const double step = (range.high - range.low) / (kArbitragePoints - 1);
  Lowest best{f(range.low), range.low};
  for (int i = 1; i < kArbitragePoints; ++i) {
    const double k = range.low + i * step;
    const double value = f(k);
    if (value < best.value) best = {value, k};
  }
  double low = std::max(range.low, best.at - step);
  double high = std::min(range.high, best.at + step);
  for (int i = 0; i < 40; ++i) {
    const double left = low + 0.381966 * (high - low);
    const double right = high - 0.381966 * (high - low);
    const double at_left = f(left);
    const double at_right = f(right);
    if (at_left < best.value) best = {at_left, left};
    if (at_right < best.value) best = {at_right, right};
    (at_left < at_right ? high : low) = at_left < at_right ? right : left;
  }
  return best;
}
}  // namespace

ButterflyReport check_butterfly(const SviRaw& smile, MoneynessRange range) noexcept {
  const Lowest lowest =
      lowest_of(range, [&](double k) { return butterfly_g(svi_point(smile, k), k); });
  return {.g_min = lowest.value,
          .g_min_at = lowest.at,
          .wing_slope = smile.b * (1 + std::abs(smile.rho))};
}

CalendarReport check_calendar(const SviRaw& early, const SviRaw& late,
                              MoneynessRange range) noexcept {
  const Lowest lowest = lowest_of(
      range, [&](double k) { return total_variance(late, k) - total_variance(early, k); });
  const bool left = early.b * (1 - early.rho) > late.b * (1 - late.rho) + 1e-12;
  const bool right = early.b * (1 + early.rho) > late.b * (1 + late.rho) + 1e-12;
  return {.fall_max = -lowest.value, .fall_at = lowest.at, .wings_cross = left || right};
}
}  // namespace sq::options
