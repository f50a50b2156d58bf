// Fits one raw SVI smile to quotes: for a grid of (m, sigma) the other three parameters solve a
// linear problem; the best start is polished over all five, with butterfly and calendar arbitrage
// as penalties that grow until they hold, and Lee's slope bound as a hard bound.
// Thread: free function; allocates. Cost: 80 us for 30 quotes without butterflies.
// Errors: NotFinite; ParameterRange for fewer than five quotes of positive weight, a variance or
// range out of range; NoConvergence when no start has finite residuals.
// Units: log-moneyness, total variance. Source: Zeliade Systems, Quasi-explicit calibration of
// Gatheral's SVI model (2009); the wing slopes as parameters are our own.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "engine/options/surface/arbitrage.hpp"
#include "engine/options/surface/svi.hpp"

namespace sq::options {
struct SmilePoint {
  double k{0};
  double variance{0};  // total, > 0
  double weight{1};    // of a difference in total variance, >= 0
};
struct SviSettings {
  bool no_butterfly{true};
  // Total variance should not fall below this earlier smile within `floor_range` (empty: `range`).
  // Where quotes contradict it by more than a hundredth of their variance, the fit stays near the
  // quotes and the report says by how much it falls.
  std::optional<SviRaw> floor{};
  std::optional<MoneynessRange> floor_range{};
  // Where they hold; empty: the quotes' range widened by half of it on each side.
  std::optional<MoneynessRange> range{};
};
struct SviFit {
  SviRaw smile{};
  double error{0};  // root mean square of weight x difference
  MoneynessRange range{};
  ButterflyReport butterfly{};
  CalendarReport calendar{};  // against the floor; zeros without one
  // What was asked for holds; otherwise the reports above say by how much it does not.
  bool constraints_hold{false};
};
[[nodiscard]] Result<SviFit> calibrate_svi(std::span<const SmilePoint> quotes,
                                           const SviSettings& settings = {});
}  // namespace sq::options
