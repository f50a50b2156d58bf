// At most `limit` events in any window of one second, exactly: the time of the event `limit` back
// decides. Thread: one. Cost: a load and a compare. Memory: 8 bytes x limit, at start.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "engine/types/state_bytes.hpp"
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
  void save(StateOut& out) const {
    out.put_count(times_.size());
    for (const MonoTime time : times_) out.put(time.ns);
    out.put_count(next_);
  }
  // False: of another limit.
  [[nodiscard]] bool restore(StateIn& in) {
    in.expect(std::uint64_t{times_.size()});
    for (std::size_t i = 0; i < times_.size() && in.ok(); ++i)
      times_[i] = MonoTime{in.take<std::int64_t>()};
    next_ = in.take_count(times_.empty() ? 0 : times_.size() - 1);
    return in.ok();
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
