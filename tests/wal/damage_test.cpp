// A log that is not what was written must say so, and say where; a log that was only cut must not.
#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstring>

#include "engine/wal/checksum.hpp"
#include "engine/wal/meta.hpp"
#include "engine/wal/segment_writer.hpp"
#include "engine/wal/verify.hpp"
#include "tests/wal/fixture.hpp"

using namespace sq;
using namespace sq::wal;
using namespace sq::wal::test;

namespace {
// A closed log of `records` order records of 64 to 288 bytes in segments of segment_bytes.
LogSettings closed_log(const TemporaryDir& dir, std::uint64_t records, std::size_t segment_bytes) {
  auto settings = small_settings(dir);
  settings.segment_bytes = segment_bytes;
  auto log = Log::create(settings);
  for (std::uint64_t i = 1; i <= records; ++i) {
    const Sample s = sample(i, RecordKind::OrderChanged, i % 29);
    REQUIRE(log->appender().append(s.header));
  }
  log->close();
  return settings;
}

// As after a power loss: the log was not closed, and its rings are gone.
void lose_power(const std::filesystem::path& dir) {
  MetaFile meta = read_meta(dir);
  meta.state = LogState::Open;
  meta.ends = {};
  write_meta(dir, meta);
}

// Where each record of the first order segment starts, and where the last one ends.
std::vector<std::size_t> boundaries(const std::vector<std::byte>& segment) {
  std::vector<std::size_t> result{kHeaderBytes};
  while (result.back() + sizeof(RecordHeader) <= segment.size()) {
    RecordHeader header;
    std::memcpy(&header, segment.data() + result.back(), sizeof header);
    if (header.length == 0) break;
    result.push_back(result.back() + header.length);
  }
  return result;
}
}  // namespace

TEST_CASE("every flipped bit of a closed log is detected, and the damage is placed exactly", "[slow]") {
  const TemporaryDir dir;
  const auto settings = closed_log(dir, 26, 8192);  // two segments
  for (const std::uint64_t number : segment_numbers(settings.dir, Stream::Order)) {
    const auto path = segment_path(settings.dir, Stream::Order, number);
    const auto original = bytes_of(path);
    const auto starts = boundaries(original);
    const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    REQUIRE(fd >= 0);
    std::size_t undetected = 0;
    std::size_t misplaced = 0;
    for (std::size_t byte = 0; byte < original.size(); ++byte) {
      for (unsigned bit = 0; bit < 8; ++bit) {
        if (byte >= 640 && byte < kHeaderBytes && bit != byte % 8) continue;  // padding: one each
        const std::byte flipped = original[byte] ^ std::byte(1U << bit);
        if (::pwrite(fd, &flipped, 1, static_cast<off_t>(byte)) != 1) FAIL("pwrite");
        const VerifyReport report = verify(settings.dir);
        if (report.condition != Condition::Damaged) ++undetected;
        // In a header: offset 0. In a record: where it starts. Behind the last: where that ends.
        std::size_t expected = 0;
        for (const std::size_t start : starts)
          if (start <= byte) expected = start;
        if (report.first.file != path || report.first.offset != expected) ++misplaced;
      }
      if (::pwrite(fd, &original[byte], 1, static_cast<off_t>(byte)) != 1) FAIL("pwrite");
    }
    ::close(fd);
    CHECK(undetected == 0);
    CHECK(misplaced == 0);
    CHECK(bytes_of(path) == original);
  }
  CHECK(verify(settings.dir).condition == Condition::Ok);
}

TEST_CASE("every flipped bit of log.meta is refused") {
  const TemporaryDir dir;
  const auto settings = closed_log(dir, 5, 8192);
  const auto original = bytes_of(meta_path(settings.dir));
  std::size_t accepted = 0;
  for (std::size_t bit = 0; bit < original.size() * 8; ++bit) {
    auto bytes = original;
    bytes[bit / 8] ^= std::byte(1U << (bit % 8));
    write_bytes(meta_path(settings.dir), bytes);
    try {
      static_cast<void>(read_meta(settings.dir));
      ++accepted;
    } catch (const LogError&) {
    }
  }
  CHECK(accepted == 0);
}

TEST_CASE("a log cut anywhere keeps every whole record, and goes on behind the last one") {
  const TemporaryDir dir;
  const auto settings = closed_log(dir, 12, 16 * 1024);
  lose_power(settings.dir);
  const auto path = segment_path(settings.dir, Stream::Order, 1);
  const auto whole = bytes_of(path);
  const auto starts = boundaries(whole);
  REQUIRE(starts.size() == 13);
  const auto meta = bytes_of(meta_path(settings.dir));
  for (std::size_t cut = kHeaderBytes; cut <= whole.size(); ++cut) {
    // The file keeps its allocated size: what was not written yet reads as zeros.
    auto bytes = whole;
    std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(cut), bytes.end(), std::byte{0});
    bytes.resize(16 * 1024);
    write_bytes(path, bytes);
    std::uint64_t kept = 0;
    while (kept + 1 < starts.size() && starts[kept + 1] <= cut) ++kept;
    // A cut inside trailing zeros of a record leaves it whole; the samples have none but 4 bytes.
    const VerifyReport report = verify(settings.dir);
    const bool at_boundary = cut == starts[kept];
    if (report.last_sequence != kept && report.last_sequence != kept + 1) FAIL("cut at " << cut);
    if (at_boundary && report.condition != Condition::End) FAIL("boundary " << cut);
    if (report.condition != Condition::End && report.condition != Condition::Torn)
      FAIL("cut at " << cut << ": " << text_of(report));
    if (cut % 16 != 0) continue;
    auto log = Log::open(settings);
    if (log->recovery().last_sequence != report.last_sequence) FAIL("recovery, cut at " << cut);
    const std::uint64_t next = report.last_sequence + 1;
    const Sample s = sample(next, RecordKind::OrderChanged, 3);
    if (!log->appender().append(s.header)) FAIL("append");
    log->close();
    const ReadBack back = read_back(settings.dir);
    if (back.sequences != counting(next) || !back.all_samples) FAIL("after " << cut);
    write_bytes(meta_path(settings.dir), meta);
  }
}

TEST_CASE("a file shortened at any byte gives its whole records, never a wrong one") {
  const TemporaryDir dir;
  const auto settings = closed_log(dir, 12, 16 * 1024);
  lose_power(settings.dir);
  const auto path = segment_path(settings.dir, Stream::Order, 1);
  const auto whole = bytes_of(path);
  const auto starts = boundaries(whole);
  for (std::size_t size = whole.size(); size-- > kHeaderBytes;) {
    std::filesystem::resize_file(path, size);
    const ReadBack back = read_back(settings.dir);
    std::uint64_t kept = 0;
    while (kept + 1 < starts.size() && starts[kept + 1] <= size) ++kept;
    if (back.sequences != counting(kept) || !back.all_samples) FAIL("size " << size);
  }
}

TEST_CASE("a closed log that lost its end is damaged, not shorter") {
  const TemporaryDir dir;
  const auto settings = closed_log(dir, 12, 16 * 1024);
  const auto path = segment_path(settings.dir, Stream::Order, 1);
  const auto whole = bytes_of(path);
  std::filesystem::resize_file(path, boundaries(whole)[11]);  // the last record, cut out cleanly
  const VerifyReport report = verify(settings.dir);
  CHECK(report.condition == Condition::Damaged);
  CHECK(report.last_sequence == 11);
  CHECK_THROWS_AS(Log::open(settings), LogError);
}

TEST_CASE("a damaged record with a valid one behind it is refused and named, not cut off") {
  const TemporaryDir dir;
  const auto settings = closed_log(dir, 12, 16 * 1024);
  lose_power(settings.dir);
  const auto path = segment_path(settings.dir, Stream::Order, 1);
  const auto whole = bytes_of(path);
  const auto starts = boundaries(whole);
  for (std::size_t record = 0; record + 1 < 12; ++record) {
    for (const std::size_t in_record : {0U, 8U, 12U, 16U, 40U, 63U}) {
      auto bytes = whole;
      bytes[starts[record] + in_record] ^= std::byte{0x10};
      write_bytes(path, bytes);
      INFO("record " << record + 1 << " byte " << in_record);
      const VerifyReport report = verify(settings.dir);
      CHECK(report.condition == Condition::Damaged);
      CHECK(report.first.offset == starts[record]);
      CHECK(report.first.sequence == record);
      CHECK_THROWS_WITH(Log::open(settings),
                        Catch::Contains("orders-000001.seg") &&
                            Catch::Contains("offset " + std::to_string(starts[record])));
    }
  }
  auto bytes = whole;
  bytes[starts[11] + 20] ^= std::byte{0x10};  // the last one: nothing shows that it was whole
  write_bytes(path, bytes);
  CHECK(verify(settings.dir).condition == Condition::Torn);
}

TEST_CASE("a damaged record below the durable mark is refused although nothing follows it") {
  const TemporaryDir dir;
  auto settings = small_settings(dir);
  settings.durability = Durability::Group;
  settings.group_interval_ns = 1;
  auto log = Log::create(settings);
  const auto path = segment_path(settings.dir, Stream::Order, 1);
  for (std::uint64_t i = 1; i <= 9; ++i) {
    const Sample s = sample(i, RecordKind::OrderChanged, 5);
    REQUIRE(log->appender().append(s.header));
    log->do_work();  // the fourth and the eighth sync carry a mark: of record 3, of record 7
  }
  const auto bytes = bytes_of(path);
  log->close();
  lose_power(settings.dir);
  const auto starts = boundaries(bytes);
  for (std::size_t record = 1; record <= 8; ++record) {
    auto cut = bytes;
    std::fill(cut.begin() + static_cast<std::ptrdiff_t>(starts[record]), cut.end(), std::byte{0});
    write_bytes(path, cut);
    INFO("without record " << record + 1);
    CHECK(verify(settings.dir).condition == (record < 7 ? Condition::Damaged : Condition::End));
  }
}

TEST_CASE("what an older segment left behind the tail is not mistaken for records") {
  const TemporaryDir dir;
  const auto settings = closed_log(dir, 60, 8192);
  lose_power(settings.dir);
  const auto numbers = segment_numbers(settings.dir, Stream::Order);
  REQUIRE(numbers.size() >= 3);
  const auto old_bytes = bytes_of(segment_path(settings.dir, Stream::Order, numbers.front()));
  const auto newest = segment_path(settings.dir, Stream::Order, numbers.back());
  const auto tail = bytes_of(newest);
  REQUIRE(tail.size() < old_bytes.size());
  // The newest segment as if it had been made of the oldest one's blocks.
  auto recycled = old_bytes;
  std::copy(tail.begin(), tail.end(), recycled.begin());
  // Where its last record ends, old records follow; try every alignment of them too.
  for (std::size_t shift = 0; shift < 512; shift += 8) {
    auto bytes = recycled;
    const auto from = static_cast<std::ptrdiff_t>(kHeaderBytes + shift);
    const auto room = static_cast<std::ptrdiff_t>(bytes.size() - tail.size());
    const auto count =
        std::min<std::ptrdiff_t>(room, static_cast<std::ptrdiff_t>(old_bytes.size()) - from);
    std::copy_n(old_bytes.begin() + from, count,
                bytes.begin() + static_cast<std::ptrdiff_t>(tail.size()));
    write_bytes(newest, bytes);
    const ReadBack back = read_back(settings.dir);
    if (back.sequences != counting(60) || !back.all_samples) FAIL("shift " << shift);
    if (back.status.condition > Condition::Torn) FAIL(back.status.what);
  }
  auto log = Log::open(settings);
  CHECK(log->recovery().last_sequence == 60);
}

TEST_CASE("swapped, missing, foreign and renamed segments are told apart from whole ones") {
  const TemporaryDir dir;
  const auto settings = closed_log(dir, 60, 8192);
  const auto second = segment_path(settings.dir, Stream::Order, 2);
  const auto third = segment_path(settings.dir, Stream::Order, 3);
  const auto bytes_2 = bytes_of(second);
  const auto bytes_3 = bytes_of(third);

  SECTION("swapped") {
    write_bytes(second, bytes_3);
    write_bytes(third, bytes_2);
    const VerifyReport report = verify(settings.dir);
    CHECK(report.condition == Condition::Damaged);
    CHECK(report.first.file == second);
  }
  SECTION("missing in the middle") {
    std::filesystem::remove(second);
    const VerifyReport report = verify(settings.dir);
    CHECK(report.condition == Condition::LostSegment);
    CHECK(report.first.file == second);
  }
  SECTION("missing at the end") {
    const auto numbers = segment_numbers(settings.dir, Stream::Order);
    std::filesystem::remove(segment_path(settings.dir, Stream::Order, numbers.back()));
    CHECK_FALSE(verify(settings.dir).whole());
    CHECK_THROWS_AS(Log::open(settings), LogError);
  }
  SECTION("missing at the start") {
    std::filesystem::remove(segment_path(settings.dir, Stream::Order, 1));
    CHECK(verify(settings.dir).condition == Condition::LostSegment);
  }
  SECTION("blocks of one segment written into another") {
    auto misdirected = bytes_2;
    std::copy(bytes_3.begin() + kHeaderBytes, bytes_3.begin() + kHeaderBytes + 512,
              misdirected.begin() + kHeaderBytes);
    write_bytes(second, misdirected);
    CHECK(verify(settings.dir).condition == Condition::Damaged);
  }
  SECTION("a lost write: one block is what it was before") {
    auto lost = bytes_2;
    std::fill(lost.begin() + 6144, lost.begin() + 6656, std::byte{0});
    write_bytes(second, lost);
    CHECK(verify(settings.dir).condition == Condition::Damaged);
  }
  SECTION("from another log of the same instance") {
    const TemporaryDir other_dir;
    const auto other = closed_log(other_dir, 60, 8192);
    write_bytes(second, bytes_of(segment_path(other.dir, Stream::Order, 2)));
    CHECK(verify(settings.dir).condition == Condition::Damaged);
  }
}
