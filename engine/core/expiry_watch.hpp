// Orders that end at a moment of the day: first the one that ends first. An order is in here from
// its sending to its moment, also when it ended before. Thread: the core's. Cost: O(log n); no
// allocation after construction. Errors: when more orders came than there is room for, those that
// ended are dropped; the room is that of the order pool.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "engine/oms/order_pool.hpp"

namespace sq::core {
class ExpiryWatch {
 public:
  explicit ExpiryWatch(std::uint32_t order_capacity) {
    heap_.reserve(std::size_t{order_capacity} + 1);
  }

  void watch(const oms::Order& order, const oms::OrderPool& orders) noexcept {
    if (order.request.expires_s == 0) return;
    if (heap_.size() == heap_.capacity()) {
      std::erase_if(heap_, [&](const Entry& entry) {
        const oms::Order* known = orders.find(entry.id);
        return known == nullptr || !known->working();
      });
      std::make_heap(heap_.begin(), heap_.end(), &later);
    }
    heap_.push_back(
        {WallTime{std::int64_t{order.request.expires_s} * kNsPerSecond}, order.request.id});
    std::push_heap(heap_.begin(), heap_.end(), &later);
  }
  // The largest WallTime when there is none.
  [[nodiscard]] WallTime next() const noexcept {
    return heap_.empty() ? WallTime{std::numeric_limits<std::int64_t>::max()} : heap_.front().at;
  }
  [[nodiscard]] bool due(WallTime now) const noexcept { return next() <= now; }
  // The first; only when there is one.
  OrderId take() noexcept {
    std::pop_heap(heap_.begin(), heap_.end(), &later);
    const OrderId id = heap_.back().id;
    heap_.pop_back();
    return id;
  }
  void clear() noexcept { heap_.clear(); }

 private:
  struct Entry {
    WallTime at{};
    OrderId id{};
  };
  static bool later(const Entry& a, const Entry& b) noexcept {
    return a.at != b.at ? a.at > b.at : a.id.value > b.id.value;
  }
  std::vector<Entry> heap_;
};
}  // namespace sq::core
