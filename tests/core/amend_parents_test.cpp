// Amends of a parent's children: what they add is the parent's too, and it lets nothing beyond its
// bound (P26, P31).
#include <catch2/catch.hpp>

#include "tests/core/parents_fixture.hpp"

using namespace sq;
using namespace sq::test;
using risk::Rule;

namespace {
struct Amending : ParentsFixture {
  OrderId working(OrderId parent, std::int32_t qty, std::int64_t tenths = 9'990) {
    const OrderId id = child(parent, qty, tenths).id;
    REQUIRE(id != OrderId{});
    f.report(id, ReportKind::Accepted);
    return id;
  }
  Rule amend(OrderId id, std::int32_t total, std::int64_t tenths = 9'990) {
    Rule refused{};
    act([&](strategy::Context& context) {
      refused = context.amend(id, CoreFixture::price(tenths), Qty::from_units(total)).refused;
    });
    return refused;
  }
  void answer(OrderId id, ReportKind kind, std::int32_t total, std::int64_t tenths = 9'990) {
    OrderReport made;
    made.id = id;
    made.kind = kind;
    made.last_price = CoreFixture::price(tenths);
    made.last_qty = Qty::from_units(total);
    made.amend = static_cast<std::uint16_t>(f.core.ledger().orders().pool().find(id)->amend.number);
    made.fee = {*Currency::parse("USDT"), 0};
    f.input(RecordKind::OrderReport, made, kBtc);
  }
};
}  // namespace

TEST_CASE("a child is amended up to its parent's quantity and not one lot beyond",
          "[core][parents][amend]") {
  Amending p;
  p.begin();
  const OrderId parent = p.open(ParentsFixture::buying(5));
  const OrderId id = p.working(parent, 3);
  CHECK(p.amend(id, 6) == Rule::ParentQty);
  CHECK(p.f.venue.amends.empty());
  CHECK(p.parent(parent).at_stake == Qty::from_units(3));
  CHECK(p.amend(id, 5) == Rule::None);
  REQUIRE(p.f.venue.amends.size() == 1);
  CHECK(p.parent(parent).at_stake == Qty::from_units(5));
  CHECK(p.child(parent, 1).refused == Rule::ParentQty);
  p.answer(id, ReportKind::ReplaceRejected, 0);
  CHECK(p.parent(parent).at_stake == Qty::from_units(3));
  CHECK(p.child(parent, 3).refused == Rule::ParentQty);
  CHECK(p.child(parent, 2).refused == Rule::None);
  CHECK(p.amend(id, 4) == Rule::ParentQty);
}

TEST_CASE("an amend to less gives room to other children when the venue has said so",
          "[core][parents][amend]") {
  Amending p;
  p.begin();
  const OrderId parent = p.open(ParentsFixture::buying(5));
  const OrderId id = p.working(parent, 5);
  p.fill(id, 1, 9'990);
  CHECK(p.amend(id, 3) == Rule::None);
  CHECK(p.child(parent, 1).refused == Rule::ParentQty);
  p.answer(id, ReportKind::Replaced, 3);
  CHECK(p.parent(parent).at_stake == Qty::from_units(2));
  CHECK(p.parent(parent).filled == Qty::from_units(1));
  CHECK(p.child(parent, 3).refused == Rule::ParentQty);
  CHECK(p.child(parent, 2).refused == Rule::None);
}

TEST_CASE("a child is amended neither beyond its parent's price nor when the parent is closing",
          "[core][parents][amend]") {
  Amending p;
  p.begin();
  strategy::ParentIntent intent = ParentsFixture::buying(5);
  intent.limit = CoreFixture::price(9'990);
  const OrderId parent = p.open(intent);
  const OrderId id = p.working(parent, 2, 9'985);
  CHECK(p.amend(id, 2, 9'991) == Rule::ParentPrice);
  CHECK(p.amend(id, 2, 9'990) == Rule::None);
  p.answer(id, ReportKind::Replaced, 2, 9'990);
  p.act([&](strategy::Context& context) { context.close(parent); });
  REQUIRE(p.f.venue.cancels.size() == 1);
  p.f.report(id, ReportKind::CancelRejected);
  CHECK(p.amend(id, 1) != Rule::None);
  CHECK(p.f.venue.amends.size() == 1);
}

TEST_CASE("a parent whose child's amend nobody answered keeps the larger bound over a restart",
          "[core][parents][amend]") {
  Amending lived;
  lived.begin();
  const OrderId parent = lived.open(ParentsFixture::buying(5));
  const OrderId id = lived.working(parent, 2);
  CHECK(lived.amend(id, 4) == Rule::None);
  Amending again;
  for (std::size_t i = 0; i < lived.f.journal.records.size(); ++i)
    again.f.core.recover(lived.f.journal.at(i));
  again.continue_from(lived);
  CHECK(again.parent(parent).at_stake == Qty::from_units(4));
  CHECK(again.child(parent, 2).refused == Rule::ParentQty);
  again.answer(id, ReportKind::Replaced, 4);
  again.fill(id, 4, 9'990);
  CHECK(again.parent(parent).filled == Qty::from_units(4));
  CHECK(again.parent(parent).at_stake == Qty{});
  CHECK(again.child(parent, 2).refused == Rule::ParentQty);
  CHECK(again.child(parent, 1).refused == Rule::None);
}
