// One side of an L2 book. A level is a key (tick number; negated for asks, so that the best level
// has the highest key on both sides) and a quantity. Keys in a window around the best one index an
// array directly; the window is a ring, so moving it touches only the levels that enter or leave.
// All other keys live in FarLevels. Where the window lies never changes a result, only the cost:
// set() moves it after enough updates fell outside it. Thread: one writer. Cost: set inside the
// window about 3 ns; outside a binary search and a move of at most far_levels_max levels. A window
// move handles each level once and is paid for by as many outside updates before it. Errors: set
// returns false, and changes nothing, when FarLevels is full. Allocates in the constructor only.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "engine/book/far_levels.hpp"
#include "engine/book/slot_bitmap.hpp"
#include "engine/types/fixed.hpp"

namespace sq::book {
class Ladder {
 public:
  static constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::min();

  // Below this a window aligned to 64 keys could miss the level it is placed around.
  static constexpr std::uint32_t kWindowMin = 256;

  // window_ticks: a power of two, kWindowMin to 2^18.
  Ladder(std::uint32_t window_ticks, std::uint32_t far_levels_max);

  // Key: not kNone. Qty: not negative, zero removes.
  [[nodiscard]] bool set(std::int64_t key, Qty qty) noexcept {
    if (!in_window(key)) [[unlikely]]
      return set_outside(key, qty);
    set_inside(key, qty);
    return true;
  }
  void clear() noexcept;

  [[nodiscard]] std::int64_t best() const noexcept { return best_; }  // kNone: empty
  [[nodiscard]] Qty qty_at(std::int64_t key) const noexcept {
    return in_window(key) ? qtys_[slot_of(key)] : qty_outside(key);
  }
  // The highest key below `key`: the next worse level. kNone: there is none.
  [[nodiscard]] std::int64_t behind(std::int64_t key) const noexcept {
    if (key != kNone && in_window(key - 1)) [[likely]] {
      if (const std::int64_t found = highest_inside(key - 1); found != kNone) [[likely]]
        return found;
    }
    return behind_outside(key);
  }
  [[nodiscard]] std::size_t levels() const noexcept { return levels_; }

  // How often the window moved, for tests and diagnosis.
  [[nodiscard]] std::uint64_t recentres() const noexcept { return recentres_; }

 private:
  [[nodiscard]] bool in_window(std::int64_t key) const noexcept {
    return static_cast<std::uint64_t>(key) - static_cast<std::uint64_t>(base_) <= mask_;
  }
  [[nodiscard]] std::uint32_t slot_of(std::int64_t key) const noexcept {
    return static_cast<std::uint32_t>(static_cast<std::uint64_t>(key) & mask_);
  }
  [[nodiscard]] std::int64_t top() const noexcept {  // the window's last key
    return base_ + static_cast<std::int64_t>(mask_);
  }
  void set_inside(std::int64_t key, Qty qty) noexcept {
    const std::uint32_t slot = slot_of(key);
    const bool was = qtys_[slot] != Qty{};
    const bool is = qty != Qty{};
    qtys_[slot] = qty;
    levels_ += static_cast<std::size_t>(is) - static_cast<std::size_t>(was);
    occupied_.assign(slot, is);
    if (key >= best_) [[unlikely]]
      best_ = is ? key : behind(key);
  }

  [[nodiscard]] bool set_outside(std::int64_t key, Qty qty) noexcept;
  [[nodiscard]] Qty qty_outside(std::int64_t key) const noexcept;
  [[nodiscard]] std::int64_t highest_inside(std::int64_t at_or_below) const noexcept;
  [[nodiscard]] std::int64_t behind_outside(std::int64_t key) const noexcept;
  [[nodiscard]] std::int64_t base_for(std::int64_t best) const noexcept;
  void recentre_when_due() noexcept;
  void move_window(std::int64_t base) noexcept;
  [[nodiscard]] std::size_t count_inside(std::int64_t last) const noexcept;
  void evict(std::int64_t last) noexcept;
  void admit(LadderLevel level) noexcept;

  std::vector<Qty> qtys_;  // by slot; zero is no level
  SlotBitmap occupied_;
  std::uint64_t mask_;    // window size - 1
  std::int64_t base_{0};  // first key of the window, a multiple of 64
  std::int64_t best_{kNone};
  std::size_t levels_{0};
  FarLevels far_;
  std::uint64_t outside_updates_{0};  // since the window last moved
  std::uint64_t recentre_after_;      // so many of them
  std::uint64_t recentres_{0};
};
}  // namespace sq::book
