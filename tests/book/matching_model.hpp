// The matching engine once more, as plainly as possible: ordered maps of lists, raw numbers, linear
// searches, and for fill-or-kill a trial on a copy. Written from the rules in the headers of
// engine/book/matching, to be compared with the engine event by event; it knows no handles.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <unordered_map>
#include <vector>

#include "engine/book/matching/event.hpp"
#include "engine/book/matching/orders.hpp"

namespace sq::matching {
struct ModelOrder {
  NewOrder terms{};
  std::int64_t price{0};  // 0: none
  std::int64_t stop{0};
  std::int64_t total{0};  // executed and open
  std::int64_t open{0};
  std::int64_t shown{0};
  std::uint64_t sequence{0};  // of its place in time
  std::uint64_t entered{0};   // sequence when it was submitted
  bool waits{false};          // a stop that has not been executed
  bool sweepable{false};      // stands in the book or in a market queue
};

class Model {
 public:
  using Queue = std::list<ModelOrder>;

  explicit Model(const Settings& settings);

  void submit(const NewOrder& order);
  void modify(OrderId id, const Amendment& change);
  void cancel(OrderId id);
  void cancel_all(OwnerId owner);
  void set_phase(Phase phase);
  void uncross();
  void advance(WallTime now);
  void end_day();
  void set_bands(Price low, Price high, Price around_last);
  void set_reference(Price reference);
  void set_position(OwnerId owner, Qty held);

  [[nodiscard]] Indicative indicative() const;
  [[nodiscard]] const std::vector<Event>& events() const { return events_; }
  void clear_events() { events_.clear(); }

  // What the engine's state is compared with.
  [[nodiscard]] const std::map<std::int64_t, Queue>& side(Side side) const {
    return book_[side == Side::Sell];
  }
  [[nodiscard]] const Queue& market_queue(Side side) const { return market_[side == Side::Sell]; }
  [[nodiscard]] Phase phase() const { return phase_; }
  [[nodiscard]] std::int64_t last_price() const { return last_; }
  [[nodiscard]] std::int64_t position(OwnerId owner) const { return positions_[index_of(owner)]; }
  [[nodiscard]] std::size_t open_orders() const { return where_.size(); }
  [[nodiscard]] std::size_t waiting_stops() const { return stops_.size() + due_.size(); }
  [[nodiscard]] const ModelOrder* find(OrderId id) const;

 private:
  struct Spot {
    Queue* queue;
    Queue::iterator at;
  };
  enum class Outcome { Matched, Banded, Ended };
  enum class Step { GoesOn, TakerEnded };

  // matching_model_rules.cpp
  [[nodiscard]] Refusal check(const NewOrder& order, std::int64_t& price) const;
  [[nodiscard]] Refusal check_terms(const NewOrder& order) const;
  [[nodiscard]] Refusal check_numbers(const NewOrder& order) const;
  [[nodiscard]] Refusal check_change(const ModelOrder* order, OrderId id, const Amendment& change,
                                     ModelOrder& to) const;
  [[nodiscard]] Refusal check_price(std::int64_t price, bool stop) const;
  [[nodiscard]] Refusal check_qty(std::int64_t qty) const;
  [[nodiscard]] bool outside_static(std::int64_t price) const;
  [[nodiscard]] bool breaks_dynamic(Side side, std::int64_t price) const;
  [[nodiscard]] bool would_take(Side side, std::int64_t price) const;
  [[nodiscard]] std::int64_t slid(Side side) const;  // 0: nowhere to slide to
  [[nodiscard]] std::int64_t reducible(OwnerId owner, Side side) const;
  [[nodiscard]] std::int64_t anchor() const { return last_ != 0 ? last_ : reference_; }
  [[nodiscard]] bool collects() const;
  [[nodiscard]] SelfTrade mode_of(const ModelOrder& order) const;
  [[nodiscard]] bool only_reduces(const ModelOrder& order, const Amendment& change) const;

  // matching_model.cpp
  void emit(EventKind kind, const ModelOrder& order, std::int64_t qty, std::int64_t shown,
            std::uint8_t code = 0, std::uint8_t flags = 0);
  void reject(Command command, Refusal refusal, OrderId id, OwnerId owner);
  ModelOrder& put(Queue& queue, ModelOrder order);
  ModelOrder take_out(Queue& queue, Queue::iterator at);
  void enter(ModelOrder order, EventKind how);
  void enter_stop(ModelOrder order);
  void book(ModelOrder order, EventKind how, std::uint8_t flags);
  void execute(ModelOrder taker);
  Outcome match(ModelOrder& taker);
  Step meet(ModelOrder& taker, Queue& queue, std::int64_t price);
  Step meet_own(ModelOrder& taker, Queue& queue);
  [[nodiscard]] bool fills_whole(const ModelOrder& taker) const;
  void report_trade(const ModelOrder& maker, const ModelOrder& taker, std::int64_t price,
                    std::int64_t qty, std::uint8_t flags);
  void next_part(Queue& queue, Queue::iterator at, bool traded);
  void end(Queue& queue, Queue::iterator at, EventKind kind, Why why);
  void drop_empty_levels();
  void sweep_reduce_only();
  void latch_triggers();
  void run_due();
  bool uncross_once();
  bool pair(Queue& buys, Queue& sells, std::int64_t price);
  bool pair_own(Queue& older, Queue& newer);
  void run_uncross();
  void cancel_unfilled();
  // Of all open orders those that the predicate names, the oldest first.
  void end_all(EventKind kind, Why why, const std::function<bool(const ModelOrder&)>& predicate);

  Settings settings_;
  std::map<std::int64_t, Queue> book_[2];
  Queue market_[2];
  Queue stops_;
  Queue due_;
  std::unordered_map<std::uint64_t, Spot> where_;
  std::vector<std::int64_t> positions_;
  std::vector<OwnerId> moved_;  // owners with resting reduce-only orders whose position changed
  std::vector<Event> events_;
  Phase phase_{Phase::Closed};
  WallTime now_{};
  std::int64_t last_{0};
  std::int64_t reference_{0};
  std::int64_t low_since_{0};  // of the trades since triggers were last looked for; 0: none
  std::int64_t high_since_{0};
  std::uint64_t trades_{0};
  std::uint64_t sequence_{0};
  std::int64_t traded_by_taker_{0};  // of the order being executed
};
}  // namespace sq::matching
