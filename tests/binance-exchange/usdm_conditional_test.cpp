// Conditional orders of the local futures exchange: when they trigger, and what they become.
#include <catch2/catch.hpp>

#include "tests/binance-exchange/usdm_desk.hpp"

using namespace sq;
using namespace sq::exchange;

namespace {
Pairs algo(const std::string& type, const std::string& side, const Pairs& more) {
  Pairs made{{"algoType", "CONDITIONAL"}, {"symbol", "BTCUSDT"}, {"type", type}, {"side", side}};
  made.insert(made.end(), more.begin(), more.end());
  return made;
}
// The last price is so much from here on.
void last_price(Desk& desk, const std::string& price) {
  desk.trade(price, "0.1");
  desk.trade(price, "0.1", false);
  desk.exchange.on_time(++desk.now);
}
std::vector<std::string> told(const Desk& desk) { return desk.states(0, "ALGO_UPDATE", "o", "X"); }
const std::vector<std::string> kDone{"NEW", "TRIGGERING", "TRIGGERED", "FINISHED"};
}  // namespace

TEST_CASE("stops and take-profits trigger at their price and not a tick before") {
  struct Case {
    const char* type;
    const char* side;
    const char* trigger;
    const char* before;
    const char* at;
  };
  const Case cases[]{{"STOP_MARKET", "BUY", "105", "104.99", "105"},
                     {"STOP_MARKET", "SELL", "95", "95.01", "95"},
                     {"TAKE_PROFIT_MARKET", "BUY", "95", "95.01", "95"},
                     {"TAKE_PROFIT_MARKET", "SELL", "105", "104.99", "105"}};
  for (const Case& each : cases) {
    INFO(each.type << " " << each.side);
    Desk desk;
    last_price(desk, "100");
    REQUIRE(desk.code(0, "algoOrder.place",
                      algo(each.type, each.side,
                           {{"triggerPrice", each.trigger}, {"quantity", "1"}})) == 0);
    last_price(desk, each.before);
    CHECK(told(desk) == std::vector<std::string>{"NEW"});
    last_price(desk, each.at);
    CHECK(told(desk) == kDone);
    CHECK(desk.call(0, "openAlgoOrders", {}).as_array().empty());
  }
}

TEST_CASE("a trigger that the price has already reached is refused") {
  Desk desk;
  last_price(desk, "100");
  const auto stop = [&](const char* trigger) {
    return desk.code(0, "algoOrder.place",
                     algo("STOP_MARKET", "BUY", {{"triggerPrice", trigger}, {"quantity", "1"}}));
  };
  CHECK(stop("100") == -2021);
  CHECK(stop("100.01") == 0);
  CHECK(desk.code(0, "order.place",
                  {{"symbol", "BTCUSDT"}, {"type", "STOP_MARKET"}, {"side", "BUY"}}) == -4120);
}

TEST_CASE("by the mark price a stop heeds the middle of the book and no trade") {
  Desk desk;
  desk.quote(99, 101);
  last_price(desk, "100");
  REQUIRE(desk.code(0, "algoOrder.place",
                    algo("STOP", "SELL",
                         {{"triggerPrice", "98.6"},
                          {"price", "90"},
                          {"timeInForce", "GTC"},
                          {"quantity", "1"},
                          {"workingType", "MARK_PRICE"}})) == 0);
  matching::NewOrder sell;  // takes the bid: a trade at 99, the mark falls to 100.5's half
  sell.id = desk.exchange.next_order_id();
  sell.owner = desk.exchange.anonymous_owner();
  sell.side = Side::Sell;
  sell.type = matching::OrderType::Market;
  sell.time_in_force = matching::TimeInForce::ImmediateOrCancel;
  sell.qty = Qty::from_units(50);
  sell.self_trade = matching::SelfTrade::Allow;
  desk.quote(97, 101, 1);  // behind it
  REQUIRE(desk.exchange.trade_anonymously(*desk.exchange.markets().at("BTCUSDT"), sell, desk.now) ==
          matching::Refusal::None);
  desk.exchange.on_time(++desk.now);  // 97 and 101: 99
  CHECK(told(desk) == std::vector<std::string>{"NEW"});
  desk.quote(96, 98, 1);
  desk.exchange.on_time(++desk.now);  // 97 and 98: 97.5
  CHECK(told(desk) == kDone);
  const auto all = desk.call(0, "allAlgoOrders", {{"symbol", "BTCUSDT"}}).as_array();
  REQUIRE(all.size() == 1);
  const std::string id{all[0].at("actualOrderId").as_string().c_str()};
  CHECK(desk.call(0, "order.status", {{"symbol", "BTCUSDT"}, {"orderId", id}}).at("origType") ==
        "STOP");
}

TEST_CASE("a trailing stop follows the price by its rate once it is activated") {
  Desk desk;
  last_price(desk, "100");
  REQUIRE(desk.code(0, "algoOrder.place",
                    algo("TRAILING_STOP_MARKET", "SELL",
                         {{"callbackRate", "1"}, {"activatePrice", "102"}, {"quantity", "1"}})) ==
          0);
  last_price(desk, "101.99");
  last_price(desk, "90");  // not active: nothing
  CHECK(told(desk).size() == 1);
  last_price(desk, "102");
  last_price(desk, "110");
  last_price(desk, "108.91");  // 1 % below 110 is 108.9
  CHECK(told(desk).size() == 1);
  last_price(desk, "108.90");
  CHECK(told(desk) == kDone);
}

TEST_CASE(
    "an order that closes the position closes what there is when it triggers, or is rejected") {
  Desk desk;
  desk.trade("100", "2");
  const Pairs stop =
      algo("STOP_MARKET", "SELL", {{"triggerPrice", "95"}, {"closePosition", "true"}});
  CHECK(desk.code(0, "algoOrder.place",
                  algo("STOP_MARKET", "SELL",
                       {{"triggerPrice", "95"}, {"closePosition", "true"}, {"quantity", "1"}})) ==
        -4136);
  REQUIRE(desk.code(0, "algoOrder.place", stop) == 0);
  desk.trade("101", "1");  // three now
  desk.quote(94, 110, 10);
  REQUIRE(desk.order(1, "SELL", "94", "1") == 0);  // a trade at 94
  desk.exchange.on_time(++desk.now);
  CHECK(told(desk) == kDone);
  CHECK(desk.position(0).amount == Qty{});
  desk.told[0].clear();
  desk.quote(99, 100, 10);
  REQUIRE(desk.order(1, "BUY", "100", "1") == 0);
  desk.exchange.on_time(++desk.now);
  REQUIRE(desk.code(0, "algoOrder.place", stop) == 0);
  REQUIRE(desk.order(1, "SELL", "90", "50") == 0);
  desk.exchange.on_time(++desk.now);
  CHECK(told(desk) == std::vector<std::string>{"NEW", "TRIGGERING", "REJECTED"});
}

TEST_CASE(
    "a conditional order is cancelled by either id, once, and counts no order before it triggers") {
  Desk desk;
  last_price(desk, "100");
  REQUIRE(desk.code(0, "algoOrder.place",
                    algo("STOP_MARKET", "BUY",
                         {{"triggerPrice", "105"}, {"quantity", "1"}, {"clientAlgoId", "x"}})) ==
          0);
  CHECK(desk.code(0, "algoOrder.place",
                  algo("STOP_MARKET", "BUY",
                       {{"triggerPrice", "106"}, {"quantity", "1"}, {"clientAlgoId", "x"}})) ==
        -4116);
  CHECK(desk.code(1, "algoOrder.cancel", {{"clientAlgoId", "x"}}) == -2011);
  CHECK(desk.code(0, "algoOrder.cancel", {{"clientAlgoId", "x"}}) == 0);
  CHECK(desk.code(0, "algoOrder.cancel", {{"clientAlgoId", "x"}}) == -2011);
  CHECK(desk.call(0, "algoOrder.status", {{"clientAlgoId", "x"}}).at("algoStatus") == "CANCELED");
  last_price(desk, "105");
  CHECK(told(desk) == std::vector<std::string>{"NEW", "CANCELED"});
}
