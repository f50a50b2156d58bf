// Which streams over which connections, waits, what answers say about limits and subscriptions.
// Names and weights: protocol facts of binance_spot 4, 5 and binance_futures 2, 4.
#include "venues/binance/market_streams.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "venues/binance/backoff.hpp"
#include "venues/binance/rate_headers.hpp"
#include "venues/binance/snapshot_fetcher.hpp"
#include "venues/binance/stream_reply.hpp"

using namespace sq;
using namespace sq::binance;

namespace {
LinkSettings link_of(VenueId venue, const std::vector<std::string>& symbols) {
  LinkSettings link;
  link.venue = venue;
  for (const std::string& symbol : symbols) {
    Instrument made;
    made.venue = venue;
    made.symbol = Symbol{symbol};
    link.instruments.push_back(made);
  }
  return link;
}
using Names = std::vector<std::string>;
}  // namespace

TEST_CASE("spot's streams come together, USD-M's by route, named as the venue names them",
          "[binance][link]") {
  const auto spot = plan_lanes(link_of(VenueId::BinanceSpot, {"BTCUSDT"}), {}, 200);
  REQUIRE(spot.size() == 1);
  CHECK(spot[0].route.empty());
  CHECK(spot[0].book);
  CHECK(spot[0].streams == Names{"btcusdt@depth@100ms", "btcusdt@bookTicker", "btcusdt@aggTrade"});
  const auto usdm = plan_lanes(link_of(VenueId::BinanceUsdm, {"BTCUSDT"}), {}, 200);
  REQUIRE(usdm.size() == 2);
  CHECK(usdm[0].route == "/public");
  CHECK(usdm[0].book);
  CHECK(usdm[0].streams == Names{"btcusdt@depth@100ms", "btcusdt@bookTicker"});
  CHECK(usdm[1].route == "/market");
  CHECK_FALSE(usdm[1].book);
  CHECK(usdm[1].streams == Names{"btcusdt@aggTrade", "btcusdt@markPrice@1s"});
  StreamChoice choice;
  choice.routes = StreamRoutes::Together;
  choice.trades = TradeStream::Each;
  choice.depth_ms = 0;
  const auto together = plan_lanes(link_of(VenueId::BinanceUsdm, {"ETHUSDT"}), choice, 200);
  REQUIRE(together.size() == 1);
  CHECK(together[0].streams ==
        Names{"ethusdt@depth@0ms", "ethusdt@bookTicker", "ethusdt@trade", "ethusdt@markPrice@1s"});
}

TEST_CASE("a depth stream of a rate that the venue does not have is refused", "[binance][link]") {
  const auto name = [](VenueId venue, std::int32_t ms) {
    StreamChoice choice;
    choice.depth_ms = ms;
    return plan_lanes(link_of(venue, {"A"}), choice, 200)[0].streams[0];
  };
  CHECK(name(VenueId::BinanceSpot, 1'000) == "a@depth");
  CHECK(name(VenueId::BinanceUsdm, 250) == "a@depth");
  CHECK(name(VenueId::BinanceUsdm, 500) == "a@depth@500ms");
  CHECK_THROWS_AS(name(VenueId::BinanceSpot, 250), std::invalid_argument);
  CHECK_THROWS_AS(name(VenueId::BinanceSpot, 0), std::invalid_argument);
  CHECK_THROWS_AS(name(VenueId::BinanceUsdm, 1'000), std::invalid_argument);
  StreamChoice split;
  split.routes = StreamRoutes::Split;
  CHECK_THROWS_AS(plan_lanes(link_of(VenueId::BinanceSpot, {"A"}), split, 200),
                  std::invalid_argument);
  StreamChoice micro;
  micro.microseconds = true;
  CHECK_THROWS_AS(plan_lanes(link_of(VenueId::BinanceUsdm, {"A"}), micro, 200),
                  std::invalid_argument);
  CHECK_NOTHROW(plan_lanes(link_of(VenueId::BinanceSpot, {"A"}), micro, 200));
}

TEST_CASE("a connection gets as many streams as it may, and an instrument's are not torn apart",
          "[binance][link]") {
  Names symbols;
  for (int i = 0; i < 10; ++i) symbols.push_back("S" + std::to_string(i));
  const LinkSettings link = link_of(VenueId::BinanceSpot, symbols);
  const auto lanes = plan_lanes(link, {}, 10);  // three streams each
  REQUIRE(lanes.size() == 4);
  std::set<std::uint32_t> seen;
  for (const LanePlan& lane : lanes) {
    CHECK(lane.streams.size() == 3 * lane.instruments.size());
    CHECK(lane.streams.size() <= 10);
    seen.insert(lane.instruments.begin(), lane.instruments.end());
  }
  CHECK(seen.size() == 10);
  CHECK(plan_lanes(link, {}, 30).size() == 1);
  CHECK(plan_lanes(link, {}, 29).size() == 2);
  CHECK(plan_lanes(link, {}, 3).size() == 10);
  CHECK_THROWS_AS(plan_lanes(link, {}, 2), std::invalid_argument);
}

TEST_CASE("a symbol that would break a request is refused, one in another script is escaped",
          "[binance][link]") {
  for (const char* bad : {"", "A B", "A/B", "A\"B", "A@B", "A\\B"})
    CHECK_THROWS_AS(plan_lanes(link_of(VenueId::BinanceSpot, {bad}), {}, 200),
                    std::invalid_argument);
  CHECK(percent_encoded("btcusdt@depth@100ms") == "btcusdt@depth@100ms");
  CHECK(percent_encoded("币安usdt@trade") == "%E5%B8%81%E5%AE%89usdt@trade");
  CHECK(percent_encoded("a&b=c?d#e%") == "a%26b%3Dc%3Fd%23e%25");
}

TEST_CASE("a snapshot has the least depth that holds the wish, at the venue's weight",
          "[binance][link]") {
  const auto spot = [](std::int32_t levels) {
    const SnapshotDepth depth = snapshot_depth(VenueId::BinanceSpot, levels);
    return std::pair{depth.levels, depth.weight};
  };
  const auto usdm = [](std::int32_t levels) {
    const SnapshotDepth depth = snapshot_depth(VenueId::BinanceUsdm, levels);
    return std::pair{depth.levels, depth.weight};
  };
  using Pair = std::pair<std::int32_t, std::int64_t>;
  CHECK(spot(1) == Pair{100, 5});
  CHECK(spot(100) == Pair{100, 5});
  CHECK(spot(101) == Pair{500, 25});
  CHECK(spot(1'000) == Pair{1'000, 50});
  CHECK(spot(5'000) == Pair{5'000, 250});
  CHECK(usdm(50) == Pair{50, 2});
  CHECK(usdm(51) == Pair{100, 5});
  CHECK(usdm(500) == Pair{500, 10});
  CHECK(usdm(1'000) == Pair{1'000, 20});
  CHECK_THROWS_AS(spot(0), std::invalid_argument);
  CHECK_THROWS_AS(spot(5'001), std::invalid_argument);
  CHECK_THROWS_AS(usdm(1'001), std::invalid_argument);
}

TEST_CASE("waits double up to the longest, each between its half and its whole",
          "[binance][link]") {
  Backoff backoff{{100, 1'000}, 42};
  for (int round = 0; round < 2; ++round) {
    std::int64_t whole = 100;
    for (int i = 0; i < 50; ++i) {
      const std::int64_t wait = backoff.next();
      CHECK(wait >= whole / 2);
      CHECK(wait <= whole);
      whole = std::min<std::int64_t>(2 * whole, 1'000);
    }
    backoff.reset();
  }
  Backoff one{{}, 1};
  Backoff other{{}, 2};
  int different = 0;
  for (int i = 0; i < 10; ++i) different += one.next() != other.next() ? 1 : 0;
  CHECK(different == 10);
}

TEST_CASE("headers of limits are told to the governor; what is none is passed over",
          "[binance][link]") {
  CHECK(usage_name("X-MBX-USED-WEIGHT-1M")->interval_ns == 60 * kNsPerSecond);
  CHECK(usage_name("x-mbx-order-count-10s")->interval_ns == 10 * kNsPerSecond);
  CHECK(usage_name("x-mbx-order-count-10s")->kind == RateKind::Orders);
  CHECK(usage_name("X-MBX-ORDER-COUNT-1D")->interval_ns == kNsPerDay);
  for (const char* other : {"X-MBX-USED-WEIGHT", "X-MBX-USED-WEIGHT-", "X-MBX-USED-WEIGHT-M",
                            "X-MBX-USED-WEIGHT-0M", "X-MBX-USED-WEIGHT-1Y", "Content-Length"})
    CHECK_FALSE(usage_name(other));
  RateGovernor governor{{{RateKind::Weight, 60 * kNsPerSecond, 1'000}}};
  const WallTime now{1'800'000'000 * kNsPerSecond};
  net::HttpResponseHead head;
  head.status = 200;
  head.fields = {{"X-MBX-USED-WEIGHT-1M", "321"}};
  note_limits(governor, head, now);
  CHECK(governor.used(RateKind::Weight, 60 * kNsPerSecond, now) == 321);
  head.fields = {{"X-MBX-USED-WEIGHT-1M", "-5"}, {"X-MBX-USED-WEIGHT-1M", "much"}};
  note_limits(governor, head, now);
  CHECK(governor.used(RateKind::Weight, 60 * kNsPerSecond, now) == 321);
  head.status = 418;
  head.fields = {{"Retry-After", "120"}};
  note_limits(governor, head, now);
  CHECK(governor.banned_until() == now + 120 * kNsPerSecond);
  CHECK_FALSE(governor.ask({}, Purpose::Cancel, now + 119 * kNsPerSecond).granted());
}

TEST_CASE("answers to SUBSCRIBE are told from everything else", "[binance][link]") {
  const auto good = read_stream_reply(R"({"result":null,"id":7})");
  REQUIRE(good);
  CHECK(good->good);
  CHECK(good->id == 7);
  const auto bad = read_stream_reply(R"({"code":2,"msg":"Invalid request: x","id":3})");
  REQUIRE(bad);
  CHECK_FALSE(bad->good);
  CHECK(bad->id == 3);
  CHECK(bad->problem == "code 2: Invalid request: x");
  const auto nested = read_stream_reply(R"({"error":{"code":3,"msg":"Invalid JSON"},"id":null})");
  REQUIRE(nested);
  CHECK_FALSE(nested->good);
  CHECK(nested->problem == "code 3: Invalid JSON");
  for (const char* other : {"", "[]", "{}", "7", R"({"id":1})", R"({"result":null})",
                            R"({"e":"trade","E":1})", R"({"result":null,"id":)"})
    CHECK_FALSE(read_stream_reply(other));
}
