// Amends over the order link against the local exchange: in place, and on spot by another order in
// its stead. Fault X10.
#include <algorithm>
#include <catch2/catch.hpp>

#include "engine/types/decimal.hpp"
#include "engine/venue/amending.hpp"
#include "tests/venues/binance/link_world.hpp"

using namespace sq;
using namespace sq::test;

namespace {
struct Amended {
  explicit Amended(bool futures) : world{options(futures)} {
    REQUIRE(world.until_ready());
    before.limit = Price::from_units(100);
    before.qty = Qty::from_units(2);
    id = world.place(Side::Buy, "100.0", "2.000");
    REQUIRE(world.until([&] { return world.told(id, ReportKind::Accepted); }));
  }
  static LinkOptions options(bool futures) {
    LinkOptions made;
    made.futures = futures;
    made.change = [](binance::OrderLinkSettings& settings, binance::LinkSettings&) {
      settings.answer_ns_max = 300 * kNsPerMs;
    };
    return made;
  }
  void amend(const char* limit, const char* qty, Qty filled = {}) {
    AmendRequest wanted;
    wanted.id = id;
    wanted.limit = *parse_fixed<Price>(limit);
    wanted.qty = *parse_fixed<Qty>(qty);
    wanted.filled = filled;
    wanted.strategy = StrategyId{0};
    wanted.number = ++number;
    wanted.style = venue::amend_style(world.instrument.venue, before, wanted.limit, wanted.qty);
    wanted.approval = world.mint.approve(RecordKind::AmendSent,
                                         std::as_bytes(std::span{&wanted, 1}), world.instrument.id);
    auto record = make_record(RecordKind::AmendSent, wanted);
    record.header.instrument = world.instrument.id;
    const auto approved = world.mint.seal(record.header);
    REQUIRE(approved);
    REQUIRE(world.in.try_push(record.header, approved->stamp()));
    before.limit = wanted.limit;
    before.qty = wanted.qty;
  }
  [[nodiscard]] OrderReport last(ReportKind kind) const {
    OrderReport found;
    for (const OrderReport& each : world.reports(id))
      if (each.kind == kind) found = each;
    return found;
  }
  // The answer comes first, or the event does: one of them names the amend.
  [[nodiscard]] OrderReport replaced() const {
    for (const OrderReport& each : world.reports(id))
      if (each.kind == ReportKind::Replaced && each.amend != 0) return each;
    return {};
  }
  LinkWorld world;
  OrderRequest before;
  OrderId id{};
  std::uint16_t number{0};
};
}  // namespace

TEST_CASE("less quantity is an amend in place, told by its answer and with its number",
          "[binance][link]") {
  Amended test{GENERATE(false, true)};
  const std::uint64_t venue_id = test.last(ReportKind::Accepted).venue_order_id;
  test.amend("100.0", "1.500");
  REQUIRE(test.world.until([&] { return test.replaced().amend != 0; }));
  const OrderReport replaced = test.replaced();
  CHECK(replaced.amend == 1);
  CHECK(replaced.last_price == Price::from_units(100));
  CHECK(replaced.last_qty == *parse_fixed<Qty>("1.5"));
  CHECK(replaced.venue_order_id == venue_id);
  test.world.other("SELL", "100.0", "1.500");
  REQUIRE(test.world.until([&] { return test.world.told(test.id, ReportKind::Filled); }));
  CHECK(test.last(ReportKind::Filled).cumulative_qty == *parse_fixed<Qty>("1.5"));
}

TEST_CASE("another price is the same order on futures and another one on spot", "[binance][link]") {
  const bool futures = GENERATE(false, true);
  Amended test{futures};
  const std::uint64_t venue_id = test.last(ReportKind::Accepted).venue_order_id;
  test.world.other("SELL", "100.0", "0.500");
  REQUIRE(test.world.until([&] { return test.world.told(test.id, ReportKind::Filled); }));
  test.amend("99.0", "3.000", *parse_fixed<Qty>("0.5"));
  REQUIRE(test.world.until([&] { return test.replaced().amend != 0; }));
  const OrderReport replaced = test.replaced();
  CHECK(replaced.amend == 1);
  CHECK(replaced.last_price == Price::from_units(99));
  CHECK(replaced.last_qty == Qty::from_units(3));
  CHECK((replaced.venue_order_id == venue_id) == futures);
  test.world.other("SELL", "99.0", "2.500");
  REQUIRE(test.world.until(
      [&] { return test.last(ReportKind::Filled).last_qty == *parse_fixed<Qty>("2.5"); }));
  test.world.cancel(test.id);
  REQUIRE(test.world.until([&] { return test.world.told(test.id, ReportKind::CancelRejected); }));
}

TEST_CASE("an amend that the venue refuses leaves the order as it was", "[binance][link]") {
  Amended test{true};
  test.amend("99.95", "2.000");  // off the tick
  REQUIRE(test.world.until([&] { return test.world.told(test.id, ReportKind::ReplaceRejected); }));
  CHECK(test.last(ReportKind::ReplaceRejected).amend == 1);
  CHECK(test.last(ReportKind::ReplaceRejected).code == RejectCode::Filter);
  CHECK_FALSE(test.world.told(test.id, ReportKind::Cancelled));
}

TEST_CASE("an amend whose answer is lost is asked for: the state tells the terms",
          "[binance][link]") {
  Amended test{GENERATE(false, true)};
  test.world.lossy->lose_answers = test.world.lossy->lose_events = true;
  test.amend("100.0", "1.500");
  REQUIRE(test.world.until([&] { return test.world.told(test.id, ReportKind::Status); }));
  CHECK(test.last(ReportKind::Status).last_qty == *parse_fixed<Qty>("1.5"));
  CHECK(test.last(ReportKind::Status).last_price == Price::from_units(100));
  CHECK_FALSE(test.world.told(test.id, ReportKind::Replaced));
}

TEST_CASE("without a session an amend is refused, and the order works on", "[binance][link]") {
  LinkOptions options;
  options.futures = true;
  options.session = false;
  LinkWorld world{options};
  REQUIRE(world.until_ready());
  const OrderId id = world.place(Side::Buy, "100.0", "2.000");
  REQUIRE(world.until([&] { return world.told(id, ReportKind::Accepted); }));
  AmendRequest wanted;
  wanted.id = id;
  wanted.limit = Price::from_units(99);
  wanted.qty = Qty::from_units(2);
  wanted.number = 1;
  auto record = make_record(RecordKind::AmendSent, wanted);
  record.header.instrument = world.instrument.id;
  REQUIRE(world.in.try_push(record.header));
  REQUIRE(world.until([&] { return world.told(id, ReportKind::ReplaceRejected); }));
  CHECK_FALSE(world.told(id, ReportKind::Cancelled));
}
