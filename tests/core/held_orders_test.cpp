// Orders that the engine holds: triggered by what is believable, once, through the same gate.
#include <catch2/catch.hpp>

#include "tests/core/parents_fixture.hpp"

using namespace sq;
using namespace sq::test;

TEST_CASE("a stop fires when the second price in a row is at its trigger, as a protected order",
          "[core][held]") {
  ParentsFixture p;
  p.begin();
  p.book();
  p.book();
  strategy::HeldOrder order = ParentsFixture::stop(Side::Sell, 2, 9'980);
  order.protection_bps = 100;
  const OrderId id = p.hold(order);
  p.book(9'981, 9'982);
  p.book(9'980, 9'981);
  p.book(9'981, 9'982);  // one price is not two in a row
  p.book(9'980, 9'981);
  CHECK(p.sent().empty());
  p.book(9'979, 9'980);
  REQUIRE(p.sent().size() == 1);
  CHECK(p.sent()[0].parent == id);
  CHECK(p.sent()[0].side == Side::Sell);
  CHECK(p.sent()[0].qty == Qty::from_units(2));
  CHECK(p.sent()[0].tif == TimeInForce::ImmediateOrCancel);
  // 997.9 less 1 % is 987.921: on tick, not below it.
  CHECK(p.sent()[0].limit == CoreFixture::price(9'880));
  // What the first one left goes out again until all is filled; never more.
  p.fill(p.sent()[0].id, 1, 9'979);
  p.f.report(p.sent()[0].id, ReportKind::Expired);
  p.book(9'979, 9'980);
  REQUIRE(p.sent().size() == 2);
  CHECK(p.sent()[1].qty == Qty::from_units(1));
  p.fill(p.sent()[1].id, 1, 9'979);
  p.book(9'979, 9'980);
  CHECK(p.sent().size() == 2);
  CHECK(p.parent(id).state == ParentState::Done);
}

TEST_CASE("a print far off the book fires nothing; one at the bound counts", "[core][held]") {
  ParentsFixture p;
  p.begin();
  strategy::HeldOrder order = ParentsFixture::stop(Side::Sell, 1, 9'910);
  order.trigger.source = TriggerSource::Last;
  order.trigger.confirm_events = 1;
  order.trigger.jump_bps = 90;  // below a bid of 1000.0: 991.0 and not 990.9
  const OrderId id = p.hold(order);
  p.print(9'909);
  p.print(5'000);
  CHECK(p.parent(id).trigger.state == TriggerState::Armed);
  p.print(9'910);
  CHECK(p.parent(id).trigger.state == TriggerState::Triggered);
  CHECK(p.sent().size() == 1);
}

TEST_CASE("no print fires a stop while the book is not live", "[core][held]") {
  ParentsFixture p;
  p.begin();
  strategy::HeldOrder order = ParentsFixture::stop(Side::Sell, 1, 9'990);
  order.trigger.source = TriggerSource::Last;
  order.trigger.confirm_events = 1;
  const OrderId id = p.hold(order);
  p.f.update(10'000, 10'001, 7, true);  // a gap
  for (int i = 0; i < 3; ++i) p.print(9'980);
  CHECK(p.parent(id).trigger.state == TriggerState::Armed);
  CHECK(p.sent().empty());
}

TEST_CASE("a best price that jumps counts only when the next confirms it", "[core][held]") {
  ParentsFixture p;
  p.begin();
  p.book();
  strategy::HeldOrder order = ParentsFixture::stop(Side::Sell, 1, 9'900);
  order.trigger.confirm_events = 1;
  order.trigger.jump_bps = 50;
  const OrderId id = p.hold(order);
  p.book();
  p.book();
  p.book(9'500, 10'001);
  p.book();
  CHECK(p.parent(id).trigger.state == TriggerState::Armed);
  p.book(9'500, 9'501);
  CHECK(p.sent().empty());
  p.book(9'500, 9'501);
  CHECK(p.sent().size() == 1);
}

TEST_CASE("a confirmation in time fires by its timer without another price", "[core][held]") {
  ParentsFixture p;
  p.begin();
  p.book();
  strategy::HeldOrder order = ParentsFixture::stop(Side::Buy, 1, 10'020);
  order.trigger.confirm_events = 1;
  order.trigger.confirm_ns = 50 * kNsPerMs;
  p.hold(order);
  p.book();
  p.book(10'019, 10'020);
  p.f.at_ms += 49;
  p.f.empty_input(RecordKind::TimeTick);
  CHECK(p.sent().empty());
  p.f.at_ms += 1;
  p.f.empty_input(RecordKind::TimeTick);
  CHECK(p.sent().size() == 1);
}

TEST_CASE("a take-profit with a limit rests there once its price is reached", "[core][held]") {
  ParentsFixture p;
  p.begin();
  p.book();
  strategy::HeldOrder order = ParentsFixture::stop(Side::Sell, 1, 10'050);
  order.trigger.kind = TriggerKind::TakeProfit;
  order.limit = CoreFixture::price(10'060);
  p.hold(order);
  p.book(10'049, 10'051);
  p.book(10'049, 10'051);
  CHECK(p.sent().empty());
  p.book(10'050, 10'051);
  p.book(10'050, 10'052);
  REQUIRE(p.sent().size() == 1);
  CHECK(p.sent()[0].limit == CoreFixture::price(10'060));
  CHECK(p.sent()[0].tif == TimeInForce::GoodTillCancel);
}

TEST_CASE("a trailing stop follows from its activation, never back, also over a restart",
          "[core][held]") {
  ParentsFixture p;
  p.begin();
  p.book();
  strategy::HeldOrder order = ParentsFixture::stop(Side::Sell, 1, 0);
  order.trigger.kind = TriggerKind::Trailing;
  order.trigger.trail = CoreFixture::price(20);
  order.trigger.activation = CoreFixture::price(10'010);
  const OrderId id = p.hold(order);
  p.book();
  p.book(9'950, 9'951);  // before the activation nothing follows and nothing fires
  p.book(9'950, 9'952);
  CHECK(p.parent(id).trigger.state == TriggerState::Waiting);
  p.book(10'010, 10'011);
  CHECK(p.parent(id).trigger.price == CoreFixture::price(9'990));
  p.book(10'030, 10'031);
  p.book(10'015, 10'016);
  CHECK(p.parent(id).trigger.price == CoreFixture::price(10'010));

  ParentsFixture again;
  for (std::size_t i = 0; i < p.f.journal.records.size(); ++i)
    again.f.core.recover(p.f.journal.at(i));
  again.continue_from(p);
  CHECK(again.parent(id).trigger.price == CoreFixture::price(10'010));
  again.book(10'012, 10'013);
  again.book(10'012, 10'014);
  CHECK(again.sent().empty());
  again.book(10'010, 10'011);
  again.book(10'009, 10'011);
  REQUIRE(again.sent().size() == 1);
  CHECK(again.sent()[0].id == OrderId::make(2, 1));
}

TEST_CASE("an order that triggered before a crash is not sent twice after it", "[core][held]") {
  ParentsFixture p;
  p.begin();
  p.book();
  const OrderId id = p.hold(ParentsFixture::stop(Side::Sell, 1, 9'990));
  p.book(9'990, 9'991);
  p.book(9'990, 9'992);
  p.book(9'990, 9'993);
  REQUIRE(p.sent().size() == 1);
  // After the record of the trigger, and after that of the order: everything that can be lost.
  for (std::size_t cut = 0; cut <= p.f.journal.records.size(); ++cut) {
    ParentsFixture again;
    bool was_sent = false;
    for (std::size_t i = 0; i < cut; ++i) {
      again.f.core.recover(p.f.journal.at(i));
      was_sent = was_sent || p.f.journal.at(i).kind == RecordKind::OrderSent;
    }
    if (again.f.core.ledger().parents().find(id) == nullptr || !was_sent) continue;
    again.continue_from(p);
    for (int i = 0; i < 4; ++i) again.book(9'980, 9'981);
    CHECK(again.sent().empty());  // the old one may still fill
    CHECK(again.parent(id).at_stake == Qty::from_units(1));
  }
}

TEST_CASE("what the gate refuses is tried again, ever more slowly, until it passes",
          "[core][held]") {
  ParentsFixture p{[](core::CoreSetup& setup) {
    setup.instruments[0].limits.reference_age_ns_max = 3 * kNsPerSecond;
    setup.instruments[0].limits.position_max = Qty::from_units(1);
  }};
  p.begin();
  p.book();
  p.hold(ParentsFixture::stop(Side::Sell, 2, 9'990));  // more than the position limit lets pass
  p.book(9'990, 9'991);
  p.book(9'990, 9'992);
  for (int i = 0; i < 100; ++i) p.book(9'990, 9'991);  // 2 s
  CHECK(p.sent().empty());
  const std::size_t refused = p.f.journal.of(RecordKind::OrderRefused).size();
  CHECK(refused >= 4);  // 0, 0.1, 0.3, 0.7, 1.5 s after it triggered
  CHECK(refused <= 5);
}
