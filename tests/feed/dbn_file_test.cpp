#include "engine/feed/dbn/dbn_file.hpp"

#include <catch2/catch.hpp>

#include "engine/feed/dbn/metadata.hpp"
#include "engine/feed/market_file.hpp"
#include "engine/messaging/market_data.hpp"
#include "tests/support/dbn_files.hpp"
#include "tests/support/recorded_data.hpp"

using namespace sq;
using namespace sq::feed;
using test::Bytes;
using test::DbnLevel;

namespace {
// Records as they were, with their payloads.
struct Read {
  std::vector<Bytes> records;
  std::vector<FileSymbol> symbols;
  FileCounters counters;
  [[nodiscard]] const RecordHeader& header(std::size_t i) const {
    return *reinterpret_cast<const RecordHeader*>(records.at(i).data());
  }
  template <class P>
  [[nodiscard]] const P& payload(std::size_t i) const {
    return payload_of<P>(header(i));
  }
  [[nodiscard]] std::vector<RecordKind> kinds() const {
    std::vector<RecordKind> all;
    for (std::size_t i = 0; i < records.size(); ++i) all.push_back(header(i).kind);
    return all;
  }
};
Read read(const std::filesystem::path& path) {
  const auto file = open_market_file(path, {});
  Read out;
  while (const RecordHeader* record = file->peek()) {
    const auto* bytes = reinterpret_cast<const std::byte*>(record);
    out.records.emplace_back(bytes, bytes + record->length);
    file->pop();
  }
  out.symbols.assign(file->symbols().begin(), file->symbols().end());
  out.counters = file->counters();
  CHECK(file->bytes_read() == file->bytes_total());
  return out;
}
Read read(const Bytes& bytes) {
  const test::FeedFolder folder;
  return read(folder.write("a.dbn", bytes));
}
Read read(const std::vector<Bytes>& records, const test::DbnHead& head = {}) {
  return read(test::Builder{}.add(test::dbn_head(head)).add(test::join_all(records)).bytes());
}
std::vector<std::pair<std::int64_t, std::int64_t>> levels(std::span<const Level> side) {
  std::vector<std::pair<std::int64_t, std::int64_t>> out;
  for (const Level& level : side)
    out.emplace_back(level.price.raw(), level.qty.raw() / Qty::kScale);
  return out;
}
using Levels = std::vector<std::pair<std::int64_t, std::int64_t>>;
using K = RecordKind;
constexpr test::DbnFields kMbp10{.type = 0x0A};
}  // namespace

TEST_CASE("the metadata of each version say the same", "[feed][dbn]") {
  for (const auto version : {std::uint8_t{1}, std::uint8_t{2}, std::uint8_t{3}}) {
    const Bytes bytes = test::dbn_head({.version = version, .schema = 2, .send_times = true});
    const auto prelude = dbn::parse_prelude(bytes);
    REQUIRE(prelude);
    REQUIRE(prelude->metadata_bytes + 8 == bytes.size());
    const auto metadata = dbn::parse_metadata(*prelude, std::span{bytes}.subspan(8));
    REQUIRE(metadata);
    CHECK(metadata->version == version);
    CHECK(metadata->dataset == "GLBX.MDP3");
    CHECK(metadata->schema == 2);
    CHECK(metadata->start == test::kDbnDay);
    CHECK(metadata->end == dbn::kUndefinedTime);
    CHECK(metadata->symbols_in == dbn::SymbolKind::RawSymbol);
    CHECK(metadata->symbols_out == dbn::SymbolKind::InstrumentId);
    CHECK(metadata->send_times);
    CHECK(metadata->symbols == std::vector<std::string>{"ESH1"});
    REQUIRE(metadata->mappings.size() == 1);
    CHECK(metadata->mappings[0].intervals.at(0).start == 20201228);
    CHECK(metadata->mappings[0].intervals.at(0).symbol == "5482");
  }
}

TEST_CASE("metadata whose lists go beyond their block, or without a text's end, are refused",
          "[feed][dbn]") {
  const Bytes good = test::dbn_head({.version = 2});
  const auto prelude = dbn::parse_prelude(good);
  REQUIRE(prelude);
  const auto parsed = [&](std::size_t at, std::byte value) {
    Bytes block{good.begin() + 8, good.end()};
    block.at(at) = value;
    return dbn::parse_metadata(*prelude, block).has_value();
  };
  CHECK(parsed(0, std::byte{'X'}));
  CHECK_FALSE(parsed(100, std::byte{1}));     // a schema definition
  CHECK_FALSE(parsed(104, std::byte{200}));   // 200 symbols
  CHECK_FALSE(parsed(107, std::byte{0xFF}));  // 4 thousand million of them
  Bytes endless{good.begin() + 8, good.end()};
  std::fill_n(endless.begin() + 108, 71, std::byte{'A'});
  CHECK_FALSE(dbn::parse_metadata(*prelude, endless));
}

TEST_CASE("files that are not DBN 1 to 3 are refused with the reason", "[feed][dbn]") {
  const test::FeedFolder folder;
  const Bytes good = test::dbn_head({});
  const auto refused = [&](std::size_t at, int value, const std::string& why) {
    Bytes bytes = good;
    bytes.at(at) = static_cast<std::byte>(value);
    const auto path = folder.write("a.dbn", bytes);
    CHECK_THROWS_WITH(dbn::open_dbn(path, {}), Catch::Contains("a.dbn: ") && Catch::Contains(why));
  };
  refused(0, 'X', "does not begin with DBN");
  refused(3, 0, "version 0, expected 1, 2 or 3");
  refused(3, 4, "version 4, expected 1, 2 or 3");
  refused(5, 0xFF, "the metadata are cut off");
  refused(7, 0xFF, "expected 100 to");
  const auto dbz = test::Builder{}.add(test::hex("512a4d18")).zeros(100).bytes();
  CHECK_THROWS_WITH(open_market_file(folder.write("old.dbz", dbz), {}), Catch::Contains("DBZ"));
  for (std::size_t cut = 0; cut < good.size(); ++cut)
    REQUIRE_THROWS(dbn::open_dbn(folder.write("cut", std::span{good}.first(cut)), {}));
}

TEST_CASE("a stream cut anywhere gives its whole records and says where it ends", "[feed][dbn]") {
  const Bytes head = test::dbn_head({});
  const Bytes bytes = test::Builder{}
                          .add(head)
                          .add(test::dbn_mbo({.order = 1}))
                          .add(test::dbn_mbo({.order = 2}))
                          .bytes();
  for (std::size_t cut = head.size(); cut <= bytes.size(); ++cut) {
    const Read all = read(Bytes{bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(cut)});
    const std::size_t whole = (cut - head.size()) / 56;
    REQUIRE(all.records.size() == whole);
    REQUIRE(all.counters.anomalies == ((cut - head.size()) % 56 == 0 ? 0 : 1));
  }
}

TEST_CASE("a record too short for its type and one of an unknown type are passed over",
          "[feed][dbn]") {
  Bytes unknown = test::dbn_mbo({});
  unknown[1] = std::byte{0x77};
  Bytes shorter = test::dbn_mbo({});
  shorter[0] = std::byte{13};  // words
  shorter.resize(52);
  Bytes none = test::dbn_mbo({});
  none[0] = std::byte{3};
  const Read all = read({unknown, shorter, test::dbn_mbo({.order = 9}), none, test::dbn_mbo({})});
  REQUIRE(all.records.size() == 1);
  CHECK(all.payload<MarketOrder>(0).order_id == 9);
  const auto& found = all.counters.first_anomalies;
  REQUIRE(found.size() == 3);
  CHECK(found[0].reason == "record of the unknown type 119");
  CHECK(found[1].reason == "mbo record of 52 bytes, expected 56");
  CHECK(found[2].reason == "record of 12 bytes, expected at least 16");
}

TEST_CASE("trades become prints", "[feed][dbn]") {
  const test::DbnFields trade{.type = 0x00};
  const Read all = read({test::dbn_quote({.action = 'T', .side = 'A', .head = trade}, {}),
                         test::dbn_quote({.action = 'T', .side = 'N', .head = trade}, {})});
  REQUIRE(all.kinds() == std::vector<RecordKind>{K::TradePrint, K::TradePrint});
  const auto& print = all.payload<sq::TradePrint>(0);
  CHECK(print.price == Price::from_raw(3'720'250'000'000));
  CHECK(print.qty == Qty::from_raw(5 * Qty::kScale));
  CHECK(print.aggressor == Side::Sell);
  CHECK(print.aggressor_unknown == 0);
  CHECK(print.last_trade_id == 99);
  CHECK(all.payload<sq::TradePrint>(1).aggressor_unknown == 1);
}

TEST_CASE("mbp-1 prints the trade before the quote it left, tbbo after the quote it met",
          "[feed][dbn]") {
  const std::vector<DbnLevel> level{{.bid = 100, .ask = test::kNoPrice, .bid_size = 7}};
  const auto record = [&](char action) { return test::dbn_quote({.action = action}, level); };
  const Read mbp1 = read({record('A'), record('T')}, {.schema = 1});
  CHECK(mbp1.kinds() == std::vector<RecordKind>{K::TopOfBook, K::TradePrint, K::TopOfBook});
  const auto& top = mbp1.payload<sq::TopOfBook>(0);
  CHECK(top.bid_price == Price::from_raw(100));
  CHECK(top.bid_qty == Qty::from_raw(7 * Qty::kScale));
  CHECK(top.ask_price == Price{});
  CHECK(top.ask_qty == Qty{});
  CHECK(top.update_id == 99);
  CHECK(read({record('T')}, {.schema = 3}).kinds() ==
        std::vector<RecordKind>{K::TopOfBook, K::TradePrint});
  const test::DbnFields bbo{.type = 0xC3};
  const std::vector<Bytes> one{test::dbn_quote({.action = 'T', .head = bbo}, level)};
  CHECK(read(one).kinds() == std::vector<RecordKind>{K::TopOfBook});
}

TEST_CASE("ten levels become a snapshot and then only what changes", "[feed][dbn]") {
  std::vector<DbnLevel> book(10);
  for (std::size_t i = 0; i < 10; ++i) {
    const auto k = static_cast<std::int64_t>(i);
    book[i] = {1'000 - k, 1'001 + k, 10, 20};
  }
  const auto record = [&](char action = 'A') {
    return test::dbn_quote({.action = action, .price = 1'000, .head = kMbp10}, book);
  };
  std::vector<Bytes> records{record()};
  book[3].bid_size = 11;
  records.push_back(record());
  book.insert(book.begin(), {1'000, 1'000, 0, 5});  // a better ask; the bids as they are
  for (std::size_t i = 0; i < 10; ++i) {
    book[i].bid = book[i + 1].bid;
    book[i].bid_size = book[i + 1].bid_size;
  }
  book.pop_back();
  records.push_back(record('T'));
  records.push_back(record());  // nothing new
  book.assign(10, {});
  book[0] = {.bid = 999, .bid_size = 1};
  records.push_back(record());
  const Read all = read(records, {.schema = 2});
  REQUIRE(all.kinds() == std::vector<RecordKind>{K::DepthSnapshot, K::DepthUpdate, K::TradePrint,
                                                 K::DepthUpdate, K::DepthUpdate});
  CHECK(bids_of(all.header(0)).size() == 10);
  CHECK(levels(asks_of(all.header(0))).front() == std::pair<std::int64_t, std::int64_t>{1'001, 20});
  CHECK(levels(bids_of(all.header(1))) == Levels{{997, 11}});
  CHECK(asks_of(all.header(1)).empty());
  CHECK(bids_of(all.header(3)).empty());
  CHECK(levels(asks_of(all.header(3))) == Levels{{1'000, 5}, {1'010, 0}});
  CHECK(levels(bids_of(all.header(4))) == Levels{{1'000, 0},
                                                 {999, 1},
                                                 {998, 0},
                                                 {997, 0},
                                                 {996, 0},
                                                 {995, 0},
                                                 {994, 0},
                                                 {993, 0},
                                                 {992, 0},
                                                 {991, 0}});
  CHECK(asks_of(all.header(4)).size() == 10);
  std::vector<std::uint64_t> ids;
  for (const std::size_t i : {0U, 1U, 3U, 4U}) {
    const auto& depth = all.payload<DepthHeader>(i);
    CHECK(depth.chain == DepthChain::Contiguous);
    CHECK(depth.first_id == depth.last_id);
    ids.push_back(depth.last_id);
  }
  CHECK(ids == std::vector<std::uint64_t>{1, 2, 3, 4});
}

TEST_CASE("bars become candles that are known when they end", "[feed][dbn]") {
  const auto bar = [](std::uint8_t type, std::uint64_t volume) {
    test::Builder body;
    body.little(std::int64_t{30}).little(std::int64_t{50}).little(std::int64_t{20});
    body.little(std::int64_t{40}).little(volume);
    return test::dbn_record({.type = type, .event = test::kDbnDay}, 56, body);
  };
  const Read all =
      read({bar(0x20, 1), bar(0x21, 2), bar(0x22, 3), bar(0x23, UINT64_MAX), bar(0x11, 5)});
  REQUIRE(all.records.size() == 4);  // the old kind has no stated length
  const std::int64_t spans[]{1, 60, 3'600, 86'400};
  for (std::size_t i = 0; i < 4; ++i) {
    const auto& candle = all.payload<Candle>(i);
    const std::int64_t span = spans[i] * kNsPerSecond;
    CHECK(static_cast<std::uint64_t>(candle.open_time.ns) == test::kDbnDay);
    CHECK(candle.close_time - candle.open_time == span - 1);
    CHECK(all.header(i).venue_time - candle.open_time == span);
  }
  const auto& first = all.payload<Candle>(0);
  CHECK(first.open.raw() == 30);
  CHECK(first.high.raw() == 50);
  CHECK(first.low.raw() == 20);
  CHECK(first.close.raw() == 40);
  CHECK(first.volume.raw() == Int128{Qty::kScale});
  CHECK(all.payload<Candle>(3).volume.raw() == Int128{UINT64_MAX} * Qty::kScale);
}

TEST_CASE("definitions give symbol and tick in each version", "[feed][dbn]") {
  for (const auto version : {std::uint8_t{1}, std::uint8_t{2}, std::uint8_t{3}}) {
    const std::size_t size = version == 1 ? 360 : version == 2 ? 400 : 520;
    test::Builder body;
    body.little(test::kDbnDay).little(std::int64_t{250'000'000});
    body.zeros((version == 3 ? 238U : 200U) - 32).text("NQH1", 22, '\0');
    const test::DbnFields fields{.type = 0x13, .instrument = 77};
    const Read all = read({test::dbn_record(fields, size, body),
                           test::dbn_mbo({.price = 7, .head = {.instrument = 77}})},
                          {.version = version});
    REQUIRE(all.symbols.size() == 1);
    CHECK(all.symbols[0].name == "NQH1");
    CHECK(all.symbols[0].tick == Price::from_raw(250'000'000));  // a price does not change it
    CHECK(all.records.size() == 1);
  }
}

TEST_CASE("a symbol mapping of a live stream names the instrument", "[feed][dbn]") {
  for (const auto version : {std::uint8_t{1}, std::uint8_t{3}}) {
    test::Builder body;
    if (version == 1) {
      body.text("ES.FUT", 22, '\0').text("ESM1", 22, '\0');
    } else {
      body.zeros(1).text("ES.FUT", 71, '\0').zeros(1).text("ESM1", 71, '\0');
    }
    const test::DbnFields fields{.type = 0x16, .instrument = 78};
    const Read all = read({test::dbn_record(fields, version == 1 ? 80 : 176, body),
                           test::dbn_mbo({.head = {.instrument = 78}})},
                          {.version = version});
    CHECK(all.symbols.at(0).name == "ESM1");
  }
}

TEST_CASE("a symbol that another number stood for the day before is found by the day",
          "[feed][dbn]") {
  const auto add = [](std::uint32_t instrument, std::uint64_t day) {
    const std::uint64_t time = test::kDbnDay + day * static_cast<std::uint64_t>(kNsPerDay);
    return test::dbn_mbo({.received = time, .head = {.instrument = instrument, .event = time}});
  };
  const Bytes head =
      test::dbn_head({}, {{"AAA", 20201228, 20201229, "5"}, {"BBB", 20201229, 20201230, "5"}});
  const Read all =
      read(test::Builder{}.add(head).add(add(5, 0)).add(add(5, 1)).add(add(5, 2)).bytes());
  REQUIRE(all.symbols.size() == 3);
  CHECK(all.symbols[0].name == "AAA");
  CHECK(all.symbols[1].name == "BBB");
  CHECK(all.symbols[2].name == "5");
  CHECK(all.header(1).instrument == InstrumentId{1});
}

TEST_CASE("status tells whether trading goes on, errors are anomalies", "[feed][dbn]") {
  const auto status = [](std::uint16_t action, char trading) {
    test::Builder body;
    body.little(test::kDbnDay).little(action).zeros(4).text({&trading, 1}, 1);
    return test::dbn_record({.type = 0x12}, 40, body);
  };
  const Bytes error =
      test::dbn_record({.type = 0x15}, 320, test::Builder{}.text("slow reader", 11));
  const Bytes system = test::dbn_record({.type = 0x17}, 320, test::Builder{}.text("Heartbeat", 9));
  const Read all = read({status(7, 'Y'), status(1, 'N'), status(8, '~'), status(7, '~'),
                         status(14, '~'), error, system});
  std::vector<FeedEvent> events;
  for (std::size_t i = 0; i < all.records.size(); ++i)
    events.push_back(all.payload<sq::FeedStatus>(i).event);
  using enum FeedEvent;
  CHECK(events == std::vector<FeedEvent>{Resumed, Halted, Halted, Resumed});
  REQUIRE(all.counters.anomalies == 1);
  CHECK(all.counters.first_anomalies[0].reason == "error of the server: slow reader");
}

TEST_CASE("every recorded sample of Databento is read without an anomaly", "[feed][dbn]") {
  const auto folder = test::recorded("data/b_normalised/databento");
  if (!folder) return;
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator{*folder}) {
    INFO(entry.path().string());
    const Read all = read(entry.path());
    ++files;
    CHECK(all.counters.messages >= 1);
    CHECK(all.counters.messages <= 4);
    CHECK(all.counters.anomalies == 0);
    for (const FileSymbol& symbol : all.symbols)
      CHECK((symbol.name == "ESH1" || symbol.name == "NVDA"));
  }
  CHECK(files == 25);
}
