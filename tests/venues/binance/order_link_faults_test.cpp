// What becomes of orders when answers, requests, events or connections are lost. Faults X01, X02,
// X08, N03, N11, N13 and controls P30, against the local exchange on sockets of this machine.
#include <catch2/catch.hpp>

#include "engine/types/decimal.hpp"
#include "tests/venues/binance/link_world.hpp"

using namespace sq;
using namespace sq::test;

namespace {
LinkOptions impatient(bool futures = false) {
  LinkOptions options;
  options.futures = futures;
  options.change = [](binance::OrderLinkSettings& settings, binance::LinkSettings&) {
    settings.answer_ns_max = 300 * kNsPerMs;
  };
  return options;
}
OrderReport status_of(const LinkWorld& world, OrderId id) {
  for (const OrderReport& report : world.reports(id))
    if (report.kind == ReportKind::Status) return report;
  return {};
}
std::size_t fills_of(const LinkWorld& world, OrderId id) {
  std::size_t fills = 0;
  for (const ReportKind kind : world.kinds(id))
    if (kind == ReportKind::Filled) ++fills;
  return fills;
}
std::size_t open_orders(LinkWorld& world) {
  exchange::Params params;
  params.add("symbol", "BTCUSDT");
  const char* method = world.futures ? "openOrders" : "openOrders.status";
  return world.venue().call(method, params, 0, LinkWorld::wall_ms()).get_array().size();
}
}  // namespace

TEST_CASE("an order whose request is lost is unknown, and a query finds that it is not there",
          "[binance][link]") {
  LinkWorld world{impatient()};
  REQUIRE(world.until_ready());
  world.lossy->lose_requests = true;
  const OrderId id = world.place(Side::Buy, "100.0", "1.000");
  REQUIRE(world.until([&] { return !world.kinds(id).empty(); }));
  CHECK(world.kinds(id) == std::vector{ReportKind::Unknown});
  world.query(id);
  REQUIRE(world.until([&] { return world.told(id, ReportKind::Status); }));
  CHECK(status_of(world, id).state == OrderState::None);
  CHECK(status_of(world, id).code == RejectCode::UnknownOrder);
}

TEST_CASE(
    "an order that was done, its answer and its events lost, is unknown until it is asked for",
    "[binance][link]") {
  const bool futures = GENERATE(false, true);
  LinkWorld world{impatient(futures)};
  REQUIRE(world.until_ready());
  world.lossy->lose_answers = world.lossy->lose_events = true;
  const OrderId id = world.place(Side::Buy, "100.0", "1.000");
  REQUIRE(world.until([&] { return !world.kinds(id).empty(); }));
  CHECK(world.kinds(id) == std::vector{ReportKind::Unknown});
  world.other("SELL", "100.0", "0.250");
  world.other("SELL", "100.0", "0.125");
  world.query(id);
  REQUIRE(world.until([&] { return world.told(id, ReportKind::Status); }));
  CHECK(status_of(world, id).state == OrderState::Open);
  CHECK(status_of(world, id).cumulative_qty == *parse_fixed<Qty>("0.375"));
  CHECK(fills_of(world, id) == 2);
}

TEST_CASE("an answer that is lost matters nothing when the user data stream tells the same",
          "[binance][link]") {
  LinkWorld world{impatient()};
  REQUIRE(world.until_ready());
  world.lossy->lose_answers = true;
  const OrderId id = world.place(Side::Buy, "100.0", "1.000");
  REQUIRE(world.until([&] { return world.told(id, ReportKind::Accepted); }));
  const MonoTime since{world.told_records.back().header.venue_time.ns};
  REQUIRE(
      world.until([&] { return LinkWorld::wall_ms() * kNsPerMs > since.ns + kNsPerSecond / 2; }));
  CHECK_FALSE(world.told(id, ReportKind::Unknown));
}

TEST_CASE("when the connection goes with the answer the order is unknown at once, not sent again",
          "[binance][link]") {
  LinkWorld world{impatient()};
  REQUIRE(world.until_ready());
  world.lossy->cut = world.lossy->lose_events = true;
  const OrderId id = world.place(Side::Buy, "100.0", "1.000");
  REQUIRE(world.until([&] { return !world.kinds(id).empty(); }));
  CHECK(world.kinds(id) == std::vector{ReportKind::Unknown});
  world.lossy->cut = world.lossy->lose_events = false;
  REQUIRE(world.until_ready());
  world.query(id);
  REQUIRE(world.until([&] { return world.told(id, ReportKind::Status); }));
  CHECK(status_of(world, id).state == OrderState::Open);
  CHECK(open_orders(world) == 1);
}

TEST_CASE("what a lost user data stream missed is told before orders may leave again",
          "[binance][link]") {
  const bool futures = GENERATE(false, true);
  LinkWorld world{impatient(futures)};
  REQUIRE(world.until_ready());
  const OrderId filled = world.place(Side::Buy, "100.0", "1.000");
  const OrderId part = world.place(Side::Buy, "99.0", "1.000");
  const OrderId quiet = world.place(Side::Buy, "98.0", "1.000");
  REQUIRE(world.until([&] { return world.told(quiet, ReportKind::Accepted); }));
  world.lossy->lose_events = true;
  world.other("SELL", "99.0", "1.400");
  world.lossy->cut_all();
  REQUIRE(world.until([&] { return !world.link->ready(); }));
  const OrderId early = world.place(Side::Buy, "97.0", "1.000");
  world.lossy->lose_events = false;
  REQUIRE(world.until_ready());
  CHECK(world.kinds(early) == std::vector{ReportKind::NotSent});
  CHECK(world.link->counters().stream_losses == 1);
  CHECK(fills_of(world, filled) == 1);
  CHECK(status_of(world, filled).state == OrderState::Filled);
  CHECK(fills_of(world, part) == 1);
  CHECK(world.reports(part).back().cumulative_qty == *parse_fixed<Qty>("0.4"));
  CHECK(fills_of(world, quiet) == 0);
  CHECK_FALSE(world.told(quiet, ReportKind::Status));
}

TEST_CASE("orders may leave again before queries that wait are all answered", "[binance][link]") {
  LinkOptions options = impatient();
  options.limit_factor = 100;
  LinkWorld world{options};
  REQUIRE(world.until_ready());
  const OrderId id = world.place(Side::Buy, "98.0", "1.000");
  REQUIRE(world.until([&] { return world.told(id, ReportKind::Accepted); }));
  world.lossy->cut_all();
  REQUIRE(world.until([&] { return !world.link->ready(); }));
  constexpr std::uint64_t kQueries = 2'000;
  for (std::uint64_t i = 0; i < kQueries; ++i) {
    world.query(OrderId::make(1, 10'000 + i));
    if (i % 8 == 7) world.turn();
  }
  const auto done = [&] {
    return world.link->counters().queries + world.link->counters().queries_failed;
  };
  REQUIRE(world.until_ready());
  const std::uint64_t when_ready = done();
  CHECK(when_ready < kQueries);
  REQUIRE(world.until([&] { return done() > when_ready; }));  // they go on
}

TEST_CASE("a stream that the venue ends is made again, and nothing is missed", "[binance][link]") {
  const bool futures = GENERATE(false, true);
  LinkWorld world{impatient(futures)};
  REQUIRE(world.until_ready());
  world.lossy->tell_all(
      futures ? R"({"e":"listenKeyExpired","E":1736996475556,"listenKey":"x"})"
              : R"({"subscriptionId":0,"event":{"e":"eventStreamTerminated","E":1}})");
  REQUIRE(world.until([&] { return !world.link->ready(); }));
  REQUIRE(world.until_ready());
  const OrderId id = world.place(Side::Sell, "101.0", "1.000");
  REQUIRE(world.until([&] { return world.told(id, ReportKind::Accepted); }));
  world.other("BUY", "101.0", "1.000");
  REQUIRE(world.until([&] { return world.told(id, ReportKind::Filled); }));
}

TEST_CASE("before a shutdown of the server new connections are up and orders never stop",
          "[binance][link]") {
  LinkWorld world{impatient()};
  REQUIRE(world.until_ready());
  const std::uint64_t before = world.link->counters().connections;
  world.lossy->tell_all(R"({"event":{"e":"serverShutdown","E":1770123456789}})");
  bool always = true;
  REQUIRE(world.until([&] {
    always = always && world.link->ready();
    return world.link->counters().connections == before + 2;
  }));
  const OrderId id = world.place(Side::Buy, "100.0", "1.000");
  REQUIRE(world.until([&] { return world.told(id, ReportKind::Accepted); }));
  CHECK(always);
  CHECK(world.link->counters().stream_losses == 0);
}

TEST_CASE("what the gate has not approved, or the latch holds, never reaches the venue",
          "[binance][link]") {
  LinkWorld world{impatient()};
  REQUIRE(world.until_ready());
  OrderRequest forged;
  forged.id = OrderId::make(1, 900);
  forged.limit = Price::from_units(100);
  forged.qty = Qty::from_units(1);
  auto record = make_record(RecordKind::OrderSent, forged);
  record.header.instrument = world.instrument.id;
  REQUIRE(world.in.try_push(record.header, {17, 0xBAD}));
  REQUIRE(world.until([&] { return world.told(forged.id, ReportKind::NotSent); }));
  world.latch.close({});
  const OrderId held = world.place(Side::Buy, "100.0", "1.000");
  REQUIRE(world.until([&] { return world.told(held, ReportKind::NotSent); }));
  world.latch.open({});
  const OrderId free = world.place(Side::Buy, "100.0", "1.000");
  REQUIRE(world.until([&] { return world.told(free, ReportKind::Accepted); }));
  CHECK(world.link->counters().refused_at_egress == 2);
  CHECK(open_orders(world) == 1);
}

TEST_CASE("refusals of the venue are told with their reason, and leave nothing behind",
          "[binance][link]") {
  const bool futures = GENERATE(false, true);
  LinkWorld world{impatient(futures)};
  REQUIRE(world.until_ready());
  world.other("SELL", "100.0", "1.000");
  const OrderId off_tick = world.place(Side::Buy, "99.95", "1.000");
  const OrderId taker = world.place(Side::Buy, "100.0", "1.000", TimeInForce::PostOnly);
  const OrderId rich = world.place(Side::Buy, "99000.0", "100.000", TimeInForce::PostOnly);
  REQUIRE(world.until([&] {
    return !world.kinds(off_tick).empty() && !world.kinds(taker).empty() &&
           !world.kinds(rich).empty();
  }));
  CHECK(world.reports(off_tick).front().kind == ReportKind::Rejected);
  CHECK(world.reports(off_tick).front().code == RejectCode::Filter);
  CHECK(world.reports(taker).front().kind == ReportKind::Rejected);
  CHECK(world.reports(taker).front().code == RejectCode::WouldTake);
  CHECK(world.reports(rich).front().kind == ReportKind::Rejected);
  // 9.9 million USDT: a margin of one million allows that, a balance of one million does not.
  CHECK(world.reports(rich).front().code ==
        (futures ? RejectCode::WouldTake : RejectCode::InsufficientBalance));
  CHECK(open_orders(world) == 0);
}

TEST_CASE("a cancel of an order that has gone is refused as unknown, which proves nothing else",
          "[binance][link]") {
  LinkWorld world{impatient()};
  REQUIRE(world.until_ready());
  world.other("SELL", "100.0", "1.000");
  const OrderId id = world.place(Side::Buy, "100.0", "1.000");
  REQUIRE(world.until([&] { return world.told(id, ReportKind::Filled); }));
  world.cancel(id);
  REQUIRE(world.until([&] { return world.told(id, ReportKind::CancelRejected); }));
  CHECK(world.reports(id).back().code == RejectCode::UnknownOrder);
}

TEST_CASE("what is left of an immediate order expires", "[binance][link]") {
  const bool futures = GENERATE(false, true);
  LinkWorld world{impatient(futures)};
  REQUIRE(world.until_ready());
  world.other("SELL", "100.0", "1.000");
  const OrderId id = world.place(Side::Buy, "100.0", "3.000", TimeInForce::ImmediateOrCancel);
  REQUIRE(world.until([&] { return world.told(id, ReportKind::Expired); }));
  CHECK(world.reports(id).back().cumulative_qty == Qty::from_units(1));
  CHECK(fills_of(world, id) == 1);
}
