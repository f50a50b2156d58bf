// The USD-M futures exchange: positions in one-way or hedge mode, one USDT wallet, cross margin.
// Orders, margin, realised P&L, commissions, funding, liquidation; conditional orders; what happens
// goes out as user data events. Thread: one, the server's. Errors: Failure with the venue's own
// code and words. Money: exact, 1e-8 USDT.
// Source: protocol facts of binance_futures 3 to 8, binance_fees_margin 5, 6, 9.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tools/binance-exchange/order_store.hpp"
#include "tools/binance-exchange/totals.hpp"
#include "tools/binance-exchange/usdm_types.hpp"
#include "tools/binance-exchange/venue.hpp"

namespace sq::exchange {
class UsdmExchange final : public Venue {
 public:
  explicit UsdmExchange(const UsdmSettings& settings);

  [[nodiscard]] boost::json::value call(const std::string& method, const Params& params,
                                        int account, std::int64_t now_ms) override;
  [[nodiscard]] std::int64_t orders_in(const std::string& method,
                                       const Params& params) const override;
  [[nodiscard]] boost::json::value state() override;
  matching::Refusal trade_anonymously(SymbolMarket& market, const matching::NewOrder& order,
                                      std::int64_t now_ms) override;
  [[nodiscard]] matching::OwnerId anonymous_owner() const noexcept override;
  // Countdowns and listen keys end, conditional orders trigger, funding is paid, who has too little
  // margin is liquidated.
  void on_time(std::int64_t now_ms);
  // The user of a listen key; -1: none.
  [[nodiscard]] int user_of_listen_key(const std::string& key) const;
  // Those that ended since the last call, with their users; all of them end now if wished.
  [[nodiscard]] std::vector<std::pair<std::string, int>> ended_listen_keys(bool end_all);
  // forceOrder events since the last call.
  [[nodiscard]] std::vector<boost::json::object> take_liquidations() {
    return std::exchange(liquidations_, {});
  }

  [[nodiscard]] const std::map<std::uint64_t, UsdmOrder>& orders() const noexcept {
    return orders_.all();
  }
  [[nodiscard]] const UsdmUser& user(std::size_t number) const { return users_[number]; }
  [[nodiscard]] const Totals& totals() const noexcept { return totals_; }

 private:
  using Json = boost::json::value;
  using Method = Json (UsdmExchange::*)(const Params&, UsdmUser&, int, std::int64_t);
  static const std::map<std::string, Method>& methods();
  static const std::set<std::string>& public_methods();

  // usdm_orders.cpp
  Json place(const Params&, UsdmUser&, int, std::int64_t);
  Json test_order(const Params&, UsdmUser&, int, std::int64_t);
  Json cancel(const Params&, UsdmUser&, int, std::int64_t);
  Json cancel_all(const Params&, UsdmUser&, int, std::int64_t);
  Json modify(const Params&, UsdmUser&, int, std::int64_t);
  Json countdown(const Params&, UsdmUser&, int, std::int64_t);
  [[nodiscard]] UsdmOrder read_order(const Params&, const UsdmUser& of, int account,
                                     std::int64_t now_ms);
  void check_filters(const UsdmOrder& order) const;
  void check_margin(const UsdmOrder& order, const UsdmUser& of);
  void check_closing(const UsdmOrder& order, const UsdmUser& of);
  UsdmOrder& submit(UsdmOrder order);
  void end_order(UsdmOrder& order, std::int64_t now_ms);  // by its user, or for him
  [[nodiscard]] UsdmOrder& find(const Params&, int account, bool open_only, int code);

  // usdm_batch.cpp
  Json batch_place(const Params&, UsdmUser&, int, std::int64_t);
  Json batch_modify(const Params&, UsdmUser&, int, std::int64_t);
  Json batch_cancel(const Params&, UsdmUser&, int, std::int64_t);
  Json batch(const Params&, std::size_t most, Method each, UsdmUser&, int, std::int64_t);

  // usdm_fills.cpp
  void on_order_event(const OrderEvent& event);
  void on_fill(UsdmOrder& order, const OrderEvent& event);
  void finish(UsdmOrder& order, const std::string& status, const std::string& execution);
  void reserve(UsdmOrder& order);  // what it counts for the margin now
  [[nodiscard]] std::int64_t unrealised(const UsdmUser& of) const;
  [[nodiscard]] std::int64_t margin_of(const UsdmUser& of, const UsdmOrder* with) const;
  [[nodiscard]] std::int64_t maintenance_of(const UsdmUser& of) const;
  [[nodiscard]] int leverage_of(const UsdmUser& of, const std::string& symbol) const;
  void book_income(UsdmUser& of, const char* kind, std::int64_t amount, const std::string& symbol,
                   std::uint64_t trade);

  // usdm_margin.cpp
  void pay_funding(std::int64_t now_ms);
  void liquidate(UsdmUser& of, std::uint16_t account, std::int64_t now_ms);
  void close_by_force(UsdmUser& of, std::uint16_t account, const PositionKey& key, Qty amount);
  void warn(UsdmUser& of, std::uint16_t account, std::int64_t maintenance, std::int64_t balance);
  Json income(const Params&, UsdmUser&, int, std::int64_t);
  Json funding_rates(const Params&, UsdmUser&, int, std::int64_t);
  Json funding_info(const Params&, UsdmUser&, int, std::int64_t);
  Json brackets(const Params&, UsdmUser&, int, std::int64_t);

  // usdm_conditional.cpp
  Json algo_place(const Params&, UsdmUser&, int, std::int64_t);
  Json algo_cancel(const Params&, UsdmUser&, int, std::int64_t);
  Json algo_cancel_all(const Params&, UsdmUser&, int, std::int64_t);
  Json algo_status(const Params&, UsdmUser&, int, std::int64_t);
  Json algo_open(const Params&, UsdmUser&, int, std::int64_t);
  Json algo_all(const Params&, UsdmUser&, int, std::int64_t);
  [[nodiscard]] UsdmAlgo read_algo(const Params&, const UsdmUser& of, int account,
                                   std::int64_t now_ms);
  [[nodiscard]] UsdmAlgo& find_algo(const Params&, int account, bool open_only);
  void end_algo(UsdmAlgo& algo, const std::string& status);
  void tell_algo(const UsdmAlgo& algo);
  void trigger(UsdmAlgo& algo);
  void check_triggers(std::int64_t now_ms);

  // usdm_views.cpp
  Json order_status(const Params&, UsdmUser&, int, std::int64_t);
  Json open_order(const Params&, UsdmUser&, int, std::int64_t);
  Json open_orders(const Params&, UsdmUser&, int, std::int64_t);
  Json all_orders(const Params&, UsdmUser&, int, std::int64_t);
  Json user_trades(const Params&, UsdmUser&, int, std::int64_t);
  void tell_order(const UsdmOrder& order, const std::string& execution, const UsdmTrade* trade);
  void tell_account(std::uint16_t account, const char* why, const PositionKey* key,
                    std::int64_t change);
  [[nodiscard]] boost::json::object order_json(const UsdmOrder& order) const;

  // usdm_account_views.cpp
  Json balance(const Params&, UsdmUser&, int, std::int64_t);
  Json account_status(const Params&, UsdmUser&, int, std::int64_t);
  Json account_config(const Params&, UsdmUser&, int, std::int64_t);
  Json symbol_config(const Params&, UsdmUser&, int, std::int64_t);
  Json commission_rate(const Params&, UsdmUser&, int, std::int64_t);
  Json position_risk(const Params&, UsdmUser&, int, std::int64_t);
  Json set_leverage(const Params&, UsdmUser&, int, std::int64_t);
  Json set_margin_type(const Params&, UsdmUser&, int, std::int64_t);
  Json multi_assets(const Params&, UsdmUser&, int, std::int64_t);
  Json position_mode(const Params&, UsdmUser&, int, std::int64_t);
  Json start_stream(const Params&, UsdmUser&, int, std::int64_t);
  Json keep_stream(const Params&, UsdmUser&, int, std::int64_t);
  Json stop_stream(const Params&, UsdmUser&, int, std::int64_t);
  [[nodiscard]] boost::json::object position_json(const UsdmUser& of, const SymbolMarket& market,
                                                  PositionSide side) const;
  [[nodiscard]] boost::json::array positions_json(const UsdmUser& of, const SymbolMarket* only,
                                                  bool empty_too) const;

  // usdm_market_views.cpp
  Json ping(const Params&, UsdmUser&, int, std::int64_t);
  Json time(const Params&, UsdmUser&, int, std::int64_t);
  Json exchange_info(const Params&, UsdmUser&, int, std::int64_t);
  Json depth(const Params&, UsdmUser&, int, std::int64_t);
  Json price_ticker(const Params&, UsdmUser&, int, std::int64_t);
  Json book_ticker(const Params&, UsdmUser&, int, std::int64_t);
  Json premium_index(const Params&, UsdmUser&, int, std::int64_t);
  Json recent_trades(const Params&, UsdmUser&, int, std::int64_t);
  Json aggregate_trades(const Params&, UsdmUser&, int, std::int64_t);
  Json klines(const Params&, UsdmUser&, int, std::int64_t);
  Json day_ticker(const Params&, UsdmUser&, int, std::int64_t);

  UsdmSettings settings_;
  std::vector<UsdmUser> users_;
  OrderStore<UsdmOrder> orders_;
  OrderStore<UsdmAlgo> algos_;
  Totals totals_;
  struct ListenKey {
    int account{-1};
    std::int64_t expires_ms{0};
  };
  std::map<std::string, ListenKey> listen_keys_;
  std::vector<std::pair<std::string, int>> ended_keys_;
  std::set<std::pair<std::int64_t, std::uint64_t>> good_till_;  // when, order
  std::deque<UsdmFunding> fundings_;                            // the last thousand
  std::int64_t funding_number_{0};                              // of intervals since 1970
  std::vector<boost::json::object> liquidations_;
  std::uint64_t transactions_{0};
  std::int64_t now_ms_{0};
};
[[nodiscard]] Price mark_of(const SymbolMarket& market);        // mid, else last
[[nodiscard]] std::int64_t usdt_of(Price price, Qty qty);       // 1e-8, toward zero
[[nodiscard]] Price entry_price(const UsdmPosition& position);  // 0: without one
}  // namespace sq::exchange
