// What the venue says an account holds, as the core is told it; what must be true before the first
// order; REST alone; the venue's timer; rate limits. Against the local exchange on sockets of this
// machine. Source: messaging/venue_account.hpp; faults G06, N09, N13, X13; controls A02.
#include <algorithm>
#include <catch2/catch.hpp>

#include "engine/messaging/account.hpp"
#include "engine/types/decimal.hpp"
#include "tests/venues/binance/link_world.hpp"
#include "venues/binance/entry/link_context.hpp"

using namespace sq;
using namespace sq::test;

namespace {
std::vector<VenueSnapshot> marks(const LinkWorld& world) {
  return world.payloads<VenueSnapshot>(RecordKind::VenueSnapshot);
}
std::vector<OrderReport> trades(const LinkWorld& world) {
  std::vector<OrderReport> found = world.payloads<OrderReport>(RecordKind::OrderReport);
  std::erase_if(found, [](const OrderReport& each) { return each.kind != ReportKind::Trade; });
  return found;
}
std::int64_t balance_of(const LinkWorld& world, const char* currency) {
  std::int64_t total = -1;
  for (const VenueBalance& each : world.payloads<VenueBalance>(RecordKind::VenueBalance))
    if (each.total.currency == *Currency::parse(currency)) total = each.total.raw;
  return total;
}
// Answers to what `path` asks, instead of the exchange's.
void answer(LinkWorld& world, std::string path, int status, std::string body) {
  world.lossy->rest = [=](const exchange::WebRequest& request) {
    std::optional<exchange::WebAnswer> made;
    if (request.path == path) {
      made.emplace();
      made->status = status;
      made->body = body;
    }
    return made;
  };
}
LinkOptions futures_world() {
  LinkOptions options;
  options.futures = true;
  return options;
}
}  // namespace

TEST_CASE("an account is told as one: what works, balances, and every trade of ours by its id",
          "[binance][link]") {
  const bool futures = GENERATE(false, true);
  LinkOptions options;
  options.futures = futures;
  LinkWorld world{options};
  REQUIRE(world.until_ready());
  const OrderId bought = world.place(Side::Buy, "100.0", "2.000");
  const OrderId open = world.place(Side::Buy, "90.0", "1.000", TimeInForce::PostOnly);
  REQUIRE(world.until([&] { return world.told(open, ReportKind::Accepted); }));
  world.other("SELL", "100.0", "0.500");
  world.other("SELL", "100.0", "0.250");
  REQUIRE(world.until([&] {
    const auto kinds = world.kinds(bought);
    return std::count(kinds.begin(), kinds.end(), ReportKind::Filled) == 2;
  }));
  // A new process: which order a trade belongs to is known to the venue only.
  world.restart_link();
  REQUIRE(world.until_ready());
  world.query_account(77);
  REQUIRE(world.until([&] { return marks(world).size() == 2; }));
  const VenueSnapshot end = marks(world).back();
  CHECK(marks(world).front().phase == SnapshotPhase::Begin);
  CHECK(end.phase == SnapshotPhase::End);
  CHECK(end.request == 77);
  CHECK(end.complete == 1);
  CHECK(end.orders == 2);
  CHECK(end.trades == 2);
  CHECK(end.balances == world.count(RecordKind::VenueBalance));
  CHECK(end.positions == world.count(RecordKind::VenuePosition));
  const auto orders = world.payloads<VenueOrder>(RecordKind::VenueOrder);
  REQUIRE(orders.size() == 2);
  CHECK(orders[0].id == bought);
  CHECK(orders[0].limit == Price::from_units(100));
  CHECK(orders[0].qty == Qty::from_units(2));
  CHECK(orders[0].filled == *parse_fixed<Qty>("0.75"));
  CHECK(orders[1].id == open);
  CHECK(orders[1].tif == TimeInForce::PostOnly);
  const auto told = trades(world);
  REQUIRE(told.size() == 2);
  CHECK(std::all_of(told.begin(), told.end(),
                    [&](const OrderReport& each) { return each.id == bought && each.maker == 1; }));
  if (futures) {
    const auto positions = world.payloads<VenuePosition>(RecordKind::VenuePosition);
    REQUIRE(positions.size() == 1);
    CHECK(positions[0].position == *parse_fixed<Qty>("0.75"));
    CHECK(positions[0].entry == Price::from_units(100));
    // 0.02 % of 75 USDT.
    CHECK(balance_of(world, "USDT") == 1'000'000 * Amount::kScale - 1'500'000);
  } else {
    CHECK(world.count(RecordKind::VenuePosition) == 0);
    CHECK(balance_of(world, "USDT") == (1'000'000 - 75) * Amount::kScale);
    CHECK(balance_of(world, "BTC") == 1'000 * Amount::kScale + 75'000'000 - 75'000);
  }
}

TEST_CASE("a trade that may or may not be in the balances makes the account be asked for again",
          "[binance][link]") {
  LinkWorld world;
  REQUIRE(world.until_ready());
  const OrderId id = world.place(Side::Buy, "100.0", "2.000");
  REQUIRE(world.until([&] { return world.told(id, ReportKind::Accepted); }));
  int accounts = 0;
  world.lossy->rest = [&](const exchange::WebRequest& request) {
    // In the millisecond in which the account is looked at, right behind it.
    if (request.path == "/api/v3/openOrders") world.other("SELL", "100.0", "0.500");
    if (request.path == "/api/v3/account") ++accounts;
    return std::optional<exchange::WebAnswer>{};
  };
  world.query_account(78);
  REQUIRE(world.until([&] { return marks(world).size() == 2; }));
  CHECK(accounts > 1);
  CHECK(marks(world).back().complete == 1);
  CHECK(marks(world).back().trades == 1);
  CHECK(balance_of(world, "USDT") == (1'000'000 - 50) * Amount::kScale);
}

// Their numbers differ by the room that the link has for names of orders, so that each displaces
// the other there.
TEST_CASE("trades of two orders that share a slot of the link's names are told by both ids",
          "[binance][link]") {
  LinkOptions options;
  options.futures = GENERATE(false, true);
  LinkWorld world{options};
  REQUIRE(world.until_ready());
  const OrderId first = world.place(Side::Buy, "100.0", "1.000");
  REQUIRE(world.until([&] { return world.told(first, ReportKind::Accepted); }));
  const std::uint64_t number = world.reports(first).back().venue_order_id;
  while (world.venue().next_order_id().value + 1 < number + binance::LinkContext::kNames) {
  }
  const OrderId second = world.place(Side::Buy, "100.0", "1.000");
  REQUIRE(world.until([&] { return world.told(second, ReportKind::Accepted); }));
  REQUIRE(world.reports(second).back().venue_order_id == number + binance::LinkContext::kNames);
  world.other("SELL", "100.0", "2.000");
  REQUIRE(world.until([&] { return world.told(second, ReportKind::Filled); }));
  world.restart_link();
  REQUIRE(world.until_ready());
  world.query_account(80);
  REQUIRE(world.until([&] { return marks(world).size() == 2; }));
  CHECK(marks(world).back().complete == 1);
  const auto told = trades(world);
  REQUIRE(told.size() == 2);
  CHECK(told[0].id == first);
  CHECK(told[1].id == second);
}

TEST_CASE("of two requests for an account only the newer is answered", "[binance][link]") {
  LinkWorld world;
  REQUIRE(world.until_ready());
  int accounts = 0;
  world.lossy->rest = [&](const exchange::WebRequest& request) {
    if (request.path == "/api/v3/account") ++accounts;
    return std::optional<exchange::WebAnswer>{};
  };
  world.query_account(81);
  REQUIRE(world.until([&] { return accounts == 1; }));  // under way
  for (std::uint64_t request = 82; request < 90; ++request) world.query_account(request);
  REQUIRE(world.until([&] { return marks(world).size() >= 2; }));
  for (int i = 0; i < 200; ++i) world.turn();
  REQUIRE(marks(world).size() == 2);
  CHECK(marks(world).front().request == 89);
  CHECK(marks(world).back().complete == 1);
  CHECK(accounts == 2);
}

TEST_CASE("an account of which a part cannot be had is not told at all", "[binance][link]") {
  LinkWorld world;
  REQUIRE(world.until_ready());
  const int status = GENERATE(503, 200);
  answer(world, "/api/v3/openOrders", status,
         status == 200 ? "<html>" : R"({"code":-1007,"msg":"?"})");
  world.query_account(79);
  REQUIRE(world.until([&] { return world.link->counters().queries_failed == 1; }));
  CHECK(marks(world).empty());
}

TEST_CASE("instruments that are not as the venue has them stop the link, naming both",
          "[binance][link]") {
  LinkOptions options;
  options.futures = GENERATE(false, true);
  options.change = [](binance::OrderLinkSettings&, binance::LinkSettings& where) {
    where.instruments[0].lot = *parse_fixed<Qty>("0.01");
  };
  LinkWorld world{options};
  REQUIRE(world.until([&] { return world.link->stopped(); }));
  CHECK(world.link->problem() == "BTCUSDT: lot is 0.01 here and 0.001 at the venue");
  CHECK_FALSE(world.link->ready());
}

TEST_CASE("a key that may withdraw, or of which that is not told, stops the link",
          "[binance][link]") {
  const std::string body = GENERATE(R"({"enableWithdrawals":true})", R"({"enableReading":true})");
  LinkOptions options;
  options.change = [](binance::OrderLinkSettings& settings, binance::LinkSettings&) {
    settings.restrictions_path = "/sapi/v1/account/apiRestrictions";
  };
  LinkWorld world{options};
  answer(world, "/sapi/v1/account/apiRestrictions", 200, body);
  REQUIRE(world.until([&] { return world.link->stopped(); }));
  CHECK(world.link->problem().find("withdraw") != std::string::npos);
}

TEST_CASE("a key without the right to withdraw is used", "[binance][link]") {
  LinkOptions options;
  options.change = [](binance::OrderLinkSettings& settings, binance::LinkSettings&) {
    settings.restrictions_path = "/sapi/v1/account/apiRestrictions";
  };
  LinkWorld world{options};
  answer(world, "/sapi/v1/account/apiRestrictions", 200, R"({"enableWithdrawals":false})");
  CHECK(world.until_ready());
}

TEST_CASE("a futures account in hedge mode stops the link", "[binance][link]") {
  LinkWorld world{futures_world()};
  answer(world, "/fapi/v1/positionSide/dual", 200, R"({"dualSidePosition":true})");
  REQUIRE(world.until([&] { return world.link->stopped(); }));
  CHECK(world.link->problem().find("hedge") != std::string::npos);
}

TEST_CASE("a leverage that the venue refuses stops the link; one that it takes is set",
          "[binance][link]") {
  LinkOptions options = futures_world();
  int leverage = 126;
  options.change = [&](binance::OrderLinkSettings& settings, binance::LinkSettings&) {
    settings.leverage = leverage;
  };
  LinkWorld refused{options};
  REQUIRE(refused.until([&] { return refused.link->stopped(); }));
  CHECK(refused.link->problem().find("-4028") != std::string::npos);
  leverage = 7;
  LinkWorld taken{options};
  REQUIRE(taken.until_ready());
  CHECK(taken.futures->user(0).leverage.at("BTCUSDT") == 7);
}

TEST_CASE("a key that the venue does not know is given up after three attempts",
          "[binance][link]") {
  LinkOptions options;
  options.change = [](binance::OrderLinkSettings& settings, binance::LinkSettings&) {
    settings.api_key = "NOBODY";
  };
  LinkWorld world{options};
  REQUIRE(world.until([&] { return world.link->stopped(); }));
  CHECK(world.link->counters().connections <= 6);  // of two lines
}

TEST_CASE("without a session futures orders go over REST", "[binance][link]") {
  LinkOptions options = futures_world();
  options.session = false;
  LinkWorld world{options};
  REQUIRE(world.until_ready());
  const OrderId id = world.place(Side::Buy, "100.0", "2.000");
  REQUIRE(world.until([&] { return world.told(id, ReportKind::Accepted); }));
  world.other("SELL", "100.0", "0.500");
  REQUIRE(world.until([&] { return world.told(id, ReportKind::Filled); }));
  world.cancel(id);
  REQUIRE(world.until([&] { return world.told(id, ReportKind::Cancelled); }));
  CHECK(world.reports(id).back().cumulative_qty == *parse_fixed<Qty>("0.5"));
  CHECK(world.link->counters().by_rest == 2);
}

TEST_CASE("over REST each 503 of the venue means what its words say", "[binance][link]") {
  struct Said {
    const char* message;
    ReportKind means;
  };
  const Said said = GENERATE(
      Said{"Unknown error, please check your request or try again later.", ReportKind::Unknown},
      Said{"Service Unavailable.", ReportKind::Rejected});
  LinkOptions options = futures_world();
  options.session = false;
  LinkWorld world{options};
  REQUIRE(world.until_ready());
  answer(world, "/fapi/v1/order", 503,
         std::string{R"({"code":-1000,"msg":")"}.append(said.message).append("\"}"));
  const OrderId id = world.place(Side::Buy, "100.0", "2.000");
  REQUIRE(world.until([&] { return !world.kinds(id).empty(); }));
  CHECK(world.kinds(id) == std::vector{said.means});
}

TEST_CASE("the venue's timer is kept armed, and an orderly end switches it off",
          "[binance][link]") {
  LinkOptions options = futures_world();
  options.change = [](binance::OrderLinkSettings& settings, binance::LinkSettings&) {
    settings.dead_man_ns = 600 * kNsPerMs;
  };
  LinkWorld world{options};
  std::vector<std::string> countdowns;
  world.lossy->rest = [&](const exchange::WebRequest& request) {
    if (request.path == "/fapi/v1/countdownCancelAll") {
      const exchange::Params params{request.query, {}};
      countdowns.push_back(params.get("countdownTime"));
    }
    return std::optional<exchange::WebAnswer>{};
  };
  REQUIRE(world.until_ready());
  const OrderId id = world.place(Side::Buy, "100.0", "2.000");
  REQUIRE(world.until([&] { return countdowns.size() >= 4; }));  // longer than the timer
  CHECK(std::all_of(countdowns.begin(), countdowns.end(),
                    [](const std::string& each) { return each == "600"; }));
  CHECK_FALSE(world.told(id, ReportKind::Cancelled));
  SECTION("a link that is silent is cancelled for") {
    world.link->keep_dead_man(false);
    CHECK(world.until([&] { return world.told(id, ReportKind::Cancelled); }));
  }
  SECTION("the end") {
    world.link->end({LinkWorld::wall_ms() * kNsPerMs});
    REQUIRE(world.until([&] { return world.link->ended(); }));
    CHECK(countdowns.back() == "0");
  }
}

TEST_CASE("while the venue says 429 nothing is asked, and orders that would wait too long are told",
          "[binance][link]") {
  LinkOptions options;
  options.change = [](binance::OrderLinkSettings& settings, binance::LinkSettings&) {
    settings.order_age_ns_max = 200 * kNsPerMs;
  };
  LinkWorld world{options};
  REQUIRE(world.until_ready());
  const OrderId before = world.place(Side::Buy, "100.0", "1.000");
  REQUIRE(world.until([&] { return world.told(before, ReportKind::Accepted); }));
  world.lossy->rest = [](const exchange::WebRequest& request) {
    std::optional<exchange::WebAnswer> made;
    if (request.path == "/api/v3/order") {
      made.emplace();
      made->status = 429;
      made->body = R"({"code":-1003,"msg":"Too many requests."})";
      made->headers.emplace_back("Retry-After", "1");
    }
    return made;
  };
  world.query(before);
  REQUIRE(world.until([&] { return world.link->counters().queries_failed == 1; }));
  const std::uint64_t asked = world.lossy->requests;
  const OrderId held = world.place(Side::Buy, "99.0", "1.000");
  world.query(before);
  REQUIRE(world.until([&] { return world.told(held, ReportKind::NotSent); }));
  CHECK(world.lossy->requests == asked);
  CHECK(world.reports(held).front().code == RejectCode::RateLimit);
  world.lossy->rest = {};
  REQUIRE(world.until([&] { return world.told(before, ReportKind::Status); }));
}

TEST_CASE("funding is told once each, with the position it was for, as the wallet moved",
          "[binance][link]") {
  LinkOptions options = futures_world();
  options.funding_ms = 1'500;
  LinkWorld world{options};
  REQUIRE(world.until_ready());
  // Neither at the edge of an interval nor on both sides of it.
  REQUIRE(world.until([&] { return LinkWorld::wall_ms() % 1'500 < 300; }));
  world.other("SELL", "100.0", "2.000");
  const OrderId id = world.place(Side::Buy, "100.0", "2.000");
  REQUIRE(world.until([&] { return world.told(id, ReportKind::Filled); }));
  world.other("BUY", "99.9", "1.000");
  world.other("SELL", "100.1", "1.000");
  const std::int64_t before = world.futures->user(0).wallet;
  const auto settled = [&] { return world.payloads<FundingSettled>(RecordKind::FundingSettled); };
  REQUIRE(world.until([&] { return settled().size() == 2; }));
  std::int64_t sum = 0;
  for (const FundingSettled& each : settled()) {
    CHECK(each.position == Qty::from_units(2));
    CHECK(each.amount.currency == *Currency::parse("USDT"));
    CHECK(each.amount.raw < 0);  // longs pay
    sum += each.amount.raw;
  }
  CHECK(sum == world.futures->user(0).wallet - before);
}
