// The time of a live run: logical time begins at the wall clock's and then goes on with the
// monotonic one, so it rises over restarts and never jumps; wall time is the system's, as it is
// set. Thread: any; it does not change. Cost: a clock read each.
#pragma once

#include <ctime>

#include "engine/telemetry/tick_clock.hpp"
#include "engine/types/time.hpp"

namespace sq::app {
class LiveClock {
 public:
  LiveClock() noexcept : start_{wall().ns - telemetry::monotonic_ns()} {}

  [[nodiscard]] MonoTime now() const noexcept {
    return MonoTime{start_ + telemetry::monotonic_ns()};
  }
  [[nodiscard]] WallTime wall() const noexcept {
    timespec t{};
    ::clock_gettime(CLOCK_REALTIME, &t);
    return WallTime{t.tv_sec * kNsPerSecond + t.tv_nsec};
  }

 private:
  std::int64_t start_;
};
}  // namespace sq::app
