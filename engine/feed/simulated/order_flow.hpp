// The traders of one simulated symbol. Limit orders and cancels at the touch and behind it and
// market orders arrive as a marked Hawkes process (excitement.hpp); what each does depends on the
// state of the book (a queue-reactive model after Huang, Lehalle and Rosenbaum 2015). Informed
// traders compare the middle of the book with the efficient price and, past a threshold, move the
// book to it. Thread: the simulation's. Cost: under 1 us an order. Deterministic: integers, own
// random numbers.
#pragma once

#include <array>
#include <deque>
#include <vector>

#include "engine/feed/simulated/excitement.hpp"
#include "engine/feed/simulated/order_book.hpp"
#include "engine/feed/simulated/update_ids.hpp"

namespace sq::feed::simulated {
// Hears of every order after the book has changed. Times are market time, never going back.
class BookListener {
 public:
  virtual ~BookListener() = default;
  virtual void on_order(std::int64_t now_ns, std::uint64_t update_id, const OrderBook& book) = 0;
  // The order just applied was matched with these, all resting on `side`.
  virtual void on_matches(std::int64_t now_ns, BookSide side,
                          const std::vector<OrderBook::Match>& matches) = 0;
};

class OrderFlow {
 public:
  OrderFlow(const SymbolClass& symbol, UpdateIds& ids, Random random);
  // Fills the book around the symbol's starting price; until listen() nobody hears of it.
  void fill_book();
  void listen(BookListener& listener) noexcept { listener_ = &listener; }
  // One step of market time with the efficient price, in ticks, at its end.
  void step(std::int64_t from_ns, std::int64_t until_ns, double efficient_ticks, double activity);

  // Far levels that no message has shown yet must be shown before the price comes near: an order is
  // added to each that is nearer than `distance` to the touch. `hidden` holds keys of
  // OrderBook::Levels.
  void show_hidden(BookSide side, std::vector<Tick>& hidden, Tick distance);

  [[nodiscard]] OrderBook& book() noexcept { return book_; }
  [[nodiscard]] UpdateIds& ids() noexcept { return ids_; }

 private:
  void informed(double efficient_ticks);
  void pull_quotes(BookSide side, Tick limit);
  void touch_event();
  bool narrow_spread();
  bool cancel_stale(BookSide side);
  void cancel_at_touch(BookSide side);
  void deep_event();
  [[nodiscard]] Tick deep_price(BookSide side);
  void market_order();
  void take(BookSide side, Tick limit, Lots lots, Tick rest_price, Lots rest_lots);
  void add_quote(BookSide side, Tick price, Lots lots);
  void applied();
  [[nodiscard]] double middle() const noexcept;
  [[nodiscard]] BookSide any_side() noexcept {
    return random_.chance(0.5) ? BookSide::Bid : BookSide::Ask;
  }
  void redraw_targets();

  const SymbolClass& symbol_;
  UpdateIds& ids_;
  Random random_;
  OrderBook book_;
  Excitement excitement_;
  BookListener* listener_{nullptr};
  std::int64_t now_ns_{0};
  double efficient_{0};
  double threshold_{0};
  BookSide last_taken_{BookSide::Ask};
  std::array<double, 2> target_lots_{};         // queue at the touch, by BookSide
  std::array<std::deque<OrderRef>, 2> quotes_;  // orders placed at the touch, oldest first
  std::vector<OrderBook::Match> matches_;
};
}  // namespace sq::feed::simulated
