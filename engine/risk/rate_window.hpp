// At most `limit` events in any window of one second, exactly: the time of the event `limit` back
// decides. Thread: one. Cost: a load and a compare. Memory: 8 bytes x limit, at start.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "engine/types/time.hpp"

namespace sq::risk {
class RateWindow {
 public:
  explicit RateWindow(std::int64_t limit)
      : times_(static_cast<std::size_t>(limit > 0 ? limit : 0), MonoTime{kLongAgo}) {}

  [[nodiscard]] bool allows(MonoTime now) const noexcept {
    return !times_.empty() && now - times_[next_] >= kNsPerSecond;
  }
  void record(MonoTime now) noexcept {
    if (times_.empty()) return;
    times_[next_] = now;
    next_ = next_ + 1 == times_.size() ? 0 : next_ + 1;
  }
  [[nodiscard]] std::int64_t limit() const noexcept {
    return static_cast<std::int64_t>(times_.size());
  }

 private:
  static constexpr std::int64_t kLongAgo = std::numeric_limits<std::int64_t>::min() / 4;
  std::vector<MonoTime> times_;
  std::size_t next_{0};
};
}  // namespace sq::risk
