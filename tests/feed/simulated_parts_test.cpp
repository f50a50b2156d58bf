// The pieces of the market simulator against values known from elsewhere.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "engine/feed/simulated/message_text.hpp"
#include "engine/feed/simulated/order_book.hpp"
#include "engine/feed/simulated/order_flow.hpp"
#include "engine/feed/simulated/portable_math.hpp"
#include "engine/feed/simulated/random.hpp"

using namespace sq::feed::simulated;

TEST_CASE("the portable exp and log agree with libm to 1e-12", "[feed][simulated]") {
  double worst_exp = 0;
  double worst_log = 0;
  for (double x = -690; x < 690; x += 0.37) {
    worst_exp = std::max(worst_exp, std::abs(portable_exp(x) / std::exp(x) - 1));
  }
  for (double x = 1e-300; x < 1e300; x *= 1.7) {
    worst_log = std::max(
        worst_log, std::abs(portable_log(x) - std::log(x)) / std::max(1.0, std::abs(std::log(x))));
  }
  CHECK(worst_exp < 1e-12);
  CHECK(worst_log < 1e-12);
  CHECK(portable_exp(0) == 1.0);
  CHECK(portable_log(1) == 0.0);
  CHECK(portable_exp(-701) == 0.0);
}

TEST_CASE("random numbers have the moments of their distributions and streams differ",
          "[feed][simulated]") {
  Random random{42, 1};
  Random other{42, 2};
  constexpr int kDraws = 200'000;
  double sum = 0;
  double squares = 0;
  double waits = 0;
  int equal = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double z = random.normal();
    sum += z;
    squares += z * z;
    waits += random.exponential(3);
    equal += random.below(1000) == other.below(1000) ? 1 : 0;
  }
  // Five standard errors each.
  CHECK(std::abs(sum / kDraws) < 0.0112);
  CHECK(std::abs(squares / kDraws - 1) < 0.0159);
  CHECK(std::abs(waits / kDraws - 3) < 0.0336);
  CHECK(equal > 130);
  CHECK(equal < 270);
}

TEST_CASE("draws from a quantile table fall below each quantile as often as it says",
          "[feed][simulated]") {
  constexpr Quantiles<4> kTable{{{0, 1}, {0.25, 10}, {0.9, 1000}, {1, 5000}}};
  Random random{7, 7};
  int below_ten = 0;
  int below_thousand = 0;
  for (int i = 0; i < 100'000; ++i) {
    const double value = draw(kTable, random);
    REQUIRE(value >= 1);
    REQUIRE(value <= 5000);
    below_ten += value < 10 ? 1 : 0;
    below_thousand += value < 1000 ? 1 : 0;
  }
  CHECK(std::abs(below_ten - 25'000) < 700);
  CHECK(std::abs(below_thousand - 90'000) < 500);
}

TEST_CASE("the simulated book matches by price, then by time, and forgets what is gone",
          "[feed][simulated]") {
  OrderBook book;
  const OrderRef first = book.add(BookSide::Ask, 101, 5);
  const OrderRef second = book.add(BookSide::Ask, 101, 7);
  const OrderRef better = book.add(BookSide::Ask, 100, 2);
  book.add(BookSide::Ask, 103, 9);
  book.add(BookSide::Bid, 99, 4);
  CHECK(book.best(BookSide::Ask) == 100);
  CHECK(book.lots_at(BookSide::Ask, 101) == 12);

  std::vector<OrderBook::Match> matches;
  CHECK(book.take(BookSide::Ask, 102, 8, matches) == 0);
  REQUIRE(matches.size() == 3);
  CHECK(matches[0].price == 100);
  CHECK(matches[0].lots == 2);
  CHECK(matches[1].price == 101);
  CHECK(matches[1].lots == 5);
  CHECK(matches[2].price == 101);
  CHECK(matches[2].lots == 1);
  CHECK_FALSE(book.is_live(better));
  CHECK_FALSE(book.is_live(first));
  CHECK(book.is_live(second));
  CHECK(book.lots_at(BookSide::Ask, 101) == 6);

  matches.clear();
  CHECK(book.take(BookSide::Ask, 102, 10, matches) == 4);  // 103 is beyond the limit
  CHECK(book.best(BookSide::Ask) == 103);
  book.cancel(book.best_level(BookSide::Bid).first);
  CHECK_FALSE(book.has_both_sides());
}

TEST_CASE("the nearest level is found on both sides of the book", "[feed][simulated]") {
  OrderBook book;
  for (const Tick price : {90, 95, 99}) book.add(BookSide::Bid, price, 1);
  for (const Tick price : {101, 105, 110}) book.add(BookSide::Ask, price, 1);
  CHECK(book.nearest(BookSide::Bid, 80) == 90);
  CHECK(book.nearest(BookSide::Bid, 91) == 90);
  CHECK(book.nearest(BookSide::Bid, 94) == 95);
  CHECK(book.nearest(BookSide::Bid, 120) == 99);
  CHECK(book.nearest(BookSide::Ask, 50) == 101);
  CHECK(book.nearest(BookSide::Ask, 104) == 105);
  CHECK(book.nearest(BookSide::Ask, 500) == 110);
}

TEST_CASE("messages have the fields, order and decimals of the venue's streams",
          "[feed][simulated]") {
  const MessageText futures{*find_symbol_class("usdm:BTCUSDT"), "BTCUSDT"};
  const MessageText spot{*find_symbol_class("spot:BTCUSDT"), "BTCUSDT"};
  CHECK(
      futures.ticker(400900217, {618002, 618003, 2507, 10}, {1568014460893, 1568014460891}) ==
      R"({"stream":"btcusdt@bookTicker","data":{"e":"bookTicker","u":400900217,"s":"BTCUSDT","b":"61800.20","B":"2.507","a":"61800.30","A":"0.010","T":1568014460891,"E":1568014460893}})");
  CHECK(
      spot.ticker(400900217, {2535190, 2536520, 3121000, 4066}, {0, 0}) ==
      R"({"stream":"btcusdt@bookTicker","data":{"u":400900217,"s":"BTCUSDT","b":"25351.90000000","B":"31.21000000","a":"25365.20000000","A":"0.04066000"}})");
  CHECK(
      futures.trade({12345, 100, 100'000, true}, {123456789, 123456785}) ==
      R"({"stream":"btcusdt@trade","data":{"e":"trade","E":123456789,"T":123456785,"s":"BTCUSDT","t":12345,"p":"10.00","q":"100.000","X":"MARKET","m":true}})");
  CHECK(
      spot.trade({12345, 1, 100'000, false}, {123456789, 123456785}) ==
      R"({"stream":"btcusdt@trade","data":{"e":"trade","E":123456789,"s":"BTCUSDT","t":12345,"p":"0.01000000","q":"1.00000000","T":123456785,"m":false,"M":true}})");
  CHECK(
      futures.depth({157, 160, 149}, {{24, 10000}}, {{26, 0}, {27, 1}}, {123456789, 123456788}) ==
      R"({"stream":"btcusdt@depth@0ms","data":{"e":"depthUpdate","E":123456789,"T":123456788,"s":"BTCUSDT","U":157,"u":160,"pu":149,"b":[["2.40","10.000"]],"a":[["2.60","0.000"],["2.70","0.001"]]}})");
  CHECK(
      spot.depth({157, 160, 156}, {}, {{26, 0}}, {1672515782136, 0}) ==
      R"({"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1672515782136,"s":"BTCUSDT","U":157,"u":160,"b":[],"a":[["0.26000000","0.00000000"]]}})");
  CHECK(spot.snapshot(1027024, {{400, 43'100'000}}, {}, {0, 0}) ==
        R"({"lastUpdateId":1027024,"bids":[["4.00000000","431.00000000"]],"asks":[]})");
  CHECK(
      futures.snapshot(1027024, {{40, 431'000}}, {}, {1589436922972, 1589436922959}) ==
      R"({"lastUpdateId":1027024,"E":1589436922972,"T":1589436922959,"bids":[["4.00","431.000"]],"asks":[]})");
}

TEST_CASE("levels that no message has shown are shown before the price comes near, and not earlier",
          "[feed][simulated]") {
  const SymbolClass& symbol = *find_symbol_class("usdm:BTCUSDT");
  UpdateIds ids{1};
  OrderFlow flow{symbol, ids, Random{3, 3}};
  flow.fill_book();
  constexpr Tick kDistance = 5'000;
  std::vector<Tick> hidden;
  std::vector<Tick> near;
  for (const auto& [key, level] : flow.book().levels(BookSide::Bid)) {
    const Tick distance = flow.book().best(BookSide::Bid) - OrderBook::key_of(BookSide::Bid, key);
    if (distance <= 500) continue;
    hidden.push_back(key);
    if (distance < kDistance) near.push_back(OrderBook::key_of(BookSide::Bid, key));
  }
  std::reverse(hidden.begin(), hidden.end());  // nearest last
  const std::size_t all = hidden.size();
  REQUIRE(near.size() > 10);
  REQUIRE(near.size() < all);
  flow.book().clear_changed();
  flow.show_hidden(BookSide::Bid, hidden, kDistance);
  CHECK(hidden.size() == all - near.size());
  CHECK(flow.book().changed(BookSide::Bid) == near);
  flow.book().clear_changed();
  flow.show_hidden(BookSide::Bid, hidden, kDistance);
  CHECK(flow.book().changed(BookSide::Bid).empty());
}

TEST_CASE("every symbol class dies out after a shock", "[feed][simulated]") {
  for (const char* name : {"usdm:BTCUSDT", "usdm:ETHUSDT", "spot:BTCUSDT"}) {
    CHECK(dies_out(find_symbol_class(name)->excitation));
  }
  Excitation excitation;
  excitation.touch = {1, 1, 2};
  excitation.take = {0, 0, 0.5};
  excitation.touch_mark = 0.99;
  excitation.take_mark = 1;
  CHECK(dies_out(excitation));
  excitation.touch_mark = 1;
  CHECK_FALSE(dies_out(excitation));
  excitation.touch_mark = 0.5;  // (1 - 0.5)(1 - 0.5) = 0.25 against b c = 0.5 take[0] * 4
  excitation.take = {0.12, 0, 0.38};
  CHECK(dies_out(excitation));
  excitation.take = {0.13, 0, 0.37};
  CHECK_FALSE(dies_out(excitation));
}
