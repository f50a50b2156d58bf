#include "engine/telemetry/stages.hpp"

#include <catch2/catch.hpp>
#include <memory>
#include <set>
#include <string>

#include "engine/telemetry/counters.hpp"
#include "tests/support/allocations.hpp"

using namespace sq::telemetry;
namespace {
std::uint64_t count_of(const StageTimers& timers, Stage stage) {
  return timers.histogram(stage).snapshot().count();
}
std::unique_ptr<StageTimers> timers_of(std::uint32_t sample_every) {
  return std::make_unique<StageTimers>(TickClock::monotonic(), sample_every);
}
}  // namespace

TEST_CASE("every stage has a name of its own", "[telemetry]") {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kStageCount; ++i) names.insert(text_of(static_cast<Stage>(i)));
  CHECK(names.size() == kStageCount);
  CHECK(names.count("?") == 0);
  CHECK(text_of(static_cast<Stage>(kStageCount)) == "?");
  CHECK(text_of(Stage::TickToOrder) == "tick-to-order");
}

TEST_CASE("a stamp records its scope once, and each stage that follows in it", "[telemetry]") {
  const auto timers = timers_of(1);
  {
    StageStamp event{timers.get(), Stage::Event};
    StageStamp stamp{timers.get(), Stage::Log};
    stamp.next(Stage::Book);
    stamp.next(Stage::Strategy);
    CHECK(count_of(*timers, Stage::Log) == 1);
    CHECK(count_of(*timers, Stage::Book) == 1);
    CHECK(count_of(*timers, Stage::Strategy) == 0);
  }
  CHECK(count_of(*timers, Stage::Strategy) == 1);
  CHECK(count_of(*timers, Stage::Event) == 1);
  CHECK(count_of(*timers, Stage::Risk) == 0);
}

TEST_CASE("the stages inside an event add up to no more than the event", "[telemetry]") {
  const auto timers = timers_of(1);
  for (int i = 0; i < 100; ++i) {
    StageStamp event{timers.get(), Stage::Event};
    StageStamp stamp{timers.get(), Stage::Log};
    stamp.next(Stage::Book);
  }
  const auto sum = [&](Stage stage) { return timers->histogram(stage).snapshot().sum(); };
  CHECK(sum(Stage::Log) + sum(Stage::Book) <= sum(Stage::Event));
}

TEST_CASE("with N every Nth event is timed, from the first on, and all its stages", "[telemetry]") {
  const auto every = GENERATE(1U, 2U, 7U);
  const auto timers = timers_of(every);
  for (std::uint32_t i = 0; i < 70; ++i) {
    StageStamp event{timers.get(), Stage::Event};
    CHECK((event.start() != 0) == (i % every == 0));
    StageStamp book{timers.get(), Stage::Book};
    timers->record_since(Stage::TickToOrder, event.start());
  }
  CHECK(count_of(*timers, Stage::Event) == 70 / every);
  CHECK(count_of(*timers, Stage::Book) == 70 / every);
  CHECK(count_of(*timers, Stage::TickToOrder) == 70 / every);
}

TEST_CASE("with 0, or without timers, nothing is recorded", "[telemetry]") {
  const auto timers = timers_of(0);
  for (int i = 0; i < 10; ++i) {
    StageStamp event{timers.get(), Stage::Event};
    StageStamp none{nullptr, Stage::Event};
    none.next(Stage::Book);
    CHECK(event.start() == 0);
    CHECK(none.start() == 0);
  }
  CHECK(count_of(*timers, Stage::Event) == 0);
}

TEST_CASE("percentiles of a stage are in nanoseconds", "[telemetry]") {
  const TickClock clock = TickClock::calibrate(1'000'000);
  const auto timers = std::make_unique<StageTimers>(clock, 1);
  const auto ticks = static_cast<std::uint64_t>(clock.ticks_per_second() / 1000);  // 1 ms
  for (int i = 0; i < 10; ++i) timers->record(Stage::Risk, ticks);
  const Percentiles found = timers->percentiles_ns(Stage::Risk);
  CHECK(found.count == 10);
  CHECK(found.p50 == Approx(1e6).epsilon(0.01));
  CHECK(found.max == Approx(1e6).epsilon(0.0001));
}

TEST_CASE("stamps allocate nothing", "[telemetry][hot]") {
  const auto timers = timers_of(1);
  const auto before = sq::allocations_on_this_thread();
  for (int i = 0; i < 100; ++i) {
    StageStamp event{timers.get(), Stage::Event};
    StageStamp stamp{timers.get(), Stage::Log};
    stamp.next(Stage::Book);
  }
  const auto after = sq::allocations_on_this_thread();
  CHECK(after == before);
  CHECK(count_of(*timers, Stage::Book) == 100);
}

TEST_CASE("counters count each name by itself and list them in order", "[telemetry]") {
  enum class Name : std::uint8_t { First, Second, Third };
  Counters<Name, 3> counters;
  counters.add(Name::Second);
  counters.add(Name::Second, 4);
  counters.set(Name::Third, 9);
  CHECK(counters[Name::First] == 0);
  CHECK(counters[Name::Second] == 5);
  std::string listed;
  counters.for_each([&](Name name, std::uint64_t n) {
    listed += std::to_string(static_cast<int>(name)) + "=" + std::to_string(n) + " ";
  });
  CHECK(listed == "0=0 1=5 2=9 ");
}
