// Candles from trades, and the orders that an exchange keeps.
#include "tools/binance-exchange/candles.hpp"

#include <catch2/catch.hpp>

#include "tools/binance-exchange/order_store.hpp"

using namespace sq;
using namespace sq::exchange;

TEST_CASE("a candle is first, highest, lowest and last price of its interval, and its volumes") {
  Candles candles;
  const auto add = [&](std::int32_t price, std::int32_t qty, bool buyer, std::uint64_t id,
                       std::int64_t at) {
    candles.add(Price::from_units(price), Qty::from_units(qty), buyer, id, at);
  };
  constexpr std::int64_t kMinute = 60'000;
  add(10, 1, true, 1, kMinute);
  add(12, 2, false, 2, kMinute + 1);
  add(9, 3, true, 3, 2 * kMinute - 1);
  add(11, 1, true, 4, 2 * kMinute);
  const auto& minutes = *candles.of("1m");
  REQUIRE(minutes.size() == 2);
  const Candle& first = minutes[0];
  CHECK(first.open_ms == kMinute);
  CHECK(first.close_ms == 2 * kMinute - 1);
  CHECK(first.open == Price::from_units(10));
  CHECK(first.high == Price::from_units(12));
  CHECK(first.low == Price::from_units(9));
  CHECK(first.close == Price::from_units(9));
  CHECK(first.volume == Qty::from_units(6));
  CHECK(first.taker_volume == Qty::from_units(4));
  CHECK(first.quote == (10 + 24 + 27) * 100'000'000LL);
  CHECK(first.trades == 3);
  CHECK(minutes[1].first_trade == 4);
  CHECK(candles.of("1h")->size() == 1);
  CHECK(candles.of("3m")->size() == 1);
  CHECK(candles.of("7m") == nullptr);
  const Candle day = candles.day(2 * kMinute);
  CHECK(day.open == Price::from_units(10));
  CHECK(day.close == Price::from_units(11));
  CHECK(day.trades == 4);
  CHECK(candles.day(86'400'000 + kMinute).trades == 1);  // the first minute is a day old
}

TEST_CASE("a week begins on Monday, and candles beyond those kept are forgotten") {
  Candles candles;
  candles.add(Price::from_units(1), Qty::from_units(1), true, 1, 1'700'000'000'000);
  CHECK(candles.of("1w")->front().open_ms == 1'699'833'600'000);  // Monday, 13 November 2023
  for (int i = 0; i < 1'600; ++i)
    candles.add(Price::from_units(1), Qty::from_units(1), true, 2, 1'700'000'000'000 + i * 1'000);
  CHECK(candles.of("1s")->size() == 1'500);
}

namespace {
struct Kept {
  std::uint64_t id{0};
  std::string client_id;
  std::uint16_t account{0};
  bool is_open{true};
};
}  // namespace

TEST_CASE("the oldest closed orders are forgotten, open ones never") {
  OrderStore<Kept> store{10};
  for (std::uint64_t i = 1; i <= 100; ++i) {
    Kept& order = store.add({i, "c" + std::to_string(i), 0});
    if (i != 1) store.close(order);
  }
  CHECK(store.all().size() == 11);
  CHECK(store.find(1) != nullptr);
  CHECK(store.find(90) == nullptr);
  CHECK(store.find(91) != nullptr);
  CHECK(store.find(0, "c1") == store.find(1));
  CHECK(store.find(0, "c90") == nullptr);
  CHECK(store.find(1, "c1") == nullptr);
  CHECK(store.open(0) == std::set<std::uint64_t>{1});
}

TEST_CASE("a client id names its newest order, also after that was renamed or removed") {
  OrderStore<Kept> store{10};
  Kept& first = store.add({1, "same", 0});
  store.close(first);
  Kept& second = store.add({2, "same", 0});
  CHECK(store.find(0, "same") == &second);
  store.rename(second, "other");
  CHECK(store.find(0, "same") == nullptr);
  CHECK(store.find(0, "other") == &second);
  store.remove(second);
  CHECK(store.find(0, "other") == nullptr);
  CHECK(store.find(2) == nullptr);
  CHECK(store.find(1) == &first);
  CHECK(store.list(0, 5, [](const Kept&) { return true; }).size() == 1);
}
