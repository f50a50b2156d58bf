#include <catch2/catch.hpp>
#include <cstdio>

#include "tests/book/matching_lockstep.hpp"

namespace sq::matching {
namespace {
void run(std::uint64_t first_seed, std::uint64_t seeds, Coverage& coverage) {
  for (std::uint64_t seed = first_seed; seed < first_seed + seeds; ++seed) {
    CAPTURE(seed);
    REQUIRE(run_flow(Dice{seed}, 10'000, 97, coverage) == std::string{});
  }
}
}  // namespace

TEST_CASE("the matching engine reports the same events as its model, and stands where it stands",
          "[book]") {
  Coverage coverage;
  run(1, 16, coverage);
  // A comparison that never comes to a rule proves nothing about it.
  for (std::size_t kind = 1; kind <= static_cast<std::size_t>(EventKind::Uncrossed); ++kind) {
    CAPTURE(text_of(static_cast<EventKind>(kind)));
    CHECK(coverage.kinds[kind] > 100);
  }
  for (std::size_t why = 1; why <= static_cast<std::size_t>(Why::PriceBand); ++why) {
    CAPTURE(text_of(static_cast<Why>(why)));
    CHECK(coverage.reasons[why] > 0);
  }
  for (std::size_t reason = 1; reason < kRefusals; ++reason) {
    CAPTURE(text_of(static_cast<Refusal>(reason)));
    CHECK(coverage.refusals[reason] > 0);
  }
  CHECK(coverage.auction_trades > 500);
  CHECK(coverage.open_orders / 160'000 > 30);
}

TEST_CASE("the matching engine equals its model over five million commands", "[book][slow]") {
  Coverage coverage;
  run(10'000, 500, coverage);
}

// By name only: a quarter of an hour in an optimised build.
TEST_CASE("the matching engine equals its model over a hundred million commands", "[.soak]") {
  Coverage coverage;
  for (std::uint64_t part = 0; part < 100; ++part) {
    run(1'000'000 + part * 100, 100, coverage);
    if (part % 10 == 9) std::fprintf(stderr, "%llu million commands\n", part + 1ULL);
  }
}
}  // namespace sq::matching
