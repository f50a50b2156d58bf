#include "engine/types/fixed.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <limits>
#include <random>

#include "engine/types/amount.hpp"
#include "engine/types/time.hpp"

using namespace sq;
namespace {
constexpr Price kMax = Price::max();
constexpr Price kOne = Price::from_raw(1);

// Whether fn ends its process by abort. In a child, so that the test goes on.
template <class Fn>
bool aborts(Fn&& fn) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(STDERR_FILENO);
    ::signal(SIGABRT, SIG_DFL);
    fn();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}
template <class A, class B>
concept Addable = requires(A a, B b) {
  a + b;
};
template <class A, class B>
concept Comparable = requires(A a, B b) {
  a < b;
};
}  // namespace

static_assert(!Addable<Price, Qty>, "a price plus a quantity is a mistake");
static_assert(!Comparable<Price, Qty>);
static_assert(!Addable<Price, std::int64_t>);
static_assert(!std::is_convertible_v<std::int64_t, Price>);
static_assert(!std::is_convertible_v<Price, std::int64_t>);
static_assert(!Comparable<WallTime, MonoTime>, "two clocks");

TEST_CASE("sum, difference and product are empty exactly when they do not fit", "[types]") {
  CHECK(Price::sum(kMax, Price{}) == kMax);
  CHECK_FALSE(Price::sum(kMax, kOne).has_value());
  CHECK(Price::sum(-kMax, Price::from_raw(-1)) ==
        Price::from_raw(std::numeric_limits<std::int64_t>::min()));
  CHECK_FALSE(Price::sum(-kMax, Price::from_raw(-2)).has_value());
  CHECK(Price::difference(-kMax, kOne).has_value());
  CHECK_FALSE(Price::difference(-kMax, Price::from_raw(2)).has_value());
  CHECK(Price::difference(kMax, kMax) == Price{});
  CHECK(Price::times(kMax, 1) == kMax);
  CHECK(Price::times(kMax, -1) == -kMax);
  CHECK_FALSE(Price::times(kMax, 2).has_value());
  CHECK(Price::times(Price::from_raw(kMax.raw() / 2), 2) == Price::from_raw(kMax.raw() - 1));
}

TEST_CASE("the operators abort on overflow and compute up to the bound", "[types]") {
  CHECK(Price::from_raw(kMax.raw() - 1) + kOne == kMax);
  CHECK(aborts([] { (void)(kMax + kOne); }));
  CHECK(aborts([] { (void)(-kMax - Price::from_raw(2)); }));
  CHECK(aborts([] { (void)(kMax * 2); }));
  CHECK(aborts([] { (void)-Price::from_raw(std::numeric_limits<std::int64_t>::min()); }));
  CHECK_FALSE(aborts([] { (void)-kMax; }));
  Price price = kOne;
  price += kOne;
  price -= Price::from_raw(5);
  CHECK(price == Price::from_raw(-3));
}

TEST_CASE("whole units of the whole 32-bit range are exact", "[types]") {
  CHECK(Price::from_units(std::numeric_limits<std::int32_t>::max()).raw() ==
        2'147'483'647'000'000'000);
  CHECK(Price::from_units(std::numeric_limits<std::int32_t>::min()).raw() ==
        -2'147'483'648'000'000'000);
}

TEST_CASE("rounding to ticks goes down, up, and nowhere from a tick, also below zero", "[types]") {
  const Price tick = Price::from_raw(10);
  const auto floor = [&](std::int64_t raw) {
    return floor_to_tick(Price::from_raw(raw), tick).raw();
  };
  const auto ceil = [&](std::int64_t raw) {
    return ceil_to_tick(Price::from_raw(raw), tick).raw();
  };
  CHECK(floor(19) == 10);
  CHECK(floor(20) == 20);
  CHECK(floor(21) == 20);
  CHECK(ceil(19) == 20);
  CHECK(ceil(20) == 20);
  CHECK(ceil(21) == 30);
  CHECK(floor(0) == 0);
  CHECK(ceil(0) == 0);
  CHECK(floor(-1) == -10);
  CHECK(ceil(-1) == 0);
  CHECK(floor(-10) == -10);
  CHECK(ceil(-10) == -10);
  CHECK(floor(-11) == -20);
  CHECK(ceil(-11) == -10);
}

TEST_CASE("floor and ceiling enclose every price and are multiples of the tick", "[types]") {
  std::mt19937_64 random{3};
  for (int i = 0; i < 20'000; ++i) {
    const Price tick = Price::from_raw(static_cast<std::int64_t>(1 + random() % 1'000'000));
    const Price price = Price::from_raw(static_cast<std::int64_t>(random()) >> 3);
    const Price low = floor_to_tick(price, tick);
    const Price high = ceil_to_tick(price, tick);
    REQUIRE(low.is_multiple_of(tick));
    REQUIRE(high.is_multiple_of(tick));
    REQUIRE((low <= price && price - low < tick));
    REQUIRE((high >= price && high - price < tick));
  }
}

TEST_CASE("a size is cut toward zero, never made larger", "[types]") {
  const Qty lot = Qty::from_raw(10);
  CHECK(trunc_to_lot(Qty::from_raw(19), lot).raw() == 10);
  CHECK(trunc_to_lot(Qty::from_raw(20), lot).raw() == 20);
  CHECK(trunc_to_lot(Qty::from_raw(9), lot).raw() == 0);
  CHECK(trunc_to_lot(Qty::from_raw(-19), lot).raw() == -10);
  CHECK(trunc_to_lot(Qty::max(), lot).raw() == 9'223'372'036'854'775'800);
}

TEST_CASE("nothing is a multiple of a step that is not positive", "[types]") {
  CHECK(Qty::from_raw(0).is_multiple_of(Qty::from_raw(5)));
  CHECK(Qty::from_raw(-10).is_multiple_of(Qty::from_raw(5)));
  CHECK_FALSE(Qty::from_raw(11).is_multiple_of(Qty::from_raw(5)));
  CHECK_FALSE(Qty::from_raw(10).is_multiple_of(Qty{}));
  CHECK_FALSE(Qty::from_raw(10).is_multiple_of(Qty::from_raw(-5)));
}

TEST_CASE("division rounds away from zero or toward it, and is exact where it can be", "[types]") {
  CHECK(divide(7, 2, Rounding::Down) == 3);
  CHECK(divide(7, 2, Rounding::Up) == 4);
  CHECK(divide(-7, 2, Rounding::Down) == -3);
  CHECK(divide(-7, 2, Rounding::Up) == -4);
  CHECK(divide(8, 2, Rounding::Up) == 4);
  CHECK(divide(0, 5, Rounding::Up) == 0);
  constexpr Int128 kLargest = std::numeric_limits<std::int64_t>::max();
  CHECK(divide(kLargest, 1, Rounding::Down) == std::numeric_limits<std::int64_t>::max());
  CHECK_FALSE(divide(kLargest + 1, 1, Rounding::Down).has_value());
  CHECK_FALSE(divide(-kLargest - 1, 1, Rounding::Down).has_value());
  CHECK(divide(kLargest * 2 + 1, 2, Rounding::Down) == std::numeric_limits<std::int64_t>::max());
  CHECK_FALSE(divide(kLargest * 2 + 1, 2, Rounding::Up).has_value());
}

TEST_CASE("currencies are one to eight capital letters and digits", "[types]") {
  CHECK(Currency::parse("USDT")->text() == "USDT");
  CHECK(Currency::parse("A")->text() == "A");
  CHECK(Currency::parse("ABCD1234")->text() == "ABCD1234");
  CHECK_FALSE(Currency::parse("ABCD12345").has_value());
  CHECK_FALSE(Currency::parse("").has_value());
  for (const char* text : {"usdt", "US T", "U-T", "A\n", "@", "[", "/", ":"})
    CHECK_FALSE(Currency::parse(text).has_value());
  CHECK(Currency{}.text().empty());
  CHECK(*Currency::parse("BTC") != *Currency::parse("BTCB"));
}

TEST_CASE("a UTC day begins at midnight, also before 1970", "[types]") {
  CHECK(utc_day(WallTime{0}) == 0);
  CHECK(utc_day(WallTime{kNsPerDay - 1}) == 0);
  CHECK(utc_day(WallTime{kNsPerDay}) == 1);
  CHECK(utc_day(WallTime{-1}) == -1);
  CHECK(utc_day(WallTime{-kNsPerDay}) == -1);
  CHECK(utc_day(WallTime{-kNsPerDay - 1}) == -2);
  CHECK(utc_day(WallTime{std::numeric_limits<std::int64_t>::min()}) == -106'752);
  CHECK(utc_day(WallTime{std::numeric_limits<std::int64_t>::max()}) == 106'751);
  CHECK(utc_day(WallTime{1'723'075'200'000'000'000}) == 19'943);  // 2024-08-08T00:00:00Z
}
