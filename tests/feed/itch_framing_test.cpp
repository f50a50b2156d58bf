// The same messages in each framing, lost, doubled and cut; and the files of the recorded data.
#include <catch2/catch.hpp>
#include <map>
#include <string>

#include "engine/feed/itch/itch_file.hpp"
#include "engine/feed/itch/mold_udp.hpp"
#include "engine/feed/market_file.hpp"
#include "engine/messaging/market_data.hpp"
#include "tests/support/captures.hpp"
#include "tests/support/recorded_data.hpp"

using namespace sq;
using namespace sq::feed;
using test::Bytes;

namespace {
struct Summary {
  std::uint64_t records{0};
  std::vector<OrderAction> actions;
  std::vector<WallTime> walls;
  WallTime first{};
  FileCounters counters;
  std::vector<FileSymbol> symbols;
  [[nodiscard]] std::uint64_t kind(const std::string& name) const {
    for (const auto& [kind, count] : counters.by_kind)
      if (kind == name) return count;
    return 0;
  }
};
Summary read(const std::filesystem::path& path) {
  const auto file = open_market_file(path, {});
  Summary out;
  while (const RecordHeader* record = file->peek()) {
    if (out.records++ == 0) out.first = record->venue_time;
    out.walls.push_back(record->wall);
    if (record->kind == RecordKind::MarketOrder)
      out.actions.push_back(payload_of<MarketOrder>(*record).action);
    file->pop();
  }
  CHECK(file->bytes_read() == file->bytes_total());
  out.counters = file->counters();
  out.symbols.assign(file->symbols().begin(), file->symbols().end());
  return out;
}
Summary read(const Bytes& bytes, const std::string& name) {
  const test::FeedFolder folder;
  return read(folder.write(name, bytes));
}
using enum OrderAction;
const std::vector<OrderAction> kAll{Add, Add, Execute, Execute, Reduce, Replace, Delete};

Bytes soup(char type, std::string_view payload) {
  return test::Builder{}
      .big(static_cast<std::uint16_t>(payload.size() + 1))
      .text({&type, 1}, 1)
      .text(payload, payload.size())
      .bytes();
}
Bytes soup_message(const Bytes& message) {
  return test::Builder{}
      .big(static_cast<std::uint16_t>(message.size() + 1))
      .text("S", 1)
      .add(message)
      .bytes();
}
Bytes accepted(const std::string& session, const std::string& sequence) {
  return soup('A', std::string(10 - session.size(), ' ') + session +
                       std::string(20 - sequence.size(), ' ') + sequence);
}
// The example messages first to last (from 1), as one packet of this line.
Bytes frame(std::size_t first, std::size_t last, std::uint16_t port = 26'477) {
  const auto examples = test::itch_examples();
  itch::MoldWriter writer{itch::mold_session("DAY1"), 1400};
  writer.begin(first);
  for (std::size_t i = first; i <= last; ++i) REQUIRE(writer.add(examples.at(i - 1)));
  return test::ethernet({.to_port = port}, writer.packet());
}
constexpr std::uint32_t kDay = 1'692'710'744;  // 2023-08-22, 13:25 UTC
}  // namespace

TEST_CASE("a SoupBinTCP stream gives the messages of each sequence number once", "[feed][itch]") {
  const auto m = test::itch_examples();
  test::Builder stream;
  stream.add(soup('+', "welcome")).add(accepted("DAY1", "1")).add(soup_message(m[0]));
  stream.add(soup_message(m[1])).add(soup('H', "")).add(soup_message(m[2]));
  SECTION("one connection") {
    for (std::size_t i = 3; i < 7; ++i) stream.add(soup_message(m[i]));
    const Summary all = read(stream.add(soup('Z', "")).bytes(), "capture.bin");
    CHECK(all.actions == kAll);
    CHECK(all.counters.gaps == 0);
    CHECK(all.counters.anomalies == 0);
    CHECK(all.kind("SoupBinTCP heartbeats") == 1);
    CHECK(all.kind("SoupBinTCP ends of session") == 1);
  }
  SECTION("a second connection that begins earlier") {
    stream.add(accepted("DAY1", "2"));
    for (std::size_t i = 1; i < 7; ++i) stream.add(soup_message(m[i]));
    const Summary all = read(stream.bytes(), "capture.bin");
    CHECK(all.actions == kAll);
    CHECK(all.kind("duplicate messages") == 2);
    CHECK(all.counters.gaps == 0);
  }
  SECTION("a second connection that begins later") {
    stream.add(accepted("DAY1", "6")).add(soup_message(m[5])).add(soup_message(m[6]));
    const Summary all = read(stream.bytes(), "capture.bin");
    CHECK(all.actions == std::vector<OrderAction>{Add, Add, Execute, Replace, Delete});
    CHECK(all.counters.gaps == 1);
    CHECK(all.counters.missing == 2);
  }
  SECTION("packets that a server does not send") {
    stream.add(soup('R', "")).add(soup('U', "data")).add(soup_message(m[3]));
    const Summary all = read(stream.bytes(), "capture.bin");
    CHECK(all.actions.size() == 4);
    CHECK(all.counters.anomalies == 2);
  }
  SECTION("a stream that is cut") {
    stream.big(std::uint16_t{20}).text("S", 1);
    const Summary all = read(stream.bytes(), "capture.bin");
    CHECK(all.actions.size() == 3);
    CHECK(all.counters.anomalies == 1);
  }
}

TEST_CASE("a capture of two lines gives each message once, stamped with its packet's time",
          "[feed][itch]") {
  test::Pcap<false> capture;
  capture.packet(kDay, 1, frame(1, 2)).packet(kDay, 2, frame(1, 3, 26'478));
  capture.packet(kDay, 3, frame(6, 7)).packet(kDay, 4, frame(4, 5, 26'478));
  const Summary all = read(capture.bytes(), "lines.pcap");
  CHECK(all.actions == kAll);
  CHECK(all.counters.gaps == 0);
  CHECK(all.kind("MoldUDP64 packets") == 4);
  CHECK(all.kind("duplicate messages") == 2);
  const std::int64_t base = kDay * kNsPerSecond;
  std::vector<std::int64_t> microseconds;
  for (const WallTime wall : all.walls) microseconds.push_back((wall.ns - base) / 1'000);
  CHECK(microseconds == std::vector<std::int64_t>{1, 1, 2, 4, 4, 4, 4});
  // 09:30:00.000000123 of that day in New York.
  CHECK(all.first.ns == 1'692'711'000 * kNsPerSecond + 123);
}

TEST_CASE("what no line of a capture has is a gap once a second has passed, or at its end",
          "[feed][itch]") {
  test::Pcap<false> capture;
  capture.packet(kDay, 0, frame(1, 1)).packet(kDay, 0, frame(3, 3));
  SECTION("a second passes") {
    capture.packet(kDay + 2, 0, frame(4, 7)).packet(kDay + 2, 1, frame(2, 2));
    const Summary all = read(capture.bytes(), "a.pcap");
    CHECK(all.actions == std::vector<OrderAction>{Add, Execute, Execute, Reduce, Replace, Delete});
    CHECK(all.counters.gaps == 1);
    CHECK(all.counters.missing == 1);
  }
  SECTION("the packet comes in time") {
    capture.packet(kDay, 999'999, frame(2, 2)).packet(kDay + 2, 0, frame(4, 7));
    CHECK(read(capture.bytes(), "a.pcap").actions == kAll);
  }
  SECTION("the capture ends") {
    const Summary all = read(capture.bytes(), "a.pcap");
    CHECK(all.actions == std::vector<OrderAction>{Add, Execute});
    CHECK(all.counters.missing == 1);
  }
}

TEST_CASE("other packets of a capture are counted or said, and passed over", "[feed][itch]") {
  test::Pcap<false> capture;
  capture.packet(kDay, 0, frame(1, 3));
  capture.packet(kDay, 1, test::ethernet({.protocol = 6}, Bytes(30)));
  capture.packet(kDay, 2, test::ethernet({}, Bytes(30)));  // a count of 0 with bytes behind it
  capture.packet(kDay, 3, frame(4, 7));
  const Summary all = read(capture.bytes(), "a.pcap");
  CHECK(all.actions == kAll);
  CHECK(all.kind("packets of other protocols") == 1);
  REQUIRE(all.counters.anomalies == 1);
  CHECK(all.counters.first_anomalies[0].reason ==
        "MoldUDP64 packet with bytes behind its last message");
}

TEST_CASE("an unknown file is refused with the names of the formats", "[feed]") {
  const test::FeedFolder folder;
  const auto text = test::Builder{}.text("no market data", 14).bytes();
  const auto path = folder.write("notes.doc", text);
  CHECK_THROWS_WITH(open_market_file(path, {}),
                    Catch::Contains("notes.doc") && Catch::Contains("itch"));
  CHECK_THROWS_WITH(open_market_file(folder.write("empty", {}), {}), Catch::Contains("is empty"));
  FileOptions options;
  options.format = "ouch";
  CHECK_THROWS_WITH(open_market_file(path, options), Catch::Contains("format \"ouch\""));
}

TEST_CASE("a file named as ITCH that holds none gives anomalies, not records", "[feed][itch]") {
  const auto text = test::Builder{}.text("no market data", 14).bytes();
  const Summary all = read(text, "01302019.NASDAQ_ITCH50");
  CHECK(all.records == 0);
  CHECK(all.counters.anomalies == 1);
}

TEST_CASE("the recorded AAPL file is read whole", "[feed][itch]") {
  const auto path =
      test::recorded("data/c_itch/AAPL_20191230_0935_banded_first30000.NASDAQ_ITCH50");
  if (!path) return;
  const Summary all = read(*path);
  CHECK(all.counters.messages == 30'000);
  CHECK(all.counters.anomalies == 0);
  CHECK(all.records == 30'000);
  const std::int64_t of_day = all.first.ns - 1'577'682'000 * kNsPerSecond;
  CHECK(of_day / kNsPerSecond == (9 * 60 + 35) * 60);
  CHECK(all.symbols.at(0).name == "AAPL");
}

TEST_CASE("the synthetic RITCH file is read whole", "[feed][itch]") {
  const auto path = test::recorded("data/c_itch/RITCH_ex20101224_framed.ITCH50");
  if (!path) return;
  const Summary all = read(*path);
  CHECK(all.counters.messages == 12'012);
  CHECK(all.counters.anomalies == 0);
  CHECK(all.symbols.size() == 3);
}

TEST_CASE("every capture of ITCH packets is read without a message that cannot be decoded",
          "[feed][itch]") {
  const auto folder = test::recorded("data/c_itch/omi_pcap");
  if (!folder) return;
  std::uint64_t messages = 0;
  std::map<std::string, std::uint64_t> kinds;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{*folder}) {
    const std::string name = entry.path().string();
    if (entry.path().extension() != ".pcap" || name.find("Itch") == std::string::npos) continue;
    const Summary all = read(entry.path());
    messages += all.counters.messages;
    for (const auto& [kind, count] : all.counters.by_kind) kinds[kind] += count;
    for (const Anomaly& anomaly : all.counters.first_anomalies) {
      INFO(name << ": " << anomaly.reason);
      CHECK(anomaly.reason.ends_with("has no symbol so far"));  // single messages of a day
    }
  }
  CHECK(messages == 117);
  CHECK(kinds["add order"] == 42);
}
