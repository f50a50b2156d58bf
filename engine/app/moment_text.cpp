#include "engine/app/moment_text.hpp"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <optional>
#include <stdexcept>

namespace sq::app {
namespace {
// A whole number of exactly `digits` digits at the front of `text`, which is then shortened.
std::optional<int> take(std::string_view& text, std::size_t digits) {
  int value = 0;
  if (text.size() < digits) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + digits, value);
  if (error != std::errc{} || end != text.data() + digits || text[0] == '-') return std::nullopt;
  text.remove_prefix(digits);
  return value;
}
bool skip(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text[0]) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<std::int64_t> parse_time(std::string_view text) {
  const auto hour = take(text, 2);
  if (!hour || *hour > 23 || !skip(text, ":")) return std::nullopt;
  const auto minute = take(text, 2);
  if (!minute || *minute > 59 || !skip(text, ":")) return std::nullopt;
  const auto second = take(text, 2);
  if (!second || *second > 59) return std::nullopt;
  std::int64_t ns = ((std::int64_t{*hour} * 60 + *minute) * 60 + *second) * kNsPerSecond;
  if (skip(text, ".")) {
    if (text.empty()) return std::nullopt;
    for (std::int64_t unit = kNsPerSecond / 10; !text.empty() && unit > 0; unit /= 10) {
      const auto digit = take(text, 1);
      if (!digit) return std::nullopt;
      ns += unit * *digit;
    }
  }
  skip(text, "Z");
  if (!text.empty()) return std::nullopt;
  return ns;
}

std::optional<std::int64_t> parse_date(std::string_view& text) {
  const auto year = take(text, 4);
  if (!year || !skip(text, "-")) return std::nullopt;
  const auto month = take(text, 2);
  if (!month || !skip(text, "-")) return std::nullopt;
  const auto day = take(text, 2);
  if (!day || !skip(text, "T ")) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days{date}.time_since_epoch().count() * kNsPerDay;
}
}  // namespace

std::string moment_text(WallTime moment) {
  const std::int64_t day = utc_day(moment);
  const std::int64_t ns = moment.ns - day * kNsPerDay;
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
  const std::int64_t seconds = ns / kNsPerSecond;
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:09}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     seconds / 3600, seconds / 60 % 60, seconds % 60, ns % kNsPerSecond);
}

WallTime parse_moment(std::string_view text, WallTime midnight) {
  std::int64_t ns = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ns);
  if (error == std::errc{} && end == text.data() + text.size()) return WallTime{ns};
  if (const auto time = parse_time(text)) return midnight + *time;
  std::string_view rest = text;
  if (const auto date = parse_date(rest))
    if (const auto time = parse_time(rest)) return WallTime{*date + *time};
  throw std::runtime_error(
      fmt::format("\"{}\" is no time; accepted: HH:MM:SS[.fraction], "
                  "YYYY-MM-DDTHH:MM:SS[.fraction] (UTC), or nanoseconds since 1970",
                  text));
}
}  // namespace sq::app
