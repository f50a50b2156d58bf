#include "engine/feed/itch/trading_day.hpp"

#include <algorithm>
#include <chrono>

namespace sq::feed::itch {
namespace {
namespace calendar = std::chrono;
constexpr std::int64_t kNsPerHour = 3600 * kNsPerSecond;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

unsigned number(std::string_view digits) {
  unsigned value = 0;
  for (const char c : digits) value = value * 10 + static_cast<unsigned>(c - '0');
  return value;
}

std::optional<CalendarDay> checked(unsigned year, unsigned month, unsigned day) {
  const calendar::year_month_day date{calendar::year{static_cast<int>(year)},
                                      calendar::month{month}, calendar::day{day}};
  if (!date.ok() || year < 1990 || year > 2199) return std::nullopt;
  return CalendarDay{static_cast<int>(year), month, day};
}

std::optional<CalendarDay> day_of_digits(std::string_view run) {
  if (run.size() == 8) {
    if (const auto year_first =
            checked(number(run.substr(0, 4)), number(run.substr(4, 2)), number(run.substr(6, 2))))
      return year_first;
    return checked(number(run.substr(4, 4)), number(run.substr(0, 2)), number(run.substr(2, 2)));
  }
  return checked(2000 + number(run.substr(4, 2)), number(run.substr(0, 2)),
                 number(run.substr(2, 2)));
}

calendar::sys_days days_of(const CalendarDay& day) {
  return calendar::year_month_day{calendar::year{day.year}, calendar::month{day.month},
                                  calendar::day{day.day}};
}

// At midnight of that day: clocks change at two in the morning, so the Sundays of the changes begin
// in the old time.
bool daylight_saving(const CalendarDay& day) {
  const calendar::year year{day.year};
  const auto sunday = calendar::Sunday;
  const bool since_2007 = day.year >= 2007;
  const calendar::sys_days first = since_2007
                                       ? calendar::sys_days{year / calendar::March / sunday[2]}
                                       : calendar::sys_days{year / calendar::April / sunday[1]};
  const calendar::sys_days end =
      since_2007 ? calendar::sys_days{year / calendar::November / sunday[1]}
                 : calendar::sys_days{year / calendar::October / sunday[calendar::last]};
  const calendar::sys_days that = days_of(day);
  return that > first && that <= end;
}

std::int64_t hours_behind_utc(const CalendarDay& day) { return daylight_saving(day) ? 4 : 5; }

CalendarDay utc_date(WallTime moment) {
  const calendar::sys_days days{calendar::days{utc_day(moment)}};
  const calendar::year_month_day date{days};
  return {static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
          static_cast<unsigned>(date.day())};
}
}  // namespace

std::optional<CalendarDay> day_in_name(std::string_view name) noexcept {
  for (std::size_t at = 0; at < name.size();) {
    if (!is_digit(name[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < name.size() && is_digit(name[end])) ++end;
    const std::string_view run = name.substr(at, end - at);
    const bool short_form =
        run.size() == 6 && name.substr(end).starts_with("-v") && at > 0 && name[at - 1] == 'S';
    if (run.size() == 8 || short_form) {
      if (const auto day = day_of_digits(run)) return day;
    }
    at = end;
  }
  return std::nullopt;
}

WallTime eastern_midnight(const CalendarDay& day) noexcept {
  const std::int64_t days = days_of(day).time_since_epoch().count();
  return WallTime{days * kNsPerDay + hours_behind_utc(day) * kNsPerHour};
}

CalendarDay eastern_day(WallTime moment) noexcept {
  const CalendarDay standard = utc_date(moment - 5 * kNsPerHour);
  return utc_date(moment - hours_behind_utc(standard) * kNsPerHour);
}
}  // namespace sq::feed::itch
