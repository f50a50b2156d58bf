// Placing, changing and ending orders, and what they do to balances.
#include <algorithm>

#include "engine/types/decimal.hpp"
#include "tools/binance-exchange/spot_exchange.hpp"
#include "tools/binance-exchange/spot_money.hpp"

namespace sq::exchange {
namespace {
namespace json = boost::json;
constexpr std::int64_t kPpm = 1'000'000;

bool valid_client_id(const std::string& id) {
  if (id.empty() || id.size() > 36) return false;
  return std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == ':' || c == '/' || c == '_' || c == '-';
  });
}
std::string time_in_force_of(const std::string& type, const Params& params) {
  if (type == "LIMIT" || type.ends_with("_LIMIT")) {
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
  constexpr const char* kTypes[]{"LIMIT",       "MARKET",          "LIMIT_MAKER",      "STOP_LOSS",
                                 "TAKE_PROFIT", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT"};
  if (std::find(std::begin(kTypes), std::end(kTypes), order.type) == std::end(kTypes))
    throw Failure{400, -1116, "Invalid orderType.", {}};
  if (is_stop(order)) {
    order.stop = params.price("stopPrice");
    order.working = false;
  } else if (params.has("stopPrice")) {
    throw Failure{400, -1106, "Parameter 'stopPrice' sent when not required.", {}};
  }
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
    if (order.price <= Price{}) throw filter_failure("PRICE_FILTER");
    if (order.price < of.price_min || order.price > of.price_max ||
        !order.price.is_multiple_of(of.tick))
      throw filter_failure("PRICE_FILTER");
  }
  if (order.qty < of.qty_min || order.qty > of.qty_max || !order.qty.is_multiple_of(of.lot))
    throw filter_failure("LOT_SIZE");
  if (is_stop(order) && (order.stop < of.price_min || order.stop > of.price_max ||
                         !order.stop.is_multiple_of(of.tick)))
    throw filter_failure("PRICE_FILTER");
  const Price price = !is_market(order) ? order.price
                      : is_stop(order)  ? order.stop
                                        : order.market->last_price();
  if (value_of(price, order.qty, Rounding::Down) < of.notional_min)
    throw filter_failure("NOTIONAL");
}

// What it may pay at most; a market order what the book asks now, a stop what its price says.
std::int64_t SpotExchange::needs(const SpotOrder& order) const {
  if (order.side == Side::Sell) return order.qty.raw();
  if (!is_market(order)) return value_of(order.price, order.qty, Rounding::Up);
  if (!order.working) return value_of(order.stop, order.qty, Rounding::Up);
  return amount(order.market->cost_of_taking(Side::Buy, order.qty), Rounding::Up);
}
bool SpotExchange::lock(SpotOrder& order, std::int64_t wanted) {
  Balance& pays = balance(order.account, pays_with(order));
  if (pays.free < wanted) return false;
  pays.free -= wanted;
  pays.locked += wanted;
  order.locked = wanted;
  return true;
}
void SpotExchange::unlock(SpotOrder& order) {
  Balance& pays = balance(order.account, pays_with(order));
  pays.free += order.locked;
  pays.locked -= order.locked;
  order.locked = 0;
}

SpotOrder& SpotExchange::keep(SpotOrder order) {
  order.id = next_order_id().value;
  if (order.client_id.empty()) order.client_id = "auto-" + std::to_string(order.id);
  const SpotOrder* const same = orders_.find(order.account, order.client_id);
  if (same != nullptr && same->open()) throw rejected("Duplicate order sent.");
  return orders_.add(std::move(order));
}

namespace {
matching::NewOrder given_of(const SpotOrder& order) {
  matching::NewOrder given;
  given.id = OrderId{order.id};
  given.owner = matching::OwnerId{order.account};
  given.side = order.side;
  given.qty = order.qty;
  given.price = order.price;
  given.type = is_market(order) ? matching::OrderType::Market : matching::OrderType::Limit;
  given.post_only = order.type == "LIMIT_MAKER";
  if (order.time_in_force == "FOK") {
    given.time_in_force = matching::TimeInForce::FillOrKill;
  } else if (order.time_in_force == "IOC" || is_market(order)) {
    given.time_in_force = matching::TimeInForce::ImmediateOrCancel;
  }
  if (order.self_trade == "EXPIRE_TAKER") given.self_trade = matching::SelfTrade::CancelNewest;
  if (order.self_trade == "EXPIRE_BOTH") given.self_trade = matching::SelfTrade::CancelBoth;
  if (order.self_trade == "NONE") given.self_trade = matching::SelfTrade::Allow;
  return given;
}
}  // namespace

matching::Refusal SpotExchange::enter(SpotOrder& order) {
  return order.market->submit(given_of(order), now_ms_);
}

// An order that waits, for its trigger or for another one, is told like one in the book.
void SpotExchange::tell_waiting(SpotOrder& order) {
  totals_.accepted(order.account, order.market->symbol(), order.client_id);
  order.counted = true;
  if (!order.working && order.status == "NEW") waiting_.insert(order.id);
  tell_order(order, "NEW", order.client_id, nullptr);
  if (order.locked != 0) tell_balances(order.account, {pays_with(order)});
}

SpotOrder& SpotExchange::submit(SpotOrder order) {
  if (is_stop(order)) check_not_triggered(order);
  SpotOrder& kept = keep(std::move(order));
  matching::Refusal refusal = matching::Refusal::None;
  const bool paid = lock(kept, needs(kept));
  if (paid && !kept.working) {
    tell_waiting(kept);
    return kept;
  }
  if (paid) refusal = enter(kept);
  if (paid && refusal == matching::Refusal::None) return kept;
  // Nothing of it remains.
  unlock(kept);
  orders_.remove(kept);
  if (!paid) throw rejected("Account has insufficient balance for requested action.");
  if (refusal == matching::Refusal::PostOnlyWouldTake)
    throw rejected("Order would immediately match and take.");
  std::string why{"Order was refused: "};
  throw rejected(why.append(text_of(refusal)));
}

json::value SpotExchange::place(const Params& params, int account, std::int64_t now_ms) {
  static_cast<void>(user(account));
  now_ms_ = now_ms;
  SpotOrder order = read_order(params, account, now_ms);
  const bool short_answer = order.type != "LIMIT" && order.type != "MARKET";
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
      if (!order.counted) totals_.accepted(order.account, order.market->symbol(), order.client_id);
      order.counted = true;
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
        const std::string status = ends_as_.empty() ? "CANCELED" : ends_as_;
        finish(order, status, status, cancel_id_.empty() ? order.client_id : cancel_id_);
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
  if (order.list >= 0) after_.push_back({order.id, whole});
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
  unlock(order);
  waiting_.erase(order.id);
  tell_order(order, execution, client_id, nullptr);
  tell_balances(order.account, {pays_with(order)});
  if (order.list >= 0) after_.push_back({order.id, true});
  end(order);
}
}  // namespace sq::exchange
