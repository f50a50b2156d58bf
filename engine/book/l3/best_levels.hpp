// Fifteen price levels in two cache lines, best first: sixteen 32-bit keys in one, their cells in
// the other, the last lane of each free for the owner's use. Search, insert and erase are a few
// vector instructions without a branch on the data, and every vector load reads what an equal
// vector store wrote: the processor forwards only such pairs, anything else waits until the store
// has left the pipeline. Keys: a higher key is a better price, 0 is no level.
// Thread: the owner's. Cost: 1 to 2 ns each. Without AVX-512 plain loops do the same.
#pragma once

#include <bit>
#include <cstdint>

#ifdef __AVX512F__
#include <immintrin.h>
#endif

namespace sq::book::l3 {
struct alignas(64) BestLevels {
  static constexpr std::uint32_t kLevels = 15;
  static constexpr std::uint32_t kLanes = (1U << kLevels) - 1;

  std::uint32_t keys[16];   // [15]: not a level
  std::uint32_t cells[16];  // [15]: not a level

  // Bit i: level i has this key; at most one.
  [[nodiscard]] std::uint32_t equal(std::uint32_t key) const noexcept {
#ifdef __AVX512F__
    return _mm512_cmpeq_epi32_mask(_mm512_load_si512(keys),
                                   _mm512_set1_epi32(static_cast<int>(key))) &
           kLanes;
#else
    std::uint32_t lanes = 0;
    for (std::uint32_t i = 0; i < kLevels; ++i) {
      lanes |= static_cast<std::uint32_t>(keys[i] == key) << i;
    }
    return lanes;
#endif
  }
  // Number of better levels: where the key is or belongs, up to kLevels.
  [[nodiscard]] std::uint32_t better(std::uint32_t key) const noexcept {
#ifdef __AVX512F__
    const std::uint32_t lanes =
        _mm512_cmpgt_epu32_mask(_mm512_load_si512(keys), _mm512_set1_epi32(static_cast<int>(key)));
    return static_cast<std::uint32_t>(std::popcount(lanes & kLanes));
#else
    std::uint32_t count = 0;
    for (std::uint32_t i = 0; i < kLevels; ++i) count += keys[i] > key;
    return count;
#endif
  }
  [[nodiscard]] std::uint32_t size() const noexcept { return better(0); }
  [[nodiscard]] bool full() const noexcept { return keys[kLevels - 1] != 0; }

  // `at` < kLevels. What was last of fifteen is gone.
  void insert(std::uint32_t at, std::uint32_t key, std::uint32_t cell) noexcept {
#ifdef __AVX512F__
    // Lane 15 must stay: the levels are expanded into the other lanes around the new one.
    const auto moved = static_cast<__mmask16>(kLanes & ~(1U << at));
    const auto written = static_cast<__mmask16>(kLanes & ~((1U << at) - 1));
    put(keys, written, moved, key);
    put(cells, written, moved, cell);
#else
    for (std::uint32_t i = kLevels - 1; i > at; --i) {
      keys[i] = keys[i - 1];
      cells[i] = cells[i - 1];
    }
    keys[at] = key;
    cells[at] = cell;
#endif
  }
  void erase(std::uint32_t at) noexcept {
#ifdef __AVX512F__
    const auto kept = static_cast<__mmask16>(kLanes & ~(1U << at));
    take(keys, kept);
    take(cells, kept);
#else
    for (std::uint32_t i = at; i + 1 < kLevels; ++i) {
      keys[i] = keys[i + 1];
      cells[i] = cells[i + 1];
    }
    keys[kLevels - 1] = cells[kLevels - 1] = 0;
#endif
  }

 private:
#ifdef __AVX512F__
  static void put(std::uint32_t* lanes, __mmask16 written, __mmask16 moved,
                  std::uint32_t value) noexcept {
    const __m512i old = _mm512_load_si512(lanes);
    const __m512i added = _mm512_set1_epi32(static_cast<int>(value));
    const __m512i open = _mm512_mask_expand_epi32(added, moved, old);
    _mm512_store_si512(lanes, _mm512_mask_mov_epi32(old, written, open));
  }
  static void take(std::uint32_t* lanes, __mmask16 kept) noexcept {
    const __m512i old = _mm512_load_si512(lanes);
    const __m512i closed = _mm512_maskz_compress_epi32(kept, old);
    _mm512_store_si512(lanes, _mm512_mask_mov_epi32(old, kLanes, closed));
  }
#endif
};
static_assert(sizeof(BestLevels) == 128);
}  // namespace sq::book::l3
