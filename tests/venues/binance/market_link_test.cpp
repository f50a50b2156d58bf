// Live market data against the local exchange on real sockets: the books that are built from the
// link's records equal the exchange's, whatever happens to the connections.
#include "venues/binance/market_link.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/venues/binance/exchange_rig.hpp"

using namespace sq;
using namespace sq::test;
using binance::MarketLinkState;

namespace {
// Every trade that was printed, once, in order.
bool trades_follow(const ExchangeRig::Feed& feed) {
  for (std::size_t i = 1; i < feed.trades.size(); ++i)
    if (feed.trades[i] != feed.trades[i - 1] + 1) return false;
  return !feed.trades.empty() && feed.trades.back() == feed.market->trades().back().id;
}
}  // namespace

TEST_CASE("the books equal the exchange's at each checkpoint, spot and USD-M, plain and with TLS",
          "[binance][link]") {
  for (const VenueId venue : {VenueId::BinanceSpot, VenueId::BinanceUsdm}) {
    for (const bool tls : {false, true}) {
      CAPTURE(static_cast<int>(venue), tls);
      ExchangeRig rig{{.venue = venue, .tls = tls}};
      REQUIRE(rig.until([&] { return rig.all_live(); }, 3'000));
      for (int checkpoint = 0; checkpoint < 5; ++checkpoint) {
        rig.turn(400);
        CHECK(rig.books_that_differ() == 0);
      }
      CHECK(rig.link().state() == MarketLinkState::Open);
      CHECK(rig.link().synchronised() == 2);
      CHECK(rig.link().counters().gaps == 0);
      CHECK(rig.link().counters().duplicates == 0);
      CHECK(rig.link().decoded().malformed == 0);
      CHECK(rig.events(FeedEvent::Connected) == 2);
      CHECK(rig.events(FeedEvent::Disconnected) == 0);
      for (const ExchangeRig::Feed& feed : rig.feeds()) {
        CHECK(feed.book->counters().applied > 20);
        CHECK(feed.book->counters().gaps == 0);
        CHECK(feed.skipped == 0);
        CHECK(trades_follow(feed));
        CHECK(feed.tops > 50);
        CHECK(feed.top.bid_price == feed.market->bid().price);
        CHECK(feed.top.ask_qty == feed.market->ask().qty);
        CHECK((feed.marks > 1) == (venue == VenueId::BinanceUsdm));
      }
    }
  }
}

TEST_CASE("streams that a target cannot hold are subscribed to in the venue's number of messages",
          "[binance][link]") {
  RigWish wish;
  for (int i = 0; i < 150; ++i) wish.more_symbols.push_back("NONE" + std::to_string(i));
  wish.link.streams.depth = false;
  wish.link.streams_max = 1'024;
  ExchangeRig rig{wish};
  std::vector<std::int64_t> at_ms;
  const std::int64_t start = rig.now().ns;
  while (at_ms.size() < rig.wire().texts().size() || at_ms.empty()) {
    rig.turn(1);
    while (at_ms.size() < rig.wire().texts().size())
      at_ms.push_back((rig.now().ns - start) / kNsPerMs);
    REQUIRE((rig.now().ns - start) < 5 * kNsPerSecond);
  }
  rig.turn(3'000);
  CHECK(rig.wire().connections() == 1);
  std::size_t named = 0;
  for (const std::string& text : rig.wire().texts())
    named += static_cast<std::size_t>(std::count(text.begin(), text.end(), '@'));
  const std::string target = rig.wire().targets().at(0);
  named += static_cast<std::size_t>(std::count(target.begin(), target.end(), '@'));
  CHECK(named == 304);  // two streams of each
  CHECK(target.size() < 2'000);
  for (const ExchangeRig::Feed& feed : rig.feeds()) CHECK(feed.tops > 50);
  CHECK(rig.link().counters().lanes.subscribe_errors == 0);
}

TEST_CASE("many connections share the streams and each book is whole", "[binance][link]") {
  for (const VenueId venue : {VenueId::BinanceSpot, VenueId::BinanceUsdm}) {
    RigWish wish{.venue = venue};
    wish.link.streams_max = 3;
    ExchangeRig rig{wish};
    REQUIRE(rig.until([&] { return rig.all_live(); }));
    rig.turn(1'500);
    CHECK(rig.wire().connections() == (venue == VenueId::BinanceSpot ? 2 : 4));
    CHECK(rig.books_that_differ() == 0);
    for (const ExchangeRig::Feed& feed : rig.feeds()) CHECK(trades_follow(feed));
  }
}

TEST_CASE("with microseconds each stamp is one, and the books are the same", "[binance][link]") {
  RigWish wish;
  wish.link.streams.microseconds = true;
  wish.link.streams.trades = binance::TradeStream::Each;
  ExchangeRig rig{wish};
  std::size_t stamped = 0;
  const std::int64_t start_ns = rig.wall().ns;
  rig.on_record = [&](std::size_t, const RecordHeader& record) {
    if (record.kind != RecordKind::DepthUpdate && record.kind != RecordKind::TradePrint) return;
    CHECK(record.venue_time.ns >= start_ns - 60 * kNsPerSecond);
    CHECK(record.venue_time.ns <= rig.wall().ns);
    ++stamped;
  };
  bool microseconds = true;
  rig.wire().passes = [&](const std::string& text) {
    const std::size_t at = text.find("\"E\":");
    if (at != std::string::npos && text.find_first_not_of("0123456789", at + 4) != at + 4 + 16)
      microseconds = false;
    return true;
  };
  REQUIRE(rig.until([&] { return rig.all_live(); }));
  rig.turn(1'000);
  CHECK(stamped > 30);
  CHECK(microseconds);
  CHECK(rig.books_that_differ() == 0);
  CHECK(rig.link().decoded().malformed == 0);
}
