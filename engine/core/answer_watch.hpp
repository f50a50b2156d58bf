// Orders that the venue owes something: the answer to a request, fills it has counted, the end of an
// order that is to be cancelled; and orders that simply work, about which it is asked now and then,
// since a lost report leaves no trace. Each with the moment at which the venue is asked. An order is in here once
// at most and leaves when it reaches the front and nothing is owed any more.
// Thread: the core's. Cost: O(log n), nothing to move as long as deadlines rise; no allocation after
// construction. Errors: none; there is room for every order of the pool.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "engine/oms/order_pool.hpp"

namespace sq::core {
class AnswerWatch {
 public:
  // timeout_ns: from a request to the first query; the third and later queries of one silence wait
  // 2, 4, 8, 16 and then always 32 times as long. check_ns: of silence about an open order; 0: never.
  AnswerWatch(std::int64_t timeout_ns, std::int64_t check_ns, std::uint32_t order_capacity)
      : timeout_ns_{timeout_ns}, check_ns_{check_ns} {
    heap_.reserve(std::size_t{order_capacity} + 1);
  }

  [[nodiscard]] MonoTime deadline_of(const oms::Order& order) const noexcept {
    const MonoTime news = std::max(order.asked_at, order.changed_at);
    if (!order.awaits_venue()) return news + check_ns_;
    constexpr int kFast = 2;
    constexpr int kSlowest = 5;
    const int doubled = std::clamp(static_cast<int>(order.queries) - kFast, 0, kSlowest);
    return news + (timeout_ns_ << doubled);
  }
  void watch(oms::Order& order, oms::OrderPool& orders) noexcept {
    if (order.watched || !watched(order)) return;
    if (heap_.size() == heap_.capacity()) drop_answered(orders);
    order.watched = true;
    push({deadline_of(order), order.request.id});
  }
  // The first moment at which somebody is to be asked; the largest MonoTime when there is nobody.
  // True only after settle().
  [[nodiscard]] MonoTime next() const noexcept {
    return heap_.empty() ? MonoTime{std::numeric_limits<std::int64_t>::max()}
                         : heap_.front().deadline;
  }
  // Takes out of the front what was answered and puts back what is owed later.
  void settle(oms::OrderPool& orders) noexcept {
    while (!heap_.empty()) {
      oms::Order* order = orders.find(heap_.front().id);
      if (order != nullptr && watched(*order)) {
        const MonoTime deadline = deadline_of(*order);
        if (deadline == heap_.front().deadline) return;
        pop();
        push({deadline, order->request.id});
        continue;
      }
      if (order != nullptr) order->watched = false;
      pop();
    }
  }
  void clear() noexcept { heap_.clear(); }
  // The order at the front, if its time has come; it stays.
  [[nodiscard]] oms::Order* due(oms::OrderPool& orders, MonoTime now) noexcept {
    settle(orders);
    return next() <= now ? orders.find(heap_.front().id) : nullptr;
  }

 private:
  struct Entry {
    MonoTime deadline{};
    OrderId id{};
  };
  [[nodiscard]] bool watched(const oms::Order& order) const noexcept {
    return order.awaits_venue() || (check_ns_ > 0 && order.state == OrderState::Open);
  }
  static bool later(const Entry& a, const Entry& b) noexcept {
    return a.deadline != b.deadline ? a.deadline > b.deadline : a.id.value > b.id.value;
  }
  // Answered ones behind the front stay until there is no room.
  void drop_answered(oms::OrderPool& orders) noexcept {
    std::erase_if(heap_, [&](const Entry& entry) {
      oms::Order* order = orders.find(entry.id);
      if (order != nullptr && watched(*order)) return false;
      if (order != nullptr) order->watched = false;
      return true;
    });
    std::make_heap(heap_.begin(), heap_.end(), &later);
  }
  void push(const Entry& entry) noexcept {
    heap_.push_back(entry);
    std::push_heap(heap_.begin(), heap_.end(), &later);
  }
  void pop() noexcept {
    std::pop_heap(heap_.begin(), heap_.end(), &later);
    heap_.pop_back();
  }

  std::int64_t timeout_ns_;
  std::int64_t check_ns_;
  std::vector<Entry> heap_;
};
}  // namespace sq::core
