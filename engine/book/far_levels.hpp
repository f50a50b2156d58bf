// Levels outside a ladder's window: one sorted array with a gap where the window is. Those below it
// fill the front, those above it the back, so that levels cross between window and store at the
// gap's edges without moving others. Thread: one writer. Cost: a binary search; insert and erase
// move what lies between the place and the gap. Errors: false when the fixed capacity is reached.
// Allocates in the constructor only.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/types/fixed.hpp"

namespace sq::book {
struct LadderLevel {
  std::int64_t key{0};
  Qty qty{};
};

class FarLevels {
 public:
  explicit FarLevels(std::uint32_t capacity) : keys_(capacity), qtys_(capacity) {}

  enum class Change : std::uint8_t { None, Added, Removed, Full };
  // Qty zero removes. `below`: the key is below the window.
  Change set(std::int64_t key, Qty qty, bool below) noexcept {
    return below ? set_below(key, qty) : set_above(key, qty);
  }
  void clear() noexcept { below_ = above_ = 0; }
  // Zero: no such level.
  [[nodiscard]] Qty qty_at(std::int64_t key, bool below) const noexcept;

  // Ascending.
  [[nodiscard]] std::span<const std::int64_t> keys_below() const noexcept {
    return {keys_.data(), below_};
  }
  [[nodiscard]] std::span<const std::int64_t> keys_above() const noexcept {
    return {keys_.data() + first_above(), above_};
  }
  [[nodiscard]] std::size_t room() const noexcept { return keys_.size() - below_ - above_; }

  // At the gap's edges. Push: there is room; pop: the part is not empty.
  void push_below(LadderLevel level) noexcept { put(below_++, level); }
  LadderLevel pop_below() noexcept {
    --below_;
    return {keys_[below_], qtys_[below_]};
  }
  LadderLevel pop_above() noexcept {
    const std::size_t first = first_above();
    --above_;
    return {keys_[first], qtys_[first]};
  }

  // The first of ascending `keys` that is not below `key`, as an index.
  [[nodiscard]] static std::size_t lower_bound(std::span<const std::int64_t> keys,
                                               std::int64_t key) noexcept;

 private:
  [[nodiscard]] std::size_t first_above() const noexcept { return keys_.size() - above_; }
  void put(std::size_t place, LadderLevel level) noexcept {
    keys_[place] = level.key;
    qtys_[place] = level.qty;
  }
  void shift_up(std::size_t first, std::size_t last) noexcept;
  void shift_down(std::size_t first, std::size_t last) noexcept;
  Change set_below(std::int64_t key, Qty qty) noexcept;
  Change set_above(std::int64_t key, Qty qty) noexcept;

  std::vector<std::int64_t> keys_;  // apart from the quantities: a search reads half the lines
  std::vector<Qty> qtys_;
  std::size_t below_{0};
  std::size_t above_{0};
};
}  // namespace sq::book
