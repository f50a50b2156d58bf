// Conditional futures orders, which the venue keeps apart from the others until they trigger.
#include <algorithm>

#include "tools/binance-exchange/usdm_exchange.hpp"

namespace sq::exchange {
namespace {
namespace json = boost::json;
constexpr std::size_t kOpenMax = 200;
constexpr std::int64_t kBps = 10'000;

Failure refused(int code, const char* message) { return {400, code, message, {}}; }
std::int64_t whole(std::uint64_t id) { return static_cast<std::int64_t>(id); }
bool to_market(const std::string& type) { return type.ends_with("_MARKET"); }
Price moved(Price price, std::int64_t bps) {
  return Price::from_raw(static_cast<std::int64_t>(Int128{price.raw()} * (kBps + bps) / kBps));
}

json::object algo_json(const UsdmAlgo& algo) {
  return {{"algoId", whole(algo.id)},
          {"clientAlgoId", algo.client_id},
          {"algoType", "CONDITIONAL"},
          {"orderType", algo.type},
          {"symbol", algo.order.market->symbol()},
          {"side", algo.order.side == Side::Buy ? "BUY" : "SELL"},
          {"positionSide", text_of(algo.order.position)},
          {"timeInForce", algo.order.time_in_force},
          {"quantity", padded(algo.order.qty)},
          {"algoStatus", algo.status},
          {"actualOrderId", algo.order_id != 0 ? std::to_string(algo.order_id) : ""},
          {"triggerPrice", padded(algo.trigger)},
          {"price", padded(algo.order.price)},
          {"icebergQuantity", nullptr},
          {"selfTradePreventionMode", algo.order.self_trade},
          {"workingType", algo.by_mark ? "MARK_PRICE" : "CONTRACT_PRICE"},
          {"priceMatch", "NONE"},
          {"closePosition", algo.order.close_position},
          {"priceProtect", false},
          {"reduceOnly", algo.order.reduce_only},
          {"activatePrice", padded(algo.activation)},
          {"callbackRate", padded(algo.callback_bps, 2)},
          {"createTime", algo.time_ms},
          {"updateTime", algo.update_ms},
          {"triggerTime", algo.triggered_ms},
          {"goodTillDate", 0}};
}
}  // namespace

UsdmAlgo UsdmExchange::read_algo(const Params& params, const UsdmUser& of, int account,
                                 std::int64_t now_ms) {
  UsdmAlgo algo;
  algo.account = static_cast<std::uint16_t>(account);
  algo.type = params.need("type");
  const bool trailing = algo.type == "TRAILING_STOP_MARKET";
  const bool known = trailing || algo.type == "STOP" || algo.type == "STOP_MARKET" ||
                     algo.type == "TAKE_PROFIT" || algo.type == "TAKE_PROFIT_MARKET";
  if (!known) throw refused(-1116, "Invalid orderType.");
  if (params.get("algoType", "CONDITIONAL") != "CONDITIONAL") throw bad_value("algoType");
  // The order that it becomes, with the rules of that.
  Params order;
  const bool closes_all = params.get("closePosition") == "true";
  if (closes_all && (!to_market(algo.type) || params.has("quantity") || params.has("reduceOnly")))
    throw refused(-4136, "Target strategy invalid for orderType, closePosition.");
  for (const auto& [name, value] : params.list())
    if (name != "type" && name != "timeInForce" && name != "price") order.add(name, value);
  order.add("type", to_market(algo.type) ? "MARKET" : "LIMIT");
  if (!to_market(algo.type)) {
    order.add("timeInForce", params.get("timeInForce", "GTC"));
    order.add("price", params.need("price"));
  }
  if (closes_all) order.add("quantity", padded(market(params).instrument().qty_max));
  algo.order = read_order(order, of, account, now_ms);
  algo.order.close_position = closes_all;
  if (closes_all) algo.order.qty = Qty{};
  algo.order.original_type = algo.type;
  algo.by_mark = params.get("workingType") == "MARK_PRICE";
  const bool buy = algo.order.side == Side::Buy;
  if (trailing) {
    const Qty rate = params.qty("callbackRate");
    algo.callback_bps = rate.raw() / (Amount::kScale / 100);
    if (algo.callback_bps < 10 || algo.callback_bps > 1'000)
      throw refused(-4139, "Invalid callBack rate.");
    algo.activation = params.has("activatePrice") ? params.price("activatePrice") : Price{};
    algo.above = buy;
  } else {
    algo.trigger = params.price("triggerPrice");
    algo.above = algo.type.starts_with("STOP") ? buy : !buy;
  }
  algo.client_id = params.get("clientAlgoId");
  algo.time_ms = algo.update_ms = now_ms;
  const Price now = algo.by_mark ? mark_of(*algo.order.market) : algo.order.market->last_price();
  if (!trailing && now > Price{} && (algo.above ? now >= algo.trigger : now <= algo.trigger))
    throw refused(-2021, "Order would immediately trigger.");
  return algo;
}

json::value UsdmExchange::algo_place(const Params& params, UsdmUser& of, int account,
                                     std::int64_t now_ms) {
  UsdmAlgo algo = read_algo(params, of, account, now_ms);
  if (algos_.open(algo.account).size() >= kOpenMax)
    throw refused(-4045, "Reach max stop order limit.");
  algo.id = next_order_id().value;
  if (algo.client_id.empty()) algo.client_id = "algo-" + std::to_string(algo.id);
  const UsdmAlgo* const same = algos_.find(algo.account, algo.client_id);
  if (same != nullptr && same->open()) throw refused(-4116, "ClientOrderId is duplicated.");
  const UsdmAlgo& kept = algos_.add(std::move(algo));
  tell_algo(kept);
  return algo_json(kept);
}

UsdmAlgo& UsdmExchange::find_algo(const Params& params, int account, bool open_only) {
  const auto id = static_cast<std::uint64_t>(params.integer("algoId", 0));
  if (id == 0 && !params.has("clientAlgoId"))
    throw refused(-1102,
                  "Param 'algoid' or 'clientalgoid' must be sent, but both were empty/null!");
  UsdmAlgo* const algo =
      id != 0 ? algos_.find(id)
              : algos_.find(static_cast<std::uint16_t>(account), params.get("clientAlgoId"));
  if (algo == nullptr || algo->account != account || (open_only && !algo->open()))
    throw refused(open_only ? -2011 : -2013,
                  open_only ? "Unknown order sent." : "Order does not exist.");
  return *algo;
}

void UsdmExchange::end_algo(UsdmAlgo& algo, const std::string& status) {
  algo.status = status;
  algo.update_ms = now_ms_;
  tell_algo(algo);
  algos_.close(algo);
}

json::value UsdmExchange::algo_cancel(const Params& params, UsdmUser&, int account, std::int64_t) {
  UsdmAlgo& algo = find_algo(params, account, true);
  end_algo(algo, "CANCELED");
  return json::object{{"algoId", whole(algo.id)},
                      {"clientAlgoId", algo.client_id},
                      {"code", "200"},
                      {"msg", "success"}};
}
json::value UsdmExchange::algo_cancel_all(const Params& params, UsdmUser&, int account,
                                          std::int64_t) {
  const SymbolMarket& where = market(params);
  const std::set<std::uint64_t> open = algos_.open(static_cast<std::uint16_t>(account));
  for (const std::uint64_t id : open)
    if (UsdmAlgo& algo = *algos_.find(id); algo.order.market == &where) end_algo(algo, "CANCELED");
  return json::object{{"code", 200}, {"msg", "The operation of cancel all open order is done."}};
}
json::value UsdmExchange::algo_status(const Params& params, UsdmUser&, int account, std::int64_t) {
  return algo_json(find_algo(params, account, false));
}
json::value UsdmExchange::algo_open(const Params& params, UsdmUser&, int account, std::int64_t) {
  const SymbolMarket* where = params.has("symbol") ? &market(params) : nullptr;
  json::array list;
  for (const std::uint64_t id : algos_.open(static_cast<std::uint16_t>(account))) {
    const UsdmAlgo& algo = *algos_.find(id);
    if (where == nullptr || algo.order.market == where) list.emplace_back(algo_json(algo));
  }
  return list;
}
json::value UsdmExchange::algo_all(const Params& params, UsdmUser&, int account, std::int64_t) {
  const SymbolMarket& where = market(params);
  const auto limit =
      static_cast<std::size_t>(std::clamp<std::int64_t>(params.integer("limit", 500), 1, 1'000));
  json::array list;
  for (const UsdmAlgo* algo : algos_.list(static_cast<std::uint64_t>(params.integer("algoId", 0)),
                                          limit, [&](const UsdmAlgo& each) {
                                            return each.account == account &&
                                                   each.order.market == &where;
                                          }))
    list.emplace_back(algo_json(*algo));
  return list;
}

void UsdmExchange::tell_algo(const UsdmAlgo& algo) {
  const UsdmOrder* const order = algo.order_id != 0 ? orders_.find(algo.order_id) : nullptr;
  json::object what{{"caid", algo.client_id},
                    {"aid", whole(algo.id)},
                    {"at", "CONDITIONAL"},
                    {"o", algo.type},
                    {"s", algo.order.market->symbol()},
                    {"S", algo.order.side == Side::Buy ? "BUY" : "SELL"},
                    {"ps", text_of(algo.order.position)},
                    {"f", algo.order.time_in_force},
                    {"q", padded(algo.order.qty)},
                    {"X", algo.status},
                    {"ai", algo.order_id != 0 ? std::to_string(algo.order_id) : ""},
                    {"ap", padded(order != nullptr ? order->price : Price{})},
                    {"aq", padded(order != nullptr ? order->executed : Qty{})},
                    {"act", order != nullptr ? order->type : ""},
                    {"tp", padded(algo.trigger)},
                    {"p", padded(algo.order.price)},
                    {"V", algo.order.self_trade},
                    {"wt", algo.by_mark ? "MARK_PRICE" : "CONTRACT_PRICE"},
                    {"pm", "NONE"},
                    {"cp", algo.order.close_position},
                    {"pP", false},
                    {"R", algo.order.reduce_only},
                    {"tt", algo.triggered_ms},
                    {"gtd", 0}};
  tell(algo.account, {{"e", "ALGO_UPDATE"}, {"T", now_ms_}, {"E", now_ms_}, {"o", what}});
}

// The order is placed now, by the rules there are now: margin is looked at only here.
void UsdmExchange::trigger(UsdmAlgo& algo) {
  algo.triggered_ms = now_ms_;
  algo.status = "TRIGGERING";
  tell_algo(algo);
  UsdmOrder order = algo.order;
  order.client_id = algo.client_id;
  order.time_ms = order.update_ms = now_ms_;
  try {
    if (order.close_position) {
      const auto& positions = users_[algo.account].positions;
      const auto held = positions.find({order.market->symbol(), order.position});
      const Qty amount = held != positions.end() ? held->second.amount : Qty{};
      if (order.side == Side::Sell ? amount <= Qty{} : amount >= Qty{})
        throw refused(-2022, "ReduceOnly Order is rejected.");
      order.qty = amount < Qty{} ? -amount : amount;
      order.reduce_only = order.position == PositionSide::Both;
    }
    const UsdmOrder& placed = submit(std::move(order));
    algo.order_id = placed.id;
    algo.status = "TRIGGERED";
    tell_algo(algo);
    end_algo(algo, "FINISHED");
  } catch (const Failure&) {
    end_algo(algo, "REJECTED");
  }
}

// By what was traded since the last look, or by the mark as it is.
void UsdmExchange::check_triggers(std::int64_t now_ms) {
  std::map<const SymbolMarket*, SymbolMarket::Range> ranges;
  for (const auto& [symbol, where] : markets_) ranges[where.get()] = where->take_range();
  std::vector<std::uint64_t> due;
  for (std::size_t i = 0; i < users_.size(); ++i) {
    for (const std::uint64_t id : algos_.open(static_cast<std::uint16_t>(i))) {
      UsdmAlgo& algo = *algos_.find(id);
      SymbolMarket::Range seen = ranges.at(algo.order.market);
      if (algo.by_mark) seen.low = seen.high = mark_of(*algo.order.market);
      if (seen.low <= Price{} || algo.time_ms > now_ms) continue;
      if (algo.callback_bps != 0) {
        const bool buy = algo.order.side == Side::Buy;
        const bool active = algo.extreme > Price{} || algo.activation <= Price{} ||
                            (buy ? seen.low <= algo.activation : seen.high >= algo.activation);
        if (!active) continue;
        const Price edge = buy ? seen.low : seen.high;
        if (algo.extreme <= Price{} || (buy ? edge < algo.extreme : edge > algo.extreme))
          algo.extreme = edge;
        algo.trigger = moved(algo.extreme, buy ? algo.callback_bps : -algo.callback_bps);
      }
      if (algo.above ? seen.high >= algo.trigger : seen.low <= algo.trigger) due.push_back(id);
    }
  }
  for (const std::uint64_t id : due)
    if (UsdmAlgo* const algo = algos_.find(id); algo != nullptr && algo->open()) trigger(*algo);
}
}  // namespace sq::exchange
