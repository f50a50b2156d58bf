// The oracle: what is true, from the messages on the wire and the configuration alone. It hears
// each request that leaves the engine, what becomes of it on the way, each execution at the
// exchange at the moment it happens, and the market data as the engine got them; and says what the
// engine must not do. It shares no code with oms, risk, portfolio and core: plain maps and 128-bit
// sums. Thread: one. Cost: some maps a message. Errors: the first thing that is wrong is kept as a
// sentence; everything after it may follow from it.
// Units: quantity 1e-8, price 1e-9, money 1e-8 (of one currency), exact.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "engine/messaging/control.hpp"
#include "engine/messaging/market_data.hpp"
#include "engine/messaging/orders.hpp"

namespace sq::chaos {
// The limits as an operator wrote them down.
struct OracleSetup {
  struct InstrumentRule {
    Instrument instrument{};
    std::int64_t order_qty_max{0};
    std::int64_t order_value_max{0};
    std::int64_t position_max{0};
    std::int64_t orders_max{0};
    std::int64_t collar{0};  // 1e-9 of the price
    std::int64_t reference_age_ns{0};
    std::int64_t short_max{0};  // of the position
    std::int64_t away_max{0};   // 1e-9 of the price
    std::int64_t band_low{0};
    std::int64_t band_high{0};
    std::int64_t freeze_qty{0};
    std::int64_t window_ns{0};
    std::int64_t window_qty_max{0};
    std::int64_t window_orders_max{0};
  };
  struct StrategyRule {
    std::int64_t orders_max{0};
    std::int64_t per_second_max{0};
    std::int64_t daily_loss_max{0};
    AccountId account{};
  };
  // One strategy in one instrument.
  struct HoldingRule {
    StrategyId strategy{};
    InstrumentId instrument{};
    std::int64_t order_qty_max{0};
    std::int64_t long_max{0};
    std::int64_t short_max{0};
  };
  // A part of everything, with limits on its sums; money in 1e-8 of the base currency. The numbers
  // of the kinds are those of the log.
  enum class Kind : std::uint8_t {
    Firm = 1,
    Account = 2,
    Venue = 3,
    Strategy = 4,
    Instrument = 5,
    Currency = 7
  };
  struct ScopeRule {
    Kind kind{Kind::Firm};
    std::uint32_t number{0};  // of a currency: that of an instrument that settles in it
    std::optional<std::int64_t> orders_max;
    std::optional<std::int64_t> per_second_max;
    std::optional<std::int64_t> open_value_max;
    std::optional<std::int64_t> gross_max;
    std::optional<std::int64_t> net_max;
    std::optional<std::int64_t> turnover_max;
    std::optional<std::int64_t> order_value_max;
  };
  // Tokens a second that orders and cancels take; orders leave the reserve.
  struct MessageRule {
    Kind kind{Kind::Strategy};
    std::uint32_t number{0};
    std::int64_t rate{0};
    std::int64_t burst{0};
    std::int64_t reserve{0};
  };
  std::vector<InstrumentRule> instruments;  // index: InstrumentId
  std::vector<StrategyRule> strategies;     // index: StrategyId
  std::vector<HoldingRule> holdings;
  std::vector<ScopeRule> scopes;
  std::vector<MessageRule> messages;
  StrategyRule firm{};
  std::int64_t gross_max{0};
  Currency base{};
  std::int64_t rate_age_ns_max{0};
  std::int64_t duplicate_ns{0};
};

// One strategy's, or everybody's, stake in one instrument.
struct Stake {
  std::int64_t position{0};
  std::int64_t buy{0};   // may still be bought
  std::int64_t sell{0};  // may still be sold
  std::int64_t orders{0};
  Int128 cash{0};        // received - paid - fees, each fill rounded against us
  Int128 open_value{0};  // of what may still fill at the orders' prices, 1e-17
  [[nodiscard]] std::int64_t most() const noexcept { return position + buy; }
  [[nodiscard]] std::int64_t least() const noexcept { return position - sell; }
};

class Oracle {
 public:
  explicit Oracle(OracleSetup setup);

  // Market data, as the engine gets them, at engine time.
  void market(const RecordHeader& record);
  // The engine lost its books: a restart.
  void books_lost();
  // The machine lost power: what left last is not in the log.
  void tail_lost();
  // The log says so: from here on no order of the scope may leave, but those that flatten; or they
  // may again.
  void kill(const KillScope& scope, bool flatten);
  void open(const KillScope& scope);
  // The engine has acted on a kill at `at`: it must have cancelled what may still fill.
  void kill_done(const KillScope& scope, MonoTime at);
  void nothing_latched();
  // A figure of the day from the log.
  void day_figure(const DayStarted& day, MonoTime at, bool again);
  // The engine was told of a fill; or begins to be told anew.
  void told(const RecordHeader& report);
  void told_nothing();
  void strategy_state(StrategyId strategy, StrategyState state);

  // The log has an order, which may then leave; after a restart the engine does not know if it did.
  void logged(OrderId id) { logged_.insert(id.value); }
  // A request left the engine; `logged`: its record, byte for byte, is in the log.
  void sent(const RecordHeader& request, bool logged);
  // What became of it on the way.
  void copied(OrderId id);     // it is now on its way twice
  void copy_lost(OrderId id);  // one copy will never arrive
  void arrived(OrderId id);
  // The exchange says so to the wire, whether or not it reaches the engine. Told again: ignored.
  void executed(const OrderReport& said);

  // What the engine believes, at any time: never less than the truth.
  void believes(InstrumentId instrument, std::int64_t most, std::int64_t least);
  void believes(StrategyId strategy, InstrumentId instrument, std::int64_t most,
                std::int64_t least);
  void believes_ended(OrderId id);
  // What it believes when everything has come to rest: exactly the truth.
  void rests(InstrumentId instrument, const Stake& believed, const Stake& exchange);
  void rests(StrategyId strategy, InstrumentId instrument, const Stake& believed);
  void rests_working(OrderId id, std::int64_t remaining);
  void rests_working_in_all(std::size_t believed);

  // Anything else that is wrong, in words.
  void complain(std::string what);
  [[nodiscard]] bool content() const noexcept { return complaint_.empty(); }
  [[nodiscard]] const std::string& complaint() const noexcept { return complaint_; }
  [[nodiscard]] const Stake& truth(InstrumentId id) const { return total_[index_of(id)]; }
  [[nodiscard]] std::uint64_t orders() const noexcept { return orders_.size(); }
  [[nodiscard]] std::uint64_t fills() const noexcept { return fills_; }
  [[nodiscard]] std::size_t working() const noexcept { return at_stake_; }

 private:
  struct Order {
    OrderRequest request{};
    InstrumentId instrument{};
    std::int64_t filled{0};
    int copies{0};           // on their way
    bool works{false};       // the exchange took it
    bool ended{false};       // can never fill (again)
    MonoTime cancel_at{-1};  // the last one that left
  };
  struct Feed {
    std::map<std::int64_t, std::int64_t> bids;
    std::map<std::int64_t, std::int64_t> asks;
    std::uint64_t id{0};
    MonoTime news{};
    bool whole{false};    // nothing is missing since the last snapshot
    std::int64_t bid{0};  // the last pair that was one
    std::int64_t ask{0};
  };
  using Times = std::deque<std::int64_t>;
  struct Killed {
    KillScope scope{};
    bool flatten{false};
  };
  struct Belief {
    std::int64_t most{0};
    std::int64_t least{0};
  };
  struct Bucket {
    Int128 level{0};  // 1e-9 tokens
    std::int64_t at{0};
  };
  struct Sent {
    std::int64_t at{0};
    InstrumentId instrument{};
    OrderRequest order{};
  };
  struct Loss {
    Int128 base{0};  // P&L at which the day began, 1e-8
    bool known{false};
    std::uint8_t latch{0};
  };

  void check_order(const OrderRequest& order, InstrumentId instrument, MonoTime now);
  void check_filters(const OrderRequest& order, const OracleSetup::InstrumentRule& rule);
  void check_feed(const OrderRequest& order, InstrumentId instrument, MonoTime now);
  void check_worst(const OrderRequest& order, InstrumentId instrument);
  void check_rate(Times& times, std::int64_t now, std::int64_t most, const char* whose);
  // oracle_scopes.cpp
  void check_scopes(const OrderRequest& order, InstrumentId instrument, MonoTime now);
  void check_sums(const OrderRequest& order, InstrumentId instrument,
                  const OracleSetup::ScopeRule& rule);
  void check_holdings(const OrderRequest& order, InstrumentId instrument);
  [[nodiscard]] bool within(const OracleSetup::ScopeRule& rule, std::size_t strategy,
                            std::size_t instrument) const;
  [[nodiscard]] Int128 rate_of(std::size_t instrument) const;
  [[nodiscard]] bool shrinks(const OrderRequest& order, InstrumentId instrument) const;
  [[nodiscard]] bool worsens(const OrderRequest& order, InstrumentId instrument,
                             const OracleSetup::ScopeRule& rule) const;
  void check_currency(const OrderRequest& order, InstrumentId instrument, MonoTime now);
  void count_value(const Order& order, std::int64_t qty);
  // oracle_flow.cpp
  void check_kill(const OrderRequest& order, InstrumentId instrument);
  void check_flow(const OrderRequest& order, InstrumentId instrument, MonoTime now);
  void take_messages(StrategyId strategy, InstrumentId instrument, MonoTime now, const char* order);
  void check_losses(const OrderRequest& order, InstrumentId instrument);
  [[nodiscard]] Int128 told_result(std::size_t strategies_from, std::size_t strategies_to) const;
  [[nodiscard]] bool covers(const KillScope& scope, const OrderRequest& order,
                            InstrumentId instrument) const;
  void trade(Stake& stake, const Order& order, const OrderReport& said) const;
  [[nodiscard]] Stake& stake(StrategyId strategy, InstrumentId instrument);
  void add(const Order& order, std::int64_t qty, int orders);
  void end(Order& order);
  void fill(Order& order, const OrderReport& said);
  void top(Feed& feed);
  Order* find(OrderId id);

  OracleSetup setup_;
  std::unordered_map<std::uint64_t, Order> orders_;
  std::unordered_set<std::uint64_t> logged_;
  std::vector<std::vector<std::uint64_t>> open_;           // [instrument] at stake
  std::vector<Stake> total_;                               // [instrument]
  std::vector<Stake> by_strategy_;                         // [instrument x strategies + strategy]
  std::vector<std::unordered_set<std::uint64_t>> trades_;  // [instrument]
  std::vector<Feed> feeds_;
  std::vector<StrategyState> states_;
  std::vector<Times> strategy_times_;
  Times firm_times_;
  OrderId last_id_{};
  std::size_t at_stake_{0};
  std::uint64_t fills_{0};
  std::vector<Killed> killed_;
  bool flattens_{false};                   // the order that is looked at
  std::vector<Belief> believed_;           // [instrument]
  std::vector<Belief> believed_of_;        // [instrument x strategies + strategy]
  std::vector<Int128> turnover_;           // [instrument x strategies + strategy] 1e-17, today
  std::vector<Times> scope_times_;         // [scope]
  std::vector<Bucket> buckets_;            // [message rule]
  std::deque<Sent> recent_;                // orders of the last duplicate window
  std::vector<std::deque<Sent>> windows_;  // [instrument]
  std::vector<Stake> told_;                // as by_strategy_, as far as the engine was told
  std::vector<std::unordered_set<std::uint64_t>> told_trades_;
  std::vector<Loss> losses_;  // [strategy], then the firm
  std::map<std::pair<std::uint8_t, std::uint32_t>, std::uint8_t> latches_;  // of other scopes
  std::int64_t fx_{0};  // rate of the one currency that is not the base, 1e-9
  MonoTime fx_at_{};
  std::string complaint_;
};
}  // namespace sq::chaos
