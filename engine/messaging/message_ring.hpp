// One producer thread, one consumer thread, messages of one type. For latency: the sequence number
// lies behind the message in its slot, so one cache line carries up to 56 bytes and the news of it.
// Cost: one cache line transfer a message; README.md has the figures.
// Errors: full refuses and counts (`refused`); what to do then is the caller's, written where the
// ring is made. Nothing is ever overwritten.
#pragma once

#include <bit>
#include <cstdint>
#include <type_traits>

#include "engine/messaging/ring_memory.hpp"
#include "engine/messaging/ring_side.hpp"
#include "engine/types/check.hpp"

namespace sq {
template <class T>
class MessageRing {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  // `capacity` in messages, a power of two. `first` is the position of the first message: tests
  // start it just below 2^64.
  explicit MessageRing(std::uint64_t capacity, std::uint64_t first = 0)
      : memory_{capacity * sizeof(Slot)},
        slots_{reinterpret_cast<Slot*>(memory_.data())},
        mask_{capacity - 1},
        release_step_{(capacity + kReleasesPerLap - 1) / kReleasesPerLap} {
    SQ_CHECK(std::has_single_bit(capacity));
    for (std::uint64_t i = 0; i < capacity; ++i) {
      const std::uint64_t position = first + i;
      new (&slots_[position & mask_]) Slot{{}, {position - capacity + 1}};
    }
    producer_.position = consumer_.position = consumer_.released = first;
    producer_.free_until = first + capacity;
    released_.value.store(first, std::memory_order_relaxed);
  }

  // Producer. Room for one message, to be filled and committed; null when full.
  [[nodiscard]] T* reserve() noexcept {
    if (producer_.position == producer_.free_until) [[unlikely]] {
      producer_.free_until = released_.value.load(std::memory_order_acquire) + capacity();
      if (producer_.position == producer_.free_until) {
        add_one(producer_.refused);
        return nullptr;
      }
    }
    return &slots_[producer_.position & mask_].message;
  }
  // Producer. Publishes what reserve() gave.
  void commit() noexcept {
    Slot& slot = slots_[producer_.position & mask_];
    ++producer_.position;
    slot.sequence.store(producer_.position, std::memory_order_release);
  }
  // Producer. False when full.
  [[nodiscard]] bool try_push(const T& message) noexcept {
    T* const room = reserve();
    if (room == nullptr) return false;
    *room = message;
    commit();
    return true;
  }

  // Consumer. The oldest message, valid until pop(); null when there is none.
  [[nodiscard]] T* peek() noexcept {
    Slot& slot = slots_[consumer_.position & mask_];
    // The other lines are fetched at the same time as the one with the sequence, not after it.
    if constexpr (sizeof(Slot) > kCacheLine) __builtin_prefetch(&slot);
    if constexpr (sizeof(Slot) > 2 * kCacheLine)
      __builtin_prefetch(reinterpret_cast<const std::byte*>(&slot) + kCacheLine);
    if (slot.sequence.load(std::memory_order_acquire) == consumer_.position + 1)
      return &slot.message;
    if (consumer_.released != consumer_.position) release();
    return nullptr;
  }
  // Consumer. Only after peek() gave a message.
  void pop() noexcept {
    ++consumer_.position;
    if (consumer_.position - consumer_.released >= release_step_) release();
  }
  [[nodiscard]] bool try_pop(T& message) noexcept {
    const T* const oldest = peek();
    if (oldest == nullptr) return false;
    message = *oldest;
    pop();
    return true;
  }

  [[nodiscard]] std::uint64_t capacity() const noexcept { return mask_ + 1; }
  // Any thread. How often reserve() or try_push() found the ring full.
  [[nodiscard]] std::uint64_t refused() const noexcept {
    return producer_.refused.load(std::memory_order_relaxed);
  }

 private:
  struct alignas(kCacheLine) Slot {
    T message;
    // Last: written in order, no line is taken away before it is complete. Position + 1.
    std::atomic<std::uint64_t> sequence;
  };
  void release() noexcept {
    consumer_.released = consumer_.position;
    released_.value.store(consumer_.position, std::memory_order_release);
  }

  RingMemory memory_;
  Slot* slots_;
  std::uint64_t mask_;
  std::uint64_t release_step_;
  ProducerSide producer_;
  ConsumerSide consumer_;
  ReleasedPosition released_;
};
}  // namespace sq
