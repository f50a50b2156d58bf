// Repair keeps every record that can be proven, says what is lost before it does anything, and the
// damaged log stays as it was.
#include "engine/wal/repair.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <map>
#include <string>

#include "engine/messaging/orders.hpp"
#include "engine/wal/meta.hpp"
#include "engine/wal/segment_writer.hpp"
#include "engine/wal/snapshot_file.hpp"
#include "engine/wal/verify.hpp"
#include "tests/wal/fixture.hpp"

using namespace sq;
using namespace sq::wal;
using namespace sq::wal::test;

namespace {
constexpr std::uint64_t kRecords = 300;

LogSettings closed_log(const TemporaryDir& dir, std::uint64_t records = kRecords) {
  auto settings = small_settings(dir);
  settings.segment_bytes = 8192;
  auto log = Log::create(settings);
  append_samples(*log, 1, records);
  log->close();
  return settings;
}
// All files of a directory, byte for byte.
std::map<std::string, std::vector<std::byte>> contents(const std::filesystem::path& dir) {
  std::map<std::string, std::vector<std::byte>> files;
  for (const auto& entry : std::filesystem::directory_iterator{dir})
    files[entry.path().filename().string()] = bytes_of(entry.path());
  return files;
}
// Offsets of the records of a segment.
std::vector<std::size_t> starts(const std::vector<std::byte>& segment) {
  std::vector<std::size_t> result;
  for (std::size_t at = kHeaderBytes; at + sizeof(RecordHeader) <= segment.size();) {
    RecordHeader header;
    std::memcpy(&header, segment.data() + at, sizeof header);
    if (header.length == 0) break;
    result.push_back(at);
    at += header.length;
  }
  return result;
}
std::uint64_t sequence_at(const std::vector<std::byte>& segment, std::size_t offset) {
  RecordHeader header;
  std::memcpy(&header, segment.data() + offset, sizeof header);
  return header.sequence;
}
std::vector<std::uint64_t> all_but(std::uint64_t records, const std::vector<std::uint64_t>& lost) {
  auto numbers = counting(records);
  std::erase_if(numbers, [&](std::uint64_t each) {
    return std::find(lost.begin(), lost.end(), each) != lost.end();
  });
  return numbers;
}
std::vector<std::uint64_t> numbers_of(const std::vector<LostRange>& ranges) {
  std::vector<std::uint64_t> numbers;
  for (const LostRange& range : ranges)
    for (std::uint64_t each = range.first; each <= range.last; ++each) numbers.push_back(each);
  return numbers;
}
// Repairs; the log is then whole, holds all but `lost`, and an engine goes on with it.
void repair_loses(const LogSettings& settings, const std::vector<std::uint64_t>& lost,
                  std::uint64_t records = kRecords) {
  const auto before = contents(settings.dir);
  std::filesystem::path aside;
  {
    Repair repair{settings.dir};
    REQUIRE(repair.plan().needed);
    CHECK(numbers_of(repair.plan().lost) == lost);
    CHECK(repair.plan().lost_numbers == lost.size());
    CHECK(contents(settings.dir) == before);  // looking changes nothing
    aside = repair.apply().aside;
  }
  for (const auto& [name, bytes] : before) {
    INFO(name);
    CHECK(bytes_of(aside / name) == bytes);
  }
  const VerifyReport report = verify(settings.dir);
  INFO(text_of(report));
  CHECK(report.condition == Condition::Ok);
  const ReadBack back = read_back(settings.dir);
  CHECK(back.sequences == all_but(records, lost));
  CHECK(back.all_samples);
  auto log = Log::open(settings);
  append_samples(*log, records + 1, records + 50);
  log->close();
  CHECK(verify(settings.dir).condition == Condition::Ok);
  CHECK(read_back(settings.dir).sequences == all_but(records + 50, lost));
}
// Middle segment of the order stream.
std::filesystem::path middle(const LogSettings& settings) {
  const auto numbers = segment_numbers(settings.dir, Stream::Order);
  REQUIRE(numbers.size() >= 5);
  return segment_path(settings.dir, Stream::Order, numbers[numbers.size() / 2]);
}
}  // namespace

TEST_CASE("a whole log needs no repair, and apply changes nothing") {
  const TemporaryDir dir;
  const auto settings = closed_log(dir);
  const auto before = contents(settings.dir);
  {
    Repair repair{settings.dir};
    CHECK_FALSE(repair.plan().needed);
    CHECK(text_of(repair.plan()).find("nothing to repair") != std::string::npos);
    CHECK(repair.apply().records_written == 0);
  }
  CHECK(contents(settings.dir) == before);
  CHECK(std::distance(std::filesystem::directory_iterator{dir.path()}, {}) == 1);
}

TEST_CASE("a log that an engine holds is refused") {
  const TemporaryDir dir;
  const auto settings = small_settings(dir);
  auto log = Log::create(settings);
  append_samples(*log, 1, 10);
  CHECK_THROWS_WITH(Repair{settings.dir}, Catch::Contains("another engine is using this log"));
  log->close();
  log.reset();
  CHECK_NOTHROW(Repair{settings.dir});
}

TEST_CASE("a flipped bit in a closed segment costs that record and no other") {
  const TemporaryDir dir;
  const auto settings = closed_log(dir);
  const auto path = middle(settings);
  auto bytes = bytes_of(path);
  const auto at = starts(bytes);
  const std::size_t record = at[3];
  bytes[record + 70] ^= std::byte{4};  // in its payload
  write_bytes(path, bytes);
  {
    const Repair repair{settings.dir};
    CHECK(repair.plan().first[0].condition == Condition::Damaged);
    CHECK(repair.plan().first[0].file == path);
    CHECK(repair.plan().first[0].offset == record);
    REQUIRE(repair.plan().damage.size() == 1);
    CHECK(repair.plan().damage[0].offset == record);
    CHECK(repair.plan().damage[0].bytes == at[4] - record);
    REQUIRE(repair.plan().readable.size() == 1);
    CHECK(repair.plan().readable[0].kind == RecordKind::OrderChanged);
    CHECK(repair.plan().readable[0].sequence == sequence_at(bytes, record));
  }
  repair_loses(settings, {sequence_at(bytes, record)});
}

TEST_CASE("a flipped bit in a checksum costs nothing: the next record proves the one before") {
  const TemporaryDir dir;
  const auto settings = closed_log(dir);
  const auto path = middle(settings);
  auto bytes = bytes_of(path);
  bytes[starts(bytes)[2]] ^= std::byte{1};
  write_bytes(path, bytes);
  CHECK(Repair{settings.dir}.plan().healed == 1);
  repair_loses(settings, {});
}

TEST_CASE("segments under each other's names lose nothing") {
  const TemporaryDir dir;
  const auto settings = closed_log(dir);
  const auto second = segment_path(settings.dir, Stream::Order, 2);
  const auto third = segment_path(settings.dir, Stream::Order, 3);
  const auto parked = settings.dir / "parked";
  std::filesystem::rename(second, parked);
  std::filesystem::rename(third, second);
  std::filesystem::rename(parked, third);
  CHECK(Repair{settings.dir}.plan().notes.size() == 2);
  repair_loses(settings, {});
}

TEST_CASE("a missing segment costs its records, first, middle or last") {
  for (const int which : {0, 1, 2}) {
    const TemporaryDir dir;
    const auto settings = closed_log(dir);
    const auto numbers = segment_numbers(settings.dir, Stream::Order);
    const auto path = segment_path(settings.dir, Stream::Order,
                                   which == 0   ? 1
                                   : which == 1 ? numbers[numbers.size() / 2]
                                                : numbers.back());
    const auto bytes = bytes_of(path);
    std::vector<std::uint64_t> lost;
    for (const std::size_t offset : starts(bytes)) lost.push_back(sequence_at(bytes, offset));
    std::filesystem::remove(path);
    INFO(which);
    repair_loses(settings, lost);
  }
}

TEST_CASE("a lost segment header loses nothing when the segment before it is whole") {
  const TemporaryDir dir;
  const auto settings = closed_log(dir);
  const auto path = middle(settings);
  auto bytes = bytes_of(path);
  std::fill_n(bytes.begin(), kHeaderBytes, std::byte{0x5A});
  write_bytes(path, bytes);
  repair_loses(settings, {});
}

TEST_CASE("a block overwritten with another costs the records it touches and the one behind") {
  const TemporaryDir dir;
  const auto settings = closed_log(dir);
  const auto path = middle(settings);
  auto bytes = bytes_of(path);
  const auto at = starts(bytes);
  // Not on a boundary: ends inside record 6. Without the checksum of record 6, record 7 is not
  // proven; it proves record 8.
  std::vector<std::uint64_t> lost;
  for (std::size_t i = 2; i <= 7; ++i) lost.push_back(sequence_at(bytes, at[i]));
  std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(at[2]),
            bytes.begin() + static_cast<std::ptrdiff_t>(at[6] + 16), std::byte{0xEE});
  write_bytes(path, bytes);
  repair_loses(settings, lost);
}

TEST_CASE("log.meta can be lost: segments say which log this is") {
  const TemporaryDir dir;
  const auto settings = closed_log(dir);
  std::filesystem::remove(meta_path(settings.dir));
  repair_loses(settings, {});
}

TEST_CASE("a segment of another log is set aside") {
  const TemporaryDir dir;
  const auto settings = closed_log(dir);
  const TemporaryDir other_dir;
  const auto other = closed_log(other_dir, 40);
  const auto path = middle(settings);
  const auto bytes = bytes_of(path);
  std::vector<std::uint64_t> lost;
  for (const std::size_t offset : starts(bytes)) lost.push_back(sequence_at(bytes, offset));
  write_bytes(path, bytes_of(segment_path(other.dir, Stream::Order, 1)));
  repair_loses(settings, lost);
}

TEST_CASE("a newer format is refused, not repaired") {
  const TemporaryDir dir;
  const auto settings = closed_log(dir);
  MetaFile meta = read_meta(settings.dir);
  meta.version = kFormatVersion + 1;
  write_meta(settings.dir, meta);
  CHECK_THROWS_WITH(Repair{settings.dir}, Catch::Contains("newer"));
}
