#include "engine/book/top_snapshot.hpp"

#include <catch2/catch.hpp>
#include <thread>

#include "tests/book/book_model.hpp"
#include "tests/book/depth_records.hpp"

namespace sq::book {
namespace {
// Every level and the top carry the id as quantity, so that a torn view is seen.
DepthRecord snapshot_with(std::uint64_t id, std::int64_t levels) {
  std::vector<Level> bids;
  std::vector<Level> asks;
  for (std::int64_t i = 0; i < levels; ++i) {
    bids.push_back(level_at(1'000 - i, static_cast<std::int64_t>(id)));
    asks.push_back(level_at(1'001 + i, static_cast<std::int64_t>(id)));
  }
  return snapshot_of(DepthChain::Contiguous, id, bids, asks,
                     MonoTime{static_cast<std::int64_t>(id)});
}
SyncedBook live_book(std::int64_t levels) {
  SyncedBook book{test_settings()};
  book.on_depth(update_of(DepthChain::Contiguous, {1, 1, 0}, {}, {}).header());
  book.on_snapshot(snapshot_with(1, levels).header());
  return book;
}
}  // namespace

TEST_CASE("a view is published only after a request, once a request, and shows the book") {
  SyncedBook book = live_book(25);
  TopPublisher publisher;
  TopView view;
  publisher.publish_if_wanted(book, MonoTime{1});
  CHECK(publisher.read(view) == 0);
  publisher.request();
  CHECK(publisher.read(view) == 0);
  publisher.publish_if_wanted(book, MonoTime{2});
  REQUIRE(publisher.read(view) == 1);
  CHECK(view.state == BookState::Live);
  CHECK(view.last_id == 1);
  CHECK(view.bid_count == kTopLevels);
  CHECK(view.ask_count == kTopLevels);
  CHECK(view.bid_levels == 25);
  CHECK(same(view.bid, level_at(1'000, 1)));
  CHECK(same(view.ask, level_at(1'001, 1)));
  CHECK(same(view.bids[19], level_at(981, 1)));
  CHECK(same(view.asks[19], level_at(1'020, 1)));
  CHECK(view.counters.snapshots == 1);
  book.on_disconnect();
  publisher.publish_if_wanted(book, MonoTime{kPublishEvery + 1});
  REQUIRE(publisher.read(view) == 1);
  publisher.request();
  publisher.publish_if_wanted(book, MonoTime{kPublishEvery + 2});
  REQUIRE(publisher.read(view) == 2);
  CHECK(view.state == BookState::Syncing);
  CHECK(view.bid.qty == Qty{});
  CHECK(view.bid_count == 0);
}

TEST_CASE("a reader who asks without a pause gets one view in each publishing interval") {
  const SyncedBook book = live_book(1);
  TopPublisher publisher;
  TopView view;
  const auto published_at = [&](std::int64_t now) {
    publisher.request();
    publisher.publish_if_wanted(book, MonoTime{now});
    return publisher.read(view);
  };
  CHECK(published_at(5) == 1);
  CHECK(published_at(6) == 1);
  CHECK(published_at(5 + kPublishEvery - 1) == 1);
  CHECK(published_at(5 + kPublishEvery) == 2);
}

TEST_CASE("readers on other threads see only whole views, none older than the one before") {
  SyncedBook book = live_book(kTopLevels);
  TopPublisher publisher;
  publisher.publish(top_view(book), MonoTime{});
  std::atomic<int> torn{0};
  std::atomic<int> backwards{0};
  std::atomic<int> running{2};
  const auto reader = [&] {
    TopView view;
    std::uint64_t last = 0;
    for (int seen = 0; seen < 200'000;) {
      const std::uint64_t number = publisher.read(view);
      if (number == 0) {
        std::this_thread::yield();
        continue;
      }
      ++seen;
      if (number < last) ++backwards;
      last = number;
      const Qty qty = Qty::from_raw(static_cast<std::int64_t>(view.last_id));
      bool whole = view.bid.qty == qty && view.updated_at.ns == qty.raw() &&
                   view.bid_count == kTopLevels && view.ask_count == kTopLevels;
      for (const auto& side : {view.bids, view.asks}) {
        for (const Level& level : side) whole = whole && level.qty == qty;
      }
      if (!whole) ++torn;
    }
    --running;
  };
  std::thread first{reader};
  std::thread second{reader};
  std::uint64_t id = 2;
  for (; running.load() > 0; ++id) {
    book.on_snapshot(snapshot_with(id, kTopLevels).header());
    for (int i = 0; i < 8; ++i) publisher.publish(top_view(book), MonoTime{});
  }
  first.join();
  second.join();
  CHECK(torn.load() == 0);
  CHECK(backwards.load() == 0);
  CHECK(id > 2);
}
}  // namespace sq::book
