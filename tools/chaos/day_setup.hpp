// What is traded in a simulated day, and within which limits: the core's set-up and the same limits
// as the oracle reads them.
// Thread: start-up. Units: limits.hpp, oracle.hpp.
#pragma once

#include <vector>

#include "engine/backtest/simulation_settings.hpp"
#include "engine/core/setup.hpp"
#include "tools/chaos/oracle.hpp"
#include "tools/chaos/strategies.hpp"

namespace sq::chaos {
[[nodiscard]] std::vector<Instrument> day_instruments();
// In ticks.
[[nodiscard]] std::vector<std::int64_t> day_prices();
// `seed` of the strategies.
[[nodiscard]] core::CoreSetup day_core(std::uint64_t seed, const Mood& mood);
[[nodiscard]] OracleSetup oracle_setup(const core::CoreSetup& setup);
[[nodiscard]] backtest::SimulationSettings day_exchange(std::uint64_t seed);
}  // namespace sq::chaos
