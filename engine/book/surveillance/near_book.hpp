// The quantity near the touch of one side, from a book of orders or of levels.
// Thread: the book's. Cost: 5 to 10 ns a level; asked for suspects only. Errors: an empty side has
// no depth. Valid as long as the book is.
#pragma once

#include "engine/book/l2_book.hpp"
#include "engine/book/order_feed.hpp"

namespace sq::book::surveillance {
// a is no worse a price than b for an order of that side.
constexpr bool as_good(Side side, Price a, Price b) noexcept {
  return side == Side::Buy ? a >= b : a <= b;
}
struct NearDepth {
  Qty qty{};         // of all these levels
  Price worst{};     // price of the last of them
  bool full{false};  // the side has as many as were asked for; else every price is near
  [[nodiscard]] constexpr bool holds(Side side, Price price) const noexcept {
    return !full || as_good(side, price, worst);
  }
  // No worse than this is near, `price` itself too.
  [[nodiscard]] constexpr Price reach(Side side, Price price) const noexcept {
    if (!full) return side == Side::Buy ? Price{} : Price::max();
    return as_good(side, price, worst) ? worst : price;
  }
};

class NearBook {
 public:
  explicit NearBook(const OrderFeed& orders) : orders_{&orders} {}
  explicit NearBook(const L2Book& levels) : levels_{&levels} {}

  [[nodiscard]] NearDepth depth(Side side, std::uint32_t levels) const noexcept;
  [[nodiscard]] Price best(Side side) const noexcept {  // 0: the side is empty
    if (orders_ == nullptr) return levels_->best(side).price;
    const l3::Tick tick = orders_->queues().best_tick(orders_->book(), side);
    return tick == 0 ? Price{} : orders_->units().price_of(tick);
  }

 private:
  const OrderFeed* orders_{nullptr};
  const L2Book* levels_{nullptr};
};
}  // namespace sq::book::surveillance
