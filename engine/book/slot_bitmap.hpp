// Which of at most 2^18 slots (a multiple of 64) are occupied: 64-bit words in three tiers, a bit
// of a tier says that a word of the tier below is not zero. Any neighbour is found with at most
// five word loads. Thread: one writer. Cost: assign 1 word, rarely 3; highest_at_or_below 1 to 5.
// Allocates in the constructor only.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

namespace sq::book {
class SlotBitmap {
 public:
  static constexpr std::uint32_t kSlotsMax = 1U << 18;

  explicit SlotBitmap(std::uint32_t slots) : low_(slots / 64), middle_((slots / 64 + 63) / 64) {}

  void assign(std::uint32_t slot, bool occupied) noexcept {
    std::uint64_t& word = low_[slot >> 6];
    const std::uint64_t before = word;
    const std::uint64_t after =
        (before & ~(std::uint64_t{1} << (slot & 63))) | (std::uint64_t{occupied} << (slot & 63));
    word = after;
    if ((before == 0) != (after == 0)) [[unlikely]]
      mark(slot >> 6, after != 0);
  }

  // -1: none.
  [[nodiscard]] std::int32_t highest_at_or_below(std::uint32_t slot) const noexcept {
    const std::uint32_t word = slot >> 6;
    if (const std::uint64_t near = low_[word] & (~std::uint64_t{0} >> (63 - (slot & 63)));
        near != 0) [[likely]] {
      return highest_in(word, near);
    }
    const std::uint32_t group = word >> 6;
    if (const std::uint64_t words = middle_[group] & below(word & 63); words != 0) {
      const std::uint32_t found = group * 64 + highest_bit(words);
      return highest_in(found, low_[found]);
    }
    const std::uint64_t groups = top_ & below(group);
    if (groups == 0) return -1;
    const std::uint32_t found_group = highest_bit(groups);
    const std::uint32_t found = found_group * 64 + highest_bit(middle_[found_group]);
    return highest_in(found, low_[found]);
  }

  // The occupied slots of one word, bit i for slot 64 * word + i.
  [[nodiscard]] std::uint64_t word(std::uint32_t index) const noexcept { return low_[index]; }
  // The first word at or above `index` that is not zero; the number of words when there is none.
  [[nodiscard]] std::uint32_t occupied_word_from(std::uint32_t index) const noexcept {
    while (index < low_.size()) {
      const std::uint64_t words = middle_[index >> 6] >> (index & 63);
      if (words != 0) return index + static_cast<std::uint32_t>(std::countr_zero(words));
      index = (index | 63) + 1;
    }
    return static_cast<std::uint32_t>(low_.size());
  }
  void clear_word(std::uint32_t index) noexcept {
    low_[index] = 0;
    mark(index, false);
  }

 private:
  static constexpr std::uint64_t below(std::uint32_t bit) noexcept {
    return (std::uint64_t{1} << bit) - 1;
  }
  static constexpr std::uint32_t highest_bit(std::uint64_t word) noexcept {
    return 63 - static_cast<std::uint32_t>(std::countl_zero(word));
  }
  static constexpr std::int32_t highest_in(std::uint32_t word, std::uint64_t bits) noexcept {
    return static_cast<std::int32_t>(word * 64 + highest_bit(bits));
  }
  void mark(std::uint32_t word, bool occupied) noexcept {
    std::uint64_t& group = middle_[word >> 6];
    group = (group & ~(std::uint64_t{1} << (word & 63))) | (std::uint64_t{occupied} << (word & 63));
    top_ = (top_ & ~(std::uint64_t{1} << (word >> 6))) | (std::uint64_t{group != 0} << (word >> 6));
  }

  std::vector<std::uint64_t> low_;     // a bit a slot
  std::vector<std::uint64_t> middle_;  // a bit a word of low_
  std::uint64_t top_{0};               // a bit a word of middle_
};
}  // namespace sq::book
