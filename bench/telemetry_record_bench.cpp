// What measuring itself costs: a record in a histogram, a stage of an event that is timed and of
// one that is not, a snapshot for a reader.
#include <array>
#include <memory>
#include <random>

#include "bench/harness.hpp"
#include "engine/telemetry/stages.hpp"

int main(int argc, char** argv) {
  using namespace sq::telemetry;
  sq::bench::Session session{argc, argv};
  std::array<std::uint64_t, 4096> durations{};
  std::mt19937_64 random{42};
  std::lognormal_distribution<double> shape{7.0, 1.0};  // around 1,100, some in the ten thousands
  for (auto& duration : durations) duration = static_cast<std::uint64_t>(shape(random));

  const auto histogram = std::make_unique<Histogram>();
  session.run_batched("telemetry/histogram_record", {.input = "4096 lognormal durations, seed 42"},
                      [&](std::size_t i) { histogram->record(durations[i % durations.size()]); });
  const auto snapshot = std::make_unique<HistogramSnapshot>();
  session.run_single("telemetry/histogram_percentiles",
                     {.input = "copy of all buckets, p50 p90 p99 p99.9 max"}, [&](std::size_t) {
                       histogram->copy_to(*snapshot);
                       return static_cast<std::uint64_t>(snapshot->percentiles().p999);
                     });

  const TickClock clock = TickClock::calibrate();
  for (const std::uint32_t every : {1U, 16U, 0U}) {
    const auto timers = std::make_unique<StageTimers>(clock, every);
    const std::string name = "telemetry/event_3_stages_every_" + std::to_string(every);
    session.run_batched(name, {.input = "log, book, strategy inside an event"}, [&](std::size_t) {
      StageStamp event{timers.get(), Stage::Event};
      StageStamp stamp{timers.get(), Stage::Log};
      stamp.next(Stage::Book);
      stamp.next(Stage::Strategy);
    });
  }
  return session.finish();
}
