// How long a request takes to the exchange and a report back: constant, or drawn from a recorded
// distribution given as quantiles. Integer arithmetic only.
// Thread: its owner's. Cost: constant 0; a table about 20 ns (binary search and a division).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/backtest/random_bits.hpp"
#include "engine/settings/simulation.hpp"

namespace sq::backtest {
enum class Direction : std::uint8_t { Order, Report };

class Latency {
 public:
  // An empty table: the model's constant.
  Latency(const settings::Simulation& model, Direction direction, std::uint64_t seed);

  [[nodiscard]] std::int64_t draw_ns() noexcept {
    return table_.size() == 1 ? table_.front().ns : at(random_.next());
  }
  // `position`: how far into the distribution, in units of 2^-64.
  [[nodiscard]] std::int64_t at(std::uint64_t position) const noexcept;

 private:
  struct Point {
    std::int64_t ppm;
    std::int64_t ns;
  };
  std::vector<Point> table_;  // one point: constant
  RandomBits random_;
};
}  // namespace sq::backtest
