// A test that needs a recording which is absent skips itself, by name and counted:
//   const auto file = sq::test::recorded("data/a_binance_ws/hftbacktest/spot_btcusdt_20240808.gz");
//   if (!file) return;
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "tests/support/paths.hpp"

namespace sq::test {
// A file or folder under shared_dir(), or empty: then the running test case counts as skipped.
[[nodiscard]] std::optional<std::filesystem::path> recorded(std::string_view relative);

// Marks the running test case as skipped, for other reasons (no second core, no promtool, ...).
void skip(std::string_view reason);
}  // namespace sq::test
