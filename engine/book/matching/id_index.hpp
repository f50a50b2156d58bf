// Order id to handle: open addressing, linear probing, at most half full; removal moves later
// entries back, so there are no tombstones. Thread: the engine's. Cost: about one cache line an
// operation, 32 bytes an order. Errors: none: there is room for all orders. Id 0 is not an id.
#pragma once

#include <bit>
#include <cstdint>

#include "engine/book/l3/huge_array.hpp"
#include "engine/book/matching/vocabulary.hpp"

namespace sq::matching {
class IdIndex {
 public:
  // ids_max 0: an index that is never used.
  explicit IdIndex(std::uint32_t ids_max)
      : entries_{std::bit_ceil(std::size_t{ids_max} * 2 + 2)}, mask_{entries_.size() - 1} {}

  [[nodiscard]] Handle find(OrderId id) const noexcept {
    for (std::size_t at = home_of(id.value);; at = (at + 1) & mask_) {
      if (entries_[at].id == id.value) return id.value == 0 ? kNoHandle : entries_[at].handle;
      if (entries_[at].id == 0) return kNoHandle;
    }
  }
  // Not there yet.
  void insert(OrderId id, Handle handle) noexcept {
    std::size_t at = home_of(id.value);
    while (entries_[at].id != 0) at = (at + 1) & mask_;
    entries_[at] = {id.value, handle, 0};
  }
  // Is there.
  void remove(OrderId id) noexcept {
    std::size_t hole = home_of(id.value);
    while (entries_[hole].id != id.value) hole = (hole + 1) & mask_;
    for (std::size_t at = (hole + 1) & mask_; entries_[at].id != 0; at = (at + 1) & mask_) {
      // May move back unless its home lies after the hole.
      if (((at - home_of(entries_[at].id)) & mask_) >= ((at - hole) & mask_)) {
        entries_[hole] = entries_[at];
        hole = at;
      }
    }
    entries_[hole] = {};
  }
  void clear() noexcept {
    for (std::size_t i = 0; i <= mask_; ++i) entries_[i] = {};
  }
  [[nodiscard]] std::size_t bytes() const noexcept { return entries_.memory().bytes(); }

 private:
  struct Entry {
    std::uint64_t id;
    Handle handle;
    std::uint32_t unused;
  };
  // Fibonacci hashing, folded: ids are often consecutive, or differ in high bits only.
  [[nodiscard]] std::size_t home_of(std::uint64_t id) const noexcept {
    const std::uint64_t product = id * 0x9E37'79B9'7F4A'7C15;
    return (product ^ (product >> 32)) & mask_;
  }

  book::l3::HugeArray<Entry> entries_;
  std::size_t mask_;
};
}  // namespace sq::matching
