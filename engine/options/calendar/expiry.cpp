#include "engine/options/calendar/expiry.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace sq::options {
namespace {
constexpr std::int64_t kNsPerMinute = 60 * kNsPerSecond;
constexpr double kNsPerYear365 = 365.0 * static_cast<double>(kNsPerDay);
constexpr int kIstOffset = 330;                   // minutes east of UTC
constexpr Date kClosingAuctionSince{2026, 8, 3};  // derivatives trade until 15:40 from here on

int minute_utc(ExpiryRule rule, Date date) noexcept {
  switch (rule) {
    case ExpiryRule::IndianIndexOrStock:
      return 15 * 60 + (date < kClosingAuctionSince ? 30 : 40) - kIstOffset;
    case ExpiryRule::IndianCurrency:
      return 12 * 60 + 30 - kIstOffset;
    case ExpiryRule::Deribit:
    case ExpiryRule::Binance:
      break;
  }
  return 8 * 60;
}

bool has_session(std::int64_t day, const TradingHours& hours) noexcept {
  if (std::binary_search(hours.extra.begin(), hours.extra.end(), day)) return true;
  if (weekday_of(day) >= 5) return false;
  return !std::binary_search(hours.holidays.begin(), hours.holidays.end(), day);
}

Result<int> number_of(std::string_view digits) noexcept {
  int value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::unexpected{Error::ParameterRange};
    value = value * 10 + (c - '0');
  }
  return value;
}
}  // namespace

Result<std::int64_t> day_number(Date date) noexcept {
  using std::chrono::day;
  using std::chrono::month;
  using std::chrono::year;
  if (date.year < 1970 || date.year > 2261 || date.month < 1 || date.day < 1 || date.month > 12 ||
      date.day > 31) {
    return std::unexpected{Error::ParameterRange};
  }
  const std::chrono::year_month_day ymd{year{date.year}, month{static_cast<unsigned>(date.month)},
                                        day{static_cast<unsigned>(date.day)}};
  if (!ymd.ok()) return std::unexpected{Error::ParameterRange};
  return std::chrono::sys_days{ymd}.time_since_epoch().count();
}

Date date_of(std::int64_t day) noexcept {
  const std::chrono::year_month_day ymd{
      std::chrono::sys_days{std::chrono::days{static_cast<int>(day)}}};
  return {static_cast<int>(ymd.year()), static_cast<int>(static_cast<unsigned>(ymd.month())),
          static_cast<int>(static_cast<unsigned>(ymd.day()))};
}

int weekday_of(std::int64_t day) noexcept {
  return static_cast<int>(((day + 3) % 7 + 7) % 7);  // 1970-01-01 was a Thursday
}

Result<WallTime> expiry_time(ExpiryRule rule, Date date) noexcept {
  const Result<std::int64_t> day = day_number(date);
  if (!day) return std::unexpected{day.error()};
  return WallTime{*day * kNsPerDay + minute_utc(rule, date) * kNsPerMinute};
}

Result<Date> parse_expiry_date(std::string_view text) noexcept {
  static constexpr std::array<std::string_view, 12> kMonths{
      "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
  if (text.size() < 6 || text.size() > 7) return std::unexpected{Error::ParameterRange};
  Date date;
  const std::size_t letters = text.size() - 5;  // where the month starts: 1 or 2
  const auto* const month = std::find(kMonths.begin(), kMonths.end(), text.substr(letters, 3));
  Result<int> year = 0;
  Result<int> month_number = static_cast<int>(month - kMonths.begin()) + 1;
  Result<int> day = 0;
  if (month != kMonths.end()) {
    day = number_of(text.substr(0, letters));
    year = number_of(text.substr(letters + 3));
  } else if (text.size() == 6) {
    year = number_of(text.substr(0, 2));
    month_number = number_of(text.substr(2, 2));
    day = number_of(text.substr(4, 2));
  } else {
    return std::unexpected{Error::ParameterRange};
  }
  if (!year || !month_number || !day) return std::unexpected{Error::ParameterRange};
  date = {2000 + *year, *month_number, *day};
  if (!day_number(date)) return std::unexpected{Error::ParameterRange};
  return date;
}

double years_actual_365(WallTime now, WallTime expiry) noexcept {
  if (expiry <= now) return 0.0;
  return static_cast<double>(expiry - now) / kNsPerYear365;
}

double years_trading(WallTime now, WallTime expiry, const TradingHours& hours) noexcept {
  if (expiry <= now || hours.close_minute <= hours.open_minute || !(hours.sessions_per_year > 0)) {
    return 0.0;
  }
  const std::int64_t offset = hours.utc_offset_minutes * kNsPerMinute;
  const WallTime from = now + offset;
  const WallTime to = expiry + offset;
  const std::int64_t session = (hours.close_minute - hours.open_minute) * kNsPerMinute;
  std::int64_t open_ns = 0;
  for (std::int64_t day = utc_day(from); day <= utc_day(to); ++day) {
    if (!has_session(day, hours)) continue;
    const std::int64_t open = day * kNsPerDay + hours.open_minute * kNsPerMinute;
    const std::int64_t begin = std::max(open, from.ns);
    const std::int64_t end = std::min(open + session, to.ns);
    open_ns += std::max<std::int64_t>(end - begin, 0);
  }
  return static_cast<double>(open_ns) / static_cast<double>(session) / hours.sessions_per_year;
}
}  // namespace sq::options
