// The orders of one instrument and their queues: fixed slots addressed by handle. What every
// command touches is half a cache line (OrderCell); OrderTerms plain orders only write, OrderExtras
// they do not touch. A queue is a ring through its own cell (a price level's, or one of three
// others), so that linking and unlinking have no special cases and no branch. Slots are given out
// last in, first out: they are warm.
// Thread: the engine's. Cost: 128 bytes an order, levels included; each function a few cycles.
// Errors: full() is to be asked before take(). Units: lots and ticks.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/book/l3/huge_array.hpp"
#include "engine/book/matching/orders.hpp"

namespace sq::matching {
enum class Place : std::uint8_t {
  Free = 0,
  Level = 1,   // in the queue of its price
  Market = 2,  // in the queue of market orders, until the next uncrossing
  Stop = 3,    // waits for its trigger
  Due = 4,     // triggered, waits to be executed
  Working = 5  // being executed
};

// Bits of OrderCell::marks.
constexpr std::uint8_t kSell = 1;
constexpr std::uint8_t kReduceOnly = 2;
constexpr std::uint8_t kIceberg = 4;
constexpr std::uint8_t kPostOnly = 8;
constexpr std::uint8_t kTimed = 16;  // in the expiry heap

using CellIndex = std::uint32_t;  // orders first, behind them levels and other queues
constexpr CellIndex kNoCell = 0xFFFF'FFFF;
using LevelIndex = CellIndex;
constexpr LevelIndex kNoLevel = kNoCell;

struct OrderCell {
  CellIndex next;    // in its queue, or the queue's cell; of a free slot: the next free one
  CellIndex prev;    // as next
  LevelIndex level;  // Place::Level
  OwnerId owner;
  Place place;
  std::uint8_t marks;
  std::int64_t shown;  // open and on display; all that is open where nothing is displayed
  OrderId id;

  [[nodiscard]] bool has(std::uint8_t mark) const noexcept { return (marks & mark) != 0; }
  [[nodiscard]] Side side() const noexcept { return has(kSell) ? Side::Sell : Side::Buy; }
};
struct PriceLevel {
  CellIndex next;       // the first order; of a free level: the next free one
  CellIndex prev;       // the last order
  std::int64_t shown;   // sum over the queue
  std::int64_t hidden;  // sum over the queue
  std::int32_t tick;
  std::uint32_t orders;
};
struct Links {
  CellIndex next;
  CellIndex prev;
};
union Cell {  // `links` is the common beginning of the other two
  Links links;
  OrderCell order;
  PriceLevel level;
};
static_assert(sizeof(Cell) == 32 && sizeof(OrderCell) == 32 && sizeof(PriceLevel) == 32);

struct OrderTerms {
  std::int64_t total;      // executed and open
  std::uint64_t sequence;  // of its place in time: the lower is the older
  std::int32_t price;      // 0: none
  OrderType type;          // of an executed stop: what it became
  TimeInForce time_in_force;
  SelfTrade self_trade;
  std::uint8_t unused;
};
static_assert(sizeof(OrderTerms) == 24);

struct OrderExtras {
  std::int64_t hidden;         // kIceberg
  std::int64_t display;        // kIceberg
  std::int32_t stop;           // stops
  std::uint32_t stop_place;    // Place::Stop: where in the heap
  std::uint32_t expiry_place;  // kTimed: where in the heap
  std::uint32_t trial;         // fill-or-kill: the trial in which it counts as removed
};
static_assert(sizeof(OrderExtras) == 32);

class OrderStore {
 public:
  explicit OrderStore(std::uint32_t orders_max)
      : cells_{std::size_t{2} * orders_max + kQueues},
        terms_{orders_max},
        extras_{orders_max},
        orders_max_{orders_max},
        free_level_{orders_max} {
    for (CellIndex i = 0; i < orders_max; ++i) {
      cells_[i].links.next = i + 1 == orders_max ? kNoCell : i + 1;
      cells_[orders_max + i].links.next = i + 1 == orders_max ? kNoCell : orders_max + i + 1;
    }
    for (CellIndex i = 0; i < kQueues; ++i) cells_[queue(i)].links = {queue(i), queue(i)};
  }

  // ---- Orders.
  [[nodiscard]] bool full() const noexcept { return free_order_ == kNoCell; }
  // What take() would give.
  [[nodiscard]] Handle next_handle() const noexcept { return free_order_; }
  [[nodiscard]] Handle take() noexcept {
    const Handle handle = free_order_;
    free_order_ = cells_[handle].links.next;
    ++open_;
    if (handle >= slots_used_) [[unlikely]]
      slots_used_ = handle + 1;
    return handle;
  }
  void release(Handle handle) noexcept {
    OrderCell& order = cells_[handle].order;
    order.place = Place::Free;
    order.next = free_order_;
    free_order_ = handle;
    --open_;
  }

  [[nodiscard]] OrderCell& operator[](Handle handle) noexcept { return cells_[handle].order; }
  [[nodiscard]] const OrderCell& operator[](Handle handle) const noexcept {
    return cells_[handle].order;
  }
  [[nodiscard]] OrderTerms& terms(Handle handle) noexcept { return terms_[handle]; }
  [[nodiscard]] const OrderTerms& terms(Handle handle) const noexcept { return terms_[handle]; }
  [[nodiscard]] OrderExtras& extras(Handle handle) noexcept { return extras_[handle]; }
  [[nodiscard]] const OrderExtras& extras(Handle handle) const noexcept { return extras_[handle]; }
  [[nodiscard]] std::int64_t hidden(Handle handle) const noexcept {
    return cells_[handle].order.has(kIceberg) ? extras_[handle].hidden : 0;
  }
  [[nodiscard]] std::int64_t open(Handle handle) const noexcept {
    return cells_[handle].order.shown + hidden(handle);
  }
  // An open order with this id is in this slot.
  [[nodiscard]] bool holds(Handle handle, OrderId id) const noexcept {
    return handle < orders_max_ && cells_[handle].order.id == id &&
           cells_[handle].order.place != Place::Free;
  }
  [[nodiscard]] std::uint32_t open_orders() const noexcept { return open_; }
  // No handle at or above this has ever been used.
  [[nodiscard]] std::uint32_t slots_used() const noexcept { return slots_used_; }

  // ---- Queues: first in time first.
  //   for (Handle h = first(queue); h != kNoHandle; h = behind(h)) ...
  static constexpr CellIndex kQueues = 4;  // those that are not levels; number < kQueues - 1
  [[nodiscard]] CellIndex queue(CellIndex number) const noexcept {
    return 2 * orders_max_ + number;
  }
  [[nodiscard]] Handle first(CellIndex queue) const noexcept {
    return order_or_none(cells_[queue].links.next);
  }
  [[nodiscard]] Handle behind(Handle handle) const noexcept {
    return order_or_none(cells_[handle].links.next);
  }
  void link_last(CellIndex queue, Handle handle) noexcept {
    const CellIndex last = cells_[queue].links.prev;
    cells_[handle].links = {queue, last};
    cells_[last].links.next = handle;
    cells_[queue].links.prev = handle;
  }
  void unlink(Handle handle) noexcept {
    // One by one: they were stored so, and a load of both would wait for both stores.
    const CellIndex next = cells_[handle].links.next;
    const CellIndex prev = cells_[handle].links.prev;
    cells_[prev].links.next = next;
    cells_[next].links.prev = prev;
  }

  // ---- Levels: as many as orders, so there is always one.
  [[nodiscard]] PriceLevel& level(LevelIndex index) noexcept { return cells_[index].level; }
  [[nodiscard]] const PriceLevel& level(LevelIndex index) const noexcept {
    return cells_[index].level;
  }
  // A level that no price has.
  [[nodiscard]] LevelIndex no_level() const noexcept { return queue(kQueues - 1); }
  [[nodiscard]] LevelIndex take_level(std::int32_t tick) noexcept {
    const LevelIndex index = free_level_;
    free_level_ = cells_[index].links.next;
    cells_[index].level = {index, index, 0, 0, tick, 0};
    return index;
  }
  void release_level(LevelIndex index) noexcept {
    cells_[index].links.next = free_level_;
    free_level_ = index;
  }

  [[nodiscard]] std::size_t bytes() const noexcept {
    return cells_.memory().bytes() + terms_.memory().bytes() + extras_.memory().bytes();
  }

 private:
  [[nodiscard]] Handle order_or_none(CellIndex cell) const noexcept {
    return cell < orders_max_ ? cell : kNoHandle;
  }

  book::l3::HugeArray<Cell> cells_;
  book::l3::HugeArray<OrderTerms> terms_;
  book::l3::HugeArray<OrderExtras> extras_;
  std::uint32_t orders_max_;
  Handle free_order_{0};
  LevelIndex free_level_;
  std::uint32_t open_{0};
  std::uint32_t slots_used_{0};
};
}  // namespace sq::matching
