#include "engine/wal/appender.hpp"

#include <sched.h>

#include <cstring>

#include "engine/telemetry/tick_clock.hpp"
#include "engine/types/check.hpp"
#include "engine/wal/checksum.hpp"
#include "engine/wal/drain.hpp"
#include "engine/wal/kill_point.hpp"
#include "engine/wal/ring.hpp"

namespace sq::wal {
namespace {
// The core has just written the record, field by field: loads wider than its stores would wait
// until those stores have left the store buffer (128 bytes: 12 ns instead of 21). So words first;
// what lies behind them is long since in the cache.
constexpr std::size_t kWords = 16;  // 128 bytes
// The ring is larger than the caches: lines that will be written soon are asked for now (128 bytes:
// 20 ns instead of 25).
constexpr std::size_t kAskedAhead = 512;
constexpr std::size_t kCacheLine = 64;

inline void copy_word(const std::byte* from, std::byte* to, std::size_t word) noexcept {
  std::uint64_t value = 0;
  std::memcpy(&value, from + word * sizeof value, sizeof value);
  asm("" : "+r"(value));  // one by one: the compiler would join them
  std::memcpy(to + word * sizeof value, &value, sizeof value);
}
// All but the first word, which is the checksum.
inline void copy_record(const std::byte* from, std::byte* to, std::uint32_t length) noexcept {
  constexpr std::size_t kHeaderWords = sizeof(RecordHeader) / sizeof(std::uint64_t);
#pragma GCC unroll 16
  for (std::size_t word = 1; word < kHeaderWords; ++word) copy_word(from, to, word);
  if (length >= kWords * sizeof(std::uint64_t)) {
#pragma GCC unroll 16
    for (std::size_t word = kHeaderWords; word < kWords; ++word) copy_word(from, to, word);
    constexpr std::size_t kDone = kWords * sizeof(std::uint64_t);
    if (length > kDone) std::memcpy(to + kDone, from + kDone, length - kDone);
  } else {
    for (std::size_t word = kHeaderWords; word < length / sizeof(std::uint64_t); ++word)
      copy_word(from, to, word);
  }
}
}  // namespace

Appender::Appender(const std::array<Lane, kStreams>& lanes, Drain& drain) noexcept
    : shut_{&drain.shut_flag()}, drain_{&drain} {
  for (const Stream stream : kBothStreams) {
    const Lane& lane = lanes[index_of(stream)];
    Position& at = streams_[index_of(stream)];
    at.bytes = lane.ring->bytes();
    at.mask = lane.ring->mask();
    at.head = load_acquire(lane.ring->control().head);
    at.limit = load_acquire(lane.ring->control().tail) + lane.ring->capacity();
    at.chain = lane.chain;
    at.shared_head = &lane.ring->control().head;
    at.ring = lane.ring;
    at.when_full = lane.when_full;
    at.stream = stream;
    at.wait_ns_max = lane.wait_ns_max;
  }
}

bool Appender::append(const RecordHeader& record) noexcept {
  Position& at = streams_[is_market_data(record.kind) ? 1 : 0];
  const std::uint32_t length = record.length;
  SQ_CHECK(length >= sizeof(RecordHeader) && length <= kRecordLengthMax &&
           length % kRecordAlignment == 0);
  if (at.head + length > at.limit) [[unlikely]] {
    if (!make_room(at, length)) return false;
  }
  if (shut_->load(std::memory_order_relaxed)) [[unlikely]]
    return false;
  // The payload lies behind the header: hide from the compiler that it sees only a header.
  const auto* from = reinterpret_cast<const std::byte*>(&record);
  asm("" : "+r"(from));
  std::byte* to = at.bytes + (at.head & at.mask);
  const std::uint64_t checksum = chain_checksum(at.chain, from, length);
  std::memcpy(to, &checksum, kChecksumBytes);
  copy_record(from, to, length);
  __builtin_prefetch(to + kAskedAhead, 1);
  __builtin_prefetch(to + kAskedAhead + kCacheLine, 1);
  at.chain = checksum;
  at.head += length;
  SQ_KILL_POINT("ring.head.before");
  std::atomic_ref(*at.shared_head).store(at.head, std::memory_order_release);
  SQ_KILL_POINT("ring.head.after");
  ++appended_;
  return true;
}

bool Appender::make_room(Position& at, std::uint32_t length) noexcept {
  const std::uint64_t capacity = at.mask + 1;
  if (length > capacity) {
    ++refused_;
    return false;
  }
  std::int64_t since = 0;  // 0: has not waited yet
  for (;;) {
    at.limit = load_acquire(at.ring->control().tail) + capacity;
    if (at.head + length <= at.limit) return true;
    if (shut_->load(std::memory_order_acquire)) return false;
    const std::int64_t now = at.wait_ns_max != 0 ? telemetry::monotonic_ns() : 1;
    if (since == 0 && at.when_full == WhenFull::Wait) {
      ++waits_;
      since = now;
    }
    const bool patient = at.wait_ns_max == 0 || now - since < at.wait_ns_max;
    if (at.when_full == WhenFull::Refuse || drain_->full(at.stream) || !patient) {
      ++refused_;
      return false;
    }
    // Nobody may be draining: one thread for everything is a legal wiring.
    if (drain_->drain_now() == 0) ::sched_yield();
  }
}
}  // namespace sq::wal
