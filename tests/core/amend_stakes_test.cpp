// What is counted of amended orders and corrected trades on the less usual ways: old answers that
// are the first to show new terms, corrections before their fill, the balances a venue should show.
// Source: controls P26, T04, A05; faults X07, X17.
#include <catch2/catch.hpp>

#include "tests/core/amend_desk.hpp"

namespace sq::test {
namespace {
struct Desk : AmendDesk {
  void amend(OrderId id, std::int64_t tenths, std::int32_t total) {
    act([&](strategy::Context& context) {
      REQUIRE(context.amend(id, price(tenths), Qty::from_units(total)).id == id);
    });
  }
  void told(OrderId id, ReportKind kind, std::uint64_t trade, std::int32_t units,
            std::int64_t tenths) {
    answer(id, kind, [&](OrderReport& report) {
      report.trade_id = trade;
      report.last_qty = Qty::from_units(units);
      report.last_price = price(tenths);
    });
  }
  [[nodiscard]] Price meets_at() const {
    const auto& resting = core.ledger().gate().exposure(kBtc).resting;
    REQUIRE(resting.size() == 1);
    return resting[0].limit;
  }
};
}  // namespace

TEST_CASE("an answer older than our fills that first shows an amend's terms frees what they free",
          "[core][amend]") {
  Desk t;
  const OrderId id = t.open(CoreFixture::buy(9'990, 4));
  t.amend(id, 9'990, 3);
  t.act([&](strategy::Context& context) { context.cancel(id); });
  t.told(id, ReportKind::Filled, 1, 2, 9'990);
  CHECK(t.open_units() == 2);  // 4 less 2: the old terms may still hold
  t.answer(id, ReportKind::Status, [](OrderReport& report) {
    report.state = OrderState::Open;
    report.cumulative_qty = Qty::from_units(1);
    report.last_price = CoreFixture::price(9'990);
    report.last_qty = Qty::from_units(3);
    report.amend = 1;
  });
  CHECK(t.open_units() == 1);
}

TEST_CASE("an order that is being amended may meet others at either of its limits",
          "[core][amend]") {
  Desk t;
  const OrderId id = t.open(CoreFixture::buy(9'980, 4));
  CHECK(t.meets_at() == CoreFixture::price(9'980));
  t.amend(id, 9'990, 4);
  CHECK(t.meets_at() == CoreFixture::price(9'990));
  t.answer(id, ReportKind::ReplaceRejected, [](OrderReport& report) { report.amend = 1; });
  CHECK(t.meets_at() == CoreFixture::price(9'980));
  Desk lower;
  lower.amend(lower.open(CoreFixture::buy(9'980, 4)), 9'970, 4);
  CHECK(lower.meets_at() == CoreFixture::price(9'980));
}

TEST_CASE("a correction before its fill books the trade once, as corrected", "[core][bust]") {
  Desk t;
  const OrderId id = t.open(CoreFixture::buy(10'000, 4));
  t.told(id, ReportKind::Corrected, 9, 2, 9'990);
  CHECK(t.core.ledger().portfolio().position(kBtc) == Qty::from_units(2));
  t.told(id, ReportKind::Filled, 9, 3, 10'000);
  CHECK(t.core.ledger().portfolio().position(kBtc) == Qty::from_units(2));
  CHECK(t.core.ledger().orders().pool().find(id)->filled == Qty::from_units(3));
  CHECK(t.open_units() == 1);
  CHECK(t.journal.of(RecordKind::FillBooked).size() == 1);
}

TEST_CASE("a trade that was taken back moves no balance and is not booked from the venue's list",
          "[core][bust]") {
  Desk t;
  const OrderId id = t.open(CoreFixture::buy(10'000, 4));
  t.told(id, ReportKind::Filled, 1, 2, 10'000);
  const auto moved = [&] {
    Int128 sum = 0;
    for (const oms::CashLine& line : t.core.ledger().accounts().cash())
      sum += line.moved < 0 ? -line.moved : line.moved;
    return sum;
  };
  CHECK(moved() != 0);
  t.answer(id, ReportKind::Busted, [](OrderReport& report) { report.trade_id = 1; });
  CHECK(moved() == 0);
  CHECK(t.core.ledger().accounts().lost() == 0);
  t.told(id, ReportKind::Trade, 1, 2, 10'000);
  CHECK(moved() == 0);
  CHECK(t.core.ledger().portfolio().position(kBtc) == Qty{});
}
}  // namespace sq::test
