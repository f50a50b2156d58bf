// What the exchange says of users and their orders: answers, and user data events.
#include <algorithm>

#include "engine/types/decimal.hpp"
#include "tools/binance-exchange/spot_exchange.hpp"
#include "tools/binance-exchange/spot_money.hpp"

namespace sq::exchange {
namespace {
namespace json = boost::json;

std::string_view side_text(Side side) { return side == Side::Buy ? "BUY" : "SELL"; }
}  // namespace

json::object SpotExchange::order_json(const SpotOrder& order) const {
  return {{"symbol", order.market->symbol()},
          {"orderId", whole(order.id)},
          {"orderListId", order.list},
          {"clientOrderId", order.client_id},
          {"price", padded(order.price)},
          {"origQty", padded(order.qty)},
          {"executedQty", padded(order.executed)},
          {"origQuoteOrderQty", padded(std::int64_t{0})},
          {"cummulativeQuoteQty", padded(order.quote)},
          {"status", order.status},
          {"timeInForce", order.time_in_force},
          {"type", order.type},
          {"side", side_text(order.side)},
          {"stopPrice", padded(order.stop)},
          {"icebergQty", padded(std::int64_t{0})},
          {"time", order.time_ms},
          {"updateTime", order.update_ms},
          {"isWorking", order.working},
          {"workingTime", order.working ? order.time_ms : -1},
          {"selfTradePreventionMode", order.self_trade}};
}

json::object SpotExchange::placed_json(const SpotOrder& order, const std::string& kind) const {
  json::object answer{{"symbol", order.market->symbol()},
                      {"orderId", whole(order.id)},
                      {"orderListId", order.list},
                      {"clientOrderId", order.client_id},
                      {"transactTime", order.update_ms}};
  if (kind == "ACK") return answer;
  const json::object whole_order = order_json(order);
  for (const char* key :
       {"price", "origQty", "executedQty", "origQuoteOrderQty", "cummulativeQuoteQty", "status",
        "timeInForce", "type", "side", "workingTime", "selfTradePreventionMode"})
    answer[key] = whole_order.at(key);
  if (order.stop > Price{}) answer["stopPrice"] = padded(order.stop);
  if (kind != "FULL") return answer;
  json::array fills;
  for (const SpotFill& fill : order.fills)
    fills.emplace_back(json::object{{"price", padded(fill.price)},
                                    {"qty", padded(fill.qty)},
                                    {"commission", padded(fill.commission)},
                                    {"commissionAsset", fill.commission_asset},
                                    {"tradeId", whole(fill.trade)}});
  answer["fills"] = fills;
  return answer;
}

json::object SpotExchange::cancelled_json(const SpotOrder& order,
                                          const std::string& cancel_id) const {
  json::object answer = placed_json(order, "RESULT");
  answer["origClientOrderId"] = order.client_id;
  answer["clientOrderId"] = cancel_id;
  answer.erase("workingTime");
  return answer;
}

// executionReport: on a cancel `c` is the cancel's own id and `C` the order's.
void SpotExchange::tell_order(const SpotOrder& order, const std::string& execution,
                              const std::string& client_id, const SpotFill* fill) {
  const bool cancel = execution == "CANCELED";
  json::object event{{"e", "executionReport"},
                     {"E", now_ms_},
                     {"s", order.market->symbol()},
                     {"c", client_id},
                     {"S", side_text(order.side)},
                     {"o", order.type},
                     {"f", order.time_in_force},
                     {"q", padded(order.qty)},
                     {"p", padded(order.price)},
                     {"P", padded(order.stop)},
                     {"F", padded(std::int64_t{0})},
                     {"g", order.list},
                     {"C", cancel ? order.client_id : ""},
                     {"x", execution},
                     {"X", order.status},
                     {"r", order.reject},
                     {"i", whole(order.id)},
                     {"l", padded(fill != nullptr ? fill->qty : Qty{})},
                     {"z", padded(order.executed)},
                     {"L", padded(fill != nullptr ? fill->price : Price{})},
                     {"n", padded(fill != nullptr ? fill->commission : 0)},
                     {"N", nullptr},
                     {"T", now_ms_},
                     {"t", fill != nullptr ? whole(fill->trade) : -1},
                     {"I", whole(++execution_ids_)},
                     {"w", order.open() && order.working},
                     {"m", fill != nullptr && fill->maker},
                     {"M", false},
                     {"O", order.time_ms},
                     {"Z", padded(order.quote)},
                     {"Y", padded(std::int64_t{0})},
                     {"Q", padded(std::int64_t{0})},
                     {"V", order.self_trade}};
  if (order.working) event["W"] = order.time_ms;
  if (fill != nullptr) {
    event["N"] = fill->commission_asset;
    event["Y"] = padded(divide(Int128{fill->price.raw()} * fill->qty.raw(), kFinePerAmount,
                               order.side == Side::Buy ? Rounding::Up : Rounding::Down)
                            .value_or(0));
  }
  tell(order.account, event);
}

void SpotExchange::tell_balances(std::uint16_t account, std::initializer_list<std::string> assets) {
  accounts_[account].updated_ms = now_ms_;
  json::array list;
  for (const std::string& asset : assets) {
    const Balance& of = balance(account, asset);
    list.emplace_back(json::object{{"a", asset}, {"f", padded(of.free)}, {"l", padded(of.locked)}});
  }
  tell(account, {{"e", "outboundAccountPosition"}, {"E", now_ms_}, {"u", now_ms_}, {"B", list}});
}

json::value SpotExchange::order_status(const Params& params, int account, std::int64_t) {
  const Account& of = user(account);
  const SymbolMarket& where = market(params);
  if (!params.has("orderId") && !params.has("origClientOrderId"))
    throw Failure{400,
                  -1102,
                  "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!",
                  {}};
  const auto id = static_cast<std::uint64_t>(params.integer("orderId", 0));
  const std::string client_id = params.get("origClientOrderId");
  const SpotOrder* const order =
      params.has("origClientOrderId") ? orders_.find(of.owner, client_id) : orders_.find(id);
  if (order == nullptr || (id != 0 && order->id != id) || order->account != account ||
      order->market != &where)
    throw Failure{400, -2013, "Order does not exist.", {}};
  return order_json(*order);
}

json::value SpotExchange::open_orders(const Params& params, int account, std::int64_t) {
  const Account& of = user(account);
  const SymbolMarket* where = params.has("symbol") ? &market(params) : nullptr;
  json::array list;
  for (const std::uint64_t id : orders_.open(of.owner)) {
    const SpotOrder& order = *orders_.find(id);
    if (where == nullptr || order.market == where) list.emplace_back(order_json(order));
  }
  return list;
}

// From an id or a time on, oldest first; without either the newest.
json::value SpotExchange::all_orders(const Params& params, int account, std::int64_t) {
  static_cast<void>(user(account));
  const SymbolMarket& where = market(params);
  const auto limit =
      static_cast<std::size_t>(std::clamp<std::int64_t>(params.integer("limit", 500), 1, 1000));
  const std::int64_t since = params.integer("startTime", 0);
  const auto from = static_cast<std::uint64_t>(params.integer("orderId", since > 0 ? 1 : 0));
  json::array list;
  for (const SpotOrder* order : orders_.list(from, limit, [&](const SpotOrder& each) {
         return each.account == account && each.market == &where && each.time_ms >= since;
       }))
    list.emplace_back(order_json(*order));
  return list;
}

json::object SpotExchange::trade_json(const SpotTrade& trade) const {
  const SpotFill& fill = trade.fill;
  return {{"symbol", trade.market->symbol()},
          {"id", whole(fill.trade)},
          {"orderId", whole(trade.order)},
          {"orderListId", trade.list},
          {"price", padded(fill.price)},
          {"qty", padded(fill.qty)},
          {"quoteQty",
           padded(divide(Int128{fill.price.raw()} * fill.qty.raw(), kFinePerAmount, Rounding::Down)
                      .value_or(0))},
          {"commission", padded(fill.commission)},
          {"commissionAsset", fill.commission_asset},
          {"time", fill.time_ms},
          {"isBuyer", trade.side == Side::Buy},
          {"isMaker", fill.maker},
          {"isBestMatch", true}};
}

// From fromId or startTime on, oldest first; without either the newest.
json::value SpotExchange::my_trades(const Params& params, int account, std::int64_t) {
  const Account& of = user(account);
  const SymbolMarket& where = market(params);
  const auto only = static_cast<std::uint64_t>(params.integer("orderId", 0));
  const auto from = static_cast<std::uint64_t>(params.integer("fromId", 0));
  const std::int64_t since = params.integer("startTime", 0);
  const auto limit =
      static_cast<std::size_t>(std::clamp<std::int64_t>(params.integer("limit", 500), 1, 1000));
  const std::int64_t until = params.integer("endTime", std::int64_t{1} << 60U);
  std::deque<const SpotTrade*> wanted;
  for (const SpotTrade& trade : trades_[of.owner]) {
    if (trade.market != &where || (only != 0 && trade.order != only) || trade.fill.trade < from ||
        trade.fill.time_ms < since || trade.fill.time_ms > until)
      continue;
    wanted.push_back(&trade);
    if (wanted.size() <= limit) continue;
    if (params.has("fromId") || since > 0) {
      wanted.pop_back();
      break;
    }
    wanted.pop_front();
  }
  json::array list;
  for (const SpotTrade* trade : wanted) list.emplace_back(trade_json(*trade));
  return list;
}

json::value SpotExchange::account_status(const Params& params, int account, std::int64_t) {
  const Account& of = user(account);
  const bool omit = params.get("omitZeroBalances") == "true";
  json::array balances;
  for (const auto& [asset, each] : of.balances) {
    if (omit && each.free == 0 && each.locked == 0) continue;
    balances.emplace_back(json::object{
        {"asset", asset}, {"free", padded(each.free)}, {"locked", padded(each.locked)}});
  }
  const std::string rate = padded(settings_.fee_ppm * 100);
  const std::int64_t bps = settings_.fee_ppm / 100;
  return json::object{
      {"makerCommission", bps},
      {"takerCommission", bps},
      {"buyerCommission", 0},
      {"sellerCommission", 0},
      {"commissionRates",
       json::object{
           {"maker", rate}, {"taker", rate}, {"buyer", "0.00000000"}, {"seller", "0.00000000"}}},
      {"canTrade", true},
      {"canWithdraw", false},
      {"canDeposit", false},
      {"brokered", false},
      {"requireSelfTradePrevention", false},
      {"preventSor", false},
      {"updateTime", of.updated_ms},
      {"accountType", "SPOT"},
      {"balances", balances},
      {"permissions", json::array{"SPOT"}},
      {"uid", account + 1}};
}

json::value SpotExchange::account_commission(const Params& params, int account, std::int64_t) {
  static_cast<void>(user(account));
  const std::string rate = padded(settings_.fee_ppm * 100);
  const json::object standard{
      {"maker", rate}, {"taker", rate}, {"buyer", "0.00000000"}, {"seller", "0.00000000"}};
  const json::object none{{"maker", "0.00000000"},
                          {"taker", "0.00000000"},
                          {"buyer", "0.00000000"},
                          {"seller", "0.00000000"}};
  return json::object{{"symbol", market(params).symbol()},
                      {"standardCommission", standard},
                      {"specialCommission", none},
                      {"taxCommission", none},
                      {"discount", json::object{{"enabledForAccount", false},
                                                {"enabledForSymbol", false},
                                                {"discountAsset", "BNB"},
                                                {"discount", "0.75000000"}}}};
}

json::value SpotExchange::api_restrictions(const Params&, int account, std::int64_t now_ms) {
  static_cast<void>(user(account));
  return json::object{{"ipRestrict", false},
                      {"createTime", now_ms},
                      {"enableReading", true},
                      {"enableWithdrawals", settings_.withdrawals},
                      {"enableInternalTransfer", false},
                      {"enableMargin", false},
                      {"enableFutures", true},
                      {"permitsUniversalTransfer", false},
                      {"enableVanillaOptions", false},
                      {"enableSpotAndMarginTrading", true},
                      {"enablePortfolioMarginTrading", false},
                      {"enableFixApiTrade", false},
                      {"enableFixReadOnly", false}};
}
}  // namespace sq::exchange
