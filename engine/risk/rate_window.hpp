// At most `limit` events in any window of one second, exactly: the time of the event `limit` back
// decides. Thread: one. Cost: a load and a compare. Memory: 8 bytes x
// capacity, at start; the limit may change up to it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "engine/types/state_bytes.hpp"
#include "engine/types/time.hpp"

namespace sq::risk {
class RateWindow {
 public:
  // Up to four times its limit can be allowed at run time, and some without any.
  static constexpr std::int64_t capacity_for(std::int64_t limit) noexcept {
    return std::max<std::int64_t>(std::min<std::int64_t>(limit, kCapacityMax / 4) * 4, 64);
  }

  explicit RateWindow(std::int64_t limit)
      : limit_{std::clamp<std::int64_t>(limit, 0, kCapacityMax)},
        times_(static_cast<std::size_t>(capacity_for(limit)), MonoTime{kLongAgo}) {
    limit_ = std::min(limit_, capacity());
    place();
  }

  [[nodiscard]] bool allows(MonoTime now) const noexcept {
    return limit_ != 0 && now - times_[oldest_] >= kNsPerSecond;
  }
  // From then on it allows, if nothing else is recorded.
  [[nodiscard]] MonoTime free_at() const noexcept {
    return limit_ == 0 ? MonoTime{std::numeric_limits<std::int64_t>::max()}
                       : times_[oldest_] + kNsPerSecond;
  }
  void record(MonoTime now) noexcept {
    times_[next_] = now;
    next_ = next_ + 1 == times_.size() ? 0 : next_ + 1;
    oldest_ = oldest_ + 1 == times_.size() ? 0 : oldest_ + 1;
  }
  // False: more than the capacity.
  [[nodiscard]] bool set_limit(std::int64_t limit) noexcept {
    if (limit < 0 || limit > capacity()) return false;
    limit_ = limit;
    place();
    return true;
  }
  // Times only: limits are configured, and changed by records.
  void save(StateOut& out) const {
    out.put_count(times_.size());
    for (const MonoTime time : times_) out.put(time.ns);
    out.put_count(next_);
  }
  // False: of another capacity.
  [[nodiscard]] bool restore(StateIn& in) {
    in.expect(std::uint64_t{times_.size()});
    for (std::size_t i = 0; i < times_.size() && in.ok(); ++i)
      times_[i] = MonoTime{in.take<std::int64_t>()};
    next_ = in.take_count(times_.size() - 1);
    place();
    return in.ok();
  }
  [[nodiscard]] std::int64_t limit() const noexcept { return limit_; }
  [[nodiscard]] std::int64_t capacity() const noexcept {
    return static_cast<std::int64_t>(times_.size());
  }

 private:
  static constexpr std::int64_t kLongAgo = std::numeric_limits<std::int64_t>::min() / 4;
  static constexpr std::int64_t kCapacityMax = 400'000;

  // The place of the event `limit` back.
  void place() noexcept {
    const auto back = static_cast<std::size_t>(limit_);
    oldest_ = next_ >= back ? next_ - back : next_ + times_.size() - back;
  }

  std::int64_t limit_;
  std::vector<MonoTime> times_;
  std::size_t next_{0};
  std::size_t oldest_{0};
};
}  // namespace sq::risk
