// Static arbitrage of SVI smiles: butterflies within an expiry, calendars between two, wings.
// Thread: pure functions. Cost: 401 points, about 10 us a check. Errors: none; smiles must pass
// check(). Units: log-moneyness, total variance. Source: Gatheral and Jacquier (2014), section 2;
// Lee (2004): a total variance that grows faster than 2 |k| has no price.
#pragma once

#include "engine/options/surface/svi.hpp"

namespace sq::options {
struct MoneynessRange {
  double low{-1}, high{1};  // low < high
};
constexpr int kArbitragePoints = 401;  // equidistant, ends included

struct ButterflyReport {
  double g_min{0};  // over the range, refined between the points
  double g_min_at{0};
  double wing_slope{0};  // b (1 + |rho|), at most 2
  [[nodiscard]] bool free() const noexcept { return g_min >= -1e-12 && wing_slope <= 2 + 1e-12; }
};
[[nodiscard]] ButterflyReport check_butterfly(const SviRaw& smile, MoneynessRange range) noexcept;

struct CalendarReport {
  double fall_max{0};  // largest w(early) - w(late) over the range; above 0 is arbitrage
  double fall_at{0};
  bool wings_cross{false};  // beyond any range the early smile ends above the late one
  [[nodiscard]] bool free() const noexcept { return fall_max <= 1e-12; }
};
[[nodiscard]] CalendarReport check_calendar(const SviRaw& early, const SviRaw& late,
                                            MoneynessRange range) noexcept;
}  // namespace sq::options
