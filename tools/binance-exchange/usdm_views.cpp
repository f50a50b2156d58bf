// What the futures exchange says of orders and trades: answers, and user data events.
#include <algorithm>

#include "tools/binance-exchange/usdm_exchange.hpp"

namespace sq::exchange {
namespace {
namespace json = boost::json;

std::string_view side_text(Side side) { return side == Side::Buy ? "BUY" : "SELL"; }
std::int64_t whole(std::uint64_t id) { return static_cast<std::int64_t>(id); }
std::size_t limit_of(const Params& params, std::int64_t fallback, std::int64_t most) {
  return static_cast<std::size_t>(
      std::clamp<std::int64_t>(params.integer("limit", fallback), 1, most));
}
std::string average(const UsdmOrder& order) {
  if (order.executed == Qty{}) return padded(Price{});
  return padded(Price::from_raw(
      static_cast<std::int64_t>(Int128{order.quote} * kFinePerAmount / order.executed.raw())));
}
}  // namespace

Price entry_price(const UsdmPosition& position) {
  if (position.amount == Qty{}) return {};
  const Int128 fine = Int128{position.cost} * kFinePerAmount;
  return Price::from_raw(static_cast<std::int64_t>(fine / position.amount.raw()));
}

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
          {"closePosition", order.close_position},
          {"side", side_text(order.side)},
          {"positionSide", text_of(order.position)},
          {"stopPrice", padded(Price{})},
          {"workingType", "CONTRACT_PRICE"},
          {"priceProtect", false},
          {"origType", order.original_type},
          {"priceMatch", "NONE"},
          {"selfTradePreventionMode", order.self_trade},
          {"goodTillDate", order.good_till_ms},
          {"time", order.time_ms},
          {"updateTime", order.update_ms}};
}

void UsdmExchange::tell_order(const UsdmOrder& order, const std::string& execution,
                              const UsdmTrade* trade) {
  json::object what{{"s", order.market->symbol()},
                    {"c", order.client_id},
                    {"S", side_text(order.side)},
                    {"o", order.forced ? "LIQUIDATION" : order.type},
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
                    {"ot", order.original_type},
                    {"ps", text_of(order.position)},
                    {"cp", order.close_position},
                    {"rp", padded(trade != nullptr ? trade->realised : 0)},
                    {"pP", false},
                    {"si", 0},
                    {"ss", 0},
                    {"V", order.self_trade},
                    {"pm", "NONE"},
                    {"gtd", order.good_till_ms}};
  if (trade != nullptr) {
    what["N"] = "USDT";
    what["n"] = padded(trade->commission);
  }
  tell(order.account, {{"e", "ORDER_TRADE_UPDATE"}, {"E", now_ms_}, {"T", now_ms_}, {"o", what}});
}

// `key`: the position that changed; null: only the wallet did, by `change`.
void UsdmExchange::tell_account(std::uint16_t account, const char* why, const PositionKey* key,
                                std::int64_t change) {
  const UsdmUser& of = users_[account];
  const std::string wallet = padded(of.wallet);
  const json::object balance{{"a", "USDT"}, {"wb", wallet}, {"cw", wallet}, {"bc", padded(change)}};
  json::array positions;
  if (key != nullptr) {
    const UsdmPosition& position = of.positions.at(*key);
    const std::int64_t value = usdt_of(mark_of(*markets_.at(key->first)), position.amount);
    positions.emplace_back(json::object{{"s", key->first},
                                        {"pa", padded(position.amount)},
                                        {"ep", padded(entry_price(position))},
                                        {"bep", padded(entry_price(position))},
                                        {"cr", padded(position.realised)},
                                        {"up", padded(value - position.cost)},
                                        {"mt", "cross"},
                                        {"iw", "0"},
                                        {"ps", text_of(key->second)}});
  }
  tell(account, {{"e", "ACCOUNT_UPDATE"},
                 {"E", now_ms_},
                 {"T", now_ms_},
                 {"a", json::object{{"m", why}, {"B", json::array{balance}}, {"P", positions}}}});
}

json::value UsdmExchange::order_status(const Params& params, UsdmUser&, int account, std::int64_t) {
  return order_json(find(params, account, false, -2013));
}
json::value UsdmExchange::open_order(const Params& params, UsdmUser&, int account, std::int64_t) {
  return order_json(find(params, account, true, -2013));
}
json::value UsdmExchange::open_orders(const Params& params, UsdmUser&, int account, std::int64_t) {
  const SymbolMarket* where = params.has("symbol") ? &market(params) : nullptr;
  json::array list;
  for (const std::uint64_t id : orders_.open(static_cast<std::uint16_t>(account))) {
    const UsdmOrder& order = *orders_.find(id);
    if (where == nullptr || order.market == where) list.emplace_back(order_json(order));
  }
  return list;
}
json::value UsdmExchange::all_orders(const Params& params, UsdmUser&, int account, std::int64_t) {
  const SymbolMarket& where = market(params);
  const std::int64_t since = params.integer("startTime", 0);
  json::array list;
  for (const UsdmOrder* order : orders_.list(
           static_cast<std::uint64_t>(params.integer("orderId", since > 0 ? 1 : 0)),
           limit_of(params, 500, 1'000), [&](const UsdmOrder& each) {
             return each.account == account && each.market == &where && each.time_ms >= since;
           }))
    list.emplace_back(order_json(*order));
  return list;
}
// From fromId or startTime on, oldest first; without either the newest.
json::value UsdmExchange::user_trades(const Params& params, UsdmUser& of, int, std::int64_t) {
  const SymbolMarket& where = market(params);
  const auto only = static_cast<std::uint64_t>(params.integer("orderId", 0));
  const auto from = static_cast<std::uint64_t>(params.integer("fromId", 0));
  const std::int64_t since = params.integer("startTime", 0);
  const std::size_t limit = limit_of(params, 500, 1'000);
  const std::int64_t until = params.integer("endTime", std::int64_t{1} << 60U);
  std::deque<const UsdmTrade*> wanted;
  for (const UsdmTrade& trade : of.trades) {
    if (trade.market != &where || (only != 0 && trade.order != only) || trade.id < from ||
        trade.time_ms < since || trade.time_ms > until)
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
  for (const UsdmTrade* trade : wanted)
    list.emplace_back(json::object{{"buyer", trade->side == Side::Buy},
                                   {"commission", padded(trade->commission)},
                                   {"commissionAsset", "USDT"},
                                   {"id", whole(trade->id)},
                                   {"maker", trade->maker},
                                   {"orderId", whole(trade->order)},
                                   {"price", padded(trade->price)},
                                   {"qty", padded(trade->qty)},
                                   {"quoteQty", padded(usdt_of(trade->price, trade->qty))},
                                   {"realizedPnl", padded(trade->realised)},
                                   {"side", side_text(trade->side)},
                                   {"positionSide", text_of(trade->position)},
                                   {"symbol", where.symbol()},
                                   {"time", trade->time_ms}});
  return list;
}
}  // namespace sq::exchange
