// One side of the matching book: price levels, each a queue of orders. The ladder of the L2 book
// keeps them by price (its "quantity" is the level's cell): the best and the next worse level come
// from its bitmap. Beside it a table by the price's low bits leads to the level in one load; every
// entry is a level that is there, or none, and what it does not know the ladder does.
// Thread: the engine's. Cost: 12 bytes a tick of the window and 16 an order for levels outside it;
// add and remove a few ns. Errors: none: there is room for a level of every order. Units: ticks and
// lots.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/book/ladder.hpp"
#include "engine/book/matching/order_store.hpp"

namespace sq::matching {
class alignas(256) BookSide {  // so that choosing a side needs no multiplication
 public:
  BookSide(Side side, std::uint32_t window_ticks, const OrderStore& orders,
           std::uint32_t levels_max)
      : near_(window_ticks, orders.no_level()),
        mask_{window_ticks - 1},
        sell_{side == Side::Sell},
        ladder_{window_ticks, levels_max} {}

  // Higher is better on both sides: the tick, negated for sells.
  [[nodiscard]] static std::int64_t key_of(std::int32_t tick, std::int64_t sell) noexcept {
    return (std::int64_t{tick} ^ -sell) + sell;
  }
  [[nodiscard]] std::int64_t key_of(std::int32_t tick) const noexcept {
    return key_of(tick, sell_);
  }
  // Ladder::kNone: the side is empty.
  [[nodiscard]] std::int64_t best_key() const noexcept { return ladder_.best(); }
  [[nodiscard]] LevelIndex best() const noexcept {
    const std::int64_t key = ladder_.best();
    return key == book::Ladder::kNone ? kNoLevel : level_at(key);
  }
  // The next worse one.
  [[nodiscard]] LevelIndex behind(const OrderStore& orders, LevelIndex level) const noexcept {
    const std::int64_t key = ladder_.behind(key_of(orders.level(level).tick));
    return key == book::Ladder::kNone ? kNoLevel : level_at(key);
  }
  [[nodiscard]] std::size_t levels() const noexcept { return ladder_.levels(); }

  // To the tail of its price; `shown` of the order is set.
  void push_back(OrderStore& orders, Handle handle, std::int32_t tick,
                 std::int64_t hidden) noexcept {
    OrderCell& order = orders[handle];
    order.level = level_for(orders, key_of(tick), tick);
    order.place = Place::Level;
    append(orders, order.level, handle, order.shown, hidden);
  }
  // The level of that price, or one of another price: near() says only what the table knows.
  [[nodiscard]] LevelIndex near(std::int32_t tick) const noexcept {
    return near_[static_cast<std::uint32_t>(tick) & mask_];
  }
  // The level of that price, made if need be: then append() has to follow.
  [[nodiscard]] LevelIndex level_for(OrderStore& orders, std::int64_t key,
                                     std::int32_t tick) noexcept {
    LevelIndex index = near(tick);
    if (orders.level(index).tick == tick) return index;
    index = level_at(key);
    if (index == kNoLevel) {
      index = orders.take_level(tick);
      SQ_CHECK(ladder_.set(key, Qty::from_raw(std::int64_t{index} + 1)));
    }
    near_[static_cast<std::uint32_t>(tick) & mask_] = index;
    return index;
  }
  void append(OrderStore& orders, LevelIndex index, Handle handle, std::int64_t shown,
              std::int64_t hidden) noexcept {
    PriceLevel& level = orders.level(index);
    orders.link_last(index, handle);
    level.shown += shown;
    level.hidden += hidden;
    ++level.orders;
  }
  void remove(OrderStore& orders, Handle handle, std::int64_t hidden) noexcept {
    const LevelIndex index = orders[handle].level;
    if (take_out(orders, handle, hidden)) [[unlikely]]
      close(orders, index);
  }
  // True: its level is empty now, and close() has to follow.
  [[nodiscard]] bool take_out(OrderStore& orders, Handle handle, std::int64_t hidden) noexcept {
    const OrderCell& order = orders[handle];
    PriceLevel& level = orders.level(order.level);
    orders.unlink(handle);
    level.shown -= order.shown;
    level.hidden -= hidden;
    return --level.orders == 0;
  }
  void close(OrderStore& orders, LevelIndex index) noexcept {
    const std::int32_t tick = orders.level(index).tick;
    LevelIndex& near = near_[static_cast<std::uint32_t>(tick) & mask_];
    if (near == index) near = orders.no_level();
    SQ_CHECK(ladder_.set(key_of(tick), Qty{}));
    orders.release_level(index);
  }
  // The order keeps its place, and its quantities change by so much.
  void change(OrderStore& orders, Handle handle, std::int64_t shown, std::int64_t hidden) noexcept {
    OrderCell& order = orders[handle];
    PriceLevel& level = orders.level(order.level);
    order.shown += shown;
    level.shown += shown;
    if (hidden != 0) {
      orders.extras(handle).hidden += hidden;
      level.hidden += hidden;
    }
  }
  // An iceberg shows its next part, at the tail of its price. Its shown part is used up.
  void refresh(OrderStore& orders, Handle handle) noexcept {
    OrderCell& order = orders[handle];
    OrderExtras& extras = orders.extras(handle);
    PriceLevel& level = orders.level(order.level);
    const std::int64_t part = extras.display < extras.hidden ? extras.display : extras.hidden;
    orders.unlink(handle);
    orders.link_last(order.level, handle);
    order.shown = part;
    extras.hidden -= part;
    level.shown += part;
    level.hidden -= part;
  }

 private:
  [[nodiscard]] LevelIndex level_at(std::int64_t key) const noexcept {
    // 0, no level, becomes kNoLevel.
    return static_cast<LevelIndex>(ladder_.qty_at(key).raw()) - 1;
  }
  std::vector<LevelIndex> near_;
  std::uint32_t mask_;
  bool sell_;
  book::Ladder ladder_;
};
}  // namespace sq::matching
