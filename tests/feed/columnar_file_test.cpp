#include <catch2/catch.hpp>
#include <memory>
#include <stdexcept>

#include "engine/feed/columnar/convert.hpp"
#include "engine/feed/columnar/reader.hpp"
#include "engine/feed/columnar/writer.hpp"
#include "tests/feed/columnar_records.hpp"
#include "tests/feed/csv_folder.hpp"

using namespace sq;
using namespace sq::feed;
using Catch::Matchers::Contains;
using Catch::Matchers::Message;
using columnar::Press;
using columnar::Reader;
using columnar::Refused;
using columnar::Writer;
using test::RecordList;
using test::RecordMaker;

namespace {
constexpr columnar::BlockSettings kSmallBlocks{.rows = 64, .levels = 4'096};
const std::vector<FileSymbol> kSymbols{{"BTCUSDT", Price::from_raw(100'000'000), {}},
                                       {"ETHUSDT", {}, Qty::from_raw(1'000)},
                                       {"A-NAME", {}, {}}};

RecordList tame(std::uint64_t seed, std::size_t count) {
  RecordMaker maker{seed};
  RecordList list;
  for (std::size_t i = 0; i < count; ++i) maker.add_tame(list);
  return list;
}
std::filesystem::path write(const test::Folder& folder, const RecordList& list,
                            const columnar::BlockSettings& settings = kSmallBlocks) {
  Writer writer{folder / "file.sqmd", settings};
  writer.define(kSymbols);
  for (std::size_t i = 0; i < list.size(); ++i) REQUIRE(writer.add(list[i]) == Refused::No);
  writer.close();
  CHECK(writer.counters().records == list.size());
  CHECK(writer.counters().bytes == std::filesystem::file_size(folder / "file.sqmd"));
  return folder / "file.sqmd";
}
// The numbers of the records of `list` that the file gives, by their sequence; throws when one is
// not as it was.
std::vector<std::size_t> places_read(MarketFile& file, const RecordList& list) {
  std::vector<std::size_t> places;
  for (const RecordHeader* record = file.peek(); record != nullptr; record = file.peek()) {
    const std::size_t place = record->source_sequence - 1;
    if (place >= list.size() || !test::same_bytes(*record, list[place]))
      throw std::logic_error{"a record is not as it was"};
    places.push_back(place);
    file.pop();
  }
  return places;
}
std::string why_refused(const std::filesystem::path& path) {
  try {
    Reader reader{path, {}};
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}
}  // namespace

TEST_CASE("a file gives the records that were written, in their order, and its symbols") {
  const test::Folder folder;
  const RecordList list = tame(1, 1'000);
  Reader reader{write(folder, list), {}};
  CHECK(reader.blocks().size() == 16);  // 15 full ones of 64, and the rest
  const auto places = places_read(reader, list);
  REQUIRE(places.size() == list.size());
  CHECK(std::is_sorted(places.begin(), places.end()));
  CHECK(reader.counters().messages == 1'000);
  CHECK(reader.counters().anomalies == 0);
  CHECK(reader.bytes_read() == reader.bytes_total());
  REQUIRE(reader.symbols().size() == 3);
  CHECK(reader.symbols()[0].name == "BTCUSDT");
  CHECK(reader.symbols()[0].tick == Price::from_raw(100'000'000));
  CHECK(reader.symbols()[1].lot == Qty::from_raw(1'000));
  CHECK(reader.peek() == nullptr);
}

TEST_CASE("a symbol that is known better later is read as it was known last") {
  const test::Folder folder;
  Writer writer{folder / "file.sqmd", kSmallBlocks};
  writer.define(std::span{kSymbols}.first(1));
  const RecordList list = tame(2, 100);
  for (std::size_t i = 0; i < list.size(); ++i) REQUIRE(writer.add(list[i]) == Refused::No);
  std::vector<FileSymbol> better = kSymbols;
  better[0].tick = Price::from_raw(5);
  writer.define(better);
  writer.close();
  const Reader reader{folder / "file.sqmd", {}};
  REQUIRE(reader.symbols().size() == 3);
  CHECK(reader.symbols()[0].tick == Price::from_raw(5));
  CHECK(reader.symbols()[2].name == "A-NAME");
}

TEST_CASE("only the symbols asked for are given, under the ids asked for") {
  const test::Folder folder;
  const RecordList list = tame(3, 500);
  FileOptions options;
  options.source = SourceId{0x123};
  options.symbols = {{"ETHUSDT", InstrumentId{7}}, {"NOT-THERE", InstrumentId{1}}};
  Reader reader{write(folder, list), options};
  REQUIRE(reader.symbols().size() == 8);
  CHECK(reader.symbols()[7].name == "ETHUSDT");
  CHECK(reader.symbols()[1].name == "NOT-THERE");
  std::size_t expected = 0;
  for (std::size_t i = 0; i < list.size(); ++i) expected += index_of(list[i].instrument) == 1;
  std::size_t given = 0;
  for (; reader.peek() != nullptr; reader.pop(), ++given) {
    CHECK(reader.peek()->instrument == InstrumentId{7});
    CHECK(reader.peek()->source == SourceId{0x123});
  }
  CHECK(given == expected);
}

TEST_CASE("seeking finds the first record received at or after a time") {
  const test::Folder folder;
  const RecordList list = tame(4, 700);
  Reader reader{write(folder, list), {}};
  for (const std::size_t place :
       {std::size_t{0}, std::size_t{63}, std::size_t{64}, std::size_t{400}, std::size_t{699}}) {
    reader.seek(list[place].wall);
    REQUIRE(reader.peek() != nullptr);
    CHECK(reader.peek()->source_sequence == place + 1);
    reader.seek(list[place].wall + 1);
    if (place + 1 == list.size()) {
      CHECK(reader.peek() == nullptr);
    } else {
      REQUIRE(reader.peek() != nullptr);
      CHECK(reader.peek()->source_sequence == place + 2);
    }
  }
  reader.seek(WallTime{0});
  CHECK(places_read(reader, list).size() == list.size());
}

TEST_CASE("blocks as columns hold every record of the file") {
  const test::Folder folder;
  const RecordList list = tame(5, 700);
  Reader reader{write(folder, list), {}};
  std::size_t rows = 0;
  while (const auto* block = reader.next_block()) rows += block->rows();
  CHECK(rows == list.size());
}

namespace {
// Cuts the file at every `step`-th byte.
void check_cuts(std::size_t step) {
  const test::Folder folder;
  const RecordList list = tame(6, 200);
  const std::string bytes = test::bytes_of(write(folder, list));
  std::size_t most = 0;
  for (std::size_t size = 32; size < bytes.size(); size += step) {
    const auto path = folder.write("cut.sqmd", std::string_view{bytes}.substr(0, size));
    Reader reader{path, {}};
    const auto places = places_read(reader, list);
    CHECK(reader.counters().anomalies != 0);
    CHECK((places.size() % 64 == 0 || places.size() == list.size()));
    CHECK((places.empty() || places.back() + 1 == places.size()));
    CHECK(places.size() >= most);
    most = std::max(most, places.size());
  }
  CHECK(most == list.size());  // the index is not needed
}
}  // namespace

TEST_CASE("a file that is cut gives the blocks that are whole, and says that it is cut") {
  check_cuts(103);
}

TEST_CASE("a file cut at any byte gives the blocks that are whole, and says that it is cut",
          "[slow]") {
  check_cuts(1);
}

TEST_CASE("a writer that is not closed leaves the blocks that were full") {
  const test::Folder folder;
  const RecordList list = tame(7, 150);
  {
    Writer writer{folder / "file.sqmd", kSmallBlocks};
    writer.define(kSymbols);
    for (std::size_t i = 0; i < list.size(); ++i) REQUIRE(writer.add(list[i]) == Refused::No);
  }
  Reader reader{folder / "file.sqmd", {}};
  CHECK(places_read(reader, list).size() == 128);
  REQUIRE(reader.counters().anomalies == 1);
  CHECK_THAT(reader.counters().first_anomalies[0].reason, Contains("was not closed"));
  CHECK(reader.symbols().size() == 3);
}

namespace {
// Changes one bit after the other, those whose number modulo `step` is 0; how many are not noticed.
std::size_t unnoticed_flips(std::size_t step) {
  const test::Folder folder;
  const RecordList list = tame(8, 70);
  std::string bytes = test::bytes_of(write(folder, list));
  std::size_t unnoticed = 0;
  for (std::size_t bit = 0; bit < 8 * bytes.size(); bit += step) {
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    const auto path = folder.write("flipped.sqmd", bytes);
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    try {
      Reader reader{path, {}};
      static_cast<void>(places_read(reader, list));
      if (reader.counters().anomalies == 0) ++unnoticed;
    } catch (const std::runtime_error&) {
      continue;  // refused as a whole
    }
  }
  return unnoticed;
}
}  // namespace

TEST_CASE("every 499th bit that is changed in a file is noticed, and gives no wrong record") {
  CHECK(unnoticed_flips(499) == 0);
}

TEST_CASE("every bit that is changed in a file is noticed, and gives no wrong record", "[slow]") {
  CHECK(unnoticed_flips(1) == 0);
}

TEST_CASE("a damaged block is stepped over, counted and named") {
  const test::Folder folder;
  const RecordList list = tame(9, 300);
  const auto path = write(folder, list);
  std::string bytes = test::bytes_of(path);
  const std::uint64_t second = Reader{path, {}}.blocks()[1].offset;
  bytes[second + 100] = static_cast<char>(bytes[second + 100] ^ 0x10);
  Reader reader{folder.write("damaged.sqmd", bytes), {}};
  CHECK(places_read(reader, list).size() == 300 - 64);
  CHECK(reader.counters().missing == 64);
  CHECK(reader.counters().gaps == 1);
  REQUIRE(reader.counters().first_anomalies.size() == 1);
  CHECK(reader.counters().first_anomalies[0].position == second);
  CHECK_THAT(reader.counters().first_anomalies[0].reason, Contains("64 records are lost"));
}

TEST_CASE("another file, a newer version, a damaged header and a packed file are refused by name") {
  const test::Folder folder;
  const RecordList list = tame(10, 10);
  const std::string bytes = test::bytes_of(write(folder, list));
  CHECK_THAT(why_refused(folder.write("a.sqmd", "exchange,symbol\n")), Contains("a.sqmd"));
  CHECK_THAT(why_refused(folder.write("a.sqmd", "")), Contains("begin with"));
  CHECK_THAT(why_refused(folder / "absent.sqmd"), Contains("absent.sqmd"));
  std::string newer = bytes;
  columnar::FileHeader header;
  header.version = 2;
  header.checksum = columnar::checksum_of(header);
  std::memcpy(newer.data(), &header, sizeof header);
  CHECK_THAT(why_refused(folder.write("a.sqmd", newer)),
             Contains("format version 2, this program reads version 1"));
  newer[8] = 3;
  CHECK_THAT(why_refused(folder.write("a.sqmd", newer)), Contains("header is damaged"));
  CHECK_THAT(why_refused(folder.write("a.sqmd", test::gzip(bytes))), Contains("read in place"));
}

TEST_CASE("a file is told by its first bytes") {
  const test::Folder folder;
  const std::string bytes = test::bytes_of(write(folder, tame(11, 5)));
  const FileFormat format = columnar::columnar_format();
  CHECK(format.recognises("x", std::as_bytes(std::span{bytes})));
  CHECK_FALSE(format.recognises("x.sqmd", std::as_bytes(std::span{bytes}.subspan(1))));
  CHECK_FALSE(format.recognises("x.sqmd", {}));
}

TEST_CASE("converting a file keeps every record and symbol, and tells its progress") {
  const test::Folder folder;
  const RecordList list = tame(12, 3'000);
  Reader from{write(folder, list), {}};
  Writer to{folder / "second.sqmd", {}};
  std::size_t calls = 0;
  const auto done = columnar::convert(from, to, [&](const columnar::Conversion& so_far) {
    ++calls;
    CHECK(so_far.records <= 3'000);
    return true;
  });
  CHECK(calls == 1);
  CHECK(done.records == 3'000);
  CHECK(done.refused == 0);
  CHECK(done.bytes_read == done.bytes_total);
  CHECK(done.bytes_written == std::filesystem::file_size(folder / "second.sqmd"));
  Reader again{folder / "second.sqmd", {}};
  CHECK(places_read(again, list).size() == list.size());
  CHECK(again.symbols().size() == 3);
  CHECK(again.counters().anomalies == 0);
}

TEST_CASE("a file that cannot be written is said by name") {
  const test::Folder folder;
  CHECK_THROWS_WITH((Writer{folder / "no/such/folder.sqmd", {}}), Contains("folder.sqmd"));
  CHECK_THROWS_WITH((Writer{"/dev/full", {}}), Contains("/dev/full"));
  CHECK_THROWS_AS((Writer{folder / "a", {.rows = 63}}), std::invalid_argument);
  CHECK_THROWS_AS((Writer{folder / "a", {.levels = 65'537}}), std::invalid_argument);
}
