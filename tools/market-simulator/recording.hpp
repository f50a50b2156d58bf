// Reads a session as recorders of Binance's raw streams write it, `<local_ns> <json>` lines in a
// gzip file, into the few columns that the fit compares. Cold: everything is held in memory.
// Errors: throws std::runtime_error with file and line.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace sq::marketsim {
struct TickerRow {
  std::int64_t local_ns{0};
  std::int64_t event_ms{0};  // 0: the venue gives none (spot)
  std::uint64_t update_id{0};
  std::int64_t bid{0};  // prices and quantities times 1e8
  std::int64_t ask{0};
  std::int64_t bid_qty{0};
  std::int64_t ask_qty{0};
};
struct TradeRow {
  std::int64_t local_ns{0};
  std::int64_t event_ms{0};
  std::int64_t transaction_ms{0};
  std::int64_t price{0};
  std::int64_t qty{0};
  bool buyer_is_maker{false};
};
struct DepthRow {
  std::int64_t local_ns{0};
  std::int64_t event_ms{0};
  std::uint64_t first_id{0};
  std::uint64_t last_id{0};
  std::uint32_t levels{0};
};
struct LevelChange {
  std::int64_t distance{0};  // behind the touch of the last bookTicker, times 1e8; negative: inside
  bool removed{false};
};
struct Recording {
  std::filesystem::path path;
  std::string symbol;  // "usdm:BTCUSDT", "spot:BTCUSDT": spot bookTickers carry no event time
  std::vector<TickerRow> tickers;
  std::vector<TradeRow> trades;
  std::vector<DepthRow> depths;
  std::vector<LevelChange> changes;
  std::int64_t tick{
      0};  // times 1e8: the largest step that all prices of the touch are multiples of
};

[[nodiscard]] Recording read_recording(const std::filesystem::path& path);
}  // namespace sq::marketsim
