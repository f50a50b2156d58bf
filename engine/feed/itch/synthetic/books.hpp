// The generator's own record of what rests where, so that it can execute at the best price only,
// never cross and remove any order. Deliberately another design than the engine's books: it is the
// second opinion in tests. Thread: the owner's, cold (vectors grow).
// Units: prices in the wire's ticks of 0.0001.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/types/order_types.hpp"

namespace sq::feed::itch::synthetic {
struct Order {
  std::uint64_t reference{0};  // 0: the slot is free
  std::uint32_t price{0};
  std::uint32_t shares{0};
  std::uint32_t ahead{0};  // slots; 0: none
  std::uint32_t behind{0};
  std::uint32_t live_at{0};  // its place in Books::live
  std::uint32_t due{0};      // the symbol's clock when it ends; 0: nobody takes it back
  std::uint8_t rank{0};      // of its level when it was added
  std::uint16_t symbol{0};
  Side side{Side::Buy};
};

class Books {
 public:
  explicit Books(std::uint32_t symbols) : orders_(1), sides_(std::size_t{symbols} * 2) {}

  // Last in its queue. Returns its slot.
  std::uint32_t add(const Order& order);
  void remove(std::uint32_t slot);
  [[nodiscard]] Order& order(std::uint32_t slot) { return orders_[slot]; }
  [[nodiscard]] const Order& order(std::uint32_t slot) const { return orders_[slot]; }

  // 0: the side is empty.
  [[nodiscard]] std::uint32_t best_price(std::uint16_t symbol, Side side) const;
  [[nodiscard]] std::uint32_t best_order(std::uint16_t symbol, Side side) const;
  [[nodiscard]] std::size_t level_count(std::uint16_t symbol, Side side) const {
    return levels(symbol, side).size();
  }
  // rank 0 is the best; rank < level_count.
  [[nodiscard]] std::uint32_t level_price(std::uint16_t symbol, Side side, std::size_t rank) const {
    const Levels& side_levels = levels(symbol, side);
    return side_levels[side_levels.size() - 1 - rank].price;
  }
  // Slots of all live orders, in no order.
  [[nodiscard]] const std::vector<std::uint32_t>& live() const { return live_; }

 private:
  struct Level {
    std::uint32_t price;
    std::uint32_t first;
    std::uint32_t last;
  };
  using Levels = std::vector<Level>;  // best last
  [[nodiscard]] Levels& levels(std::uint16_t symbol, Side side) {
    return sides_[std::size_t{symbol} * 2 + (side == Side::Sell)];
  }
  [[nodiscard]] const Levels& levels(std::uint16_t symbol, Side side) const {
    return sides_[std::size_t{symbol} * 2 + (side == Side::Sell)];
  }
  static Levels::iterator place(Levels& levels, Side side, std::uint32_t price);

  std::vector<Order> orders_;
  std::vector<std::uint32_t> free_;
  std::vector<std::uint32_t> live_;
  std::vector<Levels> sides_;
};
}  // namespace sq::feed::itch::synthetic
