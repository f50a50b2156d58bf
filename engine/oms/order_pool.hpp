// A fixed number of orders: the working ones and the youngest finished ones, found by id.
// Thread: its owner's. Cost: O(1); no allocation after construction; slots are reused last in, first
// out, so that the ones in use stay in the cache. Full of working orders: create() gives null and
// the order is refused before it is sent.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/oms/order.hpp"
#include "engine/oms/fill_memory.hpp"
#include "engine/types/state_bytes.hpp"

namespace sq::oms {
class OrderPool {
 public:
  // Fills remembered, for each slot. When all are in use the oldest finished orders make room.
  static constexpr std::uint32_t kTradesPerOrder = 4;

  // A quarter of the slots remembers finished orders, for late fills and for views.
  OrderPool(std::uint32_t capacity, std::size_t instruments);

  // Null when every slot holds a working order. Finished orders make room, oldest first. Request and
  // times are the caller's to fill; the rest is as for a new order.
  [[nodiscard]] Order* create(OrderId id, InstrumentId instrument) noexcept;
  [[nodiscard]] Order* find(OrderId id) noexcept;
  [[nodiscard]] const Order* find(OrderId id) const noexcept;
  // Moves a terminal order from its instrument's working list to the finished ones.
  void finish(Order& order) noexcept;
  // The other way round: a finished order works after all. The caller sets its state.
  void revive(Order& order) noexcept;
  // The fill `id` of the order, if it is remembered.
  [[nodiscard]] KnownTrade* find_trade(const Order& order, std::uint64_t id) noexcept {
    return trades_.find(order, id);
  }
  // A bust or correction of the fill came, and the fill itself has not.
  [[nodiscard]] bool told_early(const Order& order, std::uint64_t id) noexcept {
    const KnownTrade* trade = trades_.find(order, id);
    return trade != nullptr && trade->early;
  }
  // A new fill of the order. Null: working orders' fills take up all of the memory.
  [[nodiscard]] KnownTrade* add_trade(Order& order, std::uint64_t id) noexcept;
  [[nodiscard]] const FillMemory& trades() const noexcept { return trades_; }
  [[nodiscard]] bool has_room() const noexcept { return working_ < capacity_; }
  [[nodiscard]] std::uint32_t working() const noexcept { return working_; }

  // Working orders of an instrument, oldest first. `visit` may finish the order it is given.
  template <class Visit>
  void for_each_working(InstrumentId instrument, Visit&& visit) {
    const std::uint32_t head = head_of(instrument);
    for (std::uint32_t at = links_[head].next; at != head;) {
      const std::uint32_t next = links_[at].next;
      visit(slots_[at]);
      at = next;
    }
  }
  template <class Visit>
  void for_each_working(InstrumentId instrument, Visit&& visit) const {
    const std::uint32_t head = head_of(instrument);
    for (std::uint32_t at = links_[head].next; at != head; at = links_[at].next) visit(slots_[at]);
  }
  // All orders with their slots and the order of every list, so that a restored pool goes on exactly
  // like the saved one. restore(): false when the bytes are not a pool of this capacity and number
  // of instruments; the pool is then of no use.
  void save(StateOut& out) const;
  [[nodiscard]] bool restore(StateIn& in);

  // Every order still in memory, in no particular order: for views and checks.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (std::uint32_t i = 0; i < capacity_; ++i)
      if (slots_[i].state != OrderState::None) visit(slots_[i]);
  }

 private:
  static constexpr std::uint32_t kNone = 0xFFFF'FFFF;
  struct Links {
    std::uint32_t next{0};
    std::uint32_t previous{0};
  };
  // Links behind the capacity are the heads of circular lists: free, finished, one per instrument.
  [[nodiscard]] std::uint32_t free_head() const noexcept { return capacity_; }
  [[nodiscard]] std::uint32_t finished_head() const noexcept { return capacity_ + 1; }
  [[nodiscard]] std::uint32_t head_of(InstrumentId instrument) const noexcept {
    return capacity_ + 2 + index_of(instrument);
  }
  template <class Visit>
  void for_each_in(std::uint32_t head, Visit&& visit) const {
    for (std::uint32_t at = links_[head].next; at != head; at = links_[at].next) visit(at);
  }
  void save_list(StateOut& out, std::uint32_t head) const;
  std::uint32_t restore_list(StateIn& in, std::uint32_t head, std::vector<bool>& used);
  void unlink(std::uint32_t at) noexcept;
  void insert_after(std::uint32_t previous, std::uint32_t at) noexcept;
  void forget_oldest() noexcept;
  [[nodiscard]] std::size_t bucket(OrderId id) const noexcept;
  void index_insert(std::uint32_t slot) noexcept;
  void index_erase(OrderId id) noexcept;

  std::uint32_t capacity_;
  std::uint32_t finished_max_;
  std::uint32_t working_{0};
  std::uint32_t finished_{0};
  std::vector<Order> slots_;
  FillMemory trades_;
  std::vector<Links> links_;  // of the slots, then the heads
  std::vector<std::uint32_t> index_;  // open addressing, at most half full
  std::size_t mask_;
};
}  // namespace sq::oms
