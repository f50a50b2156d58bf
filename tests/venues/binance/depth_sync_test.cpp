// Which updates are passed on and when a snapshot is wanted: every short ordering of updates,
// losses, repetitions and a snapshot, against a model that knows what was really missing.
#include "venues/binance/depth_sync.hpp"

#include <catch2/catch.hpp>
#include <random>
#include <vector>

using namespace sq;
using namespace sq::binance;
using Update = DepthSync::Update;

namespace {
DepthHeader update(DepthChain chain, std::uint64_t previous, std::uint64_t first,
                   std::uint64_t last) {
  DepthHeader made;
  made.chain = chain;
  made.previous_id = chain == DepthChain::Linked ? previous : 0;
  made.first_id = first;
  made.last_id = last;
  return made;
}
DepthHeader spot(std::uint64_t first, std::uint64_t last) {
  return update(DepthChain::Contiguous, 0, first, last);
}
DepthHeader usdm(std::uint64_t previous, std::uint64_t first, std::uint64_t last) {
  return update(DepthChain::Linked, previous, first, last);
}
}  // namespace

TEST_CASE("an update is next, old, or behind a gap", "[binance][link]") {
  DepthSync sync;
  CHECK(sync.on_update(spot(10, 12), false) == Update::Next);
  CHECK(sync.on_update(spot(13, 13), false) == Update::Next);
  CHECK(sync.on_update(spot(13, 13), false) == Update::Duplicate);
  CHECK(sync.on_update(spot(12, 15), false) == Update::Next);  // overlapping: nothing is missing
  CHECK(sync.on_update(spot(17, 18), false) == Update::Gap);
  CHECK(sync.on_update(spot(19, 19), false) == Update::Next);
  DepthSync linked;
  CHECK(linked.on_update(usdm(9, 12, 15), false) == Update::Next);
  CHECK(linked.on_update(usdm(15, 20, 22), false) == Update::Next);  // numbers in between: no gap
  CHECK(linked.on_update(usdm(23, 24, 25), false) == Update::Gap);
  CHECK(linked.on_update(usdm(9, 12, 15), false) == Update::Duplicate);
}

TEST_CASE("a snapshot joins from just before the first update on, not one earlier",
          "[binance][link]") {
  for (const std::uint64_t id : {8U, 9U, 10U, 12U, 13U, 40U}) {
    DepthSync sync;
    REQUIRE(sync.on_update(spot(10, 12), false) == Update::Next);
    CHECK(sync.on_snapshot(id) == (id >= 9));
    CHECK(sync.synchronised() == (id >= 9));
  }
  for (const std::uint64_t id : {8U, 9U, 11U, 12U, 40U}) {  // 9: between two updates of USD-M
    DepthSync sync;
    REQUIRE(sync.on_update(usdm(9, 12, 15), false) == Update::Next);
    CHECK(sync.on_snapshot(id) == (id >= 9));
  }
}

TEST_CASE("a snapshot before any update holds until the first one shows a gap", "[binance][link]") {
  for (const bool linked : {false, true}) {
    for (const std::uint64_t before : {19U, 20U, 21U, 22U}) {
      DepthSync sync;
      CHECK(sync.on_snapshot(20));
      CHECK(sync.synchronised());
      const DepthHeader first = linked ? usdm(before, before + 1, 30) : spot(before + 1, 30);
      CHECK(sync.on_update(first, false) == (before <= 20 ? Update::Next : Update::Gap));
      CHECK(sync.synchronised() == (before <= 20));
    }
  }
}

TEST_CASE("of the second connection nothing is taken before the first has brought what precedes",
          "[binance][link]") {
  DepthSync sync;
  REQUIRE(sync.on_update(spot(1, 5), false) == Update::Next);
  CHECK(sync.on_update(spot(8, 9), true) == Update::Ahead);
  CHECK(sync.on_update(spot(6, 7), false) == Update::Next);
  CHECK(sync.on_update(spot(8, 9), false) == Update::Next);
  CHECK(sync.on_update(spot(8, 9), true) == Update::Duplicate);
  CHECK(sync.on_update(spot(10, 11), true) == Update::Next);
  CHECK(sync.on_update(spot(10, 11), false) == Update::Duplicate);
}

TEST_CASE("over random losses a gap is seen if and only if something was lost", "[binance][link]") {
  std::mt19937_64 random{7};
  for (int round = 0; round < 2'000; ++round) {
    const bool linked = round % 2 == 0;
    DepthSync sync;
    std::uint64_t last = 100 + random() % 50;
    bool lost = false;
    bool started = false;
    for (int i = 0; i < 12; ++i) {
      const std::uint64_t first = last + 1 + (linked ? random() % 3 : 0);
      const std::uint64_t end = first + random() % 4;
      const DepthHeader made = linked ? usdm(last, first, end) : spot(first, end);
      last = end;
      if (random() % 5 == 0) {
        lost = lost || started;
        continue;
      }
      CHECK(sync.on_update(made, false) == (lost ? Update::Gap : Update::Next));
      if (random() % 4 == 0) CHECK(sync.on_update(made, false) == Update::Duplicate);
      CHECK(sync.last_id() == end);
      started = true;
      lost = false;
    }
  }
}
