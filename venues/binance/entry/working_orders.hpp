// The orders that work at the venue as far as the link knows: what a lost user data stream may have
// said something about. And which of our orders the venue means by its own numbers, as far back as
// they are remembered: trades name no other.
// Thread: the venue's. Cost: a few nanoseconds; no allocation after construction. Errors: add() is
// false when there is no room.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

#include "engine/messaging/orders.hpp"
#include "engine/types/check.hpp"

namespace sq::binance {
struct WorkingOrder {
  OrderId id{};
  std::uint64_t venue_order_id{0};
  Qty filled{};  // as told by the user data stream
  InstrumentId instrument{kNoInstrument};
  bool answered{false};  // the venue has said something about it
  TimeInForce tif{TimeInForce::GoodTillCancel};
  SelfTrade self_trade{SelfTrade::None};
};

class WorkingOrders {
 public:
  // `capacity`: a power of two, half of it is used.
  explicit WorkingOrders(std::size_t capacity)
      : slots_(capacity), shift_{64 - std::countr_zero(capacity)} {
    SQ_CHECK(std::has_single_bit(capacity) && capacity >= 16);
  }

  [[nodiscard]] bool add(const WorkingOrder& order) noexcept {
    if (WorkingOrder* const known = find(order.id)) {
      if (order.venue_order_id != 0) known->venue_order_id = order.venue_order_id;
      known->answered = known->answered || order.answered;
      if (order.filled > known->filled) known->filled = order.filled;
      return true;
    }
    if (2 * count_ >= slots_.size()) return false;
    std::size_t at = home(order.id);
    while (slots_[at].id != OrderId{}) at = next(at);
    slots_[at] = order;
    ++count_;
    return true;
  }
  [[nodiscard]] WorkingOrder* find(OrderId id) noexcept {
    if (id == OrderId{}) return nullptr;
    for (std::size_t at = home(id); slots_[at].id != OrderId{}; at = next(at))
      if (slots_[at].id == id) return &slots_[at];
    return nullptr;
  }
  void remove(OrderId id) noexcept {
    WorkingOrder* const found = find(id);
    if (found == nullptr) return;
    --count_;
    std::size_t hole = static_cast<std::size_t>(found - slots_.data());
    // What was put further than its home because of this one moves up.
    for (std::size_t at = next(hole); slots_[at].id != OrderId{}; at = next(at)) {
      const std::size_t from_home = (at - home(slots_[at].id)) & (slots_.size() - 1);
      if (from_home < ((at - hole) & (slots_.size() - 1))) continue;
      slots_[hole] = slots_[at];
      hole = at;
    }
    slots_[hole] = {};
  }
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (const WorkingOrder& each : slots_)
      if (each.id != OrderId{}) visit(each);
  }
  [[nodiscard]] std::size_t size() const noexcept { return count_; }

 private:
  [[nodiscard]] std::size_t home(OrderId id) const noexcept {
    return (id.value * 0x9E3779B97F4A7C15U) >> shift_;
  }
  [[nodiscard]] std::size_t next(std::size_t at) const noexcept {
    return (at + 1) & (slots_.size() - 1);
  }
  std::vector<WorkingOrder> slots_;
  int shift_;
  std::size_t count_{0};
};

// The newest of each slot; what was displaced has to be asked for.
class VenueOrderNames {
 public:
  explicit VenueOrderNames(std::size_t capacity) : slots_(capacity) {
    SQ_CHECK(std::has_single_bit(capacity));
  }
  // `id` 0: it is known that it is none of ours.
  void remember(InstrumentId instrument, std::uint64_t venue_order_id, OrderId id) noexcept {
    if (venue_order_id != 0) slots_[slot(venue_order_id)] = {venue_order_id, id, instrument};
  }
  [[nodiscard]] bool find(InstrumentId instrument, std::uint64_t venue_order_id,
                          OrderId& id) const noexcept {
    const Name& name = slots_[slot(venue_order_id)];
    if (name.venue_order_id != venue_order_id || name.instrument != instrument) return false;
    id = name.id;
    return true;
  }

 private:
  struct Name {
    std::uint64_t venue_order_id{0};
    OrderId id{};
    InstrumentId instrument{kNoInstrument};
  };
  [[nodiscard]] std::size_t slot(std::uint64_t venue_order_id) const noexcept {
    return venue_order_id & (slots_.size() - 1);
  }
  std::vector<Name> slots_;
};
}  // namespace sq::binance
