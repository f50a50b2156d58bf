// What became of one order event. Everything but Ok has changed nothing, and is counted: after it
// the book may miss something, so its owner decides whether to go on (as with a gap in the feed).
// In order of precedence; append only.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace sq::book::l3 {
enum class Outcome : std::uint8_t {
  Ok,
  UnknownBook,     // not below the number of books
  BadPrice,        // not positive, not on the tick, or beyond 2^31 - 1 ticks
  BadQuantity,     // not positive, not a multiple of the lot, or beyond 2^32 - 1 lots
  UnknownOrder,    // no live order with this id
  WrongBook,       // a live order of this id exists, in another book
  DuplicateOrder,  // the id to be added is live already
  TooMuch,         // executed or cancelled more than is left
  OrdersFull,      // the budget of orders is used up
  LevelsFull       // the budget of price levels is used up
};
constexpr std::size_t kOutcomes = 10;
[[nodiscard]] std::string_view name_of(Outcome outcome) noexcept;

class OutcomeCounts {
 public:
  [[nodiscard]] std::uint64_t operator[](Outcome outcome) const noexcept {
    return counts_[static_cast<std::size_t>(outcome)];
  }
  // All but Ok, which is not counted.
  [[nodiscard]] std::uint64_t refused() const noexcept {
    std::uint64_t sum = 0;
    for (const std::uint64_t count : counts_) sum += count;
    return sum;
  }
  [[gnu::cold, gnu::noinline]] Outcome refuse(Outcome outcome) noexcept {
    ++counts_[static_cast<std::size_t>(outcome)];
    return outcome;
  }

 private:
  std::array<std::uint64_t, kOutcomes> counts_{};
};
}  // namespace sq::book::l3
