#include "tools/binance-exchange/spot_exchange.hpp"

#include <algorithm>

namespace sq::exchange {
SpotExchange::SpotExchange(const SpotSettings& settings)
    : settings_{settings}, accounts_{settings.accounts}, orders_{settings.history} {
  for (std::size_t i = 0; i < accounts_.size(); ++i)
    accounts_[i].owner = static_cast<std::uint16_t>(i);
  const auto owners = static_cast<std::uint32_t>(accounts_.size()) + 1;  // one for the anonymous
  for (const Instrument& each : settings_.instruments)
    markets_[std::string{each.symbol.view()}] = std::make_unique<SymbolMarket>(
        each, owners, [this](const OrderEvent& event) { on_order_event(event); });
}

matching::OwnerId SpotExchange::anonymous_owner() const noexcept {
  return matching::OwnerId{static_cast<std::uint16_t>(accounts_.size())};
}

matching::Refusal SpotExchange::trade_anonymously(SymbolMarket& market,
                                                  const matching::NewOrder& order,
                                                  std::int64_t now_ms) {
  now_ms_ = now_ms;
  const matching::Refusal refusal = market.submit(order, now_ms);
  settle();
  return refusal;
}

Account& SpotExchange::user(int account) {
  if (account < 0 || static_cast<std::size_t>(account) >= accounts_.size())
    throw Failure{401, -2014, "API-key format invalid.", {}};
  return accounts_[static_cast<std::size_t>(account)];
}

const std::map<std::string, SpotExchange::Method>& SpotExchange::methods() {
  static const std::map<std::string, Method> kMethods{
      {"ping", &SpotExchange::ping},
      {"time", &SpotExchange::time},
      {"exchangeInfo", &SpotExchange::exchange_info},
      {"depth", &SpotExchange::depth},
      {"trades.recent", &SpotExchange::recent_trades},
      {"ticker.price", &SpotExchange::price_ticker},
      {"ticker.book", &SpotExchange::book_ticker},
      {"trades.aggregate", &SpotExchange::aggregate_trades},
      {"klines", &SpotExchange::klines},
      {"uiKlines", &SpotExchange::klines},
      {"avgPrice", &SpotExchange::average_price},
      {"ticker.24hr", &SpotExchange::day_ticker},
      {"apiRestrictions", &SpotExchange::api_restrictions},
      {"order.place", &SpotExchange::place},
      {"order.test", &SpotExchange::test_order},
      {"order.cancel", &SpotExchange::cancel},
      {"order.cancelReplace", &SpotExchange::cancel_replace},
      {"order.amend.keepPriority", &SpotExchange::amend},
      {"order.amendments", &SpotExchange::amendments},
      {"orderList.place.oco", &SpotExchange::place_oco},
      {"orderList.place.oto", &SpotExchange::place_oto},
      {"orderList.place.otoco", &SpotExchange::place_otoco},
      {"orderList.cancel", &SpotExchange::cancel_list},
      {"orderList.status", &SpotExchange::list_status},
      {"openOrderLists.status", &SpotExchange::open_lists},
      {"allOrderLists", &SpotExchange::all_lists},
      {"order.status", &SpotExchange::order_status},
      {"openOrders.status", &SpotExchange::open_orders},
      {"openOrders.cancelAll", &SpotExchange::cancel_all},
      {"allOrders", &SpotExchange::all_orders},
      {"myTrades", &SpotExchange::my_trades},
      {"account.status", &SpotExchange::account_status},
      {"account.commission", &SpotExchange::account_commission},
  };
  return kMethods;
}

boost::json::value SpotExchange::call(const std::string& method, const Params& params, int account,
                                      std::int64_t now_ms) {
  const auto found = methods().find(method);
  if (found == methods().end()) throw Failure{404, -1020, "This operation is not supported.", {}};
  now_ms_ = std::max(now_ms_, now_ms);
  boost::json::value answer = (this->*found->second)(params, account, now_ms);
  settle();
  return answer;
}

std::int64_t SpotExchange::orders_in(const std::string& method, const Params&) const {
  if (method == "orderList.place.otoco") return 3;
  if (method.starts_with("orderList.place")) return 2;
  return method == "order.place" || method == "order.cancelReplace" ? 1 : 0;
}

boost::json::value SpotExchange::state() {
  boost::json::array list;
  for (const Account& of : accounts_) {
    boost::json::object balances;
    for (const auto& [asset, each] : of.balances)
      balances[asset] =
          boost::json::object{{"free", padded(each.free)}, {"locked", padded(each.locked)}};
    list.emplace_back(boost::json::object{{"openOrders", orders_.open(of.owner).size()},
                                          {"balances", balances},
                                          {"symbols", totals_.symbols(of.owner)}});
  }
  return boost::json::object{
      {"orders", totals_.orders()}, {"duplicates", totals_.duplicates()}, {"accounts", list}};
}
}  // namespace sq::exchange
