#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <type_traits>

#include "engine/feed/itch/decode.hpp"
#include "engine/feed/itch/message_writer.hpp"
#include "tests/support/allocations.hpp"
#include "tests/support/feed_bytes.hpp"
#include "tests/support/recorded_data.hpp"

using namespace sq;
using namespace sq::feed::itch;
using test::Bytes;
using test::hex;

namespace {
// Decodes one message and hands it to fn if it is a View; false: it was another message or none.
template <class View, class Fn>
bool with(const Bytes& bytes, Fn fn) {
  bool seen = false;
  const Decoded decoded = decode_message(bytes, [&](const auto& message) {
    if constexpr (std::is_same_v<std::decay_t<decltype(message)>, View>) {
      seen = true;
      fn(message);
    }
  });
  return decoded == Decoded::Ok && seen;
}

// A message whose every byte is known by its offset, so that a field read elsewhere is told.
struct Patch {
  Bytes bytes;
  Patch(char type, std::size_t length) : bytes(length) {
    for (std::size_t i = 0; i < length; ++i) bytes[i] = static_cast<std::byte>(0x80 + i);
    bytes[0] = static_cast<std::byte>(type);
  }
  Patch& text(std::size_t at, std::string_view value) {
    for (std::size_t i = 0; i < value.size(); ++i) bytes[at + i] = static_cast<std::byte>(value[i]);
    return *this;
  }
  Patch& number(std::size_t at, std::size_t width, std::uint64_t value) {
    for (std::size_t i = width; i-- > 0; value >>= 8) {
      bytes[at + i] = static_cast<std::byte>(value & 0xFF);
    }
    return *this;
  }
};
constexpr Price price(std::int64_t ten_thousandths) {
  return Price::from_raw(ten_thousandths * 100'000);
}

// Lengths of the specification, in its order.
const std::map<char, std::size_t> kLengths = {
    {'S', 12}, {'R', 39}, {'H', 25}, {'Y', 20}, {'L', 26}, {'V', 35}, {'W', 12}, {'K', 28},
    {'J', 35}, {'h', 21}, {'A', 36}, {'F', 40}, {'E', 31}, {'C', 36}, {'X', 23}, {'D', 19},
    {'U', 35}, {'P', 44}, {'Q', 40}, {'B', 19}, {'I', 50}, {'N', 20}, {'O', 48}};
}  // namespace

TEST_CASE("the order messages of the example have the fields that it says") {
  CHECK(with<AddOrder>(
      hex("41000700001f1aced9f07b00000000000003e9420000012c4141504c202020200016ed24"),
      [](const AddOrder& m) {
        CHECK(m.locate() == 7);
        CHECK(m.tracking() == 0);
        CHECK(m.time_ns() == 34'200'000'000'123);
        CHECK(m.order() == 1001);
        CHECK(m.side() == Side::Buy);
        CHECK(m.shares() == 300);
        CHECK(m.symbol() == "AAPL");
        CHECK(m.price() == price(1'502'500));
        CHECK(m.price_ticks() == 1'502'500);
      }));
  CHECK(with<AddOrderMpid>(
      hex("46000700001f1aced9f07c00000000000003ea53000000c84141504c202020200016ef184e534451"),
      [](const AddOrderMpid& m) {
        CHECK(m.order() == 1002);
        CHECK(m.side() == Side::Sell);
        CHECK(m.shares() == 200);
        CHECK(m.price() == price(1'503'000));
        CHECK(m.mpid() == "NSDQ");  // all four characters
      }));
  CHECK(with<OrderExecuted>(hex("45000700001f1aced9f07d00000000000003e9000000640000000000001389"),
                            [](const OrderExecuted& m) {
                              CHECK(m.order() == 1001);
                              CHECK(m.shares() == 100);
                              CHECK(m.match() == 5001);
                            }));
  CHECK(with<OrderExecutedWithPrice>(
      hex("43000700001f1aced9f07e00000000000003e900000032000000000000138a590016ecc0"),
      [](const OrderExecutedWithPrice& m) {
        CHECK(m.order() == 1001);
        CHECK(m.shares() == 50);
        CHECK(m.match() == 5002);
        CHECK(m.printable());
        CHECK(m.price() == price(1'502'400));
      }));
  CHECK(with<OrderCancel>(hex("58000700001f1aced9f07f00000000000003e900000032"),
                          [](const OrderCancel& m) {
                            CHECK(m.order() == 1001);
                            CHECK(m.shares() == 50);
                          }));
  CHECK(with<OrderReplace>(
      hex("55000700001f1aced9f08000000000000003e900000000000003eb000000500016ed88"),
      [](const OrderReplace& m) {
        CHECK(m.order() == 1001);
        CHECK(m.new_order() == 1003);
        CHECK(m.shares() == 80);
        CHECK(m.price() == price(1'502'600));
      }));
  CHECK(with<OrderDelete>(hex("44000700001f1aced9f08100000000000003ea"), [](const OrderDelete& m) {
    CHECK(m.time_ns() == 34'200'000'000'129);
    CHECK(m.order() == 1002);
  }));
}

TEST_CASE("reference data fields lie at the offsets of the specification") {
  Patch directory{'R', 39};
  directory.text(11, "BRK.A   QN").number(21, 4, 100).text(25, "YCZ PNY1Y").number(34, 4, 3);
  directory.text(38, "Y");
  CHECK(with<StockDirectory>(directory.bytes, [](const StockDirectory& m) {
    CHECK(m.symbol() == "BRK.A");
    CHECK(m.market_category() == 'Q');
    CHECK(m.financial_status() == 'N');
    CHECK(m.round_lot() == 100);
    CHECK(m.round_lots_only());
    CHECK(m.issue_class() == 'C');
    CHECK(m.issue_sub_type() == "Z");
    CHECK(m.authenticity() == 'P');
    CHECK(m.short_sale_threshold() == 'N');
    CHECK(m.ipo_flag() == 'Y');
    CHECK(m.luld_tier() == '1');
    CHECK(m.etp_flag() == 'Y');
    CHECK(m.etp_leverage() == 3);
    CHECK(m.inverse());
  }));
  CHECK(with<TradingAction>(Patch{'H', 25}.text(11, "A       H T12 ").bytes,
                            [](const TradingAction& m) {
                              CHECK(m.symbol() == "A");
                              CHECK(m.state() == 'H');
                              CHECK(m.reserved() == ' ');
                              CHECK(m.reason() == "T12");
                            }));
  CHECK(with<RegSho>(Patch{'Y', 20}.text(11, "LONGNAME2").bytes, [](const RegSho& m) {
    CHECK(m.symbol() == "LONGNAME");
    CHECK(m.action() == '2');
  }));
  CHECK(with<MarketMakerPosition>(Patch{'L', 26}.text(11, "GSCO        YNA").bytes,
                                  [](const MarketMakerPosition& m) {
                                    CHECK(m.mpid() == "GSCO");
                                    CHECK(m.symbol().empty());
                                    CHECK(m.primary());
                                    CHECK(m.mode() == 'N');
                                    CHECK(m.state() == 'A');
                                  }));
  CHECK(with<OperationalHalt>(Patch{'h', 21}.text(11, "AAPL    QH").bytes,
                              [](const OperationalHalt& m) {
                                CHECK(m.symbol() == "AAPL");
                                CHECK(m.market() == 'Q');
                                CHECK(m.action() == 'H');
                              }));
  CHECK(with<IpoQuoting>(Patch{'K', 28}
                             .text(11, "NEWCO   ")
                             .number(19, 4, 34'200)
                             .text(23, "A")
                             .number(24, 4, 170'000)
                             .bytes,
                         [](const IpoQuoting& m) {
                           CHECK(m.symbol() == "NEWCO");
                           CHECK(m.release_seconds() == 34'200);
                           CHECK(m.qualifier() == 'A');
                           CHECK(m.ipo_price() == price(170'000));
                         }));
  CHECK(with<SystemEvent>(Patch{'S', 12}.text(11, "Q").bytes,
                          [](const SystemEvent& m) { CHECK(m.code() == 'Q'); }));
}

TEST_CASE("prices of collars, breakers and auctions lie at the offsets of the specification") {
  Patch collar{'J', 35};
  collar.text(11, "AAPL    ").number(19, 4, 100).number(23, 4, 110).number(27, 4, 90);
  CHECK(with<AuctionCollar>(collar.number(31, 4, 2).bytes, [](const AuctionCollar& m) {
    CHECK(m.symbol() == "AAPL");
    CHECK(m.reference() == price(100));
    CHECK(m.upper() == price(110));
    CHECK(m.lower() == price(90));
    CHECK(m.extensions() == 2);
  }));
  // 8 decimals become the engine's 9; the largest price that fits, and one more.
  Patch levels{'V', 35};
  levels.number(11, 8, 300'000'000).number(19, 8, 922'337'203'685'477'580);
  CHECK(with<BreakerLevels>(levels.number(27, 8, 922'337'203'685'477'581).bytes,
                            [](const BreakerLevels& m) {
                              CHECK(m.level_1() == Price::from_units(3));
                              CHECK(m.level_2() == Price::from_raw(9'223'372'036'854'775'800));
                              CHECK_FALSE(m.level_3().has_value());
                            }));
  CHECK(with<BreakerStatus>(Patch{'W', 12}.text(11, "2").bytes,
                            [](const BreakerStatus& m) { CHECK(m.level() == '2'); }));
  Patch imbalance{'I', 50};
  imbalance.number(11, 8, 1ULL << 40).number(19, 8, 7).text(27, "BAAPL    ").number(36, 4, 1);
  imbalance.number(40, 4, 2).number(44, 4, 3).text(48, "O9");
  CHECK(with<OrderImbalance>(imbalance.bytes, [](const OrderImbalance& m) {
    CHECK(m.paired() == 1ULL << 40);
    CHECK(m.imbalance() == 7);
    CHECK(m.direction() == 'B');
    CHECK(m.symbol() == "AAPL");
    CHECK(m.far_price() == price(1));
    CHECK(m.near_price() == price(2));
    CHECK(m.reference() == price(3));
    CHECK(m.cross_type() == 'O');
    CHECK(m.variation() == '9');
  }));
  Patch listing{'O', 48};
  listing.text(11, "DLCR    Y").number(20, 4, 5).number(24, 4, 6).number(28, 4, 7);
  listing.number(32, 8, 36'000'000'000'001).number(40, 4, 8).number(44, 4, 0xFFFF'FFFF);
  CHECK(with<DirectListing>(listing.bytes, [](const DirectListing& m) {
    CHECK(m.symbol() == "DLCR");
    CHECK(m.eligible());
    CHECK(m.price_min() == price(5));
    CHECK(m.price_max() == price(6));
    CHECK(m.near_price() == price(7));
    CHECK(m.near_time_ns() == 36'000'000'000'001);
    CHECK(m.collar_lower() == price(8));
    CHECK(m.collar_upper() == price(4'294'967'295));
  }));
}

TEST_CASE("trades, crosses and retail interest lie at the offsets of the specification") {
  Patch trade{'P', 44};
  trade.number(11, 8, 0).text(19, "S").number(20, 4, 55).text(24, "MSFT    ");
  CHECK(with<Trade>(trade.number(32, 4, 42).number(36, 8, 99).bytes, [](const Trade& m) {
    CHECK(m.order() == 0);
    CHECK(m.side() == Side::Sell);
    CHECK(m.shares() == 55);
    CHECK(m.symbol() == "MSFT");
    CHECK(m.price() == price(42));
    CHECK(m.match() == 99);
  }));
  Patch cross{'Q', 40};
  cross.number(11, 8, 1ULL << 33).text(19, "MSFT    ").number(27, 4, 43).number(31, 8, 100);
  CHECK(with<CrossTrade>(cross.text(39, "C").bytes, [](const CrossTrade& m) {
    CHECK(m.shares() == 1ULL << 33);
    CHECK(m.symbol() == "MSFT");
    CHECK(m.price() == price(43));
    CHECK(m.match() == 100);
    CHECK(m.cross_type() == 'C');
  }));
  CHECK(with<BrokenTrade>(Patch{'B', 19}.number(11, 8, 77).bytes,
                          [](const BrokenTrade& m) { CHECK(m.match() == 77); }));
  CHECK(
      with<RetailInterest>(Patch{'N', 20}.text(11, "TSLA    A").bytes, [](const RetailInterest& m) {
        CHECK(m.symbol() == "TSLA");
        CHECK(m.interest() == 'A');
      }));
}

TEST_CASE("each type is accepted at its own length and refused one byte shorter and longer") {
  for (int type = 0; type < 256; ++type) {
    const auto found = kLengths.find(static_cast<char>(type));
    for (std::size_t length = 0; length <= 52; ++length) {
      Bytes bytes(length);
      if (length > 0) bytes[0] = static_cast<std::byte>(type);
      int visits = 0;
      const Decoded decoded = decode_message(bytes, [&](const auto& message) {
        ++visits;
        if (message.type() != static_cast<char>(type)) ++visits;
      });
      const Decoded expected = length == 0               ? Decoded::Empty
                               : found == kLengths.end() ? Decoded::UnknownType
                               : found->second == length ? Decoded::Ok
                                                         : Decoded::WrongLength;
      if (decoded != expected || visits != (expected == Decoded::Ok)) {
        FAIL("type " << type << " length " << length);
      }
    }
    CHECK(name_of(static_cast<char>(type)).empty() == (found == kLengths.end()));
  }
}

TEST_CASE(
    "frames are taken whole, whatever is in them, and a frame of no length ends the session") {
  std::vector<std::byte> frames;
  MessageWriter{frames, 'D', 1, 5}.u64(10);
  const std::size_t first = frames.size();
  for (const char c : {'\0', '\3', 'z', 'z', 'z'}) frames.push_back(static_cast<std::byte>(c));
  for (const char c : {'\0', '\1', 'D'}) frames.push_back(static_cast<std::byte>(c));
  MessageWriter{frames, 'X', 1, 6}.u64(11).u32(3);
  std::string types;
  const auto note = [&](const auto& message) { types += message.type(); };
  for (std::size_t cut = 0; cut < frames.size(); ++cut) {  // a cut frame stays for the next call
    types.clear();
    const FramesDecoded part = decode_frames(std::span{frames}.first(cut), note);
    CHECK(part.bytes <= cut);
    CHECK(types == (cut < first ? "" : "D"));
    const FramesDecoded rest = decode_frames(std::span{frames}.subspan(part.bytes), note);
    CHECK(part.bytes + rest.bytes == frames.size());
    CHECK(part.messages + rest.messages == 2);
    CHECK(part.unknown_types + rest.unknown_types == 1);
    CHECK(part.wrong_lengths + rest.wrong_lengths == 1);
    CHECK_FALSE(rest.ended);
  }
  frames.insert(frames.end(), {std::byte{0}, std::byte{0}});
  const std::size_t end = frames.size();
  MessageWriter{frames, 'D', 1, 7}.u64(12);
  types.clear();
  const FramesDecoded all = decode_frames(frames, note);
  CHECK(all.ended);
  CHECK(all.bytes == end);
  CHECK(types == "DX");
}

TEST_CASE("the writer and the views agree on the header and on every number") {
  std::vector<std::byte> frames;
  MessageWriter{frames, 'U', 0xFEDC, 0xABCD'1234'5678, 0x1357}
      .u64(0x0123'4567'89AB'CDEF)
      .u64(2)
      .u32(3)
      .u32(0x89AB'CDEF);
  CHECK(frames.size() == 2 + 35);
  std::uint64_t seen = 0;
  decode_frames(frames, [&](const auto& message) {
    if constexpr (std::is_same_v<std::decay_t<decltype(message)>, OrderReplace>) {
      ++seen;
      CHECK(message.locate() == 0xFEDC);
      CHECK(message.tracking() == 0x1357);
      CHECK(message.time_ns() == 0xABCD'1234'5678);
      CHECK(message.order() == 0x0123'4567'89AB'CDEF);
      CHECK(message.new_order() == 2);
      CHECK(message.shares() == 3);
      CHECK(message.price_ticks() == 0x89AB'CDEF);
    }
  });
  CHECK(seen == 1);
}

TEST_CASE("a recorded file decodes to its last byte, with the counts that were found in it") {
  const auto path =
      test::recorded("data/c_itch/AAPL_20191230_0935_banded_first30000.NASDAQ_ITCH50");
  if (!path) return;
  std::ifstream file{*path, std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  const auto bytes = std::as_bytes(std::span{text});
  std::map<char, int> counts;
  std::uint64_t last = 0;
  std::uint64_t backwards = 0;
  const std::uint64_t before = allocations_on_this_thread();
  std::uint64_t allocated = 0;
  const FramesDecoded decoded = decode_frames(bytes, [&](const auto& message) {
    allocated = allocations_on_this_thread() - before;
    backwards += message.time_ns() < last;
    last = message.time_ns();
  });
  CHECK(allocated == 0);
  decode_frames(bytes, [&](const auto& message) { ++counts[message.type()]; });
  CHECK(decoded.bytes == bytes.size());
  CHECK(decoded.messages == 30'000);
  CHECK(backwards == 0);
  CHECK(counts == std::map<char, int>{{'A', 13'014},
                                      {'C', 1},
                                      {'D', 14'230},
                                      {'E', 1'507},
                                      {'F', 1},
                                      {'P', 186},
                                      {'U', 992},
                                      {'X', 69}});
}
