// [[end_of_day]] and its grammars.
#include <algorithm>
#include <array>

#include "engine/settings/sections/end_of_day_fields.hpp"

namespace sq::settings {
namespace {
constexpr std::array kSources{MarkSource::MarkPrice, MarkSource::Mid, MarkSource::Last,
                              MarkSource::Settlement};

// "HH:MM" or "HH:MM:SS"
std::optional<std::int64_t> parse_time_of_day(std::string_view text) {
  constexpr std::string_view kShape = "dd:dd:dd";
  if (text.size() != 5 && text.size() != kShape.size()) return std::nullopt;
  std::array<std::int64_t, 3> parts{};
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (kShape[i] == ':') {
      if (text[i] != ':') return std::nullopt;
      continue;
    }
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    parts[i / 3] = parts[i / 3] * 10 + (text[i] - '0');
  }
  if (parts[0] > 23 || parts[1] > 59 || parts[2] > 59) return std::nullopt;
  return ((parts[0] * 60 + parts[1]) * 60 + parts[2]) * kNsPerSecond;
}
std::string print_time_of_day(const std::int64_t& ns) {
  const auto two = [](std::int64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  const std::int64_t seconds = ns / kNsPerSecond;
  return two(seconds / 3'600) + ":" + two(seconds / 60 % 60) + ":" + two(seconds % 60);
}
std::optional<MarkSource> parse_mark_source(std::string_view text) {
  for (const MarkSource source : kSources)
    if (text_of(source) == text) return source;
  return std::nullopt;
}
}  // namespace

const Codec<std::int64_t> kTimeOfDayCodec{"a time of day in UTC like \"00:00\" or \"15:30:30\"",
                                          parse_time_of_day, print_time_of_day};
const Codec<MarkSource> kMarkSourceCodec{
    "\"mark-price\", \"mid\", \"last\", \"settlement\"", parse_mark_source,
    [](const MarkSource& source) { return std::string{text_of(source)}; }};

void read_end_of_day(Reader& root, Config& config) {
  for (Reader& each : root.tables("end_of_day", Need::Optional)) {
    EndOfDay day;
    fields(each, day);
    if (each.sound() &&
        std::ranges::find(config.day_ends, day.venue, &EndOfDay::venue) != config.day_ends.end())
      each.refuse("venue", "each venue once");
    if (each.sound() && std::ranges::none_of(config.instruments, [&](const auto& known) {
          return known.instrument.venue == day.venue;
        }))
      each.refuse("venue", "a venue of an [[instrument]]");
    each.finish();
    config.day_ends.push_back(std::move(day));
  }
}
}  // namespace sq::settings
