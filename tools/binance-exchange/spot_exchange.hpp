// The spot exchange: symbols, users, their orders and balances. What REST and the WebSocket API ask
// is the same call; what happens to orders goes out as user data events.
// Thread: one, the server's. Cost: maps and JSON: a tool, not the engine. Errors: Failure is thrown
// with the venue's own code and words. Money: exact, 1e-8 of an asset.
// Source: protocol facts of binance_spot 6 to 11.
#pragma once

#include <boost/json.hpp>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "tools/binance-exchange/order_store.hpp"
#include "tools/binance-exchange/totals.hpp"
#include "tools/binance-exchange/venue.hpp"

namespace sq::exchange {
struct SpotFill {
  Price price{};
  Qty qty{};
  std::int64_t commission{0};  // 1e-8 of the asset received
  std::string commission_asset;
  std::uint64_t trade{0};
  bool maker{false};
  std::int64_t time_ms{0};
};
struct SpotTrade {
  std::uint64_t order{0};
  SymbolMarket* market{nullptr};
  Side side{Side::Buy};
  std::int64_t list{-1};  // of the order
  SpotFill fill;
};
struct SpotOrder {
  std::uint64_t id{0};
  std::string client_id;
  std::uint16_t account{0};
  SymbolMarket* market{nullptr};
  Side side{Side::Buy};
  std::string type;
  std::string time_in_force{"GTC"};
  std::string self_trade{"EXPIRE_MAKER"};
  Price price{};  // 0: market
  Qty qty{};
  Qty executed{};
  std::int64_t quote{0};   // executed, 1e-8 of the quote asset
  std::int64_t locked{0};  // still, of the asset it pays with
  std::string status{"NEW"};
  std::string reject{"NONE"};
  std::int64_t time_ms{0};
  std::int64_t update_ms{0};
  std::int64_t list{-1};
  std::vector<SpotFill> fills;
  [[nodiscard]] bool open() const { return status == "NEW" || status == "PARTIALLY_FILLED"; }
};

struct SpotSettings {
  std::vector<Instrument> instruments;
  std::vector<Account> accounts;  // owner is set here
  std::int64_t fee_ppm{1'000};    // 0.1 %, of what is received
  std::size_t history{100'000};   // closed orders and trades kept
};

class SpotExchange final : public Venue {
 public:
  explicit SpotExchange(const SpotSettings& settings);

  [[nodiscard]] boost::json::value call(const std::string& method, const Params& params,
                                        int account, std::int64_t now_ms) override;
  [[nodiscard]] std::int64_t orders_in(const std::string& method,
                                       const Params& params) const override;
  [[nodiscard]] boost::json::value state() override;
  matching::Refusal trade_anonymously(SymbolMarket& market, const matching::NewOrder& order,
                                      std::int64_t now_ms) override;
  [[nodiscard]] matching::OwnerId anonymous_owner() const noexcept override;

  [[nodiscard]] const std::map<std::uint64_t, SpotOrder>& orders() const noexcept {
    return orders_.all();
  }
  [[nodiscard]] const std::vector<Account>& accounts() const noexcept { return accounts_; }
  [[nodiscard]] const Totals& totals() const noexcept { return totals_; }

 private:
  using Method = boost::json::value (SpotExchange::*)(const Params&, int, std::int64_t);
  static const std::map<std::string, Method>& methods();

  // spot_orders.cpp
  boost::json::value place(const Params&, int, std::int64_t);
  boost::json::value test_order(const Params&, int, std::int64_t);
  boost::json::value cancel(const Params&, int, std::int64_t);
  boost::json::value cancel_all(const Params&, int, std::int64_t);
  boost::json::value cancel_replace(const Params&, int, std::int64_t);
  boost::json::value amend(const Params&, int, std::int64_t);
  [[nodiscard]] SpotOrder read_order(const Params&, int account, std::int64_t now_ms);
  void check_filters(const SpotOrder& order) const;
  SpotOrder& submit(SpotOrder order);
  void lock_for(SpotOrder& order);
  void on_order_event(const OrderEvent& event);
  void on_fill(SpotOrder& order, const OrderEvent& event);
  void finish(SpotOrder& order, const std::string& status, const std::string& execution,
              const std::string& client_id);
  void end(SpotOrder& order);  // no longer open
  void cancel_order(SpotOrder& order, const std::string& cancel_id);
  [[nodiscard]] SpotOrder& find_open(const Params&, int account, const char* id_name,
                                     const char* client_id_name);

  // spot_views.cpp
  boost::json::value order_status(const Params&, int, std::int64_t);
  boost::json::value open_orders(const Params&, int, std::int64_t);
  boost::json::value all_orders(const Params&, int, std::int64_t);
  boost::json::value my_trades(const Params&, int, std::int64_t);
  boost::json::value account_status(const Params&, int, std::int64_t);
  boost::json::value account_commission(const Params&, int, std::int64_t);

  // spot_market_views.cpp
  boost::json::value ping(const Params&, int, std::int64_t);
  boost::json::value time(const Params&, int, std::int64_t);
  boost::json::value exchange_info(const Params&, int, std::int64_t);
  boost::json::value depth(const Params&, int, std::int64_t);
  boost::json::value recent_trades(const Params&, int, std::int64_t);
  boost::json::value price_ticker(const Params&, int, std::int64_t);
  boost::json::value book_ticker(const Params&, int, std::int64_t);
  [[nodiscard]] boost::json::object order_json(const SpotOrder& order) const;
  [[nodiscard]] boost::json::object trade_json(const SpotTrade& trade) const;
  [[nodiscard]] boost::json::object placed_json(const SpotOrder& order,
                                                const std::string& kind) const;
  [[nodiscard]] boost::json::object cancelled_json(const SpotOrder& order,
                                                   const std::string& cancel_id) const;
  void tell_order(const SpotOrder& order, const std::string& execution,
                  const std::string& client_id, const SpotFill* fill);
  void tell_balances(std::uint16_t account, std::initializer_list<std::string> assets);

  [[nodiscard]] Balance& balance(std::uint16_t account, const std::string& asset) {
    return accounts_[account].balances[asset];
  }
  [[nodiscard]] Account& user(int account);

  SpotSettings settings_;
  std::vector<Account> accounts_;
  OrderStore<SpotOrder> orders_;
  std::map<std::uint16_t, std::deque<SpotTrade>> trades_;  // by account, the last ones
  Totals totals_;
  std::uint64_t execution_ids_{0};
  std::int64_t now_ms_{0};
  std::string cancel_id_;  // of the cancel that is being done
};
}  // namespace sq::exchange
