#include <catch2/catch.hpp>
#include <memory>

#include "engine/feed/columnar/bit_packing.hpp"
#include "engine/feed/columnar/block_decoder.hpp"
#include "engine/feed/columnar/block_encoder.hpp"
#include "engine/feed/columnar/column_plan.hpp"
#include "engine/feed/columnar/transpose.hpp"
#include "tests/feed/columnar_records.hpp"
#include "tests/support/allocations.hpp"

using namespace sq;
using namespace sq::feed::columnar;
using test::RecordList;
using test::RecordMaker;

namespace {
std::span<const std::byte> payload_of_block(std::span<const std::byte> section) {
  return section.subspan(sizeof(SectionHeader));
}
// Through one block and back; empty: as it was.
std::string round_trip(const RecordList& list, Press press) {
  const auto rows = static_cast<std::uint32_t>(std::max<std::size_t>(list.size(), 64));
  BlockEncoder encoder{{.rows = rows, .levels = 65'536, .press = press}};
  for (std::size_t i = 0; i < list.size(); ++i)
    if (encoder.add(list[i]) != Refused::No) return "refused " + std::to_string(i);
  const auto section = encoder.finish(32);
  const auto decoder = std::make_unique<BlockDecoder>();
  const std::string_view why =
      decoder->decode(payload_of_block(section), static_cast<std::uint32_t>(list.size()));
  if (!why.empty()) return std::string{why};
  for (std::size_t i = 0; i < list.size(); ++i) {
    const RecordHeader* record = decoder->next();
    if (record == nullptr || !test::same_bytes(*record, list[i]))
      return "differs at " + std::to_string(i);
  }
  return decoder->next() == nullptr ? "" : "more than there were";
}
}  // namespace

TEST_CASE("values of every width are packed and unpacked, whatever their number") {
  std::mt19937_64 random{7};
  for (unsigned width = 0; width <= 64; ++width) {
    for (const std::size_t count : {1U, 7U, 8U, 9U, 64U, 511U, 513U, 1000U}) {
      const std::size_t room = (count + kLanes - 1) / kLanes * kLanes;
      std::vector<std::uint64_t> values(room);
      for (std::size_t i = 0; i < count; ++i) values[i] = random() & mask_of(width);
      std::vector<std::uint64_t> packed(packed_words(count, width) + 1, 0xABCD);
      pack(values.data(), count, width, packed.data());
      CHECK(packed.back() == 0xABCD);
      std::vector<std::uint64_t> back(room);
      unpack(packed.data(), count, width, 5, 3, back.data());
      bool same = true;
      for (std::size_t i = 0; i < count; ++i) same = same && back[i] == 5 + 3 * values[i];
      CHECK(same);
    }
  }
}

TEST_CASE("the words of a packed column are as many as its longest lane needs") {
  CHECK(packed_words(0, 13) == 0);
  CHECK(packed_words(1, 0) == 0);
  CHECK(packed_words(8, 64) == 8);
  CHECK(packed_words(9, 64) == 16);
  CHECK(packed_words(512, 13) == 13 * 8);
  CHECK(packed_words(513, 13) == 14 * 8);
}

TEST_CASE("exact division finds the quotient of multiples, and of others none that is small") {
  for (const std::uint64_t scale : {1U, 2U, 3U, 10U, 1'000'000U, 100'000'000U}) {
    const ExactDivision divide{scale};
    CHECK(divide(12'345 * scale) == 12'345);
    CHECK(divide.signed_quotient(0 - 12'345 * scale) == 0 - std::uint64_t{12'345});
    const std::uint64_t other = divide(12'345 * scale + 1);
    if (scale > 1)
      CHECK((other * scale != 12'345 * scale + 1 || other > ~std::uint64_t{0} / scale));
  }
}

TEST_CASE("a few values far away do not widen a column") {
  std::vector<std::uint64_t> values(4'096);
  std::mt19937_64 random{3};
  for (auto& value : values) value = 5'000'000 + 100 * (random() % 200);
  for (std::size_t i = 0; i < values.size(); i += 97) values[i] = random() & 0xFFFF'FFFF;
  for (std::size_t i = 0; i < values.size(); i += 97) values[i] -= values[i] % 100;
  const Window window = plan_window(values, true);
  CHECK(window.scale == 100);
  CHECK(window.width <= 9);
}

TEST_CASE("rows become columns and rows again") {
  for (const std::size_t columns : {1U, 8U, 10U, 20U}) {
    std::vector<std::uint64_t> rows(8 * 24);
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = i;
    std::vector<std::uint64_t> turned(columns * 30);
    rows_to_columns(rows.data(), 24, columns, turned.data(), 30);
    bool same = true;
    for (std::size_t row = 0; row < 8; ++row)
      for (std::size_t column = 0; column < columns; ++column)
        same = same && turned[column * 30 + row] == row * 24 + column;
    CHECK(same);
    std::vector<std::uint64_t> back(8 * 24);
    columns_to_rows(turned.data(), 30, columns, back.data(), 24);
    for (std::size_t row = 0; row < 8; ++row)
      for (std::size_t column = 0; column < columns; ++column)
        same = same && back[row * 24 + column] == row * 24 + column;
    CHECK(same);
  }
}

TEST_CASE("records of every kind come back bit for bit, ordinary ones and arbitrary bits") {
  for (std::uint64_t seed = 1; seed <= 16; ++seed) {
    RecordMaker maker{seed};
    RecordList tame;
    RecordList wild;
    const std::uint64_t count = 1 + maker.below(seed < 4 ? 20'000 : 700);
    for (std::uint64_t i = 0; i < count; ++i) maker.add_tame(tame);
    for (std::uint64_t i = 0; i < count; ++i) maker.add_wild(wild);
    for (const Press press : {Press::Never, Press::Smaller}) {
      CHECK(round_trip(tame, press).empty());
      CHECK(round_trip(wild, press).empty());
    }
  }
}

TEST_CASE("a block of no records is read as none") {
  CHECK(round_trip(RecordList{}, Press::Never).empty());
}

TEST_CASE("the largest snapshot that a record may hold fits a block") {
  const std::vector<Level> levels(32'760, Level{Price::from_raw(7), Qty::from_raw(9)});
  const auto words = test::depth_record(RecordKind::DepthSnapshot, {}, levels, levels);
  RecordList list;
  list.add(*reinterpret_cast<const RecordHeader*>(words.data()));
  CHECK(list[0].length > kRecordLengthMax - 300);
  CHECK(round_trip(list, Press::Never).empty());
}

TEST_CASE("ordinary market data take less than an eighth of their bytes") {
  RecordMaker maker{5};
  RecordList list;
  for (int i = 0; i < 20'000; ++i) maker.add_tame(list);
  BlockEncoder encoder{{.rows = 32'768, .levels = 65'536}};
  for (std::size_t i = 0; i < list.size() && !encoder.full(); ++i)
    REQUIRE(encoder.add(list[i]) == Refused::No);
  CHECK(encoder.finish(0).size() * 8 < list.bytes());
}

TEST_CASE("what is no market data, and a length that is not that of its kind, are refused") {
  BlockEncoder encoder{{}};
  RecordHeader record;
  record.length = sizeof record;
  for (const RecordKind kind : {RecordKind::None, RecordKind::OrderReport, RecordKind::OrderSent,
                                static_cast<RecordKind>(0x109)}) {
    record.kind = kind;
    CHECK(encoder.add(record) == Refused::NotMarketData);
  }
  record.kind = RecordKind::TradePrint;
  CHECK(encoder.add(record) == Refused::BadLength);
  record.kind = RecordKind::DepthUpdate;
  CHECK(encoder.add(record) == Refused::BadLength);
  auto words = test::depth_record(RecordKind::DepthUpdate, {}, std::vector<Level>(2), {});
  reinterpret_cast<RecordHeader*>(words.data())->length -= 8;
  CHECK(encoder.add(*reinterpret_cast<RecordHeader*>(words.data())) == Refused::BadLength);
  reinterpret_cast<RecordHeader*>(words.data())->length += 8;
  CHECK(encoder.add(*reinterpret_cast<RecordHeader*>(words.data())) == Refused::No);
  CHECK(encoder.rows() == 1);
}

TEST_CASE("columns show the fields of their kind") {
  RecordMaker maker{11};
  RecordList list;
  for (int i = 0; i < 500; ++i) maker.add_tame(list);
  BlockEncoder encoder{{}};
  for (std::size_t i = 0; i < list.size(); ++i) REQUIRE(encoder.add(list[i]) == Refused::No);
  BlockDecoder decoder;
  REQUIRE(decoder.decode(payload_of_block(encoder.finish(0)), 500).empty());
  CHECK(decoder.table(RecordKind::Candle) == nullptr);
  CHECK(decoder.table(RecordKind::OrderSent) == nullptr);
  const KindTable* trades = decoder.table(RecordKind::TradePrint);
  REQUIRE(trades != nullptr);
  std::size_t row = 0;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i].kind != RecordKind::TradePrint) continue;
    REQUIRE(row < trades->rows());
    CHECK(trades->wall()[row] == list[i].wall);
    CHECK(trades->venue_time()[row] == list[i].venue_time);
    CHECK(trades->source_sequence()[row] == list[i].source_sequence);
    CHECK(trades->instrument()[row] == index_of(list[i].instrument));
    CHECK(trades->payload<Qty>(offsetof(TradePrint, qty))[row] ==
          payload_of<TradePrint>(list[i]).qty);
    ++row;
  }
  CHECK(row == trades->rows());
  std::vector<Price> prices;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i].kind != RecordKind::DepthUpdate && list[i].kind != RecordKind::DepthSnapshot)
      continue;
    for (const Level& level : bids_of(list[i])) prices.push_back(level.price);
    for (const Level& level : asks_of(list[i])) prices.push_back(level.price);
  }
  CHECK(std::equal(prices.begin(), prices.end(), decoder.level_prices().begin(),
                   decoder.level_prices().end()));
}

TEST_CASE("blocks after the first are written and read without an allocation") {
  RecordMaker maker{13};
  RecordList list;
  for (int i = 0; i < 2'000; ++i) maker.add_tame(list);
  BlockEncoder encoder{{.rows = 2'048}};
  BlockDecoder decoder;
  std::uint64_t allocated = 0;
  for (int pass = 0; pass < 3; ++pass) {
    const std::uint64_t before = allocations_on_this_thread();
    for (std::size_t i = 0; i < list.size(); ++i) static_cast<void>(encoder.add(list[i]));
    const bool good = decoder.decode(payload_of_block(encoder.finish(0)), 2'000).empty();
    while (decoder.next() != nullptr) continue;
    allocated = allocations_on_this_thread() - before;
    REQUIRE(good);
  }
  CHECK(allocated == 0);
}
