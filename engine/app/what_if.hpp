// Runs a logged session again: its market data from the log, everything after them (strategies,
// gate, simulated exchange) anew, under its own configuration or a changed one. The reports of the
// log are left out. A session that the simulated exchange made gives its own decisions and hash
// again when nothing is changed; commands of people come at their recorded times. Thread: one.
// Cost: the run's without its files, and one pass over the log a market data source. Errors:
// std::runtime_error, wal::LogError, settings::ConfigError; a difference is a value.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/app/compare/config_change.hpp"
#include "engine/app/compare/first_difference.hpp"
#include "engine/app/compare/session_facts.hpp"
#include "engine/backtest/simulation_settings.hpp"
#include "engine/core/setup.hpp"

namespace sq::app {
struct WhatIfQuestion {
  std::optional<settings::Config> config;  // instead of the log's
  std::vector<std::string> assignments;    // over it: "strategy.maker.quote_qty=0.02"
};
struct WhatIfAnswer {
  std::vector<ConfigChange> changes;
  SessionFacts log;
  SessionFacts made;
  std::optional<Difference> difference;
  bool undetermined{false};         // it lies where the log lacks data that the exchange knew
  std::uint64_t same_decisions{0};  // before it
  std::uint64_t events{0};          // inputs of the second run
  double seconds{0.0};
  std::vector<std::string> notes;
};
[[nodiscard]] WhatIfAnswer what_if(const std::filesystem::path& log_dir,
                                   const WhatIfQuestion& question,
                                   const std::function<void(std::uint64_t events)>& progress);
}  // namespace sq::app
