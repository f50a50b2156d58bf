// Placing, changing and ending futures orders; margin, positions and realised P&L.
#include <algorithm>

#include "tools/binance-exchange/usdm_exchange.hpp"

namespace sq::exchange {
namespace {
namespace json = boost::json;
constexpr std::int64_t kPpm = 1'000'000;

Failure refused(int code, const char* message) { return {400, code, message, {}}; }
bool is_market(const UsdmOrder& order) { return order.type == "MARKET"; }
Price price_of(const UsdmOrder& order) {
  return is_market(order) ? mark_of(*order.market) : order.price;
}
Qty magnitude(Qty qty) { return qty < Qty{} ? -qty : qty; }
bool reduces(const UsdmOrder& order, Qty position) {
  return order.side == Side::Sell ? position > Qty{} : position < Qty{};
}
}  // namespace

Price mark_of(const SymbolMarket& market) {
  const Price bid = market.bid().price;
  const Price ask = market.ask().price;
  if (bid > Price{} && ask > Price{}) return Price::from_raw(bid.raw() / 2 + ask.raw() / 2);
  return market.last_price();
}
std::int64_t usdt_of(Price price, Qty qty) {
  return divide(Int128{price.raw()} * qty.raw(), kFinePerAmount, Rounding::Down).value_or(0);
}

UsdmOrder UsdmExchange::read_order(const Params& params, int account, std::int64_t now_ms) {
  UsdmOrder order;
  order.account = static_cast<std::uint16_t>(account);
  order.market = &market(params);
  const std::string side = params.need("side");
  if (side != "BUY" && side != "SELL") throw refused(-1117, "Invalid side.");
  order.side = side == "BUY" ? Side::Buy : Side::Sell;
  order.type = params.need("type");
  if (order.type != "LIMIT" && order.type != "MARKET")
    throw refused(
        order.type.find("STOP") != std::string::npos || order.type.starts_with("TAKE_PROFIT")
            ? -4120
            : -1116,
        "Order type not supported for this endpoint.");
  if (params.get("positionSide", "BOTH") != "BOTH")
    throw refused(-4061, "Order's position side does not match user's setting.");
  order.qty = params.qty("quantity");
  if (order.type == "LIMIT") {
    order.time_in_force = params.need("timeInForce");
    if (order.time_in_force != "GTC" && order.time_in_force != "IOC" &&
        order.time_in_force != "FOK" && order.time_in_force != "GTX")
      throw refused(-1115, "Invalid timeInForce.");
    order.price = params.price("price");
  }
  order.reduce_only = params.get("reduceOnly") == "true";
  order.client_id = params.get("newClientOrderId");
  if (order.client_id.size() > 36)
    throw refused(-4015, "Client order id length should be less than 36 chars");
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
  if (!order.reduce_only && usdt_of(price_of(order), order.qty) < of.notional_min)
    throw refused(
        -4164,
        "Order's notional must be no smaller than the minimum (unless you choose reduce only).");
}

std::int64_t UsdmExchange::unrealised(const UsdmUser& of) const {
  std::int64_t sum = 0;
  for (const auto& [symbol, position] : of.positions)
    if (position.amount != Qty{})
      sum += usdt_of(mark_of(*markets_.at(symbol)), position.amount) - position.cost;
  return sum;
}

int UsdmExchange::leverage_of(const UsdmUser& of, const std::string& symbol) const {
  const auto found = of.leverage.find(symbol);
  return found != of.leverage.end() ? found->second : settings_.leverage;
}

// Initial margin: of each symbol the larger of its two worst cases, at the mark or the order's
// price.
std::int64_t UsdmExchange::margin_of(const UsdmUser& of, const UsdmOrder* with) const {
  std::int64_t total = 0;
  for (const auto& [symbol, where] : markets_) {
    const auto found = of.positions.find(symbol);
    const Qty position = found != of.positions.end() ? found->second.amount : Qty{};
    std::int64_t buys = 0;
    std::int64_t sells = 0;
    const auto add = [&](const UsdmOrder& order) {
      if (order.reduce_only) return;
      (order.side == Side::Buy ? buys : sells) +=
          usdt_of(price_of(order), order.qty - order.executed);
    };
    for (const std::uint64_t id : of.orders) {
      const UsdmOrder& order = orders_.at(id);
      if (order.open() && order.market == where.get()) add(order);
    }
    if (with != nullptr && with->market == where.get()) add(*with);
    const std::int64_t held = usdt_of(mark_of(*where), position);
    const std::int64_t worst = std::max(std::abs(held + buys), std::abs(held - sells));
    total += worst / leverage_of(of, symbol);
  }
  return total;
}

void UsdmExchange::check_margin(const UsdmOrder& order, const UsdmUser& of) const {
  const auto found = of.positions.find(order.market->symbol());
  const Qty position = found != of.positions.end() ? found->second.amount : Qty{};
  if (order.reduce_only) {
    if (!reduces(order, position)) throw refused(-2022, "ReduceOnly Order is rejected.");
    return;
  }
  const bool shrinks = reduces(order, position) && order.qty <= magnitude(position);
  if (!shrinks && margin_of(of, &order) > of.wallet + unrealised(of))
    throw refused(-2019, "Margin is insufficient.");
}

UsdmOrder& UsdmExchange::submit(UsdmOrder order) {
  UsdmUser& of = users_[order.account];
  order.id = next_order_id().value;
  if (order.client_id.empty()) order.client_id = "auto-" + std::to_string(order.id);
  if (by_client_id_.contains({order.account, order.client_id}))
    throw refused(-4116, "ClientOrderId is duplicated.");
  check_margin(order, of);
  of.orders.push_back(order.id);
  by_client_id_[{order.account, order.client_id}] = order.id;
  UsdmOrder& kept = orders_[order.id] = std::move(order);
  matching::NewOrder given;
  given.id = OrderId{kept.id};
  given.owner = matching::OwnerId{kept.account};
  given.side = kept.side;
  given.qty = kept.qty;
  given.price = kept.price;
  given.type = is_market(kept) ? matching::OrderType::Market : matching::OrderType::Limit;
  given.post_only = kept.time_in_force == "GTX";
  given.reduce_only = kept.reduce_only;
  if (kept.time_in_force == "FOK") {
    given.time_in_force = matching::TimeInForce::FillOrKill;
  } else if (kept.time_in_force == "IOC" || is_market(kept)) {
    given.time_in_force = matching::TimeInForce::ImmediateOrCancel;
  }
  const matching::Refusal refusal = kept.market->submit(given, now_ms_);
  if (refusal == matching::Refusal::None) return kept;
  by_client_id_.erase({kept.account, kept.client_id});
  of.orders.pop_back();
  orders_.erase(kept.id);
  if (refusal == matching::Refusal::PostOnlyWouldTake)
    throw refused(
        -5022,
        "Due to the order could not be executed as maker, the Post Only order will be rejected.");
  if (refusal == matching::Refusal::ReduceOnlyWouldIncrease)
    throw refused(-2022, "ReduceOnly Order is rejected.");
  throw refused(-2010, "NEW_ORDER_REJECTED");
}

json::value UsdmExchange::place(const Params& params, UsdmUser&, int account, std::int64_t now_ms) {
  return order_json(submit(read_order(params, account, now_ms)));
}
json::value UsdmExchange::test_order(const Params& params, UsdmUser&, int account,
                                     std::int64_t now_ms) {
  return order_json(read_order(params, account, now_ms));
}

void UsdmExchange::on_order_event(const OrderEvent& event) {
  const auto found = orders_.find(event.order);
  if (found == orders_.end()) return;  // of a trader without an account
  UsdmOrder& order = found->second;
  order.update_ms = now_ms_;
  switch (event.kind) {
    case OrderEvent::Kind::Accepted:
      tell_order(order, "NEW", nullptr);
      break;
    case OrderEvent::Kind::Trade:
      on_fill(order, event);
      break;
    case OrderEvent::Kind::Reduced:
      break;
    case OrderEvent::Kind::Cancelled:
    case OrderEvent::Kind::Expired:
      if (event.why == matching::Why::Asked) {
        finish(order, "CANCELED", "CANCELED");
      } else {
        finish(order, event.why == matching::Why::SelfTrade ? "EXPIRED_IN_MATCH" : "EXPIRED",
               "EXPIRED");
      }
      break;
  }
}

// By average cost: what closes realises its share, what is left opens.
void UsdmExchange::on_fill(UsdmOrder& order, const OrderEvent& event) {
  UsdmUser& of = users_[order.account];
  UsdmPosition& position = of.positions[order.market->symbol()];
  const std::int64_t value = usdt_of(event.price, event.qty);
  order.executed += event.qty;
  order.quote += value;
  const std::int64_t rate = event.maker ? settings_.maker_ppm : settings_.taker_ppm;
  UsdmTrade trade{event.trade,
                  order.id,
                  order.market,
                  order.side,
                  event.price,
                  event.qty,
                  static_cast<std::int64_t>((Int128{value} * rate + kPpm - 1) / kPpm),
                  0,
                  event.maker,
                  now_ms_};
  const Qty closes =
      reduces(order, position.amount) ? std::min(event.qty, magnitude(position.amount)) : Qty{};
  const std::int64_t sign = order.side == Side::Buy ? 1 : -1;
  if (closes != Qty{}) {
    const auto share = static_cast<std::int64_t>(Int128{position.cost} * closes.raw() /
                                                 magnitude(position.amount).raw());
    const std::int64_t received = usdt_of(event.price, closes);
    trade.realised = -sign * received - share;
    position.cost -= share;
    position.amount += Qty::from_raw(sign * closes.raw());
  }
  const Qty opens = event.qty - closes;
  position.amount += Qty::from_raw(sign * opens.raw());
  position.cost += sign * usdt_of(event.price, opens);
  position.realised += trade.realised;
  of.wallet += trade.realised - trade.commission;
  of.trades.push_back(trade);
  order.status = order.executed == order.qty ? "FILLED" : "PARTIALLY_FILLED";
  if (!order.open()) by_client_id_.erase({order.account, order.client_id});
  tell_order(order, "TRADE", &of.trades.back());
  tell_account(order);
}

void UsdmExchange::finish(UsdmOrder& order, const std::string& status,
                          const std::string& execution) {
  order.status = status;
  by_client_id_.erase({order.account, order.client_id});
  tell_order(order, execution, nullptr);
}

UsdmOrder& UsdmExchange::find(const Params& params, const UsdmUser& of, bool open_only, int code) {
  const auto no_order = [&] {
    return refused(code, code == -2011 ? "Unknown order sent." : "Order does not exist.");
  };
  if (!params.has("orderId") && !params.has("origClientOrderId"))
    throw refused(-1102,
                  "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!");
  const auto id = static_cast<std::uint64_t>(params.integer("orderId", 0));
  const std::string client_id = params.get("origClientOrderId");
  const SymbolMarket& where = market(params);
  for (auto each = of.orders.rbegin(); each != of.orders.rend(); ++each) {
    UsdmOrder& order = orders_.at(*each);
    if (order.market != &where || (open_only && !order.open())) continue;
    if (id != 0 ? order.id == id : order.client_id == client_id) return order;  // orderId wins
  }
  throw no_order();
}

json::value UsdmExchange::cancel(const Params& params, UsdmUser& of, int, std::int64_t now_ms) {
  UsdmOrder& order = find(params, of, true, -2011);
  order.market->cancel(order.id, now_ms);
  return order_json(order);
}

json::value UsdmExchange::cancel_all(const Params& params, UsdmUser& of, int, std::int64_t now_ms) {
  const SymbolMarket& where = market(params);
  for (const std::uint64_t id : std::vector<std::uint64_t>{of.orders}) {
    UsdmOrder& order = orders_.at(id);
    if (order.open() && order.market == &where) order.market->cancel(id, now_ms);
  }
  return json::object{{"code", 200}, {"msg", "The operation of cancel all open order is done."}};
}

// Price and quantity anew, at the tail of the new price.
json::value UsdmExchange::modify(const Params& params, UsdmUser& of, int, std::int64_t now_ms) {
  UsdmOrder& order = find(params, of, true, -2013);
  UsdmOrder changed = order;
  changed.price = params.price("price");
  changed.qty = params.qty("quantity");
  check_filters(changed);
  if (changed.price == order.price && changed.qty == order.qty)
    throw refused(-5027, "No need to modify the order.");
  if (changed.qty <= order.executed) {
    order.market->cancel(order.id, now_ms);
    return order_json(order);
  }
  if (order.market->replace(order.id, changed.price, changed.qty, now_ms) !=
      matching::Refusal::None)
    throw refused(-5025, "Limit order only.");
  if (order.open()) {
    order.price = changed.price;
    order.qty = changed.qty;
    order.update_ms = now_ms;
    tell_order(order, "AMENDMENT", nullptr);
  }
  return order_json(order);
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

void UsdmExchange::on_time(std::int64_t now_ms) {
  now_ms_ = std::max(now_ms_, now_ms);
  for (std::size_t i = 0; i < users_.size(); ++i) {
    auto& due = users_[i].cancel_at_ms;
    for (auto each = due.begin(); each != due.end();) {
      if (now_ms < each->second) {
        ++each;
        continue;
      }
      Params params;
      params.add("symbol", each->first);
      each = due.erase(each);
      static_cast<void>(cancel_all(params, users_[i], static_cast<int>(i), now_ms));
    }
  }
  std::erase_if(listen_keys_, [&](const auto& key) {
    if (key.second.expires_ms > now_ms) return false;
    ended_keys_.emplace_back(key.first, key.second.account);
    return true;
  });
}
}  // namespace sq::exchange
