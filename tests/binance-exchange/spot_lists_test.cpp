// Stops and order lists of the local spot exchange: when they work, what they hold, who ends whom.
#include <catch2/catch.hpp>

#include "tests/binance-exchange/raw_client.hpp"

using namespace sq;
using namespace sq::exchange;

namespace {
using Pairs = std::vector<std::pair<std::string, std::string>>;
// One user with 10 BTC and 10,000 USDT against traders without an account.
struct Desk {
  SpotExchange exchange{test_settings()};
  std::vector<boost::json::object> told;
  std::int64_t now{1'000};
  Desk() {
    exchange.on_user_event(
        [this](std::uint16_t, const boost::json::object& event) { told.push_back(event); });
  }
  boost::json::object call(const std::string& method, const Pairs& pairs) {
    Params params;
    params.add("symbol", "BTCUSDT");
    for (const auto& [name, value] : pairs) params.add(name, value);
    return exchange.call(method, params, 0, now).as_object();
  }
  int code(const std::string& method, const Pairs& pairs) {
    try {
      static_cast<void>(call(method, pairs));
      return 0;
    } catch (const Failure& failure) {
      return failure.code;
    }
  }
  void others(Side side, const std::string& price, const std::string& qty) {
    matching::NewOrder made;
    made.id = exchange.next_order_id();
    made.owner = exchange.anonymous_owner();
    made.side = side;
    made.price = *parse_fixed<Price>(price);
    made.qty = *parse_fixed<Qty>(qty);
    made.self_trade = matching::SelfTrade::Allow;
    REQUIRE(exchange.trade_anonymously(*exchange.markets().at("BTCUSDT"), made, now) ==
            matching::Refusal::None);
  }
  // The others trade at that price, and the stops look.
  void last_price(const std::string& price) {
    others(Side::Buy, price, "0.1");
    others(Side::Sell, price, "0.1");
    exchange.on_time(++now);
  }
  const SpotOrder& order(const std::string& client_id) {
    for (const auto& [id, each] : exchange.orders())
      if (each.client_id == client_id) return each;
    throw std::runtime_error("no order " + client_id);
  }
  std::string status(const std::string& client_id) { return order(client_id).status; }
  const Balance& balance(const char* asset) { return exchange.accounts()[0].balances.at(asset); }
  void check_whole() {
    for (const char* asset : {"BTC", "USDT"}) CHECK(balance(asset).locked == 0);
  }
  std::vector<std::string> list_states() {
    std::vector<std::string> made;
    for (const auto& event : told)
      if (event.at("e") == "listStatus") made.emplace_back(event.at("l").as_string().c_str());
    return made;
  }
};
Pairs stop(const std::string& type, const std::string& side, const std::string& price) {
  return {{"type", type},
          {"side", side},
          {"quantity", "1"},
          {"stopPrice", price},
          {"newClientOrderId", "s"}};
}
const Pairs kSellPair{{"side", "SELL"},
                      {"quantity", "2"},
                      {"aboveType", "LIMIT_MAKER"},
                      {"abovePrice", "110"},
                      {"aboveClientOrderId", "profit"},
                      {"belowType", "STOP_LOSS"},
                      {"belowStopPrice", "90"},
                      {"belowClientOrderId", "loss"}};
}  // namespace

TEST_CASE(
    "spot stops trigger at their price and not a tick before, and hold their money till then") {
  struct Case {
    const char* type;
    const char* side;
    const char* trigger;
    const char* before;
  };
  const Case cases[]{{"STOP_LOSS", "BUY", "105", "104.99"},
                     {"STOP_LOSS", "SELL", "95", "95.01"},
                     {"TAKE_PROFIT", "BUY", "95", "95.01"},
                     {"TAKE_PROFIT", "SELL", "105", "104.99"}};
  for (const Case& each : cases) {
    INFO(each.type << " " << each.side);
    Desk desk;
    desk.last_price("100");
    const bool buy = std::string{each.side} == "BUY";
    REQUIRE(desk.code("order.place", stop(each.type, each.side, each.trigger)) == 0);
    CHECK_FALSE(desk.order("s").working);
    const std::int64_t held = desk.balance(buy ? "USDT" : "BTC").locked;
    CHECK(held == (buy ? std::stoll(each.trigger) : 1) * Amount::kScale);
    desk.last_price(each.before);
    CHECK(desk.status("s") == "NEW");
    desk.others(buy ? Side::Sell : Side::Buy, each.trigger, "5");  // whom it will meet
    desk.others(buy ? Side::Buy : Side::Sell, each.trigger, "0.1");
    desk.exchange.on_time(++desk.now);
    CHECK(desk.order("s").executed > Qty{});
    desk.check_whole();
  }
}

TEST_CASE("a stop whose price is already reached, or is sent without one, is refused") {
  Desk desk;
  desk.last_price("100");
  CHECK(desk.code("order.place", stop("STOP_LOSS", "BUY", "100")) == -2010);
  CHECK(desk.code("order.place", stop("STOP_LOSS", "BUY", "100.01")) == 0);
  CHECK(desk.code("order.place", {{"type", "STOP_LOSS"}, {"side", "BUY"}, {"quantity", "1"}}) ==
        -1102);
  CHECK(desk.code("order.place",
                  {{"type", "MARKET"}, {"side", "BUY"}, {"quantity", "1"}, {"stopPrice", "9"}}) ==
        -1106);
}

TEST_CASE("a stop that waits is cancelled like any order and gives back what it held") {
  Desk desk;
  desk.last_price("100");
  REQUIRE(desk.code("order.place", stop("STOP_LOSS", "SELL", "90")) == 0);
  CHECK(desk.call("order.status", {{"origClientOrderId", "s"}}).at("isWorking") == false);
  CHECK(desk.call("order.cancel", {{"origClientOrderId", "s"}}).at("status") == "CANCELED");
  desk.check_whole();
  desk.last_price("80");
  CHECK(desk.status("s") == "CANCELED");
}

TEST_CASE("a limit order that a stop places rests at its price") {
  Desk desk;
  desk.last_price("100");
  Pairs limit = stop("STOP_LOSS_LIMIT", "SELL", "95");
  limit.insert(limit.end(), {{"price", "96"}, {"timeInForce", "GTC"}});
  REQUIRE(desk.code("order.place", limit) == 0);
  desk.last_price("95");
  CHECK(desk.order("s").working);
  CHECK(desk.status("s") == "NEW");
  CHECK(desk.exchange.markets().at("BTCUSDT")->ask().price == Price::from_units(96));
}

TEST_CASE("of an OCO one order is filled and the other expires; its money is held once") {
  Desk desk;
  desk.last_price("100");
  const auto placed = desk.call("orderList.place.oco", kSellPair);
  CHECK(placed.at("contingencyType") == "OCO");
  CHECK(placed.at("orderReports").as_array().size() == 2);
  CHECK(desk.balance("BTC").locked == 2 * Amount::kScale);
  desk.others(Side::Buy, "110", "0.5");
  CHECK(desk.status("profit") == "PARTIALLY_FILLED");
  CHECK(desk.status("loss") == "EXPIRED");
  desk.others(Side::Buy, "110", "1.5");
  CHECK(desk.status("profit") == "FILLED");
  CHECK(desk.list_states() == std::vector<std::string>{"EXEC_STARTED", "ALL_DONE"});
  desk.check_whole();
  CHECK(desk.balance("BTC").free == 8 * Amount::kScale);
}

TEST_CASE("the stop of an OCO that triggers ends the other one and sells what both stood for") {
  Desk desk;
  desk.last_price("100");
  REQUIRE(desk.code("orderList.place.oco", kSellPair) == 0);
  desk.others(Side::Buy, "89", "5");
  desk.others(Side::Buy, "90", "0.1");
  desk.others(Side::Sell, "90", "0.1");
  desk.exchange.on_time(++desk.now);
  CHECK(desk.status("profit") == "EXPIRED");
  CHECK(desk.status("loss") == "FILLED");
  desk.check_whole();
  CHECK(desk.balance("BTC").free == 8 * Amount::kScale);
  CHECK(desk.call("orderList.status", {{"orderListId", "1"}}).at("listOrderStatus") == "ALL_DONE");
}

TEST_CASE("an OCO of wrong prices, wrong kinds or without the money places nothing") {
  Desk desk;
  desk.last_price("100");
  const auto with = [&](const std::string& name, const std::string& value) {
    Pairs made = kSellPair;
    for (auto& [key, old] : made)
      if (key == name) old = value;
    return desk.code("orderList.place.oco", made);
  };
  CHECK(with("abovePrice", "99") == -2010);
  CHECK(with("belowStopPrice", "101") == -2010);
  CHECK(with("aboveType", "LIMIT") == -1102);  // without its time in force
  CHECK(with("belowType", "TAKE_PROFIT") == -1158);
  CHECK(with("quantity", "11") == -2010);
  CHECK(with("belowClientOrderId", "profit") == -2010);
  CHECK(desk.exchange.orders().empty());
  desk.check_whole();
  CHECK(with("quantity", "10") == 0);
}

TEST_CASE("cancelling one order of a list cancels all of it") {
  Desk desk;
  desk.last_price("100");
  REQUIRE(desk.code("orderList.place.oco", kSellPair) == 0);
  const auto gone = desk.call("order.cancel", {{"origClientOrderId", "loss"}});
  CHECK(gone.at("listOrderStatus") == "ALL_DONE");
  CHECK(desk.status("profit") == "CANCELED");
  CHECK(desk.status("loss") == "CANCELED");
  CHECK(desk.code("orderList.cancel", {{"orderListId", "1"}}) == -2011);
  desk.check_whole();
}

TEST_CASE("the second order of an OTO waits without money until the first is filled whole") {
  const Pairs pair{
      {"workingType", "LIMIT"}, {"workingSide", "BUY"},        {"workingPrice", "95"},
      {"workingQuantity", "1"}, {"workingTimeInForce", "GTC"}, {"workingClientOrderId", "first"},
      {"pendingType", "LIMIT"}, {"pendingSide", "SELL"},       {"pendingPrice", "105"},
      {"pendingQuantity", "1"}, {"pendingTimeInForce", "GTC"}, {"pendingClientOrderId", "second"}};
  Desk desk;
  desk.last_price("100");
  REQUIRE(desk.code("orderList.place.oto", pair) == 0);
  CHECK(desk.status("second") == "PENDING_NEW");
  CHECK(desk.balance("BTC").locked == 0);
  desk.others(Side::Sell, "95", "0.999");
  CHECK(desk.status("second") == "PENDING_NEW");
  desk.others(Side::Sell, "95", "0.001");
  CHECK(desk.status("first") == "FILLED");
  CHECK(desk.status("second") == "NEW");
  CHECK(desk.balance("BTC").locked == Amount::kScale);
  CHECK(desk.exchange.markets().at("BTCUSDT")->ask().price == Price::from_units(105));
}

TEST_CASE("an OTOCO places its pair once the first order is filled, and one of the pair is done") {
  const Pairs list{{"workingType", "LIMIT"},
                   {"workingSide", "BUY"},
                   {"workingPrice", "95"},
                   {"workingQuantity", "1"},
                   {"workingTimeInForce", "GTC"},
                   {"workingClientOrderId", "first"},
                   {"pendingSide", "SELL"},
                   {"pendingQuantity", "1"},
                   {"pendingAboveType", "LIMIT_MAKER"},
                   {"pendingAbovePrice", "105"},
                   {"pendingAboveClientOrderId", "profit"},
                   {"pendingBelowType", "STOP_LOSS"},
                   {"pendingBelowStopPrice", "90"},
                   {"pendingBelowClientOrderId", "loss"}};
  Desk desk;
  desk.last_price("100");
  REQUIRE(desk.code("orderList.place.otoco", list) == 0);
  desk.others(Side::Sell, "95", "1");
  CHECK(desk.status("profit") == "NEW");
  CHECK(desk.status("loss") == "NEW");
  CHECK(desk.balance("BTC").locked == Amount::kScale);
  desk.others(Side::Buy, "105", "1");
  CHECK(desk.status("profit") == "FILLED");
  CHECK(desk.status("loss") == "EXPIRED");
  desk.check_whole();
  Desk cancelled;
  cancelled.last_price("100");
  REQUIRE(cancelled.code("orderList.place.otoco", list) == 0);
  REQUIRE(cancelled.code("order.cancel", {{"origClientOrderId", "first"}}) == 0);
  CHECK(cancelled.status("profit") == "CANCELED");
  CHECK(cancelled.status("loss") == "CANCELED");
  cancelled.check_whole();
}

TEST_CASE("what an order was amended to is listed in order") {
  Desk desk;
  desk.last_price("100");
  REQUIRE(desk.code("order.place", {{"type", "LIMIT"},
                                    {"side", "BUY"},
                                    {"timeInForce", "GTC"},
                                    {"price", "90"},
                                    {"quantity", "3"},
                                    {"newClientOrderId", "a"}}) == 0);
  for (const char* qty : {"2", "1"})
    REQUIRE(desk.code("order.amend.keepPriority", {{"origClientOrderId", "a"}, {"newQty", qty}}) ==
            0);
  Params params;
  params.add("symbol", "BTCUSDT");
  params.add("orderId", std::to_string(desk.order("a").id));
  const auto list = desk.exchange.call("order.amendments", params, 0, 1).as_array();
  REQUIRE(list.size() == 2);
  CHECK(list[0].at("origQty") == "3.00000000");
  CHECK(list[0].at("newQty") == "2.00000000");
  CHECK(list[1].at("newQty") == "1.00000000");
}
