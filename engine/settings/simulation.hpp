// [simulation]: the assumptions of the simulated exchange. The run's summary prints each of them.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/settings/simulation_venues.hpp"
#include "engine/types/time.hpp"

namespace sq::settings {
enum class FeedLatency : std::uint8_t {
  Recorded,  // as recorded: the local receive times of the recording
  Constant,  // the venue's event time plus feed_latency
  None       // the venue's event time
};
enum class QueueModel : std::uint8_t {
  Pessimistic,   // only trades at our price move us forward
  Proportional,  // cancels ahead and behind in proportion to the quantity there
  Power          // cancels fall behind us by the power queue_power of the proportion
};
// A point of the latency distribution; between two points it is a straight line.
struct LatencyPoint {
  std::uint32_t probability_ppm{0};  // 0 to 1,000,000, strictly increasing, first 0, last 1,000,000
  std::int64_t order_ns{0};          // engine to matching, not decreasing
  std::int64_t report_ns{0};         // matching to engine, not decreasing

  friend bool operator==(const LatencyPoint&, const LatencyPoint&) = default;
};
enum class ImpactModel : std::uint8_t { None, SquareRoot, Linear };

struct Simulation {
  FeedLatency feed_latency{FeedLatency::Recorded};
  std::int64_t feed_latency_ns{0};  // Constant only; 0 to 10 s
  std::int64_t order_latency_ns{
      0};  // constant, used when the table is empty; 0 to 10 s. No default
  std::int64_t report_latency_ns{0};  // as above
  // From `order_latency_file`, or in the file itself as order_latency_table. Empty: constant.
  std::vector<LatencyPoint> order_latency_table;
  QueueModel queue_model{QueueModel::Pessimistic};  // the one that does not flatter
  std::uint32_t queue_power{3};  // 1 to 8, Power only; whole: the same bits on every machine
  bool exact_queue{true};        // books = "orders": our place among the orders; false: queue_model
  bool consumed_depth{true};     // what we took from a level stays taken until it is refreshed
  bool partial_fills{true};
  bool fees{true};
  bool filters{true};  // the venue's filters are enforced by the exchange as well
  bool margin{true};       // initial margin, maintenance, liquidation where brackets are known
  bool funding{true};      // perpetuals pay and receive where a rate is known
  bool rate_limits{true};  // orders and request weight per window, 429 and then 418
  // Our taking moves what our later takers find; see engine/backtest/impact.hpp.
  ImpactModel impact{ImpactModel::None};
  std::int64_t impact_half_life_ns{60 * kNsPerSecond};  // 1 ms to 1 day; not with None
  std::vector<SimulatedVenue> venues;            // what differs from the built-in, dated tables
  std::vector<SimulatedInstrument> instruments;  // as above
  std::vector<Outage> outages;

  friend bool operator==(const Simulation&, const Simulation&) = default;
};
}  // namespace sq::settings
