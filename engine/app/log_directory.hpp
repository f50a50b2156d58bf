// The log of a run, as log.existing says: new, recovered, or replaced.
// Thread: start-up. Errors: std::runtime_error naming directory and setting; wal::LogError.
#pragma once

#include <memory>
#include <string>

#include "engine/settings/config.hpp"
#include "engine/wal/log.hpp"

namespace sq::app {
[[nodiscard]] std::unique_ptr<wal::Log> open_run_log(const settings::Config& config);
[[nodiscard]] wal::LogSettings log_settings(const settings::Config& config);
// In log.dir: what a venue's thread has used of the venue's limits, and bans. Outlives the log, also
// when that is replaced.
[[nodiscard]] std::string rate_limits_file(VenueId venue);
}  // namespace sq::app
