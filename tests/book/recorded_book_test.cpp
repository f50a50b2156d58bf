// Recorded sessions: the venue's own best-price stream says what the rebuilt book must be.
#include <catch2/catch.hpp>

#include "engine/book/synced_book.hpp"
#include "tests/book/best_price_oracle.hpp"
#include "tests/book/faulty_recording.hpp"
#include "tests/book/recorded_market.hpp"

namespace sq::book {
namespace {
SyncSettings settings_for(const RecordedMarket& market) {
  return {.l2 = {.tick = market.tick}, .stale_after_ns = kNsPerDay, .crossed_for_ns = 0};
}
}  // namespace

TEST_CASE("the rebuilt book has the recorded best prices and sizes at every shared update id") {
  for (const RecordedMarket& market : recorded_markets()) {
    auto source = open(market);
    if (!source) return;
    SyncedBook book{settings_for(market)};
    Oracle oracle;
    std::size_t crossed = 0;
    for (RecordHeader* record = source->peek(); record != nullptr; record = source->peek()) {
      record->mono = MonoTime{record->wall.ns};
      feed(book, *record);
      const L2Book& depth = book.depth();
      crossed += depth.crossed();
      if (record->kind == RecordKind::TopOfBook) {
        const auto& top = payload_of<TopOfBook>(*record);
        oracle.top_at(top.update_id, {top.bid_price, top.bid_qty}, {top.ask_price, top.ask_qty});
      } else if (book.state() == BookState::Live) {
        oracle.depth_at(book.last_id(), depth.best(Side::Buy), depth.best(Side::Sell));
      }
      source->pop();
    }
    INFO(market.name);
    CHECK_FALSE(source->failure().has_value());
    CHECK(book.state() == BookState::Live);
    CHECK(oracle.shared() == market.shared_ids);
    CHECK(oracle.different() == 0);
    const auto [compared, different] = oracle.compare_all();
    CHECK(compared == market.updates_compared);
    CHECK(different == market.inside_executions);
    CHECK(crossed == 0);
    CHECK(book.counters().gaps == 0);
    CHECK(book.counters().snapshots == 1);
    CHECK(book.counters().off_tick == 0);
    CHECK(book.counters().overflows == 0);
  }
}

TEST_CASE(
    "a recording with updates lost, doubled and swapped gives the true book or one that is not "
    "LIVE") {
  for (const RecordedMarket& market : recorded_markets()) {
    auto source = open(market);
    if (!source) return;
    FaultyRecording faulty{settings_for(market), 5};
    for (RecordHeader* record = source->peek(); record != nullptr; record = source->peek()) {
      record->mono = MonoTime{record->wall.ns};
      faulty.on(*record);
      source->pop();
    }
    INFO(market.name);
    CHECK(faulty.wrong() == 0);
    CHECK(faulty.compared() > 100);
    CHECK(faulty.live() > faulty.updates() / 4);
    CHECK(faulty.live() < faulty.updates());
    CHECK(faulty.book().counters().gaps > 20);
    CHECK(faulty.book().counters().resyncs > 20);
  }
}
}  // namespace sq::book
