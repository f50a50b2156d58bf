// Profit of a position over a grid of spot moves, volatility moves and days to come.
// Thread: pure functions. Cost: one pricing a leg and cell (7 ns European with AVX-512, 4 us
// American). Errors: ParameterRange for an axis outside its range or a grid of more than
// kScenarioCellsMax cells; else the leg's. Units: profit since now, in currency.
#pragma once

#include <span>
#include <vector>

#include "engine/options/portfolio/leg.hpp"

namespace sq::options {
constexpr std::size_t kScenarioCellsMax = 1'000'000;  // cells x legs

struct ScenarioAxes {
  std::span<const double> spot_moves;        // relative: -0.1 is 10 % down; above -1
  std::span<const double> volatility_moves;  // absolute: 0.05 is five points up; floored at 0
  std::span<const double> days;              // calendar days from now, >= 0
};
struct ScenarioGrid {
  std::size_t spots{0};
  std::size_t volatilities{0};
  std::size_t days{0};
  std::vector<double> profit;  // [day][volatility][spot]
  [[nodiscard]] double at(std::size_t spot, std::size_t volatility, std::size_t day) const {
    return profit[(day * volatilities + volatility) * spots + spot];
  }
};
// A leg whose option has expired by a day is worth its intrinsic value there.
[[nodiscard]] Result<ScenarioGrid> scenario_grid(const Underlying& market,
                                                 std::span<const Leg> legs,
                                                 const ScenarioAxes& axes);

// Why a position made what it made between two moments: Taylor terms at the beginning, and the rest.
struct ProfitExplained {
  double delta{0};
  double gamma{0};
  double vega{0};
  double theta{0};
  double rho{0};
  double vanna{0};
  double volga{0};
  double charm{0};
  double total{0};        // what it really made
  double unexplained{0};  // total less all terms
};
// `after` has the legs in the same order with what changed: volatilities, years left. Quantities are
// those of `before`.
[[nodiscard]] Result<ProfitExplained> explain_profit(const Underlying& market_before,
                                                     std::span<const Leg> before,
                                                     const Underlying& market_after,
                                                     std::span<const Leg> after);
}  // namespace sq::options
