// What the sites and the traders need of an exchange, spot or futures.
// Thread: one, the server's. Errors: call() throws Failure with the venue's own code and words.
#pragma once

#include <boost/json.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "tools/binance-exchange/account.hpp"
#include "tools/binance-exchange/params.hpp"
#include "tools/binance-exchange/symbol_market.hpp"

namespace sq::exchange {
class Venue {
 public:
  using Markets = std::map<std::string, std::unique_ptr<SymbolMarket>>;
  using UserEvent = std::function<void(std::uint16_t account, const boost::json::object& event)>;

  virtual ~Venue() = default;
  Venue() = default;
  Venue(const Venue&) = delete;
  Venue& operator=(const Venue&) = delete;

  // By the name of the WebSocket API's method, e.g. "order.place". `account` -1: nobody; methods of
  // an account then throw. Throws Failure.
  [[nodiscard]] virtual boost::json::value call(const std::string& method, const Params& params,
                                                int account, std::int64_t now_ms) = 0;
  // How many orders a call makes, as the venue counts them.
  [[nodiscard]] virtual std::int64_t orders_in(const std::string& method,
                                               const Params& params) const = 0;
  // Accounts in sums: what a client's own books must equal.
  [[nodiscard]] virtual boost::json::value state() = 0;
  // A trader without an account: its orders are never refused for want of money.
  virtual matching::Refusal trade_anonymously(SymbolMarket& market, const matching::NewOrder& order,
                                              std::int64_t now_ms) = 0;
  [[nodiscard]] virtual matching::OwnerId anonymous_owner() const noexcept = 0;

  void on_user_event(UserEvent listener) { user_event_ = std::move(listener); }
  [[nodiscard]] OrderId next_order_id() { return OrderId{++order_ids_}; }
  [[nodiscard]] Markets& markets() noexcept { return markets_; }
  // By "symbol"; -1121.
  [[nodiscard]] SymbolMarket& market(const Params& params);

 protected:
  void tell(std::uint16_t account, const boost::json::object& event) {
    if (user_event_) user_event_(account, event);
  }
  Markets markets_;

 private:
  UserEvent user_event_;
  std::uint64_t order_ids_{1'000};
};
}  // namespace sq::exchange
