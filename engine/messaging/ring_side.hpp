// What the two kinds of ring share: where the producer's and the consumer's fields lie.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace sq {
// Two lines: Intel's second-level cache fetches lines in pairs.
constexpr std::size_t kNoSharing = 128;
constexpr std::size_t kCacheLine = 64;
// The consumer gives space back when an eighth of the ring is free or nothing is left to read, so
// that its index crosses between the cores about eight times a lap and not with every message.
constexpr std::uint64_t kReleasesPerLap = 8;

// Only the producer's thread writes these; `refused` may be read by others.
struct alignas(kNoSharing) ProducerSide {
  std::uint64_t position{0};    // of the next message; wraps at 2^64
  std::uint64_t free_until{0};  // last seen released position + capacity
  std::uint64_t zeroed{0};  // RecordRing: below it, the words that a reader may look at are zero
  std::uint64_t written_until{0};  // RecordRing: end of what was reserved and may have been filled
  std::atomic<std::uint64_t> refused{0};
};
// Only the consumer's thread writes these.
struct alignas(kNoSharing) ConsumerSide {
  std::uint64_t position{0};
  std::uint64_t released{0};
  std::uint32_t length{0};  // RecordRing: of the record that peek() gave
};
struct alignas(kNoSharing) ReleasedPosition {
  std::atomic<std::uint64_t> value{0};
};

// One single-writer count up: plain load and store, no locked instruction.
inline void add_one(std::atomic<std::uint64_t>& count) noexcept {
  count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

// Between two looks at an empty ring. Three: a reader that looks less often disturbs the writer's
// line less (README.md: round trip p50 215 instead of 290 ns).
inline void spin_pause() noexcept {
#if defined(__x86_64__)
  _mm_pause();
  _mm_pause();
  _mm_pause();
#else
  asm volatile("" : : : "memory");
#endif
}
}  // namespace sq
