#include "engine/backtest/latency.hpp"

#include <catch2/catch.hpp>

#include "engine/backtest/feed_clock.hpp"
#include "engine/types/fixed.hpp"

using namespace sq;
using backtest::ClockOffset;
using backtest::Direction;
using backtest::FeedClock;
using backtest::Latency;

namespace {
settings::Simulation table() {
  settings::Simulation model;
  model.order_latency_table = {
      {0, 100, 50}, {500'000, 200, 60}, {990'000, 1'000, 100}, {1'000'000, 11'000, 900}};
  return model;
}
constexpr std::int64_t kMs = kNsPerMs;
}  // namespace

TEST_CASE("without a table the latency is the constant of its direction", "[backtest]") {
  settings::Simulation model;
  model.order_latency_ns = 250;
  model.report_latency_ns = 70;
  CHECK(Latency{model, Direction::Order, 1}.draw_ns() == 250);
  CHECK(Latency{model, Direction::Report, 1}.draw_ns() == 70);
}

TEST_CASE("a table is its quantiles, and straight lines between them", "[backtest]") {
  const Latency order{table(), Direction::Order, 1};
  const Latency report{table(), Direction::Report, 1};
  CHECK(order.at(0) == 100);
  CHECK(order.at(std::uint64_t{1} << 62) == 150);  // a quarter
  CHECK(order.at(std::uint64_t{1} << 63) == 200);  // the half
  CHECK(report.at(std::uint64_t{1} << 63) == 60);
  CHECK(order.at(~std::uint64_t{0}) == 10'999);  // below the maximum, which has probability 0
  const auto at_995 = static_cast<std::uint64_t>((UInt128{1} << 64) * 995 / 1000);
  CHECK(std::abs(order.at(at_995) - 6'000) <= 1);
}

TEST_CASE("draws have the table's quantiles and the same seed gives the same draws", "[backtest]") {
  Latency latency{table(), Direction::Order, 42};
  Latency again{table(), Direction::Order, 42};
  Latency other{table(), Direction::Order, 43};
  int below_median = 0;
  int below_99 = 0;
  int different = 0;
  constexpr int kDraws = 100'000;
  for (int i = 0; i < kDraws; ++i) {
    const std::int64_t ns = latency.draw_ns();
    REQUIRE(ns == again.draw_ns());
    if (ns != other.draw_ns()) ++different;
    if (ns < 200) ++below_median;
    if (ns < 1'000) ++below_99;
  }
  CHECK(std::abs(below_median - kDraws / 2) < 800);  // five standard deviations
  CHECK(std::abs(below_99 - kDraws * 99 / 100) < 160);
  CHECK(different > kDraws / 2);
}

TEST_CASE("a table that does not rise from 0 to 1,000,000 ppm is refused", "[backtest]") {
  const auto refused = [](std::vector<settings::LatencyPoint> points) {
    settings::Simulation model;
    model.order_latency_table = std::move(points);
    CHECK_THROWS_AS((Latency{model, Direction::Order, 1}), std::invalid_argument);
  };
  refused({{1, 100, 50}, {1'000'000, 200, 60}});
  refused({{0, 100, 50}, {999'999, 200, 60}});
  refused({{0, 100, 50}, {0, 150, 50}, {1'000'000, 200, 60}});
  refused({{0, 200, 50}, {1'000'000, 100, 60}});
  refused({{0, -1, 50}, {1'000'000, 100, 60}});
  settings::Simulation model;
  model.order_latency_table = {{0, 100, 50}, {1'000'000, 100, 60}};
  CHECK(Latency{model, Direction::Order, 1}.draw_ns() == 100);
}

TEST_CASE("without feed latency the exchange is where we are; constant is as long before",
          "[backtest]") {
  ClockOffset offset{0};
  FeedClock none{settings::FeedLatency::None, 0};
  CHECK(none.exchange_time(WallTime{500}, WallTime{100}, offset) == WallTime{500});
  FeedClock constant{settings::FeedLatency::Constant, 200};
  CHECK(constant.exchange_time(WallTime{500}, WallTime{100}, offset) == WallTime{300});
}

TEST_CASE("the recorded latency is what a record exceeds the fastest by, plus the floor",
          "[backtest]") {
  // Our clock is 1.27 s behind the venue's; delays are 3, 5 and 9 ms.
  constexpr std::int64_t kClock = -1'270 * kMs;
  const auto received = [](std::int64_t venue, std::int64_t delay) {
    return WallTime{venue + kClock + delay};
  };
  constexpr std::int64_t kFloor = kMs / 2;
  ClockOffset offset{kFloor};
  offset.preview(received(10'000 * kMs, 5 * kMs), WallTime{10'000 * kMs});
  offset.preview(received(10'010 * kMs, 3 * kMs), WallTime{10'010 * kMs});
  offset.preview(received(10'020 * kMs, 9 * kMs), WallTime{10'020 * kMs});
  CHECK(offset.ns() == kClock + 3 * kMs - kFloor);

  FeedClock clock{settings::FeedLatency::Recorded, kFloor};
  const auto lag = [&](std::int64_t venue, std::int64_t delay, bool stamped = true) {
    const WallTime t = received(venue, delay);
    return t - clock.exchange_time(t, WallTime{stamped ? venue : 0}, offset);
  };
  CHECK(lag(9'999 * kMs, 4 * kMs, false) == kFloor);  // nothing known of the source yet
  CHECK(lag(10'000 * kMs, 5 * kMs) == 2 * kMs + kFloor);
  CHECK(lag(10'010 * kMs, 3 * kMs) == kFloor);
  CHECK(lag(10'020 * kMs, 9 * kMs) == 6 * kMs + kFloor);
  CHECK(lag(10'030 * kMs, 1 * kMs, false) == 6 * kMs + kFloor);  // the last of its source
  // Faster than the fastest of the preview: the new fastest.
  CHECK(lag(10'040 * kMs, 2 * kMs) == kFloor);
  CHECK(offset.lowest_ns() == kClock + 2 * kMs - kFloor);
  CHECK(offset.highest_ns() == kClock + 3 * kMs - kFloor);
}

TEST_CASE("exchange time does not run backwards in a source and is never after the receipt",
          "[backtest]") {
  ClockOffset offset{0};
  offset.preview(WallTime{1'000 * kMs}, WallTime{1'000 * kMs});
  FeedClock clock{settings::FeedLatency::Recorded, 0};
  CHECK(clock.exchange_time(WallTime{2'000 * kMs}, WallTime{1'990 * kMs}, offset) ==
        WallTime{1'990 * kMs});
  CHECK(clock.moved() == 0);
  CHECK(clock.exchange_time(WallTime{2'001 * kMs}, WallTime{1'980 * kMs}, offset) ==
        WallTime{1'990 * kMs});
  CHECK(clock.moved() == 1);
}

TEST_CASE("the offset follows a clock that drifts away within a minute", "[backtest]") {
  ClockOffset offset{0};
  const auto see = [&](std::int64_t second, std::int64_t difference) {
    offset.update(WallTime{second * kNsPerSecond + difference}, WallTime{second * kNsPerSecond});
  };
  for (std::int64_t second = 0; second < 30; ++second) see(second, 5 * kMs);
  CHECK(offset.ns() == 5 * kMs);
  for (std::int64_t second = 30; second < 95; ++second) see(second, 8 * kMs);
  CHECK(offset.ns() == 8 * kMs);
  see(96, 7 * kMs);  // down at once
  CHECK(offset.ns() == 7 * kMs);
}
