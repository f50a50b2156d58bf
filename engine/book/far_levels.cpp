#include "engine/book/far_levels.hpp"

#include <algorithm>

namespace sq::book {
std::size_t FarLevels::lower_bound(std::span<const std::int64_t> keys, std::int64_t key) noexcept {
  if (keys.empty()) return 0;
  const std::int64_t* first = keys.data();
  for (std::size_t count = keys.size(); count > 1;) {
    const std::size_t half = count / 2;
    first += first[half - 1] < key ? half : 0;  // a conditional move: the outcome is a coin toss
    count -= half;
  }
  return static_cast<std::size_t>(first - keys.data()) + (*first < key ? 1 : 0);
}

Qty FarLevels::qty_at(std::int64_t key, bool below) const noexcept {
  const auto keys = below ? keys_below() : keys_above();
  const std::size_t place = lower_bound(keys, key);
  if (place == keys.size() || keys[place] != key) return {};
  return qtys_[(below ? 0 : first_above()) + place];
}

// [first, last) by one place.
void FarLevels::shift_up(std::size_t first, std::size_t last) noexcept {
  std::copy_backward(keys_.data() + first, keys_.data() + last, keys_.data() + last + 1);
  std::copy_backward(qtys_.data() + first, qtys_.data() + last, qtys_.data() + last + 1);
}
void FarLevels::shift_down(std::size_t first, std::size_t last) noexcept {
  std::copy(keys_.data() + first, keys_.data() + last, keys_.data() + first - 1);
  std::copy(qtys_.data() + first, qtys_.data() + last, qtys_.data() + first - 1);
}

FarLevels::Change FarLevels::set_below(std::int64_t key, Qty qty) noexcept {
  const std::size_t place = lower_bound(keys_below(), key);
  if (place < below_ && keys_[place] == key) {
    if (qty != Qty{}) {
      qtys_[place] = qty;
      return Change::None;
    }
    shift_down(place + 1, below_);
    --below_;
    return Change::Removed;
  }
  if (qty == Qty{}) return Change::None;
  if (room() == 0) return Change::Full;
  shift_up(place, below_);
  put(place, {key, qty});
  ++below_;
  return Change::Added;
}

FarLevels::Change FarLevels::set_above(std::int64_t key, Qty qty) noexcept {
  const std::size_t first = first_above();
  const std::size_t place = first + lower_bound(keys_above(), key);
  if (place < keys_.size() && keys_[place] == key) {
    if (qty != Qty{}) {
      qtys_[place] = qty;
      return Change::None;
    }
    shift_up(first, place);
    --above_;
    return Change::Removed;
  }
  if (qty == Qty{}) return Change::None;
  if (room() == 0) return Change::Full;
  shift_down(first, place);
  put(place - 1, {key, qty});
  ++above_;
  return Change::Added;
}
}  // namespace sq::book
