#include "engine/options/monte_carlo/brownian_bridge.hpp"

#include <algorithm>
#include <cmath>

namespace sq::options::monte_carlo {
BrownianBridge::BrownianBridge(std::span<const double> times) {
  const std::size_t steps = times.size();
  const auto time_before = [&](std::size_t step) { return step == 0 ? 0.0 : times[step - 1]; };
  for (std::size_t k = 0; k < steps; ++k) root_.push_back(1 / std::sqrt(times[k] - time_before(k)));
  if (steps == 0) return;
  nodes_.push_back({.at = steps - 1, .deviation = std::sqrt(times[steps - 1])});
  // Gaps of unknown steps [first, last), whose neighbours are known; widest in years first would
  // also do. Breadth first, so that each level is complete before the next.
  struct Gap {
    std::size_t first, last;
  };
  std::vector<Gap> gaps{{0, steps - 1}};
  for (std::size_t i = 0; i < gaps.size(); ++i) {
    const Gap gap = gaps[i];
    if (gap.first >= gap.last) continue;
    const std::size_t middle = gap.first + (gap.last - gap.first) / 2;
    const double begin = time_before(gap.first);
    const double end = times[gap.last];
    const double now = times[middle];
    nodes_.push_back({.at = middle,
                      .left = gap.first,
                      .right = gap.last,
                      .has_left = gap.first > 0,
                      .has_right = true,
                      .left_weight = (end - now) / (end - begin),
                      .right_weight = (now - begin) / (end - begin),
                      .deviation = std::sqrt((now - begin) * ((end - now) / (end - begin)))});
    gaps.push_back({gap.first, middle});
    gaps.push_back({middle + 1, gap.last});
  }
}

void BrownianBridge::normals(const double* in, std::size_t in_stride, double* out,
                             std::size_t out_stride, std::size_t paths) const noexcept {
  for (std::size_t n = 0; n < nodes_.size(); ++n) {
    const Node& node = nodes_[n];
    const double* const normal = in + n * in_stride;
    double* const here = out + node.at * out_stride;
    if (!node.has_right) {
      for (std::size_t p = 0; p < paths; ++p) here[p] = node.deviation * normal[p];
      continue;
    }
    const double* const right = out + node.right * out_stride;
    for (std::size_t p = 0; p < paths; ++p) {
      here[p] = node.right_weight * right[p] + node.deviation * normal[p];
    }
    if (!node.has_left) continue;
    const double* const left = out + (node.left - 1) * out_stride;
    for (std::size_t p = 0; p < paths; ++p) here[p] += node.left_weight * left[p];
  }
  for (std::size_t k = root_.size(); k-- > 0;) {
    double* const here = out + k * out_stride;
    const double* const before = k == 0 ? nullptr : here - out_stride;
    for (std::size_t p = 0; p < paths; ++p) {
      here[p] = (before == nullptr ? here[p] : here[p] - before[p]) * root_[k];
    }
  }
}
}  // namespace sq::options::monte_carlo
