// Raw Binance messages (feed/raw_recording.hpp) as a market data file: venue and symbols are found in
// its first lines. Thread: one, cold. Cost: that of binance::RecordedSource. Errors:
// std::runtime_error when the file has no message of Binance in it.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/feed/market_file.hpp"

namespace sq::app {
constexpr std::string_view kBinanceRaw = "binance-raw";
constexpr std::string_view kBinanceRawSummary =
    "lines `<local_ns> {json}` as received from Binance spot or USD-M, plain or gzip";

// Its first line is a receive time and a JSON object.
[[nodiscard]] bool recognises_binance_raw(const std::filesystem::path& path);
[[nodiscard]] std::unique_ptr<feed::MarketFile> open_binance_raw(const std::filesystem::path& path,
                                                                 const feed::FileOptions& options);
// Any format of the feed module, or raw Binance messages.
[[nodiscard]] std::unique_ptr<feed::MarketFile> open_any_file(const std::filesystem::path& path,
                                                              const feed::FileOptions& options);
// "a, b, c"
[[nodiscard]] std::string comma_separated(const std::vector<std::string>& words);
}  // namespace sq::app
