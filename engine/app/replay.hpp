// Runs a log's inputs through the core again and compares every decision with the logged one.
// Thread: one. Cost: that of reading the log and of the core. Errors: std::runtime_error,
// wal::LogError for a log that cannot be read; differences are values.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "engine/settings/config.hpp"

namespace sq::app {
struct ReplayResult {
  std::uint64_t events{0};       // inputs fed again
  std::uint64_t decisions{0};    // of the log, compared
  std::uint64_t differences{0};  // decisions of the log that the core did not repeat, or added
  std::string first_difference;  // "" when there is none
  std::uint64_t hash{0};         // of the decisions made now
  std::uint32_t epochs{0};
  double seconds{0.0};
  std::string note;              // e.g. the log is torn at its end
};
// `config`: instead of the one each epoch of the log carries.
[[nodiscard]] ReplayResult replay(const std::filesystem::path& log_dir,
                                  const std::optional<settings::Config>& config,
                                  const std::function<void(std::uint64_t events)>& progress);
}  // namespace sq::app
