#include "engine/feed/itch/itch_file.hpp"

#include <catch2/catch.hpp>
#include <map>

#include "engine/feed/itch/decode.hpp"
#include "engine/feed/itch/trading_day.hpp"
#include "engine/messaging/market_data.hpp"
#include "tests/support/feed_bytes.hpp"

using namespace sq;
using namespace sq::feed;
using test::Bytes;
using test::hex;

namespace {
constexpr std::int64_t kNineThirty = 34'200 * kNsPerSecond;  // of the example messages, and 123 ns
constexpr Price price(std::int64_t cents) { return Price::from_raw(cents * 10'000'000); }
constexpr Qty shares(std::int64_t count) { return Qty::from_raw(count * Qty::kScale); }

Bytes binary_file(const std::vector<Bytes>& messages) {
  test::Builder file;
  for (const Bytes& message : messages) file.framed(message);
  return file.bytes();
}
struct Read {
  std::vector<Record<MarketOrder>> orders;
  std::vector<Record<TradePrint>> trades;
  std::vector<Record<FeedStatus>> states;
  std::vector<FileSymbol> symbols;
  FileCounters counters;
};
Read read(const std::filesystem::path& path, const FileOptions& options = {}) {
  const auto file = itch::open_itch(path, options);
  Read out;
  std::uint64_t expected = 0;
  WallTime wall{};
  while (const RecordHeader* record = file->peek()) {
    REQUIRE(record == file->peek());  // until pop()
    REQUIRE(record->source_sequence == ++expected);
    REQUIRE(record->wall >= wall);
    wall = record->wall;
    switch (record->kind) {
      case RecordKind::MarketOrder:
        out.orders.push_back({*record, payload_of<MarketOrder>(*record)});
        break;
      case RecordKind::TradePrint:
        out.trades.push_back({*record, payload_of<TradePrint>(*record)});
        break;
      case RecordKind::FeedStatus:
        out.states.push_back({*record, payload_of<FeedStatus>(*record)});
        break;
      default:
        FAIL("a record of another kind");
    }
    file->pop();
  }
  out.symbols.assign(file->symbols().begin(), file->symbols().end());
  out.counters = file->counters();
  return out;
}
Read read(const Bytes& bytes, const FileOptions& options = {},
          const std::string& name = "a.NASDAQ_ITCH50") {
  const test::FeedFolder folder;
  return read(folder.write(name, bytes), options);
}
// A message of this type with its header; the body follows.
test::Builder message(char type, std::uint16_t locate, std::int64_t ns = kNineThirty) {
  test::Builder out;
  out.text({&type, 1}, 1).big(locate).big(std::uint16_t{0});
  const auto time = static_cast<std::uint64_t>(ns);
  out.big(static_cast<std::uint16_t>(time >> 32U)).big(static_cast<std::uint32_t>(time));
  return out;
}
Bytes add(std::uint16_t locate, std::string_view symbol, std::uint32_t ticks, char side = 'B',
          std::uint32_t count = 100) {
  return message('A', locate)
      .big(std::uint64_t{1})
      .text({&side, 1}, 1)
      .big(count)
      .text(symbol, 8)
      .big(ticks)
      .bytes();
}
Bytes directory(std::uint16_t locate, std::string_view symbol, std::uint32_t lot, char lots_only) {
  return message('R', locate)
      .text(symbol, 8)
      .text("QN", 2)
      .big(lot)
      .text({&lots_only, 1}, 1)
      .text("CZ PNN1N", 8)
      .big(std::uint32_t{0})
      .text("N", 1)
      .bytes();
}
}  // namespace

TEST_CASE("the messages of the protocol notes become order records", "[feed][itch]") {
  const Read all = read(binary_file(test::itch_examples()));
  CHECK(all.counters.messages == 7);
  CHECK(all.counters.anomalies == 0);
  REQUIRE(all.orders.size() == 7);
  for (std::size_t i = 0; i < 7; ++i) {
    const RecordHeader& header = all.orders[i].header;
    CHECK(header.venue_time.ns == kNineThirty + 123 + static_cast<std::int64_t>(i));
    CHECK(header.wall == header.venue_time);
    CHECK(header.instrument == InstrumentId{0});
    CHECK(header.source == kSourceFeedFirst);
    CHECK(header.length == sizeof(RecordHeader) + sizeof(MarketOrder));
    CHECK(all.orders[i].payload.event_end == 1);
  }
  const MarketOrder& add = all.orders[0].payload;
  CHECK(add.action == OrderAction::Add);
  CHECK(add.order_id == 1001);
  CHECK(add.side == Side::Buy);
  CHECK(add.side_known == 1);
  CHECK(add.qty == shares(300));
  CHECK(add.price == price(15025));
  const MarketOrder& attributed = all.orders[1].payload;
  CHECK(attributed.action == OrderAction::Add);
  CHECK(attributed.order_id == 1002);
  CHECK(attributed.side == Side::Sell);
  CHECK(attributed.price == price(15030));
  const MarketOrder& executed = all.orders[2].payload;
  CHECK(executed.action == OrderAction::Execute);
  CHECK(executed.order_id == 1001);
  CHECK(executed.qty == shares(100));
  CHECK(executed.match_id == 5001);
  CHECK(executed.side_known == 0);
  CHECK(executed.priced == 0);
  CHECK(executed.printable == 1);
  const MarketOrder& priced = all.orders[3].payload;
  CHECK(priced.action == OrderAction::Execute);
  CHECK(priced.qty == shares(50));
  CHECK(priced.match_id == 5002);
  CHECK(priced.priced == 1);
  CHECK(priced.price == price(15024));
  CHECK(priced.printable == 1);
  const MarketOrder& reduced = all.orders[4].payload;
  CHECK(reduced.action == OrderAction::Reduce);
  CHECK(reduced.qty == shares(50));
  const MarketOrder& replaced = all.orders[5].payload;
  CHECK(replaced.action == OrderAction::Replace);
  CHECK(replaced.order_id == 1001);
  CHECK(replaced.new_order_id == 1003);
  CHECK(replaced.qty == shares(80));
  CHECK(replaced.price == price(15026));
  const MarketOrder& deleted = all.orders[6].payload;
  CHECK(deleted.action == OrderAction::Delete);
  CHECK(deleted.order_id == 1002);
  REQUIRE(all.symbols.size() == 1);
  CHECK(all.symbols[0].name == "AAPL");
  CHECK(all.symbols[0].tick == price(1));
  CHECK(all.symbols[0].lot == shares(1));
}

TEST_CASE("plain, gzip and zstd files give the same records", "[feed][itch]") {
  const Bytes plain = binary_file(test::itch_examples());
  for (const Bytes& packed : {test::gzip(plain), test::zstd(plain)}) {
    const Read all = read(packed, {}, "01302019.NASDAQ_ITCH50.gz");
    CHECK(all.orders.size() == 7);
    CHECK(all.counters.anomalies == 0);
  }
}

TEST_CASE("an execution that is not printable does not count in volume", "[feed][itch]") {
  Bytes hidden = hex(test::itch_example::kExecutedPrice);
  hidden[31] = std::byte{'N'};
  const Read all = read(binary_file({hex(test::itch_example::kAdd), hidden}));
  CHECK(all.orders.at(1).payload.printable == 0);
}

TEST_CASE("trades and crosses become prints without a known aggressor", "[feed][itch]") {
  const Bytes trade = message('P', 3)
                          .big(std::uint64_t{0})
                          .text("B", 1)
                          .big(std::uint32_t{40})
                          .text("MSFT", 8)
                          .big(std::uint32_t{1'500'100})
                          .big(std::uint64_t{77})
                          .bytes();
  const auto cross = [](std::uint64_t count) {
    return message('Q', 3)
        .big(count)
        .text("MSFT", 8)
        .big(std::uint32_t{1'500'000})
        .big(std::uint64_t{78})
        .text("O", 1)
        .bytes();
  };
  const Read all = read(binary_file({trade, cross(5'000'000'000), cross(0), cross(1ULL << 60)}));
  REQUIRE(all.trades.size() == 2);
  CHECK(all.trades[0].payload.price == price(15'001));
  CHECK(all.trades[0].payload.qty == shares(40));
  CHECK(all.trades[0].payload.first_trade_id == 77);
  CHECK(all.trades[0].payload.aggressor_unknown == 1);
  CHECK(all.trades[0].payload.aggregate == 0);
  CHECK(all.trades[1].payload.qty == shares(5'000'000'000));  // 32 bits are not enough
  CHECK(all.trades[1].payload.aggregate == 1);
  CHECK(all.counters.messages == 4);
  REQUIRE(all.counters.first_anomalies.size() == 1);
  CHECK(all.counters.first_anomalies[0].reason ==
        "cross of 1152921504606846976 shares, expected at most 92233720368");
}

TEST_CASE("trading actions and operational halts of this market halt and resume", "[feed][itch]") {
  const auto action = [](char state) {
    return message('H', 5).text("HALT", 8).text({&state, 1}, 1).text("", 1).text("T1", 4).bytes();
  };
  const auto halt = [](std::string_view codes) {
    return message('h', 5).text("HALT", 8).text(codes, 2).bytes();
  };
  const Read all = read(binary_file({action('H'), action('P'), action('Q'), action('T'), halt("QH"),
                                     halt("BH"), halt("XT"), halt("QT")}));
  std::vector<FeedEvent> events;
  for (const auto& state : all.states) events.push_back(state.payload.event);
  using enum FeedEvent;
  CHECK(events == std::vector<FeedEvent>{Halted, Halted, Halted, Resumed, Halted, Resumed});
  CHECK(all.counters.messages == 8);
}

TEST_CASE("the stock directory gives symbols in order, with the lot where it must be kept",
          "[feed][itch]") {
  const Read all = read(binary_file({directory(9, "ZED", 100, 'N'), directory(2, "ALPHA", 100, 'Y'),
                                     directory(3, "BETA", 0, 'Y'), add(2, "ALPHA", 10'000)}));
  REQUIRE(all.symbols.size() == 3);
  CHECK(all.symbols[0].name == "ZED");
  CHECK(all.symbols[0].lot == shares(1));
  CHECK(all.symbols[1].name == "ALPHA");
  CHECK(all.symbols[1].lot == shares(100));
  CHECK(all.symbols[2].lot == shares(1));
  CHECK(all.orders.at(0).header.instrument == InstrumentId{1});
}

TEST_CASE("the tick is a cent until a price shows less", "[feed][itch]") {
  CHECK(read(binary_file({directory(1, "A", 100, 'N')})).symbols.at(0).tick == Price{});
  CHECK(read(binary_file({add(1, "A", 5'000)})).symbols.at(0).tick == price(1));
  CHECK(read(binary_file({add(1, "A", 10'000), add(1, "A", 10'001), add(1, "A", 10'100)}))
            .symbols.at(0)
            .tick == Price::from_raw(100'000));
}

TEST_CASE("a locate that gets another symbol changes hands", "[feed][itch]") {
  const Read all = read(binary_file({add(1, "OLD", 10'000), add(1, "NEW", 10'000),
                                     hex(test::itch_example::kAdd), add(1, "OLD", 10'000)}));
  std::vector<std::uint32_t> ids;
  for (const auto& order : all.orders) ids.push_back(index_of(order.header.instrument));
  CHECK(ids == std::vector<std::uint32_t>{0, 1, 2, 0});
}

TEST_CASE("only the symbols asked for are given, with the ids asked for", "[feed][itch]") {
  FileOptions options;
  options.symbols = {{"BBB", InstrumentId{4}}, {"CCC", InstrumentId{0}}};
  options.source = SourceId{0x105};
  const Read all = read(binary_file({add(1, "AAA", 10'000), add(2, "BBB", 10'001),
                                     add(3, "CCC", 10'000), directory(1, "AAA", 100, 'Y')}),
                        options);
  REQUIRE(all.orders.size() == 2);
  CHECK(all.orders[0].header.instrument == InstrumentId{4});
  CHECK(all.orders[0].header.source == SourceId{0x105});
  CHECK(all.orders[1].header.instrument == InstrumentId{0});
  REQUIRE(all.symbols.size() == 5);
  CHECK(all.symbols[4].name == "BBB");
  CHECK(all.symbols[4].tick == Price::from_raw(100'000));
  CHECK(all.symbols[1].name.empty());
  CHECK(all.counters.messages == 4);
  options.symbols = {{"BBB", InstrumentId{1U << 20U}}};
  CHECK_THROWS_WITH(read(binary_file({}), options), Catch::Contains("1048576 for BBB"));
}

TEST_CASE("what cannot be used is counted with its byte position", "[feed][itch]") {
  Bytes short_add = add(1, "AAA", 10'000);
  short_add.pop_back();
  Bytes late = add(1, "AAA", 10'000);
  late[5] = std::byte{0xFF};
  const Read all = read(binary_file({message('D', 7).big(std::uint64_t{5}).bytes(), short_add,
                                     hex("7a00"), late, add(1, "AAA", 10'000, 'X'),
                                     add(1, "AAA", 10'000, 'S', 0), add(1, "AAA", 10'000)}));
  CHECK(all.orders.size() == 1);
  CHECK(all.counters.anomalies == 6);
  const auto& found = all.counters.first_anomalies;
  REQUIRE(found.size() == 6);
  CHECK(found[0].position == 0);
  CHECK(found[0].reason == "stock locate 7 has no symbol so far");
  CHECK(found[1].position == 21);
  CHECK(found[1].reason ==
        "message length is not that of its type: type A of 35 bytes, expected 36");
  CHECK(found[2].position == 21 + 37);
  CHECK(found[2].reason == "unknown message type: type z of 2 bytes");
  CHECK(found[3].position == 21 + 37 + 4);
  CHECK(found[3].reason.starts_with("time of day 28"));
  CHECK(found[4].reason == "order of 100 shares on side 'X', expected some shares on B or S");
  CHECK(found[5].reason == "order of 0 shares on side 'S', expected some shares on B or S");
}

TEST_CASE("lengths of 0 with whole messages behind them are read by type, and said once",
          "[feed][itch]") {
  test::Builder file;
  for (const Bytes& message : test::itch_examples()) file.big(std::uint16_t{0}).add(message);
  const Read all = read(file.bytes());
  CHECK(all.orders.size() == 7);
  CHECK(all.counters.anomalies == 1);
  CHECK(all.counters.first_anomalies.at(0).position == 0);
  const auto& kinds = all.counters.by_kind;
  CHECK(std::find(kinds.begin(), kinds.end(),
                  std::pair<std::string, std::uint64_t>{"frames without length", 7}) !=
        kinds.end());
}

TEST_CASE("a length of 0 at the end ends the session, bytes behind it are an anomaly",
          "[feed][itch]") {
  const Bytes messages = binary_file(test::itch_examples());
  const auto ended = test::Builder{}.add(messages).big(std::uint16_t{0});
  const Read whole = read(ended.bytes());
  CHECK(whole.orders.size() == 7);
  CHECK(whole.counters.anomalies == 0);
  auto more = ended;
  const Read trailing = read(more.text("??", 2).bytes());
  CHECK(trailing.orders.size() == 7);
  REQUIRE(trailing.counters.anomalies == 1);
  CHECK(trailing.counters.first_anomalies[0].position == messages.size());
}

TEST_CASE("a file cut anywhere gives its whole messages and says where it ends", "[feed][itch]") {
  const auto examples = test::itch_examples();
  const Bytes file = binary_file(examples);
  std::size_t whole = 0;
  std::size_t whole_end = 0;
  for (std::size_t cut = 0; cut <= file.size(); ++cut) {
    while (whole < examples.size() && whole_end + 2 + examples[whole].size() <= cut)
      whole_end += 2 + examples[whole++].size();
    const Read all = read({file.begin(), file.begin() + static_cast<std::ptrdiff_t>(cut)});
    REQUIRE(all.orders.size() == whole);
    REQUIRE(all.counters.anomalies == (cut == whole_end ? 0 : 1));
    if (cut != whole_end) {
      REQUIRE(all.counters.first_anomalies[0].position == whole_end);
    }
  }
}
