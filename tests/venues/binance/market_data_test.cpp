// Payloads and the exact records they become.
#include "venues/binance/market_data.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/support/allocations.hpp"
#include "tests/venues/binance/differential.hpp"
#include "tests/venues/binance/payloads.hpp"

using namespace sq;
using namespace sq::test::payloads;
using binance::DecodeResult;

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

TEST_CASE("a spot depth message becomes a contiguous update without transaction time",
          "[binance]") {
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
  const auto bid = [&](std::string_view text) {
    return decode(with(kSpotTicker, "25.35190000", text));
  };
  const auto size = [&](std::string_view text) {
    return decode(with(kSpotTicker, "31.21000000", text));
  };
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
  for (const std::string_view text :
       {"", "-1", "+1", "1e3", "1.", ".5", " 1", "1,5", "0x1", "NaN"}) {
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
  const std::string empty =
      with(with(kSpotTicker, "25.35190000", "0.00000000"), "31.21000000", "0.00000000");
  REQUIRE(spot(empty) == DecodeResult::Decoded);
  CHECK(spot.payload<TopOfBook>().bid_qty == Qty{});
}
