#include <catch2/catch.hpp>

#include "engine/book/synced_book.hpp"
#include "engine/feed/csv/tardis.hpp"
#include "engine/types/decimal.hpp"
#include "tests/feed/columnar_records.hpp"
#include "tests/feed/csv_folder.hpp"
#include "tests/support/recorded_data.hpp"

using namespace sq;
using namespace sq::feed;
using Catch::Matchers::Contains;
using test::RecordList;

namespace {
constexpr const char* kLevels =
    "exchange,symbol,timestamp,local_timestamp,is_snapshot,side,price,amount\n";

struct Opened {
  std::unique_ptr<MarketFile> file;
  RecordList records;
};
Opened open(const std::filesystem::path& path, const FileOptions& options = {}) {
  Opened opened{csv::tardis_format().open(path, options), {}};
  for (; opened.file->peek() != nullptr; opened.file->pop())
    opened.records.add(*opened.file->peek());
  return opened;
}
std::string why_refused(const std::filesystem::path& path) {
  try {
    open(path);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}
bool recognised(const std::filesystem::path& path) {
  const std::string bytes = test::bytes_of(path);
  return csv::tardis_format().recognises(path, std::as_bytes(std::span{bytes}));
}
std::string row(const char* symbol, int us, const char* rest) {
  return std::string{"deribit,"} + symbol + "," + std::to_string(1'000'000 + us - 5) + "," +
         std::to_string(1'000'000 + us) + "," + rest + "\n";
}
book::SyncedBook make_book(Price tick) {
  return book::SyncedBook{
      {.l2 = {.tick = tick}, .stale_after_ns = kNsPerDay, .crossed_for_ns = kNsPerDay}};
}
void feed_book(book::SyncedBook& book, const RecordHeader& record) {
  switch (record.kind) {
    case RecordKind::DepthUpdate:
      book.on_depth(record);
      break;
    case RecordKind::DepthSnapshot:
      book.on_snapshot(record);
      break;
    case RecordKind::TopOfBook:
      book.on_top(record);
      break;
    case RecordKind::FeedStatus:
      book.on_disconnect();
      break;
    default:
      FAIL("a record that is not of depth");
  }
}
}  // namespace

TEST_CASE("rows of one message become one record, a snapshot first, and the book is live then") {
  const test::Folder folder;
  const auto path = folder.write(
      "d.csv", kLevels + row("BTC", 1, "false,bid,6420,5") + row("BTC", 9, "true,ask,6421.5,10") +
                   row("BTC", 9, "true,ask,6422,0") + row("BTC", 9, "true,bid,6421,20") +
                   row("BTC", 20, "false,bid,6421,0") + row("BTC", 20, "false,ask,6421.5,7") +
                   row("BTC", 21, "false,bid,6420.5,3"));
  const Opened got = open(path);
  REQUIRE(got.records.size() == 3);
  CHECK(got.file->counters().by_kind[0] ==
        std::pair<std::string, std::uint64_t>{"rows before the first snapshot", 1});
  CHECK(got.records[0].kind == RecordKind::DepthSnapshot);
  CHECK(bids_of(got.records[0]).size() == 1);
  CHECK(asks_of(got.records[0]).size() == 1);  // the removal says nothing
  CHECK(got.records[0].wall == WallTime{1'000'009'000});
  CHECK(got.records[0].venue_time == WallTime{1'000'004'000});
  CHECK(got.records[1].kind == RecordKind::DepthUpdate);
  CHECK(bids_of(got.records[1])[0].qty == Qty{});
  CHECK(asks_of(got.records[1])[0].qty == Qty::from_units(7));
  CHECK(got.records[2].source_sequence == 3);
  CHECK(got.file->symbols()[0].name == "BTC");
  CHECK(got.file->symbols()[0].tick == *parse_fixed<Price>("0.5"));
  CHECK(got.file->symbols()[0].lot == Qty::from_units(1));

  auto book = make_book(*parse_fixed<Price>("0.5"));
  feed_book(book, got.records[0]);
  CHECK(book.state() == BookState::Syncing);
  feed_book(book, got.records[1]);
  CHECK(book.state() == BookState::Live);
  CHECK(book.depth().best(Side::Buy).qty == Qty{});
  feed_book(book, got.records[2]);
  CHECK(book.bid().price == *parse_fixed<Price>("6420.5"));
  CHECK(book.ask().qty == Qty::from_units(7));
  CHECK(book.counters().gaps == 0);
}

TEST_CASE("a snapshot in the middle is a reconnection: the book is empty, then live again") {
  const test::Folder folder;
  const Opened got = open(folder.write(
      "d.csv", kLevels + row("BTC", 1, "true,bid,100,5") + row("BTC", 2, "false,bid,101,5") +
                   row("BTC", 50, "true,bid,90,1") + row("BTC", 51, "false,bid,91,1")));
  REQUIRE(got.records.size() == 5);
  CHECK(got.file->counters().gaps == 1);
  auto book = make_book(Price::from_units(1));
  feed_book(book, got.records[0]);
  feed_book(book, got.records[1]);
  CHECK(book.state() == BookState::Live);
  CHECK(got.records[2].kind == RecordKind::FeedStatus);
  CHECK(payload_of<FeedStatus>(got.records[2]).event == FeedEvent::Disconnected);
  CHECK(got.records[2].wall == got.records[3].wall);
  feed_book(book, got.records[2]);
  CHECK(book.state() == BookState::Syncing);
  feed_book(book, got.records[3]);
  feed_book(book, got.records[4]);
  CHECK(book.state() == BookState::Live);
  CHECK(book.depth().levels(Side::Buy) == 2);
  CHECK(book.bid().price == Price::from_units(91));
}

TEST_CASE("the next day's file goes on with the same book") {
  const test::Folder folder;
  const Opened first = open(folder.write("1.csv", kLevels + row("BTC", 1, "true,bid,100,5") +
                                                      row("BTC", 2, "false,bid,101,5") +
                                                      row("BTC", 3, "false,bid,101,6")));
  const Opened second = open(folder.write(
      "2.csv", kLevels + row("BTC", 900, "true,bid,90,1") + row("BTC", 901, "false,bid,91,1")));
  auto book = make_book(Price::from_units(1));
  for (const Opened* day : {&first, &second})
    for (std::size_t i = 0; i < day->records.size(); ++i) feed_book(book, day->records[i]);
  CHECK(book.state() == BookState::Live);
  CHECK(book.depth().levels(Side::Buy) == 2);
  CHECK(book.counters().old_ignored == 0);
}

TEST_CASE("messages of two symbols in one file stay apart") {
  const test::Folder folder;
  const Opened got = open(
      folder.write("d.csv", kLevels + row("A", 1, "true,bid,100,5") + row("B", 1, "true,ask,7,5") +
                                row("A", 1, "true,ask,102,5") + row("A", 2, "false,bid,101,5") +
                                row("B", 2, "false,bid,6,1")));
  REQUIRE(got.records.size() == 5);
  CHECK(index_of(got.records[1].instrument) == 1);
  CHECK(got.records[2].kind == RecordKind::DepthUpdate);  // of the snapshot that goes on
  CHECK(got.file->counters().gaps == 0);
  auto book = make_book(Price::from_units(1));
  for (std::size_t i = 0; i < got.records.size(); ++i)
    if (index_of(got.records[i].instrument) == 0) feed_book(book, got.records[i]);
  CHECK(book.state() == BookState::Live);
  CHECK(book.bid().price == Price::from_units(101));
  CHECK(book.ask().price == Price::from_units(102));

  FileOptions options;
  options.symbols = {{"B", InstrumentId{4}}};
  const Opened only = open(folder / "d.csv", options);
  REQUIRE(only.records.size() == 2);
  CHECK(only.records[0].instrument == InstrumentId{4});
  CHECK(only.file->symbols()[4].name == "B");
}

TEST_CASE("a snapshot of more levels than a record holds goes on in an update") {
  const test::Folder folder;
  std::string text = kLevels;
  for (int i = 0; i < 66'000; ++i)
    text += row("BTC", 1, ("true,bid," + std::to_string(i + 1) + ",1").c_str());
  text += row("BTC", 2, "false,ask,70000,1");
  const Opened got = open(folder.write("d.csv", text));
  REQUIRE(got.records.size() == 3);
  CHECK(got.records[0].length <= kRecordLengthMax);
  CHECK(bids_of(got.records[0]).size() + bids_of(got.records[1]).size() == 66'000);
  CHECK(got.records[1].kind == RecordKind::DepthUpdate);
  CHECK(payload_of<DepthHeader>(got.records[1]).first_id ==
        payload_of<DepthHeader>(got.records[0]).last_id + 1);
}

TEST_CASE("a bad cell is an anomaly with line, column, value and what is accepted") {
  const test::Folder folder;
  const Opened got = open(folder.write(
      "d.csv", kLevels + row("BTC", 1, "true,bid,100,5") + row("BTC", 2, "false,buy,101,5") +
                   row("BTC", 2, "maybe,bid,101,5") + row("BTC", 2, "false,bid,1x1,5") +
                   row("BTC", 2, "false,bid,101,0.000000001") + "deribit,BTC,1,1,false\n" +
                   "deribit,BTC,1,abc,false,bid,1,1\n" + row("BTC", 3, "false,bid,102,5")));
  CHECK(got.records.size() == 2);
  const auto& anomalies = got.file->counters().first_anomalies;
  REQUIRE(got.file->counters().anomalies == 6);
  CHECK(anomalies[0].position == 3);
  CHECK(anomalies[0].reason == "d.csv:3: column 6 (side) is \"buy\", expected bid or ask");
  CHECK_THAT(anomalies[1].reason, Contains("d.csv:4: column 5 (is_snapshot) is \"maybe\""));
  CHECK_THAT(anomalies[2].reason, Contains("column 7 (price) is \"1x1\", expected a decimal number "
                                           "with at most 9 decimals"));
  CHECK_THAT(anomalies[3].reason, Contains("column 8 (amount)") && Contains("at most 8 decimals"));
  CHECK_THAT(anomalies[4].reason, Contains("d.csv:7: the row has 5 columns, expected 8"));
  CHECK_THAT(anomalies[5].reason,
             Contains("column 4 (local_timestamp) is \"abc\", expected microseconds since 1970"));
}

TEST_CASE("columns are found by name, in any order, and a header without one refuses the file") {
  const test::Folder folder;
  const Opened got =
      open(folder.write("t.csv",
                        "amount,price,side,id,local_timestamp,timestamp,symbol,exchange,new\n"
                        "1.5,9682,sell,42377944,2000,1000,BTCUSDT,binance,x\n"
                        "1e-7,9682,unknown,ccc3-x,3000,3000,BTCUSDT,binance,x\n"));
  REQUIRE(got.records.size() == 2);
  const auto& first = payload_of<TradePrint>(got.records[0]);
  CHECK(first.first_trade_id == 42'377'944);
  CHECK(first.last_trade_id == 42'377'944);
  CHECK(first.aggressor == Side::Sell);
  CHECK(first.aggressor_unknown == 0);
  CHECK(first.qty == *parse_fixed<Qty>("1.5"));
  CHECK(got.records[0].wall == WallTime{2'000'000});
  CHECK(got.records[0].venue_time == WallTime{1'000'000});
  const auto& second = payload_of<TradePrint>(got.records[1]);
  CHECK(second.first_trade_id == 0);
  CHECK(second.aggressor_unknown == 1);
  CHECK(second.qty == Qty::from_raw(10));
  CHECK(got.records[1].venue_time == WallTime{});  // equal times: the venue gave none
  CHECK_THAT(why_refused(folder.write("h.csv",
                                      "exchange,symbol,timestamp,local_timestamp,id,side,price\n")),
             Contains("h.csv: line 1: the header lacks amount; it has \"exchange\""));
  CHECK_THAT(why_refused(folder.write("h.csv", "a,b,c\n")), Contains("none of"));
  CHECK_THAT(why_refused(folder.write("h.csv", "")), Contains("expected a header"));
}

TEST_CASE("quotes of an empty side have no price, and their ids grow with the receive time") {
  const test::Folder folder;
  const Opened got = open(folder.write(
      "q.csv",
      "exchange,symbol,timestamp,local_timestamp,ask_amount,ask_price,bid_price,bid_amount\n"
      "x,BTC,7,10,0.84,9682,9681.92,0.67\nx,BTC,7,10,,,9681.92,0.5\n"
      "x,BTC,7,30,,9682,9681.92,0.5\n"));
  REQUIRE(got.records.size() == 2);
  CHECK(got.file->counters().anomalies == 1);
  CHECK(payload_of<TopOfBook>(got.records[0]).update_id == 10);
  CHECK(payload_of<TopOfBook>(got.records[1]).update_id == 11);
  CHECK(payload_of<TopOfBook>(got.records[1]).ask_qty == Qty{});
  CHECK(payload_of<TopOfBook>(got.records[1]).bid_qty == *parse_fixed<Qty>("0.5"));
}

TEST_CASE("a file cut off or empty behind its header gives what there is") {
  const test::Folder folder;
  CHECK(open(folder.write("d.csv", kLevels)).records.size() == 0);
  std::string text = kLevels + row("BTC", 1, "true,bid,100,5");
  for (int i = 2; i < 20'000; ++i)
    text += row("BTC", i, ("false,bid,100," + std::to_string(i * 37 % 1'001)).c_str());
  const std::string packed = test::gzip(text);
  const Opened got = open(folder.write("d.csv.gz", packed.substr(0, packed.size() / 2)));
  CHECK(got.records.size() > 1'000);
  // The row that is cut may be one too.
  REQUIRE((got.file->counters().anomalies == 1 || got.file->counters().anomalies == 2));
  CHECK_THAT(got.file->counters().first_anomalies.back().reason,
             Contains("the file ends early: the compressed stream is cut off"));
}

TEST_CASE("recorded Tardis files are read whole, and their books are live") {
  const auto folder = test::recorded("data/b_normalised");
  if (!folder) return;
  struct Case {
    const char* name;
    std::size_t records;
    const char* tick;
  };
  for (const Case& each :
       {Case{"nautilus_tardis_trades.csv", 9'999, "0.01"},
        Case{"nautilus_tardis_quotes.csv", 9'999, "0.01"},
        Case{"nautilus_tardis_bitmex_trades_XBTUSD.csv", 10, "0.5"},
        Case{"nautilus_tardis_huobi-dm-swap_quotes_BTC-USD.csv", 10, "0.1"},
        Case{"nautilus_tardis_deribit_incremental_book_L2_BTC-PERPETUAL.csv", 1, "0.5"}}) {
    INFO(each.name);
    CHECK(recognised(*folder / each.name));
    const Opened got = open(*folder / each.name);
    CHECK(got.records.size() == each.records);
    CHECK(got.file->counters().anomalies == 0);
    CHECK(got.file->symbols()[0].tick.raw() % parse_fixed<Price>(each.tick)->raw() == 0);
  }
  for (const std::size_t depth : {std::size_t{5}, std::size_t{25}}) {
    const Opened got = open(*folder / ("nautilus_tardis_binance-futures_book_snapshot_" +
                                       std::to_string(depth) + "_BTCUSDT.csv"));
    auto book = make_book(*parse_fixed<Price>("0.01"));
    REQUIRE(got.records.size() == 11);  // one opens the stream
    for (std::size_t i = 0; i < got.records.size(); ++i) {
      feed_book(book, got.records[i]);
      if (i == 0) continue;
      CHECK(book.state() == BookState::Live);
      CHECK(book.depth().levels(Side::Buy) == depth);
      CHECK(book.bid().price == bids_of(got.records[i])[0].price);
      CHECK(book.ask().qty == asks_of(got.records[i])[0].qty);
    }
    CHECK(book.counters().audit_differences == 0);
  }
}
