// `shrivenquant surveil FILE`: what the surveillance rules say about a market data file, with the
// evidence. Exit code: 0 no alert, 1 alerts were raised, 2 nothing to look at.
// Thread: main. Errors: exceptions of start-up are caught once, in main().
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace sq::app {
struct SurveillanceOptions {
  std::filesystem::path file;
  std::string format;                 // "": told by name and content
  std::vector<std::string> symbols;   // none: the first kSymbolsWatchedMax of the file
  std::filesystem::path json;         // "": none
  std::uint32_t orders_max{100'000};  // live orders a symbol
  std::size_t shown{20};              // alerts in the table
};
constexpr std::size_t kSymbolsWatchedMax = 64;
int surveillance_command(const SurveillanceOptions& options);
}  // namespace sq::app
