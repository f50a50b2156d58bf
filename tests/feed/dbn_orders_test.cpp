#include <catch2/catch.hpp>

#include "engine/feed/dbn/dbn_file.hpp"
#include "engine/messaging/market_data.hpp"
#include "tests/support/dbn_files.hpp"
#include "tests/support/recorded_data.hpp"

using namespace sq;
using namespace sq::feed;
using test::Bytes;
using test::Mbo;

namespace {
struct Read {
  std::vector<RecordKind> kinds;
  std::vector<Record<MarketOrder>> orders;
  std::vector<TradePrint> trades;
  std::vector<TopOfBook> tops;
  std::vector<FeedEvent> states;
  std::vector<FileSymbol> symbols;
  FileCounters counters;
};
Read read(const std::filesystem::path& path, const FileOptions& options = {}) {
  const auto file = dbn::open_dbn(path, options);
  Read out;
  WallTime wall{};
  while (const RecordHeader* record = file->peek()) {
    REQUIRE(record->source_sequence == out.kinds.size() + 1);
    REQUIRE(record->wall >= wall);
    wall = record->wall;
    out.kinds.push_back(record->kind);
    if (record->kind == RecordKind::MarketOrder)
      out.orders.push_back({*record, payload_of<MarketOrder>(*record)});
    if (record->kind == RecordKind::TradePrint)
      out.trades.push_back(payload_of<TradePrint>(*record));
    if (record->kind == RecordKind::TopOfBook) out.tops.push_back(payload_of<TopOfBook>(*record));
    if (record->kind == RecordKind::FeedStatus)
      out.states.push_back(payload_of<FeedStatus>(*record).event);
    file->pop();
  }
  out.symbols.assign(file->symbols().begin(), file->symbols().end());
  out.counters = file->counters();
  return out;
}
Read read(const std::vector<Bytes>& records, const test::DbnHead& head = {},
          const FileOptions& options = {}) {
  const test::FeedFolder folder;
  const auto bytes = test::Builder{}.add(test::dbn_head(head)).add(test::join_all(records)).bytes();
  return read(folder.write("a.dbn", bytes), options);
}
std::vector<OrderAction> actions(const Read& all) {
  std::vector<OrderAction> out;
  for (const auto& order : all.orders) out.push_back(order.payload.action);
  return out;
}
constexpr Qty contracts(std::int64_t count) { return Qty::from_raw(count * Qty::kScale); }
constexpr std::uint8_t kLast = 0x80;
constexpr std::uint8_t kSnapshot = 0x28;
using enum OrderAction;
}  // namespace

TEST_CASE("the published record of ESH1 becomes this order, byte for byte", "[feed][dbn]") {
  // Header, order 647784973705, 3722.75, size 1, flags 80, channel 0, C, A, times, sequence.
  const Bytes record = test::Builder{}
                           .add(test::hex("0ea001006a150000"))
                           .little(std::uint64_t{1'609'160'400'000'429'831})
                           .little(std::uint64_t{647'784'973'705})
                           .little(std::int64_t{3'722'750'000'000})
                           .little(std::uint32_t{1})
                           .add(test::hex("80004341"))
                           .little(std::uint64_t{1'609'160'400'000'704'060})
                           .little(std::int32_t{22'993})
                           .little(std::uint32_t{1'170'352})
                           .bytes();
  for (const auto version : {std::uint8_t{1}, std::uint8_t{2}, std::uint8_t{3}}) {
    const Read all = read({record}, {.version = version});
    REQUIRE(all.orders.size() == 1);
    const auto& [header, order] = all.orders[0];
    CHECK(header.venue_time.ns == 1'609'160'400'000'429'831);
    CHECK(header.wall.ns == 1'609'160'400'000'704'060);
    CHECK(order.action == Reduce);
    CHECK(order.order_id == 647'784'973'705);
    CHECK(order.side == Side::Sell);
    CHECK(order.side_known == 1);
    CHECK(order.price == Price::from_raw(3'722'750'000'000));
    CHECK(order.qty == contracts(1));
    CHECK(order.event_end == 1);
    CHECK(all.symbols.at(0).name == "ESH1");
    CHECK(all.symbols.at(0).lot == contracts(1));
  }
}

TEST_CASE("each action becomes its record, and only the last of an event ends it", "[feed][dbn]") {
  const Read all =
      read({test::dbn_mbo({.action = 'A', .side = 'A', .order = 5, .size = 7}),
            test::dbn_mbo({.action = 'T', .side = 'B', .order = 0, .size = 3, .flags = 0}),
            test::dbn_mbo({.action = 'F', .side = 'A', .order = 5, .size = 3, .flags = 0}),
            test::dbn_mbo({.action = 'M', .side = 'A', .order = 5, .size = 4}),
            test::dbn_mbo({.action = 'N', .side = 'N'}),
            test::dbn_mbo({.action = 'R', .side = 'N', .price = test::kNoPrice})});
  CHECK(actions(all) == std::vector<OrderAction>{Add, Fill, Modify, Clear});
  std::vector<int> ends;
  for (const auto& order : all.orders) ends.push_back(order.payload.event_end);
  CHECK(ends == std::vector<int>{1, 0, 1, 1});
  CHECK(all.orders[2].payload.keeps_priority == 2);
  CHECK(all.orders[2].payload.qty == contracts(4));
  CHECK(all.kinds[1] == RecordKind::TradePrint);
  REQUIRE(all.trades.size() == 1);
  CHECK(all.trades[0].aggressor == Side::Buy);
  CHECK(all.trades[0].aggressor_unknown == 0);
  CHECK(all.trades[0].qty == contracts(3));
  CHECK(all.trades[0].first_trade_id == 77);  // the sequence: there is no trade number
  CHECK(all.counters.messages == 6);
  CHECK(all.counters.anomalies == 0);
}

TEST_CASE("an auction trade and its fills state no side", "[feed][dbn]") {
  const Read all = read({test::dbn_mbo({.action = 'T', .side = 'N', .order = 0}),
                         test::dbn_mbo({.action = 'F', .side = 'N', .order = 9})});
  REQUIRE(all.trades.size() == 1);
  CHECK(all.trades[0].aggressor_unknown == 1);
  REQUIRE(all.orders.size() == 1);
  CHECK(all.orders[0].payload.side_known == 0);
}

TEST_CASE("a snapshot begins with a clear, given where the file has none", "[feed][dbn]") {
  const auto add = [](std::uint64_t order, std::uint8_t flags) {
    return test::dbn_mbo({.order = order, .flags = flags});
  };
  const Read without = read({add(1, kSnapshot), add(2, kSnapshot), add(3, kLast), add(4, kSnapshot),
                             add(5, kSnapshot | kLast)});
  CHECK(actions(without) == std::vector<OrderAction>{Clear, Add, Add, Add, Clear, Add, Add});
  CHECK(without.orders[0].payload.event_end == 0);
  CHECK(without.orders[2].payload.event_end == 0);
  CHECK(without.orders[6].payload.event_end == 1);
  const Bytes clear =
      test::dbn_mbo({.action = 'R', .side = 'N', .price = test::kNoPrice, .flags = kSnapshot});
  const Read with = read({clear, add(1, kSnapshot), add(2, kSnapshot | kLast), add(3, kLast)});
  CHECK(actions(with) == std::vector<OrderAction>{Clear, Add, Add, Add});
}

TEST_CASE("a book the venue does not vouch for is disconnected until it is cleared",
          "[feed][dbn]") {
  const auto add = [](std::uint64_t order, std::uint8_t flags) {
    return test::dbn_mbo({.order = order, .flags = flags});
  };
  constexpr std::uint8_t kSuspect = 0x84;
  const Bytes clear = test::dbn_mbo({.action = 'R', .side = 'N', .price = test::kNoPrice});
  const Bytes suspect_clear =
      test::dbn_mbo({.action = 'R', .side = 'N', .price = test::kNoPrice, .flags = kSuspect});
  const Read all = read(
      {add(1, kLast), add(2, kSuspect), add(3, kSuspect), suspect_clear, clear, add(4, kLast)});
  using enum FeedEvent;
  CHECK(all.states == std::vector<FeedEvent>{Disconnected, Connected});
  CHECK(all.kinds == std::vector<RecordKind>{RecordKind::MarketOrder, RecordKind::FeedStatus,
                                             RecordKind::MarketOrder, RecordKind::MarketOrder,
                                             RecordKind::MarketOrder, RecordKind::FeedStatus,
                                             RecordKind::MarketOrder, RecordKind::MarketOrder});
  CHECK(all.counters.gaps == 1);
}

TEST_CASE("orders of a venue that sends quotes become the best prices", "[feed][dbn]") {
  constexpr std::uint8_t kQuote = 0x80 | 0x40;
  const auto quote = [](char side, std::int64_t price, std::uint32_t size) {
    return test::dbn_mbo({.side = side, .price = price, .size = size, .flags = kQuote});
  };
  const Read all = read({quote('B', 100, 3), quote('A', 110, 4), quote('B', test::kNoPrice, 0)});
  REQUIRE(all.tops.size() == 3);
  CHECK(all.orders.empty());
  CHECK(all.tops[0].bid_price == Price::from_raw(100));
  CHECK(all.tops[0].ask_qty == Qty{});
  CHECK(all.tops[1].bid_qty == contracts(3));
  CHECK(all.tops[1].ask_price == Price::from_raw(110));
  CHECK(all.tops[2].bid_qty == Qty{});
  CHECK(all.tops[2].ask_qty == contracts(4));
}

TEST_CASE("what misses side, price or size, or has an unknown action, is an anomaly",
          "[feed][dbn]") {
  const std::vector<Mbo> bad{{.action = 'A', .side = 'N'},
                             {.action = 'A', .price = test::kNoPrice},
                             {.action = 'M', .size = UINT32_MAX},
                             {.action = 'F', .price = test::kNoPrice},
                             {.action = 'T', .price = test::kNoPrice},
                             {.action = 'C', .size = UINT32_MAX},
                             {.action = 'Q'},
                             {.action = 'A', .flags = 0x90},   // an aggregated level
                             {.action = 'C', .flags = 0xC0}};  // a quote can only be added
  std::vector<Bytes> records;
  for (const Mbo& mbo : bad) records.push_back(test::dbn_mbo(mbo));
  records.push_back(test::dbn_mbo({.action = 'C', .price = test::kNoPrice}));  // needs no price
  const Read all = read(records);
  CHECK(all.counters.anomalies == bad.size());
  CHECK(actions(all) == std::vector<OrderAction>{Reduce});
  const std::size_t head = test::dbn_head({}).size();
  for (std::size_t i = 0; i < bad.size(); ++i)
    CHECK(all.counters.first_anomalies.at(i).position == head + 56 * i);
}

TEST_CASE("send times behind the records are passed over", "[feed][dbn]") {
  Bytes record = test::dbn_mbo({.order = 1});
  record[0] = std::byte{16};  // words
  const auto stamped = test::Builder{}.add(record).little(std::uint64_t{123}).bytes();
  const Read all = read({stamped, stamped}, {.send_times = true});
  CHECK(all.orders.size() == 2);
  CHECK(all.counters.anomalies == 0);
  const Read missing = read({test::dbn_mbo({}), stamped}, {.send_times = true});
  CHECK(missing.orders.size() == 1);
  CHECK(missing.counters.anomalies == 1);
}

TEST_CASE("instruments are told apart by number and by publisher", "[feed][dbn]") {
  const auto add = [](std::uint32_t instrument, std::uint16_t publisher, std::int64_t price) {
    return test::dbn_mbo(
        {.price = price, .head = {.instrument = instrument, .publisher = publisher}});
  };
  const std::vector<Bytes> records{add(5482, 1, 100), add(17, 1, 100), add(5482, 2, 250),
                                   add(5482, 1, 150)};
  const Read all = read(records);
  std::vector<std::uint32_t> ids;
  for (const auto& order : all.orders) ids.push_back(index_of(order.header.instrument));
  CHECK(ids == std::vector<std::uint32_t>{0, 1, 2, 0});
  REQUIRE(all.symbols.size() == 3);
  CHECK(all.symbols[0].name == "ESH1");
  CHECK(all.symbols[0].tick == Price::from_raw(50));
  CHECK(all.symbols[1].name == "17");
  CHECK(all.symbols[2].name == "ESH1.2");
  FileOptions options;
  options.symbols = {{"ESH1", InstrumentId{3}}};
  const Read some = read(records, {}, options);
  REQUIRE(some.orders.size() == 3);  // both publishers
  CHECK(some.orders[0].header.instrument == InstrumentId{3});
  CHECK(some.symbols.at(3).name == "ESH1");
}

TEST_CASE("the recorded ES file holds the records that its index states", "[feed][dbn]") {
  const auto path =
      test::recorded("data/b_normalised/nautilus_esh4-glbx-mdp3-20231225.mbo.dbn.zst");
  if (!path) return;
  const Read all = read(*path);
  CHECK(all.counters.messages == 68'792);
  CHECK(all.counters.anomalies == 0);
  const std::vector<std::pair<std::string, std::uint64_t>> expected{
      {"mbo", 68'792},        {"mbo add", 29'216},  {"mbo cancel", 17'999},
      {"mbo modify", 12'233}, {"mbo trade", 2'973}, {"mbo fill", 6'371}};
  CHECK(all.counters.by_kind == expected);
  CHECK(all.trades.size() == 2'973);
  CHECK(all.orders.size() == 68'792 - 2'973 + 1);  // and the clear of the snapshot
  REQUIRE(all.symbols.size() == 1);
  CHECK(all.symbols[0].name == "ESH4");
  CHECK(all.symbols[0].tick == Price::from_raw(250'000'000));
}
