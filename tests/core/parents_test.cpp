// Parents: no child beyond the bound, whatever is unknown, late, closed or restarted (P31).
#include <catch2/catch.hpp>

#include "tests/core/parents_fixture.hpp"

using namespace sq;
using namespace sq::test;
using risk::Rule;

TEST_CASE("children pass up to the parent's quantity and not one lot beyond", "[core][parents]") {
  ParentsFixture p;
  p.begin();
  const OrderId parent = p.open(ParentsFixture::buying(5));
  CHECK(p.child(parent, 3).refused == Rule::None);
  CHECK(p.child(parent, 3).refused == Rule::ParentQty);
  CHECK(p.child(parent, 2).refused == Rule::None);
  CHECK(p.child(parent, 1).refused == Rule::ParentQty);
  CHECK(p.sent().size() == 2);
  const auto refused = p.f.journal.of(RecordKind::OrderRefused);
  REQUIRE(refused.size() == 2);
  const auto& why = payload_of<OrderRefused>(*refused[0]);
  CHECK(why.parent == parent);
  CHECK(why.observed == Qty::from_units(6).raw());
  CHECK(why.allowed == Qty::from_units(5).raw());
}

TEST_CASE("a child that is being cancelled or unknown counts until its end is proven",
          "[core][parents]") {
  ParentsFixture p;
  p.begin();
  const OrderId parent = p.open(ParentsFixture::buying(2));
  const OrderId child = p.child(parent, 2).id;
  p.f.report(child, ReportKind::Unknown);
  CHECK(p.child(parent, 1).refused == Rule::ParentQty);
  p.f.report(child, ReportKind::Accepted);
  p.act([&](strategy::Context& context) { context.cancel(child); });
  CHECK(p.child(parent, 1).refused == Rule::ParentQty);
  p.f.report(child, ReportKind::Filled, 1, 77, 9'990);
  CHECK(p.child(parent, 1).refused == Rule::ParentQty);
  p.f.report(child, ReportKind::Cancelled);
  CHECK(p.child(parent, 2).refused == Rule::ParentQty);
  CHECK(p.child(parent, 1).refused == Rule::None);
}

TEST_CASE("a parent takes only its own strategy's children, of its side, price and number",
          "[core][parents]") {
  ParentsFixture p;
  p.begin();
  strategy::ParentIntent intent = ParentsFixture::buying(5);
  intent.limit = CoreFixture::price(9'990);
  intent.children_max = 2;
  const OrderId parent = p.open(intent);
  CHECK(p.child(OrderId::make(1, 999), 1).refused == Rule::ParentClosed);
  CHECK(p.child(parent, 1, 10'020, Side::Sell).refused == Rule::ParentTerms);
  CHECK(p.child(parent, 1, 9'991).refused == Rule::ParentPrice);
  CHECK(p.child(parent, 1, 9'990).refused == Rule::None);
  CHECK(p.child(parent, 1, 9'989).refused == Rule::None);
  CHECK(p.child(parent, 1, 9'989).refused == Rule::ParentTerms);  // a third
  const OrderId worked = p.hold(ParentsFixture::stop(Side::Buy, 1, 10'050));
  CHECK(p.child(worked, 1).refused == Rule::ParentTerms);  // the engine makes its children
}

TEST_CASE("closing cancels the children, admits no other, and is done when all have ended",
          "[core][parents]") {
  ParentsFixture p;
  p.begin();
  const OrderId parent = p.open(ParentsFixture::buying(5));
  const OrderId child = p.child(parent, 2).id;
  p.f.report(child, ReportKind::Accepted);
  p.act([&](strategy::Context& context) { context.close(parent); });
  REQUIRE(p.f.venue.cancels.size() == 1);
  CHECK(p.f.venue.cancels[0].reason == CancelReason::Parent);
  CHECK(p.parent(parent).state == ParentState::Closing);
  CHECK(p.child(parent, 1).refused == Rule::ParentClosed);
  p.fill(child, 1);
  CHECK(p.parent(parent).state == ParentState::Closing);
  p.f.report(child, ReportKind::Cancelled);
  CHECK(p.parent(parent).state == ParentState::Done);
  CHECK(p.seen.parents.back().state == ParentState::Done);
  CHECK(p.seen.parents.back().filled == Qty::from_units(1));
  CHECK(p.child(parent, 1).refused == Rule::ParentClosed);
}

TEST_CASE("fills add up to the parent's exact average price, and the last one ends it",
          "[core][parents]") {
  ParentsFixture p;
  p.begin();
  const OrderId parent = p.open(ParentsFixture::buying(3));
  const OrderId a = p.child(parent, 1).id;
  const OrderId b = p.child(parent, 2).id;
  p.fill(a, 1, 9'990);
  p.fill(b, 1, 9'991);
  CHECK(p.parent(parent).open());
  CHECK(p.parent(parent).average_price().raw() == 999'050'000'000);
  p.fill(b, 1, 9'991);
  CHECK(p.parent(parent).state == ParentState::Done);
  // (999.0 + 2 x 999.1) / 3 = 999.0666..., toward zero in 1e-9.
  CHECK(p.parent(parent).average_price().raw() == 999'066'666'666);
  CHECK(p.seen.parents.back().state == ParentState::Done);
}

TEST_CASE("a busted fill leaves the average of a parent, a corrected one enters it anew",
          "[core][parents]") {
  ParentsFixture p;
  p.begin();
  const OrderId parent = p.open(ParentsFixture::buying(5));
  const OrderId child = p.child(parent, 4).id;
  const auto told = [&](ReportKind kind, std::uint64_t trade, std::int32_t qty,
                        std::int64_t tenths) { p.f.report(child, kind, qty, trade, tenths); };
  const auto average = [&] { return p.parent(parent).average_price(); };
  told(ReportKind::Filled, 1, 1, 9'990);
  told(ReportKind::Filled, 2, 1, 9'980);
  CHECK(average().raw() == 998'500'000'000);
  p.seen.parents.clear();
  told(ReportKind::Busted, 2, 0, 0);
  CHECK(average() == CoreFixture::price(9'990));
  REQUIRE_FALSE(p.seen.parents.empty());
  CHECK(p.seen.parents.back().average_price == CoreFixture::price(9'990));
  CHECK(p.seen.parents.back().filled == Qty::from_units(2));  // a bust gives nothing back
  told(ReportKind::Corrected, 1, 1, 9'970);
  CHECK(average() == CoreFixture::price(9'970));
  // Its correction first: one trade, at what it was corrected to.
  told(ReportKind::Corrected, 3, 1, 9'960);
  told(ReportKind::Filled, 3, 1, 9'990);
  CHECK(average() == CoreFixture::price(9'965));
  // Its bust first: it never was.
  told(ReportKind::Busted, 4, 0, 0);
  told(ReportKind::Filled, 4, 1, 9'900);
  CHECK(average() == CoreFixture::price(9'965));
  told(ReportKind::Busted, 1, 0, 0);
  told(ReportKind::Busted, 3, 0, 0);
  CHECK(average() == Price{});
  CHECK(p.parent(parent).filled == Qty::from_units(4));
}

TEST_CASE("a deadline closes the parent at its moment and not before", "[core][parents]") {
  ParentsFixture p;
  p.begin();
  strategy::ParentIntent intent = ParentsFixture::buying(5);
  intent.duration_ns = 100 * kNsPerMs;
  const OrderId parent = p.open(intent);
  const OrderId child = p.child(parent, 1).id;
  p.f.report(child, ReportKind::Accepted);
  p.f.at_ms += 79;  // with the 20 of the child: 99
  p.f.empty_input(RecordKind::TimeTick);
  CHECK(p.parent(parent).open());
  p.f.at_ms += 1;
  p.f.empty_input(RecordKind::TimeTick);
  CHECK(p.parent(parent).state == ParentState::Closing);
  CHECK(p.f.venue.cancels.size() == 1);
}

TEST_CASE("a restart keeps the bound: what the old process sent still counts", "[core][parents]") {
  ParentsFixture lived;
  lived.begin();
  const OrderId parent = lived.open(ParentsFixture::buying(4));
  const OrderId a = lived.child(parent, 2).id;
  const OrderId b = lived.child(parent, 1).id;
  lived.fill(a, 1, 9'990);
  lived.f.report(b, ReportKind::Unknown);
  ParentsFixture again;
  for (std::size_t i = 0; i < lived.f.journal.records.size(); ++i)
    again.f.core.recover(lived.f.journal.at(i));
  again.continue_from(lived);
  CHECK(again.parent(parent).filled == Qty::from_units(1));
  CHECK(again.parent(parent).at_stake == Qty::from_units(2));
  REQUIRE_FALSE(again.seen.parents.empty());
  CHECK(again.seen.parents.front().id == parent);
  CHECK(again.child(parent, 2).refused == Rule::ParentQty);
  CHECK(again.child(parent, 1).refused == Rule::None);
  again.f.report(a, ReportKind::Cancelled);
  CHECK(again.child(parent, 1).refused == Rule::None);
  CHECK(again.child(parent, 1).refused == Rule::ParentQty);
}

TEST_CASE("a kill closes parents; only what is to be kept stays, and sends nothing",
          "[core][parents]") {
  ParentsFixture p;
  p.begin();
  const OrderId plain = p.hold(ParentsFixture::stop(Side::Buy, 1, 10'050));
  strategy::HeldOrder kept = ParentsFixture::stop(Side::Buy, 1, 10'050);
  kept.keep = true;
  const OrderId protective = p.hold(kept);
  AdminCommand kill;
  kill.command = Command::Kill;
  p.f.input(RecordKind::AdminCommand, kill);
  CHECK(p.parent(plain).state == ParentState::Done);
  CHECK(p.parent(plain).trigger.state == TriggerState::Ended);
  CHECK(p.parent(protective).open());
  for (int i = 0; i < 5; ++i) p.book(10'060, 10'061);
  CHECK(p.sent().empty());
}

// A broken child logic: one order every 10 us, 100,000 a second, for a tenth of a second.
namespace {
struct Runaway {
  ParentsFixture p;
  MonoTime began{};
  explicit Runaway(strategy::ParentIntent intent, bool expires, std::int64_t rate)
      : p{[&](auto& s) {
          s.strategies[0].limits.orders_per_second_max = rate;
          s.firm.orders_per_second_max = 1'000'000;
          s.strategies[0].limits.open_orders_max = s.instruments[0].limits.open_orders_max = 5'000;
          s.firm.open_orders_max = 10'000;
          s.order_capacity = 1U << 14;
        }} {
    p.begin();
    const OrderId parent = p.open(intent);
    p.seen.every = [parent](strategy::Context& context) {
      strategy::OrderIntent order = CoreFixture::buy(9'990, 1);
      order.qty = Qty::from_raw(Qty::kScale / 100);
      order.tif = TimeInForce::ImmediateOrCancel;
      order.parent = parent;
      static_cast<void>(context.submit(order));
      context.start_timer(10'000);
    };
    p.act([](strategy::Context& context) { context.start_timer(10'000); });
    began = p.f.core.now();
    std::size_t answered = 0;
    for (std::int64_t us = 10; us <= 100'000; us += 10) {
      RecordHeader tick;
      tick.kind = RecordKind::TimeTick;
      tick.length = sizeof tick;
      tick.mono = began + us * 1'000;
      tick.wall = kStart + p.f.at_ms * kNsPerMs + us * 1'000;
      p.f.core.on_input(tick);
      for (; expires && answered < p.sent().size(); ++answered) {
        OrderReport report;
        report.id = p.sent()[answered].id;
        report.kind = ReportKind::Expired;
        auto record = make_record(RecordKind::OrderReport, report);
        record.header.instrument = kBtc;
        p.f.core.on_input(record.header);
      }
    }
  }
  // From the first tick to the state that stops it.
  [[nodiscard]] std::int64_t stopped_after() const {
    for (const RecordHeader* record : p.f.journal.of(RecordKind::StrategyChanged))
      if (payload_of<StrategyChanged>(*record).cause == StateCause::Runaway)
        return record->mono - began;
    return -1;
  }
};
}  // namespace

TEST_CASE("a runaway of children stops at the parent's bound and within 10 ms",
          "[core][parents][knight]") {
  SECTION("bound by the quantity") {
    const Runaway run{ParentsFixture::buying(1), false, 100'000};
    CHECK(run.p.sent().size() == 100);  // 100 x 0.01
    CHECK(run.stopped_after() > 0);
    CHECK(run.stopped_after() <= 10 * kNsPerMs);
  }
  SECTION("bound by the number of children, each of which expires") {
    strategy::ParentIntent intent = ParentsFixture::buying(1);
    intent.children_max = 300;
    const Runaway run{intent, true, 100'000};
    CHECK(run.p.sent().size() == 300);
    CHECK(run.stopped_after() > 0);
    CHECK(run.stopped_after() <= 10 * kNsPerMs);
  }
  SECTION("bound by the rate") {
    const Runaway run{ParentsFixture::buying(1), true, 50};
    CHECK(run.p.sent().size() == 50);
    CHECK(run.stopped_after() > 0);
    CHECK(run.stopped_after() <= 10 * kNsPerMs);
    CHECK(run.p.f.core.ledger().strategy_state(StrategyId{0}) == StrategyState::Paused);
  }
}
