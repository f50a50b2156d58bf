// An order of ours that works at the simulated exchange, and the slots it lives in.
// Thread: its owner's. Cost: O(1). Errors: take() gives kNoSlot when all slots are in use.
// Allocates in the constructor only.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "engine/messaging/orders.hpp"

namespace sq::backtest {
constexpr std::uint32_t kNoSlot = std::numeric_limits<std::uint32_t>::max();

struct SimOrder {
  OrderId id{};
  std::uint64_t venue_order_id{0};
  Price limit{};
  Qty qty{};
  Qty filled{};
  Qty ahead{};            // market quantity before it in the queue
  std::uint32_t orders_ahead{0};  // market orders before it; order-by-order data only
  Qty cancelled_ahead{};  // of `ahead`, taken off for decreases that a late trade may still explain
  std::int64_t reserved{0};  // spot: 1e-8 of the currency it pays with; with margin: open value
  std::int64_t open_loss{0};  // with margin: what it would lose against the mark at once
  InstrumentId instrument{kNoInstrument};
  AccountId account{};
  Side side{Side::Buy};
  OrderType type{OrderType::Limit};
  TimeInForce tif{TimeInForce::GoodTillCancel};
  bool reduce_only{false};
  SelfTrade self_trade{SelfTrade::None};  // None: as CancelResting
  bool ended{false};            // by the exchange in the middle of matching
  std::uint32_t next{kNoSlot};  // later order at its level; next free slot when free

  [[nodiscard]] Qty remaining() const noexcept { return qty - filled; }
};

class OrderSlots {
 public:
  explicit OrderSlots(std::uint32_t capacity) : orders_(capacity) {
    for (std::uint32_t slot = 0; slot < capacity; ++slot)
      orders_[slot].next = slot + 1 < capacity ? slot + 1 : kNoSlot;
    free_ = capacity == 0 ? kNoSlot : 0;
  }
  // A fresh order's slot.
  [[nodiscard]] std::uint32_t take() noexcept {
    const std::uint32_t slot = free_;
    if (slot == kNoSlot) return kNoSlot;
    free_ = orders_[slot].next;
    orders_[slot] = SimOrder{};
    ++used_;
    return slot;
  }
  void give(std::uint32_t slot) noexcept {
    orders_[slot].next = free_;
    free_ = slot;
    --used_;
  }
  [[nodiscard]] SimOrder& operator[](std::uint32_t slot) noexcept { return orders_[slot]; }
  [[nodiscard]] const SimOrder& operator[](std::uint32_t slot) const noexcept {
    return orders_[slot];
  }
  [[nodiscard]] std::uint32_t used() const noexcept { return used_; }

 private:
  std::vector<SimOrder> orders_;
  std::uint32_t free_{kNoSlot};
  std::uint32_t used_{0};
};
}  // namespace sq::backtest
