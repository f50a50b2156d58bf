// The simulated exchange: our orders inside the recorded market of one or more venues. Outside the
// deterministic core: it sees market data and requests at exchange time and answers with reports.
// Latency is not here: see order_link.hpp and feed_clock.hpp.
// Thread: one, the simulation's. Cost: a market event about the update of its own book; see
// README.md. No allocation per event once sizes settled. Errors: refused requests are reports.
// README.md lists the rules and what is not modelled.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/backtest/account.hpp"
#include "engine/backtest/executions.hpp"
#include "engine/backtest/fee_schedule.hpp"
#include "engine/backtest/margin_accounts.hpp"
#include "engine/backtest/order_index.hpp"
#include "engine/backtest/request_limits.hpp"
#include "engine/backtest/sim_instrument.hpp"
#include "engine/backtest/simulation_settings.hpp"
#include "engine/messaging/account.hpp"
#include "engine/messaging/market_data.hpp"
#include "engine/messaging/orders.hpp"
#include "engine/messaging/venue_account.hpp"

namespace sq::backtest {
constexpr std::size_t kVenuesMax = 16;  // venue numbers below this

class ReportSink {
 public:
  // An OrderReport, FundingSettled or VenueAccount, at most kAnswerBytesMax long. It has no times
  // yet; the exchange's clock stands at `at`.
  virtual void on_report(RecordHeader& report, VenueId venue, WallTime at) noexcept = 0;

 protected:
  ~ReportSink() = default;
};

class SimulatedExchange final : private Executions {
 public:
  // Instruments: dense ids, 0 to size - 1, in any order. Throws std::invalid_argument.
  SimulatedExchange(const SimulationSettings& settings, std::span<const Instrument> instruments,
                    ReportSink& sink);

  // Time does not decrease over all calls.
  void on_market(const RecordHeader& record, WallTime at) noexcept;
  // OrderSent, CancelSent or QuerySent. A query is answered by every fill of the order, told again,
  // and then its status.
  void on_request(const RecordHeader& request, WallTime at) noexcept;

  [[nodiscard]] Account account() const;
  [[nodiscard]] const SimInstrument& instrument(InstrumentId id) const noexcept {
    return *instruments_[index_of(id)];
  }
  // Market quantity ahead of a resting order; empty when it does not rest.
  [[nodiscard]] std::optional<Qty> ahead(OrderId id) noexcept;

 private:
  struct Money {
    std::int64_t value{0};  // of the fill, rounded against us
    Amount fee{};
  };

  void on_order(const OrderRequest& request, InstrumentId instrument) noexcept;
  void on_cancel(const CancelRequest& request, InstrumentId instrument) noexcept;
  // exchange_amend.cpp
  void on_amend(const AmendRequest& request, InstrumentId instrument) noexcept;
  void amend_in_place(const AmendRequest& request, std::uint32_t slot) noexcept;
  void cancel_replace(const AmendRequest& request, std::uint32_t slot) noexcept;
  // The first reason why the terms cannot be had; reserves what they need.
  [[nodiscard]] RejectCode judge_terms(SimOrder& order, SimInstrument& market, Price limit,
                                       Qty remaining) noexcept;
  void refuse_amend(const AmendRequest& request, const OrderFate& fate,
                    InstrumentId instrument, RejectCode code) noexcept;
  void report_replaced(const AmendRequest& request, const SimOrder& order) noexcept;
  void on_query(OrderId id, InstrumentId instrument) noexcept;

  // exchange_account.cpp
  void on_account_query(const AccountQuery& query, InstrumentId instrument) noexcept;
  void tell_orders(const AccountQuery& query, VenueSnapshot& marks) noexcept;
  void tell_positions(const AccountQuery& query, VenueSnapshot& marks) noexcept;
  void tell_balances(const AccountQuery& query, VenueSnapshot& marks,
                     InstrumentId instrument) noexcept;
  void tell_trades(const AccountQuery& query, VenueSnapshot& marks) noexcept;
  [[nodiscard]] bool asked_for(const AccountQuery& query, AccountId account,
                               InstrumentId instrument) noexcept;
  // The balance is told without what open positions cost.
  [[nodiscard]] bool tells_wallet(VenueId venue, Currency currency) const noexcept;
  template <class P>
  void tell(RecordKind kind, const P& payload, InstrumentId about) noexcept {
    auto record = make_record(kind, payload);
    say(record.header, about);
  }

  [[nodiscard]] RejectCode judge(const OrderRequest& request, SimInstrument& market,
                                 const SimOrder& order) noexcept;
  [[nodiscard]] RejectCode reserve_for(SimOrder& order, SimInstrument& market) noexcept;
  void work(std::uint32_t slot, SimInstrument& market) noexcept;

  Qty on_fill(std::uint32_t slot, Price price, Qty qty, bool maker) noexcept override;
  void on_self_match(std::uint32_t slot) noexcept override;
  void on_decrement(std::uint32_t slot, Qty qty) noexcept override;
  void on_gone(std::uint32_t slot) noexcept override;

  [[nodiscard]] bool price_fill(const SimOrder& order, const Instrument& instrument, Price price,
                                Qty qty, bool maker, Money& out) noexcept;
  void pay_with_discount(const SimOrder& order, const Instrument& instrument, Ratio rate,
                         Money& money) noexcept;
  void book_fill(SimOrder& order, const Instrument& instrument, Qty qty, const Money& money,
                 bool maker) noexcept;
  void release_reserve(SimOrder& order, std::int64_t keep) noexcept;
  [[nodiscard]] Holding& pays_with(const SimOrder& order) noexcept;
  [[nodiscard]] AccountPosition& position_of(AccountId account, InstrumentId instrument) noexcept;
  [[nodiscard]] Qty reducible(const SimOrder& order) noexcept;

  // exchange_times.cpp: what happens by the clock, and who is let in
  void set_up(const SimulationSettings& settings, std::span<const Instrument> instruments);
  void on_time(WallTime at) noexcept;
  void plan_time() noexcept;
  void apply_outages() noexcept;
  void tell_maintenance() noexcept;
  // What the venue's gateway says before it looks at the request.
  [[nodiscard]] RejectCode admit(const RecordHeader& request) noexcept;
  void turn_away(const RecordHeader& request, RejectCode code) noexcept;
  [[nodiscard]] RejectCode check_venue(const SimOrder& order, SimInstrument& market) noexcept;
  [[nodiscard]] RejectCode check_band(const SimOrder& order, SimInstrument& market) noexcept;
  void on_mark(const RecordHeader& record) noexcept;
  void settle_funding(std::uint32_t index) noexcept;

  // exchange_margin.cpp
  [[nodiscard]] bool margined(std::uint32_t index) const noexcept {
    return model_.margin && margin_.instrument(index).tracked &&
           margin_.instrument(index).rules.on();
  }
  // The best mark there is: the feed's, else the middle of the displayed touch.
  Price refresh_mark(std::uint32_t index) noexcept;
  [[nodiscard]] RejectCode hold_margin(SimOrder& order, std::int64_t value) noexcept;
  void release_margin(SimOrder& order, std::int64_t keep) noexcept;
  void book_margin(const SimOrder& order, std::uint32_t index, Qty qty, std::int64_t value) noexcept;
  void check_liquidation(std::uint32_t index) noexcept;
  void liquidate(std::size_t position) noexcept;
  void cancel_for_liquidation(std::size_t position) noexcept;
  void close_part(std::size_t position) noexcept;
  void book_liquidation(std::size_t position, AccountNotice notice, const Level& trade,
                        Int128 liquidated) noexcept;
  [[nodiscard]] VenueAccount account_of(std::size_t position) noexcept;
  void tell_account(std::size_t position, AccountNotice notice) noexcept;
  void tell_margin(const SimOrder& order) noexcept;

  // Ends the order in the index and reports it; its slot is given back by on_gone.
  void end(std::uint32_t slot, OrderState state, ReportKind kind, RejectCode code) noexcept;
  void reject(const OrderRequest& request, InstrumentId instrument, RejectCode code) noexcept;
  void report(OrderReport& report, InstrumentId instrument) noexcept;
  // Numbers and sends what the venue says about an instrument.
  void say(RecordHeader& record, InstrumentId instrument) noexcept;
  [[nodiscard]] SimInstrument* find(InstrumentId id) noexcept {
    return index_of(id) < instruments_.size() ? instruments_[index_of(id)].get() : nullptr;
  }

  // Every fill, so that a query can tell them again.
  struct ToldFill {
    OrderReport report;
    std::uint32_t next{kNoSlot};  // later fill of the same order
    WallTime at{};
    InstrumentId instrument{kNoInstrument};
    AccountId account{};
  };

  // What the venue keeps of an instrument beside its matching.
  struct Market {
    settings::SimulatedInstrument settings{};
    Ratio rate{};  // of the next funding
    WallTime next_funding{};  // 0: none is known
    bool rate_known{false};
    bool mark_from_feed{false};
    bool closed{false};
    bool maintenance{false};
    bool called{false};  // its pool is above the warning level
    std::uint32_t open_orders{0};
  };

  settings::Simulation model_;
  ReportSink& sink_;
  OrderSlots orders_;
  OrderIndex index_;
  std::vector<std::unique_ptr<SimInstrument>> instruments_;  // by id
  Wallet wallet_;
  std::vector<AccountPosition> positions_;
  std::vector<Market> markets_;  // by id
  MarginAccounts margin_{wallet_};
  std::array<RequestLimits, kVenuesMax> limits_{};
  std::array<FeeSchedule, kVenuesMax> fees_{};
  std::vector<std::uint32_t> liquidated_;  // slots, room for every open order
  WallTime timed_at_{0};                   // the next moment with something to do by the clock
  std::vector<ToldFill> told_fills_;
  std::array<bool, kVenuesMax> in_maintenance_{};  // as told
  std::array<std::uint64_t, kVenuesMax> venue_order_ids_{};
  std::array<std::uint64_t, kVenuesMax> report_sequences_{};
  WallTime now_{};
  std::uint64_t accepted_{0};
  std::uint64_t rejected_{0};
  std::uint64_t fills_{0};
  std::uint64_t liquidations_{0};
};
}  // namespace sq::backtest
