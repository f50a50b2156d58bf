// The whole configuration, checked: nothing in it is unknown, missing, mistyped or out of range,
// and everything one part names exists in another. Thread: start-up and tools. Errors: ConfigError
// with every problem of the file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "engine/settings/admin.hpp"
#include "engine/settings/alerts.hpp"
#include "engine/settings/archive.hpp"
#include "engine/settings/chains.hpp"
#include "engine/settings/end_of_day.hpp"
#include "engine/settings/engine.hpp"
#include "engine/settings/instruments.hpp"
#include "engine/settings/portfolio.hpp"
#include "engine/settings/problem.hpp"
#include "engine/settings/risk.hpp"
#include "engine/settings/session.hpp"
#include "engine/settings/simulation.hpp"
#include "engine/settings/strategies.hpp"
#include "engine/settings/telemetry.hpp"
#include "engine/settings/venues.hpp"
#include "engine/settings/wal.hpp"

namespace sq::settings {
struct Config {
  Engine engine;
  Session session;
  std::vector<InstrumentSettings> instruments;  // index == index_of(InstrumentId)
  Risk risk;
  Portfolio portfolio;
  std::vector<EndOfDay> day_ends;  // in the order of the file
  Log log;
  Archive archive;
  Admin admin;
  Alerts alerts;
  Simulation simulation;
  Telemetry telemetry;
  std::vector<VenueConnection> venues;       // modes paper and live; in the order of the file
  std::vector<ChainSettings> chains;         // in the order of the file
  std::vector<StrategySettings> strategies;  // index == index_of(StrategyId)

  [[nodiscard]] const InstrumentSettings* find(VenueId venue,
                                               std::string_view symbol) const noexcept;
  [[nodiscard]] const VenueConnection* connection(VenueId venue) const noexcept;  // null: none
  friend bool operator==(const Config&, const Config&) = default;
};

constexpr std::size_t kConfigBytesMax = 1U << 20;
// Of resolved_text: one log record (1 MiB) holds it, with room for the parameters' defaults that
// are filled in later. About 2,000 instruments.
constexpr std::size_t kResolvedBytesMax = kConfigBytesMax - (1U << 16);

// Reads, parses and checks. Relative data paths are resolved against the parent of the file's
// folder. A file of mode "live" must not be writable by others than its owner.
[[nodiscard]] Config load(const std::filesystem::path& file);

// The same from text. `base_dir` stands for the file's folder; absolute when the result must not
// depend on the working directory. `file_name` is for messages only.
[[nodiscard]] Config parse(std::string_view text, std::string_view file_name,
                           const std::filesystem::path& base_dir);

// Canonical TOML with every default written out and every file's content included. Parses back to
// an equal Config. This is what goes into the log (RecordKind::ConfigLoaded).
[[nodiscard]] std::string resolved_text(const Config& config);

// Of resolved_text: equal configurations have equal hashes, whatever their comments.
[[nodiscard]] std::uint64_t hash_of(const Config& config);
}  // namespace sq::settings
