// Payloads written by hand from the venue's documents, and a decoder with room for its records.
#pragma once

#include <catch2/catch.hpp>

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "engine/types/decimal.hpp"
#include "tests/support/binance_messages.hpp"
#include "venues/binance/market_data.hpp"

namespace sq::test::payloads {
constexpr WallTime kReceived{1'711'111'110'030'314'667};
constexpr InstrumentId kBtc{0};
constexpr InstrumentId kOfFile{7};

inline Price price(std::string_view text) { return parse_fixed<Price>(text).value(); }
inline Qty qty(std::string_view text) { return parse_fixed<Qty>(text).value(); }

class Decoding {
 public:
  explicit Decoding(VenueId venue, std::size_t bytes = 1U << 16)
      : decoder{{venue, test::kBinanceSymbols}},
        record{std::make_unique<std::byte[]>(bytes)},
        out{record.get(), bytes} {}
  binance::DecodeResult operator()(std::string_view message, InstrumentId snapshot_of = kOfFile) {
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

inline std::string with(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

inline const std::string kUsdmDepth =
    R"({"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1711111111299,"T":1711111111298,)"
    R"("s":"BTCUSDT","U":7000000000006,"u":7000000005557,"pu":7000000000001,)"
    R"("b":[["50110.20","0.014"],["50510.90","0.000"]],"a":[["50700.30","1234.567"]]}})";
inline const std::string kSpotDepth =
    R"({"e":"depthUpdate","E":1672515782136,"s":"BNBBTC","U":157,"u":160,)"
    R"("b":[["0.00240000","10"]],"a":[["0.00260000","100"],["0.00270000","0.00000001"]]})";
inline const std::string kUsdmTrade =
    R"({"stream":"btcusdt@trade","data":{"e":"trade","E":1711111111322,"T":1711111111321,)"
    R"("s":"BTCUSDT","t":3141592653,"p":"50700.30","q":"0.006","X":"MARKET","m":false}})";
inline const std::string kSpotAggregate =
    R"({"e":"aggTrade","E":1672515782136,"s":"BNBBTC","a":12345,"p":"0.001","q":"100",)"
    R"("f":100,"l":105,"T":1672515782135,"m":true,"M":true})";
inline const std::string kMarkPrice =
    R"({"e":"markPriceUpdate","E":1562305380000,"s":"BTCUSDT","p":"11794.15000000",)"
    R"("ap":"11794.15000000","i":"11784.62659091","P":"11784.25641265","r":"-0.00038167",)"
    R"("T":1562306400000})";
inline const std::string kSpotTicker =
    R"({"u":400900217,"s":"BNBBTC","b":"25.35190000","B":"31.21000000","a":"25.36520000","A":"40.66000000"})";
inline const std::string kUsdmTicker =
    R"({"e":"bookTicker","u":400900217,"s":"BTCUSDT","b":"25.35190000","B":"31.21000000",)"
    R"("a":"25.36520000","A":"40.66000000","T":1568014460891,"E":1568014460893})";
inline const std::string kSpotSnapshot =
    R"({"lastUpdateId":1027024,"bids":[["4.00000000","431.00000000"],["3.99","0.5"]],)"
    R"("asks":[["4.00000200","12.00000000"]]})";
inline const std::string kUsdmSnapshot =
    R"({"lastUpdateId":1027024,"E":1589436922972,"T":1589436922959,)"
    R"("bids":[["4.00000000","431.00000000"]],"asks":[]})";
}  // namespace sq::test::payloads
