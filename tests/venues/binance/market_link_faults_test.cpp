// What goes wrong with market streams, and that the books are the exchange's afterwards: faults N01
// to N03, N09, N10, M01 to M03, and a consumer that does not read.
#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/venues/binance/exchange_rig.hpp"

using namespace sq;
using namespace sq::test;
using binance::MarketLinkState;

namespace {
constexpr VenueId kVenues[]{VenueId::BinanceSpot, VenueId::BinanceUsdm};
bool is_depth(const std::string& text) { return text.find("\"depthUpdate\"") != std::string::npos; }
bool all_trades_once(const ExchangeRig::Feed& feed) {
  for (std::size_t i = 1; i < feed.trades.size(); ++i)
    if (feed.trades[i] != feed.trades[i - 1] + 1) return false;
  return !feed.trades.empty() && feed.trades.back() == feed.market->trades().back().id;
}
}  // namespace

TEST_CASE("a lost depth message is a gap: the book is synchronised again by a snapshot",
          "[binance][link]") {
  for (const VenueId venue : kVenues) {
    ExchangeRig rig{{.venue = venue}};
    REQUIRE(rig.until([&] { return rig.all_live(); }));
    const std::uint64_t snapshots = rig.link().counters().snapshots;
    bool lose = true;
    rig.wire().passes = [&](const std::string& text) {
      if (!lose || !is_depth(text) || text.find("BTCUSDT") == std::string::npos) return true;
      lose = false;
      return false;
    };
    REQUIRE(rig.until([&] { return rig.link().counters().gaps == 1; }));
    CHECK(rig.feeds()[0].book->state() == BookState::Gapped);
    CHECK(rig.feeds()[1].book->state() == BookState::Live);
    REQUIRE(rig.until([&] { return rig.all_live(); }, 500));
    CHECK(rig.books_that_differ() == 0);
    CHECK(rig.link().counters().snapshots == snapshots + 1);
    CHECK(rig.events(FeedEvent::Disconnected) == 0);
  }
}

TEST_CASE("a snapshot from before the first update is asked for again, later each time",
          "[binance][link]") {
  for (const VenueId venue : kVenues) {
    RigWish wish{.venue = venue};
    wish.link.backoff = {100 * kNsPerMs, 400 * kNsPerMs};
    ExchangeRig rig{wish};
    std::map<std::string, exchange::WebAnswer> old;  // by query
    REQUIRE(rig.until([&] { return rig.all_live(); }));
    const char* path = venue == VenueId::BinanceSpot ? "/api/v3/depth" : "/fapi/v1/depth";
    for (const char* symbol : {"BTCUSDT", "ETHUSDT"}) {
      exchange::WebRequest request;
      request.method = "GET";
      request.path = path;
      request.query = std::string{"symbol="}.append(symbol).append("&limit=1000");
      old[request.query] = rig.wire().on_request(request);
      REQUIRE(old[request.query].status == 200);
    }
    rig.turn(250);
    int late = 4;
    rig.wire().answers = [&](const exchange::WebRequest& request) {
      std::optional<exchange::WebAnswer> answer;
      if (late > 0) answer = old.at(request.query);
      --late;
      return answer;
    };
    rig.wire().drop_all();
    rig.turn(5);
    REQUIRE(rig.until([&] { return rig.all_live(); }));
    CHECK(late == -2);
    CHECK(rig.link().counters().snapshots_too_old == 4);
    CHECK(rig.link().counters().snapshots == 4);
    for (const ExchangeRig::Feed& feed : rig.feeds()) CHECK(feed.snapshots == 2);
    CHECK(rig.books_that_differ() == 0);
  }
}

TEST_CASE("after connections that were cut again and again the books are the exchange's",
          "[binance][link]") {
  for (const VenueId venue : kVenues) {
    for (const bool tls : {false, true}) {
      RigWish wish{.venue = venue, .tls = tls};
      wish.link.backoff = {20 * kNsPerMs, 200 * kNsPerMs};
      ExchangeRig rig{wish};
      std::uint64_t cuts = 0;
      for (int i = 0; i < 10; ++i) {
        rig.turn(37 + 61 * i % 300);
        if (rig.wire().connections() != 0) ++cuts;
        rig.wire().drop_all();
        rig.turn(5);
        for (const ExchangeRig::Feed& feed : rig.feeds())
          CHECK(feed.book->state() != BookState::Live);
      }
      REQUIRE(rig.until([&] { return rig.all_live(); }));
      CHECK(rig.books_that_differ() == 0);
      CHECK(cuts > 5);
      CHECK(rig.link().counters().lanes.disconnects >= cuts);
      CHECK(rig.events(FeedEvent::Disconnected) > 10);
      CHECK(rig.events(FeedEvent::Connected) == rig.events(FeedEvent::Disconnected) + 2);
    }
  }
}

TEST_CASE("a host that answers nothing is left within twice the silence, and found again",
          "[binance][link]") {
  RigWish wish;
  wish.silence_ns_max = 500 * kNsPerMs;
  ExchangeRig rig{wish};
  REQUIRE(rig.until([&] { return rig.all_live(); }));
  rig.freeze(true);
  rig.turn(480);
  CHECK(rig.link().state() == MarketLinkState::Open);
  rig.turn(540);
  CHECK(rig.link().state() == MarketLinkState::Connecting);
  CHECK(rig.events(FeedEvent::Disconnected) == 2);
  rig.freeze(false);
  REQUIRE(rig.until([&] { return rig.all_live(); }));
  CHECK(rig.books_that_differ() == 0);
}

TEST_CASE("before a connection is too old a second one takes over: nothing is missed or told twice",
          "[binance][link]") {
  for (const VenueId venue : kVenues) {
    RigWish wish{.venue = venue};
    wish.link.connection_age_ns_max = 2 * kNsPerSecond;
    wish.link.overlap_ns_min = 300 * kNsPerMs;
    ExchangeRig rig{wish};
    REQUIRE(rig.until([&] { return rig.all_live(); }));
    for (int checkpoint = 0; checkpoint < 6; ++checkpoint) {
      rig.turn(1'500);
      CHECK(rig.books_that_differ() == 0);
    }
    const binance::MarketLinkCounters counters = rig.link().counters();
    CHECK(counters.lanes.handovers >= 3);
    CHECK(counters.lanes.disconnects == 0);
    CHECK(counters.duplicates > 10);
    CHECK(counters.gaps == 0);
    CHECK(counters.snapshots == 2);
    CHECK(rig.events(FeedEvent::Disconnected) == 0);
    for (const ExchangeRig::Feed& feed : rig.feeds()) {
      CHECK(all_trades_once(feed));
      CHECK(feed.book->counters().gaps == 0);
      CHECK(feed.book->counters().old_ignored <= feed.tops);
    }
    CHECK(rig.wire().connections() <= (venue == VenueId::BinanceSpot ? 2 : 4));
  }
}

TEST_CASE("serverShutdown is answered by a second connection, before the first ends",
          "[binance][link]") {
  ExchangeRig rig;
  REQUIRE(rig.until([&] { return rig.all_live(); }));
  rig.wire().say(R"({"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1790000000000}})");
  REQUIRE(rig.until([&] { return rig.link().counters().lanes.handovers == 1; }));
  CHECK(rig.link().counters().shutdowns == 1);
  CHECK(rig.events(FeedEvent::Disconnected) == 0);
  CHECK(rig.books_that_differ() == 0);
  for (const ExchangeRig::Feed& feed : rig.feeds()) CHECK(all_trades_once(feed));
}

TEST_CASE("the first connection may die while the second is there, or is on its way",
          "[binance][link]") {
  for (const int after_ms : {1, 2, 3, 4, 50}) {
    CAPTURE(after_ms);
    RigWish wish;
    wish.link.overlap_ns_min = kNsPerSecond;
    ExchangeRig rig{wish};
    REQUIRE(rig.until([&] { return rig.all_live(); }));
    rig.turn(77);
    rig.wire().say(
        R"({"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1790000000000}})");
    rig.turn(after_ms);
    rig.wire().drop_oldest();
    rig.turn(5);
    REQUIRE(rig.until([&] { return rig.all_live(); }));
    CHECK(rig.books_that_differ() == 0);
    CHECK(rig.link().state() == MarketLinkState::Open);
    CHECK(rig.wire().connections() == 1);
    if (after_ms == 50) CHECK(rig.events(FeedEvent::Disconnected) == 0);
  }
}

TEST_CASE("a consumer that does not read is told what it missed, and its books are whole again",
          "[binance][link]") {
  for (const VenueId venue : kVenues) {
    ExchangeRig rig{
        {.venue = venue, .ring_bytes = std::uint64_t{1} << 18U, .orders_per_second = 2'000}};
    REQUIRE(rig.until([&] { return rig.all_live(); }));
    rig.read_ring(false);
    REQUIRE(rig.until([&] { return rig.link().counters().depth_dropped > 20; }));
    rig.read_ring(true);
    rig.turn(5);
    for (const ExchangeRig::Feed& feed : rig.feeds()) CHECK(feed.book->state() != BookState::Live);
    REQUIRE(rig.until([&] { return rig.all_live(); }));
    CHECK(rig.books_that_differ() == 0);
    std::uint64_t told = 0;
    std::uint64_t skipped = 0;
    for (const ExchangeRig::Feed& feed : rig.feeds()) {
      told += feed.dropped;
      skipped += feed.skipped;
    }
    const binance::MarketLinkCounters counters = rig.link().counters();
    CHECK(told == counters.depth_dropped);
    CHECK(skipped >= counters.depth_dropped + counters.others_dropped);
    CHECK(rig.events(FeedEvent::Disconnected) == 0);
  }
}

TEST_CASE("while the venue says 429 no request is sent; then the books come", "[binance][link]") {
  ExchangeRig rig;
  const WallTime start = rig.wall();
  std::vector<std::int64_t> at_ms;
  bool limited = true;
  rig.wire().answers = [&](const exchange::WebRequest&) {
    at_ms.push_back((rig.wall() - start) / kNsPerMs);
    std::optional<exchange::WebAnswer> answer;
    if (limited)
      answer = {429, R"({"code":-1003,"msg":"Too many requests."})", {{"Retry-After", "3"}}};
    limited = false;
    return answer;
  };
  REQUIRE(rig.until([&] { return rig.all_live(); }));
  REQUIRE(at_ms.size() >= 3);
  // Both snapshots may have been on their way when the first was refused.
  const auto after =
      std::find_if(at_ms.begin(), at_ms.end(), [&](std::int64_t at) { return at > at_ms[0] + 2; });
  CHECK(std::all_of(after, at_ms.end(), [&](std::int64_t at) { return at >= at_ms[0] + 2'999; }));
  CHECK(rig.books_that_differ() == 0);
}

TEST_CASE("a captive portal's page is no snapshot, and an error is none either",
          "[binance][link]") {
  RigWish wish;
  wish.link.backoff = {50 * kNsPerMs, 100 * kNsPerMs};
  ExchangeRig rig{wish};
  int answers = 0;
  rig.wire().answers = [&](const exchange::WebRequest&) {
    std::optional<exchange::WebAnswer> answer;
    ++answers;
    if (answers <= 2) answer = {200, "<html>Welcome</html>", {}};
    if (answers > 2 && answers <= 4) answer = {503, "{}", {}};
    return answer;
  };
  REQUIRE(rig.until([&] { return rig.all_live(); }));
  CHECK(rig.link().counters().snapshots_bad == 2);
  CHECK(rig.link().counters().fetches.failed == 2);
  CHECK(rig.books_that_differ() == 0);
}

TEST_CASE("resynchronise asks for one snapshot, which the book takes as an audit",
          "[binance][link]") {
  ExchangeRig rig;
  REQUIRE(rig.until([&] { return rig.all_live(); }));
  rig.link().resynchronise(InstrumentId{0}, rig.now());
  rig.link().resynchronise(InstrumentId{77}, rig.now());  // not one of ours
  rig.turn(500);
  CHECK(rig.feeds()[0].snapshots == 2);
  CHECK(rig.feeds()[1].snapshots == 1);
  CHECK(rig.books_that_differ() == 0);
}

TEST_CASE("the end is told once to each book and closes the connections in order",
          "[binance][link]") {
  ExchangeRig rig;
  REQUIRE(rig.until([&] { return rig.all_live(); }));
  rig.link().end(rig.now(), rig.wall());
  rig.link().end(rig.now(), rig.wall());
  REQUIRE(rig.until([&] { return rig.link().state() == MarketLinkState::Ended; }, 100));
  rig.turn(20);
  CHECK(rig.wire().connections() == 0);
  CHECK(rig.events(FeedEvent::Ended) == 2);
  CHECK(rig.events(FeedEvent::Disconnected) == 0);
  CHECK(rig.link().counters().lanes.disconnects == 0);  // lost, not ended
  CHECK_FALSE(rig.all_live());
}
