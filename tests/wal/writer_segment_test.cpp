// Segments are made ahead of their use and removed when nobody needs them any more; logs of every
// released format are read for ever.
#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>
#include <string>

#include "engine/wal/checksum.hpp"
#include "engine/wal/lease.hpp"
#include "engine/wal/meta.hpp"
#include "engine/wal/segment_writer.hpp"
#include "engine/wal/verify.hpp"
#include "tests/wal/fault_disk.hpp"
#include "tests/wal/fixture.hpp"

using namespace sq;
using namespace sq::wal;
using namespace sq::wal::test;
using Catch::Contains;
using Call = FaultDisk::Call;

namespace {
void work_until_ready(Log& log, const std::filesystem::path& file) {
  for (int i = 0; i < 10'000 && !std::filesystem::exists(file); ++i) log.do_work();
  for (int i = 0; i < 100; ++i) log.do_work();
}
// Records of 512 bytes in segments of 8 KiB: 8 to a segment.
void append_feed(Log& log, std::uint64_t first, std::uint64_t last) {
  for (std::uint64_t i = first; i <= last; ++i) {
    REQUIRE(log.appender().append(sample(i, RecordKind::TradePrint, 56).header));
    if (i % 8 != 0) continue;
    REQUIRE(log.flush());
    log.do_work();
  }
}
LogSettings small_segments(const TemporaryDir& dir) {
  auto settings = small_settings(dir);
  settings.segment_bytes = 8192;
  return settings;
}
// Writes a golden log to `dir`. Its files are kept as text: their size, then lines "offset bytes"
// in hexadecimal, without those that are all zero.
void write_golden(const char* name, const std::filesystem::path& dir) {
  std::filesystem::create_directories(dir);
  const auto from = std::filesystem::path{SQ_PROJECT_DIR} / "tests" / "wal" / "golden" / name;
  for (const auto& entry : std::filesystem::directory_iterator(from)) {
    std::ifstream in{entry.path()};
    std::string word;
    std::size_t size = 0;
    REQUIRE(in >> word >> size);
    std::string bytes(size, '\0');
    std::size_t at = 0;
    while (in >> std::hex >> at >> word) {
      REQUIRE(at + word.size() / 2 <= size);
      for (std::size_t i = 0; i < word.size(); i += 2)
        bytes[at++] = static_cast<char>(std::stoul(word.substr(i, 2), nullptr, 16));
    }
    std::ofstream{dir / entry.path().stem(), std::ios::binary} << bytes;
  }
}
}  // namespace

TEST_CASE("a stream goes on in a segment that was allocated before it was needed") {
  const TemporaryDir dir;
  FaultDisk disk;
  auto settings = small_segments(dir);
  settings.disk = &disk;
  auto log = Log::create(settings);
  const auto next = next_path(settings.dir, Stream::Order);
  CHECK(std::filesystem::file_size(next) == settings.segment_bytes);
  for (std::uint64_t round = 0; round < 5; ++round) {
    work_until_ready(*log, next);
    REQUIRE(std::filesystem::exists(next));
    const auto allocations = disk.calls(Call::Allocate);
    for (std::uint64_t i = 1; i <= 8; ++i)  // fills one segment
      REQUIRE(log->appender().append(sample(8 * round + i, RecordKind::OrderChanged, 56).header));
    REQUIRE(log->flush());
    CHECK(disk.calls(Call::Allocate) == allocations);
    CHECK_FALSE(std::filesystem::exists(next));  // it is in use
    CHECK(segment_numbers(settings.dir, Stream::Order).size() == round + 1);
  }
  log->close();
  CHECK_FALSE(std::filesystem::exists(next));
  CHECK_FALSE(std::filesystem::exists(reserve_path(settings.dir, Stream::Order)));
  CHECK(verify(settings.dir).condition == Condition::Ok);
  CHECK(read_back(settings.dir).sequences == counting(40));
}

TEST_CASE("what a killed process had prepared is used again and never read as records") {
  const TemporaryDir dir;
  const auto settings = small_segments(dir);
  auto log = Log::create(settings);
  append_samples(*log, 1, 40);
  REQUIRE(log->flush());
  log->fail("as if it had been killed");
  log.reset();
  // The worst it can be: named but for the rename, with a header of the segment to come.
  const auto numbers = segment_numbers(settings.dir, Stream::Order);
  auto page = bytes_of(segment_path(settings.dir, Stream::Order, numbers.back()));
  page.resize(kHeaderBytes);
  page.resize(settings.segment_bytes);
  write_bytes(next_path(settings.dir, Stream::Order), page);
  write_bytes(reserve_path(settings.dir, Stream::Order), page);
  log = Log::open(settings);
  append_samples(*log, 41, 80);
  log->close();
  CHECK(read_back(settings.dir).sequences == counting(80));
  CHECK(verify(settings.dir).condition == Condition::Ok);
}

TEST_CASE("the feed log keeps what is configured, and a reader that is too slow is told so") {
  const TemporaryDir dir;
  auto settings = small_segments(dir);
  settings.keep_feed.bytes = 3 * 8192;
  auto log = Log::create(settings);
  append_feed(*log, 1, 16);
  Reader slow{settings.dir, {.follow = true}};
  for (std::uint64_t i = 1; i <= 3; ++i) REQUIRE(slow.next()->sequence == i);
  append_feed(*log, 17, 96);
  const auto numbers = segment_numbers(settings.dir, Stream::Feed);
  CHECK(numbers.size() <= 3);
  CHECK(numbers.back() == 12);
  CHECK(log->segments_removed() == 12 - numbers.size());
  CHECK(log->removals_failed() == 0);
  std::uint64_t last = 3;
  while (const RecordHeader* record = slow.next()) {
    REQUIRE(record->sequence == last + 1);  // the segment it has open stays readable
    REQUIRE(is_sample(*record));
    last = record->sequence;
  }
  CHECK(last == 8);
  CHECK(slow.status().condition == Condition::LostSegment);
  CHECK(slow.status().file == segment_path(settings.dir, Stream::Feed, 2));
  const ReadBack late = read_back(settings.dir, {.orders = false});
  CHECK(late.sequences.empty());
  CHECK(late.status.condition == Condition::LostSegment);
  log->close();
  log.reset();
  CHECK(Log::open(settings)->recovery().last_sequence == 96);
}

TEST_CASE("a lease keeps what it needs of the feed log, until it moves on or is removed") {
  const TemporaryDir dir;
  auto settings = small_segments(dir);
  settings.keep_feed.bytes = 8192;
  auto log = Log::create(settings);
  LeaseFile lease;
  lease.log_id = read_meta(settings.dir).log_id;
  lease.from_sequence = {~std::uint64_t{0}, 9};  // the first record of segment 2
  write_lease(settings.dir, "archive", lease);
  append_feed(*log, 1, 48);
  CHECK(segment_numbers(settings.dir, Stream::Feed).front() == 2);
  lease.from_sequence[1] = 24;  // the last record of segment 3
  write_lease(settings.dir, "archive", lease);
  append_feed(*log, 49, 64);
  CHECK(segment_numbers(settings.dir, Stream::Feed).front() == 3);
  write_bytes(settings.dir / "publisher.lease", std::vector<std::byte>(64, std::byte{7}));
  remove_lease(settings.dir, "archive");
  append_feed(*log, 65, 80);  // one that cannot be read needs everything
  CHECK(segment_numbers(settings.dir, Stream::Feed).front() == 3);
  remove_lease(settings.dir, "publisher");
  append_feed(*log, 81, 96);
  CHECK(segment_numbers(settings.dir, Stream::Feed).front() >= 11);
  log->close();
}

TEST_CASE("the order log is kept whole without a lease, and goes behind one when configured") {
  const TemporaryDir dir;
  auto settings = small_segments(dir);
  settings.keep_orders.age_ns = 1;
  auto log = Log::create(settings);
  const auto fill = [&](std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t i = first; i <= last; ++i) {
      REQUIRE(log->appender().append(sample(i, RecordKind::OrderChanged, 56).header));
      REQUIRE(log->flush());
      if (i % 8 == 1) log->do_work();
    }
  };
  fill(1, 40);
  CHECK(segment_numbers(settings.dir, Stream::Order).front() == 1);
  LeaseFile snapshot;
  snapshot.log_id = read_meta(settings.dir).log_id;
  snapshot.from_sequence = {33, ~std::uint64_t{0}};  // the first record of segment 5
  write_lease(settings.dir, "snapshot", snapshot);
  fill(41, 56);
  CHECK(segment_numbers(settings.dir, Stream::Order).front() == 5);
  log->close();
  const ReadBack tail = read_back(settings.dir, {.from_sequence = 33});
  CHECK(tail.sequences.size() == 24);
  CHECK(tail.status.condition == Condition::End);
}

TEST_CASE("a closed log of format 1 is read, recovered and continued") {
  const TemporaryDir dir;
  auto settings = small_segments(dir);
  settings.instance = FixedText<16>{"golden"};
  write_golden("format1-closed", settings.dir);
  CHECK(verify(settings.dir).condition == Condition::Ok);
  const ReadBack back = read_back(settings.dir);
  CHECK(back.sequences == counting(40));
  CHECK(back.all_samples);
  auto log = Log::open(settings);
  CHECK(log->recovery().was_clean);
  append_samples(*log, 41, 80);
  log->close();
  CHECK(read_back(settings.dir).sequences == counting(80));
}

TEST_CASE("a log of format 1 that lost its rings keeps what its durable marks promise") {
  const TemporaryDir dir;
  auto settings = small_segments(dir);
  settings.instance = FixedText<16>{"golden"};
  write_golden("format1-power-loss", settings.dir);
  const ReadBack back = read_back(settings.dir);
  CHECK(back.sequences == counting(40));
  CHECK(back.all_samples);
  CHECK(back.status.condition == Condition::End);
  const auto newest = segment_path(settings.dir, Stream::Order, 2);
  const auto whole = bytes_of(newest);
  auto bytes = whole;
  bytes[kHeaderBytes + 20] ^= std::byte{1};  // in its first record, long since durable
  write_bytes(newest, bytes);
  CHECK_THROWS_WITH(Log::open(settings), Contains("orders-000002.seg") && Contains("offset 4096"));
  write_bytes(newest, whole);
  auto log = Log::open(settings);
  CHECK(log->recovery().ring_lost[0]);
  CHECK(log->recovery().last_sequence == 40);
  log->close();
}

TEST_CASE(
    "a segment of a newer format is refused, one with another version and no sum is damaged") {
  const TemporaryDir dir;
  auto settings = small_segments(dir);
  settings.instance = FixedText<16>{"golden"};
  write_golden("format1-closed", settings.dir);
  const auto path = segment_path(settings.dir, Stream::Order, 1);
  auto bytes = bytes_of(path);
  SegmentHeader header;
  std::memcpy(static_cast<void*>(&header), bytes.data(), sizeof header);
  CHECK(header.version == 1);
  header.version = kFormatVersion + 1;
  header.checksum = header_checksum(header);
  std::memcpy(bytes.data(), &header, sizeof header);
  write_bytes(path, bytes);
  const VerifyReport report = verify(settings.dir);
  CHECK(report.condition == Condition::Damaged);
  CHECK_THAT(report.first.what, Contains("newer than this program"));
}
