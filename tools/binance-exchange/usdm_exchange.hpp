// The USD-M futures exchange: positions in one-way mode, one USDT wallet, cross margin. Orders,
// margin, realised P&L and commissions; what happens goes out as user data events. Thread: one, the
// server's. Errors: Failure with the venue's own code and words. Money: exact, 1e-8 USDT. Source:
// protocol facts of binance_futures 3 to 8.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "tools/binance-exchange/venue.hpp"

namespace sq::exchange {
struct UsdmOrder {
  std::uint64_t id{0};
  std::string client_id;
  std::uint16_t account{0};
  SymbolMarket* market{nullptr};
  Side side{Side::Buy};
  std::string type;
  std::string time_in_force{"GTC"};
  bool reduce_only{false};
  Price price{};  // 0: market
  Qty qty{};
  Qty executed{};
  std::int64_t quote{0};  // executed, 1e-8 USDT
  std::string status{"NEW"};
  std::int64_t time_ms{0};
  std::int64_t update_ms{0};
  [[nodiscard]] bool open() const { return status == "NEW" || status == "PARTIALLY_FILLED"; }
};
struct UsdmPosition {
  Qty amount{};          // signed
  std::int64_t cost{0};  // signed, what was paid for it, 1e-8 USDT
  std::int64_t realised{0};
};
struct UsdmTrade {
  std::uint64_t id{0};
  std::uint64_t order{0};
  SymbolMarket* market{nullptr};
  Side side{Side::Buy};
  Price price{};
  Qty qty{};
  std::int64_t commission{0};
  std::int64_t realised{0};
  bool maker{false};
  std::int64_t time_ms{0};
};
struct UsdmUser {
  std::int64_t wallet{0};  // 1e-8 USDT
  std::map<std::string, UsdmPosition> positions;
  std::map<std::string, int> leverage;
  std::vector<std::uint64_t> orders;  // all it ever had, oldest first
  std::vector<UsdmTrade> trades;
  std::map<std::string, std::int64_t> cancel_at_ms;  // countdowns, by symbol
};
struct UsdmSettings {
  std::vector<Instrument> instruments;
  std::size_t users{1};
  std::int64_t wallet{1'000'000 * Amount::kScale};
  std::int64_t maker_ppm{200};
  std::int64_t taker_ppm{500};
  int leverage{20};
};

class UsdmExchange final : public Venue {
 public:
  explicit UsdmExchange(const UsdmSettings& settings);

  [[nodiscard]] boost::json::value call(const std::string& method, const Params& params,
                                        int account, std::int64_t now_ms) override;
  [[nodiscard]] std::int64_t orders_in(const std::string& method,
                                       const Params& params) const override;
  [[nodiscard]] boost::json::value state() const override;
  matching::Refusal trade_anonymously(SymbolMarket& market, const matching::NewOrder& order,
                                      std::int64_t now_ms) override;
  [[nodiscard]] matching::OwnerId anonymous_owner() const noexcept override;
  // Countdowns that are over cancel.
  void on_time(std::int64_t now_ms);
  // The user of a listen key; -1: none.
  [[nodiscard]] int user_of_listen_key(const std::string& key) const;
  // Those that ended since the last call, with their users; all of them end now if wished.
  [[nodiscard]] std::vector<std::pair<std::string, int>> ended_listen_keys(bool end_all);

  [[nodiscard]] const std::map<std::uint64_t, UsdmOrder>& orders() const noexcept {
    return orders_;
  }
  [[nodiscard]] const UsdmUser& user(std::size_t number) const { return users_[number]; }

 private:
  using Method = boost::json::value (UsdmExchange::*)(const Params&, UsdmUser&, int, std::int64_t);
  static const std::map<std::string, Method>& methods();
  static const std::set<std::string>& public_methods();

  // usdm_orders.cpp
  boost::json::value place(const Params&, UsdmUser&, int, std::int64_t);
  boost::json::value test_order(const Params&, UsdmUser&, int, std::int64_t);
  boost::json::value cancel(const Params&, UsdmUser&, int, std::int64_t);
  boost::json::value cancel_all(const Params&, UsdmUser&, int, std::int64_t);
  boost::json::value modify(const Params&, UsdmUser&, int, std::int64_t);
  boost::json::value countdown(const Params&, UsdmUser&, int, std::int64_t);
  [[nodiscard]] UsdmOrder read_order(const Params&, int account, std::int64_t now_ms);
  void check_filters(const UsdmOrder& order) const;
  void check_margin(const UsdmOrder& order, const UsdmUser& of) const;
  UsdmOrder& submit(UsdmOrder order);
  void on_order_event(const OrderEvent& event);
  void on_fill(UsdmOrder& order, const OrderEvent& event);
  void finish(UsdmOrder& order, const std::string& status, const std::string& execution);
  [[nodiscard]] UsdmOrder& find(const Params&, const UsdmUser& of, bool open_only, int code);

  // usdm_views.cpp
  boost::json::value order_status(const Params&, UsdmUser&, int, std::int64_t);
  boost::json::value open_orders(const Params&, UsdmUser&, int, std::int64_t);
  boost::json::value all_orders(const Params&, UsdmUser&, int, std::int64_t);
  boost::json::value user_trades(const Params&, UsdmUser&, int, std::int64_t);
  boost::json::value balance(const Params&, UsdmUser&, int, std::int64_t);
  boost::json::value account_status(const Params&, UsdmUser&, int, std::int64_t);
  boost::json::value position_risk(const Params&, UsdmUser&, int, std::int64_t);
  boost::json::value set_leverage(const Params&, UsdmUser&, int, std::int64_t);
  boost::json::value position_mode(const Params&, UsdmUser&, int, std::int64_t);
  boost::json::value start_stream(const Params&, UsdmUser&, int, std::int64_t);
  boost::json::value keep_stream(const Params&, UsdmUser&, int, std::int64_t);
  boost::json::value stop_stream(const Params&, UsdmUser&, int, std::int64_t);

  // usdm_market_views.cpp
  boost::json::value ping(const Params&, UsdmUser&, int, std::int64_t);
  boost::json::value time(const Params&, UsdmUser&, int, std::int64_t);
  boost::json::value exchange_info(const Params&, UsdmUser&, int, std::int64_t);
  boost::json::value depth(const Params&, UsdmUser&, int, std::int64_t);
  boost::json::value price_ticker(const Params&, UsdmUser&, int, std::int64_t);
  boost::json::value book_ticker(const Params&, UsdmUser&, int, std::int64_t);
  boost::json::value premium_index(const Params&, UsdmUser&, int, std::int64_t);
  [[nodiscard]] boost::json::object order_json(const UsdmOrder& order) const;
  [[nodiscard]] boost::json::object position_json(const UsdmUser& of,
                                                  const SymbolMarket& market) const;
  void tell_order(const UsdmOrder& order, const std::string& execution, const UsdmTrade* trade);
  void tell_account(const UsdmOrder& order);

  [[nodiscard]] std::int64_t unrealised(const UsdmUser& of) const;
  [[nodiscard]] std::int64_t margin_of(const UsdmUser& of, const UsdmOrder* with) const;
  [[nodiscard]] int leverage_of(const UsdmUser& of, const std::string& symbol) const;

  UsdmSettings settings_;
  std::vector<UsdmUser> users_;
  std::map<std::uint64_t, UsdmOrder> orders_;
  std::map<std::pair<std::uint16_t, std::string>, std::uint64_t> by_client_id_;  // open orders
  struct ListenKey {
    int account{-1};
    std::int64_t expires_ms{0};
  };
  std::map<std::string, ListenKey> listen_keys_;
  std::vector<std::pair<std::string, int>> ended_keys_;
  std::int64_t now_ms_{0};
};
[[nodiscard]] Price mark_of(const SymbolMarket& market);   // mid, else last
[[nodiscard]] std::int64_t usdt_of(Price price, Qty qty);  // 1e-8, toward zero
}  // namespace sq::exchange
