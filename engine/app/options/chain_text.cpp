#include "engine/app/options/chain_text.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace sq::app::chain_text {
using options::Date;

void refuse(const std::string& where, std::string_view value, std::string_view accepted) {
  throw ChainError{where + ": \"" + std::string{value} + "\" is not accepted; expected " +
                   std::string{accepted}};
}

std::vector<std::string_view> fields_of(std::string_view line) {
  std::vector<std::string_view> fields;
  std::size_t start = 0;
  bool quoted = false;
  for (std::size_t i = 0; i <= line.size(); ++i) {
    if (i < line.size() && line[i] == '"') quoted = !quoted;
    if (i < line.size() && (line[i] != ',' || quoted)) continue;
    std::string_view field = line.substr(start, i - start);
    while (!field.empty() && (field.back() == '\r' || field.back() == ' ')) field.remove_suffix(1);
    if (field.size() >= 2 && field.front() == '"' && field.back() == '"') {
      field = field.substr(1, field.size() - 2);
    }
    fields.push_back(field);
    start = i + 1;
  }
  return fields;
}

double number(std::string_view text, const std::string& where) {
  double value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = status == std::errc{} && end == text.data() + text.size();
  if (!whole || !std::isfinite(value)) refuse(where, text, "a decimal number");
  return value;
}

double number_or_zero(std::string_view text, const std::string& where) {
  return text.empty() ? 0.0 : number(text, where);
}

int month(std::string_view text, const std::string& where) {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  for (std::size_t i = 0; i < 12; ++i) {
    if (text.substr(0, 3) == kMonths.substr(3 * i, 3)) return static_cast<int>(i) + 1;
  }
  refuse(where, text, "an English month");
}

namespace {
std::int64_t day(Date date, const std::string& where) {
  const auto number_of_day = options::day_number(date);
  if (!number_of_day) {
    refuse(where,
           std::to_string(date.year) + "-" + std::to_string(date.month) + "-" +
               std::to_string(date.day),
           "a date that exists, 1970 to 2261");
  }
  return *number_of_day;
}
// The n-th Sunday of a month.
std::int64_t sunday(int year, int month_number, int n, const std::string& where) {
  const std::int64_t first = day({year, month_number, 1}, where);
  return first + (6 - options::weekday_of(first)) + 7 * (n - 1);
}
int new_york_offset_hours(std::int64_t on, const std::string& where) {
  const int year = options::date_of(on).year;
  const bool summer = on >= sunday(year, 3, 2, where) && on < sunday(year, 11, 1, where);
  return summer ? 4 : 5;
}
}  // namespace

WallTime new_york(Date date, int minutes, const std::string& where) {
  const std::int64_t on = day(date, where);
  const std::int64_t seconds = minutes * 60LL + new_york_offset_hours(on, where) * 3'600LL;
  return {on * kNsPerDay + seconds * kNsPerSecond};
}

WallTime last_session(WallTime time, const std::string& where) {
  std::int64_t on = utc_day(time);
  for (int back = 0; back < 8; ++back, --on) {
    const Date date = options::date_of(on);
    if (options::weekday_of(on) >= 5) continue;
    if (time < new_york(date, 9 * 60 + 30, where)) continue;
    return std::min(time, new_york(date, 16 * 60, where));
  }
  return time;
}

OccSymbol occ_symbol(std::string_view text, const std::string& where) {
  constexpr std::string_view kAccepted = "root, yymmdd, C or P and eight digits of strike";
  if (text.size() < 16) refuse(where, text, kAccepted);
  const std::string_view tail = text.substr(text.size() - 15);
  for (std::size_t i = 0; i < tail.size(); ++i) {
    const bool letter = i == 6;
    const bool fine = letter ? tail[i] == 'C' || tail[i] == 'P' : tail[i] >= '0' && tail[i] <= '9';
    if (!fine) refuse(where, text, kAccepted);
  }
  const auto digits = [&](std::size_t from, std::size_t count) {
    return static_cast<int>(number(tail.substr(from, count), where));
  };
  OccSymbol symbol{.root = text.substr(0, text.size() - 15)};
  symbol.date = {2000 + digits(0, 2), digits(2, 2), digits(4, 2)};
  symbol.type = tail[6] == 'C' ? options::OptionType::Call : options::OptionType::Put;
  symbol.strike = digits(7, 8) / 1000.0;
  const bool weekly = symbol.root.ends_with('W');
  symbol.expiry = new_york(symbol.date, weekly ? 16 * 60 : 9 * 60 + 30, where);
  return symbol;
}
}  // namespace sq::app::chain_text
