// A LIVE book and short ways to feed and read it, for the tests of the state machine.
#pragma once

#include <catch2/catch.hpp>

#include "tests/book/book_model.hpp"
#include "tests/book/depth_records.hpp"

namespace sq::book {
constexpr DepthChain kSpot = DepthChain::Contiguous;
constexpr DepthChain kFutures = DepthChain::Linked;
constexpr MonoTime kStart{1'000};

// LIVE at id 100: bids 99 and 98, asks 101 and 102.
inline SyncedBook live_book(DepthChain chain = kSpot) {
  SyncedBook book{test_settings()};
  book.on_depth(update_of(chain, {96, 100, 95}, {level_at(98, 2)}, {}, kStart).header());
  book.on_snapshot(snapshot_of(chain, 100, {level_at(99, 1), level_at(98, 2)},
                               {level_at(101, 1), level_at(102, 2)}, kStart)
                       .header());
  REQUIRE(book.state() == BookState::Live);
  return book;
}
inline SyncedBook::Effect top(SyncedBook& book, std::uint64_t id, Level bid, Level ask,
                              MonoTime at = kStart) {
  return book.on_top(top_of(id, bid, ask, at).header);
}
inline bool gives(const SyncedBook& book, Level bid, Level ask) {
  return same(book.bid(), bid) && same(book.ask(), ask);
}
}  // namespace sq::book
