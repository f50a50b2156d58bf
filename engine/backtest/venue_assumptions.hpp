// What a run takes for granted of its venues, in words. Thread: cold.
#pragma once

#include <span>
#include <vector>

#include "engine/backtest/simulation.hpp"

namespace sq::backtest {
void venue_assumptions(const settings::Simulation& model, std::span<const Instrument> instruments,
                       std::vector<Assumption>& list);
}  // namespace sq::backtest
