// Reads [[venue]]. Thread: start-up.
#pragma once

#include "engine/settings/config.hpp"
#include "engine/settings/strict/reader.hpp"

namespace sq::settings {
void read_venues(Reader& root, const std::filesystem::path& project_dir, Config& config);
}  // namespace sq::settings
