// Matching of our orders in one instrument inside its recorded market. README.md states the rules.
// The recording never reacts to us: what we take is only remembered (consumed_depth.hpp).
// Thread: the simulation's. Cost: an event in an instrument where we have no order near the price
// costs the book update and a comparison; each own price level near adds about 10 ns.
// Errors: none; while the depth is incomplete queue positions stand still.
#pragma once

#include <cstdint>

#include "engine/backtest/consumed_depth.hpp"
#include "engine/backtest/executions.hpp"
#include "engine/backtest/impact.hpp"
#include "engine/backtest/market_view.hpp"
#include "engine/backtest/own_levels.hpp"
#include "engine/backtest/queue_model.hpp"
#include "engine/backtest/sim_order.hpp"
#include "engine/messaging/market_data.hpp"
#include "engine/types/instrument.hpp"

namespace sq::backtest {
struct MatchingRules {
  QueueRule queue{};        // where the feed tells levels only
  bool exact_queue{true};   // where it tells orders: our place among them by name, no model
  bool consumed_depth{true};
  ImpactRule impact{};
  book::SyncSettings book{};  // of the displayed market; tick and lot are the instrument's
};

class SimInstrument {
 public:
  SimInstrument(const Instrument& instrument, const MatchingRules& rules, OrderSlots& orders,
                Executions& executions);

  void on_market(const RecordHeader& record, WallTime at) noexcept;

  // Matches the order in `slot` against the displayed depth, best price first; with own resting
  // orders that it would trade with it does what its self-trade mode says.
  void take(std::uint32_t slot) noexcept;
  // Queues the rest of the order at its limit, behind what is displayed there.
  void rest(std::uint32_t slot) noexcept;
  // Takes a resting order out of the queue; remove() ends it, withdraw() leaves it to be queued anew.
  void remove(std::uint32_t slot) noexcept;
  void withdraw(std::uint32_t slot) noexcept;

  // An order is about to come: what our taking moved fades until then.
  void set_time(WallTime now) noexcept { now_ = now; }
  // Closed: the market is watched and nothing of ours trades.
  void set_closed(bool closed) noexcept {
    closed_ = closed;
    was_live_ = false;
  }
  // Takes once from the best displayed level that `limit` reaches, for the venue's own orders: what
  // was taken, qty 0 when there is nothing.
  [[nodiscard]] Level take_best(Side side, Price limit, Qty qty) noexcept;
  // Middle of the displayed touch; 0 while there is none.
  [[nodiscard]] Price middle() const noexcept;

  // Trades: the displayed depth is complete and the venue has not halted the instrument.
  [[nodiscard]] bool live() const noexcept { return view_.live() && !halted_ && !closed_; }
  [[nodiscard]] const Instrument& instrument() const noexcept { return instrument_; }
  // Best price that can be taken by an order of `side`; qty 0: nothing is there.
  [[nodiscard]] Level best_to_take(Side side) const noexcept;
  // Would an order of `side` at `limit` trade at once, with the market or with us?
  [[nodiscard]] bool would_take(Side side, Price limit) noexcept;
  // What an order could take now: quantity, at most `qty`, and what it would pay or receive.
  struct Reach {
    Qty qty{};
    std::int64_t value{0};
    bool overflow{false};
  };
  [[nodiscard]] Reach reach(const SimOrder& order, Qty qty) const noexcept;

  [[nodiscard]] std::uint64_t next_trade_id() noexcept { return ++trade_id_; }
  // Market quantity ahead of the order, for tests and for people.
  [[nodiscard]] Qty ahead(std::uint32_t slot) const noexcept { return orders_[slot].ahead; }

 private:
  [[nodiscard]] OwnLevels& own(Side side) noexcept { return side == Side::Buy ? bids_ : asks_; }
  [[nodiscard]] ConsumedDepth& consumed(Side side) noexcept {
    return side == Side::Buy ? consumed_bids_ : consumed_asks_;
  }
  [[nodiscard]] const ConsumedDepth& consumed(Side side) const noexcept {
    return side == Side::Buy ? consumed_bids_ : consumed_asks_;
  }
  void watch(const RecordHeader& record) noexcept;
  // What a taker of `side` pays or gets at a displayed price, after what our taking moved.
  [[nodiscard]] Price moved(Side side, Price price) const noexcept {
    if (!rules_.impact.on()) [[likely]] return price;
    return moved_by_impact(side, price);
  }
  [[nodiscard]] Price moved_by_impact(Side side, Price price) const noexcept;
  [[nodiscard]] Impact& impact(Side side) noexcept {
    return side == Side::Buy ? impact_of_buys_ : impact_of_sells_;
  }
  // Of a displayed level of `side`, without what we took of it.
  [[nodiscard]] Qty available(Side side, const Level& level) const noexcept {
    const Qty taken = rules_.consumed_depth ? consumed(side).at(level.price) : Qty{};
    return taken < level.qty ? trunc_to_lot(level.qty - taken, instrument_.lot) : Qty{};
  }
  // What of `volume` the order can be filled with: all it wants, or whole lots. Queue positions are
  // expected values and need not be whole.
  [[nodiscard]] Qty whole_lots(const SimOrder& order, Qty volume) const noexcept {
    return volume >= order.remaining() ? order.remaining() : trunc_to_lot(volume, instrument_.lot);
  }

  // sim_fifo.cpp: order-by-order data
  [[nodiscard]] bool exact() const noexcept {
    return rules_.exact_queue && view_.orders() != nullptr;
  }
  struct Place;
  [[nodiscard]] Place place_of(std::uint64_t order_id) noexcept;
  void on_order(const RecordHeader& record, const EventTime& now) noexcept;
  void execute_order(const Place& place, Qty qty) noexcept;
  void leave_queue(const Place& place, Qty qty) noexcept;
  [[nodiscard]] Qty print_at(Side side, OwnLevel& level, Qty volume) noexcept;
  void join_queue(SimOrder& order) noexcept;
  void rejoin_queue(Side side, OwnLevel& level) noexcept;
  void forget_places() noexcept;

  // sim_queue.cpp
  void on_trade(const TradePrint& trade, const EventTime& now) noexcept;
  void on_unsided_trade(const TradePrint& trade) noexcept;
  void after_display_change(const EventTime& now, bool depth_changed) noexcept;
  void refresh(Side side, const EventTime& now, bool depth_changed) noexcept;
  void refresh_level(Side side, OwnLevel& level, const EventTime& now) noexcept;
  void attribute_cancels(OwnLevel& level, Qty shown_before, Qty cancelled,
                         const EventTime& now) noexcept;
  void forget_history(Side side) noexcept;
  void cross(Side side) noexcept;
  // False: the taker has ended.
  [[nodiscard]] bool prevent_self_trades(std::uint32_t taker, Price price) noexcept;
  [[nodiscard]] Qty trade_through(Side side, OwnLevel& level, Qty volume) noexcept;
  [[nodiscard]] Qty trade_at(Side side, OwnLevel& level, Qty volume, const EventTime& now) noexcept;
  [[nodiscard]] Qty meet(Side side, OwnLevel& level, std::uint32_t slot, Qty volume) noexcept;
  [[nodiscard]] Qty fill_resting(Side side, OwnLevel& level, std::uint32_t slot, Qty qty) noexcept;

  Instrument instrument_;
  MatchingRules rules_;
  OrderSlots& orders_;
  Executions& executions_;
  MarketView view_;
  OwnLevels bids_;
  OwnLevels asks_;
  ConsumedDepth consumed_bids_;
  ConsumedDepth consumed_asks_;
  Impact impact_of_buys_;
  Impact impact_of_sells_;
  std::uint64_t trade_id_{0};
  WallTime now_{};
  bool closed_{false};
  bool was_live_{false};
  bool halted_{false};  // the venue said so
};
}  // namespace sq::backtest
