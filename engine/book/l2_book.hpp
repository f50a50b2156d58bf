// Price levels of one instrument: bids and asks by tick.
// Thread: one writer (the core's), readers on the same thread; others read
// engine/book/top_snapshot.hpp. Cost: set about 4 ns near the touch; best O(1); next O(1) near the
// touch; everything allocated in the constructor: 2 x (8.2 bytes x window_ticks + 16 x
// far_levels_max), 1.3 MB with the defaults. Errors: Applied says why an update was refused; a
// refused level leaves the book incomplete, so its owner must stop using it (SyncedBook does).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/book/ladder.hpp"
#include "engine/book/tick_index.hpp"
#include "engine/messaging/market_data.hpp"
#include "engine/types/fixed.hpp"
#include "engine/types/order_types.hpp"

namespace sq::book {
struct L2Settings {
  Price tick{};                          // > 0
  std::uint32_t window_ticks{1U << 16};  // per side, a power of two, 256 to 2^18
  std::uint32_t far_levels_max{8192};    // per side, levels outside the window
};

enum class Applied : std::uint8_t {
  Ok,
  OffTick,      // the price is not a multiple of the tick
  NotPositive,  // price <= 0 or quantity < 0
  Full          // more levels outside the window than the book has room for
};

class L2Book {
 public:
  // Throws std::invalid_argument when a setting is out of its range.
  explicit L2Book(const L2Settings& settings);

  // Absolute quantity; 0 removes, and removing an unknown level is normal.
  Applied set(Side side, Price price, Qty qty) noexcept;
  // Stops at the first refusal: levels before it are applied.
  Applied apply(std::span<const Level> bids, std::span<const Level> asks) noexcept;
  void clear() noexcept;

  [[nodiscard]] Level best(Side side) const noexcept;  // qty 0: side empty
  [[nodiscard]] Qty qty_at(Side side, Price price) const noexcept;
  // Would not be refused as OffTick or NotPositive; a quantity of 0 is acceptable at any price.
  [[nodiscard]] bool acceptable(Level level) const noexcept {
    std::int64_t index = 0;
    return level.qty == Qty{} ||
           (level.qty > Qty{} && level.price > Price{} && ticks_.index_of(level.price, index));
  }
  // Best first; returns the count.
  [[nodiscard]] std::size_t copy_top(Side side, std::span<Level> out) const noexcept;
  // Replaces `level` by the next worse one; false, and `level` untouched, at the end. Only
  // level.price is read, it need not be a level of the book:  for (Level l = best(s); l.qty !=
  // Qty{}; ) { ...; if (!next(s, l)) break; }
  [[nodiscard]] bool next(Side side, Level& level) const noexcept;
  [[nodiscard]] std::size_t levels(Side side) const noexcept { return side_of(side).levels(); }
  // Best bid >= best ask.
  [[nodiscard]] bool crossed() const noexcept {
    const std::int64_t ask = sides_[1].best();
    return sides_[0].best() != Ladder::kNone && ask != Ladder::kNone && sides_[0].best() >= -ask;
  }
  // Of all levels of both sides; equal books have equal checksums whatever their history.
  // O(levels). Sum modulo 2^64 over the levels of mix(mix(price) ^ mix(qty + side)), raw values,
  // side 1 or 2, with mix the 64-bit finaliser of splitmix64.
  [[nodiscard]] std::uint64_t checksum() const noexcept;

  [[nodiscard]] const Ladder& side_of(Side side) const noexcept {
    return sides_[side == Side::Sell];
  }

 private:
  template <bool Negate>
  Applied apply_side(std::span<const Level> levels) noexcept;
  [[nodiscard]] std::uint64_t checksum_of(Side side) const noexcept;

  TickIndex ticks_;
  Ladder sides_[2];  // bids, asks
};

inline Applied L2Book::set(Side side, Price price, Qty qty) noexcept {
  std::int64_t index = 0;
  const bool on_tick = ticks_.index_of(price, index);
  if (price.raw() <= 0 || qty.raw() < 0) [[unlikely]]
    return Applied::NotPositive;
  if (!on_tick) [[unlikely]]
    return Applied::OffTick;
  const std::int64_t sell = side == Side::Sell;
  return sides_[sell].set((index ^ -sell) + sell, qty) ? Applied::Ok : Applied::Full;
}

inline Level L2Book::best(Side side) const noexcept {
  const Ladder& ladder = side_of(side);
  const std::int64_t key = ladder.best();
  if (key == Ladder::kNone) return {};
  return {ticks_.price_of(side == Side::Sell ? -key : key), ladder.qty_at(key)};
}
}  // namespace sq::book
