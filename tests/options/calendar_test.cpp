#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "engine/options/calendar/expiry.hpp"
#include "tests/support/recorded_data.hpp"

namespace sq::options {
namespace {
std::int64_t day(int year, int month, int day_of_month) {
  return day_number({year, month, day_of_month}).value();
}
WallTime at(std::int64_t seconds) { return {seconds * kNsPerSecond}; }
}  // namespace

TEST_CASE("expiries are at the minute that each exchange names") {
  // 2024-12-27 08:00:00 UTC = 1735286400 + 0: day 20084.
  CHECK(expiry_time(ExpiryRule::Deribit, {2024, 12, 27}).value() == at(1'735'286'400));
  CHECK(expiry_time(ExpiryRule::Binance, {2024, 12, 27}).value() == at(1'735'286'400));
  // 15:30 IST is 10:00 UTC, 15:40 is 10:10 from 2026-08-03; 12:30 IST is 07:00.
  CHECK(expiry_time(ExpiryRule::IndianIndexOrStock, {2025, 9, 2}).value() ==
        WallTime{day(2025, 9, 2) * kNsPerDay + 600 * 60 * kNsPerSecond});
  CHECK(expiry_time(ExpiryRule::IndianIndexOrStock, {2026, 8, 2}).value() ==
        WallTime{day(2026, 8, 2) * kNsPerDay + 600 * 60 * kNsPerSecond});
  CHECK(expiry_time(ExpiryRule::IndianIndexOrStock, {2026, 8, 3}).value() ==
        WallTime{day(2026, 8, 3) * kNsPerDay + 610 * 60 * kNsPerSecond});
  CHECK(expiry_time(ExpiryRule::IndianCurrency, {2025, 9, 26}).value() ==
        WallTime{day(2025, 9, 26) * kNsPerDay + 420 * 60 * kNsPerSecond});
  CHECK(expiry_time(ExpiryRule::Deribit, {2025, 2, 29}).error() == Error::ParameterRange);
}

TEST_CASE("days are numbered from 1970 and back, with their weekday") {
  CHECK(day(1970, 1, 1) == 0);
  CHECK(day(2000, 3, 1) == 11'017);
  CHECK(day(2024, 2, 29) == 19'782);
  CHECK(weekday_of(day(2025, 9, 2)) == 1);  // Tuesday: the first NIFTY expiry on one
  CHECK(weekday_of(day(2026, 11, 8)) == 6);
  CHECK(weekday_of(-1) == 2);  // 1969-12-31 was a Wednesday
  for (std::int64_t d = 0; d < 106'000; d += 13) REQUIRE(day_number(date_of(d)).value() == d);
  for (const Date bad : {Date{1969, 12, 31}, Date{2262, 1, 1}, Date{2023, 2, 29}, Date{2024, 0, 1},
                         Date{2024, 13, 1}, Date{2024, 4, 31}, Date{2024, 4, 0}}) {
    CHECK(day_number(bad).error() == Error::ParameterRange);
  }
}

TEST_CASE("dates in option names are read, and nothing else") {
  CHECK(parse_expiry_date("26JAN24").value() == Date{2024, 1, 26});
  CHECK(parse_expiry_date("5JUL24").value() == Date{2024, 7, 5});
  CHECK(parse_expiry_date("240126").value() == Date{2024, 1, 26});
  for (const std::string_view bad :
       {"", "26JAN2", "26JAN2024", "2JAN24X", "30FEB24", "26jan24", "241301", "24013", "2401260",
        "xxJAN24", "-1JAN24", "JAN2424"}) {
    INFO(bad);
    CHECK(parse_expiry_date(bad).error() == Error::ParameterRange);
  }
}

TEST_CASE("calendar years are seconds over 365 days, and none after the expiry") {
  CHECK(years_actual_365(at(0), at(365 * 86'400)) == 1.0);
  CHECK(years_actual_365(at(0), at(86'400)) == 1.0 / 365.0);
  CHECK(years_actual_365(at(10), at(10)) == 0.0);
  CHECK(years_actual_365(at(11), at(10)) == 0.0);
}

TEST_CASE("trading years count sessions only: no nights, weekends and holidays") {
  const std::vector<std::int64_t> holidays{day(2026, 1, 26)};  // a Monday
  const std::vector<std::int64_t> extra{day(2026, 2, 1)};      // a Sunday with a session
  const TradingHours hours{.holidays = holidays, .extra = extra};
  const auto ist = [](int month, int d, int hour, int minute) {
    return WallTime{day(2026, month, d) * kNsPerDay +
                    ((hour * 60 + minute) - 330) * 60 * kNsPerSecond};
  };
  const double session = 1.0 / 252.0;
  CHECK(years_trading(ist(1, 20, 9, 15), ist(1, 20, 15, 30), hours) == Approx(session));
  CHECK(years_trading(ist(1, 20, 0, 0), ist(1, 21, 0, 0), hours) == Approx(session));
  // Half of Friday, nothing on Saturday, Sunday and the holiday, all of Tuesday.
  CHECK(years_trading(ist(1, 23, 12, 22), ist(1, 27, 15, 30), hours) ==
        Approx(session * (1.0 + 188.0 / 375.0)));
  CHECK(years_trading(ist(1, 31, 0, 0), ist(2, 1, 23, 0), hours) == Approx(session));
  CHECK(years_trading(ist(1, 20, 15, 30), ist(1, 21, 9, 15), hours) == 0.0);
  CHECK(years_trading(ist(1, 21, 9, 15), ist(1, 20, 9, 15), hours) == 0.0);
  CHECK(years_trading(ist(1, 20, 9, 15), ist(1, 20, 15, 30),
                      {.open_minute = 10, .close_minute = 10}) == 0.0);
}

TEST_CASE("the Deribit rule gives the expiries of recorded instruments") {
  const auto file = sq::test::recorded(
      "data/f_options/nautilus_deribit_fixtures/http_get_instruments_option_combo.json");
  if (!file) return;
  std::ifstream in{*file};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  const std::string name_key = "\"instrument_name\": \"BTC-";
  const std::string expiry_key = "\"expiration_timestamp\": ";
  std::size_t seen = 0;
  for (std::size_t i = text.find(name_key); i != std::string::npos;
       i = text.find(name_key, i + 1)) {
    // BTC-STRG-19MAY26-74000_79000
    const std::size_t begin = text.find('-', i + name_key.size()) + 1;
    const std::string date_text = text.substr(begin, text.find('-', begin) - begin);
    const std::size_t at_expiry = text.find(expiry_key, i) + expiry_key.size();
    const Date date = parse_expiry_date(date_text).value();
    INFO(date_text);
    CHECK(expiry_time(ExpiryRule::Deribit, date).value() ==
          WallTime{std::stoll(text.substr(at_expiry, 13)) * kNsPerMs});
    ++seen;
  }
  CHECK(seen >= 2);
}
}  // namespace sq::options
