#include "engine/book/l3/level_lists.hpp"

namespace sq::book::l3 {
LevelLists::LevelLists(std::uint32_t lists, std::uint64_t deep_levels)
    : lists_{lists}, deep_{deep_levels, lists < deep_levels ? lists : deep_levels} {}

LevelLists::Place LevelLists::find_below(const BestLevels& best, std::uint32_t better,
                                         std::uint32_t key) const noexcept {
  const std::uint32_t size = deep_size(best);
  const std::uint32_t position = deep_.find(deep_block(best), size, key);
  if (position == size) return {0, better};  // between the two parts
  const std::uint64_t entry = deep_.entries(deep_block(best))[position];
  return {entry_key(entry) == key ? entry_cell(entry) : 0, BestLevels::kLevels};
}

// Puts the new level or the last of the best ones, whichever is worse, into the deep array.
bool LevelLists::make_room(BestLevels& best, std::uint32_t better, std::uint32_t key,
                           std::uint32_t cell) noexcept {
  if (better < BestLevels::kLevels) {
    constexpr std::uint32_t kLast = BestLevels::kLevels - 1;
    return deep_.push_best(deep_array(best), entry_of(best.keys[kLast], best.cells[kLast]));
  }
  const std::uint32_t position = deep_.find(deep_block(best), deep_size(best), key);
  return deep_.insert(deep_array(best), position, entry_of(key, cell));
}

void LevelLists::erase_below(BestLevels& best, std::uint32_t key) noexcept {
  deep_.erase(deep_array(best), deep_.find(deep_block(best), deep_size(best), key));
}

void LevelLists::refill(BestLevels& best) noexcept {
  for (std::uint32_t at = best.size(); at < kFewest + 2 && deep_size(best) != 0; ++at) {
    const std::uint64_t entry = deep_.pop_best(deep_array(best));
    best.insert(at, entry_key(entry), entry_cell(entry));
  }
}

std::uint32_t LevelLists::cell_at(std::uint32_t list, std::uint32_t rank) const noexcept {
  const BestLevels& best = lists_[list];
  const std::uint32_t in_best = best.size();
  if (rank < in_best) return best.cells[rank];
  return entry_cell(deep_.entries(deep_block(best))[deep_size(best) - 1 - (rank - in_best)]);
}

void LevelLists::clear(std::uint32_t list) noexcept {
  BestLevels& best = lists_[list];
  while (deep_size(best) != 0) deep_.pop_best(deep_array(best));
  best = {};
}
}  // namespace sq::book::l3
