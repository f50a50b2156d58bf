// Spot orders that wait for a price, and orders that wait for one another.
#include <algorithm>

#include "tools/binance-exchange/spot_exchange.hpp"
#include "tools/binance-exchange/spot_money.hpp"

namespace sq::exchange {
namespace {
namespace json = boost::json;

// The parameters of one order of a list: "abovePrice" is its "price".
Params leg_of(const Params& params, const std::string& prefix) {
  constexpr std::pair<const char*, const char*> kNames[]{{"Type", "type"},
                                                         {"Side", "side"},
                                                         {"Price", "price"},
                                                         {"Quantity", "quantity"},
                                                         {"StopPrice", "stopPrice"},
                                                         {"TimeInForce", "timeInForce"},
                                                         {"ClientOrderId", "newClientOrderId"}};
  Params made;
  made.add("symbol", params.need("symbol"));
  for (const auto& [name, plain] : kNames)
    if (params.has(prefix + name)) made.add(plain, params.get(prefix + name));
  return made;
}
Failure bad_prices() {
  return rejected("The relationship of the prices for the orders is not correct.");
}
bool takes_profit(const SpotOrder& order) {
  return order.type == "LIMIT_MAKER" || order.type.starts_with("TAKE_PROFIT");
}
}  // namespace

void SpotExchange::check_not_triggered(const SpotOrder& order) const {
  const Price last = order.market->last_price();
  if (last <= Price{}) return;
  if (triggers_above(order) ? last >= order.stop : last <= order.stop)
    throw rejected("Order would trigger immediately.");
}

// Above and below, one of each kind: what may earn first, then the stop.
std::vector<SpotOrder> SpotExchange::read_pair(const Params& params, const char* above,
                                               const char* below, int account,
                                               std::int64_t now_ms) {
  const bool pending = std::string_view{above}.starts_with("pending");
  const std::string side = params.need(pending ? "pendingSide" : "side");
  const std::string qty = params.need(pending ? "pendingQuantity" : "quantity");
  const auto read = [&](const char* prefix) {
    Params leg = leg_of(params, prefix);
    leg.add("side", side);
    leg.add("quantity", qty);
    return read_order(leg, account, now_ms);
  };
  SpotOrder high = read(above);
  SpotOrder low = read(below);
  const bool sell = high.side == Side::Sell;
  const SpotOrder& profit = sell ? high : low;
  const SpotOrder& loss = sell ? low : high;
  if (!takes_profit(profit) || !loss.type.starts_with("STOP_LOSS"))
    throw Failure{400, -1158, "Order list parameters are not supported.", {}};
  const Price earns = profit.stop > Price{} ? profit.stop : profit.price;
  if (sell ? earns <= loss.stop : earns >= loss.stop) throw bad_prices();
  const Price last = high.market->last_price();
  if (!pending && last > Price{} &&
      (sell ? last >= earns || last <= loss.stop : last <= earns || last >= loss.stop))
    throw bad_prices();
  std::vector<SpotOrder> made;
  made.push_back(profit);
  made.push_back(loss);
  return made;
}

json::value SpotExchange::place_oco(const Params& params, int account, std::int64_t now_ms) {
  static_cast<void>(user(account));
  SpotList list;
  list.client_id = params.get("listClientOrderId");
  list.contingency = "OCO";
  return place_list(std::move(list), read_pair(params, "above", "below", account, now_ms));
}
json::value SpotExchange::place_oto(const Params& params, int account, std::int64_t now_ms) {
  static_cast<void>(user(account));
  SpotList list;
  list.client_id = params.get("listClientOrderId");
  list.contingency = "OTO";
  list.one_of = 2;
  return place_list(std::move(list), {read_order(leg_of(params, "working"), account, now_ms),
                                      read_order(leg_of(params, "pending"), account, now_ms)});
}
json::value SpotExchange::place_otoco(const Params& params, int account, std::int64_t now_ms) {
  static_cast<void>(user(account));
  SpotList list;
  list.client_id = params.get("listClientOrderId");
  list.contingency = "OTO";
  list.one_of = 1;
  std::vector<SpotOrder> orders =
      read_pair(params, "pendingAbove", "pendingBelow", account, now_ms);
  orders.insert(orders.begin(), read_order(leg_of(params, "working"), account, now_ms));
  return place_list(std::move(list), std::move(orders));
}

// All of it, or nothing.
json::value SpotExchange::place_list(SpotList list, std::vector<SpotOrder> orders) {
  const bool waits = list.contingency == "OTO";
  if (waits && orders[0].type != "LIMIT" && orders[0].type != "LIMIT_MAKER")
    throw Failure{400, -1158, "Order list parameters are not supported.", {}};
  list.id = ++list_ids_;
  if (list.client_id.empty()) list.client_id = "list-" + std::to_string(list.id);
  list.account = orders[0].account;
  list.market = orders[0].market;
  list.time_ms = now_ms_;
  std::vector<SpotOrder*> kept;
  const auto nothing = [&] {
    for (SpotOrder* each : kept) {
      unlock(*each);
      orders_.remove(*each);
    }
    lists_.erase(list.id);
  };
  try {
    for (std::size_t i = 0; i < orders.size(); ++i) {
      orders[i].list = list.id;
      if (waits && i > 0) {
        orders[i].status = "PENDING_NEW";
        orders[i].working = false;
      }
      kept.push_back(&keep(std::move(orders[i])));
      list.orders.push_back(kept.back()->id);
      list.client_ids.push_back(kept.back()->client_id);
    }
    // The first of a pair holds what either may need.
    const std::int64_t wanted =
        waits ? needs(*kept[0]) : std::max(needs(*kept[0]), needs(*kept[1]));
    if (!lock(*kept[0], wanted))
      throw rejected("Account has insufficient balance for requested action.");
    lists_[list.id] = list;
    if (kept[0]->working) {
      const matching::Refusal refusal = enter(*kept[0]);
      if (refusal == matching::Refusal::PostOnlyWouldTake)
        throw rejected("Order would immediately match and take.");
      if (refusal != matching::Refusal::None)
        throw rejected(std::string{"Order was refused: "}.append(text_of(refusal)));
    } else {
      tell_waiting(*kept[0]);
    }
    tell_list(list, "EXEC_STARTED");
    for (std::size_t i = 1; i < kept.size(); ++i) tell_waiting(*kept[i]);
  } catch (const Failure&) {
    nothing();
    throw;
  }
  return list_json(lists_.at(list.id), true);
}

json::object SpotExchange::list_json(const SpotList& list, bool reports) {
  json::array orders;
  json::array told;
  for (std::size_t i = 0; i < list.orders.size(); ++i) {
    orders.emplace_back(json::object{{"symbol", list.market->symbol()},
                                     {"orderId", whole(list.orders[i])},
                                     {"clientOrderId", list.client_ids[i]}});
    const SpotOrder* const order = orders_.find(list.orders[i]);
    if (reports && order != nullptr) told.emplace_back(placed_json(*order, "RESULT"));
  }
  json::object made{{"orderListId", list.id},
                    {"contingencyType", list.contingency},
                    {"listStatusType", list.done ? "ALL_DONE" : "EXEC_STARTED"},
                    {"listOrderStatus", list.done ? "ALL_DONE" : "EXECUTING"},
                    {"listClientOrderId", list.client_id},
                    {"transactionTime", list.time_ms},
                    {"symbol", list.market->symbol()},
                    {"orders", orders}};
  if (reports) made["orderReports"] = told;
  return made;
}

void SpotExchange::tell_list(const SpotList& list, const char* kind) {
  json::array orders;
  for (std::size_t i = 0; i < list.orders.size(); ++i)
    orders.emplace_back(json::object{
        {"s", list.market->symbol()}, {"i", whole(list.orders[i])}, {"c", list.client_ids[i]}});
  tell(list.account, {{"e", "listStatus"},
                      {"E", now_ms_},
                      {"s", list.market->symbol()},
                      {"g", list.id},
                      {"c", list.contingency},
                      {"l", kind},
                      {"L", list.done ? "ALL_DONE" : "EXECUTING"},
                      {"r", "NONE"},
                      {"C", list.client_id},
                      {"T", now_ms_},
                      {"O", orders}});
}

// What an order that has waited does now: what the others of its pair held is free for it.
void SpotExchange::activate(SpotOrder& order) {
  waiting_.erase(order.id);
  expire_siblings(order, "EXPIRED");
  unlock(order);
  order.working = true;
  order.status = "NEW";
  if (!lock(order, needs(order)) || enter(order) != matching::Refusal::None)
    finish(order, "EXPIRED", "EXPIRED", order.client_id);
}

void SpotExchange::expire_siblings(const SpotOrder& order, const char* status) {
  if (order.list < 0) return;
  const SpotList& list = lists_.at(order.list);
  const auto at = std::find(list.orders.begin(), list.orders.end(), order.id);
  if (static_cast<std::size_t>(at - list.orders.begin()) < list.one_of) return;
  for (std::size_t i = list.one_of; i < list.orders.size(); ++i) {
    SpotOrder* const other = orders_.find(list.orders[i]);
    if (other == nullptr || other->id == order.id || !other->open()) continue;
    if (other->working) {
      ends_as_ = status;
      other->market->cancel(other->id, now_ms_);
      ends_as_.clear();
    } else {
      finish(*other, status, status, other->client_id);
    }
    // Its end is this order's doing and asks for nothing more.
    std::erase_if(after_, [&](const After& each) { return each.order == other->id; });
  }
}

// The pending orders of a list whose first one is filled.
void SpotExchange::start_pair(SpotList& list) {
  std::int64_t wanted = 0;
  SpotOrder* const first = orders_.find(list.orders[1]);
  for (std::size_t i = 1; i < list.orders.size(); ++i) {
    SpotOrder& each = *orders_.find(list.orders[i]);
    each.status = "NEW";
    each.working = !is_stop(each);
    wanted = std::max(wanted, needs(each));
  }
  const bool paid = lock(*first, wanted);
  for (std::size_t i = 1; i < list.orders.size(); ++i) {
    SpotOrder& each = *orders_.find(list.orders[i]);
    if (!each.open()) continue;
    if (!paid || (each.working && enter(each) != matching::Refusal::None)) {
      finish(each, "EXPIRED", "EXPIRED", each.client_id);
    } else if (!each.working) {
      waiting_.insert(each.id);
      tell_order(each, "NEW", each.client_id, nullptr);
    }
  }
}

void SpotExchange::settle(const SpotOrder& order, bool ended) {
  SpotList& list = lists_.at(order.list);
  if (list.done) return;
  const bool first_of_two = list.contingency == "OTO" && order.id == list.orders[0];
  if (!first_of_two) {
    const char* status = order.status == "CANCELED" ? "CANCELED" : "EXPIRED";
    if (ended || order.executed > Qty{}) expire_siblings(order, status);
  } else if (ended && order.status == "FILLED") {
    start_pair(list);
  } else if (ended) {
    for (std::size_t i = 1; i < list.orders.size(); ++i)
      if (SpotOrder& each = *orders_.find(list.orders[i]); each.open())
        finish(each, order.status == "CANCELED" ? "CANCELED" : "EXPIRED",
               order.status == "CANCELED" ? "CANCELED" : "EXPIRED", each.client_id);
  }
  list.done = std::none_of(list.orders.begin(), list.orders.end(), [&](std::uint64_t id) {
    const SpotOrder* const each = orders_.find(id);
    return each != nullptr && each->open();
  });
  if (!list.done) return;
  tell_list(list, "ALL_DONE");
  while (lists_.size() > settings_.history && lists_.begin()->second.done)
    lists_.erase(lists_.begin());
}
void SpotExchange::settle() {
  while (!after_.empty()) {
    const After next = after_.front();
    after_.pop_front();
    const SpotOrder* const order = orders_.find(next.order);
    if (order != nullptr && lists_.contains(order->list)) settle(*order, next.ended);
  }
}

void SpotExchange::check_triggers() {
  std::map<const SymbolMarket*, SymbolMarket::Range> ranges;
  for (const auto& [symbol, where] : markets_) ranges[where.get()] = where->take_range();
  std::vector<std::uint64_t> due;
  for (const std::uint64_t id : waiting_) {
    const SpotOrder& order = *orders_.find(id);
    const SymbolMarket::Range& seen = ranges.at(order.market);
    if (seen.low > Price{} &&
        (triggers_above(order) ? seen.high >= order.stop : seen.low <= order.stop))
      due.push_back(id);
  }
  for (const std::uint64_t id : due) {
    SpotOrder* const order = orders_.find(id);
    if (order == nullptr || !waiting_.contains(id)) continue;
    activate(*order);
    settle();
  }
}
void SpotExchange::on_time(std::int64_t now_ms) {
  now_ms_ = std::max(now_ms_, now_ms);
  settle();
  check_triggers();
}

SpotList& SpotExchange::find_list(const Params& params, int account) {
  const std::int64_t id = params.integer("orderListId", -1);
  const std::string client_id = params.get("listClientOrderId", params.get("origClientOrderId"));
  for (auto& [key, list] : lists_)
    if (list.account == account && (id >= 0 ? key == id : list.client_id == client_id)) return list;
  throw Failure{400, -2013, "Order list does not exist.", {}};
}
json::object SpotExchange::cancel_whole_list(SpotList& list, const std::string& cancel_id) {
  for (const std::uint64_t id : list.orders)
    if (SpotOrder* const order = orders_.find(id); order != nullptr && order->open())
      cancel_order(*order, cancel_id);
  settle();
  return list_json(list, true);
}
json::value SpotExchange::cancel_list(const Params& params, int account, std::int64_t) {
  SpotList& list = find_list(params, account);
  if (list.done) throw Failure{400, -2011, "Unknown order list sent.", {}};
  return cancel_whole_list(list,
                           params.get("newClientOrderId", "cancel-" + std::to_string(list.id)));
}
json::value SpotExchange::list_status(const Params& params, int account, std::int64_t) {
  return list_json(find_list(params, account), false);
}
json::value SpotExchange::open_lists(const Params&, int account, std::int64_t) {
  json::array made;
  for (const auto& [id, list] : lists_)
    if (list.account == account && !list.done) made.emplace_back(list_json(list, false));
  return made;
}
json::value SpotExchange::all_lists(const Params& params, int account, std::int64_t) {
  const std::int64_t from = params.integer("fromId", 0);
  const auto limit =
      static_cast<std::size_t>(std::clamp<std::int64_t>(params.integer("limit", 500), 1, 1000));
  json::array made;
  for (const auto& [id, list] : lists_)
    if (list.account == account && id >= from && made.size() < limit)
      made.emplace_back(list_json(list, false));
  return made;
}
}  // namespace sq::exchange
