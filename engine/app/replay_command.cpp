#include <fmt/format.h>

#include <boost/json.hpp>
#include <optional>

#include "engine/app/commands.hpp"
#include "engine/app/replay.hpp"
#include "engine/app/summary.hpp"
#include "engine/telemetry/format.hpp"

namespace sq::app {
int replay_command(const ReplayOptions& options) {
  std::optional<settings::Config> config;
  if (!options.config.empty()) config = settings::load(options.config);
  const ReplayResult result = replay(options.log_dir, config, [](std::uint64_t events) {
    fmt::print(stderr, "replay: {} events\n", telemetry::with_separators(events));
  });
  const double rate = result.seconds > 0 ? static_cast<double>(result.events) / result.seconds : 0;
  if (!result.first_difference.empty())
    fmt::print("first difference  {}\n", result.first_difference);
  if (!result.note.empty()) fmt::print("note: {}\n", result.note);
  fmt::print("{} events in {:.2f} s ({}), hash {}\n", telemetry::with_separators(result.events),
             result.seconds, telemetry::rate_text(rate), hash_text(result.hash));
  fmt::print("{} decisions, {} differences\n", telemetry::with_separators(result.decisions),
             telemetry::with_separators(result.differences));
  if (!options.json.empty()) {
    const boost::json::object object{{"events", result.events},
                                     {"decisions", result.decisions},
                                     {"differences", result.differences},
                                     {"first_difference", result.first_difference},
                                     {"hash", hash_text(result.hash)},
                                     {"epochs", result.epochs},
                                     {"seconds", result.seconds},
                                     {"events_per_second", rate}};
    write_file(options.json, boost::json::serialize(object) + "\n");
  }
  return result.differences == 0 ? 0 : 1;
}
}  // namespace sq::app
