// The price levels of many book sides, each sorted: the best fifteen in two cache lines of its own
// (best_levels.hpp), what lies below them in an array (deep_levels.hpp). Levels move between the
// two parts when the fifteen are full or fewer than eight are left.
// Thread: one writer. Cost: 2 to 4 ns among the best levels; below them O(log n + distance from
// them). Allocates in the constructor only: 128 bytes a side, 16 for each level below the best.
// Errors: insert returns false when the room for deep levels is used up.
#pragma once

#include <cstdint>

#include "engine/book/l3/best_levels.hpp"
#include "engine/book/l3/deep_levels.hpp"
#include "engine/book/l3/prefetch.hpp"

namespace sq::book::l3 {
class LevelLists {
 public:
  LevelLists(std::uint32_t lists, std::uint64_t deep_levels);

  struct Place {
    std::uint32_t cell{0};    // 0: no level with this key
    std::uint32_t better{0};  // levels of the best part before it; BestLevels::kLevels: below them
  };
  [[nodiscard]] Place find(std::uint32_t list, std::uint32_t key) const noexcept {
    const BestLevels& best = lists_[list];
    const std::uint32_t equal = best.equal(key);
    const std::uint32_t better = best.better(key);
    if (equal != 0) return {best.cells[better], better};
    if (is_below(best, better)) [[unlikely]]
      return find_below(best, better, key);
    return {0, better};
  }
  // `better` from find, which did not find the key.
  [[nodiscard]] bool insert(std::uint32_t list, std::uint32_t better, std::uint32_t key,
                            std::uint32_t cell) noexcept {
    BestLevels& best = lists_[list];
    if (better == BestLevels::kLevels || best.full()) [[unlikely]] {
      if (!make_room(best, better, key, cell)) return false;
      if (better == BestLevels::kLevels) return true;
    }
    best.insert(better, key, cell);
    return true;
  }
  void erase(std::uint32_t list, std::uint32_t key) noexcept {
    BestLevels& best = lists_[list];
    const std::uint32_t equal = best.equal(key);
    if (equal == 0) [[unlikely]] {
      erase_below(best, key);
      return;
    }
    best.erase(static_cast<std::uint32_t>(std::countr_zero(equal)));
    if (deep_size(best) != 0 && best.keys[kFewest - 1] == 0) [[unlikely]]
      refill(best);
  }
  void clear(std::uint32_t list) noexcept;

  [[nodiscard]] std::uint32_t size(std::uint32_t list) const noexcept {
    return lists_[list].size() + deep_size(lists_[list]);
  }
  // rank 0 is the best; rank < size.
  [[nodiscard]] std::uint32_t cell_at(std::uint32_t list, std::uint32_t rank) const noexcept;
  // 0: the side is empty.
  [[nodiscard]] std::uint32_t best_key(std::uint32_t list) const noexcept {
    return lists_[list].keys[0];
  }
  [[nodiscard]] std::uint32_t best_cell(std::uint32_t list) const noexcept {
    return lists_[list].cells[0];
  }

  void prefetch(std::uint32_t list) const noexcept {
    prefetch_line(lists_[list].keys);
    prefetch_line(lists_[list].cells);
  }
  // Without a branch: instead of an unwanted line, one that is near.
  void prefetch_if(bool wanted, std::uint32_t list, const void* near) const noexcept {
    const BestLevels& best = lists_[list];
    prefetch_line(wanted ? static_cast<const void*>(best.keys) : near);
    prefetch_line(wanted ? static_cast<const void*>(best.cells) : near);
  }
  [[nodiscard]] std::size_t bytes() const noexcept {
    return lists_.memory().bytes() + deep_.memory().bytes();
  }
  [[nodiscard]] std::size_t huge_bytes() const {
    return lists_.memory().huge_bytes() + deep_.memory().huge_bytes();
  }

 private:
  static constexpr std::uint32_t kFewest = 8;  // levels in the best part when there are deep ones

  // The deep array of a list is named in the lanes that are no levels.
  [[nodiscard]] static std::uint32_t deep_block(const BestLevels& best) noexcept {
    return best.keys[BestLevels::kLevels];
  }
  [[nodiscard]] static std::uint32_t deep_size(const BestLevels& best) noexcept {
    return best.cells[BestLevels::kLevels];
  }
  [[nodiscard]] static DeepArray deep_array(BestLevels& best) noexcept {
    return {best.keys[BestLevels::kLevels], best.cells[BestLevels::kLevels]};
  }
  // Worse than all of the best part while there are deep levels.
  [[nodiscard]] static bool is_below(const BestLevels& best, std::uint32_t better) noexcept {
    return deep_size(best) != 0 && (better == BestLevels::kLevels || best.keys[better] == 0);
  }
  [[nodiscard]] Place find_below(const BestLevels& best, std::uint32_t better,
                                 std::uint32_t key) const noexcept;
  [[nodiscard]] bool make_room(BestLevels& best, std::uint32_t better, std::uint32_t key,
                               std::uint32_t cell) noexcept;
  void erase_below(BestLevels& best, std::uint32_t key) noexcept;
  void refill(BestLevels& best) noexcept;

  HugeArray<BestLevels> lists_;
  DeepLevels deep_;
};
}  // namespace sq::book::l3
