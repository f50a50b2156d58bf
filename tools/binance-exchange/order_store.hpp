// All orders of an exchange: the open ones, and the last closed ones; older ones are forgotten, so
// that a long run needs no more memory than a short one. Thread: one. Cost: a tree look-up each.
// Errors: none; who adds an order has looked for its client id before.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

namespace sq::exchange {
// An Order has id, account, client_id.
template <class Order>
class OrderStore {
 public:
  explicit OrderStore(std::size_t closed_max) : closed_max_{closed_max} {}

  // It is open; it stays where it is until it is forgotten.
  Order& add(Order order) {
    open_[order.account].insert(order.id);
    newest_[key_of(order.account, order.client_id)] = order.id;
    const std::uint64_t id = order.id;
    return orders_[id] = std::move(order);
  }
  // As if it had never been.
  void remove(const Order& order) {
    open_[order.account].erase(order.id);
    forget(order);
  }
  void close(const Order& order) {
    if (open_[order.account].erase(order.id) == 0) return;
    closed_.push_back(order.id);
    if (closed_.size() <= closed_max_) return;
    forget(orders_.at(closed_.front()));
    closed_.pop_front();
  }
  void rename(Order& order, const std::string& client_id) {
    const auto found = newest_.find(key_of(order.account, order.client_id));
    if (found != newest_.end() && found->second == order.id) newest_.erase(found);
    order.client_id = client_id;
    newest_[key_of(order.account, client_id)] = order.id;
  }

  [[nodiscard]] Order* find(std::uint64_t id) {
    const auto found = orders_.find(id);
    return found != orders_.end() ? &found->second : nullptr;
  }
  // The newest one that has it.
  [[nodiscard]] Order* find(std::uint16_t account, const std::string& client_id) {
    const auto found = newest_.find(key_of(account, client_id));
    return found != newest_.end() ? find(found->second) : nullptr;
  }
  [[nodiscard]] const std::map<std::uint64_t, Order>& all() const noexcept { return orders_; }
  [[nodiscard]] const std::set<std::uint64_t>& open(std::uint16_t account) {
    return open_[account];
  }
  // From id `from` on, oldest first; without `from` the newest `limit`.
  template <class Wanted>
  [[nodiscard]] std::deque<const Order*> list(std::uint64_t from, std::size_t limit,
                                              Wanted wanted) const {
    std::deque<const Order*> made;
    if (from != 0) {
      for (auto each = orders_.lower_bound(from); each != orders_.end() && made.size() < limit;
           ++each)
        if (wanted(each->second)) made.push_back(&each->second);
      return made;
    }
    for (auto each = orders_.rbegin(); each != orders_.rend() && made.size() < limit; ++each)
      if (wanted(each->second)) made.push_front(&each->second);
    return made;
  }

 private:
  static std::string key_of(std::uint16_t account, const std::string& client_id) {
    return std::to_string(account) + ':' + client_id;
  }
  void forget(const Order& order) {
    const auto found = newest_.find(key_of(order.account, order.client_id));
    if (found != newest_.end() && found->second == order.id) newest_.erase(found);
    orders_.erase(order.id);
  }

  std::size_t closed_max_;
  std::map<std::uint64_t, Order> orders_;
  std::map<std::uint16_t, std::set<std::uint64_t>> open_;
  std::unordered_map<std::string, std::uint64_t> newest_;  // by account and client id
  std::deque<std::uint64_t> closed_;
};
}  // namespace sq::exchange
