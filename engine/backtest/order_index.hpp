// Every order the exchange ever accepted, by our id: for duplicates, cancels and queries.
// Thread: its owner's. Cost: one or two cache lines. Grows by doubling when more orders come than
// expected; otherwise allocates in the constructor only.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

#include "engine/backtest/sim_order.hpp"

namespace sq::backtest {
struct OrderFate {
  OrderId id{};
  std::uint64_t venue_order_id{0};
  Qty filled{};
  std::uint32_t slot{kNoSlot};  // while it works
  std::uint32_t first_fill{kNoSlot};  // of its fills, in the exchange's list
  std::uint32_t last_fill{kNoSlot};
  OrderState state{OrderState::None};
  std::uint16_t amend{0};  // number of the last one carried out or refused
};

class OrderIndex {
 public:
  explicit OrderIndex(std::uint32_t expected)
      : table_(std::bit_ceil(std::uint64_t{expected} * 2 + 16)) {}

  // Null: unknown. Valid until the next add().
  [[nodiscard]] OrderFate* find(OrderId id) noexcept {
    OrderFate& place = place_of(table_, id);
    return place.id == id ? &place : nullptr;
  }
  // `id` is not 0 and not known.
  OrderFate& add(OrderId id) {
    if ((count_ + 1) * 2 > table_.size()) grow();
    ++count_;
    OrderFate& place = place_of(table_, id);
    place.id = id;
    return place;
  }

  // In no order that means anything.
  template <class Visit>
  void for_each(Visit visit) const {
    for (const OrderFate& fate : table_) {
      if (fate.id != OrderId{}) visit(fate);
    }
  }

 private:
  [[nodiscard]] static OrderFate& place_of(std::vector<OrderFate>& table, OrderId id) noexcept {
    const std::uint64_t mask = table.size() - 1;
    // Counters are consecutive: neighbours stay neighbours, in blocks that are spread over the
    // table.
    std::uint64_t at = (((id.value >> kBlockBits) * 0x9E37'79B9'7F4A'7C15 >> 20 << kBlockBits) |
                        (id.value & ((1U << kBlockBits) - 1))) &
                       mask;
    while (table[at].id != id && table[at].id != OrderId{}) at = (at + 1) & mask;
    return table[at];
  }
  void grow() {
    std::vector<OrderFate> larger(table_.size() * 2);
    for (const OrderFate& fate : table_) {
      if (fate.id != OrderId{}) place_of(larger, fate.id) = fate;
    }
    table_.swap(larger);
  }

  static constexpr int kBlockBits = 6;

  std::vector<OrderFate> table_;
  std::uint64_t count_{0};
};
}  // namespace sq::backtest
