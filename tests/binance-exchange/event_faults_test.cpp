// Scripted faults of streams, of user data and of time, as a client sees them.
#include <catch2/catch.hpp>
#include <set>

#include "tests/binance-exchange/raw_client.hpp"

using namespace sq;
using namespace sq::exchange;
namespace json = boost::json;

namespace {
constexpr const char* kTrades = "/ws/btcusdt@trade";

// Trades number 1 to `count`, each its own event.
void trade(SpotWorld& world, int count) {
  const auto order = [&](Side side) {
    matching::NewOrder made;
    made.id = world.exchange.next_order_id();
    made.owner = world.exchange.anonymous_owner();
    made.side = side;
    made.price = Price::from_units(100);
    made.qty = Qty::from_units(1);
    made.self_trade = matching::SelfTrade::Allow;
    SymbolMarket& market = *world.exchange.markets().at("BTCUSDT");
    CHECK(world.exchange.trade_anonymously(market, made, wall_ms()) == matching::Refusal::None);
  };
  for (int i = 0; i < count; ++i) {
    order(Side::Sell);
    order(Side::Buy);
    world.turn();
  }
}
std::vector<std::int64_t> ids(RawClient& client, std::size_t count) {
  std::vector<std::int64_t> made;
  while (made.size() < count) {
    const auto event = client.event("trade");
    if (!event) break;
    made.push_back(event->at("t").as_int64());
  }
  return made;
}
std::string subscribe_text() {
  const std::string stamp = std::to_string(wall_ms());
  const auto signature = auth::Signer::hmac(kSecret).sign("apiKey=K&timestamp=" + stamp);
  return R"({"id":1,"method":"userDataStream.subscribe.signature","params":{"apiKey":"K","timestamp":)" +
         stamp + R"(,"signature":")" + std::string{signature.view()} + "\"}}";
}
// An open WebSocket API that follows the user's data.
void follow(RawClient& client) {
  REQUIRE(client.open("/ws-api/v3"));
  client.say(subscribe_text());
  const auto answer = client.message();
  REQUIRE(answer);
  REQUIRE(json::parse(*answer).as_object().at("status") == 200);
}
}  // namespace

TEST_CASE("events of a stream are lost, doubled and out of order as the scenario says") {
  struct Case {
    const char* kind;
    std::vector<std::int64_t> seen;
  };
  const Case cases[]{{"drop", {1, 3, 4}}, {"double", {1, 2, 2, 3, 4}}, {"reorder", {1, 3, 2, 4}}};
  for (const Case& each : cases) {
    INFO(each.kind);
    SpotWorld world;
    world.faults.set(scenario_of("[[fault]]\nkind='" + std::string{each.kind} +
                                 "'\nwhere='market'\non='*@trade'\nat=[2]"),
                     wall_ms());
    RawClient client{world};
    REQUIRE(client.open(kTrades));
    trade(world, 4);
    CHECK(ids(client, each.seen.size()) == each.seen);
    CHECK_FALSE(client.message(20));
  }
}

TEST_CASE("a late event keeps those behind it waiting: the order of a stream holds") {
  SpotWorld world{"[[fault]]\nkind='delay'\nwhere='market'\nat=[2]\ndelay_ms=100"};
  RawClient client{world};
  REQUIRE(client.open(kTrades));
  trade(world, 3);
  CHECK(ids(client, 1) == std::vector<std::int64_t>{1});
  CHECK_FALSE(client.message(20));
  world.time.ns += 100 * kNsPerMs;
  CHECK(ids(client, 2) == std::vector<std::int64_t>{2, 3});
}

TEST_CASE("a drifted stream brings a kind that nobody knows, then the event with all it had") {
  SpotWorld world{"[[fault]]\nkind='drift'\nwhere='market'\non='*@trade'\nat=[1]"};
  RawClient client{world};
  REQUIRE(client.open(kTrades));
  trade(world, 1);
  const auto unknown = client.message();
  REQUIRE(unknown);
  CHECK(json::parse(*unknown).as_object().at("e") == "neverHeardOf");
  const auto event = client.message();
  REQUIRE(event);
  const auto object = json::parse(*event).as_object();
  CHECK(object.at("p") == "100.00000000");
  CHECK(object.at("t") == 1);
  CHECK(object.contains("zNew"));
}

TEST_CASE("a cut closes the connection of the event, a reset breaks it, others go on") {
  for (const char* kind : {"cut", "reset", "half_open"}) {
    INFO(kind);
    SpotWorld world;
    world.faults.set(scenario_of("[[fault]]\nkind='" + std::string{kind} +
                                 "'\nwhere='market'\non='*@trade'\nat=[1]"),
                     wall_ms());
    RawClient first{world};
    RawClient second{world};
    REQUIRE(first.open(kTrades));
    REQUIRE(second.open(kTrades));
    trade(world, 1);
    const bool here = first.message(30).has_value();
    const bool there = second.message(30).has_value();
    CHECK(here != there);  // one of both was hit
    RawClient& hit = here ? second : first;
    const std::string what = kind;
    CHECK(hit.ended() == (what != "half_open"));
    CHECK(hit.was_reset() == (what == "reset"));
    if (what == "cut") CHECK(hit.close_code() == 1001);
    trade(world, 1);
    CHECK((here ? first : second).message());
    if (what == "half_open") CHECK_FALSE(hit.message(20));
  }
}

TEST_CASE(
    "an execution report that is lost is lost, the answer and the account say what happened") {
  SpotWorld world{"[[fault]]\nkind='drop'\nwhere='user'\non='executionReport'\nat=[1]"};
  RawClient user{world};
  follow(user);
  RawClient rest{world};
  rest.order("one", "90.00");
  REQUIRE(rest.answer());
  rest.order("two", "91.00");
  REQUIRE(rest.answer());
  const auto report = user.event("executionReport");
  REQUIRE(report);
  CHECK(report->at("c") == "two");
  CHECK(world.exchange.orders().size() == 2);
}

TEST_CASE("an execution report that is doubled comes twice with one execution id") {
  SpotWorld world{"[[fault]]\nkind='double'\nwhere='user'\non='executionReport'\nat=[1]"};
  RawClient user{world};
  follow(user);
  RawClient rest{world};
  rest.order("one", "90.00");
  REQUIRE(rest.answer());
  const auto first = user.event("executionReport");
  const auto second = user.event("executionReport");
  REQUIRE(first);
  REQUIRE(second);
  CHECK(*first == *second);
}

TEST_CASE("a shutdown is told to every connection, and closes it so much later") {
  SpotWorld world;
  RawClient raw{world};
  RawClient combined{world};
  REQUIRE(raw.open(kTrades));
  REQUIRE(combined.open("/stream?streams=btcusdt@trade"));
  world.set("[[fault]]\nkind='shutdown'\nmarket='spot'\nat_ms=[0]\ndelay_ms=20");
  CHECK(raw.event("serverShutdown"));
  const auto told = combined.message();
  REQUIRE(told);
  CHECK(json::parse(*told).as_object().at("stream") == "!serverShutdown");
  CHECK_FALSE(raw.message());
  CHECK_FALSE(combined.message());
  CHECK(raw.close_code() == 1001);
  RawClient fresh{world};
  CHECK(fresh.open(kTrades));
}

TEST_CASE("a connection older than the life there is is closed, a younger one is not") {
  SpotWorld world{"[[fault]]\nkind='life'\nage_ms=86400000"};
  std::int64_t later_ms = 0;
  world.site.set_clock([&] { return wall_ms() + later_ms; });
  RawClient old{world};
  REQUIRE(old.open(kTrades));
  later_ms = 86'400'000;
  CHECK_FALSE(old.message());
  CHECK(old.close_code() == 1001);
  RawClient young{world};
  REQUIRE(young.open(kTrades));
  trade(world, 1);
  CHECK(young.message());
}

TEST_CASE("subscriptions to user data that end are told, and nothing comes after") {
  SpotWorld world{""};
  RawClient user{world};
  follow(user);
  world.set("[[fault]]\nkind='listen_keys'\nmarket='spot'\nat_ms=[0]");
  CHECK(user.event("eventStreamTerminated"));
  RawClient rest{world};
  rest.order("one", "90.00");
  REQUIRE(rest.answer());
  CHECK_FALSE(user.message(30));
  user.say(subscribe_text());  // again is allowed
  CHECK(user.message());
}

TEST_CASE("maintenance drops everybody and refuses until it is over") {
  SpotWorld world;
  RawClient stream{world};
  REQUIRE(stream.open(kTrades));
  world.set("[[fault]]\nkind='maintenance'\nmarket='spot'\nat_ms=[0]\nfor_ms=60000");
  CHECK(stream.ended());
  RawClient rest{world};
  const auto answer = rest.ask("GET", "/api/v3/ping");
  CHECK(answer.status == 503);
  CHECK(answer.code() == -1016);
  RawClient again{world};
  CHECK_FALSE(again.open(kTrades));
}

TEST_CASE("a revoked key is refused everywhere and its user told so") {
  SpotWorld world;
  world.set("[[fault]]\nkind='revoke'\nmarket='spot'\nat_ms=[0]\nfor_ms=60000");
  world.settle();
  RawClient rest{world};
  rest.order("one", "90.00");
  const auto answer = rest.answer();
  REQUIRE(answer);
  CHECK(answer->status == 401);
  CHECK(answer->code() == -2015);
  CHECK(world.exchange.orders().empty());
  CHECK(rest.ask("GET", "/api/v3/ping").status == 200);
}

TEST_CASE("a clock that is off refuses a right timestamp and shows the wrong time") {
  SpotWorld world;
  world.set("[[fault]]\nkind='clock'\nmarket='spot'\nat_ms=[0]\nfor_ms=60000\nshift_ms=7000");
  world.settle();
  RawClient rest{world};
  const auto shown = rest.ask("GET", "/api/v3/time").json().at("serverTime").as_int64();
  CHECK(shown >= wall_ms() + 6'000);
  CHECK(shown <= wall_ms() + 7'000);
  rest.order("one", "90.00");
  const auto answer = rest.answer();
  REQUIRE(answer);
  CHECK(answer->code() == -1021);
}

TEST_CASE("whatever goes wrong on the way, orders and money of the exchange add up") {
  for (int seed = 1; seed <= 3; ++seed) {
    SpotWorld world;
    world.faults.set(scenario_of("seed=" + std::to_string(seed) +
                                 "\n[[fault]]\nkind='drop'\nprobability=0.1\n"
                                 "[[fault]]\nkind='timeout'\nprobability=0.1\nafter=true\n"
                                 "[[fault]]\nkind='reset'\nprobability=0.1\nafter=true\n"
                                 "[[fault]]\nkind='drop'\nwhere='user'\nprobability=0.2"),
                     wall_ms());
    std::set<std::string> answered;
    auto client = std::make_unique<RawClient>(world);
    for (int i = 0; i < 60; ++i) {
      const std::string id = "o" + std::to_string(i);
      client->order(id, i % 2 == 0 ? "99.00" : "101.00", i % 2 == 0 ? "BUY" : "SELL");
      const auto answer = client->answer(15);
      if (answer && answer->status == 200) answered.insert(id);
      if (!answer) client = std::make_unique<RawClient>(world);
    }
    std::set<std::string> there;
    std::int64_t usdt = 0;
    std::int64_t btc = 0;
    for (const auto& [id, order] : world.exchange.orders()) {
      CHECK(there.insert(order.client_id).second);
      (order.side == Side::Buy ? usdt : btc) += order.locked;
    }
    for (const std::string& id : answered) CHECK(there.contains(id));
    CHECK(there.size() > answered.size());
    const auto& balances = world.exchange.accounts()[0].balances;
    CHECK(balances.at("USDT").locked == usdt);
    CHECK(balances.at("USDT").free + usdt == 10'000 * Amount::kScale);
    CHECK(balances.at("BTC").locked == btc);
    CHECK(balances.at("BTC").free + btc == 10 * Amount::kScale);
  }
}
