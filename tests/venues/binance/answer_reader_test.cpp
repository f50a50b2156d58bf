// Bounds of what answers say, found by the fuzzer of answers.
#include "venues/binance/entry/answer_reader.hpp"

#include <catch2/catch.hpp>
#include <limits>
#include <string>

#include "venues/binance/rate_governor.hpp"

using namespace sq;
using namespace sq::binance;

TEST_CASE("times up to the year 2255 are read, in ms or in us, and later ones are refused",
          "[binance]") {
  AnswerReader reader{VenueId::BinanceSpot, {}, "T"};
  const auto read = [&](std::int64_t number) {
    return reader.read_time(R"({"serverTime":)" + std::to_string(number) + "}");
  };
  CHECK(read(0) == WallTime{0});
  CHECK(read(-1) == std::nullopt);
  CHECK(read(9'000'000'000'000) == WallTime{9'000'000'000'000'000'000});
  CHECK(read(9'000'000'000'001) == std::nullopt);
  CHECK(read(99'999'999'999'999) == std::nullopt);  // the last that would be ms
  CHECK(read(100'000'000'000'000) == WallTime{100'000'000'000'000'000});
  CHECK(read(9'000'000'000'000'000) == WallTime{9'000'000'000'000'000'000});
  CHECK(read(9'000'000'000'000'001) == std::nullopt);
  CHECK(read(std::numeric_limits<std::int64_t>::max()) == std::nullopt);
}

TEST_CASE("whoever is told to wait for longer than thirty days waits for thirty days",
          "[binance]") {
  constexpr WallTime kNow{1'767'225'600'000'000'000};
  constexpr std::int64_t kMonth = 30 * 86'400;
  for (const std::int64_t told : {kMonth, kMonth + 1, std::numeric_limits<std::int64_t>::max()}) {
    RateGovernor governor{{{RateKind::Weight, 60 * kNsPerSecond, 6'000}}};
    governor.on_limited(true, told, kNow);
    CHECK(governor.banned_until() == kNow + kMonth * kNsPerSecond);
  }
  RateGovernor governor{{{RateKind::Weight, 60 * kNsPerSecond, 6'000}}};
  governor.on_limited(true, kMonth - 1, kNow);
  CHECK(governor.banned_until() == kNow + (kMonth - 1) * kNsPerSecond);
}
