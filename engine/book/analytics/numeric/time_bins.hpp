// Exact integer sums over the last stretch of time, in 64 bins: the window ends now and is between
// 63/64 and 64/64 of window_ns long. Thread: one writer. Cost: 1 ns an addition, 2 ns when time
// moves on; a bin that ends costs K subtractions, at most 64 of them after a silence. Units:
// nanoseconds; sums in the unit of what is added. Errors: throws std::invalid_argument when
// window_ns < 64. A time before the last one counts as the last one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>

#include "engine/book/analytics/numeric/rolling_integers.hpp"
#include "engine/types/fixed.hpp"
#include "engine/types/time.hpp"

namespace sq::book::analytics {
template <std::size_t K>
class TimeBins {
 public:
  static constexpr std::size_t kBins = 64;

  explicit TimeBins(std::int64_t window_ns) : bin_ns_{window_ns / std::int64_t{kBins}} {
    if (window_ns < std::int64_t{kBins})
      throw std::invalid_argument{"a time window must be 64 ns or longer"};
  }

  void advance(MonoTime at) noexcept {
    if (!started_) [[unlikely]] {
      started_ = true;
      began_ns_ = now_ns_ = at.ns;
      bin_end_ns_ = at.ns + bin_ns_;
      return;
    }
    if (at.ns >= bin_end_ns_) [[unlikely]]
      turn(at.ns);
    if (at.ns > now_ns_) now_ns_ = at.ns;
  }
  void add(std::size_t k, Int128 value) noexcept {
    bins_[current_][k] += value;
    totals_[k] += value;
  }
  [[nodiscard]] Int128 total(std::size_t k) const noexcept { return totals_[k]; }
  // How much time the totals cover: from the start, or from the oldest bin, until now.
  [[nodiscard]] std::int64_t span_ns() const noexcept {
    const std::int64_t oldest = bin_end_ns_ - std::int64_t{kBins} * bin_ns_;
    return now_ns_ - (began_ns_ > oldest ? began_ns_ : oldest);
  }
  [[nodiscard]] std::int64_t now_ns() const noexcept { return now_ns_; }
  [[nodiscard]] bool started() const noexcept { return started_; }

 private:
  void turn(std::int64_t ns) noexcept {
    const std::int64_t passed = (ns - bin_end_ns_) / bin_ns_ + 1;
    const std::int64_t cleared = passed < std::int64_t{kBins} ? passed : std::int64_t{kBins};
    for (std::int64_t i = 0; i < cleared; ++i) {
      current_ = (current_ + 1) % kBins;
      for (std::size_t k = 0; k < K; ++k) {
        totals_[k] -= bins_[current_][k];
        bins_[current_][k] = 0;
      }
    }
    bin_end_ns_ += passed * bin_ns_;
  }

  std::int64_t bin_ns_;
  std::int64_t bin_end_ns_{0};
  std::int64_t began_ns_{0};
  std::int64_t now_ns_{0};
  std::size_t current_{0};
  bool started_{false};
  std::array<Int128, K> totals_{};
  std::array<std::array<Int128, K>, kBins> bins_{};
};
}  // namespace sq::book::analytics
