#include <catch2/catch.hpp>

#include "engine/feed/csv/binance_public.hpp"
#include "engine/types/decimal.hpp"
#include "tests/feed/columnar_records.hpp"
#include "tests/feed/csv_folder.hpp"
#include "tests/support/recorded_data.hpp"

using namespace sq;
using namespace sq::feed;
using Catch::Matchers::Contains;
using test::RecordList;

namespace {
// The name of the only format that takes the file; "" and "several" if not one does.
std::string format_of(const std::filesystem::path& path) {
  const std::string bytes = test::bytes_of(path);
  std::string name;
  for (const FileFormat& format : csv::binance_formats())
    if (format.recognises(path, std::as_bytes(std::span{bytes})))
      name = name.empty() ? std::string{format.name} : "several";
  return name;
}
struct Opened {
  std::unique_ptr<MarketFile> file;
  RecordList records;
};
Opened open(const std::filesystem::path& path, const FileOptions& options = {},
            std::string name = {}) {
  if (name.empty()) name = format_of(path);
  Opened opened;
  for (const FileFormat& format : csv::binance_formats())
    if (format.name == name) opened.file = format.open(path, options);
  REQUIRE(opened.file != nullptr);
  for (; opened.file->peek() != nullptr; opened.file->pop())
    opened.records.add(*opened.file->peek());
  return opened;
}
std::string why_refused(const std::filesystem::path& path, const FileOptions& options = {}) {
  try {
    open(path, options);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}
}  // namespace

TEST_CASE("spot trades: no header, milliseconds before 2025 and microseconds since") {
  const test::Folder folder;
  const Opened got =
      open(folder.write("BTCUSDT-trades-2024-12-31.csv",
                        "10,93576.01000000,0.00070000,65.50,1735603200123,True,True\n"
                        "11,93576.00000000,0.00100000,93.57,1735689600000123,False,True\n"));
  REQUIRE(got.records.size() == 2);
  const auto& first = payload_of<TradePrint>(got.records[0]);
  CHECK(first.first_trade_id == 10);
  CHECK(first.last_trade_id == 10);
  CHECK(first.price == *parse_fixed<Price>("93576.01"));
  CHECK(first.qty == *parse_fixed<Qty>("0.0007"));
  CHECK(first.aggressor == Side::Sell);  // the buyer was the maker
  CHECK(first.aggregate == 0);
  CHECK(first.transaction_time == WallTime{1'735'603'200'123'000'000});
  CHECK(got.records[0].wall == first.transaction_time);
  CHECK(got.records[0].venue_time == first.transaction_time);
  CHECK(payload_of<TradePrint>(got.records[1]).aggressor == Side::Buy);
  CHECK(got.records[1].wall == WallTime{1'735'689'600'000'123'000});
  CHECK(got.file->symbols()[0].name == "BTCUSDT");
  CHECK(got.file->symbols()[0].tick == *parse_fixed<Price>("0.01"));
  CHECK(got.file->symbols()[0].lot == *parse_fixed<Qty>("0.0001"));
}

TEST_CASE("the unit of time turns at 10^15") {
  const test::Folder folder;
  const Opened got = open(folder.write("A-trades-2024-01-01.csv",
                                       "1,1,1,1,999999999999999,true\n"
                                       "2,1,1,1,1000000000000000,true\n"));
  REQUIRE(got.records.size() == 1);  // the first is after 2262 in milliseconds
  CHECK(got.records[0].wall == WallTime{1'000'000'000'000'000'000});
  CHECK(got.file->counters().anomalies == 1);
}

TEST_CASE("futures trades have a header, whose columns may come in any order, and a zip archive") {
  const test::Folder folder;
  const std::string text =
      "price,id,qty,quote_qty,is_buyer_maker,time\n0.5,1,2,1,false,1700000000000\n";
  const Opened got =
      open(folder.write("BTCUSD_PERP-trades-2023-11-14.zip",
                        test::zip_of({{"BTCUSD_PERP-trades-2023-11-14.csv", text}})));
  REQUIRE(got.records.size() == 1);
  CHECK(payload_of<TradePrint>(got.records[0]).price == *parse_fixed<Price>("0.5"));
  CHECK(payload_of<TradePrint>(got.records[0]).aggressor == Side::Buy);
  CHECK(got.file->symbols()[0].name == "BTCUSD_PERP");
}

TEST_CASE("missing trade numbers are gaps, and a number again is left out") {
  const test::Folder folder;
  const Opened got = open(folder.write("A-trades-2024-01-01.csv",
                                       "10,1,1,1,1700000000000,true\n11,1,1,1,1700000000000,true\n"
                                       "11,1,1,1,1700000000000,true\n15,1,1,1,1700000000000,true\n"
                                       "12,1,1,1,1700000000000,true\n"));
  CHECK(got.records.size() == 3);
  CHECK(got.file->counters().gaps == 1);
  CHECK(got.file->counters().missing == 3);
  REQUIRE(got.file->counters().anomalies == 2);
  CHECK_THAT(got.file->counters().first_anomalies[0].reason,
             Contains("A-trades-2024-01-01.csv:3: column 1 (id) is \"11\""));
}

TEST_CASE("aggregated trades name the range of trades in them") {
  const test::Folder folder;
  const Opened got = open(folder.write(
      "BTCUSDT-aggTrades-2024-01-01.csv",
      "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n"
      "500,42000.1,0.5,900,903,1704067200000,true\n501,42000.1,0.5,904,903,1704067200000,true\n"));
  REQUIRE(got.records.size() == 1);
  const auto& trade = payload_of<TradePrint>(got.records[0]);
  CHECK(trade.first_trade_id == 900);
  CHECK(trade.last_trade_id == 903);
  CHECK(trade.aggregate == 1);
  CHECK(trade.aggressor == Side::Sell);
  CHECK(got.file->counters().anomalies == 1);
  const Opened spot = open(
      folder.write("BTCUSDT-aggTrades-2024-01-02.csv", "7,1.5,2,1,1,1704153600000,False,True\n"));
  CHECK(spot.records.size() == 1);
}

TEST_CASE("a candle is known at the moment after it, with sums that need more than 64 bits") {
  const test::Folder folder;
  const std::string row =
      "1635984000000,2.5,3,2,2.75,123456789012345.5,1635984059999,9000000000000000,77,1,0.5,0\n";
  const Opened got = open(folder.write("SHIBUSDT-1m-2021-11-04.csv", row));
  REQUIRE(got.records.size() == 1);
  const auto& candle = payload_of<Candle>(got.records[0]);
  CHECK(candle.open == *parse_fixed<Price>("2.5"));
  CHECK(candle.high == Price::from_units(3));
  CHECK(candle.low == Price::from_units(2));
  CHECK(candle.close == *parse_fixed<Price>("2.75"));
  CHECK(candle.volume.raw() == Int128{1'234'567'890'123'455} * 10'000'000);
  CHECK(candle.quote_volume.raw() == Int128{9'000'000'000'000'000} * 100'000'000);
  CHECK(candle.taker_buy_quote_volume.raw() == 50'000'000);
  CHECK(candle.trades == 77);
  CHECK(candle.of == CandleOf::Trades);
  CHECK(candle.open_time == WallTime{1'635'984'000'000'000'000});
  CHECK(candle.close_time == WallTime{1'635'984'059'999'000'000});
  CHECK(got.records[0].wall == WallTime{1'635'984'060'000'000'000});
  const Opened mark =
      open(folder.write("markPriceKlines/BTCUSDT/1mo/BTCUSDT-1mo-2021-11.csv", row));
  CHECK(payload_of<Candle>(mark.records[0]).of == CandleOf::Mark);
  const Opened premium = open(folder.write(
      "premiumIndexKlines/A/1h/A-1h-2021-11.csv",
      "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,"
      "taker_buy_quote_volume,ignore\n"
      "1635984000000,-0.0003,0.0001,-0.0004,-0.0002,0,1635987599999,0,12,0,0,0\n"));
  REQUIRE(premium.records.size() == 1);
  CHECK(payload_of<Candle>(premium.records[0]).low == *parse_fixed<Price>("-0.0004"));
  CHECK(payload_of<Candle>(premium.records[0]).of == CandleOf::Premium);
}

TEST_CASE("a candle whose high is below its close is an anomaly") {
  const test::Folder folder;
  const Opened got = open(folder.write("A-1d-2021-11-04.csv",
                                       "1000,2,3,2,3,1,1999,1,1,1,1,0\n"
                                       "2000,2,3,2,3.01,1,2999,1,1,1,1,0\n"
                                       "3000,2,3,2.01,3,1,3999,1,1,1,1,0\n"
                                       "4000,2,3,2,3,1,3999,1,1,1,1,0\n"));
  CHECK(got.records.size() == 1);
  CHECK(got.file->counters().anomalies == 3);
}

TEST_CASE("best prices that are out of order are put in order, but not from far behind") {
  const test::Folder folder;
  std::string text =
      "update_id,best_bid_price,best_bid_qty,best_ask_price,best_ask_qty,transaction_time,event_"
      "time\n";
  for (int i = 1; i <= 600; ++i) {
    const int id = i == 20 ? 10'000 : i % 10 == 3 ? i + 1 : i % 10 == 4 ? i - 1 : i;
    text += std::to_string(id) + ",1.5,2,1.6,3,1700000000000,1700000000005\n";
  }
  text += "2,1.5,2,1.6,3,1700000000000,1700000000005\n";  // 2 again, 599 rows late
  const Opened got = open(folder.write("BTCUSDT-bookTicker-2024-03-01.csv", text));
  REQUIRE(got.records.size() == 600);
  CHECK(got.file->counters().anomalies == 1);
  for (std::size_t i = 0; i < 599; ++i) {
    const std::uint64_t id = i < 19 ? i + 1 : i + 2;
    REQUIRE(payload_of<TopOfBook>(got.records[i]).update_id == id);
  }
  CHECK(payload_of<TopOfBook>(got.records[599]).update_id == 10'000);
  CHECK(payload_of<TopOfBook>(got.records[0]).transaction_time ==
        WallTime{1'700'000'000'000'000'000});
  CHECK(got.records[0].wall == WallTime{1'700'000'000'005'000'000});
}

TEST_CASE("each type is told by its name without a header, and by its header with one") {
  const test::Folder folder;
  const std::string row = "1,1,1,1,1700000000000,true\n";
  CHECK(format_of(folder.write("A-trades-2024-01-01.csv", row)) == "binance-trades");
  CHECK(format_of(folder.write("A-aggTrades-2024-01.csv", row)) == "binance-agg-trades");
  CHECK(format_of(folder.write("A-12h-2024-01.csv", row)) == "binance-klines");
  CHECK(format_of(folder.write("A-7h-2024-01.csv", row)).empty());
  CHECK(format_of(folder.write("trades.csv", row)).empty());
  CHECK(format_of(folder.write("A-trades.csv", row)).empty());
  CHECK(format_of(folder.write("any.csv", "id,price,qty,quote_qty,time,is_buyer_maker\n")) ==
        "binance-trades");
  CHECK(format_of(folder.write("any.csv", "timestamp,percentage,depth,notional\n")) ==
        "binance-book-depth");
  CHECK(format_of(folder.write("any.csv", "exchange,symbol,timestamp,local_timestamp\n")).empty());
  CHECK(format_of(folder.write("A-trades-2024-01-01.zip", test::zip_of({{"x", row}}))) ==
        "binance-trades");
  FileOptions options;
  options.symbols = {{"XYZ", InstrumentId{2}}};
  const Opened named = open(folder.write("trades.csv", row), options, "binance-trades");
  CHECK(named.records[0].instrument == InstrumentId{2});
}

TEST_CASE("what cannot be read as its type refuses the file") {
  const test::Folder folder;
  CHECK_THAT(why_refused(folder.write("A-bookDepth-2024-01-01.csv",
                                      "timestamp,percentage,depth,notional\n")),
             Contains("no book"));
  CHECK_THAT(why_refused(folder.write("A-trades-2024-01-01.csv", "1,2,3\n")),
             Contains("line 1 has 3 columns, expected 6 to 7"));
  CHECK_THAT(why_refused(folder.write("A-trades-2024-01-02.csv", "id,is_buyer_maker,price\n")),
             Contains("the header lacks qty, time"));
  FileOptions options;
  options.symbols = {{"B", InstrumentId{0}}};
  CHECK_THAT(why_refused(folder.write("A-trades-2024-01-03.csv", "1,1,1,1,1,true\n"), options),
             Contains("holds A, which is not among the symbols wanted"));
}

TEST_CASE("recorded Binance trades in another layout are refused, not misread") {
  const auto folder = test::recorded("data/a_binance_ws/lasota");
  if (!folder) return;
  for (const auto& entry : std::filesystem::directory_iterator{*folder})
    CHECK(format_of(entry.path()).empty());
}
