// What the futures exchange says of users and their orders: answers, and user data events.
#include <algorithm>

#include "tools/binance-exchange/site.hpp"
#include "tools/binance-exchange/usdm_exchange.hpp"

namespace sq::exchange {
namespace {
namespace json = boost::json;
constexpr std::int64_t kListenKeyMs = 60 * 60'000;

std::string_view side_text(Side side) { return side == Side::Buy ? "BUY" : "SELL"; }
std::int64_t whole(std::uint64_t id) { return static_cast<std::int64_t>(id); }
std::size_t limit_of(const Params& params, std::int64_t fallback, std::int64_t most) {
  return static_cast<std::size_t>(
      std::clamp<std::int64_t>(params.integer("limit", fallback), 1, most));
}
// Price of a signed amount that cost so much; 0 without one.
Price entry_price(const UsdmPosition& position) {
  if (position.amount == Qty{}) return {};
  const Int128 fine = Int128{position.cost} * kFinePerAmount;
  return Price::from_raw(static_cast<std::int64_t>(fine / position.amount.raw()));
}
std::string average(const UsdmOrder& order) {
  if (order.executed == Qty{}) return padded(Price{});
  return padded(Price::from_raw(
      static_cast<std::int64_t>(Int128{order.quote} * kFinePerAmount / order.executed.raw())));
}
}  // namespace

json::object UsdmExchange::order_json(const UsdmOrder& order) const {
  return {{"orderId", whole(order.id)},
          {"symbol", order.market->symbol()},
          {"status", order.status},
          {"clientOrderId", order.client_id},
          {"price", padded(order.price)},
          {"avgPrice", average(order)},
          {"origQty", padded(order.qty)},
          {"executedQty", padded(order.executed)},
          {"cumQty", padded(order.executed)},
          {"cumQuote", padded(order.quote)},
          {"timeInForce", order.time_in_force},
          {"type", order.type},
          {"reduceOnly", order.reduce_only},
          {"closePosition", false},
          {"side", side_text(order.side)},
          {"positionSide", "BOTH"},
          {"stopPrice", padded(Price{})},
          {"workingType", "CONTRACT_PRICE"},
          {"priceProtect", false},
          {"origType", order.type},
          {"priceMatch", "NONE"},
          {"selfTradePreventionMode", "EXPIRE_MAKER"},
          {"goodTillDate", 0},
          {"time", order.time_ms},
          {"updateTime", order.update_ms}};
}

void UsdmExchange::tell_order(const UsdmOrder& order, const std::string& execution,
                              const UsdmTrade* trade) {
  json::object what{{"s", order.market->symbol()},
                    {"c", order.client_id},
                    {"S", side_text(order.side)},
                    {"o", order.type},
                    {"f", order.time_in_force},
                    {"q", padded(order.qty)},
                    {"p", padded(order.price)},
                    {"ap", average(order)},
                    {"sp", padded(Price{})},
                    {"x", execution},
                    {"X", order.status},
                    {"i", whole(order.id)},
                    {"l", padded(trade != nullptr ? trade->qty : Qty{})},
                    {"z", padded(order.executed)},
                    {"L", padded(trade != nullptr ? trade->price : Price{})},
                    {"T", now_ms_},
                    {"t", trade != nullptr ? whole(trade->id) : 0},
                    {"b", padded(std::int64_t{0})},
                    {"a", padded(std::int64_t{0})},
                    {"m", trade != nullptr && trade->maker},
                    {"R", order.reduce_only},
                    {"wt", "CONTRACT_PRICE"},
                    {"ot", order.type},
                    {"ps", "BOTH"},
                    {"cp", false},
                    {"rp", padded(trade != nullptr ? trade->realised : 0)},
                    {"pP", false},
                    {"si", 0},
                    {"ss", 0},
                    {"V", "EXPIRE_MAKER"},
                    {"pm", "NONE"},
                    {"gtd", 0}};
  if (trade != nullptr) {
    what["N"] = "USDT";
    what["n"] = padded(trade->commission);
  }
  tell(order.account, {{"e", "ORDER_TRADE_UPDATE"}, {"E", now_ms_}, {"T", now_ms_}, {"o", what}});
}

void UsdmExchange::tell_account(const UsdmOrder& order) {
  const UsdmUser& of = users_[order.account];
  const std::string symbol = order.market->symbol();
  const UsdmPosition& position = of.positions.at(symbol);
  const std::string wallet = padded(of.wallet);
  const json::object balance{{"a", "USDT"}, {"wb", wallet}, {"cw", wallet}, {"bc", "0"}};
  const json::object held{
      {"s", symbol},
      {"pa", padded(position.amount)},
      {"ep", padded(entry_price(position))},
      {"bep", padded(entry_price(position))},
      {"cr", padded(position.realised)},
      {"up", padded(usdt_of(mark_of(*order.market), position.amount) - position.cost)},
      {"mt", "cross"},
      {"iw", "0"},
      {"ps", "BOTH"}};
  tell(
      order.account,
      {{"e", "ACCOUNT_UPDATE"},
       {"E", now_ms_},
       {"T", now_ms_},
       {"a", json::object{{"m", "ORDER"}, {"B", json::array{balance}}, {"P", json::array{held}}}}});
}

json::value UsdmExchange::order_status(const Params& params, UsdmUser& of, int, std::int64_t) {
  return order_json(find(params, of, false, -2013));
}
json::value UsdmExchange::open_orders(const Params& params, UsdmUser& of, int, std::int64_t) {
  const SymbolMarket* where = params.has("symbol") ? &market(params) : nullptr;
  json::array list;
  for (const std::uint64_t id : of.orders) {
    const UsdmOrder& order = orders_.at(id);
    if (order.open() && (where == nullptr || order.market == where))
      list.emplace_back(order_json(order));
  }
  return list;
}
json::value UsdmExchange::all_orders(const Params& params, UsdmUser& of, int, std::int64_t) {
  const SymbolMarket& where = market(params);
  const std::size_t limit = limit_of(params, 500, 1'000);
  const auto from = static_cast<std::uint64_t>(params.integer("orderId", 0));
  json::array list;
  for (const std::uint64_t id : of.orders)
    if (orders_.at(id).market == &where && id >= from && list.size() < limit)
      list.emplace_back(order_json(orders_.at(id)));
  return list;
}
json::value UsdmExchange::user_trades(const Params& params, UsdmUser& of, int, std::int64_t) {
  const SymbolMarket& where = market(params);
  const auto only = static_cast<std::uint64_t>(params.integer("orderId", 0));
  json::array list;
  for (const UsdmTrade& trade : of.trades) {
    if (trade.market != &where || (only != 0 && trade.order != only)) continue;
    list.emplace_back(json::object{{"buyer", trade.side == Side::Buy},
                                   {"commission", padded(trade.commission)},
                                   {"commissionAsset", "USDT"},
                                   {"id", whole(trade.id)},
                                   {"maker", trade.maker},
                                   {"orderId", whole(trade.order)},
                                   {"price", padded(trade.price)},
                                   {"qty", padded(trade.qty)},
                                   {"quoteQty", padded(usdt_of(trade.price, trade.qty))},
                                   {"realizedPnl", padded(trade.realised)},
                                   {"side", side_text(trade.side)},
                                   {"positionSide", "BOTH"},
                                   {"symbol", where.symbol()},
                                   {"time", trade.time_ms}});
  }
  return list;
}

json::value UsdmExchange::balance(const Params&, UsdmUser& of, int account, std::int64_t now_ms) {
  const std::string wallet = padded(of.wallet);
  const std::string available = padded(of.wallet + unrealised(of) - margin_of(of, nullptr));
  return json::array{json::object{{"accountAlias", "user" + std::to_string(account)},
                                  {"asset", "USDT"},
                                  {"balance", wallet},
                                  {"crossWalletBalance", wallet},
                                  {"crossUnPnl", padded(unrealised(of))},
                                  {"availableBalance", available},
                                  {"maxWithdrawAmount", available},
                                  {"marginAvailable", true},
                                  {"updateTime", now_ms}}};
}

json::object UsdmExchange::position_json(const UsdmUser& of, const SymbolMarket& where) const {
  const auto found = of.positions.find(where.symbol());
  const UsdmPosition position = found != of.positions.end() ? found->second : UsdmPosition{};
  const Price mark = mark_of(where);
  const std::int64_t notional = usdt_of(mark, position.amount);
  const int leverage = leverage_of(of, where.symbol());
  return {{"symbol", where.symbol()},
          {"positionSide", "BOTH"},
          {"positionAmt", padded(position.amount)},
          {"entryPrice", padded(entry_price(position))},
          {"breakEvenPrice", padded(entry_price(position))},
          {"markPrice", padded(mark)},
          {"unRealizedProfit", padded(notional - position.cost)},
          {"unrealizedProfit", padded(notional - position.cost)},
          {"liquidationPrice", "0"},
          {"isolatedMargin", "0"},
          {"notional", padded(notional)},
          {"marginAsset", "USDT"},
          {"isolatedWallet", "0"},
          {"leverage", std::to_string(leverage)},
          {"initialMargin", padded(std::abs(notional) / leverage)},
          {"maintMargin", padded(std::abs(notional) / 200)},
          {"positionInitialMargin", padded(std::abs(notional) / leverage)},
          {"openOrderInitialMargin", "0"},
          {"adl", 0},
          {"bidNotional", "0"},
          {"askNotional", "0"},
          {"updateTime", now_ms_}};
}

json::value UsdmExchange::position_risk(const Params& params, UsdmUser& of, int, std::int64_t) {
  json::array list;
  for (const auto& [symbol, where] : markets_) {
    if (params.has("symbol") && params.get("symbol") != symbol) continue;
    const auto found = of.positions.find(symbol);
    if (params.has("symbol") || (found != of.positions.end() && found->second.amount != Qty{}))
      list.emplace_back(position_json(of, *where));
  }
  return list;
}

json::value UsdmExchange::account_status(const Params&, UsdmUser& of, int, std::int64_t now_ms) {
  const std::string wallet = padded(of.wallet);
  const std::int64_t open = unrealised(of);
  const std::int64_t margin = margin_of(of, nullptr);
  const std::string available = padded(of.wallet + open - margin);
  json::object asset{{"asset", "USDT"},
                     {"walletBalance", wallet},
                     {"unrealizedProfit", padded(open)},
                     {"marginBalance", padded(of.wallet + open)},
                     {"maintMargin", "0"},
                     {"initialMargin", padded(margin)},
                     {"positionInitialMargin", padded(margin)},
                     {"openOrderInitialMargin", "0"},
                     {"crossWalletBalance", wallet},
                     {"crossUnPnl", padded(open)},
                     {"availableBalance", available},
                     {"maxWithdrawAmount", available},
                     {"updateTime", now_ms}};
  json::array positions;
  for (const auto& [symbol, position] : of.positions)
    if (position.amount != Qty{}) positions.emplace_back(position_json(of, *markets_.at(symbol)));
  return json::object{{"totalInitialMargin", padded(margin)},
                      {"totalMaintMargin", "0"},
                      {"totalWalletBalance", wallet},
                      {"totalUnrealizedProfit", padded(open)},
                      {"totalMarginBalance", padded(of.wallet + open)},
                      {"totalPositionInitialMargin", padded(margin)},
                      {"totalOpenOrderInitialMargin", "0"},
                      {"totalCrossWalletBalance", wallet},
                      {"totalCrossUnPnl", padded(open)},
                      {"availableBalance", available},
                      {"maxWithdrawAmount", available},
                      {"canTrade", true},
                      {"canDeposit", false},
                      {"canWithdraw", false},
                      {"feeTier", 0},
                      {"updateTime", now_ms},
                      {"multiAssetsMargin", false},
                      {"assets", json::array{asset}},
                      {"positions", positions}};
}

json::value UsdmExchange::set_leverage(const Params& params, UsdmUser& of, int, std::int64_t) {
  const std::string symbol = market(params).symbol();
  const std::int64_t leverage = params.need_integer("leverage");
  if (leverage < 1 || leverage > 125) throw Failure{400, -4028, "Leverage is not valid.", {}};
  of.leverage[symbol] = static_cast<int>(leverage);
  return json::object{{"symbol", symbol}, {"leverage", leverage}, {"maxNotionalValue", "1000000"}};
}
json::value UsdmExchange::position_mode(const Params& params, UsdmUser&, int, std::int64_t) {
  if (params.has("dualSidePosition"))
    throw Failure{400, -4059, "No need to change position side.", {}};
  return json::object{{"dualSidePosition", false}};
}

// One key a user, for an hour; asked for again it is the same one, extended.
json::value UsdmExchange::start_stream(const Params&, UsdmUser&, int account, std::int64_t now_ms) {
  for (auto& [key, of] : listen_keys_) {
    if (of.account != account) continue;
    of.expires_ms = now_ms + kListenKeyMs;
    return json::object{{"listenKey", key}};
  }
  std::string key = "lk" + std::to_string(account) + "x" +
                    std::to_string(next_order_id().value * 7'919 % 1'000'000'007);
  listen_keys_[key] = {account, now_ms + kListenKeyMs};
  return json::object{{"listenKey", key}};
}
json::value UsdmExchange::keep_stream(const Params&, UsdmUser&, int account, std::int64_t now_ms) {
  for (auto& [key, of] : listen_keys_) {
    if (of.account != account) continue;
    of.expires_ms = now_ms + kListenKeyMs;
    return json::object{{"listenKey", key}};
  }
  throw Failure{400, -1125, "This listenKey does not exist.", {}};
}
json::value UsdmExchange::stop_stream(const Params&, UsdmUser&, int account, std::int64_t) {
  std::erase_if(listen_keys_, [&](const auto& key) { return key.second.account == account; });
  return json::object{};
}
std::vector<std::pair<std::string, int>> UsdmExchange::ended_listen_keys(bool end_all) {
  if (end_all) {
    for (const auto& [key, of] : listen_keys_) ended_keys_.emplace_back(key, of.account);
    listen_keys_.clear();
  }
  return std::exchange(ended_keys_, {});
}
int UsdmExchange::user_of_listen_key(const std::string& key) const {
  const auto found = listen_keys_.find(key);
  return found != listen_keys_.end() ? found->second.account : -1;
}
}  // namespace sq::exchange
