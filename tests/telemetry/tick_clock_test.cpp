#include "engine/telemetry/tick_clock.hpp"

#include <catch2/catch.hpp>

using namespace sq;
using namespace sq::telemetry;

TEST_CASE("the calibrated clock follows the monotonic clock", "[telemetry]") {
  const TickClock clock = TickClock::calibrate(5 * kNsPerMs);
  // Bracketed by the kernel's clock, so that being preempted in between cannot fail the test.
  const std::int64_t before = monotonic_ns();
  const MonoTime stamp = clock.mono(clock.now_ordered());
  const std::int64_t after = monotonic_ns();
  const std::int64_t tolerance = 2'000;  // 100 ppm of the 20 ms since the anchor
  CHECK(stamp.ns >= before - tolerance);
  CHECK(stamp.ns <= after + tolerance);
}

TEST_CASE("a span of ticks is the span of the monotonic clock within 0.1 %", "[telemetry]") {
  const TickClock clock = TickClock::calibrate(5 * kNsPerMs);
  const std::int64_t outer_begin = monotonic_ns();
  const std::uint64_t begin = clock.now_ordered();
  const std::int64_t inner_begin = monotonic_ns();
  while (monotonic_ns() - inner_begin < 2 * kNsPerMs) {
  }
  const std::int64_t inner_end = monotonic_ns();
  const std::uint64_t end = clock.now_ordered();
  const std::int64_t outer_end = monotonic_ns();
  const auto ns = static_cast<double>(clock.ns(end - begin));
  CHECK(ns >= 0.999 * static_cast<double>(inner_end - inner_begin));
  CHECK(ns <= 1.001 * static_cast<double>(outer_end - outer_begin));
}

TEST_CASE("converting ticks to ns is exact for a day of them and for moments before the anchor",
          "[telemetry]") {
  const TickClock clock = TickClock::calibrate(kNsPerMs);
  const auto day = static_cast<std::uint64_t>(86'400.0 * clock.ticks_per_second());
  CHECK(static_cast<double>(clock.ns(day)) == Approx(86'400e9).epsilon(1e-9));
  const std::uint64_t now = clock.now();
  const auto second = static_cast<std::uint64_t>(clock.ticks_per_second());
  const std::int64_t forth = clock.mono(now + second) - clock.mono(now);
  const std::int64_t back = clock.mono(now) - clock.mono(now - second);
  CHECK(static_cast<double>(forth) == Approx(1e9).margin(2));
  CHECK(static_cast<double>(back) == Approx(1e9).margin(2));
}

TEST_CASE("without a time stamp counter ticks are nanoseconds", "[telemetry]") {
  const TickClock clock = TickClock::monotonic();
  CHECK(clock.kind() == TickClock::Kind::Monotonic);
  CHECK(clock.ns_per_tick() == 1.0);
  CHECK(clock.ns(123'456'789'012) == 123'456'789'012);
  const std::int64_t before = monotonic_ns();
  const std::uint64_t ticks = clock.now();
  const std::uint64_t ordered = clock.now_ordered();
  const std::int64_t after = monotonic_ns();
  CHECK(clock.mono(ticks).ns >= before);
  CHECK(clock.mono(ordered).ns <= after);
  CHECK(ordered >= ticks);
}
