// Ten price levels a side as MBP-10 repeats them, and what changed since the last time: so that a
// consumer of depth updates gets a snapshot first and then only the changes. A level that leaves
// the ten is removed, because nothing more is known of it; it comes again with its full quantity.
// Thread: plain values. Cost: up to 20 comparisons a side. Errors: none; empty levels are left out.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/messaging/market_data.hpp"

namespace sq::feed::dbn {
constexpr std::size_t kLevels = 10;

class LevelSide {
 public:
  // Best first.
  void add(Level level) noexcept {
    if (count_ < kLevels) levels_[count_++] = level;
  }
  void clear() noexcept { count_ = 0; }
  [[nodiscard]] std::span<const Level> levels() const noexcept { return {levels_.data(), count_}; }

 private:
  std::array<Level, kLevels> levels_{};
  std::size_t count_{0};
};

struct TenLevels {
  LevelSide bids;
  LevelSide asks;
  std::uint64_t updates{0};  // given so far; 0: the consumer has nothing yet
};

// Writes what turns `before` into `after` (both best first) to `out`, which has room for 2 *
// kLevels; returns how many. `better(a, b)`: price a is nearer to the touch.
template <class Better>
std::size_t changes(std::span<const Level> before, std::span<const Level> after, Level* out,
                    Better better) noexcept {
  std::size_t count = 0;
  std::size_t b = 0;
  std::size_t a = 0;
  while (b < before.size() || a < after.size()) {
    if (a == after.size() || (b < before.size() && better(before[b].price, after[a].price))) {
      out[count++] = {before[b++].price, Qty{}};
    } else if (b == before.size() || better(after[a].price, before[b].price)) {
      out[count++] = after[a++];
    } else {
      if (before[b].qty != after[a].qty) out[count++] = after[a];
      ++a;
      ++b;
    }
  }
  return count;
}
}  // namespace sq::feed::dbn
