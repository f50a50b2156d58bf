// Hedge mode, funding and liquidation of the local futures exchange, by numbers worked out by hand.
#include <catch2/catch.hpp>

#include "tests/binance-exchange/usdm_desk.hpp"

using namespace sq;
using namespace sq::exchange;

TEST_CASE(
    "in hedge mode long and short stand side by side, and an order closes only its own side") {
  Desk desk;
  CHECK(desk.order(0, "BUY", "100", "1", "LONG") == -4061);
  REQUIRE(desk.code(0, "positionSide.dual", {{"dualSidePosition", "true"}}) == 0);
  CHECK(desk.code(0, "positionSide.dual", {{"dualSidePosition", "true"}}) == -4059);
  CHECK(desk.order(0, "BUY", "100", "1") == -4061);
  desk.trade("100", "2", true, "LONG");
  desk.trade("110", "1", false, "SHORT");
  CHECK(desk.position(0, PositionSide::Long).amount == Qty::from_units(2));
  CHECK(desk.position(0, PositionSide::Short).amount == -Qty::from_units(1));
  CHECK(desk.order(0, "SELL", "120", "2.001", "LONG") == -2022);
  CHECK(desk.order(0, "SELL", "120", "1.5", "LONG") == 0);
  CHECK(desk.order(0, "SELL", "120", "0.501", "LONG") == -2022);  // the open one counts
  CHECK(desk.order(0, "SELL", "120", "0.5", "LONG") == 0);
  REQUIRE(desk.order(1, "BUY", "120", "2") == 0);
  const UsdmPosition flat = desk.position(0, PositionSide::Long);
  CHECK(flat.amount == Qty{});
  CHECK(flat.realised == 40 * Amount::kScale);
  CHECK(desk.position(0, PositionSide::Short).cost == -110 * Amount::kScale);
  CHECK(desk.code(0, "positionSide.dual", {{"dualSidePosition", "false"}}) == -4068);
}

TEST_CASE("the mode of positions stays while an order is open") {
  Desk desk;
  REQUIRE(desk.order(0, "BUY", "90", "1") == 0);
  CHECK(desk.code(0, "positionSide.dual", {{"dualSidePosition", "true"}}) == -4067);
  REQUIRE(desk.code(0, "allOpenOrders.cancel", {{"symbol", "BTCUSDT"}}) == 0);
  CHECK(desk.code(0, "positionSide.dual", {{"dualSidePosition", "true"}}) == 0);
}

TEST_CASE("at each full interval longs pay shorts notional times rate, and at no other time") {
  Desk desk;
  desk.trade("100", "10");  // commissions: taker 0.5, maker 0.2
  desk.quote(99, 101);      // mark 100
  CHECK(desk.wallet(0) == "999.50000000");
  desk.exchange.on_time(1'000'001);  // the exchange's first look: it has just begun
  CHECK(desk.wallet(0) == "999.50000000");
  desk.exchange.on_time(1'999'999);
  CHECK(desk.wallet(0) == "999.50000000");
  desk.exchange.on_time(2'000'000);
  CHECK(desk.wallet(0) == "999.40000000");  // 1,000 at 0.01 %
  CHECK(desk.wallet(1) == "999.90000000");
  desk.exchange.on_time(2'000'001);
  CHECK(desk.wallet(0) == "999.40000000");
  const auto why = desk.states(0, "ACCOUNT_UPDATE", "a", "m");
  CHECK(why == std::vector<std::string>{"ORDER", "FUNDING_FEE"});
  CHECK(desk.told[0].back().at("a").at("P").as_array().empty());
  CHECK(desk.told[0].back().at("a").at("B").at(0).at("bc") == "-0.10000000");
  const auto income = desk.call(0, "income", {{"incomeType", "FUNDING_FEE"}}).as_array();
  REQUIRE(income.size() == 1);
  CHECK(income[0].at("income") == "-0.10000000");
  CHECK(desk.call(0, "fundingRate", {{"symbol", "BTCUSDT"}}).as_array().size() == 1);
}

// 150 at 100 with 20 times leverage: wallet 1,000 - 7.5; maintenance 0.5 % of the value at the
// mark.
TEST_CASE("who no longer covers the maintenance margin is warned, then closed out") {
  Desk desk;
  desk.trade("100", "150");
  REQUIRE(desk.order(0, "BUY", "50", "1") == 0);
  desk.quote(94, 95, 200);  // mark 94.5: 992.5 - 825 = 167.5 against 70.875: far enough
  desk.exchange.on_time(2'000);
  CHECK(desk.position(0).amount == Qty::from_units(150));
  CHECK(desk.states(0, "MARGIN_CALL", "p", "x").empty());
  REQUIRE(desk.code(1, "allOpenOrders.cancel", {{"symbol", "BTCUSDT"}}) == 0);
  Desk low;
  low.trade("100", "150");
  REQUIRE(low.order(0, "BUY", "50", "1") == 0);
  low.quote(93, 94, 200);  // mark 93.5: 992.5 - 975 = 17.5 against 70.125
  low.exchange.on_time(2'000);
  CHECK(low.position(0).amount == Qty{});
  CHECK(low.exchange.orders().size() == 4);  // of users: two, the cancelled one, the forced one
  for (const auto& [id, order] : low.exchange.orders()) CHECK_FALSE(order.open());
  bool called = false;
  std::vector<std::string> kinds;
  for (const auto& event : low.told[0]) {
    called = called || event.at("e") == "MARGIN_CALL";
    if (event.at("e") == "ORDER_TRADE_UPDATE" && event.at("o").at("o") == "LIQUIDATION")
      kinds.emplace_back(event.at("o").at("x").as_string().c_str());
  }
  CHECK(called);
  CHECK(kinds == std::vector<std::string>{"NEW", "CALCULATED"});
  CHECK(low.wallet(0) == "0.00000000");  // the loss of 1,050 at 93 took more than there was
  const auto forced = low.exchange.take_liquidations();
  REQUIRE(forced.size() == 1);
  CHECK(forced[0].at("o").at("ap") == "93.00000000");
  CHECK(low.exchange.take_liquidations().empty());
}

TEST_CASE("a liquidation without anybody to take the position waits and tries again") {
  Desk desk;
  desk.trade("100", "150");
  REQUIRE(desk.order(1, "SELL", "80", "1") == 0);  // the mark is the last price still: 100
  desk.exchange.on_time(2'000);
  CHECK(desk.position(0).amount == Qty::from_units(150));
  desk.quote(70, 79, 100);
  desk.exchange.on_time(2'001);
  CHECK(desk.position(0).amount == Qty::from_units(50));  // a hundred were taken
  desk.exchange.on_time(2'002);
  CHECK(desk.position(0).amount == Qty::from_units(50));  // no bid is left
  desk.quote(69, 79, 100);
  desk.exchange.on_time(2'003);
  CHECK(desk.position(0).amount == Qty{});
}

TEST_CASE("the wallet is what it was plus all income, whatever happened") {
  Desk desk;
  desk.trade("100", "40");
  desk.quote(98, 99, 10);
  desk.exchange.on_time(1'000'001);
  desk.exchange.on_time(2'000'000);
  desk.trade("97", "30", false);
  desk.exchange.on_time(3'000'000);
  for (std::size_t user = 0; user < 2; ++user) {
    std::int64_t sum = 1'000 * Amount::kScale;
    for (const UsdmIncome& each : desk.exchange.user(user).income) sum += each.amount;
    CHECK(desk.exchange.user(user).wallet == sum);
  }
}

TEST_CASE("an order modified beyond the margin is refused and stays as it was") {
  Desk desk;
  REQUIRE(desk.order(0, "BUY", "100", "100") == 0);  // 500 of 1,000
  const std::string id = std::to_string(desk.exchange.orders().begin()->first);
  const auto modify = [&](const std::string& qty) {
    return desk.code(0, "order.modify",
                     {{"symbol", "BTCUSDT"},
                      {"side", "BUY"},
                      {"orderId", id},
                      {"price", "100"},
                      {"quantity", qty}});
  };
  CHECK(modify("200.001") == -2019);
  CHECK(desk.exchange.orders().begin()->second.qty == Qty::from_units(100));
  CHECK(desk.position(0).buys == 10'000 * Amount::kScale);
  CHECK(modify("100") == -5027);
  desk.told[0].clear();
  CHECK(modify("99.9") == 0);
  CHECK(desk.position(0).buys == 9'990 * Amount::kScale);
  CHECK(desk.states(0, "ORDER_TRADE_UPDATE", "o", "x") == std::vector<std::string>{"AMENDMENT"});
}
