// The order link against the local exchange, on sockets of this machine.
#include "venues/binance/entry/order_link.hpp"

#include <catch2/catch.hpp>

#include "engine/types/decimal.hpp"
#include "tests/venues/binance/link_world.hpp"

using namespace sq;
using namespace sq::test;

namespace {
void trades_and_cancels(const LinkOptions& options) {
  LinkWorld world{options};
  const bool ready = world.until_ready();
  INFO(world.link->problem());
  REQUIRE(ready);
  const OrderId id = world.place(Side::Buy, "100.0", "2.000");
  REQUIRE(world.until([&] { return world.told(id, ReportKind::Accepted); }));
  world.other("SELL", "99.0", "0.500");
  REQUIRE(world.until([&] { return world.told(id, ReportKind::Filled); }));
  const OrderReport fill = world.reports(id).back();
  CHECK(fill.last_price == Price::from_units(100));
  CHECK(fill.last_qty == *parse_fixed<Qty>("0.5"));
  CHECK(fill.cumulative_qty == *parse_fixed<Qty>("0.5"));
  CHECK(fill.maker == 1);
  CHECK(fill.side == static_cast<std::uint8_t>(Side::Buy));
  if (options.futures) {  // 0.02 % of 50 USDT
    CHECK(fill.fee == Amount{*Currency::parse("USDT"), 1'000'000});
  } else {  // 0.1 % of what is received
    CHECK(fill.fee == Amount{*Currency::parse("BTC"), 50'000});
  }
  world.cancel(id);
  REQUIRE(world.until([&] { return world.told(id, ReportKind::Cancelled); }));
  CHECK(world.reports(id).back().cumulative_qty == *parse_fixed<Qty>("0.5"));
  CHECK(world.link->counters().malformed == 0);
  CHECK(world.link->counters().foreign_answers == 0);
  CHECK(world.link->counters().unknown == 0);
}
}  // namespace

TEST_CASE("an order is accepted, filled in part and cancelled over a session", "[binance][link]") {
  trades_and_cancels({});
}
TEST_CASE("with an HMAC key each request is signed on its own", "[binance][link]") {
  LinkOptions options;
  options.ed25519 = false;
  trades_and_cancels(options);
}
TEST_CASE("a futures order is accepted, filled in part and cancelled", "[binance][link]") {
  LinkOptions options;
  options.futures = true;
  trades_and_cancels(options);
}

TEST_CASE("from the ring to the socket an order and a cancel allocate nothing", "[binance][link]") {
  LinkWorld world;
  REQUIRE(world.until_ready());
  OrderId last{};
  for (int i = 0; i < 20; ++i) {  // buffers grow to what they need
    last = world.place(Side::Buy, "100.0", "1.000", TimeInForce::PostOnly);
    REQUIRE(world.until([&] { return world.told(last, ReportKind::Accepted); }));
    world.cancel(last);
    REQUIRE(world.until([&] { return world.told(last, ReportKind::Cancelled); }));
  }
  const std::uint64_t sent = world.link->counters().orders_sent;
  last = world.place(Side::Buy, "100.0", "1.000", TimeInForce::PostOnly);
  CHECK(world.allocations_of_a_step() == 0);
  CHECK(world.link->counters().orders_sent == sent + 1);
  REQUIRE(world.until([&] { return world.told(last, ReportKind::Accepted); }));
  const std::uint64_t cancels = world.link->counters().cancels_sent;
  world.cancel(last);
  CHECK(world.allocations_of_a_step() == 0);
  CHECK(world.link->counters().cancels_sent == cancels + 1);
}
