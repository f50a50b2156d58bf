// A file of version 1, kept for ever: every later program must read it as this one does.
#include <catch2/catch.hpp>

#include "engine/feed/columnar/reader.hpp"
#include "engine/feed/columnar/writer.hpp"
#include "tests/feed/columnar_records.hpp"
#include "tests/feed/csv_folder.hpp"

using namespace sq;
using namespace sq::feed;

namespace {
constexpr const char* kVersionOne =
#include "tests/feed/columnar_version_one.inc"
    ;

std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(std::string{hex.substr(i, 2)}, nullptr, 16));
  return bytes;
}

// What is in it, by rule: trades of three instruments, and depth updates that chain.
void finish(RecordHeader& header, int i) {
  header.source = kSourceFeedFirst;
  header.source_sequence = static_cast<std::uint64_t>(i) + 1;
  header.wall = WallTime{1'700'000'000'000'000'000 + i * 1'000'000 + i * i * 37};
  header.venue_time = WallTime{1'700'000'000'000'000'000 + i * 1'000'000 - 2'000'000};
  header.instrument = InstrumentId{static_cast<std::uint32_t>(i % 3)};
}
test::RecordList content() {
  test::RecordList list;
  for (int i = 0; i < 400; ++i) {
    if (i % 4 != 3) {
      TradePrint trade;
      trade.first_trade_id = static_cast<std::uint64_t>(1'000'000 * (i % 3) + i / 3 + 1);
      trade.last_trade_id = trade.first_trade_id + (i % 100 == 6 ? 1 : 0);
      trade.price = Price::from_raw((i % 3 == 0 ? 600'000 : 31'000) * 100'000'000LL +
                                    i % 7 * 100'000'000LL + (i == 201 ? 1 : 0));
      trade.qty = Qty::from_raw(i % 5 == 0 ? 9'000'000'000 : 100'000 * (i % 11 + 1));
      trade.transaction_time = WallTime{1'700'000'000'000'000'000 + i * 1'000'000 - 3'000'000};
      trade.aggressor = i % 2 == 0 ? Side::Buy : Side::Sell;
      auto record = make_record(RecordKind::TradePrint, trade);
      finish(record.header, i);
      list.add(record.header);
      continue;
    }
    const Level bid{Price::from_raw(60'000'000'000'000 - i * 100'000'000LL), Qty::from_raw(i)};
    const Level ask{Price::from_raw(60'000'100'000'000 + i * 100'000'000LL), Qty{}};
    const auto id = static_cast<std::uint64_t>(5'000 + 10 * i);
    auto words = test::depth_record(
        RecordKind::DepthUpdate, {id - 39, id, id - 40, WallTime{}, 0, 0, DepthChain::Linked, {}},
        {&bid, 1}, {&ask, 1});
    finish(*reinterpret_cast<RecordHeader*>(words.data()), i);
    list.add(*reinterpret_cast<RecordHeader*>(words.data()));
  }
  return list;
}
}  // namespace

TEST_CASE("a file of version 1 is read as it was written") {
  const test::Folder folder;
  const test::RecordList list = content();
  columnar::Reader reader{folder.write("one.sqmd", from_hex(kVersionOne)), {}};
  for (std::size_t i = 0; i < list.size(); ++i, reader.pop()) {
    REQUIRE(reader.peek() != nullptr);
    REQUIRE(test::same_bytes(*reader.peek(), list[i]));
  }
  CHECK(reader.peek() == nullptr);
  CHECK(reader.counters().anomalies == 0);
  REQUIRE(reader.symbols().size() == 3);
  CHECK(reader.symbols()[1].name == "ETH-PERP");
  CHECK(reader.symbols()[1].tick == Price::from_raw(10'000'000));
}
