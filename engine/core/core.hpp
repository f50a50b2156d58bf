// The deterministic core: one stream of inputs in, one stream of decisions out.
// The same object runs live, paper, backtest and replay; what feeds it and what drains it differs.
// It reads no clock, randomness, file or socket: time is in the input. Same inputs, same decisions,
// same hash, bit for bit.
// Thread: one, the core's. Cost: no allocation, lock or system call after construction.
// Errors: inputs nobody can handle become DeadLetter decisions; a journal that refuses a record
// latches the kill switch.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/book/analytics/microstructure.hpp"
#include "engine/book/synced_book.hpp"
#include "engine/book/top_snapshot.hpp"
#include "engine/core/answer_watch.hpp"
#include "engine/core/expiry_watch.hpp"
#include "engine/core/journal.hpp"
#include "engine/core/ledger.hpp"
#include "engine/core/reconciling.hpp"
#include "engine/core/setup.hpp"
#include "engine/core/timers.hpp"
#include "engine/messaging/greeks.hpp"
#include "engine/messaging/manual_order.hpp"
#include "engine/messaging/record.hpp"
#include "engine/risk/breaker_monitor.hpp"
#include "engine/telemetry/stages.hpp"
#include "engine/venue/order_entry.hpp"

namespace sq::core {
class LedgerState;
class ParentDesk;
class StrategyContext;

struct CoreCounters {
  std::uint64_t inputs{0};
  std::uint64_t market_data{0};
  std::uint64_t decisions{0};
  std::uint64_t timers_fired{0};
  std::uint64_t timers_refused{0};  // the fixed number was running
};

class Core {
 public:
  Core(CoreSetup setup, Journal& journal, venue::OrderEntry& venues,
       telemetry::StageTimers* stages);
  ~Core();
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  // Stamps the input with the next sequence and a time that never decreases, logs it, acts on it.
  void on_input(RecordHeader& input) noexcept;
  // Takes a record of an older log into the state, in log order, without deciding anything. Only
  // before the first on_input().
  void recover(const RecordHeader& record) noexcept;
  // The same for all records of the order stream at once, folded elsewhere with this core's
  // ledger_setup(). Market data are recovered one by one afterwards.
  void adopt(LedgerState&& state) noexcept;
  // The log's last sequence, also when the records that had it are lost.
  void continue_after(std::uint64_t sequence) noexcept {
    if (sequence > sequence_) sequence_ = sequence;
  }
  // The deadline of the first timer; the largest MonoTime when there is none.
  [[nodiscard]] MonoTime next_timer() const noexcept {
    const MonoTime first = std::min(timers_.next(), answers_.next());
    // Wall and monotonic time run at the same speed as far as the next event.
    const WallTime expiry = std::min(expiries_.next(), days_due_);
    if (expiry.ns == std::numeric_limits<std::int64_t>::max()) return first;
    return std::min(first, now_ + (expiry - wall_));
  }

  // Running digest of all decisions with their logical times.
  [[nodiscard]] std::uint64_t hash() const noexcept { return digest_; }
  [[nodiscard]] const CoreCounters& counters() const noexcept { return counters_; }
  [[nodiscard]] const Ledger& ledger() const noexcept { return ledger_; }
  [[nodiscard]] const book::SyncedBook& book(InstrumentId id) const noexcept {
    return books_[index_of(id)];
  }
  // What strategies see of an option's Greeks now.
  [[nodiscard]] strategy::AgedGreeks greeks(InstrumentId id) const noexcept {
    const GreeksUpdate& last = greeks_[index_of(id)];
    if (last.status == GreeksStatus::Unavailable) return {};
    return {&last, now_ - last.as_of};
  }
  [[nodiscard]] book::TopPublisher& publisher(InstrumentId id) noexcept {
    return *publishers_[index_of(id)];
  }
  // Null: not measured (InstrumentSetup::microstructure).
  [[nodiscard]] book::Published<book::analytics::MicrostructureView>* measures_publisher(
      InstrumentId id) noexcept {
    const auto& measured = measured_[index_of(id)];
    return measured != nullptr ? &measured->publisher : nullptr;
  }
  // Shows every book to the readers as it is now, asked or not: at the end of a run.
  void publish_books() noexcept {
    for (std::size_t i = 0; i < books_.size(); ++i) {
      publishers_[i]->publish(book::top_view(books_[i]), now_);
      if (measured_[i] != nullptr)
        measured_[i]->publisher.publish(measured_[i]->measures.view(), now_);
    }
  }
  [[nodiscard]] std::size_t instruments() const noexcept { return books_.size(); }
  [[nodiscard]] std::size_t strategies() const noexcept { return strategies_.size(); }
  [[nodiscard]] std::string_view strategy_name(StrategyId id) const noexcept {
    return strategies_[index_of(id)].setup.name;
  }
  [[nodiscard]] MonoTime now() const noexcept { return now_; }

 private:
  friend class ParentDesk;
  friend class StrategyContext;
  struct HeldRefusals {  // of one rule that has nothing to do with the order
    risk::Rule rule{risk::Rule::None};
    MonoTime due{};  // from here on the next is written again
    InstrumentId instrument{kNoInstrument};
    OrderRefused last{};
    std::uint64_t times{0};  // not written yet
  };
  struct Running {
    StrategySetup setup;
    std::unique_ptr<StrategyContext> context;
    StrategyState wanted{StrategyState::Stopped};  // once warm
    std::vector<bool> subscribed;                  // index: InstrumentId
    std::vector<std::byte> saved;                  // last StrategySaved, for a restart
    std::uint16_t saved_version{0};
    HeldRefusals refusals{};
  };

  struct Measured {
    explicit Measured(const book::analytics::MicrostructureSettings& settings)
        : measures{settings} {}
    book::analytics::Microstructure measures;
    book::Published<book::analytics::MicrostructureView> publisher;
  };

  // core.cpp: one input
  void dispatch(const RecordHeader& input) noexcept;
  void recover_market(const RecordHeader& record) noexcept;
  void recover_wanted(const RecordHeader& record) noexcept;
  void fire_timers() noexcept;
  void on_command(const RecordHeader& input) noexcept;
  void on_epoch(const RecordHeader& input) noexcept;
  void on_ready() noexcept;
  void on_run_ended() noexcept;

  // core_account.cpp: what a venue says about money
  void on_funding(const RecordHeader& input) noexcept;
  void on_account(const RecordHeader& input) noexcept;

  // core_market.cpp: books and what follows from them
  void on_market_data(const RecordHeader& input) noexcept;
  void on_feed_status(const RecordHeader& input) noexcept;
  // False: not Greeks of an option that this core has.
  bool take_greeks(const RecordHeader& record) noexcept;
  void notify_greeks(std::size_t instrument) noexcept;
  void after_book(std::size_t instrument, BookState before, const book::SyncedBook::Effect& effect) noexcept;
  // Renews the instrument's microstructure measures, if it has any.
  void measure_book(std::size_t instrument, const book::SyncedBook::Effect& effect) noexcept;
  void measure_trade(std::size_t instrument, const TradePrint& trade) noexcept;
  // Tells the gate the instrument's prices, or that there are none to rely on.
  void refer(std::size_t instrument) noexcept;
  void notify_trade(std::size_t instrument, const TradePrint& trade) noexcept;
  void watch_silence(std::size_t instrument) noexcept;
  void on_silence_timer(std::size_t instrument) noexcept;
  [[nodiscard]] strategy::Top top_of(std::size_t instrument) const noexcept;

  // core_orders.cpp: requests out, reports in
  strategy::Submitted submit(std::size_t strategy, const strategy::OrderIntent& intent) noexcept;
  // What the gate has judged: refuses it, or logs it and hands it to the venue.
  strategy::Submitted place(OrderRequest draft, InstrumentId instrument,
                            risk::Verdict verdict) noexcept;
  [[nodiscard]] bool reduces_account(const OrderRequest& order,
                                     InstrumentId instrument) const noexcept;
  void on_report(const RecordHeader& input) noexcept;
  void on_unknown_report(const RecordHeader& input, const ReportEffect& effect) noexcept;
  void book_report(const RecordHeader& input, const ReportEffect& effect) noexcept;
  void pause_owner(const oms::Order& order) noexcept;
  // core_refusals.cpp
  void refuse(const OrderRequest& draft, InstrumentId instrument,
              const risk::Verdict& verdict) noexcept;
  void tell_refusals(std::size_t strategy) noexcept;

  // core_cancels.cpp. `again`: also when a cancel was sent before, which may never have arrived.
  void cancel(oms::Order& order, CancelReason reason, bool again = false,
              CancelGroup group = CancelGroup::Alone) noexcept;
  // kNoStrategy: everybody's; kNoInstrument: everywhere.
  void cancel_all(StrategyId strategy, InstrumentId instrument, CancelReason reason,
                  bool again = false) noexcept;
  void cancel_scope(const KillScope& scope, CancelReason reason) noexcept;
  [[nodiscard]] bool cancels(const oms::Order& order, bool again) const noexcept;
  // `closed`: nobody sends anything new there, whatever the cancels cover.
  template <class Covers>
  void cancel_together(InstrumentId instrument, CancelReason reason, bool again, bool closed,
                       Covers&& covers) noexcept;

  // core_limits.cpp: limits while running
  void on_limits_changed(const RecordHeader& input) noexcept;
  void take_limit(const LimitSet& set, InstrumentId instrument) noexcept;
  void watch_raises() noexcept;
  void pause_repeated() noexcept;
  [[nodiscard]] risk::Verdict check_order(const OrderRequest& draft,
                                          InstrumentId instrument) noexcept;
  // core_amend.cpp: new terms, and the end of an order's time
  strategy::Submitted amend(StrategyId strategy, OrderId id, Price limit, Qty qty) noexcept;
  [[nodiscard]] risk::Verdict judge_amend(const oms::Order& order,
                                          const AmendRequest& request) noexcept;
  [[nodiscard]] risk::Verdict judge_terms(const strategy::OrderIntent& intent) const noexcept;
  void set_lifetime(OrderRequest& draft, const strategy::OrderIntent& intent) const noexcept;
  void expire_orders() noexcept;

  // core_answers.cpp: what venues owe
  void ask_venues() noexcept;
  void query(oms::Order& order) noexcept;
  void watch_answers() noexcept;
  void after_answer(oms::Order& order, const OrderReport& report) noexcept;
  void tell_strategy(const oms::Order& order, const OrderReport& report, Qty fill,
                     Price price = {}) noexcept;

  // core_losses.cpp: loss limits
  void roll_day() noexcept;
  void watch_losses() noexcept;
  void save_peaks() noexcept;
  void settle_latches() noexcept;
  void decide_figure(const risk::Scope& scope, DayFigure figure, std::int64_t value) noexcept;
  [[nodiscard]] static std::int64_t units(Int128 fine) noexcept;
  // core_days.cpp: the end of venues' days
  struct SeenPrices {
    ToldPrice mark{};
    ToldPrice last{};
  };
  struct DayMark {
    Price price{};  // 0: none that is fresh
    MarkSource source{MarkSource::None};
    std::int64_t age_ns{0};
  };
  struct DaySum {
    Int128 realised{0};
    Int128 unrealised{0};
    Int128 fees{0};
    Int128 funding{0};
    Int128 turnover{0};
    std::uint64_t fills{0};
    std::uint32_t lines{0};
    std::uint32_t not_valued{0};
  };
  void see_mark(std::size_t instrument, Price price) noexcept {
    if (!seen_prices_.empty()) seen_prices_[instrument].mark = {price, wall_};
  }
  void see_last(std::size_t instrument, Price price) noexcept {
    if (!seen_prices_.empty()) seen_prices_[instrument].last = {price, wall_};
  }
  [[nodiscard]] std::int64_t open_day(const DayEnd& end) const noexcept;
  void watch_days() noexcept;
  void close_days() noexcept;
  void close_day(const DayEnd& end, std::int64_t first, std::int64_t day) noexcept;
  void close_totals(const DayClosed& close) noexcept;
  [[nodiscard]] DayMark mark_at(std::size_t instrument, const DayEnd& end,
                                WallTime cut) const noexcept;
  [[nodiscard]] DayClosed day_line(const DayClosed& close, std::size_t strategy,
                                   std::size_t instrument, const DayMark& mark) const noexcept;
  void add_to_total(const DayClosed& line, std::size_t instrument) noexcept;

  // core_reconcile.cpp: what venues hold
  void start_reconciling() noexcept;
  void request_account(std::size_t venue) noexcept;
  void ask_account(VenueId venue) noexcept;
  void on_reconcile_timer(std::size_t venue) noexcept;
  void on_account_answer(const RecordHeader& input) noexcept;
  void on_trade_told(const RecordHeader& input, const ReportEffect& effect) noexcept;
  void compare_account(Reconciling& venue) noexcept;
  void adopt_unknown(Reconciling& venue) noexcept;
  void adopt(Reconciling& venue, const VenueOrder& told, InstrumentId instrument) noexcept;
  void take_differences(Reconciling& venue, const std::vector<oms::Difference>& found) noexcept;
  void resolve_breaks(Reconciling& venue, const std::vector<oms::Difference>& found) noexcept;
  void ask_again(Reconciling& venue, std::int64_t in_ns) noexcept;
  void on_break_command(const RecordHeader& input) noexcept;
  // core_breaks.cpp
  void open_break(const oms::Difference& found, std::uint64_t number) noexcept;
  void change_break(const oms::Break& open, BreakState state, const FixedText<24>& who,
                    std::uint8_t age) noexcept;
  void reduce_only(VenueId venue, InstrumentId instrument) noexcept;
  void release(const oms::Break& open, const FixedText<24>& who) noexcept;
  [[nodiscard]] bool reconciled(std::size_t strategy) const noexcept;
  [[nodiscard]] Reconciling* reconciling(VenueId venue) noexcept;

  // core_strategies.cpp: states
  void set_state(std::size_t strategy, StrategyState to, StateCause cause) noexcept;
  void settle_states() noexcept;
  void cancel_takers(StrategyId strategy) noexcept;
  void save_states() noexcept;

  // core_manual.cpp: people at the desk
  void on_manual(const RecordHeader& input) noexcept;
  void on_ticket(const RecordHeader& input) noexcept;
  void on_manual_flatten(const RecordHeader& input) noexcept;
  [[nodiscard]] bool cancellable(const oms::Order& order) const noexcept;
  [[nodiscard]] bool flattens_by_hand(VenueId venue, AccountId account, StrategyId strategy,
                                      InstrumentId instrument) const noexcept;

  // core_kill.cpp: the kill switch and the way out of positions
  void on_kill_command(const RecordHeader& input) noexcept;
  void on_rearm(const RecordHeader& input) noexcept;
  void latch_kill(StateCause cause, const FixedText<64>& reason, const KillScope& scope = {},
                  bool flatten = false) noexcept;
  void restore_kill() noexcept;
  void start_flatten() noexcept;
  void on_flatten_timer() noexcept;
  [[nodiscard]] bool flatten_round(StrategyId strategy, AccountId account,
                                   InstrumentId instrument) noexcept;

  // core_breakers.cpp: circuit breakers
  void watch_breakers() noexcept;
  void on_breaker_timer() noexcept;
  void settle_breakers() noexcept;
  void change_breaker(BreakerChanged change, BreakerState to) noexcept;
  void open_breaker(const risk::Trip& trip) noexcept;
  void on_reset_breaker(const RecordHeader& input) noexcept;
  void on_venue_state(const RecordHeader& input) noexcept;
  void tell_breakers(const Reconciling& venue, const std::vector<oms::Difference>& found) noexcept;

  // Logs a decision and adds it to the digest.
  void decide(RecordHeader& decision, InstrumentId instrument) noexcept;
  void dead_letter(const RecordHeader& input, DeadLetterReason reason) noexcept;
  [[nodiscard]] bool listens(const Running& running) const noexcept;

  Journal& journal_;
  venue::OrderEntry& venues_;
  telemetry::StageTimers* stages_;  // null: no stamps
  Ledger ledger_;
  std::vector<book::SyncedBook> books_;
  std::vector<std::unique_ptr<book::TopPublisher>> publishers_;
  std::vector<std::unique_ptr<Measured>> measured_;  // [instrument]; null: not measured
  std::vector<GreeksUpdate> greeks_;  // [instrument]: the last; Unavailable: none
  std::vector<Running> strategies_;
  std::vector<std::vector<std::uint16_t>> listeners_;  // [instrument] -> strategies
  std::vector<std::int64_t> silence_ns_;  // [instrument]: longer is Stale
  std::vector<bool> silence_watched_;
  std::unique_ptr<ParentDesk> parents_;
  Timers timers_;
  AnswerWatch answers_;
  ExpiryWatch expiries_;
  std::int64_t order_ttl_ns_;
  std::int64_t save_state_every_ns_;
  risk::ApprovalKey approval_key_;
  risk::EgressLatch* egress_;  // null: none; only written
  std::int64_t flatten_ns_max_;
  MonoTime flatten_until_{};
  bool flattening_{false};
  std::array<KillScope, 8> manual_flatten_{};  // of this round of flattening
  std::size_t manual_flattens_{0};
  std::vector<Reconciling> reconciling_;  // by venue; empty: never asked
  std::int64_t reconcile_ns_;
  settings::ExternalOrders external_orders_;
  risk::BreakerMonitor monitor_;
  std::int64_t venue_gone_ns_;
  std::vector<std::byte> state_room_;  // a StrategySaved record
  std::vector<risk::LossLatch> seen_latches_;  // index: OrderGate::scopes()
  std::vector<std::int64_t> saved_peaks_;      // same index
  std::uint64_t latches_seen_{0};              // OrderGate::latch_changes()
  MonoTime losses_due_{};
  std::vector<DayEnd> day_ends_;
  std::vector<SeenPrices> seen_prices_;  // [instrument]; empty: no day is closed
  std::vector<DaySum> day_sums_;         // index: DayBooks::totals()
  WallTime days_due_{kNoCut};
  WallTime ready_at_{};

  CoreCounters counters_;
  std::uint64_t digest_{0};
  std::uint64_t sequence_{0};
  std::uint64_t orders_{0};  // counter of ids within the epoch
  std::uint64_t input_ticks_{0};  // TSC at the start of the input, for the stages only
  MonoTime now_{};
  WallTime wall_{};
  WallTime raise_watched_{};  // the end of a raise that a timer waits for
  bool ready_{false};
  bool states_dirty_{false};
  bool journal_failed_{false};
  bool unapproved_{false};  // a request was not what the gate had approved
};
}  // namespace sq::core
