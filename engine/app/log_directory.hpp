// The log of a run, as log.existing says: new, recovered, or replaced.
// Thread: start-up. Errors: std::runtime_error naming directory and setting; wal::LogError.
#pragma once

#include <memory>

#include "engine/settings/config.hpp"
#include "engine/wal/log.hpp"

namespace sq::app {
[[nodiscard]] std::unique_ptr<wal::Log> open_run_log(const settings::Config& config);
[[nodiscard]] wal::LogSettings log_settings(const settings::Config& config);
}  // namespace sq::app
