// Payloads written by hand from the venue's documents, and the exact records they become.
#include "venues/binance/market_data.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/types/decimal.hpp"
#include "tests/support/allocations.hpp"
#include "tests/support/binance_messages.hpp"
#include "tests/venues/binance/differential.hpp"

using namespace sq;
using binance::DecodeResult;

namespace {
constexpr WallTime kReceived{1'723'161'255'030'314'667};
constexpr InstrumentId kBtc{0};
constexpr InstrumentId kOfFile{7};

Price price(std::string_view text) { return parse_fixed<Price>(text).value(); }
Qty qty(std::string_view text) { return parse_fixed<Qty>(text).value(); }

class Decoding {
 public:
  explicit Decoding(VenueId venue, std::size_t bytes = 1U << 16)
      : decoder{{venue, test::kBinanceSymbols}},
        record{std::make_unique<std::byte[]>(bytes)},
        out{record.get(), bytes} {}
  DecodeResult operator()(std::string_view message, InstrumentId snapshot_of = kOfFile) {
    return decoder.decode_unpadded(message, kReceived, snapshot_of, out);
  }
  [[nodiscard]] const RecordHeader& header() const {
    return *reinterpret_cast<const RecordHeader*>(record.get());
  }
  template <class P>
  [[nodiscard]] const P& payload() const {
    return payload_of<P>(header());
  }
  binance::MarketDataDecoder decoder;
  std::unique_ptr<std::byte[]> record;
  std::span<std::byte> out;
};

std::string with(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

const std::string kUsdmDepth =
    R"({"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1711111111299,"T":1711111111298,)"
    R"("s":"BTCUSDT","U":7000000000006,"u":7000000005557,"pu":7000000000001,)"
    R"("b":[["50110.20","0.014"],["50510.90","0.000"]],"a":[["50700.30","1234.567"]]}})";
const std::string kSpotDepth =
    R"({"e":"depthUpdate","E":1672515782136,"s":"BNBBTC","U":157,"u":160,)"
    R"("b":[["0.00240000","10"]],"a":[["0.00260000","100"],["0.00270000","0.00000001"]]})";
const std::string kUsdmTrade =
    R"({"stream":"btcusdt@trade","data":{"e":"trade","E":1711111111322,"T":1711111111321,)"
    R"("s":"BTCUSDT","t":3141592653,"p":"50700.30","q":"0.006","X":"MARKET","m":false}})";
const std::string kSpotAggregate =
    R"({"e":"aggTrade","E":1672515782136,"s":"BNBBTC","a":12345,"p":"0.001","q":"100",)"
    R"("f":100,"l":105,"T":1672515782135,"m":true,"M":true})";
const std::string kMarkPrice =
    R"({"e":"markPriceUpdate","E":1562305380000,"s":"BTCUSDT","p":"11794.15000000",)"
    R"("ap":"11794.15000000","i":"11784.62659091","P":"11784.25641265","r":"-0.00038167",)"
    R"("T":1562306400000})";
const std::string kSpotTicker =
    R"({"u":400900217,"s":"BNBBTC","b":"25.35190000","B":"31.21000000","a":"25.36520000","A":"40.66000000"})";
const std::string kUsdmTicker =
    R"({"e":"bookTicker","u":400900217,"s":"BTCUSDT","b":"25.35190000","B":"31.21000000",)"
    R"("a":"25.36520000","A":"40.66000000","T":1568014460891,"E":1568014460893})";
const std::string kSpotSnapshot =
    R"({"lastUpdateId":1027024,"bids":[["4.00000000","431.00000000"],["3.99","0.5"]],)"
    R"("asks":[["4.00000200","12.00000000"]]})";
const std::string kUsdmSnapshot =
    R"({"lastUpdateId":1027024,"E":1589436922972,"T":1589436922959,)"
    R"("bids":[["4.00000000","431.00000000"]],"asks":[]})";
}  // namespace

TEST_CASE("a USD-M depth message becomes a linked update with exact levels", "[binance]") {
  Decoding decode{VenueId::BinanceUsdm};
  REQUIRE(decode(kUsdmDepth) == DecodeResult::Decoded);
  const RecordHeader& header = decode.header();
  CHECK(header.kind == RecordKind::DepthUpdate);
  CHECK(header.length == 64 + 48 + 3 * 16);
  CHECK(header.wall == kReceived);
  CHECK(header.venue_time == WallTime{1'711'111'111'299'000'000});
  CHECK(header.instrument == kBtc);
  CHECK(header.source_sequence == 0);
  const auto& depth = decode.payload<DepthHeader>();
  CHECK(depth.chain == DepthChain::Linked);
  CHECK(depth.first_id == 7'000'000'000'006);
  CHECK(depth.last_id == 7'000'000'005'557);
  CHECK(depth.previous_id == 7'000'000'000'001);
  CHECK(depth.transaction_time == WallTime{1'711'111'111'298'000'000});
  REQUIRE(bids_of(header).size() == 2);
  CHECK(bids_of(header)[0].price == Price::from_raw(50'110'200'000'000));
  CHECK(bids_of(header)[0].qty == Qty::from_raw(1'400'000));
  CHECK(bids_of(header)[1].qty == Qty{});
  REQUIRE(asks_of(header).size() == 1);
  CHECK(asks_of(header)[0].price == price("50700.3"));
  CHECK(asks_of(header)[0].qty == qty("1234.567"));
  CHECK(decode.decoder.counts().scanned == 1);
}

TEST_CASE("a spot depth message becomes a contiguous update without transaction time", "[binance]") {
  Decoding decode{VenueId::BinanceSpot};
  REQUIRE(decode(kSpotDepth) == DecodeResult::Decoded);
  const auto& depth = decode.payload<DepthHeader>();
  CHECK(depth.chain == DepthChain::Contiguous);
  CHECK(depth.first_id == 157);
  CHECK(depth.last_id == 160);
  CHECK(depth.previous_id == 0);
  CHECK(depth.transaction_time == WallTime{});
  CHECK(decode.header().venue_time == WallTime{1'672'515'782'136'000'000});
  CHECK(bids_of(decode.header())[0].price == Price::from_raw(2'400'000));
  CHECK(bids_of(decode.header())[0].qty == Qty::from_units(10));
  CHECK(asks_of(decode.header())[1].qty == Qty::from_raw(1));
}

TEST_CASE("a trade names the aggressor: the buyer unless the buyer was the maker", "[binance]") {
  Decoding decode{VenueId::BinanceUsdm};
  REQUIRE(decode(kUsdmTrade) == DecodeResult::Decoded);
  const auto& trade = decode.payload<TradePrint>();
  CHECK(decode.header().kind == RecordKind::TradePrint);
  CHECK(decode.header().length == 64 + 48);
  CHECK(trade.first_trade_id == 3'141'592'653);
  CHECK(trade.last_trade_id == 3'141'592'653);
  CHECK(trade.price == price("50700.3"));
  CHECK(trade.qty == qty("0.006"));
  CHECK(trade.transaction_time == WallTime{1'711'111'111'321'000'000});
  CHECK(decode.header().venue_time == WallTime{1'711'111'111'322'000'000});
  CHECK(trade.aggressor == Side::Buy);
  CHECK(trade.aggregate == 0);
  REQUIRE(decode(with(kUsdmTrade, "\"m\":false", "\"m\":true")) == DecodeResult::Decoded);
  CHECK(decode.payload<TradePrint>().aggressor == Side::Sell);
}

TEST_CASE("an aggregate trade covers the range of its trade ids", "[binance]") {
  Decoding decode{VenueId::BinanceSpot};
  REQUIRE(decode(kSpotAggregate) == DecodeResult::Decoded);
  const auto& trade = decode.payload<TradePrint>();
  CHECK(trade.first_trade_id == 100);
  CHECK(trade.last_trade_id == 105);
  CHECK(trade.price == price("0.001"));
  CHECK(trade.qty == qty("100"));
  CHECK(trade.aggressor == Side::Sell);
  CHECK(trade.aggregate == 1);
  CHECK(decode.decoder.counts().aggregate_trades == 1);
  CHECK(decode(with(kSpotAggregate, "\"l\":105", "\"l\":99")) == DecodeResult::Malformed);
}

TEST_CASE("the best bid and ask have no times on spot and both on USD-M", "[binance]") {
  Decoding spot{VenueId::BinanceSpot};
  REQUIRE(spot(kSpotTicker) == DecodeResult::Decoded);
  const auto& top = spot.payload<TopOfBook>();
  CHECK(spot.header().kind == RecordKind::TopOfBook);
  CHECK(spot.header().venue_time == WallTime{});
  CHECK(top.update_id == 400'900'217);
  CHECK(top.bid_price == price("25.3519"));
  CHECK(top.bid_qty == qty("31.21"));
  CHECK(top.ask_price == price("25.3652"));
  CHECK(top.ask_qty == qty("40.66"));
  CHECK(top.transaction_time == WallTime{});

  Decoding usdm{VenueId::BinanceUsdm};
  REQUIRE(usdm(kUsdmTicker) == DecodeResult::Decoded);
  CHECK(usdm.header().venue_time == WallTime{1'568'014'460'893'000'000});
  CHECK(usdm.payload<TopOfBook>().transaction_time == WallTime{1'568'014'460'891'000'000});
  CHECK(usdm.payload<TopOfBook>().bid_price == price("25.3519"));
  CHECK(usdm(kSpotTicker) == DecodeResult::Malformed);
}

TEST_CASE("a mark price carries index, settlement estimate, signed rate and next funding",
          "[binance]") {
  Decoding decode{VenueId::BinanceUsdm};
  REQUIRE(decode(kMarkPrice) == DecodeResult::Decoded);
  const auto& mark = decode.payload<MarkPrice>();
  CHECK(decode.header().kind == RecordKind::MarkPrice);
  CHECK(decode.header().length == 64 + 40);
  CHECK(mark.mark == price("11794.15"));
  CHECK(mark.index == price("11784.62659091"));
  CHECK(mark.settle_estimate == price("11784.25641265"));
  CHECK(mark.funding_rate == Ratio::from_raw(-381'670));
  CHECK(mark.next_funding == WallTime{1'562'306'400'000'000'000});
}

TEST_CASE("only a contract that is never funded may leave its funding rate empty", "[binance]") {
  Decoding decode{VenueId::BinanceUsdm};
  const std::string empty = with(kMarkPrice, "-0.00038167", "");
  CHECK(decode(empty) == DecodeResult::Malformed);
  REQUIRE(decode(with(empty, "\"T\":1562306400000", "\"T\":0")) == DecodeResult::Decoded);
  CHECK(decode.payload<MarkPrice>().funding_rate == Ratio{});
  CHECK(decode.payload<MarkPrice>().next_funding == WallTime{});
}

TEST_CASE("a snapshot belongs to the instrument it was asked for", "[binance]") {
  Decoding spot{VenueId::BinanceSpot};
  REQUIRE(spot(kSpotSnapshot) == DecodeResult::Decoded);
  const RecordHeader& header = spot.header();
  CHECK(header.kind == RecordKind::DepthSnapshot);
  CHECK(header.instrument == kOfFile);
  CHECK(header.venue_time == WallTime{});
  CHECK(spot.payload<DepthHeader>().first_id == 1'027'024);
  CHECK(spot.payload<DepthHeader>().last_id == 1'027'024);
  REQUIRE(bids_of(header).size() == 2);
  REQUIRE(asks_of(header).size() == 1);
  CHECK(bids_of(header)[1].price == price("3.99"));
  CHECK(asks_of(header)[0].price == price("4.000002"));
  CHECK(spot(kSpotSnapshot, kNoInstrument) == DecodeResult::UnknownSymbol);

  Decoding usdm{VenueId::BinanceUsdm};
  REQUIRE(usdm(kUsdmSnapshot) == DecodeResult::Decoded);
  CHECK(usdm.header().venue_time == WallTime{1'589'436'922'972'000'000});
  CHECK(usdm.payload<DepthHeader>().transaction_time == WallTime{1'589'436'922'959'000'000});
  CHECK(usdm(kSpotSnapshot) == DecodeResult::Malformed);  // futures always say when
  const std::string named = with(kUsdmSnapshot, "\"bids\"", "\"symbol\":\"ETHUSDT\",\"bids\"");
  REQUIRE(usdm(named) == DecodeResult::Decoded);
  CHECK(usdm.header().instrument == InstrumentId{1});
}

TEST_CASE("order of keys, spaces and keys of no interest do not change the record", "[binance]") {
  Decoding decode{VenueId::BinanceUsdm};
  REQUIRE(decode(kUsdmDepth) == DecodeResult::Decoded);
  const std::vector<std::byte> expected{decode.record.get(),
                                        decode.record.get() + decode.header().length};
  const std::string other =
      R"( {"data" : {"a":[["50700.30", "1234.567"]],"st":2,"pu":7000000000001,"u":7000000005557,)"
      R"("U":7000000000006,"x":{"y":[1,2]},"s":"BTCUSDT","T":1711111111298,"E":1711111111299,)"
      R"("b":[["50110.20","0.014"],["50510.90","0.000"]],"e":"depthUpdate"},)"
      R"("stream":"btcusdt@depth@100ms"} )";
  REQUIRE(decode(other) == DecodeResult::Decoded);
  CHECK(decode.decoder.counts().scanned == 1);
  CHECK(std::equal(expected.begin(), expected.end(), decode.record.get()));
}

TEST_CASE("each key a record needs is missed when it is missing", "[binance]") {
  struct Kind {
    VenueId venue;
    std::string message;
    std::vector<std::string_view> keys;
  };
  const std::vector<Kind> kinds{
      {VenueId::BinanceUsdm, kUsdmDepth, {"E", "T", "s", "U", "u", "pu", "b", "a"}},
      {VenueId::BinanceSpot, kSpotDepth, {"E", "s", "U", "u", "b", "a"}},
      {VenueId::BinanceUsdm, kUsdmTrade, {"E", "T", "s", "t", "p", "q", "m"}},
      {VenueId::BinanceSpot, kSpotAggregate, {"E", "s", "a", "p", "q", "f", "l", "T", "m"}},
      {VenueId::BinanceUsdm, kMarkPrice, {"E", "s", "p", "i", "P", "r", "T"}},
      {VenueId::BinanceSpot, kSpotTicker, {"u", "s", "b", "B", "a", "A"}},
      {VenueId::BinanceUsdm, kUsdmTicker, {"e", "u", "s", "b", "B", "a", "A", "T", "E"}},
      {VenueId::BinanceSpot, kSpotSnapshot, {"lastUpdateId", "bids", "asks"}},
      {VenueId::BinanceUsdm, kUsdmSnapshot, {"lastUpdateId", "E", "T", "bids", "asks"}},
  };
  for (const Kind& kind : kinds) {
    Decoding decode{kind.venue};
    REQUIRE(decode(kind.message) == DecodeResult::Decoded);
    for (const std::string_view key : kind.keys) {
      std::string quoted = "\"";
      quoted.append(key).append("\":");
      const std::string without = with(kind.message, quoted, "\"renamed\":");
      INFO(without);
      CHECK(decode(without) == DecodeResult::Malformed);
      std::string twice = quoted;
      twice.append("0,").append(quoted);
      INFO(twice);
      CHECK(decode(with(kind.message, quoted, twice)) == DecodeResult::Malformed);
    }
    CHECK(decode.decoder.counts().malformed == 2 * kind.keys.size());
  }
}

TEST_CASE("a number that has no exact value here is malformed, not rounded", "[binance]") {
  Decoding decode{VenueId::BinanceSpot};
  const auto bid = [&](std::string_view text) { return decode(with(kSpotTicker, "25.35190000", text)); };
  const auto size = [&](std::string_view text) { return decode(with(kSpotTicker, "31.21000000", text)); };
  CHECK(bid("9223372036.854775807") == DecodeResult::Decoded);
  CHECK(decode.payload<TopOfBook>().bid_price == Price::max());
  CHECK(bid("9223372036.854775808") == DecodeResult::Malformed);
  CHECK(bid("0.000000001") == DecodeResult::Decoded);
  CHECK(decode.payload<TopOfBook>().bid_price == Price::from_raw(1));
  CHECK(bid("0.0000000001") == DecodeResult::Malformed);
  CHECK(bid("0.0000000010") == DecodeResult::Decoded);
  CHECK(size("92233720368.54775807") == DecodeResult::Decoded);
  CHECK(decode.payload<TopOfBook>().bid_qty == Qty::max());
  CHECK(size("92233720368.54775808") == DecodeResult::Malformed);
  CHECK(size("0.000000001") == DecodeResult::Malformed);
  for (const std::string_view text : {"", "-1", "+1", "1e3", "1.", ".5", " 1", "1,5", "0x1", "NaN"}) {
    INFO(text);
    CHECK(bid(text) == DecodeResult::Malformed);
    CHECK(size(text) == DecodeResult::Malformed);
  }
  CHECK(decode(with(kSpotTicker, "\"25.35190000\"", "25.35190000")) == DecodeResult::Malformed);
  CHECK(decode(with(kSpotTicker, "400900217", "\"400900217\"")) == DecodeResult::Malformed);
  CHECK(decode(with(kSpotTicker, "400900217", "18446744073709551615")) == DecodeResult::Decoded);
  CHECK(decode(with(kSpotTicker, "400900217", "18446744073709551616")) == DecodeResult::Malformed);
}

TEST_CASE("a trade without price or size is malformed, an empty side of the book is not",
          "[binance]") {
  Decoding usdm{VenueId::BinanceUsdm};
  CHECK(usdm(with(kUsdmTrade, "50700.30", "0.00")) == DecodeResult::Malformed);
  CHECK(usdm(with(kUsdmTrade, "0.006", "0.000")) == DecodeResult::Malformed);
  Decoding spot{VenueId::BinanceSpot};
  const std::string empty = with(with(kSpotTicker, "25.35190000", "0.00000000"), "31.21000000", "0.00000000");
  REQUIRE(spot(empty) == DecodeResult::Decoded);
  CHECK(spot.payload<TopOfBook>().bid_qty == Qty{});
}

TEST_CASE("kinds that are not traded on are ignored and counted by name", "[binance]") {
  Decoding usdm{VenueId::BinanceUsdm};
  CHECK(usdm(R"({"e":"kline","E":1,"s":"BTCUSDT","k":{"t":1}})") == DecodeResult::Ignored);
  CHECK(usdm(R"({"e":"kline","E":2,"s":"BTCUSDT","k":{"t":1}})") == DecodeResult::Ignored);
  CHECK(usdm(R"({"e":"forceOrder","E":1,"o":{"s":"BTCUSDT"}})") == DecodeResult::Ignored);
  CHECK(usdm(R"({"result":null,"id":3})") == DecodeResult::Ignored);
  CHECK(usdm(R"([{"e":"markPriceUpdate"}])") == DecodeResult::Ignored);
  CHECK(usdm(R"({"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1}})") ==
        DecodeResult::Ignored);
  CHECK(usdm(with(kUsdmTrade, "MARKET", "INSURANCE_FUND")) == DecodeResult::Ignored);
  CHECK(usdm(with(kUsdmDepth, "@depth@", "@depth20@")) == DecodeResult::Ignored);
  CHECK(usdm(with(kUsdmDepth, "@depth@100ms", "@rpiDepth@500ms")) == DecodeResult::Ignored);
  const binance::DecodeCounts& counts = usdm.decoder.counts();
  CHECK(counts.ignored == 9);
  CHECK(counts.ignored_kinds[0].name.view() == "kline");
  CHECK(counts.ignored_kinds[0].count == 2);
  CHECK(counts.ignored_kinds[2].name.view() == "reply");
  CHECK(counts.ignored_kinds[6].name.view() == "partial depth");
  CHECK(counts.ignored_kinds[6].count == 2);
  CHECK(counts.decoded() == 0);
}

TEST_CASE("more kinds than there are counters for end in the last one", "[binance]") {
  Decoding decode{VenueId::BinanceSpot};
  for (int i = 0; i < 20; ++i)
    CHECK(decode("{\"e\":\"kind" + std::to_string(i) + "\"}") == DecodeResult::Ignored);
  CHECK(decode.decoder.counts().ignored_kinds[14].name.view() == "kind14");
  CHECK(decode.decoder.counts().ignored_kinds[15].name.view() == "other");
  CHECK(decode.decoder.counts().ignored_kinds[15].count == 5);
}

TEST_CASE("another symbol is counted, not decoded", "[binance]") {
  Decoding decode{VenueId::BinanceUsdm};
  CHECK(decode(with(kUsdmDepth, "BTCUSDT", "BTCUSD")) == DecodeResult::UnknownSymbol);
  CHECK(decode(with(kUsdmTrade, "BTCUSDT", "BTCUSDTX")) == DecodeResult::UnknownSymbol);
  CHECK(decode(with(kMarkPrice, "BTCUSDT", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")) ==
        DecodeResult::UnknownSymbol);
  CHECK(decode.decoder.counts().unknown_symbol == 3);
  CHECK(decode.decoder.counts().malformed == 0);
}

TEST_CASE("bytes that are not a message are malformed", "[binance]") {
  Decoding decode{VenueId::BinanceSpot};
  for (const std::string_view text :
       {"", " ", "{}", "{", "null", "7", "\"text\"", "{\"e\":7}", "{\"stream\":\"a@trade\"}",
        "{\"stream\":\"a@trade\",\"data\":7}", "{\"data\":{\"e\":\"kline\"}", "\xFF\xFE"}) {
    INFO(text);
    CHECK(decode(text) == DecodeResult::Malformed);
  }
  CHECK(decode(kSpotTicker + "x") == DecodeResult::Malformed);
  CHECK(decode(kSpotTicker + "}") == DecodeResult::Malformed);
  CHECK(decode(kSpotTicker + kSpotTicker) == DecodeResult::Malformed);
}

TEST_CASE("levels fill the buffer to its last byte and not beyond", "[binance]") {
  test::BinanceMessages messages{test::BinanceMessages::Venue::Usdm, 1};
  const std::string depth = messages.depth(30, 20);
  Decoding exact{VenueId::BinanceUsdm, 64 + 48 + 50 * 16};
  CHECK(exact(depth) == DecodeResult::Decoded);
  CHECK(asks_of(exact.header()).size() == 20);
  Decoding short_of_one{VenueId::BinanceUsdm, 64 + 48 + 50 * 16 - 8};
  CHECK(short_of_one(depth) == DecodeResult::TooLarge);
  CHECK(short_of_one.decoder.counts().too_large == 1);
  Decoding tiny{VenueId::BinanceUsdm, 64 + 48 - 8};
  CHECK(tiny(kUsdmTrade) == DecodeResult::TooLarge);
}

TEST_CASE("a message longer than the decoder was built for is too large", "[binance]") {
  binance::MarketDataDecoder decoder{{VenueId::BinanceSpot, test::kBinanceSymbols, 1'000}};
  std::array<std::byte, 4096> out{};
  std::string text = kSpotTicker;
  text.insert(1, 1'000 - text.size(), ' ');
  CHECK(decoder.decode_unpadded(text, kReceived, kOfFile, out) == DecodeResult::Decoded);
  text.insert(1, 1, ' ');
  CHECK(decoder.decode_unpadded(text, kReceived, kOfFile, out) == DecodeResult::TooLarge);
}

TEST_CASE("a depth message too long for the scanner's index is parsed", "[binance]") {
  test::BinanceMessages messages{test::BinanceMessages::Venue::Usdm, 1};
  const std::string depth = messages.depth(2'000, 2'000);
  REQUIRE(depth.size() > binance::kIndexedBytesMax);
  Decoding decode{VenueId::BinanceUsdm, 1U << 17};
  REQUIRE(decode(depth) == DecodeResult::Decoded);
  CHECK(decode.decoder.counts().scanned == 0);
  CHECK(bids_of(decode.header()).size() == 2'000);
}

TEST_CASE("decoding allocates nothing, whoever does it", "[binance][hot]") {
  Decoding decode{VenueId::BinanceUsdm};
  const std::string odd = with(kUsdmTrade, "\"t\":", "\"extra\":1,\"t\":");
  const std::string bad = with(kUsdmTrade, "50700.30", "x");
  const auto before = allocations_on_this_thread();
  const bool good = decode(kUsdmDepth) == DecodeResult::Decoded && decode(odd) == DecodeResult::Decoded &&
                    decode(kUsdmSnapshot) == DecodeResult::Decoded && decode(bad) == DecodeResult::Malformed;
  const auto after = allocations_on_this_thread();
  CHECK(good);
  CHECK(decode.decoder.counts().scanned == 1);
  CHECK(after == before);
}

TEST_CASE("a decoder for another venue cannot be built", "[binance]") {
  CHECK_THROWS_AS(binance::MarketDataDecoder({VenueId::Kite, test::kBinanceSymbols}),
                  std::invalid_argument);
}
