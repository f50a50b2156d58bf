// Reports whose instrument is missing or wrong: bytes from outside never end the process.
#include <catch2/catch.hpp>

#include "tests/core/core_fixture.hpp"

using namespace sq;
using namespace sq::test;

TEST_CASE("a fill that names no instrument, or one that is not there, is of its order's",
          "[core]") {
  for (const InstrumentId named : {kNoInstrument, InstrumentId{7}}) {
    CoreFixture f;
    f.script.on_top = [&](const strategy::Top&, strategy::Context& context) {
      if (f.venue.orders.empty()) static_cast<void>(context.submit(CoreFixture::buy(9'990)));
    };
    f.start();
    f.open_book();
    f.update(10'000, 10'001, 3);
    REQUIRE(f.venue.orders.size() == 1);
    OrderReport fill;
    fill.id = f.venue.orders[0].id;
    fill.kind = ReportKind::Filled;
    fill.trade_id = 1;
    fill.last_qty = f.venue.orders[0].qty;
    fill.last_price = f.venue.orders[0].limit;
    fill.fee = {*Currency::parse("USDT"), 0};
    f.input(RecordKind::OrderReport, fill, named);
    CHECK(f.core.ledger().portfolio().position(kBtc) == fill.last_qty);
  }
}
