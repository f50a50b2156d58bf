#include "engine/book/tick_index.hpp"

#include <catch2/catch.hpp>
#include <random>

namespace sq::book {
namespace {
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

bool agrees_with_division(std::int64_t tick, std::int64_t price) {
  const TickIndex ticks{Price::from_raw(tick)};
  std::int64_t index = 0;
  const bool on_tick = ticks.index_of(Price::from_raw(price), index);
  if (on_tick != (price % tick == 0)) return false;
  if (on_tick && (index != price / tick || ticks.price_of(index).raw() != price)) return false;
  const bool exact = price % tick == 0;
  return ticks.floor(Price::from_raw(price)) == price / tick &&
         ticks.ceil(Price::from_raw(price)) == price / tick + (exact ? 0 : 1);
}
}  // namespace

TEST_CASE("the tick number of a price is its exact quotient and off-tick prices are told apart") {
  const std::int64_t tick =
      GENERATE(std::int64_t{1}, 2, 3, 5, 7, 64, 1'000, 10'000'000, 50'000'000, 100'000'000,
               250'000'000, 1'000'000'000, (std::int64_t{1} << 62), kMax);
  std::vector<std::int64_t> prices{0, 1, tick - 1, tick, kMax, kMax - 1, kMax / tick * tick};
  if (tick < kMax / 3) prices.insert(prices.end(), {tick + 1, 2 * tick, 3 * tick - 1});
  for (const std::int64_t price : prices) {
    CAPTURE(tick, price);
    CHECK(agrees_with_division(tick, price));
  }
}

TEST_CASE("tick numbers agree with division for random ticks and prices on and beside them") {
  std::mt19937_64 random{7};
  int wrong = 0;
  for (int i = 0; i < 200'000; ++i) {
    const auto tick =
        static_cast<std::int64_t>((random() >> 1) >> (random() % 63)) | std::int64_t{1};
    const std::int64_t any = static_cast<std::int64_t>(random() >> 1);
    const std::int64_t on_tick = any / tick * tick;
    for (const std::int64_t price : {any, on_tick, on_tick == 0 ? 0 : on_tick - 1}) {
      wrong += agrees_with_division(tick, price) ? 0 : 1;
    }
  }
  CHECK(wrong == 0);
}
}  // namespace sq::book
