// What is compared between a recorded and a simulated session: samples, whose distributions are
// compared by the Kolmogorov-Smirnov distance, and single figures. Cold.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/market-simulator/recording.hpp"

namespace sq::marketsim {
struct Sample {
  std::string name;  // with its unit
  std::vector<double> sorted;
  [[nodiscard]] double quantile(double p) const noexcept;  // 0 when empty
};
struct Figure {
  std::string name;
  double value{0};
};
struct Measures {
  std::vector<Sample> samples;
  std::vector<Figure> figures;
};
[[nodiscard]] Measures measure(const Recording& recording);

// The largest distance between the two cumulative distributions, 0 to 1; both not empty.
[[nodiscard]] double ks_distance(const Sample& a, const Sample& b) noexcept;
}  // namespace sq::marketsim
