// Open orders by a number and, among equals, by age: stops by their trigger, timed orders by their
// expiry. A binary heap that knows where each order stands, so that any order can leave it.
// Thread: the engine's. Cost: O(log n). Errors: none: there is room for all orders.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/book/matching/order_store.hpp"

namespace sq::matching {
class OrderHeap {
 public:
  // `place`: where an order's extras keep its place in this heap.
  OrderHeap(std::uint32_t orders_max, std::uint32_t OrderExtras::*place)
      : entries_(orders_max), place_{place} {}

  [[nodiscard]] bool empty() const noexcept { return used_ == 0; }
  [[nodiscard]] std::uint32_t size() const noexcept { return used_; }
  // The lowest number, the oldest among equals. Not of an empty heap.
  [[nodiscard]] std::int64_t first_key() const noexcept { return entries_[0].key; }
  [[nodiscard]] Handle first() const noexcept { return entries_[0].handle; }

  void insert(OrderStore& orders, Handle handle, std::int64_t key) noexcept {
    rise(orders, used_++, {key, orders.terms(handle).sequence, handle});
  }
  void remove(OrderStore& orders, Handle handle) noexcept {
    const std::uint32_t hole = orders.extras(handle).*place_;
    const Entry last = entries_[--used_];
    if (hole == used_) return;
    if (hole > 0 && last.before(entries_[(hole - 1) / 2])) {
      rise(orders, hole, last);
    } else {
      sink(orders, hole, last);
    }
  }

 private:
  struct Entry {
    std::int64_t key{0};
    std::uint64_t sequence{0};
    Handle handle{kNoHandle};
    [[nodiscard]] bool before(const Entry& other) const noexcept {
      return key != other.key ? key < other.key : sequence < other.sequence;
    }
  };

  void put(OrderStore& orders, std::uint32_t place, const Entry& entry) noexcept {
    entries_[place] = entry;
    orders.extras(entry.handle).*place_ = place;
  }
  void rise(OrderStore& orders, std::uint32_t place, const Entry& entry) noexcept {
    while (place > 0 && entry.before(entries_[(place - 1) / 2])) {
      put(orders, place, entries_[(place - 1) / 2]);
      place = (place - 1) / 2;
    }
    put(orders, place, entry);
  }
  void sink(OrderStore& orders, std::uint32_t place, const Entry& entry) noexcept {
    for (std::uint32_t child = 2 * place + 1; child < used_; child = 2 * place + 1) {
      if (child + 1 < used_ && entries_[child + 1].before(entries_[child])) ++child;
      if (!entries_[child].before(entry)) break;
      put(orders, place, entries_[child]);
      place = child;
    }
    put(orders, place, entry);
  }

 public:
  static constexpr std::size_t kEntryBytes = sizeof(Entry);

 private:
  std::vector<Entry> entries_;
  std::uint32_t OrderExtras::*place_;
  std::uint32_t used_{0};
};
}  // namespace sq::matching
