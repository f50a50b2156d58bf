// What accounts hold, and how many orders a call makes: for the counts of the limits and for
// clients that prove their own books against the exchange's.
#include <algorithm>

#include "tools/binance-exchange/spot_exchange.hpp"
#include "tools/binance-exchange/usdm_exchange.hpp"

namespace sq::exchange {
namespace {
namespace json = boost::json;
}  // namespace

std::int64_t SpotExchange::orders_in(const std::string& method, const Params&) const {
  return method == "order.place" || method == "order.cancelReplace" ? 1 : 0;
}
std::int64_t UsdmExchange::orders_in(const std::string& method, const Params&) const {
  return method == "order.place" ? 1 : 0;
}

json::value SpotExchange::state() const {
  json::array list;
  for (const Account& of : accounts_) {
    json::object balances;
    for (const auto& [asset, each] : of.balances)
      balances[asset] = json::object{{"free", padded(each.free)}, {"locked", padded(each.locked)}};
    const auto open = std::count_if(of.orders.begin(), of.orders.end(), [&](std::uint64_t id) {
      return orders_.at(id).open();
    });
    list.emplace_back(json::object{{"openOrders", open}, {"balances", balances}});
  }
  return json::object{{"accounts", list}};
}
json::value UsdmExchange::state() const {
  json::array list;
  for (const UsdmUser& of : users_) {
    json::object positions;
    for (const auto& [symbol, position] : of.positions) positions[symbol] = padded(position.amount);
    const auto open = std::count_if(of.orders.begin(), of.orders.end(), [&](std::uint64_t id) {
      return orders_.at(id).open();
    });
    list.emplace_back(json::object{
        {"openOrders", open}, {"wallet", padded(of.wallet)}, {"positions", positions}});
  }
  return json::object{{"accounts", list}};
}
}  // namespace sq::exchange
