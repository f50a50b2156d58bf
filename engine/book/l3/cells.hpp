// The 32 bytes that an order or a level takes, two to a cache line, linked by 32-bit cell numbers.
// A level is the head of the ring of its own orders: the first order's `prev` and the last one's
// `next` are the level's cell, so that linking and unlinking have no special cases and no branch.
// Units: lots and ticks of the book (units.hpp). Thread: the pools' owner.
#pragma once

#include <compare>
#include <cstdint>

#include "engine/types/order_types.hpp"

namespace sq::book::l3 {
// Dense numbers: orders 1 to orders_max, so that arrays beside the pool can use them as index.
// Valid until the order or level is removed; then the number is used again.
enum class OrderHandle : std::uint32_t { None = 0 };
enum class LevelHandle : std::uint32_t { None = 0 };
constexpr std::uint32_t index_of(OrderHandle handle) noexcept {
  return static_cast<std::uint32_t>(handle);
}
constexpr std::uint32_t index_of(LevelHandle handle) noexcept {
  return static_cast<std::uint32_t>(handle);
}

using BookIndex = std::uint32_t;  // of the books that share the pools
using Tick = std::uint32_t;       // price in ticks, 1 to kTickMax
using Lots = std::uint32_t;       // quantity in lots, 1 to 2^32 - 1
constexpr Tick kTickMax = 0x7FFF'FFFF;

// One ascending order for both sides: a higher key is a better price. Bids are their tick, asks
// its complement, so the top bit tells the side. Never 0 nor 2^32 - 1.
constexpr std::uint32_t key_of(Side side, Tick tick) noexcept {
  return tick ^ (std::uint32_t{0} - std::uint32_t{side == Side::Sell});
}
constexpr Side side_of_key(std::uint32_t key) noexcept {
  return key <= kTickMax ? Side::Buy : Side::Sell;
}
constexpr Tick tick_of_key(std::uint32_t key) noexcept { return key <= kTickMax ? key : ~key; }

struct OrderCell {
  std::uint32_t next;  // behind it in the queue, or its level; free: the next free cell
  std::uint32_t prev;  // ahead of it, or its level
  std::uint64_t id;    // the venue's reference
  Lots lots;           // what is left; 0: the cell is free
  std::uint32_t level;
  std::uint32_t list;  // side of a book: 2 * book, + 1 for asks
  std::uint32_t user;  // the caller's, 0 at first
};
struct LevelCell {
  std::uint32_t next;  // first order; free: the next free cell
  std::uint32_t prev;  // last order
  std::uint64_t lots;  // of all its orders; cannot overflow: orders and lots have 32 bits
  std::uint32_t orders;
  std::uint32_t key;
  std::uint32_t list;
  std::uint32_t reserved;
};
struct Links {
  std::uint32_t next;
  std::uint32_t prev;
};
union Cell {  // `links` is the common beginning of the other two
  Links links;
  OrderCell order;
  LevelCell level;
};
static_assert(sizeof(OrderCell) == 32 && sizeof(LevelCell) == 32 && sizeof(Cell) == 32);
}  // namespace sq::book::l3
