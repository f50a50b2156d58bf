// The fills of the orders in memory: to know a fill that is told again, and one that the venue
// takes back or corrects. A fixed number, shared by all orders; each order's are a list, highest id
// first. Thread: its owner's. Cost: ids mostly rise, so that O(1); a walk over the younger ones
// else. No allocation after construction. Errors: add() gives null when there is no room.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/oms/order.hpp"

namespace sq::oms {
struct KnownTrade {
  std::uint64_t id{0};
  Price price{};
  Qty qty{};       // as it is by now
  Qty executed{};  // as it was filled; a correction does not change what the order has left
  std::int64_t fee{0};
  std::uint32_t next{kNoTrade};
  bool busted{false};
  bool early{false};  // its bust or correction was told before the fill
  std::uint8_t reserved[2]{};
};

class FillMemory {
 public:
  explicit FillMemory(std::uint32_t capacity);

  [[nodiscard]] KnownTrade* find(const Order& order, std::uint64_t id) noexcept;
  // A new trade of the order, which must not be known. Null: no room.
  [[nodiscard]] KnownTrade* add(Order& order, std::uint64_t id) noexcept;
  // Forgets all of the order's.
  void forget(Order& order) noexcept;
  template <class Visit>
  void for_each(const Order& order, Visit&& visit) const {
    for (std::uint32_t at = order.first_trade; at != kNoTrade; at = trades_[at].next)
      visit(trades_[at]);
  }
  [[nodiscard]] std::uint32_t capacity() const noexcept {
    return static_cast<std::uint32_t>(trades_.size());
  }
  [[nodiscard]] std::uint32_t used() const noexcept { return used_; }

 private:
  std::vector<KnownTrade> trades_;
  std::uint32_t free_{kNoTrade};
  std::uint32_t used_{0};
};
}  // namespace sq::oms
