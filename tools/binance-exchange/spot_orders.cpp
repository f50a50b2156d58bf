// Placing, changing and ending orders, and what they do to balances.
#include <algorithm>

#include "engine/types/decimal.hpp"
#include "tools/binance-exchange/spot_exchange.hpp"

namespace sq::exchange {
namespace {
namespace json = boost::json;
constexpr std::int64_t kPpm = 1'000'000;

Failure rejected(std::string message) { return {400, -2010, std::move(message), {}}; }
Failure filter(std::string_view name) {
  std::string text{"Filter failure: "};
  return {400, -1013, text.append(name), {}};
}
std::string base_of(const SpotOrder& order) {
  return std::string{order.market->instrument().base.text()};
}
std::string quote_of(const SpotOrder& order) {
  return std::string{order.market->instrument().quote.text()};
}
std::string pays_with(const SpotOrder& order) {
  return order.side == Side::Buy ? quote_of(order) : base_of(order);
}
// 1e-17 to 1e-8.
std::int64_t amount(Int128 fine, Rounding rounding) {
  return divide(fine, kFinePerAmount, rounding).value_or(0);
}
std::int64_t value_of(Price price, Qty qty, Rounding rounding) {
  return amount(Int128{price.raw()} * qty.raw(), rounding);
}
bool is_market(const SpotOrder& order) { return order.type == "MARKET"; }

bool valid_client_id(const std::string& id) {
  if (id.empty() || id.size() > 36) return false;
  return std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == ':' || c == '/' || c == '_' || c == '-';
  });
}
std::string time_in_force_of(const std::string& type, const Params& params) {
  if (type == "LIMIT") {
    const std::string tif = params.need("timeInForce");
    if (tif != "GTC" && tif != "IOC" && tif != "FOK")
      throw Failure{400, -1115, "Invalid timeInForce.", {}};
    return tif;
  }
  if (params.has("timeInForce"))
    throw Failure{400, -1106, "Parameter 'timeInForce' sent when not required.", {}};
  return "GTC";
}
}  // namespace

SpotOrder SpotExchange::read_order(const Params& params, int account, std::int64_t now_ms) {
  SpotOrder order;
  order.account = static_cast<std::uint16_t>(account);
  order.market = &market(params);
  const std::string side = params.need("side");
  if (side != "BUY" && side != "SELL") throw Failure{400, -1117, "Invalid side.", {}};
  order.side = side == "BUY" ? Side::Buy : Side::Sell;
  order.type = params.need("type");
  if (order.type != "LIMIT" && order.type != "MARKET" && order.type != "LIMIT_MAKER")
    throw Failure{400, -1116, "Invalid orderType.", {}};
  order.time_in_force = time_in_force_of(order.type, params);
  order.qty = params.qty("quantity");
  if (is_market(order)) {
    if (params.has("price"))
      throw Failure{400, -1106, "Parameter 'price' sent when not required.", {}};
  } else {
    order.price = params.price("price");
  }
  order.client_id = params.get("newClientOrderId");
  if (params.has("newClientOrderId") && !valid_client_id(order.client_id))
    throw Failure{400, -1100, "Illegal characters found in parameter 'newClientOrderId'.", {}};
  order.self_trade = params.get("selfTradePreventionMode", "EXPIRE_MAKER");
  if (order.self_trade != "NONE" && !order.self_trade.starts_with("EXPIRE_"))
    throw Failure{
        400, -1013, "This symbol does not allow the specified self-trade prevention mode.", {}};
  order.time_ms = order.update_ms = now_ms;
  check_filters(order);
  return order;
}

// In the order of the venue's page.
void SpotExchange::check_filters(const SpotOrder& order) const {
  const Instrument& of = order.market->instrument();
  if (!is_market(order)) {
    if (order.price <= Price{}) throw filter("PRICE_FILTER");
    if (order.price < of.price_min || order.price > of.price_max ||
        !order.price.is_multiple_of(of.tick))
      throw filter("PRICE_FILTER");
  }
  if (order.qty < of.qty_min || order.qty > of.qty_max || !order.qty.is_multiple_of(of.lot))
    throw filter("LOT_SIZE");
  const Price price = is_market(order) ? order.market->last_price() : order.price;
  if (value_of(price, order.qty, Rounding::Down) < of.notional_min) throw filter("NOTIONAL");
}

// What it may pay at most; a market order what the book asks now.
void SpotExchange::lock_for(SpotOrder& order) {
  if (order.side == Side::Sell) {
    order.locked = order.qty.raw();
  } else if (is_market(order)) {
    order.locked = amount(order.market->cost_of_taking(Side::Buy, order.qty), Rounding::Up);
  } else {
    order.locked = value_of(order.price, order.qty, Rounding::Up);
  }
  Balance& pays = balance(order.account, pays_with(order));
  if (pays.free < order.locked)
    throw rejected("Account has insufficient balance for requested action.");
  pays.free -= order.locked;
  pays.locked += order.locked;
}

SpotOrder& SpotExchange::submit(SpotOrder order) {
  order.id = next_order_id().value;
  if (order.client_id.empty()) order.client_id = "auto-" + std::to_string(order.id);
  const SpotOrder* const same = orders_.find(order.account, order.client_id);
  if (same != nullptr && same->open()) throw rejected("Duplicate order sent.");
  lock_for(order);
  SpotOrder& kept = orders_.add(std::move(order));
  matching::NewOrder given;
  given.id = OrderId{kept.id};
  given.owner = matching::OwnerId{kept.account};
  given.side = kept.side;
  given.qty = kept.qty;
  given.price = kept.price;
  given.type = is_market(kept) ? matching::OrderType::Market : matching::OrderType::Limit;
  given.post_only = kept.type == "LIMIT_MAKER";
  if (kept.time_in_force == "FOK") {
    given.time_in_force = matching::TimeInForce::FillOrKill;
  } else if (kept.time_in_force == "IOC" || is_market(kept)) {
    given.time_in_force = matching::TimeInForce::ImmediateOrCancel;
  }
  if (kept.self_trade == "EXPIRE_TAKER") given.self_trade = matching::SelfTrade::CancelNewest;
  if (kept.self_trade == "EXPIRE_BOTH") given.self_trade = matching::SelfTrade::CancelBoth;
  if (kept.self_trade == "NONE") given.self_trade = matching::SelfTrade::Allow;
  const matching::Refusal refusal = kept.market->submit(given, now_ms_);
  if (refusal == matching::Refusal::None) return kept;
  // Nothing of it remains.
  Balance& pays = balance(kept.account, pays_with(kept));
  pays.free += kept.locked;
  pays.locked -= kept.locked;
  orders_.remove(kept);
  if (refusal == matching::Refusal::PostOnlyWouldTake)
    throw rejected("Order would immediately match and take.");
  std::string why{"Order was refused: "};
  throw rejected(why.append(text_of(refusal)));
}

json::value SpotExchange::place(const Params& params, int account, std::int64_t now_ms) {
  static_cast<void>(user(account));
  now_ms_ = now_ms;
  SpotOrder order = read_order(params, account, now_ms);
  const bool short_answer = order.type == "LIMIT_MAKER";
  const std::string kind = params.get("newOrderRespType", short_answer ? "ACK" : "FULL");
  return placed_json(submit(std::move(order)), kind);
}

json::value SpotExchange::test_order(const Params& params, int account, std::int64_t now_ms) {
  static_cast<void>(user(account));
  static_cast<void>(read_order(params, account, now_ms));
  return json::object{};
}

void SpotExchange::on_order_event(const OrderEvent& event) {
  SpotOrder* const found = orders_.find(event.order);
  if (found == nullptr) return;  // of a trader without an account
  SpotOrder& order = *found;
  order.update_ms = now_ms_;
  switch (event.kind) {
    case OrderEvent::Kind::Accepted:
      totals_.accepted(order.account, order.market->symbol(), order.client_id);
      tell_order(order, "NEW", order.client_id, nullptr);
      tell_balances(order.account, {pays_with(order)});
      break;
    case OrderEvent::Kind::Trade:
      on_fill(order, event);
      break;
    case OrderEvent::Kind::Reduced:
    case OrderEvent::Kind::Replaced:
      break;  // told by who asked for it
    case OrderEvent::Kind::Cancelled:
    case OrderEvent::Kind::Expired: {
      if (event.why == matching::Why::Asked) {
        finish(order, "CANCELED", "CANCELED", cancel_id_.empty() ? order.client_id : cancel_id_);
      } else if (event.why == matching::Why::SelfTrade) {
        finish(order, "EXPIRED_IN_MATCH", "TRADE_PREVENTION", order.client_id);
      } else {
        finish(order, "EXPIRED", "EXPIRED", order.client_id);
      }
      break;
    }
  }
}

void SpotExchange::on_fill(SpotOrder& order, const OrderEvent& event) {
  const std::string base = base_of(order);
  const std::string quote = quote_of(order);
  const bool buy = order.side == Side::Buy;
  const std::int64_t paid = value_of(event.price, event.qty, buy ? Rounding::Up : Rounding::Down);
  order.executed += event.qty;
  order.quote += paid;
  const std::int64_t received = buy ? event.qty.raw() : paid;
  const std::int64_t commission =
      static_cast<std::int64_t>(Int128{received} * settings_.fee_ppm / kPpm);
  SpotFill fill{event.price, event.qty,   commission, buy ? base : quote,
                event.trade, event.maker, now_ms_};
  // It pays from what it has locked; a limit order may have locked more than this fill costs.
  Balance& pays = balance(order.account, buy ? quote : base);
  const std::int64_t cost = buy ? paid : event.qty.raw();
  const std::int64_t reserved = !buy               ? event.qty.raw()
                                : is_market(order) ? cost
                                                   : value_of(order.price, event.qty, Rounding::Up);
  const std::int64_t from_lock = std::min(order.locked, reserved);
  order.locked -= from_lock;
  pays.locked -= from_lock;
  pays.free += from_lock - cost;
  balance(order.account, buy ? base : quote).free += received - commission;
  order.fills.push_back(fill);
  std::deque<SpotTrade>& trades = trades_[order.account];
  trades.push_back({order.id, order.market, order.side, order.list, fill});
  if (trades.size() > settings_.history) trades.pop_front();
  const std::string symbol = order.market->symbol();
  totals_.filled(order.account, symbol, order.side, event.qty, paid, event.trade);
  totals_.charged(order.account, symbol, fill.commission_asset, commission);
  const bool whole = order.executed == order.qty;
  order.status = whole ? "FILLED" : "PARTIALLY_FILLED";
  tell_order(order, "TRADE", order.client_id, &order.fills.back());
  if (whole) {
    pays.free += order.locked;  // of roundings
    pays.locked -= order.locked;
    order.locked = 0;
  }
  tell_balances(order.account, {base, quote});
  if (whole) end(order);
}

void SpotExchange::end(SpotOrder& order) {
  totals_.ended(order.account, order.market->symbol(), order.status);
  orders_.close(order);
}

void SpotExchange::finish(SpotOrder& order, const std::string& status, const std::string& execution,
                          const std::string& client_id) {
  order.status = status;
  const std::string asset = pays_with(order);
  Balance& pays = balance(order.account, asset);
  pays.free += order.locked;
  pays.locked -= order.locked;
  order.locked = 0;
  tell_order(order, execution, client_id, nullptr);
  tell_balances(order.account, {asset});
  end(order);
}

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
  const auto refuse = [](const char* why) { return Failure{400, -2038, why, {}}; };
  if (qty >= order.qty) throw refuse("Order amend (quantity increase) is not supported.");
  if (qty <= order.executed) throw refuse("The requested action would change no state; rejecting");
  if (!qty.is_multiple_of(order.market->instrument().lot) ||
      qty < order.market->instrument().qty_min)
    throw filter("LOT_SIZE");
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
  tell_order(order, "REPLACED", order.client_id, nullptr);
  tell_balances(order.account, {pays_with(order)});
  json::object amended = order_json(order);
  amended["origClientOrderId"] = before;
  return json::object{{"transactTime", now_ms},
                      {"executionId", static_cast<std::int64_t>(++execution_ids_)},
                      {"amendedOrder", amended}};
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
