// What the admin port says of venues, from records.
#include "engine/app/desk/venue_conditions.hpp"

#include <catch2/catch.hpp>

#include "engine/messaging/control.hpp"

using namespace sq;
using namespace sq::app;

namespace {
struct Log {
  VenueConditions conditions;
  std::int64_t at{0};
  void tell(VenueId venue, VenueCondition condition, std::int64_t offset = 0,
            std::int64_t uncertainty = 0) {
    VenueState state;
    state.venue = venue;
    state.condition = condition;
    state.clock_offset_ns = offset;
    state.clock_uncertainty_ns = uncertainty;
    auto record = make_record(RecordKind::VenueState, state);
    record.header.wall = WallTime{++at};
    conditions.take(record.header);
  }
};
}  // namespace

TEST_CASE("a condition counts from its first word, and each venue has its own", "[app]") {
  Log log;
  CHECK(log.conditions.of(VenueId::BinanceSpot).state.venue == VenueId::None);
  log.tell(VenueId::BinanceSpot, VenueCondition::Disconnected);
  log.tell(VenueId::BinanceUsdm, VenueCondition::Maintenance);
  log.tell(VenueId::BinanceSpot, VenueCondition::Connected);
  log.tell(VenueId::BinanceSpot, VenueCondition::Connected);
  const VenueLine& spot = log.conditions.of(VenueId::BinanceSpot);
  CHECK(spot.state.condition == VenueCondition::Connected);
  CHECK(spot.since == WallTime{3});
  CHECK(log.conditions.of(VenueId::BinanceUsdm).since == WallTime{2});
}

TEST_CASE("a clock that was not measured again keeps its last measurement and its moment",
          "[app]") {
  Log log;
  log.tell(VenueId::BinanceUsdm, VenueCondition::Connected, 70, 9);
  log.tell(VenueId::BinanceUsdm, VenueCondition::Degraded, 90, 0);
  const VenueLine& line = log.conditions.of(VenueId::BinanceUsdm);
  CHECK(line.clock_offset_ns == 70);
  CHECK(line.clock_uncertainty_ns == 9);
  CHECK(line.measured == WallTime{1});
}

TEST_CASE("the engine's own timing is of no venue, and a start forgets what was said", "[app]") {
  Log log;
  log.tell(VenueId::None, VenueCondition::Connected);
  log.tell(VenueId{64}, VenueCondition::Connected);
  CHECK(log.conditions.of(VenueId::None).state.venue == VenueId::None);
  CHECK(log.conditions.of(VenueId{64}).state.venue == VenueId::None);
  log.tell(VenueId::BinanceSpot, VenueCondition::Connected, 1, 1);
  const auto start = make_record(RecordKind::EpochStarted, EpochStarted{});
  log.conditions.take(start.header);
  CHECK(log.conditions.of(VenueId::BinanceSpot).state.venue == VenueId::None);
  CHECK(log.conditions.of(VenueId::BinanceSpot).measured == WallTime{});
}
