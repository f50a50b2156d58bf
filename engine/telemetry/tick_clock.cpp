#include "engine/telemetry/tick_clock.hpp"

#include <fstream>
#include <limits>
#include <string>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace sq::telemetry {
namespace {
#if defined(__x86_64__)
struct Reading {
  std::uint64_t ticks{0};
  std::int64_t ns{0};
};

// The counter and the clock at the same moment: of several tries the one in which the reading of
// the clock took least, so that an interrupt in between does not count.
Reading read_both() noexcept {
  Reading best;
  std::uint64_t narrowest = std::numeric_limits<std::uint64_t>::max();
  for (int i = 0; i < 32; ++i) {
    _mm_lfence();
    const std::uint64_t before = __rdtsc();
    const std::int64_t ns = monotonic_ns();
    unsigned cpu = 0;
    const std::uint64_t after = __rdtscp(&cpu);
    if (after - before >= narrowest) continue;
    narrowest = after - before;
    best = {before + (after - before) / 2, ns};
  }
  return best;
}

// Virtual machines often hide the invariant bit; the kernel watches the counter, and by using it
// for its own clock says that it can be trusted.
bool kernel_uses_tsc() {
  std::ifstream file{"/sys/devices/system/clocksource/clocksource0/current_clocksource"};
  std::string name;
  return file >> name && name == "tsc";
}
#endif
}  // namespace

bool has_invariant_tsc() noexcept {
#if defined(__x86_64__)
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  return __get_cpuid(0x8000'0007, &a, &b, &c, &d) != 0 && (d & (1U << 8)) != 0;
#else
  return false;
#endif
}

TickClock TickClock::monotonic() noexcept { return {}; }

TickClock TickClock::calibrate([[maybe_unused]] std::int64_t baseline_ns) {
#if defined(__x86_64__)
  if (!has_invariant_tsc() && !kernel_uses_tsc()) return monotonic();
  const Reading first = read_both();
  while (monotonic_ns() - first.ns < baseline_ns) {
  }
  const Reading last = read_both();
  const auto ns = static_cast<std::uint64_t>(last.ns - first.ns);
  const std::uint64_t ticks = last.ticks - first.ticks;
  TickClock clock;
  clock.kind_ = Kind::TimeStampCounter;
  clock.ns_per_tick_32_ = static_cast<std::uint64_t>((UInt128{ns} << 32) / ticks);
  clock.anchor_ticks_ = last.ticks;
  clock.anchor_ns_ = last.ns;
  return clock;
#else
  return monotonic();
#endif
}
}  // namespace sq::telemetry
