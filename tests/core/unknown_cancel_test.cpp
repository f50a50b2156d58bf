// An order that never arrived, and a strategy that goes on cancelling it.
#include <catch2/catch.hpp>

#include "tests/core/core_fixture.hpp"

namespace sq::test {
TEST_CASE("an order that never arrived is proven absent however often it is cancelled meanwhile",
          "[core]") {
  CoreFixture f;
  OrderId id;
  f.script.on_top = [&](const strategy::Top&, strategy::Context& context) {
    if (id == OrderId{})
      id = context.submit(CoreFixture::buy(9'990)).id;
    else
      context.cancel(id);
  };
  f.start();
  f.open_book();
  REQUIRE(id != OrderId{});
  f.report(id, ReportKind::Unknown);
  std::size_t refused = 0;
  std::size_t answered = 0;
  const auto state = [&] { return f.core.ledger().orders().pool().find(id)->state; };
  for (std::int32_t step = 1; step <= 600 && state() != OrderState::NotSent; ++step) {
    f.at_ms = step * 100;
    f.update(10'000, 10'001, 2 + step % 2);
    for (; refused < f.venue.cancels.size(); ++refused) {
      OrderReport no;
      no.id = id;
      no.kind = ReportKind::CancelRejected;
      no.code = RejectCode::UnknownOrder;
      f.input(RecordKind::OrderReport, no, kBtc);
    }
    for (; answered < f.journal.of(RecordKind::QuerySent).size(); ++answered) {
      OrderReport absent;
      absent.id = id;
      absent.kind = ReportKind::Status;
      absent.code = RejectCode::UnknownOrder;
      f.input(RecordKind::OrderReport, absent, kBtc);
    }
  }
  CHECK(refused > 10);
  CHECK(answered >= 3);
  CHECK(state() == OrderState::NotSent);
  CHECK(f.at_ms >= 15'000);
}
}  // namespace sq::test
