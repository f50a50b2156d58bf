// The spot exchange: symbols, users, their orders and balances. What REST and the WebSocket API ask
// is the same call; what happens to orders goes out as user data events.
// Thread: one, the server's. Cost: maps and JSON: a tool, not the engine. Errors: Failure is thrown
// with the venue's own code and words. Money: exact, 1e-8 of an asset.
// Source: protocol facts of binance_spot 6 to 11.
#pragma once

#include <boost/json.hpp>
#include <deque>
#include <map>
#include <set>
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
  Price stop{};   // 0: none
  Qty qty{};
  Qty executed{};
  bool working{true};      // false: it waits for its trigger, or for another order
  bool counted{false};     // as accepted
  std::int64_t quote{0};   // executed, 1e-8 of the quote asset
  std::int64_t locked{0};  // still, of the asset it pays with
  std::string status{"NEW"};
  std::string reject{"NONE"};
  std::int64_t time_ms{0};
  std::int64_t update_ms{0};
  std::int64_t list{-1};
  std::vector<SpotFill> fills;
  [[nodiscard]] bool open() const {
    return status == "NEW" || status == "PARTIALLY_FILLED" || status == "PENDING_NEW";
  }
};
// Orders that know of each other: OCO, of which one is done; OTO, of which the others are placed
// once the first is filled (two of them are an OCO).
struct SpotList {
  std::int64_t id{0};
  std::string client_id;
  std::string contingency;
  std::uint16_t account{0};
  SymbolMarket* market{nullptr};
  std::vector<std::uint64_t> orders;
  std::vector<std::string> client_ids;  // of the orders
  std::size_t one_of{0};                // from this one on, one cancels the others
  std::int64_t time_ms{0};
  bool done{false};
};
struct SpotAmendment {
  std::uint64_t order{0};
  SymbolMarket* market{nullptr};
  std::int64_t execution{0};
  std::string client_before;
  std::string client_after;
  Qty before{};
  Qty after{};
  std::int64_t time_ms{0};
};

struct SpotSettings {
  std::vector<Instrument> instruments;
  std::vector<Account> accounts;  // owner is set here
  std::int64_t fee_ppm{1'000};    // 0.1 %, of what is received
  std::size_t history{100'000};   // closed orders and trades kept
  bool withdrawals{false};        // whether its keys may
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

  // Stops trigger by what was traded since the last call.
  void on_time(std::int64_t now_ms);

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
  [[nodiscard]] std::int64_t needs(const SpotOrder& order) const;
  [[nodiscard]] bool lock(SpotOrder& order, std::int64_t wanted);
  void unlock(SpotOrder& order);
  [[nodiscard]] SpotOrder& keep(SpotOrder order);  // -2010 for a client id in use
  [[nodiscard]] matching::Refusal enter(SpotOrder& order);
  void tell_waiting(SpotOrder& order);
  void on_order_event(const OrderEvent& event);
  void on_fill(SpotOrder& order, const OrderEvent& event);
  void finish(SpotOrder& order, const std::string& status, const std::string& execution,
              const std::string& client_id);
  void end(SpotOrder& order);  // no longer open
  void cancel_order(SpotOrder& order, const std::string& cancel_id);
  [[nodiscard]] SpotOrder& find_open(const Params&, int account, const char* id_name,
                                     const char* client_id_name);

  boost::json::value amendments(const Params&, int, std::int64_t);

  // spot_lists.cpp
  boost::json::value place_oco(const Params&, int, std::int64_t);
  boost::json::value place_oto(const Params&, int, std::int64_t);
  boost::json::value place_otoco(const Params&, int, std::int64_t);
  boost::json::value cancel_list(const Params&, int, std::int64_t);
  boost::json::value list_status(const Params&, int, std::int64_t);
  boost::json::value open_lists(const Params&, int, std::int64_t);
  boost::json::value all_lists(const Params&, int, std::int64_t);
  [[nodiscard]] std::vector<SpotOrder> read_pair(const Params&, const char* above,
                                                 const char* below, int, std::int64_t);
  boost::json::value place_list(SpotList list, std::vector<SpotOrder> orders);
  void start_pair(SpotList& list);
  [[nodiscard]] SpotList& find_list(const Params&, int account);
  boost::json::object cancel_whole_list(SpotList& list, const std::string& cancel_id);
  void check_not_triggered(const SpotOrder& order) const;
  void check_triggers();
  void activate(SpotOrder& order);
  void expire_siblings(const SpotOrder& order, const char* status);
  void settle();
  void settle(const SpotOrder& order, bool ended);
  void tell_list(const SpotList& list, const char* kind);
  [[nodiscard]] boost::json::object list_json(const SpotList& list, bool reports);

  // spot_views.cpp
  boost::json::value order_status(const Params&, int, std::int64_t);
  boost::json::value open_orders(const Params&, int, std::int64_t);
  boost::json::value all_orders(const Params&, int, std::int64_t);
  boost::json::value my_trades(const Params&, int, std::int64_t);
  boost::json::value account_status(const Params&, int, std::int64_t);
  boost::json::value account_commission(const Params&, int, std::int64_t);
  boost::json::value api_restrictions(const Params&, int, std::int64_t);

  // spot_market_views.cpp
  boost::json::value ping(const Params&, int, std::int64_t);
  boost::json::value time(const Params&, int, std::int64_t);
  boost::json::value exchange_info(const Params&, int, std::int64_t);
  boost::json::value depth(const Params&, int, std::int64_t);
  boost::json::value recent_trades(const Params&, int, std::int64_t);
  boost::json::value price_ticker(const Params&, int, std::int64_t);
  boost::json::value book_ticker(const Params&, int, std::int64_t);
  boost::json::value aggregate_trades(const Params&, int, std::int64_t);
  boost::json::value klines(const Params&, int, std::int64_t);
  boost::json::value average_price(const Params&, int, std::int64_t);
  boost::json::value day_ticker(const Params&, int, std::int64_t);
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
  std::map<std::uint16_t, std::deque<SpotAmendment>> amendments_;
  std::map<std::int64_t, SpotList> lists_;
  std::int64_t list_ids_{0};
  std::set<std::uint64_t> waiting_;  // for their triggers
  struct After {
    std::uint64_t order{0};
    bool ended{false};
  };
  std::deque<After> after_;  // orders of lists to which something happened
  Totals totals_;
  std::uint64_t execution_ids_{0};
  std::int64_t now_ms_{0};
  std::string cancel_id_;  // of the cancel that is being done
  std::string ends_as_;    // what it makes of the order; "": CANCELED
};
}  // namespace sq::exchange
