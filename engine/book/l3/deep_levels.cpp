#include "engine/book/l3/deep_levels.hpp"

#include <cstring>
#include <stdexcept>

namespace sq::book::l3 {
namespace {
constexpr std::uint64_t kEntriesMax = std::uint64_t{1} << 28;
}

// An array that has doubled is at least half full, and the blocks it gave up are together smaller
// than the one it has: four times its entries, and its first block.
DeepLevels::DeepLevels(std::uint64_t entries, std::uint64_t arrays)
    : units_{(4 * entries + kUnit - 1) / kUnit + arrays + 1} {
  if (entries > kEntriesMax) throw std::invalid_argument("deep levels: more than 2^28 entries");
  entries_ = HugeArray<std::uint64_t>(units_ * kUnit);
}

// No branch on the data: a mispredicted one costs more than a step.
std::uint32_t DeepLevels::find(std::uint32_t block, std::uint32_t size,
                               std::uint32_t key) const noexcept {
  const std::uint64_t target = std::uint64_t{key} << 32;
  const std::uint64_t* const begin = entries(block);
  const std::uint64_t* first = begin;
  for (std::uint32_t left = size; left > 0;) {
    const std::uint32_t half = (left + 1) / 2;
    first += first[half - 1] < target ? half : 0;
    left -= half;
  }
  return static_cast<std::uint32_t>(first - begin);
}

bool DeepLevels::insert(DeepArray array, std::uint32_t position, std::uint64_t entry) noexcept {
  const std::uint32_t capacity = array.block == 0 ? 0 : kUnit << (array.block & (kClasses - 1));
  if (array.size == capacity && !grow(array)) return false;
  std::uint64_t* const at = entries(array.block) + position;
  std::memmove(at + 1, at, (array.size - position) * sizeof entry);
  *at = entry;
  ++array.size;
  return true;
}

void DeepLevels::erase(DeepArray array, std::uint32_t position) noexcept {
  std::uint64_t* const at = entries(array.block) + position;
  --array.size;
  std::memmove(at, at + 1, (array.size - position) * sizeof *at);
  shrink_if_sparse(array);
}

std::uint64_t DeepLevels::pop_best(DeepArray array) noexcept {
  const std::uint64_t entry = entries(array.block)[--array.size];
  shrink_if_sparse(array);
  return entry;
}

std::uint32_t DeepLevels::take_block(std::uint32_t size_class) noexcept {
  std::uint32_t from = size_class;
  while (from < kClasses && free_[from] == 0) ++from;
  if (from == size_class ||
      (from < kClasses && units_ - units_taken_ < std::uint64_t{1} << size_class)) {
    const std::uint32_t place = free_[from];
    free_[from] = static_cast<std::uint32_t>(entries_[std::uint64_t{place} * kUnit]);
    while (from > size_class) {  // what is too much becomes blocks of half the size
      --from;
      give_back(((place + (std::uint32_t{1} << from)) << kClassBits) | from);
    }
    return place;
  }
  const std::uint64_t units = std::uint64_t{1} << size_class;
  if (units_ - units_taken_ < units) return 0;
  const std::uint64_t place = units_taken_;
  units_taken_ += units;
  return static_cast<std::uint32_t>(place);
}

void DeepLevels::give_back(std::uint32_t block) noexcept {
  const std::uint32_t size_class = block & (kClasses - 1);
  *entries(block) = free_[size_class];
  free_[size_class] = block >> kClassBits;
}

bool DeepLevels::move_to(DeepArray array, std::uint32_t size_class) noexcept {
  const std::uint32_t place = take_block(size_class);
  if (place == 0) return false;
  const std::uint32_t old = array.block;
  array.block = (place << kClassBits) | size_class;
  if (old != 0) {
    std::memcpy(entries(array.block), entries(old), array.size * sizeof(std::uint64_t));
    give_back(old);
  }
  return true;
}

bool DeepLevels::grow(DeepArray array) noexcept {
  return move_to(array, array.block == 0 ? 0 : (array.block & (kClasses - 1)) + 1);
}

void DeepLevels::shrink_if_sparse(DeepArray array) noexcept {
  const std::uint32_t size_class = array.block & (kClasses - 1);
  if (array.size == 0) {
    give_back(array.block);
    array.block = 0;
  } else if (size_class > 0 && array.size < (kUnit << size_class) / 4) {
    static_cast<void>(move_to(array, size_class - 1));  // without room it stays as it is
  }
}
}  // namespace sq::book::l3
