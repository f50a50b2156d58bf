// What the recorded market displays at the exchange: depth, with the best-price stream laid over it
// while that is newer by update id. Without our orders and what we took.
// Thread: its owner's. Cost: depth that of SyncedBook; a best price is a copy.
// Errors: live() is false while updates are missing; then nothing here may be traded against.
#pragma once

#include <cstdint>
#include <limits>

#include "engine/book/synced_book.hpp"
#include "engine/messaging/market_data.hpp"

namespace sq::backtest {
constexpr bool better(Side side, Price a, Price b) noexcept {
  return side == Side::Buy ? a > b : a < b;
}
constexpr bool better_or_equal(Side side, Price a, Price b) noexcept { return !better(side, b, a); }

class MarketView {
 public:
  struct Displayed {
    Qty qty{};
    std::uint64_t id{0};  // of the update that says so
  };

  // Stale and Crossed are about what a receiver may believe: they are left out here.
  explicit MarketView(book::SyncSettings settings) : book_{never_old(settings)} {}

  void on_depth(const RecordHeader& record) noexcept {
    if (record.kind == RecordKind::DepthSnapshot) {
      book_.on_snapshot(record);
    } else {
      book_.on_depth(record);
    }
    judge_top();
  }
  // The trade that the record was, or null. Records of orders that this instrument does not expect
  // change nothing.
  const TradePrint* on_order(const RecordHeader& record) noexcept {
    if (book_.orders() == nullptr) return nullptr;
    const book::SyncedBook::Effect effect = book_.on_order(record);
    judge_top();
    return effect.traded ? &book_.last_trade() : nullptr;
  }
  // The orders that are displayed; null where the feed tells levels only.
  [[nodiscard]] const book::OrderFeed* orders() const noexcept { return book_.orders(); }
  // False: older than what is known.
  bool on_top(const TopOfBook& top) noexcept {
    if (top.update_id != 0 && (top.update_id < top_.update_id || top.update_id <= book_.last_id()))
      return false;
    top_ = top;
    top_newer_ = true;
    return true;
  }

  [[nodiscard]] bool live() const noexcept { return book_.state() == BookState::Live; }

  // Best first: for (Level l = best(s); l.qty > Qty{};) { ...; if (!next(s, l)) break; }
  [[nodiscard]] Level best(Side side) const noexcept {
    const Level top = top_level(side);
    return top.qty > Qty{} ? top : book_.depth().best(side);
  }
  [[nodiscard]] bool next(Side side, Level& level) const noexcept {
    return book_.depth().next(side, level);
  }
  [[nodiscard]] Displayed displayed(Side side, Price price) const noexcept {
    const Level top = top_level(side);
    if (top.qty > Qty{} && better_or_equal(side, price, top.price)) {
      return {price == top.price ? top.qty : Qty{},
              top_.update_id != 0 ? top_.update_id : book_.last_id()};
    }
    return {book_.depth().qty_at(side, price), book_.last_id()};
  }

 private:
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

  static book::SyncSettings never_old(book::SyncSettings settings) noexcept {
    settings.stale_after_ns = kNever;
    settings.crossed_for_ns = kNever;
    return settings;
  }
  // qty 0: the depth knows better.
  [[nodiscard]] Level top_level(Side side) const noexcept {
    if (!top_newer_) return {};
    return side == Side::Buy ? Level{top_.bid_price, top_.bid_qty}
                             : Level{top_.ask_price, top_.ask_qty};
  }
  // A venue without update ids: what came last is newest.
  void judge_top() noexcept {
    top_newer_ = top_.update_id != 0 && top_.update_id > book_.last_id();
  }

  book::SyncedBook book_;
  TopOfBook top_{};
  bool top_newer_{false};
};
}  // namespace sq::backtest
