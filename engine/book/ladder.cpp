#include "engine/book/ladder.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>

namespace sq::book {
namespace {
constexpr std::uint64_t kRecentreAfterMin =
    32;  // outside updates; keeps a book at a boundary still

std::uint32_t checked_window(std::uint32_t ticks) {
  if (!std::has_single_bit(ticks) || ticks < Ladder::kWindowMin || ticks > SlotBitmap::kSlotsMax) {
    throw std::invalid_argument("L2 book: window_ticks must be a power of two from 256 to 262144");
  }
  return ticks;
}

// `first` begins a 64-slot word and `last` ends one.
std::int64_t words_between(std::int64_t first, std::int64_t last) noexcept {
  return first > last ? 0 : (last - first + 1) / 64;
}
}  // namespace

Ladder::Ladder(std::uint32_t window_ticks, std::uint32_t far_levels_max)
    : qtys_(checked_window(window_ticks)),
      occupied_{window_ticks},
      mask_{window_ticks - 1},
      far_{far_levels_max},
      recentre_after_{kRecentreAfterMin} {}

void Ladder::clear() noexcept {
  for (std::uint32_t word = occupied_.occupied_word_from(0); word <= mask_ / 64;
       word = occupied_.occupied_word_from(word + 1)) {
    for (std::uint64_t bits = occupied_.word(word); bits != 0; bits &= bits - 1) {
      qtys_[word * 64 + static_cast<std::uint32_t>(std::countr_zero(bits))] = Qty{};
    }
    occupied_.clear_word(word);
  }
  far_.clear();
  best_ = kNone;
  levels_ = 0;
}

bool Ladder::set_outside(std::int64_t key, Qty qty) noexcept {
  if (levels_ == 0) {
    if (qty == Qty{}) return true;
    base_ = base_for(key);
    set_inside(key, qty);
    return true;
  }
  ++outside_updates_;
  switch (far_.set(key, qty, key < base_)) {
    case FarLevels::Change::Full:
      return false;
    case FarLevels::Change::Added:
      ++levels_;
      best_ = std::max(best_, key);
      break;
    case FarLevels::Change::Removed:
      --levels_;
      if (key == best_) best_ = behind(key);
      break;
    case FarLevels::Change::None:
      break;
  }
  recentre_when_due();
  return true;
}

Qty Ladder::qty_outside(std::int64_t key) const noexcept { return far_.qty_at(key, key < base_); }

std::int64_t Ladder::highest_inside(std::int64_t at_or_below) const noexcept {
  const std::uint32_t slot = slot_of(at_or_below);
  std::int32_t found = occupied_.highest_at_or_below(slot);
  std::int64_t distance = std::int64_t{slot} - found;
  if (found < 0) {  // go on from the ring's end
    found = occupied_.highest_at_or_below(static_cast<std::uint32_t>(mask_));
    if (found < 0) return kNone;
    distance = std::int64_t{slot} + static_cast<std::int64_t>(mask_) + 1 - found;
  }
  return distance <= at_or_below - base_ ? at_or_below - distance : kNone;
}

std::int64_t Ladder::behind_outside(std::int64_t key) const noexcept {
  if (key > top()) {
    const auto above = far_.keys_above();
    if (const std::size_t place = FarLevels::lower_bound(above, key); place > 0) {
      return above[place - 1];
    }
    if (const std::int64_t found = highest_inside(top()); found != kNone) return found;
  }
  const auto below = far_.keys_below();
  if (below.empty()) return kNone;
  if (key > base_) return below.back();
  const std::size_t place = FarLevels::lower_bound(below, key);
  return place > 0 ? below[place - 1] : kNone;
}

// The best level three quarters up: most updates are behind it, and it has room ahead. Kept away
// from the ends of the key range.
std::int64_t Ladder::base_for(std::int64_t best) const noexcept {
  const auto size = static_cast<std::int64_t>(mask_) + 1;
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  const std::int64_t base = best < kNone + size ? kNone : best - size / 4 * 3 + 32;
  return std::min(base, kMax - size + 1) & ~std::int64_t{63};
}

void Ladder::recentre_when_due() noexcept {
  if (best_ == kNone || outside_updates_ < recentre_after_) return;
  const auto size = mask_ + 1;
  const std::uint64_t position =
      static_cast<std::uint64_t>(best_) - static_cast<std::uint64_t>(base_);
  if (position >= size / 2 && position < size / 8 * 7) return;
  const std::int64_t base = base_for(best_);
  if (base != base_) move_window(base);  // equal at the ends of the key range
}

// The new window holds the best level, so no level is above it. Moving up, the old window's lower
// part leaves; moving down, nothing does.
void Ladder::move_window(std::int64_t base) noexcept {
  const bool up = base > base_;
  const std::int64_t last_leaving = up ? std::min(top(), base - 1) : 0;
  const std::size_t leaving = up ? count_inside(last_leaving) : 0;
  outside_updates_ = 0;
  recentre_after_ = kRecentreAfterMin + leaving;
  if (leaving > far_.room()) return;  // stays correct where it is, only slower
  if (up) evict(last_leaving);
  base_ = base;
  ++recentres_;
  for (; !far_.keys_above().empty(); ++recentre_after_) {  // only ever so when moving up
    const LadderLevel level = far_.pop_above();
    level.key >= base ? admit(level) : far_.push_below(level);
  }
  for (; !far_.keys_below().empty() && far_.keys_below().back() >= base; ++recentre_after_) {
    admit(far_.pop_below());
  }
}

// The levels from the window's first key to `last`, the end of a 64-slot word.
std::size_t Ladder::count_inside(std::int64_t last) const noexcept {
  std::size_t count = 0;
  for (std::int64_t i = 0; i < words_between(base_, last); ++i) {
    count += static_cast<std::size_t>(std::popcount(occupied_.word(slot_of(base_ + i * 64) >> 6)));
  }
  return count;
}

void Ladder::evict(std::int64_t last) noexcept {
  for (std::int64_t i = 0; i < words_between(base_, last); ++i) {
    const std::int64_t first_key = base_ + i * 64;
    const std::uint32_t word = slot_of(first_key) >> 6;
    for (std::uint64_t bits = occupied_.word(word); bits != 0; bits &= bits - 1) {
      const int bit = std::countr_zero(bits);
      Qty& qty = qtys_[word * 64 + static_cast<std::uint32_t>(bit)];
      far_.push_below({first_key + bit, qty});
      qty = Qty{};
    }
    occupied_.clear_word(word);
  }
}

void Ladder::admit(LadderLevel level) noexcept {
  const std::uint32_t slot = slot_of(level.key);
  qtys_[slot] = level.qty;
  occupied_.assign(slot, true);
}
}  // namespace sq::book
