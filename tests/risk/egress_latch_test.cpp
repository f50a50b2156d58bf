#include "engine/risk/egress_latch.hpp"

#include <catch2/catch.hpp>
#include <memory>
#include <thread>
#include <vector>

using namespace sq;
using Kind = KillScopeKind;
using Stranger = risk::EgressLatch::Stranger;

namespace {
bool holds_back(const risk::EgressLatch& latch, std::uint16_t venue, std::uint16_t account,
                std::uint16_t strategy, std::uint32_t instrument) {
  return latch.closed(VenueId{venue}, AccountId{account}, StrategyId{strategy},
                      InstrumentId{instrument});
}
}  // namespace

TEST_CASE("a closed scope holds back its own orders and no others, and opens again", "[risk]") {
  const auto latch = std::make_unique<risk::EgressLatch>();
  CHECK_FALSE(holds_back(*latch, 1, 1, 1, 1));
  for (const KillScope scope : {KillScope{Kind::Venue, 1}, KillScope{Kind::Account, 1},
                                KillScope{Kind::Strategy, 1}, KillScope{Kind::Instrument, 1}}) {
    latch->close(scope);
    INFO(text_of(scope.kind));
    CHECK(latch->closed(scope));
    CHECK(holds_back(*latch, 1, 1, 1, 1));
    CHECK_FALSE(holds_back(*latch, 2, 2, 2, 2));
    CHECK_FALSE(holds_back(*latch, 0, 65 + 64, 65, 65));  // the same bit of another word
    latch->open(scope);
    CHECK_FALSE(holds_back(*latch, 1, 1, 1, 1));
  }
  latch->close({});
  CHECK(holds_back(*latch, 2, 2, 2, 2));
  latch->open({});
  CHECK_FALSE(holds_back(*latch, 2, 2, 2, 2));
}

TEST_CASE("the last number of each scope has a place; one beyond it counts as everything",
          "[risk]") {
  using Latch = risk::EgressLatch;
  const auto latch = std::make_unique<Latch>();
  const std::vector<KillScope> last{{Kind::Venue, Latch::kVenues - 1},
                                    {Kind::Account, Latch::kAccounts - 1},
                                    {Kind::Strategy, Latch::kStrategies - 1},
                                    {Kind::Instrument, Latch::kInstruments - 1}};
  for (const KillScope& scope : last) {
    latch->close(scope);
    CHECK_FALSE(holds_back(*latch, 0, 0, 0, 0));
    latch->open(scope);
    latch->close({scope.kind, scope.number + 1});
    CHECK(holds_back(*latch, 0, 0, 0, 0));
    latch->open({});
  }
  CHECK_FALSE(holds_back(*latch, 0, 0, 0, Latch::kInstruments - 1));
  CHECK(holds_back(*latch, 0, 0, 0, Latch::kInstruments));
  CHECK(holds_back(*latch, Latch::kVenues, 0, 0, 0));
  CHECK(holds_back(*latch, 0, Latch::kAccounts, 0, 0));
  CHECK(holds_back(*latch, 0, 0, Latch::kStrategies, 0));
  CHECK_FALSE(holds_back(*latch, 0, 0, 0xFFFF, 0));  // a ticket of nobody's strategy
}

TEST_CASE("what was closed from outside stays closed until the core has its own hold", "[risk]") {
  const auto latch = std::make_unique<risk::EgressLatch>();
  const KillScope venue{Kind::Venue, 4};
  latch->close_from_outside(venue);
  latch->close_from_outside(venue);
  latch->open(venue);  // a re-arm that knows of neither
  CHECK(holds_back(*latch, 4, 0, 0, 0));
  latch->close(venue);
  latch->acknowledge(venue);
  latch->open(venue);  // knows of the first
  CHECK(holds_back(*latch, 4, 0, 0, 0));
  latch->close(venue);
  latch->acknowledge(venue);
  CHECK(holds_back(*latch, 4, 0, 0, 0));
  latch->open(venue);
  CHECK_FALSE(holds_back(*latch, 4, 0, 0, 0));
  latch->acknowledge(venue);  // of nothing
  latch->close_from_outside(venue);
  CHECK(holds_back(*latch, 4, 0, 0, 0));
}

TEST_CASE("the watchdog closes everything, also once the engine has taken it over", "[risk]") {
  const auto latch = std::make_unique<risk::EgressLatch>();
  latch->close_by(Stranger::Watchdog);
  CHECK(latch->closed_by(Stranger::Watchdog));
  CHECK(holds_back(*latch, 0, 0, 0, 0));
  latch->open({});  // the core's own re-arm does not undo it
  CHECK(holds_back(*latch, 0, 0, 0, 0));
  latch->take_over_from(Stranger::Watchdog);
  CHECK_FALSE(latch->closed_by(Stranger::Watchdog));
  CHECK(latch->pending({}));
  CHECK(holds_back(*latch, 0, 0, 0, 0));
  latch->close({});
  latch->acknowledge({});
  latch->open({});
  CHECK_FALSE(holds_back(*latch, 0, 0, 0, 0));
}

TEST_CASE("no look between a closing from outside and the core's acknowledgement says open",
          "[risk]") {
  const auto latch = std::make_unique<risk::EgressLatch>();
  constexpr KillScope kScope{Kind::Strategy, 7};
  std::atomic<bool> stop{false};
  std::thread core{[&] {  // re-arms all the while, of what it knows
    while (!stop) latch->open(kScope);
  }};
  std::uint64_t open = 0;
  for (int i = 0; i < 20'000; ++i) {
    latch->close_from_outside(kScope);
    for (int look = 0; look < 10; ++look)
      if (!holds_back(*latch, 0, 0, 7, 0)) ++open;
    latch->acknowledge(kScope);
  }
  stop = true;
  core.join();
  CHECK(open == 0);
}
