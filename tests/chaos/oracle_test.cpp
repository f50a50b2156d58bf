// The oracle itself: silent about what is right, and it complains about each wrong on the wire.
#include <catch2/catch.hpp>
#include <functional>

#include "tests/chaos/wire.hpp"

using namespace sq;
using namespace sq::chaos;

TEST_CASE("the oracle is content with orders within every limit", "[chaos]") {
  Wire wire;
  const OrderId id = wire.buy(1'000);
  wire.oracle.arrived(id);
  wire.says(id, ReportKind::Accepted);
  wire.says(id, ReportKind::Filled, 400);
  wire.cancel(id);
  wire.oracle.believes(kBtc, Wire::lots(1'000).raw(), 0);
  wire.says(id, ReportKind::Cancelled);
  CHECK(wire.oracle.truth(kBtc).position == Wire::lots(400).raw());
  CHECK(wire.oracle.truth(kBtc).buy == 0);
  // 0.4 at 59,999.0: 23,999.6 paid.
  CHECK(wire.oracle.truth(kBtc).cash == -Int128{23'999'600} * Amount::kScale / 1'000);
  CHECK(wire.oracle.content());
}

TEST_CASE("the oracle complains about an order that is wrong when it leaves", "[chaos]") {
  struct Wrong {
    const char* words;
    std::function<void(Wire&)> does;
  };
  const std::vector<Wrong> wrongs{
      {"not in the log", [](Wire& w) { w.send(w.order(Side::Buy, 599'990, 1), false); }},
      {"a second time",
       [](Wire& w) {
         const OrderRequest order = w.order(Side::Buy, 599'990, 1);
         w.send(order);
         w.send(order);
       }},
      {"came after",
       [](Wire& w) {
         w.counter = 7;
         w.buy(1);
         w.counter = 3;
         w.buy(1);
       }},
      {"after the kill",
       [](Wire& w) {
         w.oracle.kill({}, false);
         w.buy(1);
       }},
      {"may not trade",
       [](Wire& w) {
         w.oracle.strategy_state(kFirst, StrategyState::Paused);
         w.buy(1);
       }},
      {"could turn it",
       [](Wire& w) {
         w.oracle.strategy_state(kFirst, StrategyState::ReduceOnly);
         w.buy(1);
       }},
      {"has the price",
       [](Wire& w) {
         OrderRequest order = w.order(Side::Buy, 599'990, 1);
         order.limit = Price::from_raw(order.limit.raw() + 1);
         w.send(order);
       }},
      {"has the quantity", [](Wire& w) { w.send(w.order(Side::Sell, 600'010, 2'001)); }},
      {"has the quantity", [](Wire& w) { w.send(w.order(Side::Sell, 600'010, 0)); }},
      {"worth too much", [](Wire& w) { w.buy(1'700); }},
      {"too far from", [](Wire& w) { w.send(w.order(Side::Buy, 601'300, 1)); }},
      {"our own",
       [](Wire& w) {
         w.buy(1);
         w.send(w.order(Side::Sell, 599'900, 1));
       }},
      {"makes",
       [](Wire& w) {
         for (int n = 0; n < 3; ++n) w.says(w.buy(1'500), ReportKind::Filled, 1'500);
         w.buy(501);
       }},
      {"one open order too many",
       [](Wire& w) {
         for (int n = 0; n < 13; ++n) w.buy(1);
       }},
      {"within a second",
       [](Wire& w) {
         for (int n = 0; n < 26; ++n) w.says(w.buy(1), ReportKind::Cancelled);
       }},
      {"gross",
       [](Wire& w) {
         for (int n = 0; n < 3; ++n) w.says(w.buy(1'500), ReportKind::Filled, 1'500);
         w.buy(300);
       }},
  };
  for (const Wrong& wrong : wrongs) {
    CAPTURE(wrong.words);
    Wire wire;
    wrong.does(wire);
    CAPTURE(wire.oracle.complaint());
    CHECK(wire.complains_of(wrong.words));
  }
}

TEST_CASE("a limit is kept up to its last unit", "[chaos]") {
  Wire wire;
  wire.send(wire.order(Side::Buy, 599'990, 1'650));  // 99,958.334 of 100,000
  wire.send(wire.order(Side::Buy, 601'200, 1));      // 0.2 % over 60,000.1 is 60,120.1
  for (int n = 0; n < 10; ++n) wire.buy(1);
  CHECK(wire.oracle.content());
}

TEST_CASE("the oracle complains about an order on a book that gives no price", "[chaos]") {
  struct Wrong {
    const char* words;
    std::function<void(Wire&)> does;
  };
  const std::vector<Wrong> wrongs{
      {"not whole", [](Wire& w) { w.book(RecordKind::DepthUpdate, 600'000, 600'001, 1); }},
      {"not whole", [](Wire& w) { w.oracle.books_lost(); }},
      {"not whole",
       [](Wire& w) {
         auto record = make_record(RecordKind::FeedStatus, FeedStatus{FeedEvent::Disconnected, {}});
         w.oracle.market(record.header);
       }},
      {"ns old", [](Wire& w) { w.now = w.now + (10 * kNsPerSecond + 1); }},
      {"without a price", [](Wire& w) { w.book(RecordKind::DepthUpdate, 600'001, 600'002); }},
  };
  for (const Wrong& wrong : wrongs) {
    CAPTURE(wrong.words);
    Wire wire;
    wire.buy(1);
    CHECK(wire.oracle.content());
    wrong.does(wire);
    wire.buy(1);
    CHECK(wire.complains_of(wrong.words));
  }
  Wire wire;
  wire.now = wire.now + 10 * kNsPerSecond;
  wire.book(RecordKind::DepthUpdate, 599'999, 600'001);
  wire.buy(1);
  CHECK(wire.oracle.content());
}

TEST_CASE("the engine may count more than is possible and never less", "[chaos]") {
  Wire wire;
  const OrderId id = wire.buy(10);
  wire.oracle.believes(kBtc, Wire::lots(10).raw(), -1);
  CHECK(wire.oracle.content());
  Wire less;
  less.buy(10);
  less.oracle.believes(kBtc, Wire::lots(10).raw() - 1, 0);
  CHECK(less.complains_of("is possible"));
  wire.oracle.believes_ended(id);
  CHECK(wire.complains_of("may still fill"));
}

TEST_CASE("an order is at stake as long as a copy of it may arrive", "[chaos]") {
  Wire wire;
  const OrderId id = wire.buy(10);
  wire.oracle.copied(id);
  wire.oracle.copy_lost(id);
  CHECK(wire.oracle.truth(kBtc).buy == Wire::lots(10).raw());
  wire.oracle.copy_lost(id);
  CHECK(wire.oracle.truth(kBtc).buy == 0);
  wire.oracle.believes_ended(id);
  CHECK(wire.oracle.content());
  wire.cancel(OrderId::make(1, 99));
  CHECK(wire.complains_of("never was"));
}

TEST_CASE("at rest each of position, cash, open orders and their number must be the truth",
          "[chaos]") {
  const auto rested = [](const std::function<void(Stake&)>& change, bool of_exchange) {
    Wire wire;
    const OrderId id = wire.buy(10);
    wire.says(id, ReportKind::Accepted);
    wire.says(id, ReportKind::Filled, 4);
    Stake right = wire.oracle.truth(kBtc);
    Stake wrong = right;
    change(wrong);
    wire.oracle.rests(kBtc, of_exchange ? right : wrong, of_exchange ? wrong : right);
    return wire.oracle.content();
  };
  for (const bool exchange : {false, true}) {
    CHECK(rested([](Stake&) {}, exchange));
    CHECK_FALSE(rested([](Stake& s) { ++s.position; }, exchange));
    CHECK_FALSE(rested([](Stake& s) { --s.cash; }, exchange));
    CHECK_FALSE(rested([](Stake& s) { ++s.buy; }, exchange));
    CHECK_FALSE(rested([](Stake& s) { ++s.sell; }, exchange));
    CHECK_FALSE(rested([](Stake& s) { ++s.orders; }, exchange));
  }
  Wire wire;
  const OrderId id = wire.buy(10);
  wire.oracle.rests_working(id, Wire::lots(10).raw());
  wire.oracle.rests_working_in_all(1);
  CHECK(wire.oracle.content());
  wire.oracle.rests_working_in_all(0);
  CHECK(wire.complains_of("working orders"));
  Wire killed;
  const OrderId left = killed.buy(10);
  killed.oracle.kill({}, false);
  killed.oracle.rests_working(left, Wire::lots(10).raw());
  CHECK(killed.complains_of("after a kill"));
}
