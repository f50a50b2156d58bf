// 64-bit references of orders to handles: open addressing in buckets of one cache line, 4 bytes a
// slot (a tag from the reference's hash, then the handle), 15 slots and a counter of the orders
// that found the bucket full and went on. The full reference is in the order's own cell, which the
// caller reads anyway. No tombstones: an emptied slot is free at once, and a search ends at a
// bucket that no order passed.
// Venues number orders almost consecutively, so references are not scattered: eight neighbours
// share a bucket, and the next eight go one or two buckets further (a golden-ratio sequence, which
// fills all places evenly whatever the number of turns). Adds then walk through memory, and an
// order young enough to be removed soon has its bucket in cache. Other references are spread as if
// random. Thread: one writer. Cost: one cache line, 2 to 3 ns in cache; 6 to 12 bytes an order.
// Errors: none; the caller keeps to orders_max. Source: the passing counters are those of Bronson
// and Shi, "Open-sourcing F14" (2019).
#pragma once

#include <bit>
#include <cstdint>

#ifdef __AVX512F__
#include <immintrin.h>
#endif

#include "engine/book/l3/huge_array.hpp"
#include "engine/book/l3/prefetch.hpp"

namespace sq::book::l3 {
class OrderIndex {
 public:
  // `reference_step`: the usual distance of consecutive references (4 on NASDAQ), a power of two;
  // any other value is rounded down to one. Only speed depends on it.
  OrderIndex(std::uint32_t orders_max, std::uint32_t reference_step);

  // Where a reference belongs: of the reference alone, so callers can work it out ahead of time.
  struct Key {
    std::uint32_t bucket{0};
    std::uint32_t tag{0};  // in the bits above the handle's
  };
  [[nodiscard]] Key key_of(std::uint64_t reference) const noexcept {
    const std::uint64_t place = (reference >> group_shift_) * step_;  // of 2^64 around the table
    const auto tag = static_cast<std::uint32_t>((reference * kOdd) >> 32) & ~handle_mask_;
    return {static_cast<std::uint32_t>(((place >> 32) * buckets_) >> 32), tag | kTaken};
  }
  struct Found {
    std::uint32_t slot{0};
    std::uint32_t handle{0};  // 0: not found
  };
  // is(handle): whether that order has this reference.
  template <class Is>
  [[nodiscard]] Found find(Key key, Is&& is) const noexcept {
    const std::uint32_t* slots = bucket_at(key.bucket);
    const std::uint32_t hits = with_tag(slots, key.tag);
    if (hits != 0) {
      const auto lane = static_cast<std::uint32_t>(std::countr_zero(hits));
      const std::uint32_t handle = slots[lane] & handle_mask_;
      if (is(handle)) [[likely]]
        return {key.bucket * kSlots + lane, handle};
    } else if (slots[kPassed] == 0) [[likely]] {
      return {};
    }
    return find_further(key, is);
  }
  // The first order of the home bucket with this tag, unproven: for look-ahead only. 0: none.
  [[nodiscard]] Found guess(Key key) const noexcept {
    const std::uint32_t* slots = bucket_at(key.bucket);
    const std::uint32_t hits = with_tag(slots, key.tag);
    const auto lane = static_cast<std::uint32_t>(std::countr_zero(hits | (1U << kPassed)));
    return {key.bucket * kSlots + lane, hits == 0 ? 0 : slots[lane] & handle_mask_};
  }
  // Whether `found` is still what the index holds; with the order's own reference checked too, it
  // saves the search.
  [[nodiscard]] bool holds(Found found, Key key) const noexcept {
    return slots_[found.slot] == (key.tag | found.handle);
  }

  // The reference is not in the index, and fewer than orders_max are. handle: 1 to orders_max.
  void insert(Key key, std::uint32_t handle) noexcept {
    std::uint32_t* slots = bucket_at(key.bucket);
    if (const std::uint32_t free = empty(slots); free != 0) [[likely]] {
      put(slots, free & (~free + 1), key.tag | handle);
    } else {
      insert_further(key, handle);
    }
  }
  // `slot` is that of find.
  void erase(Key key, std::uint32_t slot) noexcept {
    put(bucket_at(slot / kSlots), 1U << slot % kSlots, 0);
    for (std::uint32_t bucket = key.bucket; bucket != slot / kSlots;) [[unlikely]] {
        --bucket_at(bucket)[kPassed];
        bucket = next(bucket);
      }
  }

  void prefetch(Key key) const noexcept { prefetch_line(bucket_at(key.bucket)); }
  [[nodiscard]] std::size_t bytes() const noexcept { return slots_.memory().bytes(); }
  [[nodiscard]] std::size_t huge_bytes() const { return slots_.memory().huge_bytes(); }

 private:
  static constexpr std::uint32_t kSlots = 16;
  static constexpr std::uint32_t kPassed = 15;
  static constexpr std::uint32_t kLanes = (1U << kPassed) - 1;
  static constexpr std::uint32_t kGroupBits = 3;
  static constexpr std::uint32_t kTaken = 1U << 31;                // of every tag
  static constexpr std::uint64_t kOdd = 0x9E37'79B9'7F4A'7C15ULL;  // 2^64 / golden ratio

  [[nodiscard]] std::uint32_t* bucket_at(std::uint32_t bucket) noexcept {
    return slots_.data() + std::size_t{bucket} * kSlots;
  }
  [[nodiscard]] const std::uint32_t* bucket_at(std::uint32_t bucket) const noexcept {
    return slots_.data() + std::size_t{bucket} * kSlots;
  }
  [[nodiscard]] std::uint32_t next(std::uint32_t bucket) const noexcept {
    return bucket + 1 == buckets_ ? 0 : bucket + 1;
  }
  // Other hits of the home bucket, then the buckets behind it.
  template <class Is>
  [[nodiscard, gnu::noinline]] Found find_further(Key key, Is& is) const noexcept {
    std::uint32_t bucket = key.bucket;
    for (std::uint32_t seen = 0; seen < buckets_; ++seen) {
      const std::uint32_t* slots = bucket_at(bucket);
      for (std::uint32_t hits = with_tag(slots, key.tag); hits != 0; hits &= hits - 1) {
        const auto lane = static_cast<std::uint32_t>(std::countr_zero(hits));
        const std::uint32_t handle = slots[lane] & handle_mask_;
        if (is(handle)) return {bucket * kSlots + lane, handle};
      }
      if (slots[kPassed] == 0) break;
      bucket = next(bucket);
    }
    return {};
  }
  [[gnu::noinline]] void insert_further(Key key, std::uint32_t handle) noexcept;
  [[gnu::noinline]] void erase_passing(Key key, std::uint32_t slot) noexcept;

  // Bit i: slot i has this tag; empty slots have none.
  [[nodiscard]] std::uint32_t with_tag(const std::uint32_t* slots,
                                       std::uint32_t tag) const noexcept {
#ifdef __AVX512F__
    return _mm512_testn_epi32_mask(
               _mm512_xor_si512(_mm512_load_si512(slots), _mm512_set1_epi32(static_cast<int>(tag))),
               _mm512_set1_epi32(static_cast<int>(~handle_mask_))) &
           kLanes;
#else
    std::uint32_t hits = 0;
    for (std::uint32_t i = 0; i < kPassed; ++i) {
      hits |= static_cast<std::uint32_t>((slots[i] & ~handle_mask_) == tag) << i;
    }
    return hits;
#endif
  }
  [[nodiscard]] static std::uint32_t empty(const std::uint32_t* slots) noexcept {
#ifdef __AVX512F__
    const __m512i line = _mm512_load_si512(slots);
    return _mm512_testn_epi32_mask(line, line) & kLanes;
#else
    std::uint32_t free = 0;
    for (std::uint32_t i = 0; i < kPassed; ++i) {
      free |= static_cast<std::uint32_t>(slots[i] == 0) << i;
    }
    return free;
#endif
  }

  // Writes the whole line, so that the next vector load of it can be forwarded from the store.
  static void put(std::uint32_t* slots, std::uint32_t lane, std::uint32_t value) noexcept {
#ifdef __AVX512F__
    _mm512_store_si512(
        slots, _mm512_mask_set1_epi32(_mm512_load_si512(slots), static_cast<__mmask16>(lane),
                                      static_cast<int>(value)));
#else
    slots[std::countr_zero(lane)] = value;
#endif
  }

  HugeArray<std::uint32_t> slots_;
  std::uint32_t buckets_{0};
  std::uint64_t step_{0};  // from a group of references to the next, of 2^64 around the table
  std::uint32_t handle_mask_{0};
  std::uint32_t group_shift_{0};
};
}  // namespace sq::book::l3
