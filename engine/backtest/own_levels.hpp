// Our orders of one side of one instrument, by price and then by arrival, and each level's place in
// the recorded market: what it displays and which of its changes trades already explain.
// Thread: its owner's. Cost: a scan of our own price levels, few. Allocates when more levels than
// ever before are in use.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/backtest/market_view.hpp"
#include "engine/backtest/sim_order.hpp"
#include "engine/types/time.hpp"

namespace sq::backtest {
// Stamp: the venue's time of an event when it gives one, at: the exchange time of this simulation.
struct EventTime {
  WallTime stamp{};
  WallTime at{};
};

struct OwnLevel {
  Price price{};
  Qty displayed{};            // market quantity last shown at the price
  std::uint64_t shown_id{0};  // update id that showed it
  Qty traded{};               // printed at the price, not yet seen to leave `displayed`
  EventTime traded_at{};      // the last of them
  Qty cancelled{};            // left `displayed` with no trade known that explains it
  EventTime cancelled_at{};
  std::uint32_t first{kNoSlot};  // our orders, earliest first
  std::uint32_t last{kNoSlot};
};

class OwnLevels {
 public:
  OwnLevels(Side side, OrderSlots& orders) : side_{side}, orders_{orders} { levels_.reserve(64); }

  [[nodiscard]] bool empty() const noexcept { return levels_.empty(); }
  // Best price first.
  [[nodiscard]] std::vector<OwnLevel>& levels() noexcept { return levels_; }
  [[nodiscard]] Price best() const noexcept { return levels_.front().price; }

  // The level of a price, made with what the market displays there if we had no order at it.
  OwnLevel& level_for(Price price, MarketView::Displayed displayed) {
    auto at = levels_.begin();
    while (at != levels_.end() && better(side_, at->price, price)) ++at;
    if (at == levels_.end() || at->price != price) {
      OwnLevel level;
      level.price = price;
      level.displayed = displayed.qty;
      level.shown_id = displayed.id;
      at = levels_.insert(at, level);
    }
    return *at;
  }
  void append(OwnLevel& level, std::uint32_t slot) noexcept {
    orders_[slot].next = kNoSlot;
    if (level.last == kNoSlot) {
      level.first = slot;
    } else {
      orders_[level.last].next = slot;
    }
    level.last = slot;
  }
  // Takes the order out of its level; the level stays until drop_empty().
  void unlink(OwnLevel& level, std::uint32_t slot) noexcept {
    std::uint32_t previous = kNoSlot;
    std::uint32_t at = level.first;
    while (at != slot) {
      previous = at;
      at = orders_[at].next;
    }
    const std::uint32_t next = orders_[slot].next;
    if (previous == kNoSlot) {
      level.first = next;
    } else {
      orders_[previous].next = next;
    }
    if (level.last == slot) level.last = previous;
  }
  void drop_empty() noexcept {
    std::erase_if(levels_, [](const OwnLevel& level) { return level.first == kNoSlot; });
  }

 private:
  Side side_;
  OrderSlots& orders_;
  std::vector<OwnLevel> levels_;
};
}  // namespace sq::backtest
