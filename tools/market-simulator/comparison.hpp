// A recorded and a simulated session side by side: what `market-simulator fit` prints. Cold.
#pragma once

#include <string>
#include <vector>

#include "tools/market-simulator/measures.hpp"

namespace sq::marketsim {
struct Comparison {
  std::string file;  // of the recording
  std::string symbol;
  std::uint64_t seed{0};
  Measures recorded;
  Measures simulated;
};
[[nodiscard]] std::string markdown(const Comparison& comparison);
[[nodiscard]] std::string json(const std::vector<Comparison>& comparisons);
}  // namespace sq::marketsim
