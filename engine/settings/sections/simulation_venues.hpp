// What [simulation] says about venues, instruments and outages. Thread: start-up. Errors: refused
// in the reader.
#pragma once

#include "engine/settings/simulation.hpp"
#include "engine/settings/strict/reader.hpp"
#include "engine/settings/strict/writer.hpp"

namespace sq::settings {
// After the keys of [simulation] itself: the model of the impact is known.
void read_simulated_venues(Reader& reader, Simulation& out);
void write_simulated_impact(Writer& out, const Simulation& simulation);
// After all keys of [simulation].
void write_simulated_venues(Writer& out, const Simulation& simulation);
}  // namespace sq::settings
