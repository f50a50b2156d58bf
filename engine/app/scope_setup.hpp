// Limits of scopes and rates between currencies, from the configuration to the gate.
// Thread: start-up. Errors: none; the configuration was checked.
#pragma once

#include <string>

#include "engine/core/setup.hpp"
#include "engine/settings/config.hpp"

namespace sq::app {
[[nodiscard]] risk::ScopeLimits further_limits(const settings::FurtherLimits& from);
void further_limits(risk::InstrumentLimits& to, const settings::InstrumentLimits& from);
// Everything of CoreSetup that is of no single strategy or instrument.
void add_scopes(core::CoreSetup& setup, const settings::Risk& risk);
// The controls that no scope of their kind has: "none", or "account, venue: turnover, ...".
[[nodiscard]] std::string text_of_limits_off(const settings::Config& config);
}  // namespace sq::app
