// One instrument's order-by-order records (MarketOrder), applied to an L3 book; tells what each
// changed of the price levels, and the trade it was, so that an L2 book and strategies can follow.
// Thread: one writer, readers on the same thread. Cost: that of l3_books.hpp, about 20 ns; allocates
// in the constructor only. Errors: Change::outcome; a refused record changes nothing.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "engine/book/l3/l3_books.hpp"
#include "engine/book/l3/units.hpp"
#include "engine/messaging/market_data.hpp"
#include "engine/messaging/record.hpp"

namespace sq::book {
struct OrderFeedSettings {
  Price tick{};                 // > 0
  Qty lot{};                    // > 0: quantities of orders are multiples of it
  std::uint32_t orders_max{0};  // live orders, 1 to 2^30
};

class OrderFeed {
 public:
  struct LevelChange {
    Side side{Side::Buy};
    Level level{};  // with what is left there; 0: the level is gone
  };
  struct Change {
    l3::Outcome outcome{l3::Outcome::Ok};
    bool cleared{false};
    std::uint32_t level_count{0};
    std::array<LevelChange, 2> levels{};  // in the order in which they changed
    std::optional<TradePrint> trade;
    bool at_best{true};  // trade of a displayed order: no better price was on its side
  };

  // With a book of its own. Throws std::invalid_argument when a setting is out of its range,
  // std::bad_alloc.
  explicit OrderFeed(const OrderFeedSettings& settings);
  // One of many books on shared pools, which outlive it.
  OrderFeed(l3::L3Books& books, l3::BookIndex book, l3::Units units)
      : books_{&books}, book_{book}, units_{units} {}

  Change apply(const RecordHeader& record) noexcept;  // a MarketOrder
  void clear() noexcept { static_cast<void>(books_->clear(book_)); }

  [[nodiscard]] const l3::OrderQueues& queues() const noexcept { return books_->queues(); }
  [[nodiscard]] l3::BookIndex book() const noexcept { return book_; }  // among queues()
  [[nodiscard]] const l3::Units& units() const noexcept { return units_; }
  [[nodiscard]] std::uint64_t checksum() const noexcept { return queues().checksum(book_); }

  // None: no such order.
  [[nodiscard]] l3::OrderHandle find(std::uint64_t order_id) const noexcept {
    return books_->find(order_id);
  }
  // The queue of a price; None: nobody is there.
  [[nodiscard]] l3::LevelHandle queue_at(Side side, Price price) const noexcept {
    l3::Tick tick = 0;
    return units_.to_tick(price, tick) ? queues().find_level(book_, side, tick)
                                       : l3::LevelHandle::None;
  }

  // Market quantity and orders before a live order at its price; empty: no such order.
  struct Place {
    Side side{Side::Buy};
    Level left{};  // its price, and what is left of it
    Qty ahead{};
    std::uint32_t orders_ahead{0};
  };
  // O(orders ahead).
  [[nodiscard]] std::optional<Place> place_of(std::uint64_t order_id) const noexcept;

 private:
  void add(const MarketOrder& order, Change& change) noexcept;
  void take(const MarketOrder& order, WallTime at, Change& change) noexcept;
  void remove(std::uint64_t id, Change& change) noexcept;
  void replace(const MarketOrder& order, std::uint64_t new_id, Change& change) noexcept;
  void modify(const MarketOrder& order, Change& change) noexcept;
  [[nodiscard]] l3::Outcome convert(const MarketOrder& order, l3::Tick& tick,
                                    l3::Lots& lots) const noexcept;
  void note_level(Side side, l3::Tick tick, Change& change) const noexcept;

  std::unique_ptr<l3::L3Books> own_;
  l3::L3Books* books_;
  l3::BookIndex book_{0};
  l3::Units units_;
};
}  // namespace sq::book
