// Matching of one instrument with price-time priority: continuous trading, auction calls, halts.
// What is matched against what, and what every command may answer, is in vocabulary.hpp,
// orders.hpp and event.hpp; the choices among several possible rules are in README.md.
//
// Each command runs to its end, triggered stops included, and reports what happened to the sink in
// order, as it happens; a refused command reports one Rejected and changes nothing. Equal commands
// give equal events: no clock, no randomness, no address decides anything.
//
// Thread: one. The sink is called inside the commands and must not call the engine. Cost: about
// 15 ns for an add that rests or a cancel, 10 ns for each trade (README.md); cancel_all, end_day,
// set_bands and the end of a position with resting reduce-only orders look at every slot ever used.
// Everything is allocated in the constructor: orders_max x 350 bytes + window_ticks x 16.
// Errors: Refusal; the constructor throws std::invalid_argument. Units: engine/types.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "engine/book/matching/book_side.hpp"
#include "engine/book/matching/event.hpp"
#include "engine/book/matching/id_index.hpp"
#include "engine/book/matching/order_heap.hpp"
#include "engine/book/matching/positions.hpp"
#include "engine/book/matching/rule_book.hpp"
#include "engine/book/matching/uncross_price.hpp"

namespace sq::matching {
// Throws std::invalid_argument when a setting is out of its range; returns them.
const Settings& checked(const Settings& settings);

template <class Sink>
class Engine {
 public:
  // Starts in Phase::Closed at time 0. `sink(const Event&)`; it must outlive the engine.
  Engine(const Settings& settings, Sink& sink);

  Submitted submit(const NewOrder& order) noexcept;
  Refusal cancel(OrderKey key) noexcept;
  Refusal modify(OrderKey key, const Amendment& change) noexcept;
  // In the order in which they got their places in time. Returns how many.
  std::uint32_t cancel_all(OwnerId owner) noexcept;

  // On the way into Continuous the collected orders are uncrossed first; Closed cancels the
  // immediate ones that still wait for an uncrossing.
  Refusal set_phase(Phase phase) noexcept;
  Refusal uncross() noexcept;
  // Time passes: GoodTillDate orders expire, the earliest expiry first, then the first submitted.
  Refusal advance(WallTime now) noexcept;
  void end_day() noexcept;  // Day orders expire
  // Limit orders outside the new static band are cancelled.
  Refusal set_bands(Price low, Price high, Price around_last) noexcept;
  Refusal set_reference(Price reference) noexcept;
  // What the owner holds, in raw quantity, long positive: for what was traded elsewhere.
  Refusal set_position(OwnerId owner, Qty held) noexcept;

  [[nodiscard]] Indicative indicative() noexcept;
  [[nodiscard]] Phase phase() const noexcept { return phase_; }
  [[nodiscard]] Price last_price() const noexcept { return rules_.price_of(last_); }  // 0: none
  [[nodiscard]] Int128 position_raw(OwnerId owner) const noexcept {
    return positions_.of(owner) * rules_.rules().lot.raw();
  }
  [[nodiscard]] std::uint64_t refused(Refusal reason) const noexcept {
    return refused_[static_cast<std::size_t>(reason)];
  }
  // kNoHandle: no open order has this id, or ids are not indexed.
  [[nodiscard]] Handle find(OrderId id) const noexcept {
    return indexed_ ? ids_.find(id) : kNoHandle;
  }

  // For market data and tests: the book as it stands, in ticks and lots.
  [[nodiscard]] const BookSide& side(Side side) const noexcept {
    return sides_[side == Side::Sell];
  }
  // Market orders that wait for an uncrossing: a queue of orders().
  [[nodiscard]] CellIndex market_queue(Side side) const noexcept {
    return orders_.queue(side == Side::Sell);
  }
  [[nodiscard]] const OrderStore& orders() const noexcept { return orders_; }
  [[nodiscard]] const RuleBook& rules() const noexcept { return rules_; }
  [[nodiscard]] std::uint32_t waiting_stops() const noexcept;
  [[nodiscard]] std::size_t bytes() const noexcept;

 private:
  // An order while it is being executed.
  struct Taker {
    Handle handle;
    OwnerId owner;
    Side side;
    SelfTrade self_trade;
    bool reduce_only;
    std::int64_t open;
    std::int64_t worst_key;  // of the other side, that it accepts
    std::int64_t low;        // ticks at which it may trade
    std::int64_t high;
  };
  enum class Outcome : std::uint8_t { Matched, Banded, Ended };
  static constexpr std::int32_t kNoTrade = 0x7FFF'FFFF;

  // engine_submit.hpp
  Submitted submit_checked(const NewOrder& order) noexcept;
  Submitted submit_crossing(const NewOrder& order, std::int32_t price, std::int64_t lots) noexcept;
  Submitted submit_by_id(const NewOrder& order) noexcept;
  Submitted submit_resting(const NewOrder& order, std::int32_t price, std::int64_t lots) noexcept;
  Submitted rest(const NewOrder& order, std::int32_t price, std::int64_t lots,
                 LevelIndex level) noexcept;
  Refusal cancel_plain(Handle handle) noexcept;
  Refusal cancel_other(OrderKey key) noexcept;
  Refusal close_level(unsigned sell, LevelIndex level) noexcept;
  [[nodiscard]] Refusal check(const NewOrder& order, Numbers& numbers) const noexcept;
  [[nodiscard]] Handle locate(OrderKey key) const noexcept;
  // Triggered stops, in the order in which they are executed.
  [[nodiscard]] CellIndex due() const noexcept { return orders_.queue(2); }
  void write_order(Handle handle, const NewOrder& order, const Numbers& numbers, std::int64_t open,
                   std::uint8_t marks) noexcept;
  void write_terms(Handle handle, const NewOrder& order, std::int32_t price,
                   std::int64_t lots) noexcept;
  void enter(Handle handle, EventKind how) noexcept;
  void park_stop(Handle handle) noexcept;
  void book(Handle handle, std::int64_t open) noexcept;
  [[nodiscard]] bool collects() const noexcept {
    return phase_ == Phase::PreOpen || phase_ == Phase::Auction || phase_ == Phase::Halted;
  }
  [[nodiscard]] bool is_plain(const NewOrder& order, std::int32_t& price,
                              std::int64_t& lots) const noexcept {
    return rules_.is_plain(order, price, lots) && !orders_.full() &&
           index_of(order.owner) < positions_.owners() && order.id.value != 0;
  }
  [[nodiscard]] bool would_take(Side side, std::int32_t price) const noexcept {
    const bool sell = side == Side::Sell;
    return sides_[!sell].best_key() >= -sides_[sell].key_of(price);
  }
  [[nodiscard]] std::int32_t slid(Side side) const noexcept;  // 0: nowhere to slide to
  [[nodiscard]] bool breaks_dynamic(Side side, std::int32_t price) const noexcept;
  [[nodiscard]] std::int32_t anchor() const noexcept {
    return last_ != 0 ? last_ : rules_.reference();
  }

  // engine_match.hpp
  void execute(Handle handle) noexcept;
  [[nodiscard]] Taker taker_of(Handle handle) const noexcept;
  std::int64_t sweep_plain(const NewOrder& order, Handle handle, std::int32_t price,
                           std::int64_t lots) noexcept;
  Outcome match(Taker& taker) noexcept;
  bool meet(Taker& taker, Handle maker, std::int32_t tick) noexcept;
  bool meet_own(Taker& taker, Handle maker) noexcept;
  void trade(Handle maker, Taker& taker, std::int32_t tick, std::int64_t lots) noexcept;
  void conclude(Taker& taker, Outcome outcome) noexcept;
  void note_trade(std::int32_t tick) noexcept;
  void after_trades() noexcept;
  void latch_triggers() noexcept;
  void settle() noexcept;
  void run_trigger(Handle handle) noexcept;

  // engine_fill_or_kill.hpp
  [[nodiscard]] bool fills_whole(const Taker& taker) noexcept;
  [[nodiscard]] bool count_level(const Taker& taker, LevelIndex level,
                                 std::int64_t& need) const noexcept;
  [[nodiscard]] bool try_level(const Taker& taker, LevelIndex level, std::int64_t& need) noexcept;
  enum class Tried : std::uint8_t { Whole, MakerEnds, TakerEnds };
  [[nodiscard]] Tried try_part(const Taker& taker, const OrderCell& maker, std::int64_t part,
                               std::int64_t& need) noexcept;
  [[nodiscard]] Int128& trial_position(OwnerId owner) noexcept;
  void forget_trials() noexcept;

  // engine_change.hpp
  [[nodiscard]] Refusal check_change(OrderKey key, Handle handle, const Amendment& change,
                                     Numbers& to) const noexcept;
  [[nodiscard]] Refusal check_parts(Handle handle, const Amendment& change,
                                    Numbers& to) const noexcept;
  [[nodiscard]] bool only_reduces(Handle handle, const Amendment& change) const noexcept;
  // 0: not a stop, or one that has been executed.
  [[nodiscard]] std::int32_t stop_of(Handle handle) const noexcept {
    return is_stop(orders_.terms(handle).type) ? orders_.extras(handle).stop : 0;
  }
  void reduce(Handle handle, std::int64_t lots) noexcept;
  void replace(Handle handle, const Numbers& to) noexcept;
  void end(Handle handle, EventKind kind, Why why) noexcept;
  void drop(Handle handle) noexcept;
  void drop_other(Handle handle) noexcept;
  void leave(Handle handle) noexcept;
  void leave_other(Handle handle) noexcept;
  void lose(Handle handle, std::int64_t lots, Why why) noexcept;
  void after_slice(Handle handle, bool traded) noexcept;
  void sweep_reduce_only() noexcept;
  template <class Predicate>
  std::uint32_t end_all(EventKind kind, Why why, Predicate&& predicate) noexcept;

  // engine_call.hpp
  [[nodiscard]] UncrossPrice find_price() noexcept;
  void run_uncross() noexcept;
  bool uncross_once() noexcept;
  bool pair(Handle buy, Handle sell, std::int32_t tick) noexcept;
  bool pair_own(Handle older, Handle newer) noexcept;
  [[nodiscard]] Handle front(Side side, std::int32_t tick) const noexcept;
  void cancel_unfilled() noexcept;
  void change_phase(Phase phase) noexcept;

  // engine_report.hpp
  [[nodiscard]] Event event_of(EventKind kind, Handle handle, std::int64_t lots,
                               std::int64_t shown) const noexcept;
  void emit(EventKind kind, Handle handle, std::int64_t lots, std::int64_t shown,
            std::uint8_t code = 0, std::uint8_t flags = 0) noexcept;
  Refusal reject(Command command, Refusal refusal, OrderId id = {}, OwnerId owner = {}) noexcept;
  void choose_path() noexcept;

  Settings settings_;
  Sink& sink_;
  RuleBook rules_;
  OrderStore orders_;
  BookSide sides_[2];  // buys, sells, as in all arrays of two
  Positions positions_;
  IdIndex ids_;
  bool indexed_;
  bool plain_phase_{false};  // continuous, and no dynamic band
  bool plain_path_{false};   // that, and ids are not indexed
  bool halt_after_{false};   // the order being executed
  Phase phase_{Phase::Closed};
  std::int32_t last_{0};  // ticks, of the last trade; 0: none
  // Of the trades since triggers were last looked for.
  std::int32_t low_since_{kNoTrade};
  std::int32_t high_since_{0};
  std::uint64_t trades_{0};
  std::uint64_t sequence_{0};
  WallTime now_{};

  std::int64_t market_open_[2]{0, 0};  // of market orders that wait for an uncrossing
  OrderHeap stops_[2];                 // by trigger: the next to be triggered first
  OrderHeap expiring_;                 // GoodTillDate, by expiry
  UncrossSearch search_;
  std::vector<Handle> chosen_;  // of end_all
  struct TrialPosition {
    Int128 lots{0};
    std::uint32_t trial{0};
  };
  std::vector<TrialPosition> trial_positions_;
  std::uint32_t trials_{0};
  std::array<std::uint64_t, kRefusals> refused_{};
};
}  // namespace sq::matching

#include "engine/book/matching/engine_call.hpp"
#include "engine/book/matching/engine_change.hpp"
#include "engine/book/matching/engine_fill_or_kill.hpp"
#include "engine/book/matching/engine_match.hpp"
#include "engine/book/matching/engine_report.hpp"
#include "engine/book/matching/engine_submit.hpp"
