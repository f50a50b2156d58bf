// The oracle about scopes, flow, the kill switch and losses: it complains about each wrong, and is
// silent right before it.
#include <catch2/catch.hpp>
#include <functional>

#include "tests/chaos/wire.hpp"

using namespace sq;
using namespace sq::chaos;

namespace {
using Kind = KillScopeKind;
struct Wrong {
  const char* words;
  std::function<void(Wire&)> right;
  std::function<void(Wire&)> wrong;
};
void check_all(const std::vector<Wrong>& wrongs) {
  for (const Wrong& each : wrongs) {
    CAPTURE(each.words);
    Wire wire;
    each.right(wire);
    CAPTURE(wire.oracle.complaint());
    CHECK(wire.oracle.content());
    each.wrong(wire);
    CHECK(wire.complains_of(each.words));
  }
}
OrderId buy_for(Wire& wire, std::uint16_t strategy, std::int64_t lots) {
  OrderRequest order = wire.order(Side::Buy, 599'900 - wire.price_of_next(), lots);
  order.strategy = StrategyId{strategy};
  return wire.send(order);
}
void hold(Wire& wire, std::uint16_t strategy, int times) {
  for (int n = 0; n < times; ++n)
    wire.says(buy_for(wire, strategy, 1'500), ReportKind::Filled, 1'500);
}
OrderRequest way_out(Wire& wire, std::int64_t lots) {
  OrderRequest order = wire.order(Side::Sell, 599'999, lots);
  order.tif = TimeInForce::ImmediateOrCancel;
  return order;
}
void figure(Wire& wire, DayFigure which, std::int64_t value, StrategyId strategy,
            std::uint8_t scope = 0, std::uint32_t number = 0) {
  wire.oracle.day_figure({0, value, strategy, which, scope, number}, wire.now, false);
}
}  // namespace

TEST_CASE("the oracle holds every scope to its own limits", "[chaos]") {
  check_all({
      {"open value of scope 2",
       [](Wire& w) {
         for (int n = 0; n < 2; ++n) w.buy(1'650);
         w.buy(860);
       },
       [](Wire& w) { w.buy(10); }},
      {"gross exposure of scope 2",
       [](Wire& w) {
         hold(w, 0, 3);
         w.buy(160);
       },
       [](Wire& w) { w.buy(10); }},
      {"net exposure of scope 2",
       [](Wire& w) {
         hold(w, 1, 2);
         buy_for(w, 1, 333);
       },
       [](Wire& w) { buy_for(w, 1, 2); }},
      {"open value of scope 4",
       [](Wire& w) {
         buy_for(w, 1, 1'500);
         buy_for(w, 1, 1'500);
       },
       [](Wire& w) { buy_for(w, 1, 10); }},
      {"larger than its strategy", [](Wire& w) { buy_for(w, 2, 1'500); },
       [](Wire& w) { buy_for(w, 2, 1'501); }},
      {"for its strategy",
       [](Wire& w) {
         buy_for(w, 2, 1'500);
         buy_for(w, 2, 1'000);
       },
       [](Wire& w) { buy_for(w, 2, 1); }},
      {"more than scope 3", [](Wire& w) { w.buy(1'650); }, [](Wire& w) { w.buy(1'652); }},
  });
}

TEST_CASE("the oracle holds the flow of orders to its limits", "[chaos]") {
  const auto same = [](Wire& w) { w.send(w.order(Side::Buy, 599'990, 3)); };
  check_all({
      {"again",
       [&](Wire& w) {
         same(w);
         w.now = w.now + 2 * kNsPerSecond;
         w.book(RecordKind::DepthUpdate, 600'000, 600'001);
         same(w);
       },
       same},
      {"too much for a window",
       [](Wire& w) {
         for (int n = 0; n < 40; ++n) {
           w.now = w.now + kNsPerSecond;
           w.book(RecordKind::DepthUpdate, 600'000, 600'001);
           w.says(w.buy(1), ReportKind::Cancelled);
         }
       },
       [](Wire& w) { w.buy(1); }},
      {"one message too many",
       [](Wire& w) {  // 25 of the 30 tokens may go, 5 are for cancels
         for (int n = 0; n < 14; ++n) w.says(buy_for(w, 2, 1), ReportKind::Cancelled);
         for (int n = 0; n < 10; ++n) w.cancel(OrderId::make(1, 1), StrategyId{2});
         w.says(buy_for(w, 2, 1), ReportKind::Cancelled);
       },
       [](Wire& w) { buy_for(w, 2, 1); }},
  });
}

TEST_CASE("behind a kill only what was not in its scope may leave", "[chaos]") {
  for (const KillScope scope : {KillScope{}, KillScope{Kind::Venue, 2}, KillScope{Kind::Account, 0},
                                KillScope{Kind::Strategy, 0}, KillScope{Kind::Instrument, 0}}) {
    Wire wire;
    wire.oracle.kill(scope, false);
    wire.buy(1);
    CHECK(wire.complains_of("after the kill"));
    Wire again;
    again.oracle.kill(scope, false);
    again.oracle.open(scope);
    again.buy(1);
    CHECK(again.oracle.content());
  }
  for (const KillScope scope : {KillScope{Kind::Venue, 1}, KillScope{Kind::Account, 1},
                                KillScope{Kind::Strategy, 1}, KillScope{Kind::Instrument, 1}}) {
    Wire wire;
    wire.oracle.kill(scope, false);
    wire.buy(1);
    CHECK(wire.oracle.content());
  }
}

TEST_CASE("a flattening order shrinks a position in a scope that is worked out", "[chaos]") {
  for (const bool flatten : {true, false}) {
    Wire wire;
    hold(wire, 0, 1);
    wire.oracle.kill({Kind::Account, 0}, flatten);
    wire.send(way_out(wire, 1'500));
    CHECK(wire.oracle.content() == flatten);
  }
  Wire turns;
  hold(turns, 0, 1);
  turns.oracle.kill({}, true);
  turns.send(way_out(turns, 1'501));
  CHECK(turns.complains_of("after the kill"));
}

TEST_CASE("a kill cancels what may still fill in its scope, at once", "[chaos]") {
  Wire wire;
  const OrderId id = wire.buy(1);
  wire.cancel(id);
  wire.now = wire.now + 1;
  wire.oracle.kill_done({Kind::Strategy, 1}, wire.now);
  CHECK(wire.oracle.content());
  wire.cancel(id);
  wire.oracle.kill_done({Kind::Strategy, 0}, wire.now);
  CHECK(wire.oracle.content());
  wire.oracle.kill_done({Kind::Strategy, 0}, wire.now + 1);
  CHECK(wire.complains_of("not cancelled"));
}

TEST_CASE("a limit on loss that the log has latched lets only shrinking orders pass", "[chaos]") {
  struct Latched {
    std::uint8_t scope;
    std::uint32_t number;
    bool holds;
  };
  for (const Latched& each : {Latched{1, 0, true}, Latched{2, 0, true}, Latched{2, 1, false},
                              Latched{4, 0, true}, Latched{4, 1, false}}) {
    CAPTURE(each.scope, each.number);
    Wire wire;
    hold(wire, 0, 1);
    figure(wire, DayFigure::Latch, 1, kNoStrategy, each.scope, each.number);
    wire.send(way_out(wire, 1));
    CHECK(wire.oracle.content());
    wire.buy(1);
    CHECK(wire.oracle.content() != each.holds);
    Wire halted;
    hold(halted, 0, 1);
    figure(halted, DayFigure::Latch, 2, kNoStrategy, each.scope, each.number);
    halted.send(way_out(halted, 1));
    CHECK(halted.oracle.content() != each.holds);
  }
}

TEST_CASE("what was lost by the fills that were told is within the limit of the day", "[chaos]") {
  // 4.5 bought at 60,050 are worth 225 less at 60,000.05; at 60,070, 315.
  for (const std::int64_t price : {600'500, 600'700}) {
    Wire wire;
    figure(wire, DayFigure::Base, 0, kFirst);
    for (std::uint64_t n = 1; n <= 3; ++n) {
      OrderReport told;
      told.id = wire.buy(1'500);
      told.kind = ReportKind::Filled;
      told.trade_id = n;
      told.last_qty = Wire::lots(1'500);
      told.last_price = Wire::price(price);
      const auto record = make_record(RecordKind::OrderReport, told);
      wire.oracle.told(record.header);
      wire.oracle.told(record.header);
      wire.says(told.id, ReportKind::Cancelled);
    }
    CHECK(wire.oracle.content());
    wire.buy(1);
    CHECK(wire.complains_of("after a loss") == (price == 600'700));
  }
  Wire wire;
  figure(wire, DayFigure::Base, 100'000'001, kFirst);
  CHECK(wire.complains_of("begins at"));
}
