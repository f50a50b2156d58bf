// Orders in price-time order: one or many books on shared pools, every order by handle.
// This is the part without ids: the id index is order_index.hpp, both together are l3_books.hpp,
// and the matching engine builds on this one alone.
// Thread: one writer, readers on the same thread. Cost: add, reduce, remove, requeue, best, front
// O(1), 5 to 10 ns in cache; a new or emptied level as in level_lists.hpp; queue position O(orders
// ahead); everything is allocated in the constructor: 32 bytes an order and a level, 32 more a deep
// level and 128 a book side (bytes() tells). Errors: add returns None when a pool is
// full; handles must be valid, that is the caller's duty (is_live helps). Nothing else can fail.
// Units: ticks and lots, see units.hpp.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/book/l3/cells.hpp"
#include "engine/book/l3/huge_array.hpp"
#include "engine/book/l3/level_lists.hpp"
#include "engine/book/l3/prefetch.hpp"

namespace sq::book::l3 {
struct PoolSettings {
  std::uint32_t books{1};       // 1 to 2^20
  std::uint32_t orders_max{0};  // 1 to 2^30, all books together
  std::uint32_t levels_max{0};  // 1 to 2^28, all books and sides together
  // Of these, how many may lie below the best 15 of their side; 0: all. They cost 32 bytes more.
  std::uint32_t deep_levels_max{0};
};

class OrderQueues {
 public:
  // Throws std::invalid_argument when a setting is out of its range, std::bad_alloc.
  explicit OrderQueues(const PoolSettings& settings);

  // Last in the queue of its price. tick 1 to kTickMax, lots > 0, book < books. None: no order
  // cell, no level cell or no room in the sorted arrays left; nothing has changed.
  [[nodiscard]] OrderHandle add(BookIndex book, Side side, Tick tick, Lots lots,
                                std::uint64_t id) noexcept;
  void remove(OrderHandle handle) noexcept;
  // By less than what is left; keeps its place.
  void reduce(OrderHandle handle, Lots by) noexcept;
  // To the end of its own level's queue with a new quantity > 0: an iceberg's next slice.
  void requeue(OrderHandle handle, Lots lots) noexcept;
  // Last in the queue of another or the same price with a new quantity; same side, id, handle and
  // user value. False: no level left for the new price; nothing has changed.
  [[nodiscard]] bool move(OrderHandle handle, Tick tick, Lots lots) noexcept;
  // All orders of one book. O(its orders).
  void clear(BookIndex book) noexcept;

  // ---- Levels, best first.
  [[nodiscard]] LevelHandle best(BookIndex book, Side side) const noexcept {
    return LevelHandle{lists_.best_cell(list_of(book, side))};
  }
  // 0: the side is empty. Does not touch the level.
  [[nodiscard]] Tick best_tick(BookIndex book, Side side) const noexcept {
    const std::uint32_t key = lists_.best_key(list_of(book, side));
    return key == 0 ? 0 : tick_of_key(key);
  }
  [[nodiscard]] std::uint32_t levels(BookIndex book, Side side) const noexcept {
    return lists_.size(list_of(book, side));
  }
  // rank 0 is the best; rank < levels().
  [[nodiscard]] LevelHandle level_at(BookIndex book, Side side, std::uint32_t rank) const noexcept {
    return LevelHandle{lists_.cell_at(list_of(book, side), rank)};
  }
  // None: no order at that price.
  [[nodiscard]] LevelHandle find_level(BookIndex book, Side side, Tick tick) const noexcept;

  [[nodiscard]] Tick tick(LevelHandle level) const noexcept {
    return tick_of_key(level_cell(level).key);
  }
  [[nodiscard]] Side side(LevelHandle level) const noexcept {
    return side_of_key(level_cell(level).key);
  }
  [[nodiscard]] std::uint64_t lots(LevelHandle level) const noexcept {
    return level_cell(level).lots;
  }
  [[nodiscard]] std::uint32_t orders(LevelHandle level) const noexcept {
    return level_cell(level).orders;
  }

  // ---- Orders of a level, first in time first:
  //   for (OrderHandle o = front(level); o != OrderHandle::None; o = behind(o)) ...
  [[nodiscard]] OrderHandle front(LevelHandle level) const noexcept {
    return OrderHandle{level_cell(level).next};
  }
  [[nodiscard]] OrderHandle back(LevelHandle level) const noexcept {
    return OrderHandle{level_cell(level).prev};
  }
  [[nodiscard]] OrderHandle behind(OrderHandle handle) const noexcept {
    return order_or_none(order_cell(handle).next);
  }
  [[nodiscard]] OrderHandle ahead(OrderHandle handle) const noexcept {
    return order_or_none(order_cell(handle).prev);
  }
  // The first order of the best level; None: the side is empty.
  [[nodiscard]] OrderHandle front(BookIndex book, Side side) const noexcept {
    const LevelHandle level = best(book, side);
    return level == LevelHandle::None ? OrderHandle::None : front(level);
  }

  // ---- One order.
  [[nodiscard]] std::uint64_t id(OrderHandle handle) const noexcept {
    return order_cell(handle).id;
  }
  [[nodiscard]] Lots lots(OrderHandle handle) const noexcept { return order_cell(handle).lots; }
  [[nodiscard]] BookIndex book(OrderHandle handle) const noexcept {
    return order_cell(handle).list / 2;
  }
  [[nodiscard]] LevelHandle level(OrderHandle handle) const noexcept {
    return LevelHandle{order_cell(handle).level};
  }
  [[nodiscard]] Side side(OrderHandle handle) const noexcept {
    return order_cell(handle).list % 2 == 0 ? Side::Buy : Side::Sell;
  }
  [[nodiscard]] Tick tick(OrderHandle handle) const noexcept { return tick(level(handle)); }
  // A value of the caller's own that stays with the order, 0 after add.
  [[nodiscard]] std::uint32_t user(OrderHandle handle) const noexcept {
    return order_cell(handle).user;
  }
  void set_user(OrderHandle handle, std::uint32_t value) noexcept {
    cells_[index_of(handle)].order.user = value;
  }
  void set_id(OrderHandle handle, std::uint64_t id) noexcept {
    cells_[index_of(handle)].order.id = id;
  }
  // Any number, also one that never was a handle.
  [[nodiscard]] bool is_live(OrderHandle handle) const noexcept {
    return index_of(handle) - 1 < orders_max_ && order_cell(handle).lots != 0;
  }

  struct Position {
    std::uint64_t lots_ahead{0};
    std::uint32_t orders_ahead{0};
  };
  // In its level's queue; O(orders ahead of it).
  [[nodiscard]] Position position(OrderHandle handle) const noexcept;

  // ---- The pools.
  [[nodiscard]] std::uint32_t books() const noexcept { return books_; }
  [[nodiscard]] std::uint32_t orders_max() const noexcept { return orders_max_; }
  [[nodiscard]] std::uint32_t levels_max() const noexcept { return levels_max_; }
  [[nodiscard]] std::uint32_t orders_live() const noexcept { return orders_live_; }
  [[nodiscard]] std::uint32_t levels_live() const noexcept { return levels_live_; }
  [[nodiscard]] std::size_t bytes() const noexcept {
    return cells_.memory().bytes() + lists_.bytes();
  }
  [[nodiscard]] std::size_t huge_bytes() const {
    return cells_.memory().huge_bytes() + lists_.huge_bytes();
  }
  // Of one book: every order with its id, quantity, price and place. Equal books have equal sums
  // whatever their history. O(orders).
  [[nodiscard]] std::uint64_t checksum(BookIndex book) const noexcept;

  // ---- Look-ahead, for callers that know what comes: each step needs the memory of the one
  // before it. None of them changes anything; a handle may be one already removed.
  void prefetch_best_levels(BookIndex book, Side side) const noexcept {
    lists_.prefetch(list_of(book, side));
  }
  void prefetch_order(OrderHandle handle) const noexcept {
    prefetch_line(&cells_[index_of(handle)]);
  }
  // Its level and the orders beside it.
  void prefetch_around(OrderHandle handle) const noexcept {
    const OrderCell& order = order_cell(handle);
    prefetch_line(&cells_[order.level]);
    prefetch_line(&cells_[order.next]);
    prefetch_line(&cells_[order.prev]);
  }
  // The sorted levels of its side, if it is alone at its price: then its level goes with it.
  void prefetch_side_if_alone(OrderHandle handle) const noexcept {
    const std::uint32_t level = order_cell(handle).level;
    const LevelCell& cell = cells_[level].level;
    lists_.prefetch_if(cell.orders == 1, cell.list, &cell);
  }
  void prefetch_level(LevelHandle level) const noexcept { prefetch_line(&cells_[index_of(level)]); }
  void prefetch_back(LevelHandle level) const noexcept {
    prefetch_line(&cells_[level_cell(level).prev]);
  }

 private:
  [[nodiscard]] static constexpr std::uint32_t list_of(BookIndex book, Side side) noexcept {
    return 2 * book + (side == Side::Sell);
  }
  [[nodiscard]] const OrderCell& order_cell(OrderHandle handle) const noexcept {
    return cells_[index_of(handle)].order;
  }
  [[nodiscard]] const LevelCell& level_cell(LevelHandle level) const noexcept {
    return cells_[index_of(level)].level;
  }
  [[nodiscard]] OrderHandle order_or_none(std::uint32_t cell) const noexcept {
    return OrderHandle{cell <= orders_max_ ? cell : 0};
  }
  // The level's cell, made if need be; 0: no room.
  [[nodiscard]] std::uint32_t level_for(std::uint32_t list, std::uint32_t key) noexcept;
  void drop_level(std::uint32_t level) noexcept;
  void link_last(std::uint32_t order, std::uint32_t level, Lots lots) noexcept;
  void unlink(std::uint32_t order) noexcept;

  HugeArray<Cell> cells_;  // 0: none; 1 to orders_max_: orders; behind them the levels
  LevelLists lists_;       // two a book: bids, asks
  std::uint32_t books_;
  std::uint32_t orders_max_;
  std::uint32_t levels_max_;
  std::uint32_t orders_live_{0};
  std::uint32_t levels_live_{0};
  // Cells not used yet come in order, then the one freed last: it is the likeliest to be in cache.
  std::uint32_t free_order_;
  std::uint32_t free_level_;
};

inline LevelHandle OrderQueues::find_level(BookIndex book, Side side, Tick tick) const noexcept {
  return LevelHandle{lists_.find(list_of(book, side), key_of(side, tick)).cell};
}

inline std::uint32_t OrderQueues::level_for(std::uint32_t list, std::uint32_t key) noexcept {
  const LevelLists::Place place = lists_.find(list, key);
  if (place.cell != 0) return place.cell;
  const std::uint32_t level = free_level_;
  if (level == 0 || !lists_.insert(list, place.better, key, level)) [[unlikely]]
    return 0;
  LevelCell& cell = cells_[level].level;
  free_level_ = cell.next;
  cell = {level, level, 0, 0, key, list, 0};
  ++levels_live_;
  return level;
}

inline void OrderQueues::drop_level(std::uint32_t level) noexcept {
  LevelCell& cell = cells_[level].level;
  lists_.erase(cell.list, cell.key);
  cell.next = free_level_;
  free_level_ = level;
  --levels_live_;
}

inline void OrderQueues::link_last(std::uint32_t order, std::uint32_t level, Lots lots) noexcept {
  LevelCell& queue = cells_[level].level;
  const std::uint32_t last = queue.prev;
  cells_[order].links = {level, last};
  cells_[last].links.next = order;
  queue.prev = order;
  queue.lots += lots;
  ++queue.orders;
}

inline void OrderQueues::unlink(std::uint32_t order) noexcept {
  const Links links = cells_[order].links;
  cells_[links.prev].links.next = links.next;
  cells_[links.next].links.prev = links.prev;
}

inline OrderHandle OrderQueues::add(BookIndex book, Side side, Tick tick, Lots lots,
                                    std::uint64_t id) noexcept {
  const std::uint32_t order = free_order_;
  if (order == 0) [[unlikely]]
    return OrderHandle::None;
  const std::uint32_t list = list_of(book, side);
  const std::uint32_t level = level_for(list, key_of(side, tick));
  if (level == 0) [[unlikely]]
    return OrderHandle::None;
  OrderCell& cell = cells_[order].order;
  free_order_ = cell.next;
  cell.id = id;
  cell.lots = lots;
  cell.level = level;
  cell.list = list;
  cell.user = 0;
  link_last(order, level, lots);
  ++orders_live_;
  return OrderHandle{order};
}

inline void OrderQueues::reduce(OrderHandle handle, Lots by) noexcept {
  OrderCell& order = cells_[index_of(handle)].order;
  order.lots -= by;
  cells_[order.level].level.lots -= by;
}

inline void OrderQueues::remove(OrderHandle handle) noexcept {
  const std::uint32_t index = index_of(handle);
  OrderCell& order = cells_[index].order;
  unlink(index);
  const std::uint32_t level = order.level;
  LevelCell& queue = cells_[level].level;
  queue.lots -= order.lots;
  if (--queue.orders == 0) drop_level(level);
  order.lots = 0;
  order.next = free_order_;
  free_order_ = index;
  --orders_live_;
}

inline void OrderQueues::requeue(OrderHandle handle, Lots lots) noexcept {
  const std::uint32_t index = index_of(handle);
  OrderCell& order = cells_[index].order;
  unlink(index);
  LevelCell& queue = cells_[order.level].level;
  queue.lots -= order.lots;
  --queue.orders;
  order.lots = lots;
  link_last(index, order.level, lots);
}

inline bool OrderQueues::move(OrderHandle handle, Tick tick, Lots lots) noexcept {
  const std::uint32_t index = index_of(handle);
  OrderCell& order = cells_[index].order;
  const LevelCell& from = cells_[order.level].level;
  const std::uint32_t key = key_of(side_of_key(from.key), tick);
  if (key == from.key) {
    requeue(handle, lots);
    return true;
  }
  const std::uint32_t level = level_for(order.list, key);
  if (level == 0) return false;
  unlink(index);
  LevelCell& old = cells_[order.level].level;
  old.lots -= order.lots;
  if (--old.orders == 0) drop_level(order.level);
  order.lots = lots;
  order.level = level;
  link_last(index, level, lots);
  return true;
}
}  // namespace sq::book::l3
