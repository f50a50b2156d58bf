// Real recordings, read in place: everything decodes, counts and chains are those they are known to
// have.
#include "venues/binance/recorded_source.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "engine/feed/raw_recording.hpp"
#include "tests/support/recorded_data.hpp"
#include "tests/venues/binance/differential.hpp"

using namespace sq;

namespace {
struct Recording {
  std::vector<std::string> files;
  VenueId venue;
  InstrumentId instrument;
  std::uint64_t lines, depth, tops, trades;  // as counted by whoever took them into the set
};
// A line that is none of the three is the snapshot that starts each night.
const std::vector<Recording> kRecordings{
    {{"hftbacktest/usdm_btcusdt_20240808.gz"},
     VenueId::BinanceUsdm,
     InstrumentId{0},
     93'954,
     6'551,
     66'089,
     21'313},
    {{"hftbacktest/usdm_ethusdt_20240808.gz"},
     VenueId::BinanceUsdm,
     InstrumentId{1},
     74'655,
     6'586,
     53'992,
     14'076},
    {{"hftbacktest/usdm_btcusdt_20240718.gz", "hftbacktest/usdm_btcusdt_20240719.gz"},
     VenueId::BinanceUsdm,
     InstrumentId{0},
     71'984,
     9'022,
     52'260,
     10'701},
    {{"hftbacktest/spot_btcusdt_20240808.gz", "hftbacktest/spot_btcusdt_20240809.gz"},
     VenueId::BinanceSpot,
     InstrumentId{0},
     99'574,
     6'495,
     73'174,
     19'904},
    {{"hftbacktest/cm_btcusd_perp_20240808.gz", "hftbacktest/cm_btcusd_perp_20240809.gz"},
     VenueId::BinanceUsdm,
     InstrumentId{2},
     98'386,
     44'795,
     48'355,
     5'235},
};

std::vector<std::filesystem::path> paths_of(const Recording& recording) {
  std::vector<std::filesystem::path> paths;
  for (const std::string& file : recording.files) {
    const auto path = test::recorded("data/a_binance_ws/" + file);
    if (path) paths.push_back(*path);
  }
  if (paths.size() != recording.files.size()) paths.clear();
  return paths;
}

// The venue's rule for each stream: every update follows on the one before, every trade id on the
// last.
struct Chains {
  std::uint64_t last_update{0};
  std::uint64_t last_trade{0};
  std::uint64_t gaps{0};
  std::uint64_t trade_gaps{0};
  void take(const RecordHeader& record) {
    if (record.kind == RecordKind::DepthUpdate) {
      const auto& depth = payload_of<DepthHeader>(record);
      const bool follows = depth.chain == DepthChain::Linked ? depth.previous_id == last_update
                                                             : depth.first_id == last_update + 1;
      if (last_update != 0 && !follows) ++gaps;
      last_update = depth.last_id;
    } else if (record.kind == RecordKind::TradePrint) {
      const auto& trade = payload_of<TradePrint>(record);
      if (last_trade != 0 && trade.first_trade_id != last_trade + 1) ++trade_gaps;
      last_trade = trade.last_trade_id;
    }
  }
};
}  // namespace

TEST_CASE("recordings decode completely, with the known counts and unbroken id chains",
          "[binance][recorded]") {
  for (const Recording& recording : kRecordings) {
    const auto paths = paths_of(recording);
    if (paths.empty()) return;
    INFO(recording.files.front());
    constexpr SourceId kSource{0x103};
    binance::RecordedSource source{feed::RawRecording{paths},
                                   {recording.venue, test::kBinanceSymbols},
                                   kSource,
                                   recording.instrument};
    Chains chains;
    std::uint64_t records = 0;
    bool headers_good = true;
    WallTime received{};
    while (const RecordHeader* record = source.peek()) {
      ++records;
      headers_good &= record->source == kSource && record->source_sequence == records &&
                      record->instrument == recording.instrument && record->wall >= received;
      received = record->wall;
      chains.take(*record);
      source.pop();
    }
    CHECK_FALSE(source.failure());
    CHECK(headers_good);
    CHECK(source.counts().lines == recording.lines);
    CHECK(records == recording.lines);
    CHECK(source.counts().steps_back == 0);
    CHECK(source.decoded().depth_updates == recording.depth);
    CHECK(source.decoded().tops == recording.tops);
    CHECK(source.decoded().trades == recording.trades);
    CHECK(source.decoded().snapshots == 1);
    CHECK(source.decoded().scanned == recording.lines - 1);
    CHECK(source.decoded().malformed == 0);
    CHECK(chains.gaps == 0);
    CHECK(chains.trade_gaps == 0);
  }
}

TEST_CASE("scanner and parser make the same of every recorded message", "[binance][recorded]") {
  for (const Recording& recording : kRecordings) {
    const auto paths = paths_of(recording);
    if (paths.empty()) return;
    test::Differential both{recording.venue == VenueId::BinanceSpot ? DepthChain::Contiguous
                                                                    : DepthChain::Linked};
    feed::RawRecording lines{paths};
    feed::RawLine line;
    std::uint64_t different = 0;
    std::uint64_t declined = 0;
    for (int i = 0; i < 20'000 && lines.next(line) == feed::RawRecording::Read::Line; ++i) {
      const auto verdict = both.run(line.json);
      different += verdict == test::Differential::Verdict::Different ? 1 : 0;
      declined += verdict == test::Differential::Verdict::Declined ? 1 : 0;
    }
    INFO(recording.files.front());
    CHECK(different == 0);
    CHECK(declined == 1);  // the snapshot
  }
}

TEST_CASE("multi-symbol captures of 2021 decode: aggregate trades, sizes without a point",
          "[binance][recorded]") {
  struct Capture {
    std::string_view file;
    VenueId venue;
    std::uint64_t depth, tops, aggregate_trades;
  };
  const Capture captures[] = {
      {"cryptofeed/BINANCE-b38f7c.0__2df3a1", VenueId::BinanceSpot, 4'709, 5'408, 1'240},
      {"cryptofeed/BINANCE_FUTURES-1125a2.0__6397a0", VenueId::BinanceUsdm, 4'423, 3'424, 574},
  };
  constexpr std::string_view kSymbols[] = {
      "BTCAUD", "MANAUSDT", "ETHBRL",   "DENTUSDT", "ZILUSDT", "RENBTCETH", "BTCSTUSDT", "QTUMETH",
      "AXSBNB", "NEOUSDC",  "SANDUSDT", "CHRUSDT",  "NEOUSDT", "CTKUSDT",   "BATUSDT"};
  std::vector<binance::SymbolEntry> symbols;
  for (const std::string_view name : kSymbols)
    symbols.push_back({Symbol{name}, InstrumentId{static_cast<std::uint32_t>(symbols.size())}});
  for (const Capture& capture : captures) {
    const auto path = test::recorded("data/a_binance_ws/" + std::string{capture.file});
    if (!path) return;
    binance::MarketDataDecoder decoder{{capture.venue, symbols}};
    const auto out = std::make_unique<std::byte[]>(binance::kRecordBytesMax);
    std::ifstream file{*path};
    std::uint64_t streams = 0;
    for (std::string line; std::getline(file, line);) {
      const std::size_t at = line.find(": {\"stream\"");  // "<seconds>: {json}"
      if (at == std::string::npos) continue;
      ++streams;
      static_cast<void>(decoder.decode_unpadded(std::string_view{line}.substr(at + 2), WallTime{1},
                                                kNoInstrument,
                                                {out.get(), binance::kRecordBytesMax}));
    }
    INFO(capture.file);
    CHECK(decoder.counts().decoded() == streams);
    CHECK(decoder.counts().scanned == streams);
    CHECK(decoder.counts().depth_updates == capture.depth);
    CHECK(decoder.counts().tops == capture.tops);
    CHECK(decoder.counts().aggregate_trades == capture.aggregate_trades);
  }
}

TEST_CASE("a source numbers what it decodes and counts what it does not", "[binance]") {
  const std::string ticker =
      R"({"u":400900217,"s":"BNBBTC","b":"25.35190000","B":"31.21000000","a":"25.36520000","A":"40.66000000"})";
  const std::string text =
      "100 " + ticker + "\n101 {\"result\":null,\"id\":1}\n102 {\"broken\n90 " + ticker + "\n";
  const feed::RecordedBytes bytes{text};
  binance::RecordedSource source{feed::RawRecording{bytes, "memory"},
                                 {VenueId::BinanceSpot, test::kBinanceSymbols},
                                 SourceId{0x100},
                                 kNoInstrument};
  REQUIRE(source.peek() != nullptr);
  CHECK(source.peek()->source_sequence == 1);
  CHECK(source.peek()->wall == WallTime{100});
  CHECK(source.peek() == source.peek());
  source.pop();
  REQUIRE(source.peek() != nullptr);
  CHECK(source.peek()->source_sequence == 2);
  CHECK(source.peek()->wall == WallTime{90});
  source.pop();
  CHECK(source.peek() == nullptr);
  CHECK(source.peek() == nullptr);
  CHECK_FALSE(source.failure());
  CHECK(source.counts().lines == 4);
  CHECK(source.counts().first_malformed_line == 3);
  CHECK(source.counts().first_malformed_file == "memory");
  CHECK(source.counts().steps_back == 1);
  CHECK(source.counts().step_back_ns_max == 12);
  CHECK(source.decoded().ignored == 1);
  CHECK(source.decoded().malformed == 1);
}

TEST_CASE("a recording that fails ends the source and says where", "[binance]") {
  const feed::RecordedBytes bytes{"100 {\"result\":null}\nno time\n"};
  binance::RecordedSource source{feed::RawRecording{bytes, "memory"},
                                 {VenueId::BinanceSpot, test::kBinanceSymbols},
                                 SourceId{0x100},
                                 kNoInstrument};
  CHECK(source.peek() == nullptr);
  REQUIRE(source.failure());
  CHECK(source.failure()->line == 2);
}
