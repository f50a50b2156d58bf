#include <catch2/catch.hpp>

#include "engine/feed/itch/itch_file.hpp"
#include "engine/feed/itch/trading_day.hpp"
#include "engine/messaging/market_data.hpp"
#include "tests/support/feed_bytes.hpp"

using namespace sq;
using namespace sq::feed::itch;

TEST_CASE("the day is found in names as they are written", "[feed][itch]") {
  using Day = CalendarDay;
  CHECK(day_in_name("01302019.NASDAQ_ITCH50.gz") == Day{2019, 1, 30});
  CHECK(day_in_name("S081321-v50.txt.gz") == Day{2021, 8, 13});
  CHECK(day_in_name("AAPL_20191230_0935_banded.NASDAQ_ITCH50") == Day{2019, 12, 30});
  CHECK(day_in_name("ex20101224.TEST_ITCH_50") == Day{2010, 12, 24});
  CHECK(day_in_name("12302019-and-01022020") == Day{2019, 12, 30});
  CHECK(day_in_name("99999999_02292020") == Day{2020, 2, 29});
  CHECK_FALSE(day_in_name("02292019.NASDAQ_ITCH50"));  // no leap year
  CHECK_FALSE(day_in_name("13012019"));
  CHECK_FALSE(day_in_name("081321-v50"));  // six digits without the S
  CHECK_FALSE(day_in_name("120191230"));
  CHECK_FALSE(day_in_name("sample.itch"));
}

TEST_CASE("midnight in New York follows daylight saving time", "[feed][itch]") {
  const auto hours = [](int year, unsigned month, unsigned day) {
    const WallTime midnight = eastern_midnight({year, month, day});
    return (midnight.ns - utc_day(midnight) * kNsPerDay) / (3600 * kNsPerSecond);
  };
  CHECK(hours(2019, 3, 8) == 5);
  CHECK(hours(2019, 3, 11) == 4);  // clocks went forward on Sunday the 10th
  CHECK(hours(2019, 3, 10) == 5);  // that day began before the change
  CHECK(hours(2019, 11, 3) == 4);
  CHECK(hours(2019, 11, 1) == 4);
  CHECK(hours(2019, 11, 4) == 5);  // back on the 3rd
  CHECK(hours(2006, 3, 20) == 5);  // the rule before 2007: April to October
  CHECK(hours(2006, 4, 3) == 4);
  CHECK(hours(2006, 10, 27) == 4);
  CHECK(hours(2006, 10, 30) == 5);
  CHECK(eastern_midnight({2019, 12, 30}).ns == 1'577'682'000 * kNsPerSecond);
}

TEST_CASE("the day of a moment is the one in New York", "[feed][itch]") {
  const auto at = [](std::int64_t seconds) { return WallTime{seconds * kNsPerSecond}; };
  CHECK(eastern_day(at(1'692'710'744)) == CalendarDay{2023, 8, 22});
  CHECK(eastern_day(at(1'577'682'000)) == CalendarDay{2019, 12, 30});
  CHECK(eastern_day(at(1'577'682'000 - 1)) == CalendarDay{2019, 12, 29});
  CHECK(eastern_day(at(1'692'676'800)) == CalendarDay{2023, 8, 22});  // 00:00 in summer
  CHECK(eastern_day(at(1'692'676'800 - 1)) == CalendarDay{2023, 8, 21});
}

TEST_CASE("times count from the midnight asked for, else from that of the name", "[feed][itch]") {
  const test::FeedFolder folder;
  const auto file = test::Builder{}.framed(test::hex(test::itch_example::kAdd)).bytes();
  const auto first_time = [](const std::filesystem::path& path, const feed::FileOptions& options) {
    const auto opened = open_itch(path, options);
    return opened->peek()->venue_time.ns;
  };
  constexpr std::int64_t kOfDay = 34'200 * kNsPerSecond + 123;
  const auto named = folder.write("12302019.NASDAQ_ITCH50", file);
  CHECK(first_time(named, {}) == 1'577'682'000 * kNsPerSecond + kOfDay);
  feed::FileOptions options;
  options.midnight = WallTime{kNsPerDay};
  CHECK(first_time(named, options) == kNsPerDay + kOfDay);
  CHECK(first_time(folder.write("plain.itch", file), {}) == kOfDay);
}
