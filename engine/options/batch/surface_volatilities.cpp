#include "engine/options/batch/surface_volatilities.hpp"

#include <algorithm>
#include <cmath>

#include "engine/options/math/kernels.hpp"
#include "engine/options/math/lane.hpp"

namespace sq::options {
namespace {
// What Surface::total_variance_at() does, with the slices and weights of one time.
struct Mixture {
  SviRaw low, high;
  double low_weight, high_weight;
  [[nodiscard]] double at(double k) const noexcept {
    const double first = low_weight * total_variance(low, k);
    return high_weight == 0 ? first : first + high_weight * total_variance(high, k);
  }
};
Mixture mixture_at(const std::vector<Slice>& slices, double years) noexcept {
  const auto after =
      std::lower_bound(slices.begin(), slices.end(), years,
                       [](const Slice& slice, double time) noexcept { return slice.years < time; });
  if (after == slices.begin() || after == slices.end()) {
    const Slice& end = after == slices.begin() ? slices.front() : slices.back();
    return {end.fit.smile, end.fit.smile, years / end.years, 0};
  }
  const Slice& before = *(after - 1);
  const double part = (years - before.years) / (after->years - before.years);
  if (part == 1) return {after->fit.smile, after->fit.smile, 1, 0};
  return {before.fit.smile, after->fit.smile, 1 - part, part};
}
}  // namespace

BatchResult surface_volatilities(const Surface& surface, double years,
                                 std::span<const double> strikes,
                                 const VolatilityColumns& out) noexcept {
  const std::size_t rows = strikes.size();
  if (out.volatility.size() != rows || out.status.size() != rows) {
    return {BatchOutcome::LengthMismatch, 0};
  }
  BatchResult result;
  const auto slow = [&](std::size_t i) {
    const Result<double> answer = surface.volatility(strikes[i], years);
    out.volatility[i] = answer.value_or(0.0);
    out.status[i] = answer ? std::uint8_t{0} : static_cast<std::uint8_t>(answer.error());
    if (!answer) ++result.refused;
  };
  // Where the logarithm below takes its arguments.
  const auto usual = [](double value) { return value >= 1e-300 && value <= 1e300; };
  const double time = std::max(years, 1e-9);
  const Result<double> forward = surface.forward(time);
  if (!std::isfinite(years) || years < 0 || !forward || !usual(*forward)) {
    for (std::size_t i = 0; i < rows; ++i) slow(i);
    return result;
  }
  Mixture mixture = mixture_at(surface.slices(), time);
  mixture.low_weight /= time;
  mixture.high_weight /= time;
  for (std::size_t i = 0; i < rows; ++i) {
    if (!usual(strikes[i])) {
      slow(i);
      continue;
    }
    const double k = math::log_ratio<math::ScalarLane>(strikes[i], *forward);
    const double volatility = std::sqrt(std::max(mixture.at(k), 0.0));
    if (!std::isfinite(volatility)) {
      slow(i);
      continue;
    }
    out.volatility[i] = volatility;
    out.status[i] = 0;
  }
  return result;
}
}  // namespace sq::options
