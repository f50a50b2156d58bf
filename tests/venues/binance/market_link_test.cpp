// Live market data against the local exchange on real sockets: the books that are built from the
// link's records equal the exchange's, whatever happens to the connections.
#include "venues/binance/market_link.hpp"

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
