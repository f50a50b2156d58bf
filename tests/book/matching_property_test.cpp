#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>

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

// Flows of 10,000 commands each: 500, or as many as SQ_SOAK_FLOWS says (10,000 take five minutes in
// an optimised build).
TEST_CASE("the matching engine equals its model over five million commands", "[book][slow]") {
  const char* wanted = std::getenv("SQ_SOAK_FLOWS");
  const std::uint64_t flows = wanted == nullptr ? 500 : std::strtoull(wanted, nullptr, 10);
  Coverage coverage;
  for (std::uint64_t done = 0; done < flows; done += 100) {
    run(1'000'000 + done, std::min<std::uint64_t>(flows - done, 100), coverage);
    if (done % 1'000 == 900) std::fprintf(stderr, "%llu million commands\n", done / 100 + 1ULL);
  }
}
}  // namespace sq::matching
