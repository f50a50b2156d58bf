// Watches one instrument for manipulative patterns and measures how its orders behave: every rule
// of this folder, fed from order-by-order records or from what a level feed allows, alerts in a
// ring.
//
// Order by order: apply each MarketOrder to the book first, then on_order with what came of it; the
// feed's own trade prints (DBN) go to on_trade. Level feeds: on_depth after the book applied the
// record, on_top, on_trade. There a level stands for an order: a large quantity that came to one
// price in one update and left in one update. What level feeds do not show (order ids, lives
// shorter than the venue's update interval, who was filled) is not guessed: evidence has id 0. A
// suspicion of spoofing or layering is decided requote_ns later, with the next event or on_time.
//
// Thread: one writer (the book's), readers on the same thread. Cost: README.md; about 40 ns an
// order record. Allocates in the constructor only: 128 bytes x orders_max (rounded up to a power of
// two), 560 x alerts_max, 80 kB. Errors: throws std::invalid_argument for settings out of range;
// counted: Counters. Time: the record's venue_time, or wall where it is 0; it never steps back.
// Deterministic.
#pragma once

#include <array>
#include <cstdint>

#include "engine/book/surveillance/alert.hpp"
#include "engine/book/surveillance/executions.hpp"
#include "engine/book/surveillance/momentum_ignition.hpp"
#include "engine/book/surveillance/order_table.hpp"
#include "engine/book/surveillance/quote_stuffing.hpp"
#include "engine/book/surveillance/settings.hpp"
#include "engine/book/surveillance/toxicity.hpp"
#include "engine/book/surveillance/usual_size.hpp"
#include "engine/book/surveillance/wash_trades.hpp"
#include "engine/book/surveillance/withdrawals.hpp"
#include "engine/messaging/market_data.hpp"
#include "engine/messaging/record.hpp"

namespace sq::book::surveillance {
class Surveillance {
 public:
  struct Counters {
    std::uint64_t messages{0};  // records of orders, or changed levels
    std::uint64_t trades{0};
    std::uint64_t refused{0};                             // by the book: not looked at
    std::uint64_t untracked{0};                           // no room in the table: not followed
    std::array<std::uint64_t, kAlertKinds> suppressed{};  // in the cool-down of their kind
  };

  explicit Surveillance(const SurveillanceSettings& settings);

  void on_order(const RecordHeader& record, const OrderFeed::Change& change,
                const OrderFeed& book) noexcept;
  // DepthUpdate or DepthSnapshot. A snapshot is where the levels start from, not news.
  void on_depth(const RecordHeader& record, const L2Book& book) noexcept;
  void on_top(const RecordHeader& record) noexcept;    // TopOfBook
  void on_trade(const RecordHeader& record) noexcept;  // TradePrint
  // A fill of one of our own accounts; `side` is ours, `trade` the venue's number.
  void on_own_fill(std::uint64_t trade, Side side, Price price, Qty qty, WallTime at) noexcept;
  void on_time(WallTime now) noexcept { begin(now); }
  // The book was lost: orders and suspicions are forgotten, what is usual is kept.
  void on_book_lost() noexcept;

  [[nodiscard]] const AlertRing& alerts() const noexcept { return alerts_; }
  [[nodiscard]] ToxicityView toxicity() const noexcept { return toxicity_.view(); }
  [[nodiscard]] const Counters& counters() const noexcept { return counters_; }
  // Median size of recent adds; 0: fewer than warm_orders so far.
  [[nodiscard]] Qty usual_size() const noexcept {
    return sizes_.seen() < settings_.warm_orders ? Qty{} : Qty::from_raw(sizes_.median());
  }
  [[nodiscard]] const SurveillanceSettings& settings() const noexcept { return settings_; }

 private:
  void begin(WallTime at) noexcept;
  void message() noexcept;
  void end_message() noexcept;
  void place(const LiveOrder& order) noexcept;
  void cancel(LiveOrder& order, Qty by, const NearBook& book) noexcept;
  void move(const MarketOrder& order, const OrderFeed::Change& change,
            const NearBook& book) noexcept;
  void execute(const MarketOrder& order, const OrderFeed::Change& change) noexcept;
  void announce(const MarketOrder& order) noexcept;
  void withdrawn(const LiveOrder& order, Qty qty, const NearBook& book) noexcept;
  void gone(const LiveOrder& order, Qty qty) noexcept;
  void traded(const TradePrint& trade) noexcept;
  void level(Side side, Level level, const NearBook& book) noexcept;
  void grown(Side side, Level level, LiveOrder* known) noexcept;
  void shrunk(Level level, LiveOrder& known, const NearBook& book) noexcept;
  void best(const NearBook& book) noexcept;
  [[gnu::cold, gnu::noinline]] void raise(const Alert& alert) noexcept;

  SurveillanceSettings settings_;
  OrderTable orders_;
  UsualSize sizes_;
  Executions executions_;
  Withdrawals withdrawals_;
  QuoteStuffing stuffing_;
  MomentumIgnition ignition_;
  WashTrades wash_;
  OwnWashTrades own_wash_;
  Toxicity toxicity_;
  AlertRing alerts_;
  Counters counters_{};
  std::array<WallTime, kAlertKinds> quiet_until_{};
  WallTime now_{};
  WallTime depth_at_{};        // of the depth update before
  std::int64_t unsure_ns_{0};  // between the last two depth updates; 0 order by order
  bool order_by_order_{false};
  bool has_tops_{false};
  bool has_single_trades_{false};  // then aggregates are the same trades again
};
}  // namespace sq::book::surveillance
