// What is remembered of each live order: when and where it was placed, what is left, what was
// filled. On level feeds the same table remembers price levels, named by level_id().
// Open addressing with linear probing and removal without tombstones; load at most a half.
// Thread: one writer. Cost: one cache miss, 5 ns in cache. Allocates in the constructor only, 128
// bytes an order. Errors: add() gives null when orders_max are live; the order is then not
// followed.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

#include "engine/types/fixed.hpp"
#include "engine/types/order_types.hpp"
#include "engine/types/time.hpp"

namespace sq::book::surveillance {
struct alignas(64) LiveOrder {
  std::uint64_t id{0};
  WallTime placed{};   // levels: when the watched quantity came
  WallTime changed{};  // placed or replaced; levels: appeared
  Price price{};
  Qty left{};    // 0: the slot is free
  Qty filled{};  // since placed
  // Orders: filled already, the change of the book is still to come (OrderAction::Fill).
  // Levels: what was there before the watched quantity.
  Qty aside{};
  Side side{Side::Buy};
};
static_assert(sizeof(LiveOrder) == 64);

class OrderTable {
 public:
  explicit OrderTable(std::uint32_t orders_max)
      : slots_(std::bit_ceil(std::uint64_t{orders_max} * 2)),
        shift_{64 - std::countr_zero(slots_.size())},
        orders_max_{orders_max} {}

  [[nodiscard]] LiveOrder* find(std::uint64_t id) noexcept {
    for (std::size_t i = home(id);; i = next(i)) {
      if (slots_[i].left == Qty{}) return nullptr;
      if (slots_[i].id == id) return &slots_[i];
    }
  }
  // order.left > 0. An order of the same id is replaced.
  LiveOrder* add(const LiveOrder& order) noexcept {
    std::size_t i = home(order.id);
    while (slots_[i].left != Qty{} && slots_[i].id != order.id) i = next(i);
    if (slots_[i].left == Qty{}) {
      if (live_ == orders_max_) return nullptr;
      ++live_;
    }
    slots_[i] = order;
    return &slots_[i];
  }
  void remove(LiveOrder* order) noexcept {
    auto hole = static_cast<std::size_t>(order - slots_.data());
    for (std::size_t i = next(hole); slots_[i].left != Qty{}; i = next(i)) {
      // May move into the hole when its home is not after the hole.
      const std::size_t mask = slots_.size() - 1;
      if (((i - home(slots_[i].id)) & mask) < ((i - hole) & mask)) continue;
      slots_[hole] = slots_[i];
      hole = i;
    }
    slots_[hole].left = Qty{};
    --live_;
  }
  void clear() noexcept {
    if (live_ == 0) return;
    for (LiveOrder& slot : slots_) slot.left = Qty{};
    live_ = 0;
  }
  void prefetch(std::uint64_t id) const noexcept { __builtin_prefetch(&slots_[home(id)], 1); }
  [[nodiscard]] std::uint32_t live() const noexcept { return live_; }

 private:
  [[nodiscard]] std::size_t home(std::uint64_t id) const noexcept {
    return (id * 0x9E37'79B9'7F4A'7C15U) >> shift_;
  }
  [[nodiscard]] std::size_t next(std::size_t i) const noexcept {
    return (i + 1) & (slots_.size() - 1);
  }

  std::vector<LiveOrder> slots_;
  int shift_;
  std::uint32_t orders_max_;
  std::uint32_t live_{0};
};

constexpr std::uint64_t level_id(Side side, Price price) noexcept {
  return static_cast<std::uint64_t>(price.raw()) * 2 + (side == Side::Sell);
}
}  // namespace sq::book::surveillance
