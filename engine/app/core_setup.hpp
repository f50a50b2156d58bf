// From the checked configuration to what the core is built from. Live, paper, backtest and replay
// all start here.
// Thread: start-up. Errors: ConfigError for what the file alone could not show (unknown strategy kind,
// bad parameters, currencies without a conversion).
#pragma once

#include <vector>

#include "engine/backtest/simulation_settings.hpp"
#include "engine/core/setup.hpp"
#include "engine/settings/config.hpp"

namespace sq::app {
// Checks every strategy's parameters against its declaration and writes their defaults into
// `config`, so that resolved_text() is complete.
[[nodiscard]] core::CoreSetup core_setup(settings::Config& config);
[[nodiscard]] std::vector<Instrument> instruments_of(const settings::Config& config);
// What the simulated exchange of a run is built from.
[[nodiscard]] backtest::SimulationSettings exchange_settings(const settings::Config& config,
                                                             const core::CoreSetup& setup);
}  // namespace sq::app
