// The recorded sessions that a book can be rebuilt from: where they are, what instrument, which
// tick.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/feed/raw_recording.hpp"
#include "engine/types/fixed.hpp"
#include "tests/support/recorded_data.hpp"
#include "venues/binance/recorded_source.hpp"

namespace sq::book {
struct RecordedMarket {
  std::string_view name;
  std::vector<std::string_view> files;  // chained: the second continues the first without a gap
  VenueId venue;
  std::string_view symbol;
  Price tick;
  std::size_t shared_ids;        // of a depth update and a best price, after the snapshot
  std::size_t updates_compared;  // depth updates with best prices before and after them
  // Of these, updates that end inside the execution of one order, of which the best-price stream
  // shows only the end: the next update takes the same levels away again or goes on from them.
  std::size_t inside_executions;
};
constexpr InstrumentId kRecordedInstrument{0};

inline const std::vector<RecordedMarket>& recorded_markets() {
  constexpr Price kCent = Price::from_raw(10'000'000);
  constexpr Price kTenCents = Price::from_raw(100'000'000);
  static const std::vector<RecordedMarket> markets{
      {"spot BTCUSDT",
       {"spot_btcusdt_20240808.gz", "spot_btcusdt_20240809.gz"},
       VenueId::BinanceSpot,
       "BTCUSDT",
       kCent,
       1072,
       6492,
       2},
      {"USD-M BTCUSDT",
       {"usdm_btcusdt_20240808.gz"},
       VenueId::BinanceUsdm,
       "BTCUSDT",
       kTenCents,
       629,
       6544,
       0},
      {"USD-M ETHUSDT",
       {"usdm_ethusdt_20240808.gz"},
       VenueId::BinanceUsdm,
       "ETHUSDT",
       kCent,
       551,
       6578,
       0},
      {"USD-M BTCUSDT in July",
       {"usdm_btcusdt_20240718.gz", "usdm_btcusdt_20240719.gz"},
       VenueId::BinanceUsdm,
       "BTCUSDT",
       kTenCents,
       625,
       9017,
       0},
      {"COIN-M BTCUSD_PERP",
       {"cm_btcusd_perp_20240808.gz", "cm_btcusd_perp_20240809.gz"},
       VenueId::BinanceUsdm,
       "BTCUSD_PERP",
       kTenCents,
       1885,
       44769,
       0}};
  return markets;
}

// Empty: a file is absent and the test is counted as skipped.
inline std::optional<binance::RecordedSource> open(const RecordedMarket& market) {
  std::vector<std::filesystem::path> files;
  for (const std::string_view name : market.files) {
    auto path = test::recorded(std::string{"data/a_binance_ws/hftbacktest/"} + std::string{name});
    if (!path) return std::nullopt;
    files.push_back(std::move(*path));
  }
  const binance::SymbolEntry entry{Symbol{market.symbol}, kRecordedInstrument};
  return std::optional<binance::RecordedSource>{
      std::in_place, feed::RawRecording{std::move(files)},
      binance::DecoderSettings{.venue = market.venue, .symbols = {&entry, 1}}, kSourceFeedFirst,
      kRecordedInstrument};
}
}  // namespace sq::book
