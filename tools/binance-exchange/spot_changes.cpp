// Cancelling and changing spot orders.
#include <algorithm>

#include "tools/binance-exchange/spot_exchange.hpp"
#include "tools/binance-exchange/spot_money.hpp"

namespace sq::exchange {
namespace {
namespace json = boost::json;
}  // namespace

SpotOrder& SpotExchange::find_open(const Params& params, int account, const char* id_name,
                                   const char* client_id_name) {
  const auto no_order = [] { return Failure{400, -2011, "Unknown order sent.", {}}; };
  if (!params.has(id_name) && !params.has(client_id_name))
    throw Failure{400,
                  -1102,
                  "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!",
                  {}};
  const std::uint64_t id = static_cast<std::uint64_t>(params.integer(id_name, 0));
  SpotOrder* const order =
      params.has(client_id_name)
          ? orders_.find(static_cast<std::uint16_t>(account), params.get(client_id_name))
          : orders_.find(id);
  if (order == nullptr || (id != 0 && order->id != id) || order->account != account ||
      !order->open() || order->market != &market(params))
    throw no_order();
  return *order;
}

void SpotExchange::cancel_order(SpotOrder& order, const std::string& cancel_id) {
  if (!order.working) return finish(order, "CANCELED", "CANCELED", cancel_id);
  cancel_id_ = cancel_id;
  order.market->cancel(order.id, now_ms_);
  cancel_id_.clear();
}

json::value SpotExchange::cancel(const Params& params, int account, std::int64_t now_ms) {
  static_cast<void>(user(account));
  now_ms_ = now_ms;
  SpotOrder& order = find_open(params, account, "orderId", "origClientOrderId");
  const std::string only = params.get("cancelRestrictions");
  if ((only == "ONLY_NEW" && order.status != "NEW") ||
      (only == "ONLY_PARTIALLY_FILLED" && order.status != "PARTIALLY_FILLED"))
    throw Failure{400, -2011, "Order was not canceled due to cancel restrictions.", {}};
  const std::string cancel_id =
      params.get("newClientOrderId", "cancel-" + std::to_string(order.id));
  if (order.list >= 0) return cancel_whole_list(lists_.at(order.list), cancel_id);
  cancel_order(order, cancel_id);
  return cancelled_json(order, cancel_id);
}

json::value SpotExchange::cancel_all(const Params& params, int account, std::int64_t now_ms) {
  const Account& of = user(account);
  now_ms_ = now_ms;
  SymbolMarket& where = market(params);
  json::array list;
  const std::set<std::uint64_t> open = orders_.open(of.owner);
  for (const std::uint64_t id : open) {
    SpotOrder& order = *orders_.find(id);
    if (!order.open() || order.market != &where) continue;
    const std::string cancel_id = "cancel-" + std::to_string(id);
    if (order.list >= 0) {
      list.emplace_back(cancel_whole_list(lists_.at(order.list), cancel_id));
      continue;
    }
    cancel_order(order, cancel_id);
    list.emplace_back(cancelled_json(order, cancel_id));
  }
  if (list.empty()) throw Failure{400, -2011, "Unknown order sent.", {}};
  return list;
}

// Less quantity, in its place.
json::value SpotExchange::amend(const Params& params, int account, std::int64_t now_ms) {
  static_cast<void>(user(account));
  now_ms_ = now_ms;
  SpotOrder& order = find_open(params, account, "orderId", "origClientOrderId");
  const Qty qty = params.qty("newQty");
  const Qty qty_before = order.qty;
  const auto refuse = [](const char* why) { return Failure{400, -2038, why, {}}; };
  if (qty >= order.qty) throw refuse("Order amend (quantity increase) is not supported.");
  if (qty <= order.executed) throw refuse("The requested action would change no state; rejecting");
  if (!qty.is_multiple_of(order.market->instrument().lot) ||
      qty < order.market->instrument().qty_min)
    throw filter_failure("LOT_SIZE");
  if (order.market->reduce_to(order.id, qty, now_ms) != matching::Refusal::None)
    throw refuse("Order was not amended.");
  const std::string before = order.client_id;
  const std::int64_t keeps = order.side == Side::Sell
                                 ? (qty - order.executed).raw()
                                 : value_of(order.price, qty - order.executed, Rounding::Up);
  Balance& pays = balance(order.account, pays_with(order));
  pays.free += order.locked - keeps;
  pays.locked -= order.locked - keeps;
  order.locked = keeps;
  order.qty = qty;
  order.update_ms = now_ms;
  const std::string after = params.get("newClientOrderId", before);
  if (after != before) orders_.rename(order, after);
  const std::int64_t execution = whole(execution_ids_ + 1);
  amendments_[order.account].push_back(
      {order.id, order.market, execution, before, after, qty_before, qty, now_ms});
  if (amendments_[order.account].size() > settings_.history) amendments_[order.account].pop_front();
  tell_order(order, "REPLACED", order.client_id, nullptr);
  tell_balances(order.account, {pays_with(order)});
  json::object amended = order_json(order);
  amended["origClientOrderId"] = before;
  return json::object{
      {"transactTime", now_ms}, {"executionId", execution}, {"amendedOrder", amended}};
}

json::value SpotExchange::amendments(const Params& params, int account, std::int64_t) {
  const Account& of = user(account);
  const SymbolMarket& where = market(params);
  const auto id = static_cast<std::uint64_t>(params.need_integer("orderId"));
  const std::int64_t from = params.integer("fromExecutionId", 0);
  const auto limit =
      static_cast<std::size_t>(std::clamp<std::int64_t>(params.integer("limit", 500), 1, 1000));
  json::array list;
  for (const SpotAmendment& each : amendments_[of.owner]) {
    if (each.order != id || each.market != &where || each.execution < from) continue;
    if (list.size() == limit) break;
    list.emplace_back(json::object{{"symbol", where.symbol()},
                                   {"orderId", whole(each.order)},
                                   {"executionId", each.execution},
                                   {"origClientOrderId", each.client_before},
                                   {"newClientOrderId", each.client_after},
                                   {"origQty", padded(each.before)},
                                   {"newQty", padded(each.after)},
                                   {"time", each.time_ms}});
  }
  return list;
}

json::value SpotExchange::cancel_replace(const Params& params, int account, std::int64_t now_ms) {
  static_cast<void>(user(account));
  now_ms_ = now_ms;
  const std::string mode = params.need("cancelReplaceMode");
  if (mode != "STOP_ON_FAILURE" && mode != "ALLOW_FAILURE") throw bad_value("cancelReplaceMode");
  SpotOrder fresh = read_order(params, account, now_ms);  // filters before either step
  json::object result{{"cancelResult", "SUCCESS"},
                      {"newOrderResult", "NOT_ATTEMPTED"},
                      {"cancelResponse", nullptr},
                      {"newOrderResponse", nullptr}};
  const auto error = [](const Failure& failure) {
    return json::object{{"code", failure.code}, {"msg", failure.message}};
  };
  bool cancelled = true;
  try {
    SpotOrder& old = find_open(params, account, "cancelOrderId", "cancelOrigClientOrderId");
    const std::string cancel_id =
        params.get("cancelNewClientOrderId", "cancel-" + std::to_string(old.id));
    cancel_order(old, cancel_id);
    result["cancelResponse"] = cancelled_json(old, cancel_id);
  } catch (const Failure& failure) {
    cancelled = false;
    result["cancelResult"] = "FAILURE";
    result["cancelResponse"] = error(failure);
  }
  bool placed = false;
  if (cancelled || mode == "ALLOW_FAILURE") {
    try {
      result["newOrderResponse"] =
          placed_json(submit(std::move(fresh)), params.get("newOrderRespType", "FULL"));
      result["newOrderResult"] = "SUCCESS";
      placed = true;
    } catch (const Failure& failure) {
      result["newOrderResult"] = "FAILURE";
      result["newOrderResponse"] = error(failure);
    }
  }
  if (cancelled && placed) return result;
  if (cancelled != placed)
    throw Failure{409, -2021, "Order cancel-replace partially failed.", result};
  throw Failure{400, -2022, "Order cancel-replace failed.", result};
}
}  // namespace sq::exchange
