// Every single bit of a 64 KiB log, flipped alone (S07): reading it must find the damage, name the
// file, and never hand out a record that is not what was written. S08: the last durable record.
#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
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
constexpr std::size_t kSegmentBytes = 16 * 1024;
constexpr std::size_t kLogBits = 64 * 1024 * 8;
constexpr std::uint64_t kRecordsPerSegment = (kSegmentBytes - kHeaderBytes) / 128;

// Two full segments of each stream: 64 KiB to the byte. Every second record is market data.
LogSettings full_log(const TemporaryDir& dir) {
  auto settings = small_settings(dir);
  settings.segment_bytes = kSegmentBytes;
  auto log = Log::create(settings);
  for (std::uint64_t i = 1; i <= 4 * kRecordsPerSegment; ++i) {
    const auto kind = i % 2 == 0 ? RecordKind::TradePrint : RecordKind::OrderChanged;
    REQUIRE(log->appender().append(sample(i, kind, 8).header));
  }
  log->close();
  return settings;
}

struct Flips {
  std::size_t tried{0};
  std::size_t undetected{0};
  std::size_t misplaced{0};  // another file named, or a place behind the damage
  std::size_t wrong{0};      // a record was handed out that was never written, or not in its place
};
// Of all bits of all segments, numbered through, those that are `first`, `first + step`, ...
Flips flip(const LogSettings& settings, std::size_t first, std::size_t step) {
  Flips flips;
  std::size_t number = 0;
  for (const Stream stream : kBothStreams) {
    for (const std::uint64_t segment : segment_numbers(settings.dir, stream)) {
      const auto path = segment_path(settings.dir, stream, segment);
      const auto original = bytes_of(path);
      REQUIRE(original.size() == kSegmentBytes);
      const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
      REQUIRE(fd >= 0);
      for (std::size_t bit = 0; bit < original.size() * 8; ++bit, ++number) {
        if (number % step != first) continue;
        const std::byte flipped = original[bit / 8] ^ std::byte(1U << (bit % 8));
        const auto at = static_cast<off_t>(bit / 8);
        if (::pwrite(fd, &flipped, 1, at) != 1) FAIL("pwrite");
        const ReadBack back = read_back(settings.dir);
        if (::pwrite(fd, &original[bit / 8], 1, at) != 1) FAIL("pwrite");
        ++flips.tried;
        const std::size_t in_records = bit / 8 < kHeaderBytes ? 0 : bit / 8 - kHeaderBytes;
        const std::size_t expected =
            bit / 8 < kHeaderBytes ? 0 : kHeaderBytes + in_records / 128 * 128;
        if (back.status.condition != Condition::Damaged) ++flips.undetected;
        if (back.status.file != path || back.status.offset != expected) ++flips.misplaced;
        if (!back.all_samples || back.sequences != counting(back.sequences.size())) ++flips.wrong;
      }
      ::close(fd);
    }
  }
  CHECK(number == kLogBits);
  return flips;
}
void check_flips(const Flips& flips, std::size_t tried) {
  CHECK(flips.tried == tried);
  CHECK(flips.undetected == 0);
  CHECK(flips.misplaced == 0);
  CHECK(flips.wrong == 0);
}
}  // namespace

TEST_CASE("S07: each 509th bit of a 64 KiB log, flipped alone, is detected in its place") {
  const TemporaryDir dir;
  const auto settings = full_log(dir);
  REQUIRE(verify(settings.dir).condition == Condition::Ok);
  check_flips(flip(settings, 3, 509), (kLogBits - 3 + 508) / 509);
  CHECK(verify(settings.dir).condition == Condition::Ok);
}

TEST_CASE("S07: each of the 524,288 bits of a 64 KiB log, flipped alone, is detected in its place",
          "[slow]") {
  const TemporaryDir dir;
  const auto settings = full_log(dir);
  check_flips(flip(settings, 0, 1), kLogBits);
  CHECK(verify(settings.dir).condition == Condition::Ok);
}

TEST_CASE(
    "S08: any flipped bit of the last durable record is refused, although nothing follows it") {
  const TemporaryDir dir;
  auto settings = small_settings(dir);
  settings.durability = Durability::Group;
  settings.group_interval_ns = 1;
  auto log = Log::create(settings);
  for (std::uint64_t i = 1; i <= 10; ++i)
    REQUIRE(log->appender().append(sample(i, RecordKind::OrderChanged, 8).header));
  log->do_work();
  REQUIRE(log->durable_sequence() == 10);
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds{12};
  while (std::chrono::steady_clock::now() < until) {
  }
  log->do_work();  // the mark has caught up

  const auto copy = dir.path() / "copy";  // as after a power loss: without rings
  std::filesystem::copy(settings.dir, copy, std::filesystem::copy_options::recursive);
  log->close();
  auto copied = settings;
  copied.dir = copy;
  const auto path = segment_path(copy, Stream::Order, 1);
  const auto original = bytes_of(path);
  for (std::size_t bit = 0; bit < 128 * 8; ++bit) {
    auto bytes = original;
    bytes[kHeaderBytes + 9 * 128 + bit / 8] ^= std::byte(1U << (bit % 8));
    write_bytes(path, bytes);
    const ReadBack back = read_back(copy);
    if (back.status.condition != Condition::Damaged)
      FAIL("bit " << bit << " of it is not detected");
    if (back.sequences != counting(9)) FAIL("bit " << bit);
    if (bit % 64 == 0) CHECK_THROWS_AS(Log::open(copied), LogError);
    if (bit % 64 == 0) CHECK(bytes_of(path) == bytes);  // a refusal changes nothing
  }
}

TEST_CASE("S07: a flipped bit in the unused rest of a full segment is detected") {
  const TemporaryDir dir;
  auto settings = small_settings(dir);
  settings.segment_bytes = 8192;
  auto log = Log::create(settings);
  for (std::uint64_t i = 1; i <= 20; ++i)  // 424 bytes each: nine fit, 280 bytes stay unused
    REQUIRE(log->appender().append(sample(i, RecordKind::OrderChanged, 45).header));
  log->close();
  const auto path = segment_path(settings.dir, Stream::Order, 1);
  const auto original = bytes_of(path);
  REQUIRE(original.size() == 8192);
  for (std::size_t byte = kHeaderBytes + 9 * 424; byte < original.size(); ++byte) {
    auto bytes = original;
    bytes[byte] ^= std::byte(1U << (byte % 8));
    write_bytes(path, bytes);
    const ReadBack back = read_back(settings.dir);
    if (back.status.condition != Condition::Damaged || back.sequences != counting(9))
      FAIL("byte " << byte);
  }
}

TEST_CASE(
    "S06 S09: a segment of another log or another chain is refused, though it has no records") {
  const TemporaryDir dir;
  auto settings = small_settings(dir);
  settings.segment_bytes = 8192;
  auto log = Log::create(settings);
  for (std::uint64_t i = 1; i <= 12; ++i)
    REQUIRE(log->appender().append(sample(i, RecordKind::OrderChanged, 45).header));
  log->close();
  MetaFile meta = read_meta(settings.dir);
  meta.state = LogState::Open;  // as after a power loss that left nothing of the second segment
  meta.ends = {};
  write_meta(settings.dir, meta);
  const auto path = segment_path(settings.dir, Stream::Order, 2);
  std::vector<std::byte> bytes(8192);
  SegmentHeader header;
  const auto original = bytes_of(path);
  std::memcpy(&header, original.data(), sizeof header);
  const int field = GENERATE(0, 1, 2);
  if (field == 1) header.log_id ^= 1U;
  if (field == 2) header.chain_seed ^= 1U;
  header.checksum = header_checksum(header);
  std::memcpy(bytes.data(), &header, sizeof header);
  write_bytes(path, bytes);
  const ReadBack back = read_back(settings.dir);
  CHECK(back.sequences == counting(9));
  CHECK(back.status.condition == (field == 0 ? Condition::End : Condition::Damaged));
}
