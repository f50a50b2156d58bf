// The top of the book, silence, crossing and refused records.
#include "tests/book/live_book.hpp"

namespace sq::book {
TEST_CASE(
    "the best-price stream is the top while its id is at or past the depth's, and never before "
    "it") {
  SyncedBook book = live_book();
  CHECK_FALSE(top(book, 99, level_at(50, 1), level_at(60, 1)).top_changed);
  CHECK(gives(book, level_at(99, 1), level_at(101, 1)));
  const auto effect = top(book, 102, level_at(100, 5), level_at(101, 3));
  CHECK(effect.top_changed);
  CHECK_FALSE(effect.depth_applied);
  CHECK(gives(book, level_at(100, 5), level_at(101, 3)));
  CHECK_FALSE(top(book, 101, level_at(70, 5), level_at(80, 3)).top_changed);  // older than itself
  CHECK_FALSE(top(book, 102, level_at(70, 5), level_at(80, 3)).top_changed);  // a repeat
  book.on_depth(update_of(kSpot, {101, 101, 0}, {level_at(99, 9)}, {}).header());
  CHECK(gives(book, level_at(100, 5), level_at(101, 3)));  // still ahead
  book.on_depth(update_of(kSpot, {102, 102, 0}, {level_at(100, 5)}, {level_at(101, 3)}).header());
  CHECK(gives(book, level_at(100, 5), level_at(101, 3)));  // equal ids
  book.on_depth(update_of(kSpot, {103, 104, 0}, {level_at(100, 6)}, {}).header());
  CHECK(gives(book, level_at(100, 6), level_at(101, 3)));  // depth is ahead
}

TEST_CASE(
    "a best price that runs through the older depth wins, and the book stays LIVE and uncrossed") {
  SyncedBook book = live_book();
  const auto effect = top(book, 110, level_at(105, 2), level_at(106, 1));
  CHECK(effect.top_changed);
  CHECK(book.state() == BookState::Live);
  CHECK(gives(book, level_at(105, 2), level_at(106, 1)));
  CHECK_FALSE(book.depth().crossed());
  book.on_time(kStart + 2 * kTestCrossedFor);
  CHECK(book.state() == BookState::Live);
}

TEST_CASE("a side that the best-price stream gives as empty is empty") {
  SyncedBook book = live_book();
  top(book, 110, level_at(100, 2), Level{});
  CHECK(gives(book, level_at(100, 2), {}));
  CHECK(book.state() == BookState::Live);
}

TEST_CASE(
    "a book is STALE after more than the allowed silence of depth and top together, and LIVE by "
    "the next news") {
  SyncedBook book = live_book();
  book.on_time(kStart + kTestStaleAfter);
  CHECK(book.state() == BookState::Live);
  const auto stale = book.on_time(kStart + kTestStaleAfter + 1);
  CHECK(book.state() == BookState::Stale);
  CHECK(stale.state_changed);
  CHECK(stale.top_changed);
  CHECK(gives(book, {}, {}));
  CHECK(book.counters().stale == 1);
  const MonoTime later = kStart + 2 * kTestStaleAfter;
  SECTION("an update") {
    const auto effect =
        book.on_depth(update_of(kSpot, {101, 101, 0}, {level_at(99, 4)}, {}, later).header());
    CHECK(book.state() == BookState::Live);
    CHECK(effect.top_changed);
    CHECK(gives(book, level_at(99, 4), level_at(101, 1)));
  }
  SECTION("a newer top") {
    top(book, 101, level_at(99, 4), level_at(101, 1), later);
    CHECK(book.state() == BookState::Live);
  }
  SECTION("not a repeated update, nor an older top") {
    book.on_depth(update_of(kSpot, {96, 100, 0}, {}, {}, later).header());
    top(book, 99, level_at(99, 4), level_at(101, 1), later);
    CHECK(book.state() == BookState::Stale);
  }
  SECTION("an update after a gap makes it GAPPED") {
    book.on_depth(update_of(kSpot, {103, 104, 0}, {}, {}, later).header());
    CHECK(book.state() == BookState::Gapped);
  }
  CHECK(book.counters().stale == 1);
}

TEST_CASE("tops alone keep a book from getting STALE, and so do updates") {
  SyncedBook book = live_book();
  MonoTime now = kStart;
  for (std::uint64_t i = 1; i < 10; ++i) {
    now = now + kTestStaleAfter;
    if (i % 2 == 0) top(book, 200 + i, level_at(99, 1), level_at(101, 1), now);
    if (i % 2 == 1) book.on_depth(update_of(kSpot, {100 + i, 101 + i, 0}, {}, {}, now).header());
    book.on_time(now);
    CHECK(book.state() == BookState::Live);
  }
}

TEST_CASE(
    "crossed depth gives no top at once, is CROSSED after the allowed time and LIVE when "
    "uncrossed") {
  SyncedBook book = live_book();
  const auto cross =
      book.on_depth(update_of(kSpot, {101, 101, 0}, {level_at(101, 3)}, {}, kStart).header());
  CHECK(book.state() == BookState::Live);
  CHECK(cross.top_changed);
  CHECK(gives(book, {}, {}));
  book.on_time(kStart + kTestCrossedFor - 1);
  CHECK(book.state() == BookState::Live);
  SECTION("uncrossed in time") {
    book.on_depth(update_of(kSpot, {102, 102, 0}, {}, {level_at(101, 0)}, kStart).header());
    CHECK(gives(book, level_at(101, 3), level_at(102, 2)));
    book.on_time(kStart + kTestCrossedFor);
    CHECK(book.state() == BookState::Live);
    CHECK(book.counters().crossed == 0);
  }
  SECTION("crossed too long") {
    book.on_time(kStart + kTestCrossedFor);
    CHECK(book.state() == BookState::Crossed);
    CHECK(book.counters().crossed == 1);
    top(book, 150, level_at(99, 1), level_at(101, 1), kStart + kTestCrossedFor);
    CHECK(book.state() == BookState::Crossed);
    CHECK(gives(book, {}, {}));
    book.on_depth(
        update_of(kSpot, {102, 102, 0}, {}, {level_at(101, 0)}, kStart + kTestCrossedFor + 1)
            .header());
    CHECK(book.state() == BookState::Live);
    CHECK(gives(book, level_at(99, 1), level_at(101, 1)));  // the newer top
  }
  SECTION("a fresher top that is not crossed is given meanwhile") {
    top(book, 150, level_at(99, 1), level_at(101, 1));
    CHECK(gives(book, level_at(99, 1), level_at(101, 1)));
  }
}

TEST_CASE(
    "a best price that is crossed in itself is never given and makes the book CROSSED when it "
    "stays") {
  SyncedBook book = live_book();
  top(book, 150, level_at(101, 1), level_at(101, 1));
  CHECK(gives(book, {}, {}));
  book.on_time(kStart + kTestCrossedFor);
  CHECK(book.state() == BookState::Crossed);
  top(book, 151, level_at(101, 1), level_at(102, 1), kStart + kTestCrossedFor);
  CHECK(book.state() == BookState::Live);
}

TEST_CASE(
    "a price off tick, a negative quantity and a book without room make it GAPPED and are "
    "counted") {
  SyncedBook book = live_book();
  SECTION("off tick") {
    const Level off{Price::from_raw(price_at(99).raw() + 1), Qty::from_raw(1)};
    book.on_depth(update_of(kSpot, {101, 101, 0}, {off}, {}).header());
    CHECK(book.counters().off_tick == 1);
  }
  SECTION("negative") {
    book.on_depth(update_of(kSpot, {101, 101, 0}, {}, {level_at(101, -1)}).header());
    CHECK(book.counters().off_tick == 1);
  }
  SECTION("a top off tick") {
    top(book, 101, {Price::from_raw(1), Qty::from_raw(1)}, level_at(101, 1));
    CHECK(book.counters().off_tick == 1);
  }
  SECTION("too many levels far away") {
    std::vector<Level> bids;
    for (std::int64_t i = 0; i < 513; ++i) bids.push_back(level_at(1'000'000 + i * 2'000, 1));
    book.on_depth(update_of(kSpot, {101, 101, 0}, bids, {}).header());
    CHECK(book.counters().overflows == 1);
  }
  SECTION("a snapshot off tick while LIVE") {
    const Level off{Price::from_raw(price_at(99).raw() + 1), Qty::from_raw(1)};
    book.on_snapshot(snapshot_of(kSpot, 105, {off}, {}).header());
    CHECK(book.counters().off_tick == 1);
  }
  CHECK(book.state() == BookState::Gapped);
  CHECK(gives(book, {}, {}));
  book.on_depth(update_of(kSpot, {102, 106, 0}, {level_at(90, 3)}, {}).header());
  CHECK(book.state() == BookState::Gapped);
  book.on_snapshot(snapshot_of(kSpot, 105, {level_at(99, 1)}, {level_at(101, 2)}).header());
  CHECK(book.state() == BookState::Live);
  CHECK(book.last_id() == 106);
}
}  // namespace sq::book
