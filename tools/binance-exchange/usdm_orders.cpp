// Placing, changing and ending futures orders.
#include <algorithm>

#include "tools/binance-exchange/usdm_exchange.hpp"

namespace sq::exchange {
namespace {
namespace json = boost::json;
constexpr std::int64_t kGoodTillMinMs = 600'000;
constexpr std::int64_t kGoodTillMaxMs = 253'402'300'799'000;

Failure refused(int code, const char* message) { return {400, code, message, {}}; }
bool is_market(const UsdmOrder& order) { return order.type == "MARKET"; }
Price price_of(const UsdmOrder& order) {
  return is_market(order) ? mark_of(*order.market) : order.price;
}
Qty magnitude(Qty qty) { return qty < Qty{} ? -qty : qty; }
bool reduces(const UsdmOrder& order, Qty position) {
  return order.side == Side::Sell ? position > Qty{} : position < Qty{};
}
bool closes(const UsdmOrder& order) {  // in hedge mode
  return order.position == (order.side == Side::Sell ? PositionSide::Long : PositionSide::Short);
}
std::string time_in_force_of(const Params& params) {
  const std::string tif = params.need("timeInForce");
  for (const char* each : {"GTC", "IOC", "FOK", "GTX", "GTD"})
    if (tif == each) return tif;
  throw refused(-1115, "Invalid timeInForce.");
}
PositionSide position_side_of(const Params& params, bool hedge) {
  const std::string side = params.get("positionSide", "BOTH");
  const bool known = side == "BOTH" || side == "LONG" || side == "SHORT";
  if (!known) throw refused(-4060, "Invalid position side.");
  if (hedge == (side == "BOTH"))
    throw refused(-4061, "Order's position side does not match user's setting.");
  if (side == "BOTH") return PositionSide::Both;
  return side == "LONG" ? PositionSide::Long : PositionSide::Short;
}
bool valid_client_id(const std::string& id) {
  return id.size() <= 36 && std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == ':' || c == '/' || c == '_' || c == '-';
         });
}
}  // namespace

UsdmOrder UsdmExchange::read_order(const Params& params, const UsdmUser& of, int account,
                                   std::int64_t now_ms) {
  UsdmOrder order;
  order.account = static_cast<std::uint16_t>(account);
  order.market = &market(params);
  const std::string side = params.need("side");
  if (side != "BUY" && side != "SELL") throw refused(-1117, "Invalid side.");
  order.side = side == "BUY" ? Side::Buy : Side::Sell;
  order.type = order.original_type = params.need("type");
  if (order.type != "LIMIT" && order.type != "MARKET") {
    const bool conditional =
        order.type.find("STOP") != std::string::npos || order.type.starts_with("TAKE_PROFIT");
    throw conditional
        ? refused(-4120,
                  "Order type not supported for this endpoint. Please use the Algo Order API "
                  "endpoints instead.")
        : refused(-1116, "Invalid orderType.");
  }
  order.position = position_side_of(params, of.hedge);
  if (of.hedge && params.has("reduceOnly"))
    throw refused(-1106, "Parameter 'reduceonly' sent when not required.");
  order.reduce_only = params.get("reduceOnly") == "true";
  order.qty = params.qty("quantity");
  if (order.type == "LIMIT") {
    order.time_in_force = time_in_force_of(params);
    order.price = params.price("price");
  }
  if (order.time_in_force == "GTD") {
    order.good_till_ms = params.need_integer("goodTillDate") / 1'000 * 1'000;
    if (order.good_till_ms <= now_ms + kGoodTillMinMs || order.good_till_ms > kGoodTillMaxMs)
      throw refused(-5040,
                    "The goodTillDate timestamp must be greater than the current time plus "
                    "600 seconds and smaller than 253402300799000.");
  }
  order.self_trade = params.get("selfTradePreventionMode", "EXPIRE_MAKER");
  if (order.self_trade != "NONE" && !order.self_trade.starts_with("EXPIRE_"))
    throw bad_value("selfTradePreventionMode");
  order.client_id = params.get("newClientOrderId");
  if (!valid_client_id(order.client_id)) throw refused(-4015, "Client order id is not valid.");
  order.time_ms = order.update_ms = now_ms;
  check_filters(order);
  return order;
}

void UsdmExchange::check_filters(const UsdmOrder& order) const {
  const Instrument& of = order.market->instrument();
  if (!is_market(order)) {
    if (order.price <= Price{}) throw refused(-4001, "Price less than or equal to zero.");
    if (order.price > of.price_max) throw refused(-4002, "Price greater than max price.");
    if (order.price < of.price_min) throw refused(-4013, "Price less than min price.");
    if (!order.price.is_multiple_of(of.tick))
      throw refused(-4014, "Price not increased by tick size.");
  }
  if (order.qty <= Qty{}) throw refused(-4003, "Quantity less than or equal to zero.");
  if (order.qty < of.qty_min) throw refused(-4004, "Quantity less than min quantity.");
  if (order.qty > of.qty_max) throw refused(-4005, "Quantity greater than max quantity.");
  if (!order.qty.is_multiple_of(of.lot))
    throw refused(-1111, "Precision is over the maximum defined for this asset.");
  if (!order.reduce_only && !closes(order) && !order.close_position &&
      usdt_of(price_of(order), order.qty) < of.notional_min)
    throw refused(
        -4164,
        "Order's notional must be no smaller than the minimum (unless you choose reduce only).");
}

// In hedge mode orders that close may together close what there is.
void UsdmExchange::check_closing(const UsdmOrder& order, const UsdmUser& of) {
  const auto found = of.positions.find({order.market->symbol(), order.position});
  Qty left = found != of.positions.end() ? magnitude(found->second.amount) : Qty{};
  for (const std::uint64_t id : orders_.open(order.account)) {
    const UsdmOrder& other = *orders_.find(id);
    if (other.market == order.market && other.position == order.position && closes(other))
      left -= other.qty - other.executed;
  }
  if (order.qty > left) throw refused(-2022, "ReduceOnly Order is rejected.");
}

void UsdmExchange::check_margin(const UsdmOrder& order, const UsdmUser& of) {
  if (order.position != PositionSide::Both && closes(order)) return check_closing(order, of);
  const auto found = of.positions.find({order.market->symbol(), order.position});
  const Qty position = found != of.positions.end() ? found->second.amount : Qty{};
  if (order.reduce_only) {
    if (!reduces(order, position)) throw refused(-2022, "ReduceOnly Order is rejected.");
    return;
  }
  const bool shrinks = reduces(order, position) && order.qty <= magnitude(position);
  if (!shrinks && margin_of(of, &order) > of.wallet + unrealised(of))
    throw refused(-2019, "Margin is insufficient.");
}

namespace {
matching::NewOrder given_of(const UsdmOrder& order) {
  matching::NewOrder given;
  given.id = OrderId{order.id};
  given.owner = matching::OwnerId{order.account};
  given.side = order.side;
  given.qty = order.qty;
  given.price = order.price;
  given.type = is_market(order) ? matching::OrderType::Market : matching::OrderType::Limit;
  given.post_only = order.time_in_force == "GTX";
  given.reduce_only = order.reduce_only;
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

UsdmOrder& UsdmExchange::submit(UsdmOrder order) {
  UsdmUser& of = users_[order.account];
  order.id = next_order_id().value;
  if (order.client_id.empty()) order.client_id = "auto-" + std::to_string(order.id);
  const UsdmOrder* const same = orders_.find(order.account, order.client_id);
  if (same != nullptr && same->open()) throw refused(-4116, "ClientOrderId is duplicated.");
  if (!order.forced) check_margin(order, of);
  UsdmOrder& kept = orders_.add(std::move(order));
  const matching::Refusal refusal = kept.market->submit(given_of(kept), now_ms_);
  if (refusal == matching::Refusal::None) {
    if (kept.open() && kept.good_till_ms != 0) good_till_.emplace(kept.good_till_ms, kept.id);
    return kept;
  }
  orders_.remove(kept);
  if (refusal == matching::Refusal::PostOnlyWouldTake)
    throw refused(
        -5022,
        "Due to the order could not be executed as maker, the Post Only order will be rejected.");
  if (refusal == matching::Refusal::ReduceOnlyWouldIncrease)
    throw refused(-2022, "ReduceOnly Order is rejected.");
  throw refused(-2010, "NEW_ORDER_REJECTED");
}

json::value UsdmExchange::place(const Params& params, UsdmUser& of, int account,
                                std::int64_t now_ms) {
  return order_json(submit(read_order(params, of, account, now_ms)));
}
json::value UsdmExchange::test_order(const Params& params, UsdmUser& of, int account,
                                     std::int64_t now_ms) {
  return order_json(read_order(params, of, account, now_ms));
}

// By orderId, which wins, or the newest of a client id.
UsdmOrder& UsdmExchange::find(const Params& params, int account, bool open_only, int code) {
  if (!params.has("orderId") && !params.has("origClientOrderId"))
    throw refused(-1102,
                  "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!");
  const auto id = static_cast<std::uint64_t>(params.integer("orderId", 0));
  const SymbolMarket& where = market(params);
  UsdmOrder* const order =
      id != 0 ? orders_.find(id)
              : orders_.find(static_cast<std::uint16_t>(account), params.get("origClientOrderId"));
  if (order == nullptr || order->account != account || order->market != &where ||
      (open_only && !order->open()))
    throw refused(code, code == -2011 ? "Unknown order sent." : "Order does not exist.");
  return *order;
}

void UsdmExchange::end_order(UsdmOrder& order, std::int64_t now_ms) {
  order.market->cancel(order.id, now_ms);
}

json::value UsdmExchange::cancel(const Params& params, UsdmUser&, int account,
                                 std::int64_t now_ms) {
  UsdmOrder& order = find(params, account, true, -2011);
  end_order(order, now_ms);
  return order_json(order);
}

json::value UsdmExchange::cancel_all(const Params& params, UsdmUser&, int account,
                                     std::int64_t now_ms) {
  const SymbolMarket& where = market(params);
  const std::set<std::uint64_t> open = orders_.open(static_cast<std::uint16_t>(account));
  for (const std::uint64_t id : open) {
    UsdmOrder& order = *orders_.find(id);
    if (order.open() && order.market == &where) end_order(order, now_ms);
  }
  return json::object{{"code", 200}, {"msg", "The operation of cancel all open order is done."}};
}

// Price and quantity anew, at the tail of the new price.
json::value UsdmExchange::modify(const Params& params, UsdmUser& of, int account,
                                 std::int64_t now_ms) {
  UsdmOrder& order = find(params, account, true, -2013);
  if (params.need("side") != (order.side == Side::Buy ? "BUY" : "SELL"))
    throw refused(-5025, "Limit order only.");
  UsdmOrder changed = order;
  changed.price = params.price("price");
  changed.qty = params.qty("quantity");
  check_filters(changed);
  if (changed.price == order.price && changed.qty == order.qty)
    throw refused(-5027, "No need to modify the order.");
  if (changed.qty <= order.executed) {
    end_order(order, now_ms);
    return order_json(order);
  }
  UsdmPosition& position = of.positions[{order.market->symbol(), order.position}];
  std::int64_t& reserved = order.side == Side::Buy ? position.buys : position.sells;
  reserved -= order.reserved;  // the new one stands for it
  const auto put_back = [&, before = order] {
    order = before;
    reserved += order.reserved;
  };
  try {
    check_margin(changed, of);
  } catch (const Failure&) {
    put_back();
    throw;
  }
  order.price = changed.price;
  order.qty = changed.qty;
  order.reserved = 0;
  order.update_ms = now_ms;
  const matching::Refusal refusal =
      order.market->replace(order.id, changed.price, changed.qty, now_ms);
  if (refusal == matching::Refusal::None) return order_json(order);
  put_back();
  if (refusal == matching::Refusal::PostOnlyWouldTake) {
    end_order(order, now_ms);
    return order_json(order);
  }
  throw refused(-5025, "Limit order only.");
}

json::value UsdmExchange::countdown(const Params& params, UsdmUser& of, int, std::int64_t now_ms) {
  const std::string symbol = market(params).symbol();
  const std::int64_t wait = params.need_integer("countdownTime");
  if (wait <= 0) {
    of.cancel_at_ms.erase(symbol);
  } else {
    of.cancel_at_ms[symbol] = now_ms + wait;
  }
  return json::object{{"symbol", symbol}, {"countdownTime", std::to_string(wait)}};
}
}  // namespace sq::exchange
