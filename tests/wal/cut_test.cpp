// A log that ends at every byte position it has (S05), and what may lie behind its end: zeros,
// noise, what the blocks held before (S06). What was whole stays; what follows is never taken for a
// record.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <random>

#include "engine/wal/meta.hpp"
#include "engine/wal/segment_writer.hpp"
#include "engine/wal/verify.hpp"
#include "tests/wal/fixture.hpp"

using namespace sq;
using namespace sq::wal;
using namespace sq::wal::test;

namespace {
constexpr std::size_t kSegmentBytes = 8 * 1024;
using Bytes = std::vector<std::byte>;

// A reference log of order records in several segments, as a power loss finds it: not closed in
// order, without rings, without durable marks.
struct Reference {
  TemporaryDir dir;
  LogSettings settings{small_settings(dir)};
  std::vector<Bytes> segments;
  std::vector<std::vector<std::size_t>> ends;  // of each record, in its segment
  std::vector<std::size_t> records_before;     // of each segment

  explicit Reference(std::uint64_t records) {
    settings.segment_bytes = kSegmentBytes;
    auto log = Log::create(settings);
    for (std::uint64_t i = 1; i <= records; ++i)
      REQUIRE(log->appender().append(sample(i, RecordKind::OrderChanged, i % 29).header));
    log->close();
    MetaFile meta = read_meta(settings.dir);
    meta.state = LogState::Open;
    meta.ends = {};
    write_meta(settings.dir, meta);
    std::size_t counted = 0;
    for (const std::uint64_t number : segment_numbers(settings.dir, Stream::Order)) {
      segments.push_back(bytes_of(segment_path(settings.dir, Stream::Order, number)));
      records_before.push_back(counted);
      ends.push_back(ends_of_records(segments.back()));
      counted += ends.back().size();
    }
    REQUIRE(counted == records);
    REQUIRE(segments.size() >= 3);
  }
  static std::vector<std::size_t> ends_of_records(const Bytes& bytes) {
    std::vector<std::size_t> ends;
    std::size_t at = kHeaderBytes;
    while (at + sizeof(RecordHeader) <= bytes.size()) {
      std::uint32_t length = 0;
      std::memcpy(&length, bytes.data() + at + 8, sizeof length);
      if (length == 0) break;
      at += length;
      ends.push_back(at);
    }
    return ends;
  }
  [[nodiscard]] std::filesystem::path path(std::size_t segment) const {
    return segment_path(settings.dir, Stream::Order, segment + 1);
  }
  // Records that are whole when segment `segment` ends at `cut` and no later one exists.
  [[nodiscard]] std::size_t whole(std::size_t segment, std::size_t cut) const {
    std::size_t n = records_before[segment];
    for (const std::size_t end : ends[segment]) n += end <= cut ? 1 : 0;
    return n;
  }
  void restore(std::size_t segment) const { write_bytes(path(segment), segments[segment]); }
};

enum class Behind : std::uint8_t { Nothing, Zeros, Noise, OlderRecords, OwnRecords };

// What a segment of `size` bytes shows behind the cut.
Bytes cut_at(const Reference& log, std::size_t segment, std::size_t cut, Behind behind,
             std::mt19937_64& random) {
  Bytes bytes = log.segments[segment];
  bytes.resize(cut);
  if (behind == Behind::Nothing) return bytes;
  const Bytes& source = log.segments[behind == Behind::OwnRecords ? segment : 0];
  const std::size_t shift = 8 * (1 + random() % 64);
  while (bytes.size() < kSegmentBytes) {
    std::byte next{0};
    if (behind == Behind::Noise) next = std::byte(random() & 0xFFU);
    if (behind >= Behind::OlderRecords && bytes.size() + shift < source.size())
      next = source[bytes.size() + shift];
    bytes.push_back(next);
  }
  return bytes;
}

// The log ends at `cut` of `segment`: what must be read, and how it may be judged.
void check_cut(const Reference& log, std::size_t segment, std::size_t cut, Behind behind,
               std::mt19937_64& random) {
  const Bytes bytes = cut_at(log, segment, cut, behind, random);
  write_bytes(log.path(segment), bytes);
  // What lies behind may continue the record by chance, or in its zeros.
  const Bytes& original = log.segments[segment];
  const auto differs = std::mismatch(bytes.begin(), bytes.end(), original.begin(), original.end());
  const std::size_t kept =
      log.whole(segment, static_cast<std::size_t>(differs.first - bytes.begin()));
  const ReadBack back = read_back(log.settings.dir);
  INFO("segment " << segment + 1 << ", cut at " << cut << ", behind it " << int(behind) << ": "
                  << back.status.what);
  if (!back.all_samples) FAIL("a record that was never written");
  if (back.sequences != counting(back.sequences.size()) || back.sequences.size() > kept)
    FAIL(back.sequences.size() << " records instead of " << kept);
  const bool refused = back.status.condition > Condition::Torn;
  if (!refused && back.sequences.size() != kept) FAIL("lost without a word");
  // A header that is not whole, and valid later records behind the cut, are damage.
  if (refused && cut >= kHeaderBytes && behind != Behind::OwnRecords)
    FAIL("refused without damage");
}

// Cuts every segment at each `step`th position, later segments gone.
std::size_t cut_everywhere(const Reference& log, std::size_t step) {
  std::mt19937_64 random{7};
  std::size_t cuts = 0;
  for (std::size_t segment = log.segments.size(); segment-- > 0;) {
    for (std::size_t cut = 0; cut <= log.segments[segment].size(); ++cut) {
      for (const Behind behind : {Behind::Nothing, Behind::Zeros, Behind::Noise,
                                  Behind::OlderRecords, Behind::OwnRecords}) {
        if (segment == 0 && behind == Behind::OlderRecords) continue;
        if ((cut * 5 + static_cast<std::size_t>(behind)) % step != 0) continue;
        check_cut(log, segment, cut, behind, random);
        ++cuts;
      }
    }
    std::filesystem::remove(log.path(segment));
  }
  return cuts;
}
}  // namespace

TEST_CASE("S05 S06: a log cut at each 997th place keeps its whole records, whatever lies behind") {
  const Reference log{200};
  CHECK(cut_everywhere(log, 997) > 100);
}

TEST_CASE("S05 S06: a log cut at every byte keeps its whole records, whatever lies behind",
          "[slow]") {
  const Reference log{60};
  std::size_t bytes = 0;
  for (const auto& segment : log.segments) bytes += segment.size() + 1;
  CHECK(cut_everywhere(log, 1) == bytes * 5 - log.segments[0].size() - 1);
}

TEST_CASE("no segment is longer than its header says, whatever the lengths of its records") {
  const TemporaryDir dir;
  auto settings = small_settings(dir);
  settings.segment_bytes = 8192;
  auto log = Log::create(settings);
  for (std::uint64_t i = 1; i <= 900; ++i)
    REQUIRE(log->appender().append(sample(i, RecordKind::OrderChanged, (i * 11) % 41).header));
  log->close();
  const auto numbers = segment_numbers(settings.dir, Stream::Order);
  REQUIRE(numbers.size() > 40);
  for (const std::uint64_t number : numbers)
    CHECK(std::filesystem::file_size(segment_path(settings.dir, Stream::Order, number)) <= 8192);
}

TEST_CASE("S05: a cut inside a segment that has a successor is damage at every place, not an end") {
  const Reference log{200};
  for (std::size_t cut = 0; cut < log.ends[0].back(); cut += 397) {
    auto bytes = log.segments[0];
    bytes.resize(cut);
    bytes.resize(kSegmentBytes);
    write_bytes(log.path(0), bytes);
    const ReadBack back = read_back(log.settings.dir);
    INFO("cut at " << cut);
    if (std::equal(bytes.begin(), bytes.end(), log.segments[0].begin()))
      continue;  // only zeros cut
    if (back.status.condition <= Condition::Torn) FAIL("taken for an end");
    if (back.sequences.size() > log.whole(0, cut) + 1) FAIL("records behind the damage");
  }
}

TEST_CASE("S06: a log cut anywhere goes on behind its last whole record, over what lay there") {
  const Reference log{200};
  std::mt19937_64 random{11};
  const std::size_t last = log.segments.size() - 1;
  const auto meta = bytes_of(meta_path(log.settings.dir));
  for (std::size_t cut = kHeaderBytes; cut <= log.segments[last].size(); cut += 1'009) {
    for (const Behind behind : {Behind::Zeros, Behind::Noise, Behind::OlderRecords}) {
      write_bytes(log.path(last), cut_at(log, last, cut, behind, random));
      const std::uint64_t kept = read_back(log.settings.dir).sequences.size();
      auto opened = Log::open(log.settings);
      if (opened->recovery().last_sequence != kept) FAIL("cut at " << cut);
      append_samples(*opened, kept + 1, kept + 40);
      opened->close();
      const ReadBack back = read_back(log.settings.dir);
      if (!back.all_samples || back.sequences.size() != kept + 40) FAIL("after " << cut);
      for (std::size_t more = last + 1; std::filesystem::remove(log.path(more)); ++more) {
      }
      for (const std::uint64_t number : segment_numbers(log.settings.dir, Stream::Feed))
        std::filesystem::remove(segment_path(log.settings.dir, Stream::Feed, number));
      write_bytes(meta_path(log.settings.dir), meta);
    }
  }
}

TEST_CASE(
    "S06: the header that a killed process left in a prepared file is gone before it has a name") {
  const TemporaryDir dir;
  auto settings = small_settings(dir);
  Log::create(settings)->close();
  for (const char* name : {"orders.next", "feed.next", "orders.reserve"}) {
    Bytes left(settings.segment_bytes);
    std::fill_n(left.begin(), kHeaderBytes, std::byte{0xA5});
    write_bytes(settings.dir / name, left);
  }
  auto log = Log::open(settings);
  for (int i = 0; i < 10; ++i) log->do_work();
  for (const char* name : {"orders.next", "feed.next", "orders.reserve"}) {
    const Bytes prepared = bytes_of(settings.dir / name);
    INFO(name);
    CHECK(std::count(prepared.begin(), prepared.end(), std::byte{0}) ==
          static_cast<std::ptrdiff_t>(prepared.size()));
  }
}
