// The market simulator: writes sessions in Binance's own raw format, one gzip file a symbol, as a
// recorder would have: `<local_ns> <json>` lines, REST snapshot in line. Made for machines without
// recordings: the demo trades on such a session, and says so. The same settings give the same bytes
// on every machine and compiler. How close it is to real markets: tools/market-simulator/README.md.
// Thread: the caller's. Cost: about 2 s of CPU for 6 minutes of three symbols. Errors: throws
// std::invalid_argument (settings), std::runtime_error (file); a file that is not complete is
// removed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace sq::feed::simulated {
// 2025-01-01 00:00:00 UTC: nobody takes a simulated session for a recorded one by its stamps.
constexpr std::int64_t kDefaultStartNs = 1'735'689'600'000'000'000;
// The recorder's clock behind the venue's, as large as in the recordings the simulator was fitted
// to.
constexpr std::int64_t kDefaultClockOffsetNs = -1'273'000'000;

struct Settings {
  std::uint64_t seed{1};
  std::int64_t duration_ns{6 * 60 * 1'000'000'000LL};  // of the venue's wall clock, > 0
  std::filesystem::path directory;                     // created when absent
  std::vector<std::string> symbols{"usdm:BTCUSDT", "usdm:ETHUSDT", "spot:BTCUSDT"};
  std::int64_t rate{1};  // 1 to 100: market time runs so many times faster, for load tests
  std::int64_t start_wall_ns{kDefaultStartNs};
  std::int64_t clock_offset_ns{kDefaultClockOffsetNs};
};

struct WrittenFile {
  std::string symbol;
  std::filesystem::path path;
  std::uint64_t depth{0};
  std::uint64_t ticker{0};
  std::uint64_t trade{0};
  std::uint64_t snapshot{0};
  std::uint64_t text_bytes{0};
  std::uint64_t file_bytes{0};
  std::uint32_t text_crc32{0};  // also in the gzip trailer
};
struct Written {
  std::vector<WrittenFile> files;
  std::uint64_t messages{0};
  std::uint64_t text_bytes{0};
};
struct Progress {
  double fraction{0};  // 0 to 1
  std::uint64_t messages{0};
};

// "usdm_btcusdt_simulated.gz" for "usdm:BTCUSDT".
[[nodiscard]] std::string file_name(std::string_view symbol);

// `progress` may be empty; called about 100 times.
[[nodiscard]] Written write_session(const Settings& settings,
                                    const std::function<void(const Progress&)>& progress = {});
}  // namespace sq::feed::simulated
