// Option chains out of files as venues and their mirrors write them:
//   Cboe delayed quotes, .csv (three lines, then one row a strike) and .json;
//   NSE option chain .json (records / CE / PE), Upstox option chain .json (call_options);
//   Deribit book summary .csv (inverse: quotes in coins).
// Thread: any; reads the whole file. Errors: a sentence with file, row or key, value and what would
// be accepted. Units: engine/options/surface/chain.hpp.
// Cboe: quotes taken after the close rest since 16:00 New York time of the last weekday; series
// without W expire at the 09:30 opening, those with W at 16:00.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>

#include "engine/options/surface/chain.hpp"

namespace sq::app {
enum class ChainFormat : std::uint8_t { Detect = 0, CboeCsv, CboeJson, Nse, Upstox, DeribitCsv };

struct ChainFileOptions {
  ChainFormat format{ChainFormat::Detect};
  std::optional<WallTime> time{};  // of the quotes; Upstox files carry none
};
[[nodiscard]] std::expected<options::Chain, std::string> read_chain(
    const std::filesystem::path& path, const ChainFileOptions& how = {});
}  // namespace sq::app
