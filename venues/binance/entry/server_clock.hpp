// The venue's clock, as far as it can be known from here: measured by asking for the time, kept
// against the monotonic clock, so that a wall clock that is set changes no stamp of a request.
// Thread: the venue's. Cost: an addition. Errors: before the first answer the local wall clock
// stands in, and known() is false.
// Units: nanoseconds; the venue tells whole milliseconds. Source: faults C01, C02; protocol facts
// of binance_spot 3 (recvWindow).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

#include "engine/types/time.hpp"

namespace sq::binance {
class ServerClock {
 public:
  // An answer that said `server`: of the last eight the one with the shortest way counts.
  void on_answer(MonoTime asked, MonoTime answered, WallTime server) noexcept {
    ++measured_;
    Sample& sample = samples_[count_++ % samples_.size()];
    sample.round_trip_ns = std::max<std::int64_t>(answered - asked, 0);
    // It was read somewhere on the way there and back, somewhere in its millisecond.
    sample.offset_ns = server.ns + kNsPerMs / 2 - (asked.ns + sample.round_trip_ns / 2);
    const std::size_t n = std::min<std::size_t>(count_, samples_.size());
    const Sample& best = *std::min_element(
        samples_.begin(), samples_.begin() + static_cast<std::ptrdiff_t>(n),
        [](const Sample& a, const Sample& b) { return a.round_trip_ns < b.round_trip_ns; });
    offset_ns_ = best.offset_ns;
    uncertainty_ns_ = best.round_trip_ns / 2 + kNsPerMs / 2;
  }
  // The venue says that we are wrong: what was measured counts for nothing any more.
  void forget() noexcept { count_ = 0; }

  // Both local clocks at one moment; true: the wall clock was set by more than half a second.
  [[nodiscard]] bool on_wall(MonoTime now, WallTime wall) noexcept {
    const std::int64_t apart = wall.ns - now.ns;
    const bool jumped = seen_ && std::abs(apart - apart_ns_) > kNsPerSecond / 2;
    if (jumped) ++jumps_;
    apart_ns_ = apart;
    seen_ = true;
    return jumped;
  }

  [[nodiscard]] std::size_t samples() const noexcept { return count_; }
  [[nodiscard]] std::uint64_t measured() const noexcept { return measured_; }  // ever
  [[nodiscard]] bool known() const noexcept { return count_ != 0; }
  [[nodiscard]] WallTime at(MonoTime now) const noexcept {
    return WallTime{now.ns + (known() ? offset_ns_ : apart_ns_)};
  }
  [[nodiscard]] std::int64_t uncertainty_ns() const noexcept { return uncertainty_ns_; }
  // The venue's clock less the local wall clock.
  [[nodiscard]] std::int64_t ahead_ns() const noexcept {
    return known() ? offset_ns_ - apart_ns_ : 0;
  }
  [[nodiscard]] std::uint64_t jumps() const noexcept { return jumps_; }

 private:
  struct Sample {
    std::int64_t offset_ns{0};  // venue's wall clock less monotonic
    std::int64_t round_trip_ns{0};
  };
  std::array<Sample, 8> samples_{};
  std::size_t count_{0};
  std::uint64_t measured_{0};
  std::int64_t offset_ns_{0};
  std::int64_t uncertainty_ns_{0};
  std::int64_t apart_ns_{0};  // local wall clock less monotonic
  bool seen_{false};
  std::uint64_t jumps_{0};
};
}  // namespace sq::binance
