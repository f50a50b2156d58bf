// What the decoder does not take, and its bounds.
#include "venues/binance/market_data.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <string>
#include <vector>

#include "tests/support/allocations.hpp"
#include "tests/venues/binance/differential.hpp"
#include "tests/venues/binance/payloads.hpp"

using namespace sq;
using namespace sq::test::payloads;
using binance::DecodeResult;

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
