#include "engine/book/synced_book.hpp"

#include "tests/book/live_book.hpp"
#include "tests/support/allocations.hpp"

namespace sq::book {
TEST_CASE("a book without a snapshot is SYNCING and gives no top, whatever updates it saw") {
  SyncedBook book{test_settings()};
  CHECK(book.state() == BookState::Syncing);
  book.on_depth(update_of(kSpot, {1, 2, 0}, {level_at(10, 1)}, {level_at(11, 1)}).header());
  top(book, 3, level_at(10, 1), level_at(11, 1));
  CHECK(book.state() == BookState::Syncing);
  CHECK(gives(book, {}, {}));
  CHECK(book.depth().levels(Side::Buy) == 0);
}

TEST_CASE("a snapshot alone is not LIVE until the stream proves to have been open") {
  SyncedBook book{test_settings()};
  book.on_snapshot(snapshot_of(kSpot, 100, {level_at(10, 1)}, {level_at(11, 1)}).header());
  CHECK(book.state() == BookState::Syncing);
  SECTION("by an update from before the snapshot") {
    const auto effect =
        book.on_depth(update_of(kSpot, {90, 100, 0}, {level_at(5, 9)}, {}).header());
    CHECK(book.state() == BookState::Live);
    CHECK(effect.state_changed);
    CHECK(effect.top_changed);
    CHECK_FALSE(effect.depth_applied);
    CHECK(book.depth().qty_at(Side::Buy, price_at(5)) == Qty{});
  }
  SECTION("by the update that bridges it") {
    const auto effect =
        book.on_depth(update_of(kSpot, {101, 105, 0}, {level_at(5, 9)}, {}).header());
    CHECK(book.state() == BookState::Live);
    CHECK(effect.depth_applied);
    CHECK(book.depth().qty_at(Side::Buy, price_at(5)) == Qty::from_raw(9));
  }
  SECTION("an update that does not bridge sends it back to wait, as SYNCING") {
    book.on_depth(update_of(kSpot, {102, 105, 0}, {}, {}).header());
    CHECK(book.state() == BookState::Syncing);
    CHECK(book.counters().gaps == 0);
    CHECK(book.counters().snapshots_refused == 1);
    book.on_snapshot(snapshot_of(kSpot, 101, {level_at(10, 1)}, {level_at(11, 1)}).header());
    CHECK(book.state() == BookState::Live);
    CHECK(book.last_id() == 105);
  }
}

TEST_CASE(
    "spot: the next id chains, an overlap is applied, a repeat is ignored, one id missing is a "
    "gap") {
  SyncedBook book = live_book();
  book.on_depth(update_of(kSpot, {101, 103, 0}, {level_at(99, 7)}, {}).header());
  CHECK(book.last_id() == 103);
  book.on_depth(update_of(kSpot, {103, 104, 0}, {level_at(99, 8)}, {}).header());
  CHECK(book.last_id() == 104);
  const auto repeat =
      book.on_depth(update_of(kSpot, {101, 104, 0}, {level_at(99, 9)}, {}).header());
  CHECK_FALSE(repeat.depth_applied);
  CHECK(book.counters().old_ignored == 2);  // and the one that the snapshot contained
  CHECK(gives(book, level_at(99, 8), level_at(101, 1)));
  const auto gap = book.on_depth(update_of(kSpot, {106, 107, 0}, {}, {}).header());
  CHECK(book.state() == BookState::Gapped);
  CHECK(gap.state_changed);
  CHECK(gap.top_changed);
  CHECK(gives(book, {}, {}));
  CHECK(book.counters().gaps == 1);
}

TEST_CASE(
    "futures: pu must equal the last u; after a snapshot it may be lower, also when the id lies "
    "between two updates") {
  SyncedBook book = live_book(kFutures);
  SECTION("the snapshot's id lies between two updates") {
    book.on_depth(update_of(kFutures, {110, 120, 97}, {level_at(99, 3)}, {}).header());
    CHECK(book.state() == BookState::Live);
  }
  SECTION("the snapshot's id lies inside the update") {
    book.on_depth(update_of(kFutures, {98, 120, 95}, {level_at(99, 3)}, {}).header());
    CHECK(book.state() == BookState::Live);
  }
  SECTION("one id too late") {
    book.on_depth(update_of(kFutures, {110, 120, 101}, {}, {}).header());
    CHECK(book.state() == BookState::Gapped);
  }
  SECTION("after the first update a lower pu no longer does") {
    book.on_depth(update_of(kFutures, {101, 120, 100}, {}, {}).header());
    REQUIRE(book.state() == BookState::Live);
    book.on_depth(update_of(kFutures, {115, 130, 119}, {}, {}).header());
    CHECK(book.state() == BookState::Gapped);
  }
  SECTION("a first_id far from the last is no gap") {
    book.on_depth(update_of(kFutures, {101, 120, 100}, {}, {}).header());
    book.on_depth(update_of(kFutures, {500, 600, 120}, {}, {}).header());
    CHECK(book.state() == BookState::Live);
    CHECK(book.last_id() == 600);
  }
}

TEST_CASE("GAPPED keeps updates and becomes LIVE with the first snapshot that bridges them") {
  SyncedBook book = live_book();
  book.on_depth(update_of(kSpot, {111, 120, 0}, {level_at(97, 1)}, {}).header());
  book.on_depth(update_of(kSpot, {121, 130, 0}, {level_at(96, 1)}, {}).header());
  const auto old = book.on_snapshot(snapshot_of(kSpot, 109, {level_at(95, 1)}, {}).header());
  CHECK_FALSE(old.state_changed);
  CHECK(book.state() == BookState::Gapped);
  CHECK(book.counters().snapshots_refused == 1);
  const auto effect =
      book.on_snapshot(snapshot_of(kSpot, 110, {level_at(95, 1)}, {level_at(101, 4)}).header());
  CHECK(effect.state_changed);
  CHECK(effect.depth_applied);
  CHECK(book.state() == BookState::Live);
  CHECK(book.last_id() == 130);
  CHECK(gives(book, level_at(97, 1), level_at(101, 4)));
  CHECK(book.counters().resyncs == 1);
}

TEST_CASE(
    "a gap among the kept updates leaves the book GAPPED and the later ones wait for another "
    "snapshot") {
  SyncedBook book{test_settings()};
  book.on_depth(update_of(kSpot, {11, 20, 0}, {level_at(90, 1)}, {}).header());
  book.on_depth(update_of(kSpot, {31, 40, 0}, {level_at(91, 1)}, {}).header());
  book.on_snapshot(snapshot_of(kSpot, 15, {level_at(89, 1)}, {}).header());
  CHECK(book.state() == BookState::Gapped);
  CHECK(book.counters().gaps == 1);
  book.on_snapshot(snapshot_of(kSpot, 30, {level_at(89, 1)}, {}).header());
  CHECK(book.state() == BookState::Live);
  CHECK(book.last_id() == 40);
  CHECK(same(book.bid(), level_at(91, 1)));
}

TEST_CASE("when kept updates overflow, a snapshot older than the dropped ones cannot bridge") {
  SyncedBook book{test_settings(/*pending_bytes=*/384)};  // room for three updates of one level
  for (std::uint64_t id = 10; id <= 50; id += 10) {
    book.on_depth(update_of(kSpot, {id - 9, id, 0}, {level_at(90, 1)}, {}).header());
  }
  const std::uint64_t dropped = book.counters().pending_dropped;
  REQUIRE(dropped == 2);  // through id 20
  book.on_snapshot(snapshot_of(kSpot, 19, {level_at(89, 1)}, {}).header());
  CHECK(book.state() == BookState::Syncing);
  book.on_snapshot(snapshot_of(kSpot, 20, {level_at(89, 1)}, {}).header());
  CHECK(book.state() == BookState::Live);
  CHECK(book.last_id() == 50);
}

TEST_CASE(
    "a record larger than the room for kept updates is dropped and counted, and newer snapshots "
    "still work") {
  SyncedBook book{test_settings(/*pending_bytes=*/128)};
  book.on_depth(update_of(kSpot, {1, 10, 0}, {level_at(9, 1), level_at(8, 1)}, {}).header());
  CHECK(book.counters().pending_dropped == 1);
  book.on_snapshot(snapshot_of(kSpot, 9, {level_at(9, 1)}, {}).header());
  CHECK(book.state() == BookState::Syncing);
  CHECK(book.counters().snapshots_refused == 1);
  book.on_snapshot(snapshot_of(kSpot, 10, {level_at(9, 1)}, {}).header());
  CHECK(book.state() == BookState::Live);
}

TEST_CASE(
    "a snapshot while LIVE: an older one is ignored, an equal one confirms, a different or newer "
    "one replaces") {
  SyncedBook book = live_book();
  const std::uint64_t checksum = book.depth().checksum();
  SECTION("older") {
    book.on_snapshot(snapshot_of(kSpot, 99, {level_at(1, 1)}, {}).header());
    CHECK(book.depth().checksum() == checksum);
    CHECK(book.counters().audits == 0);
  }
  SECTION("same id, same best levels, shallower") {
    const auto effect =
        book.on_snapshot(snapshot_of(kSpot, 100, {level_at(99, 1)}, {level_at(101, 1)}).header());
    CHECK_FALSE(effect.depth_applied);
    CHECK(book.depth().checksum() == checksum);
    CHECK(book.counters().audits == 1);
    CHECK(book.counters().audit_differences == 0);
  }
  SECTION("same id, another quantity") {
    const auto effect =
        book.on_snapshot(snapshot_of(kSpot, 100, {level_at(99, 8)}, {level_at(101, 1)}).header());
    CHECK(effect.depth_applied);
    CHECK(effect.top_changed);
    CHECK(book.counters().audit_differences == 1);
    CHECK(gives(book, level_at(99, 8), level_at(101, 1)));
  }
  SECTION("same id, a level more than the book has") {
    book.on_snapshot(snapshot_of(kSpot, 100, {level_at(99, 1), level_at(98, 2), level_at(97, 1)},
                                 {level_at(101, 1)})
                         .header());
    CHECK(book.counters().audit_differences == 1);
  }
  SECTION("newer: replaces, the updates it contains are old, the next one has to bridge it") {
    book.on_snapshot(snapshot_of(kSpot, 110, {level_at(97, 1)}, {level_at(98, 1)}).header());
    CHECK(book.last_id() == 110);
    CHECK(gives(book, level_at(97, 1), level_at(98, 1)));
    book.on_depth(update_of(kSpot, {101, 108, 0}, {level_at(50, 1)}, {}).header());
    CHECK(book.depth().qty_at(Side::Buy, price_at(50)) == Qty{});
    book.on_depth(update_of(kSpot, {109, 112, 0}, {level_at(97, 5)}, {}).header());
    CHECK(book.last_id() == 112);
    CHECK(gives(book, level_at(97, 5), level_at(98, 1)));
  }
  CHECK(book.state() == BookState::Live);
}

TEST_CASE("a disconnect makes the book SYNCING and forgets kept updates, ids and the top") {
  SyncedBook book = live_book();
  top(book, 500, level_at(99, 1), level_at(101, 1));
  const auto effect = book.on_disconnect();
  CHECK(book.state() == BookState::Syncing);
  CHECK(effect.state_changed);
  CHECK(gives(book, {}, {}));
  SyncedBook later = live_book();
  later.on_disconnect();
  later.on_snapshot(snapshot_of(kSpot, 600, {level_at(9, 1)}, {level_at(10, 1)}).header());
  CHECK(later.state() == BookState::Syncing);  // no update seen since
  book.on_snapshot(snapshot_of(kSpot, 20, {level_at(9, 1)}, {level_at(10, 1)}).header());
  CHECK(book.state() == BookState::Syncing);
  book.on_depth(update_of(kSpot, {21, 22, 0}, {level_at(8, 1)}, {}).header());
  CHECK(book.state() == BookState::Live);
  CHECK(gives(book, level_at(9, 1), level_at(10, 1)));
  CHECK(book.counters().resyncs == 1);
  CHECK_FALSE(book.on_disconnect().depth_applied);
  CHECK_FALSE(book.on_disconnect().state_changed);
}

TEST_CASE("the state machine allocates nothing after construction") {
  SyncedBook book = live_book();
  const auto gap = update_of(kSpot, {150, 160, 0}, {level_at(99, 1)}, {});
  const auto more = update_of(kSpot, {161, 170, 0}, {level_at(900'000, 1)}, {});
  const auto snapshot = snapshot_of(kSpot, 155, {level_at(99, 1)}, {level_at(101, 1)});
  const auto best = top_of(171, level_at(99, 1), level_at(101, 1));
  const std::uint64_t before = allocations_on_this_thread();
  for (int i = 0; i < 20'000; ++i) {
    book.on_depth(gap.header());
    book.on_depth(more.header());
    book.on_top(best.header);
    if (i % 1'000 == 0) book.on_snapshot(snapshot.header());
    if (i % 1'000 == 1) book.on_disconnect();
  }
  const std::uint64_t after = allocations_on_this_thread();
  CHECK(after == before);
  CHECK(book.counters().pending_dropped > 0);
}

TEST_CASE("times that cannot be meant are refused at construction") {
  SyncSettings settings = test_settings();
  settings.stale_after_ns = 0;
  CHECK_THROWS(SyncedBook{settings});
  settings.stale_after_ns = 1;
  settings.crossed_for_ns = -1;
  CHECK_THROWS(SyncedBook{settings});
  settings.crossed_for_ns = 0;
  CHECK_NOTHROW(SyncedBook{settings});
}
}  // namespace sq::book
