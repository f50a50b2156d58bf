// What a listener knows who sees nothing but the matching engine's events: every order, the public
// book order by order and by level, and every owner's position. Says what cannot be: quantity that
// appears or vanishes, orders that act after their end, wrong flags.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <string>
#include <unordered_map>

#include "engine/book/matching/event.hpp"

namespace sq::matching {
class Picture {
 public:
  struct Order {
    Side side{Side::Buy};
    OwnerId owner{};
    Handle handle{kNoHandle};
    std::int64_t price{0};
    std::int64_t open{0};
    std::int64_t shown{0};
    bool booked{false};
  };
  using Queue = std::list<std::uint64_t>;  // ids, first in time first

  void operator()(const Event& event) {
    switch (event.kind) {
      case EventKind::Accepted:
        expect(!orders_.contains(event.id.value), "accepted an open order");
        orders_[event.id.value] = {.side = event.side,
                                   .owner = event.owner,
                                   .handle = event.handle,
                                   .price = event.price.raw(),
                                   .open = event.qty.raw()};
        if ((event.flags & kBooked) != 0) stand(event);
        return;
      case EventKind::Traded:
        trade(event);
        return;
      case EventKind::Rejected:
        ++rejected_;
        return;
      case EventKind::PhaseChanged:
        phase_ = event.phase();
        return;
      case EventKind::Uncrossed:
        return;
      default:
        change(event);
    }
  }

  [[nodiscard]] const std::map<std::int64_t, Queue>& levels(Side side) const {
    return book_[side == Side::Sell];
  }
  [[nodiscard]] const std::unordered_map<std::uint64_t, Order>& orders() const { return orders_; }
  [[nodiscard]] std::int64_t shown_at(Side side, std::int64_t price) const {
    const auto& levels = book_[side == Side::Sell];
    const auto level = levels.find(price);
    std::int64_t sum = 0;
    if (level == levels.end()) return sum;
    for (const std::uint64_t id : level->second) sum += orders_.at(id).shown;
    return sum;
  }
  [[nodiscard]] const std::map<OwnerId, std::int64_t>& positions() const { return positions_; }
  [[nodiscard]] std::uint64_t rejected() const { return rejected_; }
  [[nodiscard]] Phase phase() const { return phase_; }
  [[nodiscard]] const std::string& fault() const { return fault_; }  // the first one

 private:
  void expect(bool holds, const char* fault) {
    if (!holds && fault_.empty()) fault_ = fault;
  }
  Order& order_of(const Event& event) {
    expect(orders_.contains(event.id.value), "an event of no open order");
    Order& order = orders_[event.id.value];
    expect(order.handle == event.handle, "another handle than it was accepted with");
    expect(order.side == event.side && order.owner == event.owner, "another side or owner");
    return order;
  }
  void stand(const Event& event) {
    Order& order = orders_.at(event.id.value);
    expect(event.shown > Qty{} && event.shown <= event.qty, "shows nothing, or more than it has");
    order.booked = true;
    order.price = event.price.raw();
    order.shown = event.shown.raw();
    book_[order.side == Side::Sell][order.price].push_back(event.id.value);
  }
  void leave(std::uint64_t id) {
    Order& order = orders_.at(id);
    if (!order.booked) return;
    auto& levels = book_[order.side == Side::Sell];
    const auto level = levels.find(order.price);
    level->second.remove(id);
    if (level->second.empty()) levels.erase(level);
    order.booked = false;
    order.shown = 0;
  }
  void lose(std::uint64_t id, std::int64_t qty, bool done) {
    expect(orders_.contains(id), "a trade of no open order");
    Order& order = orders_[id];
    expect(qty > 0 && qty <= order.open, "more than is open");
    order.open -= qty;
    if (order.booked) {
      expect(qty <= order.shown, "traded more than was shown");
      order.shown -= qty;
    }
    expect(done == (order.open == 0), "done, or not, wrongly");
    if (order.open > 0) return;
    leave(id);
    orders_.erase(id);
  }
  void trade(const Event& event) {
    expect(event.trade == ++trades_, "trade numbers leave a gap");
    const Order& maker = orders_[event.id.value];
    const Order& taker = orders_[event.taker_id.value];
    expect(maker.handle == event.handle && taker.handle == event.taker_handle, "wrong handles");
    expect(maker.owner == event.owner && taker.owner == event.taker_owner, "wrong owners");
    expect(taker.side == event.side && maker.side == opposite(event.side), "wrong sides");
    expect(maker.booked || (event.flags & kAuction) != 0, "a maker that is not in the book");
    if (maker.booked) {
      expect(event.shown.raw() == maker.shown - event.qty.raw(), "wrong rest on display");
      const auto& queue = book_[maker.side == Side::Sell].at(maker.price);
      expect(queue.front() == event.id.value, "not the first in time at its price");
    }
    positions_[event.owner] += sign_of(maker.side) * event.qty.raw();
    positions_[event.taker_owner] += sign_of(taker.side) * event.qty.raw();
    lose(event.id.value, event.qty.raw(), (event.flags & kMakerDone) != 0);
    lose(event.taker_id.value, event.qty.raw(), (event.flags & kTakerDone) != 0);
  }
  void change(const Event& event) {
    Order& order = order_of(event);
    switch (event.kind) {
      case EventKind::Booked:
        expect(!order.booked && order.open == event.qty.raw(), "booked with a wrong quantity");
        stand(event);
        return;
      case EventKind::Replaced:
        leave(event.id.value);
        order.open = event.qty.raw();
        order.price = event.price.raw();
        if ((event.flags & kBooked) != 0) stand(event);
        return;
      case EventKind::Reduced:
        expect(event.qty > Qty{} && event.qty.raw() <= order.open, "reduced by too much");
        order.open -= event.qty.raw();
        if (order.booked) order.shown = event.shown.raw();
        return;
      case EventKind::Refreshed: {
        auto& queue = book_[order.side == Side::Sell].at(order.price);
        expect(order.booked && order.shown == 0, "refreshed too early");
        expect(order.open == event.qty.raw(), "refreshed with a wrong quantity");
        queue.remove(event.id.value);
        queue.push_back(event.id.value);
        order.shown = event.shown.raw();
        return;
      }
      case EventKind::Triggered:
        expect(!order.booked && order.open == event.qty.raw(), "triggered with a wrong quantity");
        return;
      default:  // Cancelled, Expired
        expect(event.qty.raw() == order.open, "ended with a wrong quantity");
        leave(event.id.value);
        orders_.erase(event.id.value);
    }
  }

  std::unordered_map<std::uint64_t, Order> orders_;
  std::map<std::int64_t, Queue> book_[2];
  std::map<OwnerId, std::int64_t> positions_;
  std::uint64_t trades_{0};
  std::uint64_t rejected_{0};
  Phase phase_{Phase::Closed};
  std::string fault_;
};
}  // namespace sq::matching
