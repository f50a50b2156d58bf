#include "engine/options/models/local_volatility.hpp"

#include <algorithm>
#include <cmath>

namespace sq::options {
Result<double> local_variance(const SviPoint& point, double k, double growth) noexcept {
  if (!std::isfinite(point.variance) || !std::isfinite(point.slope) ||
      !std::isfinite(point.curvature) || !std::isfinite(k) || !std::isfinite(growth)) {
    return std::unexpected{Error::NotFinite};
  }
  const double g = butterfly_g(point, k);
  if (!(g > 0) || growth < 0) return std::unexpected{Error::ParameterRange};
  const double answer = growth / g;
  if (!std::isfinite(answer)) return std::unexpected{Error::Overflow};
  return answer;
}

Result<double> local_volatility(const Surface& surface, double spot, double years) noexcept {
  if (!std::isfinite(spot) || !std::isfinite(years)) return std::unexpected{Error::NotFinite};
  if (!(spot > 0)) return std::unexpected{Error::SpotNotPositive};
  if (!(years > 0)) return std::unexpected{Error::ParameterRange};
  const Result<double> forward = surface.forward(years);
  if (!forward) return forward;
  const double k = std::log(spot / *forward);
  const auto& slices = surface.slices();
  const auto after =
      std::lower_bound(slices.begin(), slices.end(), years,
                       [](const Slice& slice, double time) noexcept { return slice.years < time; });
  SviPoint point{};
  double growth = 0;
  if (after == slices.begin() || after == slices.end()) {
    const Slice& slice = after == slices.end() ? slices.back() : slices.front();
    const SviPoint there = svi_point(slice.fit.smile, k);
    const double part = years / slice.years;
    point = {there.variance * part, there.slope * part, there.curvature * part};
    growth = there.variance / slice.years;
  } else {
    const Slice& early = *(after - 1);
    const double width = after->years - early.years;
    const double part = (years - early.years) / width;
    const SviPoint a = svi_point(early.fit.smile, k);
    const SviPoint b = svi_point(after->fit.smile, k);
    point = {a.variance + part * (b.variance - a.variance), a.slope + part * (b.slope - a.slope),
             a.curvature + part * (b.curvature - a.curvature)};
    growth = (b.variance - a.variance) / width;
  }
  const Result<double> variance = local_variance(point, k, growth);
  if (!variance) return variance;
  return std::sqrt(*variance);
}
}  // namespace sq::options
