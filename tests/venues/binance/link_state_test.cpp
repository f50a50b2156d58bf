// What an order link tells the core about its venue: every change of condition as one record, the
// clock only when it was measured. Against the local exchange on sockets of this machine. Controls
// A02, P28, P33; faults X06, X11, N09.
#include <catch2/catch.hpp>

#include "tests/venues/binance/link_world.hpp"

using namespace sq;
using namespace sq::test;

namespace {
using Conditions = std::vector<VenueCondition>;

std::vector<VenueState> states(const LinkWorld& world) {
  return world.payloads<VenueState>(RecordKind::VenueState);
}
// Each once, as they follow one another.
Conditions conditions(const LinkWorld& world) {
  Conditions found;
  for (const VenueState& each : states(world))
    if (found.empty() || found.back() != each.condition) found.push_back(each.condition);
  return found;
}
bool last_is(const LinkWorld& world, VenueCondition condition) {
  const Conditions all = conditions(world);
  return !all.empty() && all.back() == condition;
}
LinkOptions impatient(bool futures = false) {
  LinkOptions options;
  options.futures = futures;
  options.change = [](binance::OrderLinkSettings& settings, binance::LinkSettings&) {
    settings.answer_ns_max = 300 * kNsPerMs;
  };
  return options;
}
// Every request of REST is answered so.
void answer_all(LinkWorld& world, int status, std::string body,
                std::vector<std::pair<std::string, std::string>> headers = {}) {
  world.lossy->rest = [=](const exchange::WebRequest&) {
    exchange::WebAnswer made;
    made.status = status;
    made.body = body;
    made.headers = headers;
    return std::optional{made};
  };
}
}  // namespace

TEST_CASE("a link begins without its venue, has it when orders may leave, and says each once",
          "[binance][link]") {
  LinkOptions options;
  options.futures = GENERATE(false, true);
  LinkWorld world{options};
  REQUIRE(world.until([&] { return last_is(world, VenueCondition::Connected); }));
  CHECK(world.link->ready());
  CHECK(conditions(world) == Conditions{VenueCondition::Disconnected, VenueCondition::Connected});
  CHECK(world.link->state().condition == VenueCondition::Connected);
  for (const auto& told : world.told_records) {
    if (told.header.kind != RecordKind::VenueState) continue;
    CHECK(told.header.source != kSourceCore);
    CHECK(told.header.source_sequence != 0);
    CHECK(told.header.instrument == kNoInstrument);
  }
  CHECK(states(world).back().venue == world.instrument.venue);
  CHECK(states(world).back().rate_left > 0);
}

TEST_CASE("a connection that is lost is an absence until everything was caught up with",
          "[binance][link]") {
  LinkOptions options;
  options.futures = GENERATE(false, true);
  LinkWorld world{options};
  REQUIRE(world.until([&] { return last_is(world, VenueCondition::Connected); }));
  world.told_records.clear();
  world.lossy->cut_all();
  REQUIRE(world.until([&] { return last_is(world, VenueCondition::Disconnected); }));
  CHECK_FALSE(world.link->ready());
  REQUIRE(world.until([&] { return last_is(world, VenueCondition::Connected); }));
  CHECK(world.link->ready());
}

TEST_CASE("a venue that says it is closed is in maintenance until it tells of the account again",
          "[binance][link]") {
  LinkOptions options;
  options.futures = GENERATE(false, true);
  LinkWorld world{options};
  REQUIRE(world.until([&] { return last_is(world, VenueCondition::Connected); }));
  answer_all(world, 503, R"({"code":-1016,"msg":"This service is no longer available."})");
  world.lossy->cut_all();
  REQUIRE(world.until([&] { return last_is(world, VenueCondition::Maintenance); }));
  world.lossy->rest = nullptr;
  REQUIRE(world.until([&] { return last_is(world, VenueCondition::Connected); }));
}

TEST_CASE("what the venue asks us to wait for is waited for, and said so", "[binance][link]") {
  for (const int status : {429, 418}) {
    LinkWorld world{};
    REQUIRE(world.until([&] { return last_is(world, VenueCondition::Connected); }));
    const OrderId id = world.place(Side::Buy, "90.0", "1.000", TimeInForce::PostOnly);
    REQUIRE(world.until([&] { return world.told(id, ReportKind::Accepted); }));
    answer_all(world, status, R"({"code":-1003,"msg":"Too many requests."})",
               {{"Retry-After", "1"}});
    world.told_records.clear();
    world.query(id);
    REQUIRE(world.until([&] { return last_is(world, VenueCondition::RateLimited); }));
    CHECK(states(world).back().rate_left == 0);
    world.lossy->rest = nullptr;
    REQUIRE(world.until([&] { return last_is(world, VenueCondition::Connected); }));
  }
}

TEST_CASE("when the orders' share of a limit is used up the core hears of it before it is held",
          "[binance][link]") {
  LinkWorld world{};
  REQUIRE(world.until([&] { return last_is(world, VenueCondition::Connected); }));
  // Spot's own limit, told at the start, is 100 orders in 10 s; 80 % are for orders. One window may
  // end meanwhile.
  REQUIRE(world.until([&] {
    world.place(Side::Buy, "90.0", "0.100", TimeInForce::PostOnly);
    return last_is(world, VenueCondition::RateLimited);
  }));
  CHECK(world.link->counters().orders_sent >= 80);
}

TEST_CASE("an order whose fate is not told makes the venue a degraded one", "[binance][link]") {
  LinkWorld world{impatient(GENERATE(false, true))};
  REQUIRE(world.until([&] { return last_is(world, VenueCondition::Connected); }));
  world.lossy->lose_requests = true;
  const OrderId id = world.place(Side::Buy, "100.0", "1.000");
  REQUIRE(world.until([&] { return world.told(id, ReportKind::Unknown); }));
  REQUIRE(world.until([&] { return last_is(world, VenueCondition::Degraded); }));
  CHECK(world.link->ready());
}

TEST_CASE("a key that the venue refuses is told as no trading", "[binance][link]") {
  LinkWorld world{};
  world.lossy->rest = [](const exchange::WebRequest& request) {
    std::optional<exchange::WebAnswer> made;
    if (request.path != "/api/v3/account") return made;
    made.emplace();
    made->status = 401;
    made->body = R"({"code":-2015,"msg":"Invalid API-key, IP, or permissions for action."})";
    return made;
  };
  REQUIRE(world.until([&] { return last_is(world, VenueCondition::NoTrading); }));
  CHECK(world.link->stopped());
}

TEST_CASE("a clock is told when it was measured and not again", "[binance][link]") {
  LinkWorld world{};
  std::uint64_t asked = 0;
  world.lossy->rest = [&](const exchange::WebRequest& request) {
    if (request.path == "/api/v3/time") ++asked;
    return std::optional<exchange::WebAnswer>{};
  };
  REQUIRE(world.until([&] { return last_is(world, VenueCondition::Connected); }));
  // Four at the start, then none for seconds; figures are told a second after the last ones.
  REQUIRE(world.until([&] { return asked >= 4; }));
  const std::size_t four = states(world).size();
  world.query_account(1);
  REQUIRE(world.until([&] { return states(world).size() > four; }));
  const std::size_t before = states(world).size();
  world.query_account(2);
  REQUIRE(world.until([&] { return states(world).size() > before; }));
  CHECK(asked == 4);
  CHECK(states(world).back().clock_uncertainty_ns == 0);
  std::uint64_t measured = 0;
  for (const VenueState& each : states(world)) {
    CHECK(each.clock_uncertainty_ns >= 0);
    if (each.clock_uncertainty_ns == 0) continue;
    ++measured;
    // The exchange has this machine's clock.
    CHECK(std::abs(each.clock_offset_ns) <= each.clock_uncertainty_ns + kNsPerMs);
  }
  CHECK(measured > 0);
  CHECK(measured <= asked);
}
