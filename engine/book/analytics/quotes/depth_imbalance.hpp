// Imbalance of the resting quantity within the best N levels of each side:
//   (sum of bid_qty) / (sum of bid_qty + sum of ask_qty), 0 to 1, for up to four N at once.
// A side with fewer levels counts what it has. Thread: one writer. Cost: 4 ns a level walked, both
// sides up to the largest N (20 at most). Errors: not known while both sides are empty. The
// constructor throws std::invalid_argument unless depths rise and are within 1 to 20. Source:
// Cao, Hansch and Wang, "The information content of an open limit-order book", J. Futures Markets
// 29(1), 2009.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>

#include "engine/book/analytics/numeric/reading.hpp"
#include "engine/book/l2_book.hpp"

namespace sq::book::analytics {
class DepthImbalance {
 public:
  static constexpr std::size_t kDepths = 4;
  static constexpr std::size_t kLevelsMax = 20;
  using Depths = std::array<std::uint8_t, kDepths>;

  explicit DepthImbalance(const Depths& depths) : depths_{depths} {
    std::uint8_t before = 0;
    for (const std::uint8_t depth : depths) {
      if (depth <= before || depth > kLevelsMax)
        throw std::invalid_argument{"imbalance depths must rise and lie within 1 to 20"};
      before = depth;
    }
  }

  void on_depth(const L2Book& book) noexcept {
    std::array<Level, kLevelsMax> bids;
    std::array<Level, kLevelsMax> asks;
    const std::size_t deepest = depths_.back();
    on_levels(std::span{bids}.first(book.copy_top(Side::Buy, std::span{bids}.first(deepest))),
              std::span{asks}.first(book.copy_top(Side::Sell, std::span{asks}.first(deepest))));
  }
  // Best first.
  void on_levels(std::span<const Level> bids, std::span<const Level> asks) noexcept {
    double bid_sum = 0;
    double ask_sum = 0;
    std::size_t level = 0;
    for (std::size_t k = 0; k < kDepths; ++k) {
      for (; level < depths_[k]; ++level) {
        if (level < bids.size()) bid_sum += static_cast<double>(bids[level].qty.raw());
        if (level < asks.size()) ask_sum += static_cast<double>(asks[level].qty.raw());
      }
      const double all = bid_sum + ask_sum;
      readings_[k] = all > 0 ? Reading{bid_sum / all, readings_[k].count + 1} : Reading{};
    }
  }
  void on_no_book() noexcept { readings_ = {}; }

  [[nodiscard]] const std::array<Reading, kDepths>& readings() const noexcept { return readings_; }
  [[nodiscard]] const Depths& depths() const noexcept { return depths_; }

 private:
  Depths depths_;
  std::array<Reading, kDepths> readings_{};
};
}  // namespace sq::book::analytics
