// Moments in nanoseconds. Wall time (UTC since 1970) and monotonic time do not mix: the compiler
// refuses. Durations are plain std::int64_t nanoseconds with `_ns` in their names.
// Nothing here reads a clock: the engine's time comes in with the event.
#pragma once

#include <compare>
#include <cstdint>

namespace sq {
template <class Tag>
struct Moment {
  std::int64_t ns{0};
  friend constexpr auto operator<=>(Moment, Moment) noexcept = default;
  friend constexpr std::int64_t operator-(Moment a, Moment b) noexcept { return a.ns - b.ns; }
  friend constexpr Moment operator+(Moment a, std::int64_t duration_ns) noexcept {
    return {a.ns + duration_ns};
  }
  friend constexpr Moment operator-(Moment a, std::int64_t duration_ns) noexcept {
    return {a.ns - duration_ns};
  }
};
using WallTime = Moment<struct WallTag>;  // UTC, 1970 to 2262
using MonoTime = Moment<struct MonoTag>;  // since an arbitrary start, never decreasing

constexpr std::int64_t kNsPerUs = 1'000;
constexpr std::int64_t kNsPerMs = 1'000'000;
constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr std::int64_t kNsPerDay = 86'400 * kNsPerSecond;

// Days since 1970-01-01 (UTC), also before it.
[[nodiscard]] constexpr std::int64_t utc_day(WallTime t) noexcept {
  return t.ns / kNsPerDay - (t.ns % kNsPerDay < 0 ? 1 : 0);
}
}  // namespace sq
