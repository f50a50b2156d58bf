// Reading the time stamp counter for measurements, ordered against the code around it (Intel, "How
// to Benchmark Code Execution Times", 2010; lfence waits for all earlier instructions). Thread:
// any. Cost: 9 to 25 ns a pair.
#pragma once

#include <x86intrin.h>  // clang declares __rdtscp here only

#include <cstdint>

namespace sq::bench {
inline std::uint64_t ticks_begin() noexcept {
  _mm_lfence();
  const std::uint64_t ticks = __rdtsc();
  _mm_lfence();
  return ticks;
}
inline std::uint64_t ticks_end() noexcept {
  unsigned cpu = 0;
  const std::uint64_t ticks = __rdtscp(&cpu);
  _mm_lfence();
  return ticks;
}
}  // namespace sq::bench
