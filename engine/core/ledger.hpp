// The state that recorded facts add up to: orders, risk, positions, cash, kill latch, strategy
// states. The core applies each fact as it happens; recovery and the admin port's view apply the
// same facts from the log. Nothing here decides anything.
// Thread: its owner's. Cost: O(1) a fact, no allocation after construction. Errors: outcomes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/core/day_books.hpp"
#include "engine/messaging/control.hpp"
#include "engine/messaging/orders.hpp"
#include "engine/messaging/reference_data.hpp"
#include "engine/messaging/venue_account.hpp"
#include "engine/oms/account_facts.hpp"
#include "engine/oms/order_groups.hpp"
#include "engine/oms/order_life.hpp"
#include "engine/oms/parent_orders.hpp"
#include "engine/portfolio/portfolio.hpp"
#include "engine/risk/limit_book.hpp"
#include "engine/risk/order_gate.hpp"

namespace sq::core {
constexpr std::uint32_t kOrderCapacity = 1U << 14;  // a quarter of it remembers finished orders
struct LedgerSetup {
  std::vector<Instrument> instruments;
  std::size_t strategies{0};
  std::uint32_t order_capacity{kOrderCapacity};
  risk::GateSetup gate;
};

struct LedgerCounters {
  std::uint64_t orders_sent{0};
  std::uint64_t cancels_sent{0};
  std::uint64_t fills{0};
  std::uint64_t rejects{0};          // by venues
  std::uint64_t duplicates{0};       // reports that told nothing new
  std::uint64_t unexpected{0};       // overfills, late fills, contradictions
  std::uint64_t dead_letters{0};
  std::uint64_t amends_sent{0};
  std::uint64_t corrections{0};      // trades taken back or changed by venues
  std::uint64_t too_old{0};          // orders and amends that waited longer than allowed and never left
  std::uint64_t liquidations{0};     // trades with which a venue closed our positions
  std::array<std::uint64_t, risk::kRuleCount> refusals{};  // index: risk::Rule
};

struct ReportEffect {
  oms::ReportOutcome outcome{};
  std::optional<portfolio::Booked> booked{};
  OrderId order{};       // the report's, or ours for an order from outside
  oms::BookedTrade trade{};  // what was booked, or is known of a trade that is told again
  BreakKind differs{BreakKind::None};  // told again, and not as it was booked
  std::optional<portfolio::CorrectedTrade> corrected{};
};

struct AccountEffect {
  bool fits{false};  // false: nothing of it was believed
  std::optional<portfolio::Booked> booked{};  // of a liquidation
  oms::BookedTrade trade{};                   // the same
};

// A trade as it is remembered. header: of the record that told it.
[[nodiscard]] oms::BookedTrade trade_of(const RecordHeader& header, const OrderReport& report,
                                        Side side) noexcept;

class Ledger {
 public:
  explicit Ledger(LedgerSetup setup);

  // Any record of the log, in order. Market data are ignored.
  void apply(const RecordHeader& record) noexcept;
  // The facts with an answer.
  oms::Order* apply_sent(const RecordHeader& sent) noexcept;
  ReportEffect apply_report(const RecordHeader& report) noexcept;
  oms::Order* apply_amend(const RecordHeader& sent) noexcept;
  // Empty: the record says nothing that can be booked. The lines are valid until the next one.
  std::optional<std::span<const FundingBooked>> apply_funding(const RecordHeader& funding) noexcept;
  AccountEffect apply_account(const RecordHeader& account) noexcept;
  // False: a rate that nothing here needs.
  bool apply_rate(const RecordHeader& rate) noexcept;
  // Null: no room, or it works already.
  oms::Order* apply_adopted(const RecordHeader& adopted) noexcept;
  // False: the value does not fit the books.
  bool apply_adjusted(const RecordHeader& adjusted) noexcept;
  // The order of a break that two people released has ended; what was filled stays filled.
  ReportEffect apply_released(const RecordHeader& released) noexcept;

  [[nodiscard]] oms::OrderLife& orders() noexcept { return orders_; }
  [[nodiscard]] const oms::OrderLife& orders() const noexcept { return orders_; }
  [[nodiscard]] oms::ParentOrders& parents() noexcept { return parents_; }
  [[nodiscard]] const oms::ParentOrders& parents() const noexcept { return parents_; }
  [[nodiscard]] const oms::LinkedOrders& links() const noexcept { return links_; }
  [[nodiscard]] const oms::LegOrders& legs() const noexcept { return legs_; }
  [[nodiscard]] const portfolio::Portfolio& portfolio() const noexcept { return portfolio_; }
  [[nodiscard]] risk::OrderGate& gate() noexcept { return gate_; }
  [[nodiscard]] const risk::OrderGate& gate() const noexcept { return gate_; }
  [[nodiscard]] oms::AccountFacts& accounts() noexcept { return accounts_; }
  [[nodiscard]] const oms::AccountFacts& accounts() const noexcept { return accounts_; }
  [[nodiscard]] risk::LimitBook& limits() noexcept { return limits_; }
  [[nodiscard]] const risk::LimitBook& limits() const noexcept { return limits_; }
  [[nodiscard]] const LedgerCounters& counters() const noexcept { return counters_; }
  [[nodiscard]] StrategyState strategy_state(StrategyId id) const noexcept {
    return states_[index_of(id)];
  }
  [[nodiscard]] bool kill_latched() const noexcept { return gate_.kill().all(); }  // everything
  [[nodiscard]] const risk::KillSwitch& kill() const noexcept { return gate_.kill(); }
  [[nodiscard]] std::string_view kill_reason() const noexcept {  // of everything
    const risk::KillSwitch::Latched* all = kill().find({});
    return all == nullptr ? std::string_view{} : all->reason.view();
  }
  // What the last facts ask for and no KillChanged has answered: the process ended in between.
  [[nodiscard]] const std::optional<KillChanged>& demanded_kill() const noexcept {
    return demanded_kill_;
  }
  [[nodiscard]] std::optional<StrategyId> demanded_pause() const noexcept {
    return demanded_pause_;
  }
  [[nodiscard]] std::uint32_t epoch() const noexcept { return epoch_; }
  [[nodiscard]] std::uint64_t last_sequence() const noexcept { return last_sequence_; }
  [[nodiscard]] std::int64_t day() const noexcept { return day_; }  // of the limits
  [[nodiscard]] const DayBooks& days() const noexcept { return days_; }

 private:
  friend class LedgerState;  // saves and restores all of it
  void apply_parents(const RecordHeader& record) noexcept;
  void apply_command(const RecordHeader& record) noexcept;
  void apply_strategy(const StrategyChanged& changed) noexcept;
  // ledger_demands.cpp
  [[nodiscard]] static bool answers_demands(RecordKind kind) noexcept;
  void forget_demands() noexcept;
  void demand(const RecordHeader& command) noexcept;
  void demand(const ReportEffect& effect, const OrderReport& told) noexcept;
  void demand(const AccountEffect& effect) noexcept;
  void demand(const BreakerChanged& change) noexcept;
  void demand(const BreakChanged& change) noexcept;
  void demand(StateCause cause, std::string_view reason, const KillScope& scope = {}) noexcept;
  ReportEffect apply_to_order(const RecordHeader& report) noexcept;
  ReportEffect apply_trade(Record<OrderReport>& report) noexcept;
  bool told_before(const Record<OrderReport>& report, Side side, ReportEffect& effect) noexcept;
  void book(ReportEffect& effect, const OrderRequest& order, InstrumentId instrument,
            const RecordHeader& report) noexcept;
  void book_outcome(ReportEffect& effect, const RecordHeader& report) noexcept;
  void correct(ReportEffect& effect, const OrderReport& report) noexcept;

  oms::OrderLife orders_;
  oms::ParentOrders parents_;
  oms::LinkedOrders links_;
  oms::LegOrders legs_;
  portfolio::Portfolio portfolio_;
  DayBooks days_;
  risk::OrderGate gate_;
  oms::AccountFacts accounts_;
  risk::LimitBook limits_;
  std::vector<StrategyState> states_;
  LedgerCounters counters_;
  std::uint32_t epoch_{0};
  std::uint64_t last_sequence_{0};
  std::int64_t day_{0};
  std::optional<KillChanged> demanded_kill_{};
  std::optional<StrategyId> demanded_pause_{};
};
}  // namespace sq::core
