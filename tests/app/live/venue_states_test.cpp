// What venues say of themselves and what their links find out is in the log of a live run, and no
// order leaves for a venue that takes none. Controls A02, P28, P33; faults X06, N09, N10.
#include <array>
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <set>

#include "engine/messaging/breakers.hpp"
#include "engine/types/text.hpp"
#include "engine/wal/reader.hpp"
#include "tests/app/engine_process.hpp"
#include "tests/app/live/local_exchange.hpp"

using namespace sq;
using namespace sq::test;

namespace {
// Of one venue, from the log.
struct Told {
  VenueCondition now{VenueCondition::Disconnected};
  std::set<VenueCondition> seen;
  int orders{0};
  int orders_against{0};  // sent while the venue took none
  int clocks{0};
};
std::array<Told, 3> read(const std::filesystem::path& dir) {
  std::array<Told, 3> told;
  wal::Reader reader{dir};
  while (const RecordHeader* record = reader.next()) {
    if (record->kind == RecordKind::VenueState) {
      const auto& state = payload_of<VenueState>(*record);
      Told& venue = told.at(static_cast<std::size_t>(state.venue));
      venue.now = state.condition;
      venue.seen.insert(state.condition);
      if (state.clock_uncertainty_ns > 0) ++venue.clocks;
    } else if (record->kind == RecordKind::OrderSent) {
      // The first instrument is spot's, the others are of USD-M.
      const bool spot = index_of(record->instrument) == 0;
      Told& venue =
          told.at(static_cast<std::size_t>(spot ? VenueId::BinanceSpot : VenueId::BinanceUsdm));
      ++venue.orders;
      if (!takes_orders(venue.now)) ++venue.orders_against;
    }
  }
  return told;
}
}  // namespace

TEST_CASE(
    "maintenance, a ban and lost answers are inputs of a live run, and no order is sent to a "
    "venue that takes none",
    "[app][live]") {
  const LocalExchange exchange{"live-states", 28'328};
  const auto config = exchange.config();
  LiveEngine engine{"live-states", config};
  REQUIRE(engine.until_orders(exchange.log_dir(), 20, 30));
  exchange.set_scenario(R"(
seed = 3
[[fault]]
kind = "maintenance"
market = "usdm"
at_ms = [200]
for_ms = 2000
[[fault]]
kind = "ban"
market = "spot"
where = "time"
at_ms = [200]
for_ms = 2000
[[fault]]
kind = "timeout"
market = "usdm"
on = "order.place"
after = true
at = [1]
)");
  engine.wait(6);
  exchange.set_scenario("");
  REQUIRE(engine.until_orders(exchange.log_dir(), 60, 60));
  static_cast<void>(engine.stop());
  INFO(engine.said());
  CHECK(differences(exchange, engine.summary()).empty());
  const auto told = read(exchange.log_dir());
  for (const VenueId id : {VenueId::BinanceSpot, VenueId::BinanceUsdm}) {
    const Told& venue = told.at(static_cast<std::size_t>(id));
    CAPTURE(text_of(id));
    CHECK(venue.orders > 0);
    CHECK(venue.orders_against == 0);
    CHECK(venue.clocks > 0);
    CHECK(venue.seen.contains(VenueCondition::Connected));
    CHECK(venue.seen.contains(VenueCondition::Disconnected));
  }
  const auto& spot = told.at(static_cast<std::size_t>(VenueId::BinanceSpot)).seen;
  const auto& futures = told.at(static_cast<std::size_t>(VenueId::BinanceUsdm)).seen;
  CHECK(spot.contains(VenueCondition::RateLimited));
  CHECK(futures.contains(VenueCondition::Maintenance));
}
