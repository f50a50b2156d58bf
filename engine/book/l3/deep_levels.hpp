// Sorted arrays for the levels of many book sides that lie below the best ones, each growing on its
// own inside one fixed region: blocks of 16 x 2^n entries, doubled when full, halved when less than
// a quarter is used; blocks given up serve other arrays. Nothing is allocated after construction.
// Thread: one writer. Cost: push and pop at the better end O(1); elsewhere a binary search and a
// move of what lies above. Errors: false when the region is used up; nothing has changed.
#pragma once

#include <array>
#include <cstdint>

#include "engine/book/l3/huge_array.hpp"

namespace sq::book::l3 {
// An entry: key << 32 | level cell; better entries are greater.
constexpr std::uint64_t entry_of(std::uint32_t key, std::uint32_t cell) noexcept {
  return (std::uint64_t{key} << 32) | cell;
}
constexpr std::uint32_t entry_key(std::uint64_t entry) noexcept {
  return static_cast<std::uint32_t>(entry >> 32);
}
constexpr std::uint32_t entry_cell(std::uint64_t entry) noexcept {
  return static_cast<std::uint32_t>(entry);
}

// What a side keeps of its array. All zero: no block yet.
struct DeepArray {
  std::uint32_t& block;  // place in units of 16 entries << 5 | size class
  std::uint32_t& size;
};

class DeepLevels {
 public:
  // Room for `entries` in up to `arrays` arrays; many arrays that grow and shrink at different
  // times can leave pieces too small to use, then the room ends earlier. Throws
  // std::invalid_argument beyond 2^28 entries.
  DeepLevels(std::uint64_t entries, std::uint64_t arrays);

  [[nodiscard]] const std::uint64_t* entries(std::uint32_t block) const noexcept {
    return entries_.data() + std::uint64_t{block >> kClassBits} * kUnit;
  }
  // Number of entries below `key`: where it is or belongs.
  [[nodiscard]] std::uint32_t find(std::uint32_t block, std::uint32_t size,
                                   std::uint32_t key) const noexcept;
  [[nodiscard]] bool insert(DeepArray array, std::uint32_t position, std::uint64_t entry) noexcept;
  [[nodiscard]] bool push_best(DeepArray array, std::uint64_t entry) noexcept {
    return insert(array, array.size, entry);
  }
  std::uint64_t pop_best(DeepArray array) noexcept;
  void erase(DeepArray array, std::uint32_t position) noexcept;

  [[nodiscard]] const HugeMemory& memory() const noexcept { return entries_.memory(); }

 private:
  static constexpr std::uint32_t kUnit = 16;
  static constexpr std::uint32_t kClassBits = 5;
  static constexpr std::uint32_t kClasses = 1U << kClassBits;

  [[nodiscard]] std::uint64_t* entries(std::uint32_t block) noexcept {
    return entries_.data() + std::uint64_t{block >> kClassBits} * kUnit;
  }
  [[nodiscard]] bool grow(DeepArray array) noexcept;
  void shrink_if_sparse(DeepArray array) noexcept;
  [[nodiscard]] bool move_to(DeepArray array, std::uint32_t size_class) noexcept;
  void give_back(std::uint32_t block) noexcept;
  [[nodiscard]] std::uint32_t take_block(std::uint32_t size_class) noexcept;  // 0: none left

  HugeArray<std::uint64_t> entries_;
  std::uint64_t units_taken_{1};  // unit 0 is no block's
  std::uint64_t units_{0};
  std::array<std::uint32_t, kClasses> free_{};  // first free block of each class, chained
};
}  // namespace sq::book::l3
