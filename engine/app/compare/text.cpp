#include "engine/app/compare/text.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

namespace sq::app {
std::string page_money(std::int64_t raw) {
  const std::int64_t cents = (raw + (raw < 0 ? -500'000 : 500'000)) / 1'000'000;
  const std::int64_t magnitude = cents < 0 ? -cents : cents;
  std::string text = fmt::format("{}.{:02}", magnitude / 100, magnitude % 100);
  for (std::size_t at = text.size() - 3; at > 3; at -= 3) text.insert(at - 3, ",");
  return cents < 0 ? "-" + text : text;
}

std::string clock_text(WallTime at) {
  const std::int64_t seconds = at.ns / kNsPerSecond;
  const std::int64_t of_day = seconds % 86'400;
  return fmt::format("{:02}:{:02}:{:02}.{:09} UTC", of_day / 3600, of_day / 60 % 60, of_day % 60,
                     at.ns % kNsPerSecond);
}

void print_changes(const std::vector<ConfigChange>& changes) {
  constexpr std::size_t kShown = 20;
  if (changes.empty()) fmt::print("\n  changed           nothing\n");
  for (std::size_t i = 0; i < changes.size() && i < kShown; ++i)
    fmt::print("{}  {:<17} {}: {} -> {}\n", i == 0 ? "\n" : "", i == 0 ? "changed" : "",
               changes[i].key, changes[i].from.empty() ? "none" : changes[i].from,
               changes[i].to.empty() ? "none" : changes[i].to);
  if (changes.size() > kShown) fmt::print("  {:<17} and {} more\n", "", changes.size() - kShown);
}

void print_difference(const std::optional<Difference>& difference, const std::string& other) {
  if (!difference) {
    fmt::print("\n  first difference  none: every decision is the same\n");
    return;
  }
  fmt::print("\n  first difference  at {}: {}\n", clock_text(difference->at), difference->kind);
  if (!difference->field.empty()) fmt::print("    {:<15} {}\n", "differs", difference->field);
  fmt::print("    {:<15} {}\n", "log",
             difference->log.empty() ? "no such decision" : difference->log);
  fmt::print("    {:<15} {}\n", other,
             difference->made.empty() ? "no such decision" : difference->made);
}

boost::json::value to_json(const std::vector<ConfigChange>& changes) {
  boost::json::array rows;
  for (const ConfigChange& change : changes)
    rows.push_back(
        boost::json::object{{"key", change.key}, {"from", change.from}, {"to", change.to}});
  return rows;
}

boost::json::value to_json(const std::optional<Difference>& difference) {
  if (!difference) return nullptr;
  return boost::json::object{{"log_sequence", difference->log_sequence},
                             {"other_sequence", difference->made_sequence},
                             {"wall_ns", std::to_string(difference->at.ns)},
                             {"time", clock_text(difference->at)},
                             {"kind", difference->kind},
                             {"differs", difference->field},
                             {"log", difference->log},
                             {"other", difference->made}};
}
}  // namespace sq::app
