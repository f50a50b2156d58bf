// The cheapest clock there is: the processor's time stamp counter, where the kernel trusts it, else
// the monotonic clock. For stage stamps and receive times, never for a decision: the core's time
// comes in with the event.
// Thread: start-up calibrates; then any thread, the object does not change.
// Cost: now() 9 ns with a time stamp counter, 19 ns without (bench/floors_bench.cpp).
// Units: ticks; ns(ticks) and mono(ticks) convert without a division.
// Source: Intel SDM volume 3, 18.17 (invariant TSC, CPUID 80000007H EDX bit 8).
#pragma once

#include <cstdint>
#include <ctime>
#if defined(__x86_64__)
#include <x86intrin.h>
#endif

#include "engine/types/fixed.hpp"
#include "engine/types/time.hpp"

namespace sq::telemetry {
[[nodiscard]] inline std::int64_t monotonic_ns() noexcept {
  timespec t{};
  ::clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * kNsPerSecond + t.tv_nsec;
}

class TickClock {
 public:
  enum class Kind : std::uint8_t { TimeStampCounter, Monotonic };

  // Measures the counter against CLOCK_MONOTONIC for `baseline_ns`: the error is about 40 ns in
  // that time, 1 ppm in 40 ms. Takes that long.
  [[nodiscard]] static TickClock calibrate(std::int64_t baseline_ns = 40 * kNsPerMs);
  // Ticks are nanoseconds of CLOCK_MONOTONIC.
  [[nodiscard]] static TickClock monotonic() noexcept;

  [[nodiscard]] std::uint64_t now() const noexcept {
#if defined(__x86_64__)
    if (kind_ == Kind::TimeStampCounter) [[likely]]
      return __rdtsc();
#endif
    return static_cast<std::uint64_t>(monotonic_ns());
  }
  // Ordered after all earlier instructions: the end of a thing that is being timed by itself.
  [[nodiscard]] std::uint64_t now_ordered() const noexcept {
#if defined(__x86_64__)
    if (kind_ == Kind::TimeStampCounter) [[likely]] {
      unsigned cpu = 0;
      const std::uint64_t ticks = __rdtscp(&cpu);
      _mm_lfence();
      return ticks;
    }
#endif
    return static_cast<std::uint64_t>(monotonic_ns());
  }

  // A difference of ticks; exact to the calibration's error.
  [[nodiscard]] std::uint64_t ns(std::uint64_t ticks) const noexcept {
    return static_cast<std::uint64_t>((UInt128{ticks} * ns_per_tick_32_) >> 32);
  }
  // The moment of a stamp. Drifts from CLOCK_MONOTONIC by the calibration's error and by how the
  // kernel slews that clock: make a new one where that matters.
  [[nodiscard]] MonoTime mono(std::uint64_t ticks) const noexcept {
    const auto since = static_cast<std::int64_t>(ticks - anchor_ticks_);
    const Int128 ns = (Int128{since} * static_cast<std::int64_t>(ns_per_tick_32_)) >> 32;
    return {anchor_ns_ + static_cast<std::int64_t>(ns)};
  }
  [[nodiscard]] double ns_per_tick() const noexcept {
    return static_cast<double>(ns_per_tick_32_) / 4294967296.0;
  }
  [[nodiscard]] double ticks_per_second() const noexcept { return 1e9 / ns_per_tick(); }
  [[nodiscard]] Kind kind() const noexcept { return kind_; }

 private:
  TickClock() = default;
  Kind kind_{Kind::Monotonic};
  std::uint64_t ns_per_tick_32_{std::uint64_t{1} << 32};  // nanoseconds a tick, times 2^32
  std::uint64_t anchor_ticks_{0};
  std::int64_t anchor_ns_{0};
};

// The processor promises a constant rate in all power states.
[[nodiscard]] bool has_invariant_tsc() noexcept;
}  // namespace sq::telemetry
