// Cancels that the core decided together: few messages, and each order's own proof. Against the
// local exchange on sockets of this machine. Controls A01, P28; faults X06, X22.
#include <catch2/catch.hpp>
#include <set>

#include "engine/types/wire_id.hpp"
#include "tests/venues/binance/link_world.hpp"

using namespace sq;
using namespace sq::test;

namespace {
using Ids = std::vector<OrderId>;

// Also what REST was asked for about orders: "DELETE /fapi/v1/batchOrders".
struct Desk {
  LinkWorld world;
  std::vector<std::string> asked;
  int status{0};  // instead of the exchange's answer to a cancel of all; 0: the exchange's

  explicit Desk(const LinkOptions& options) : world{options} {
    world.lossy->rest = [this](const exchange::WebRequest& request) {
      std::optional<exchange::WebAnswer> made;
      if (request.method != "DELETE") return made;
      asked.push_back(request.method + " " + request.path);
      const bool all = request.path.find("penOrders") != std::string::npos;
      if (!all || status == 0) return made;
      made.emplace();
      made->status = status;
      made->body = R"({"code":-1000,"msg":"An unknown error occurred."})";
      return made;
    };
    REQUIRE(world.until_ready());
  }
  // So many that work.
  Ids place(int n) {
    Ids ids;
    for (int i = 0; i < n; ++i)
      ids.push_back(world.place(Side::Buy, "90.0", "0.100", TimeInForce::PostOnly));
    REQUIRE(world.until([&] { return all(ids, ReportKind::Accepted); }));
    return ids;
  }
  [[nodiscard]] bool all(const Ids& ids, ReportKind kind) const {
    return std::ranges::all_of(ids, [&](OrderId id) { return world.told(id, kind); });
  }
  [[nodiscard]] bool any(const Ids& ids, ReportKind kind) const {
    return std::ranges::any_of(ids, [&](OrderId id) { return world.told(id, kind); });
  }
  [[nodiscard]] std::size_t open() {
    exchange::Params params;
    params.add("symbol", "BTCUSDT");
    const char* method = world.futures ? "openOrders" : "openOrders.status";
    return world.venue().call(method, params, 0, LinkWorld::wall_ms()).get_array().size();
  }
  [[nodiscard]] std::size_t count(const std::string& request) const {
    return static_cast<std::size_t>(std::ranges::count(asked, request));
  }
};
LinkOptions with(bool futures, bool session = true) {
  LinkOptions options;
  options.futures = futures;
  options.session = session;
  options.limit_factor = 100;
  options.change = [](binance::OrderLinkSettings& settings, binance::LinkSettings&) {
    settings.answer_ns_max = 300 * kNsPerMs;
  };
  return options;
}
}  // namespace

TEST_CASE("cancels of all that works leave as one message, and each order tells its end",
          "[binance][link]") {
  for (const bool futures : {false, true}) {
    Desk desk{with(futures)};
    const Ids ids = desk.place(30);
    const std::int64_t weight = desk.world.governor->used(
        binance::RateKind::Weight, 60 * kNsPerSecond, WallTime{LinkWorld::wall_ms() * kNsPerMs});
    desk.world.cancel_together(ids, true);
    REQUIRE(desk.world.until([&] { return desk.all(ids, ReportKind::Cancelled); }));
    CHECK(desk.open() == 0);
    CHECK(desk.world.link->counters().together == 30);
    CHECK(desk.count("DELETE /fapi/v1/order") == 0);
    CHECK(desk.count("DELETE /fapi/v1/allOpenOrders") == (futures ? 1 : 0));
    const std::int64_t after = desk.world.governor->used(
        binance::RateKind::Weight, 60 * kNsPerSecond, WallTime{LinkWorld::wall_ms() * kNsPerMs});
    CHECK(after <= weight + 10);  // a minute may have begun
  }
}

TEST_CASE("spot over REST lists what it cancelled: each line is that order's proof",
          "[binance][link]") {
  LinkOptions options = with(false);
  Desk desk{options};
  const Ids ids = desk.place(8);
  // The session is slow to answer: what it was to do goes by REST, and its events are lost.
  desk.world.lossy->lose_requests = desk.world.lossy->lose_events = true;
  desk.world.cancel_together(ids, true);
  REQUIRE(desk.world.until([&] { return desk.all(ids, ReportKind::Cancelled); }));
  CHECK(desk.count("DELETE /api/v3/openOrders") == 1);
  CHECK(desk.count("DELETE /api/v3/order") == 0);
}

TEST_CASE("the answer to a cancel of all ends no order by itself", "[binance][link]") {
  Desk desk{with(true)};
  const Ids ids = desk.place(6);
  desk.world.lossy->lose_events = true;
  desk.world.cancel_together(ids, true);
  REQUIRE(desk.world.until([&] { return desk.open() == 0; }));
  REQUIRE(desk.world.until([&] { return desk.world.link->counters().cancels_sent == 6; }));
  desk.world.query(ids[0]);
  REQUIRE(desk.world.until([&] { return desk.world.told(ids[0], ReportKind::Status); }));
  CHECK_FALSE(desk.any(ids, ReportKind::Cancelled));
}

TEST_CASE("what a cancel of all could not do is cancelled order by order", "[binance][link]") {
  for (const bool futures : {false, true}) {
    Desk desk{with(futures)};
    const Ids ids = desk.place(6);
    desk.status = 500;
    // Spot: the session loses it first.
    desk.world.lossy->lose_requests = !futures;
    desk.world.cancel_together(ids, true);
    const std::string path = futures ? "/fapi/v1/" : "/api/v3/";
    const std::string all = "DELETE " + path + (futures ? "allOpenOrders" : "openOrders");
    REQUIRE(desk.world.until([&] { return desk.count(all) == 3; }));
    desk.world.lossy->lose_requests = false;
    REQUIRE(desk.world.until([&] { return desk.all(ids, ReportKind::Cancelled); }));
    CHECK(desk.open() == 0);
    CHECK(desk.count(all) == 3);
  }
}

TEST_CASE(
    "cancels of some orders leave ten in a request where the venue takes that and they are "
    "dear, and touch nothing else",
    "[binance][link]") {
  Desk desk{with(true, false)};
  const Ids ids = desk.place(23);
  const OrderId other = desk.place(1)[0];
  desk.world.cancel_together(ids, false);
  REQUIRE(desk.world.until([&] { return desk.all(ids, ReportKind::Cancelled); }));
  CHECK(desk.count("DELETE /fapi/v1/batchOrders") == 3);
  CHECK(desk.count("DELETE /fapi/v1/order") == 0);
  CHECK(desk.open() == 1);
  CHECK_FALSE(desk.world.told(other, ReportKind::Cancelled));
}

TEST_CASE("an order of a batch that has ended is told as one that the venue does not find",
          "[binance][link]") {
  Desk desk{with(true, false)};
  const Ids ids = desk.place(6);
  desk.world.lossy->lose_events = true;
  exchange::Params params;
  params.add("symbol", "BTCUSDT");
  params.add("origClientOrderId", std::string{to_wire("T", ids[2])->view()});
  static_cast<void>(desk.world.venue().call("order.cancel", params, 0, LinkWorld::wall_ms()));
  desk.world.cancel_together(ids, false);
  REQUIRE(desk.world.until([&] { return desk.world.told(ids[2], ReportKind::CancelRejected); }));
  for (const OrderId id : ids) CHECK(desk.world.told(id, ReportKind::Cancelled) == (id != ids[2]));
  CHECK(desk.world.reports(ids[2]).back().code == RejectCode::UnknownOrder);
}

TEST_CASE("few cancels, and those of some orders over a session, leave one by one",
          "[binance][link]") {
  for (const bool all : {false, true}) {
    Desk desk{with(true)};
    const Ids ids = desk.place(all ? 4 : 20);
    desk.world.cancel_together(ids, all);
    REQUIRE(desk.world.until([&] { return desk.all(ids, ReportKind::Cancelled); }));
    CHECK(desk.asked.empty());
    CHECK(desk.world.link->counters().together == 0);
    CHECK(desk.world.link->counters().cancels_sent == ids.size());
  }
}

TEST_CASE("a group whose last cancel never comes leaves one by one", "[binance][link]") {
  Desk desk{with(true)};
  const Ids ids = desk.place(7);
  desk.world.cancel_together(ids, true, false);
  REQUIRE(desk.world.until([&] { return desk.all(ids, ReportKind::Cancelled); }));
  CHECK(desk.asked.empty());
  CHECK(desk.world.link->counters().cancels_sent == 7);
}

TEST_CASE("an order of a group that has not left yet never does", "[binance][link]") {
  Desk desk{with(false)};
  Ids ids = desk.place(6);
  // The share of orders is used up: the next one waits in the link.
  const WallTime now{LinkWorld::wall_ms() * kNsPerMs};
  desk.world.governor->on_limited(false, 1, now);
  const OrderId waits = desk.world.place(Side::Buy, "90.0", "0.100", TimeInForce::PostOnly);
  ids.insert(ids.begin(), waits);
  desk.world.cancel_together(ids, true);
  REQUIRE(desk.world.until([&] { return desk.world.told(waits, ReportKind::NotSent); }));
  ids.erase(ids.begin());
  REQUIRE(desk.world.until([&] { return desk.all(ids, ReportKind::Cancelled); }));
  CHECK(desk.world.kinds(waits) == std::vector{ReportKind::NotSent});
  CHECK(desk.world.spot->orders().size() == 6);
}
