// [[end_of_day]]: both sides of each bound, and what would close a day twice or never.
#include <catch2/catch.hpp>

#include "tests/settings/small_config.hpp"

using namespace sq;
using namespace sq::settings;

namespace {
std::string day(const std::string& cut = "00:00", const std::string& marks = "[\"mid\"]",
                const std::string& age = "60") {
  return "\n[[end_of_day]]\nvenue = \"binance-usdm\"\ncut = \"" + cut + "\"\nmarks = " + marks +
         "\nmark_age_s = " + age + "\n";
}
bool accepted(const std::string& more) {
  return test::problems_of(std::string{test::kSmallConfig}.append(more)).empty();
}
}  // namespace

TEST_CASE("without a table no venue's day is closed", "[settings]") {
  CHECK(test::parse(test::kSmallConfig).day_ends.empty());
  CHECK(accepted(day()));
}

TEST_CASE("a cut is a time of day in UTC", "[settings]") {
  for (const char* right : {"00:00", "23:59", "23:59:59", "15:30:01"}) CHECK(accepted(day(right)));
  for (const char* wrong : {"24:00", "23:60", "23:59:60", "1:00", "00.00", "00:00:0", "00:00Z", ""})
    CHECK_FALSE(accepted(day(wrong)));
}

TEST_CASE("there is a price to value with, none of them twice, and each is known", "[settings]") {
  CHECK(accepted(day("00:00", "[\"mark-price\", \"mid\", \"last\", \"settlement\"]")));
  CHECK_FALSE(accepted(day("00:00", "[]")));
  CHECK_FALSE(accepted(day("00:00", "[\"mid\", \"mid\"]")));
  CHECK_FALSE(accepted(day("00:00", "[\"close\"]")));
  CHECK_FALSE(accepted(day("00:00", "\"mid\"")));
  CHECK(accepted(day("00:00", "[\"mid\"]", "1")));
  CHECK(accepted(day("00:00", "[\"mid\"]", "86400")));
  CHECK_FALSE(accepted(day("00:00", "[\"mid\"]", "0")));
  CHECK_FALSE(accepted(day("00:00", "[\"mid\"]", "86401")));
}

TEST_CASE("each venue of an instrument has one end of day", "[settings]") {
  CHECK_FALSE(accepted(day() + day()));
  const std::string other = day();
  CHECK_FALSE(accepted(test::with(other, "binance-usdm", "kite")));
}

TEST_CASE("ends of days survive the resolved text", "[settings]") {
  const Config config = test::parse(
      std::string{test::kSmallConfig}.append(day("15:30", "[\"settlement\", \"last\"]", "3600")));
  REQUIRE(config.day_ends.size() == 1);
  CHECK(config.day_ends[0].cut_ns == (15 * 60 + 30) * 60 * kNsPerSecond);
  CHECK(config.day_ends[0].marks == std::vector{MarkSource::Settlement, MarkSource::Last});
  CHECK(config.day_ends[0].mark_age_ns_max == 3'600 * kNsPerSecond);
  CHECK(test::parse(resolved_text(config)).day_ends == config.day_ends);
}
