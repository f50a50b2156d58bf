// One producer thread, one consumer thread, records of variable length, each contiguous.
// A frame is an 8-byte word (0: not there yet, else the record's length) and the record, padded to
// whole cache lines. The word is published in the frame's own first line, so the reader waits for
// no second line to learn of it. The word behind a frame is zero before the frame is published.
// A frame that does not fit before the end of the memory leaves a skip mark and starts at 0.
// Cost: README.md. Errors: full refuses and counts (`refused`); what to do then is the caller's,
// written where the ring is made. A record longer than length_max() is a bug of the caller.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>

#include "engine/messaging/record.hpp"
#include "engine/messaging/ring_memory.hpp"
#include "engine/messaging/ring_side.hpp"
#include "engine/types/check.hpp"

namespace sq {
class RecordRing {
 public:
  // `capacity` in bytes: a power of two, 1,024 at least. `first` is the position of the first
  // frame, a multiple of 64: tests start it just below 2^64.
  explicit RecordRing(std::uint64_t capacity, std::uint64_t first = 0)
      : memory_{capacity}, bytes_{memory_.data()}, mask_{capacity - 1} {
    SQ_CHECK(std::has_single_bit(capacity) && capacity >= 1024 && first % kCacheLine == 0);
    producer_.position = producer_.written_until = first;
    consumer_.position = consumer_.released = first;
    producer_.free_until = producer_.zeroed = first + capacity;
    released_.value.store(first, std::memory_order_relaxed);
  }

  // Two frames of this length and a word fit whatever the position: an empty ring never refuses.
  [[nodiscard]] std::uint32_t length_max() const noexcept {
    const std::uint64_t half = capacity() / 2 - kCacheLine - kWord;
    return half < std::numeric_limits<std::uint32_t>::max() ? static_cast<std::uint32_t>(half)
                                                            : std::uint32_t{1} << 31;
  }

  // Producer. `length` contiguous bytes, aligned to 8, to be filled and committed; null when full.
  [[nodiscard]] std::byte* reserve(std::uint32_t length) noexcept {
    SQ_CHECK(length > 0 && length <= length_max());
    const std::uint64_t frame = frame_bytes(length);
    const std::uint64_t to_end = capacity() - (producer_.position & mask_);
    const std::uint64_t skip = frame > to_end ? to_end : 0;
    if (!has_room(skip + frame + kCacheLine)) [[unlikely]] {
      add_one(producer_.refused);
      return nullptr;
    }
    if (skip != 0) [[unlikely]]
      skip_to_start(skip);
    const std::uint64_t end = producer_.position + frame;
    if (passed(end, producer_.written_until)) producer_.written_until = end;
    return bytes_ + (producer_.position & mask_) + kWord;
  }
  // Producer. Publishes the first `length` bytes of what reserve() gave; not more than asked for.
  void commit(std::uint32_t length) noexcept {
    const std::uint64_t next = producer_.position + frame_bytes(length);
    // A frame cut short, or an abandoned one before it, may have filled the word behind it.
    if (passed(next, producer_.zeroed) || next != producer_.written_until) [[unlikely]]
      zero_word(next);
    word(producer_.position).store(length, std::memory_order_release);
    producer_.position = next;
    zero_ahead();
  }
  // Producer. Copies a whole record, header.length bytes. False when full.
  [[nodiscard]] bool try_push(const RecordHeader& record) noexcept {
    std::byte* const room = reserve(record.length);
    if (room == nullptr) return false;
    // The reader polls the first line: it is written last, in one go with the word.
    constexpr std::size_t kFirst = kCacheLine - kWord;
    const auto* const bytes = reinterpret_cast<const std::byte*>(&record);
    std::memcpy(room + kFirst, bytes + kFirst, record.length - kFirst);
    std::memcpy(room, bytes, kFirst);
    commit(record.length);
    return true;
  }

  // Consumer. The oldest record, valid and writable until pop(); null when there is none.
  [[nodiscard]] std::byte* peek_bytes() noexcept {
    // The second line is fetched at the same time as the first, not after it.
    __builtin_prefetch(bytes_ + ((consumer_.position + kCacheLine) & mask_));
    std::uint64_t length = word(consumer_.position).load(std::memory_order_acquire);
    if (length == kSkip) [[unlikely]] {
      consumer_.position += capacity() - (consumer_.position & mask_);
      length = word(consumer_.position).load(std::memory_order_acquire);
    }
    if (length == 0) {
      if (consumer_.released != consumer_.position) release();
      return nullptr;
    }
    consumer_.length = static_cast<std::uint32_t>(length);
    return bytes_ + (consumer_.position & mask_) + kWord;
  }
  [[nodiscard]] RecordHeader* peek() noexcept {
    return reinterpret_cast<RecordHeader*>(peek_bytes());
  }
  // Consumer. Bytes of what the last peek gave.
  [[nodiscard]] std::uint32_t length() const noexcept { return consumer_.length; }
  // Consumer. Only after peek() gave a record.
  void pop() noexcept {
    consumer_.position += frame_bytes(consumer_.length);
    if (consumer_.position - consumer_.released >= capacity() / kReleasesPerLap) release();
  }

  [[nodiscard]] std::uint64_t capacity() const noexcept { return mask_ + 1; }
  // Any thread. How often reserve() or try_push() found the ring full.
  [[nodiscard]] std::uint64_t refused() const noexcept {
    return producer_.refused.load(std::memory_order_relaxed);
  }

 private:
  static constexpr std::uint64_t kWord = 8;
  static constexpr std::uint64_t kSkip = std::numeric_limits<std::uint64_t>::max();
  // How far in front of the producer words are zeroed, after a commit and so off its path. Far
  // enough that the line is its own again when it gets there (README.md).
  static constexpr std::uint64_t kZeroAhead = 32 * kCacheLine;

  static constexpr std::uint64_t frame_bytes(std::uint32_t length) noexcept {
    return (kWord + length + kCacheLine - 1) / kCacheLine * kCacheLine;
  }
  // Positions wrap at 2^64: compared by distance, which is never more than the capacity.
  static constexpr bool passed(std::uint64_t position, std::uint64_t mark) noexcept {
    return static_cast<std::int64_t>(position - mark) >= 0;
  }
  [[nodiscard]] std::atomic_ref<std::uint64_t> word(std::uint64_t position) const noexcept {
    return std::atomic_ref{*reinterpret_cast<std::uint64_t*>(bytes_ + (position & mask_))};
  }
  [[nodiscard]] bool has_room(std::uint64_t bytes) noexcept {
    if (producer_.free_until - producer_.position >= bytes) [[likely]]
      return true;
    producer_.free_until = released_.value.load(std::memory_order_acquire) + capacity();
    return producer_.free_until - producer_.position >= bytes;
  }
  void zero_word(std::uint64_t position) noexcept {
    word(position).store(0, std::memory_order_relaxed);
    producer_.zeroed = position + kCacheLine;
  }
  void zero_ahead() noexcept {
    const std::uint64_t end = producer_.position + kZeroAhead;
    while (!passed(producer_.zeroed, end) && producer_.zeroed != producer_.free_until)
      zero_word(producer_.zeroed);
  }
  [[gnu::cold]] void skip_to_start(std::uint64_t skip) noexcept {
    const std::uint64_t next = producer_.position + skip;
    if (passed(next, producer_.zeroed)) zero_word(next);
    word(producer_.position).store(kSkip, std::memory_order_release);
    producer_.position = next;
  }
  void release() noexcept {
    consumer_.released = consumer_.position;
    released_.value.store(consumer_.position, std::memory_order_release);
  }

  RingMemory memory_;
  std::byte* bytes_;
  std::uint64_t mask_;
  ProducerSide producer_;
  ConsumerSide consumer_;
  ReleasedPosition released_;
};
}  // namespace sq
