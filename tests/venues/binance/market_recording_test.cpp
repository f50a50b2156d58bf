// A recording of a link is what came over the wire, and gives the records that the link gave.
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/venues/binance/exchange_rig.hpp"
#include "venues/binance/recorded_source.hpp"

using namespace sq;
using namespace sq::test;

namespace {
struct Folder {
  std::filesystem::path path{std::filesystem::temp_directory_path() /
                             ("sq-market-recording-" + std::to_string(::getpid()))};
  Folder() { std::filesystem::remove_all(path); }
  ~Folder() { std::filesystem::remove_all(path); }
};
std::string bytes_of(const RecordHeader& record) {
  const auto* bytes = reinterpret_cast<const char*>(&record);
  return {bytes + sizeof(RecordHeader), bytes + record.length};
}
}  // namespace

TEST_CASE("a recorded session holds every message that was sent and replays to the same records",
          "[binance][link]") {
  for (const VenueId venue : {VenueId::BinanceSpot, VenueId::BinanceUsdm}) {
    const Folder folder;
    feed::RawWriter writer{{.folder = folder.path, .name = "session", .file_bytes_max = 50'000}};
    std::vector<std::string> sent;
    std::vector<std::string> live[2];
    RigWish wish{.venue = venue};
    wish.link.recorder = &writer;
    ExchangeRig rig{wish};
    rig.wire().passes = [&](const std::string& text) {
      sent.push_back(text);
      return true;
    };
    rig.on_record = [&](std::size_t feed, const RecordHeader& record) {
      if (record.kind != RecordKind::FeedStatus) live[feed].push_back(bytes_of(record));
    };
    REQUIRE(rig.until([&] { return rig.all_live(); }));
    for (int i = 0; i < 30; ++i) {
      rig.turn(40);
      while (writer.write_some(rig.now())) {
      }
    }
    rig.turn(150, false);
    writer.close();
    CHECK(writer.lost() == 0);
    CHECK(writer.files().size() > 1);

    feed::RawRecording lines{writer.files()};
    feed::RawLine line;
    std::vector<std::string> recorded;
    int snapshots = 0;
    while (lines.next(line) == feed::RawRecording::Read::Line) {
      if (line.json.find("@depthSnapshot") != std::string_view::npos) {
        ++snapshots;
      } else {
        recorded.emplace_back(line.json);
      }
    }
    // USD-M has two connections: each stream is in order.
    for (auto* each : {&recorded, &sent})
      std::stable_sort(each->begin(), each->end(), [](const std::string& a, const std::string& b) {
        return a.substr(0, a.find(",\"data\"")) < b.substr(0, b.find(",\"data\""));
      });
    CHECK(recorded.size() > 100);
    CHECK((recorded == sent));
    CHECK(snapshots == 2);

    const std::vector<binance::SymbolEntry> symbols{{Symbol{"BTCUSDT"}, InstrumentId{0}},
                                                    {Symbol{"ETHUSDT"}, InstrumentId{1}}};
    binance::DecoderSettings decoder;
    decoder.venue = venue;
    decoder.symbols = symbols;
    binance::RecordedSource source{feed::RawRecording{writer.files()}, decoder, kSourceFeedFirst,
                                   kNoInstrument};
    std::vector<std::string> replayed[2];
    while (RecordHeader* record = source.peek()) {
      replayed[index_of(record->instrument)].push_back(bytes_of(*record));
      source.pop();
    }
    CHECK(source.decoded().snapshots == 2);
    CHECK(source.decoded().unknown_symbol == 0);
    CHECK(source.decoded().malformed == 0);
    for (int i = 0; i < 2; ++i) CHECK(replayed[i] == live[i]);
  }
}
