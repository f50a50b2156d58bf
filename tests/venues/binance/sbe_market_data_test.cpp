// SBE frames of the spot streams: the worked examples of protocol facts binance_sbe 6, the same
// event in JSON and in SBE, and frames that are cut, longer, or say what cannot be.
#include "venues/binance/sbe_market_data.hpp"

#include <catch2/catch.hpp>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "engine/types/decimal.hpp"
#include "venues/binance/market_data.hpp"

using namespace sq;
using namespace sq::binance;

namespace {
using Bytes = std::vector<std::byte>;
const std::vector<SymbolEntry> kSymbols{{Symbol{"BTCUSDT"}, InstrumentId{3}},
                                        {Symbol{"ETHUSDT"}, InstrumentId{4}}};
constexpr WallTime kReceived{1'767'225'600'999'888'777};

Bytes bytes_of(const std::string& hex) {
  Bytes made;
  std::string digits;
  for (const char c : hex)
    if (c != ' ' && c != '\n') digits.push_back(c);
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    made.push_back(static_cast<std::byte>(std::stoi(digits.substr(i, 2), nullptr, 16)));
  return made;
}
const Bytes kTopFrame = bytes_of(
    "32 00 11 27 01 00 00 00 40 22 22 46 48 47 06 00 01 90 2f 50 09 00 00 00 fe fb f8 bf 85 00 00 "
    "00"
    "00 00 f0 49 02 00 00 00 00 00 f9 bf 85 00 00 00 00 00 a8 61 00 00 00 00 00 00 07 42 54 43 55 "
    "53"
    "44 54");
const Bytes kTradeFrame = bytes_of(
    "12 00 10 27 01 00 00 00 fc 23 22 46 48 47 06 00 40 22 22 46 48 47 06 00 fe fb 19 00 02 00 00 "
    "00"
    "01 f2 05 2a 01 00 00 00 f9 bf 85 00 00 00 00 00 20 4e 00 00 00 00 00 00 00 02 f2 05 2a 01 00 "
    "00"
    "00 f8 bf 85 00 00 00 00 00 64 00 00 00 00 00 00 00 01 07 42 54 43 55 53 44 54");
const Bytes kDepthFrame = bytes_of(
    "1a 00 13 27 01 00 00 00 e0 62 22 46 48 47 06 00 01 90 2f 50 09 00 00 00 07 90 2f 50 09 00 00 "
    "00"
    "fe fb 10 00 02 00 f8 bf 85 00 00 00 00 00 d0 fb 01 00 00 00 00 00 d8 bf 85 00 00 00 00 00 00 "
    "00"
    "00 00 00 00 00 00 10 00 01 00 f9 bf 85 00 00 00 00 00 88 13 00 00 00 00 00 00 07 42 54 43 55 "
    "53"
    "44 54");
const Bytes kTop20Frame = bytes_of(
    "12 00 12 27 01 00 00 00 f0 89 22 46 48 47 06 00 07 90 2f 50 09 00 00 00 fe fb 10 00 01 00 f8 "
    "bf"
    "85 00 00 00 00 00 d0 fb 01 00 00 00 00 00 10 00 01 00 f9 bf 85 00 00 00 00 00 88 13 00 00 00 "
    "00"
    "00 00 07 42 54 43 55 53 44 54");

struct Sbe {
  SbeMarketDataDecoder decoder{kSymbols};
  std::vector<std::uint64_t> buffer = std::vector<std::uint64_t>(kRecordBytesMax / 8);
  std::uint32_t parts{0};
  DecodeResult operator()(std::span<const std::byte> frame, std::uint32_t part = 0) {
    return decoder.decode(frame, kReceived, part, std::as_writable_bytes(std::span{buffer}), parts);
  }
  [[nodiscard]] const RecordHeader& record() const {
    return *reinterpret_cast<const RecordHeader*>(buffer.data());
  }
};
Price price(const char* text) { return *parse_fixed<Price>(text); }
Qty qty(const char* text) { return *parse_fixed<Qty>(text); }

// What one event looks like in both.
struct Writer {
  Bytes bytes;
  template <class T>
  Writer& put(T value) {
    const auto* at = reinterpret_cast<const std::byte*>(&value);
    bytes.insert(bytes.end(), at, at + sizeof value);
    return *this;
  }
  Writer& text(const std::string& value) {
    put(static_cast<std::uint8_t>(value.size()));
    for (const char c : value) put(c);
    return *this;
  }
};
std::string decimal(std::int64_t mantissa, int places) {
  std::string digits = std::to_string(mantissa);
  if (places == 0) return digits;
  const auto wide = static_cast<std::size_t>(places) + 1;
  if (digits.size() < wide) digits.insert(0, wide - digits.size(), '0');
  return digits.insert(digits.size() - static_cast<std::size_t>(places), ".");
}
}  // namespace

TEST_CASE("the worked examples of the stream schema decode to what they say", "[binance][sbe]") {
  Sbe sbe;
  REQUIRE(sbe(kTopFrame) == DecodeResult::Decoded);
  CHECK(sbe.record().kind == RecordKind::TopOfBook);
  CHECK(sbe.record().instrument == InstrumentId{3});
  CHECK(sbe.record().wall == kReceived);
  CHECK(sbe.record().venue_time == WallTime{1'767'225'600'123'456'000});
  const auto& top = payload_of<TopOfBook>(sbe.record());
  CHECK(top.update_id == 40'000'000'001);
  CHECK(top.bid_price == price("87654.32"));
  CHECK(top.bid_qty == qty("1.5"));
  CHECK(top.ask_price == price("87654.33"));
  CHECK(top.ask_qty == qty("0.25"));

  REQUIRE(sbe(kTradeFrame, 0) == DecodeResult::Decoded);
  CHECK(sbe.parts == 2);
  auto trade = payload_of<TradePrint>(sbe.record());
  CHECK(trade.first_trade_id == 5'000'000'001);
  CHECK(trade.last_trade_id == 5'000'000'001);
  CHECK(trade.price == price("87654.33"));
  CHECK(trade.qty == qty("0.2"));
  CHECK(trade.aggressor == Side::Buy);
  CHECK(trade.transaction_time == WallTime{1'767'225'600'123'456'000});
  REQUIRE(sbe(kTradeFrame, 1) == DecodeResult::Decoded);
  trade = payload_of<TradePrint>(sbe.record());
  CHECK(trade.first_trade_id == 5'000'000'002);
  CHECK(trade.price == price("87654.32"));
  CHECK(trade.qty == qty("0.001"));
  CHECK(trade.aggressor == Side::Sell);
  CHECK(sbe(kTradeFrame, 2) == DecodeResult::Malformed);  // there is none

  REQUIRE(sbe(kDepthFrame) == DecodeResult::Decoded);
  const auto& depth = payload_of<DepthHeader>(sbe.record());
  CHECK(depth.first_id == 40'000'000'001);
  CHECK(depth.last_id == 40'000'000'007);
  CHECK(depth.chain == DepthChain::Contiguous);
  REQUIRE(bids_of(sbe.record()).size() == 2);
  CHECK(bids_of(sbe.record())[0].price == price("87654.32"));
  CHECK(bids_of(sbe.record())[0].qty == qty("1.3"));
  CHECK(bids_of(sbe.record())[1].price == price("87654"));
  CHECK(bids_of(sbe.record())[1].qty == Qty{});
  REQUIRE(asks_of(sbe.record()).size() == 1);
  CHECK(asks_of(sbe.record())[0].price == price("87654.33"));
  CHECK(asks_of(sbe.record())[0].qty == qty("0.05"));

  CHECK(sbe(kTop20Frame) == DecodeResult::Ignored);  // a cut of the book's top
  CHECK(sbe.decoder.counts().decoded() == 4);
  CHECK(sbe.decoder.counts().malformed == 1);
}

TEST_CASE("a frame that is cut anywhere is malformed; bytes behind it are left alone",
          "[binance][sbe]") {
  Sbe sbe;
  for (const Bytes& frame : {kTopFrame, kTradeFrame, kDepthFrame}) {
    for (std::size_t n = 0; n < frame.size(); ++n) {
      const Bytes cut(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(n));
      CHECK(sbe(cut) == DecodeResult::Malformed);
    }
    Bytes longer = frame;
    longer.push_back(std::byte{0});
    CHECK(sbe(longer) == DecodeResult::Decoded);
  }
}

TEST_CASE("longer blocks of a later version are stepped over, shorter ones are malformed",
          "[binance][sbe]") {
  Sbe plain;
  Sbe extended;
  const auto same = [&](const Bytes& frame, std::size_t root, std::uint32_t part) {
    REQUIRE(plain(frame, part) == DecodeResult::Decoded);
    Bytes made = frame;
    const auto length = static_cast<std::uint16_t>(root + 5);
    std::memcpy(made.data(), &length, 2);
    const std::uint16_t version = 3;
    std::memcpy(made.data() + 6, &version, 2);
    made.insert(made.begin() + static_cast<std::ptrdiff_t>(8 + root), 5, std::byte{0xEE});
    REQUIRE(extended(made, part) == DecodeResult::Decoded);
    CHECK(plain.record().length == extended.record().length);
    CHECK(std::memcmp(plain.buffer.data(), extended.buffer.data(), plain.record().length) == 0);
    const auto shorter = static_cast<std::uint16_t>(root - 1);
    std::memcpy(made.data(), &shorter, 2);
    CHECK(extended(made, part) != DecodeResult::Decoded);
  };
  same(kTopFrame, 50, 0);
  same(kTradeFrame, 18, 1);
  same(kDepthFrame, 26, 0);
}

TEST_CASE("what cannot be is malformed, what is not ours is not decoded", "[binance][sbe]") {
  Sbe sbe;
  const auto with = [](Bytes frame, std::size_t at, auto value) {
    std::memcpy(frame.data() + at, &value, sizeof value);
    return frame;
  };
  CHECK(sbe(with(kTopFrame, 4, std::uint16_t{3})) == DecodeResult::Malformed);  // another schema
  CHECK(sbe(with(kTopFrame, 2, std::uint16_t{10'004})) == DecodeResult::Ignored);
  CHECK(sbe(with(kTopFrame, 60, 'X')) == DecodeResult::UnknownSymbol);
  for (const int exponent : {-19, 19, -128})
    CHECK(sbe(with(kTopFrame, 24, static_cast<std::int8_t>(exponent))) == DecodeResult::Malformed);
  CHECK(sbe(with(kTopFrame, 24, std::int8_t{-9})) == DecodeResult::Decoded);
  CHECK(sbe(with(kTopFrame, 24, std::int8_t{-10})) == DecodeResult::Malformed);  // ...32 x 1e-10
  CHECK(sbe(with(kTopFrame, 26, std::int64_t{-1})) == DecodeResult::Malformed);
  CHECK(sbe(with(kTopFrame, 26, std::numeric_limits<std::int64_t>::min())) ==
        DecodeResult::Malformed);
  // 1e-2 in 1e-9 is seven digits more: the largest that fits, and one more.
  CHECK(sbe(with(kTopFrame, 26, std::int64_t{922'337'203'685})) == DecodeResult::Decoded);
  CHECK(sbe(with(kTopFrame, 26, std::int64_t{922'337'203'686})) == DecodeResult::Malformed);
  CHECK(sbe(with(kTopFrame, 16, std::int64_t{-1})) == DecodeResult::Malformed);   // update id
  CHECK(sbe(with(kTopFrame, 8, std::int64_t{-1})) == DecodeResult::Malformed);    // time
  CHECK(sbe(with(kTradeFrame, 56, std::uint8_t{2})) == DecodeResult::Malformed);  // buyer maker
  for (const std::size_t at : {std::size_t{40}, std::size_t{48}}) {  // price, quantity
    CHECK(sbe(with(kTradeFrame, at, std::int64_t{0})) == DecodeResult::Malformed);
    CHECK(sbe(with(kTradeFrame, at, std::int64_t{1})) == DecodeResult::Decoded);
  }
  CHECK(sbe(with(kTradeFrame, 28, std::uint32_t{3})) == DecodeResult::Malformed);
  CHECK(sbe(with(kTradeFrame, 28, std::numeric_limits<std::uint32_t>::max())) ==
        DecodeResult::Malformed);
  CHECK(sbe(with(kDepthFrame, 36, std::uint16_t{60'000})) == DecodeResult::Malformed);
  CHECK(sbe(with(kDepthFrame, 16, std::int64_t{40'000'000'008})) ==
        DecodeResult::Malformed);  // first behind last
}

TEST_CASE("an event gives the same record from JSON and from SBE", "[binance][sbe]") {
  std::mt19937_64 random{11};
  MarketDataDecoder json{{.venue = VenueId::BinanceSpot, .symbols = kSymbols}};
  std::vector<std::uint64_t> buffer(kRecordBytesMax / 8);
  Sbe sbe;
  for (int round = 0; round < 3'000; ++round) {
    const int places = static_cast<int>(random() % 6);
    const int sizes = static_cast<int>(random() % 9);
    const auto some = [&] { return static_cast<std::int64_t>(random() % 900'000'000); };
    const auto number = [&](std::int64_t value) { return std::to_string(value); };
    const std::int64_t at_us = 1'767'225'600'000'000 + some();
    const std::string symbol = random() % 2 == 0 ? "BTCUSDT" : "ETHUSDT";
    Writer frame;
    std::string text;
    if (random() % 2 == 0) {
      const std::int64_t first = 1 + some();
      const std::int64_t last = first + static_cast<std::int64_t>(random() % 9);
      frame.put(std::uint16_t{26}).put(std::uint16_t{10'003}).put(std::uint16_t{1});
      frame.put(std::uint16_t{0}).put(at_us).put(first).put(last);
      frame.put(static_cast<std::int8_t>(-places)).put(static_cast<std::int8_t>(-sizes));
      text = R"({"e":"depthUpdate","E":)" + number(at_us) + R"(,"s":")" + symbol + R"(","U":)" +
             number(first) + R"(,"u":)" + number(last);
      for (const char* side : {",\"b\":[", "],\"a\":["}) {
        text.append(side);
        const auto levels = static_cast<std::uint16_t>(random() % 30);
        frame.put(std::uint16_t{16}).put(levels);
        for (int i = 0; i < levels; ++i) {
          const std::int64_t p = some();
          const std::int64_t q = random() % 4 == 0 ? 0 : some();
          frame.put(p).put(q);
          text.append(i == 0 ? "[\"" : ",[\"").append(decimal(p, places)).append("\",\"");
          text.append(decimal(q, sizes)).append("\"]");
        }
      }
      text.append("]}");
    } else {
      const std::int64_t id = some();
      const std::int64_t p = some();
      const std::int64_t q = some();
      const bool maker = random() % 2 == 0;
      frame.put(std::uint16_t{18}).put(std::uint16_t{10'000}).put(std::uint16_t{1});
      frame.put(std::uint16_t{0}).put(at_us).put(at_us - 7);
      frame.put(static_cast<std::int8_t>(-places)).put(static_cast<std::int8_t>(-sizes));
      frame.put(std::uint16_t{25}).put(std::uint32_t{1}).put(id).put(p).put(q);
      frame.put(static_cast<std::uint8_t>(maker ? 1 : 0));
      text = R"({"e":"trade","E":)" + number(at_us) + R"(,"s":")" + symbol + R"(","t":)" +
             number(id) + R"(,"p":")" + decimal(p, places) + R"(","q":")" + decimal(q, sizes) +
             R"(","T":)" + number(at_us - 7) + R"(,"m":)" + (maker ? "true" : "false") +
             R"(,"M":true})";
    }
    frame.text(symbol);
    CAPTURE(text);
    REQUIRE(sbe(frame.bytes) == DecodeResult::Decoded);
    REQUIRE(json.decode_unpadded(text, kReceived, kNoInstrument,
                                 std::as_writable_bytes(std::span{buffer})) ==
            DecodeResult::Decoded);
    const auto& other = *reinterpret_cast<const RecordHeader*>(buffer.data());
    REQUIRE(sbe.record().length == other.length);
    CHECK(std::memcmp(sbe.buffer.data(), buffer.data(), other.length) == 0);
  }
}
