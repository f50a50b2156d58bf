// The price of an auction call. Among the ticks between the lowest and the highest limit price of
// the book: those with the most volume, among them those with the smallest surplus, among them the
// one nearest to the reference price. These ticks are one stretch without gaps, since demand falls
// and supply rises with the price, so the nearest is unique. Without a reference price: the highest
// of them if there is a surplus of demand at all of them, the lowest if there is one of supply at
// all of them, else the middle, rounded down. Market orders count at every price; with nothing but
// market orders the price is the reference, and without one there is none.
// Thread: the engine's. Cost: O(levels). Errors: none. Units: ticks and lots, hidden part included.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/book/matching/book_side.hpp"

namespace sq::matching {
struct UncrossPrice {
  std::int32_t tick{0};  // 0: nothing would trade
  std::int64_t volume{0};
  std::int64_t surplus{0};  // demand less supply
};

class UncrossSearch {
 public:
  explicit UncrossSearch(std::uint32_t levels_max) : bids_(levels_max), asks_(levels_max) {}

  // `market`: open market orders to buy and to sell; `reference`: 0 is none.
  [[nodiscard]] UncrossPrice find(const OrderStore& orders, const BookSide& buys,
                                  const BookSide& sells, const std::int64_t (&market)[2],
                                  std::int32_t reference) noexcept;

 private:
  struct Level {
    std::int32_t tick{0};
    std::int64_t qty{0};
  };
  struct Stretch;

 public:
  static constexpr std::size_t kOrderBytes = 2 * sizeof(Level);

 private:
  [[nodiscard]] static std::size_t copy(const OrderStore& orders, const BookSide& side,
                                        std::vector<Level>& out) noexcept;
  [[nodiscard]] Stretch best_stretch(std::size_t bids, std::size_t asks,
                                     const std::int64_t (&market)[2]) const noexcept;

  std::vector<Level> bids_;  // best first, as are asks_; kept so that a search allocates nothing
  std::vector<Level> asks_;
};
}  // namespace sq::matching
