// Repair of logs that nobody closed: their rings, torn ends, lost rings; and what it says of
// orders, fills and snapshots.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <functional>

#include "engine/messaging/orders.hpp"
#include "engine/wal/meta.hpp"
#include "engine/wal/repair.hpp"
#include "engine/wal/segment_writer.hpp"
#include "engine/wal/snapshot_file.hpp"
#include "engine/wal/verify.hpp"
#include "tests/wal/fixture.hpp"

using namespace sq;
using namespace sq::wal;
using namespace sq::wal::test;

namespace {
// A log whose process ended without a word, after `work`.
LogSettings killed_log(const TemporaryDir& dir, const std::function<void(Log&)>& work,
                       Durability durability = Durability::Process) {
  auto settings = small_settings(dir);
  settings.segment_bytes = 8192;
  settings.durability = durability;
  const pid_t child = ::fork();
  if (child == 0) {
    auto log = Log::create(settings);
    work(*log);
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE((WIFEXITED(status) && WEXITSTATUS(status) == 0));
  return settings;
}
void lose_rings(const LogSettings& settings) {
  const MetaFile meta = read_meta(settings.dir);
  for (const Stream stream : kBothStreams) std::filesystem::remove(ring_path_of(meta, stream));
}
// Flips a bit in the payload of the n-th record of a segment; gives its sequence.
std::uint64_t damage(const std::filesystem::path& path, std::size_t n) {
  auto bytes = bytes_of(path);
  std::size_t at = kHeaderBytes;
  RecordHeader header;
  for (std::size_t i = 0;; ++i) {
    std::memcpy(&header, bytes.data() + at, sizeof header);
    REQUIRE(header.length > 0);
    if (i >= n && header.length > sizeof header) break;
    at += header.length;
  }
  bytes[at + 64] ^= std::byte{0x10};
  write_bytes(path, bytes);
  return header.sequence;
}
template <class P>
void append(Log& log, RecordKind kind, std::uint64_t sequence, const P& payload) {
  auto record = make_record(kind, payload);
  record.header.sequence = sequence;
  if (!log.appender().append(record.header)) throw std::runtime_error("refused");
}
}  // namespace

TEST_CASE("a killed log with a damaged segment gets its records back from the ring") {
  const TemporaryDir dir;
  const auto settings = killed_log(dir, [](Log& log) {
    for (std::uint64_t i = 1; i <= 200; ++i) {
      append_samples(log, i, i);
      if (i == 190 && !log.flush()) ::_exit(1);
    }
  });  // 190 are in segments, 10 in the rings only; the rings never came round
  static_cast<void>(damage(segment_path(settings.dir, Stream::Order, 2), 4));
  std::filesystem::path aside;
  {
    Repair repair{settings.dir};
    REQUIRE(repair.plan().needed);
    CHECK(repair.plan().first[0].condition == Condition::Damaged);
    CHECK(repair.plan().lost.empty());
    aside = repair.apply().aside;
  }
  CHECK(verify(settings.dir).condition == Condition::Ok);
  CHECK(read_back(settings.dir).sequences == counting(200));
  // The ring went with the damaged log.
  const auto ring = ring_path_of(read_meta(aside), Stream::Order);
  CHECK_FALSE(std::filesystem::exists(ring));
  CHECK(std::filesystem::exists(aside / ring.filename()));
  auto log = Log::open(settings);
  CHECK(log->recovery().last_sequence == 200);
  append_samples(*log, 201, 220);
  log->close();
  CHECK(read_back(settings.dir).sequences == counting(220));
}

TEST_CASE("a lost ring alone is no damage; with a damaged segment what both had is lost") {
  const TemporaryDir dir;
  const auto settings = killed_log(dir, [](Log& log) {
    append_samples(log, 1, 190);
    if (!log.flush()) ::_exit(1);
    append_samples(log, 191, 200);
  });
  lose_rings(settings);
  {
    const Repair repair{settings.dir};
    CHECK_FALSE(repair.plan().needed);
    CHECK(repair.plan().notes.size() == 2);  // both rings
  }
  const std::uint64_t lost = damage(segment_path(settings.dir, Stream::Order, 2), 4);
  Repair repair{settings.dir};
  REQUIRE(repair.plan().needed);
  REQUIRE(repair.plan().lost.size() == 1);
  CHECK(repair.plan().lost[0].first == lost);
  CHECK(repair.plan().lost[0].last == lost);
  static_cast<void>(repair.apply());
  auto expected = counting(190);
  std::erase(expected, lost);
  CHECK(read_back(settings.dir).sequences == expected);
  CHECK(verify(settings.dir).condition == Condition::Ok);
}

TEST_CASE("a torn end is cut off; a durable mark beyond it names what is lost") {
  for (const bool marks : {false, true}) {
    const TemporaryDir dir;
    const auto settings = killed_log(
        dir,
        [](Log& log) {
          for (std::uint64_t i = 1; i <= 20; ++i) {
            const Sample s = sample(i, RecordKind::OrderChanged, 8);
            if (!log.appender().append(s.header) || !log.flush()) ::_exit(1);
          }
        },
        marks ? Durability::Group : Durability::Process);
    lose_rings(settings);
    const auto path = segment_path(settings.dir, Stream::Order, 1);
    auto bytes = bytes_of(path);
    constexpr std::size_t kLength = 128;
    // 20 records of 128 bytes; the 17th to the 20th are gone, of the 17th the half is left.
    const std::size_t cut = kHeaderBytes + 16 * kLength + 72;
    std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(cut), bytes.end(), std::byte{0});
    write_bytes(path, bytes);
    {
      Repair repair{settings.dir};
      INFO(text_of(repair.plan()));
      REQUIRE(repair.plan().needed);
      CHECK(repair.plan().first[0].condition == (marks ? Condition::Damaged : Condition::Torn));
      CHECK(repair.plan().first[0].offset == kHeaderBytes + 16 * kLength);
      CHECK(repair.plan().kept[0] == 16);
      if (marks) {
        REQUIRE(repair.plan().lost.size() == 1);
        CHECK(repair.plan().lost[0].first == 17);
        CHECK(repair.plan().lost[0].last == 19);
      } else {
        CHECK(repair.plan().lost.empty());
      }
      static_cast<void>(repair.apply());
    }
    CHECK(verify(settings.dir).condition == Condition::Ok);
    CHECK(read_back(settings.dir).sequences == counting(16));
  }
}

TEST_CASE("lost orders and half lost fills are named by id and trade") {
  const TemporaryDir dir;
  auto settings = small_settings(dir);
  auto log = Log::create(settings);
  const auto order = [](std::uint64_t i) {
    OrderRequest request;
    request.id = OrderId::make(3, i);
    return request;
  };
  const auto filled = [&](std::uint64_t i) {
    OrderReport report;
    report.id = order(i).id;
    report.kind = ReportKind::Filled;
    report.trade_id = 700 + i;
    return report;
  };
  const auto booked = [&](std::uint64_t i) {
    FillBooked fill;
    fill.id = order(i).id;
    fill.trade_id = 700 + i;
    return fill;
  };
  append(*log, RecordKind::OrderSent, 1, order(1));
  append(*log, RecordKind::OrderSent, 2, order(2));  // lost
  append(*log, RecordKind::OrderSent, 3, order(3));
  append(*log, RecordKind::OrderReport, 4, filled(1));
  append(*log, RecordKind::FillBooked, 5, booked(1));
  append(*log, RecordKind::OrderReport, 6, filled(2));
  append(*log, RecordKind::FillBooked, 7, booked(2));
  append(*log, RecordKind::OrderReport, 8, filled(3));
  append(*log, RecordKind::FillBooked, 9, booked(3));  // lost
  append(*log, RecordKind::TimeTick, 10, QueryRequest{});
  log->close();
  log.reset();
  const auto path = segment_path(settings.dir, Stream::Order, 1);
  CHECK(damage(path, 1) == 2);
  CHECK(damage(path, 8) == 9);
  const Repair repair{settings.dir};
  const RepairPlan& plan = repair.plan();
  const std::string second = "3.2";
  CHECK(plan.orders == std::vector{second});
  REQUIRE(plan.fills.size() == 1);
  CHECK(plan.fills[0].find("trade 703: reported, its booking is lost") != std::string::npos);
  CHECK(plan.readable_kinds == std::map<RecordKind, std::uint64_t>{{RecordKind::OrderSent, 1},
                                                                   {RecordKind::FillBooked, 1}});
  const std::string text = text_of(plan);
  CHECK(text.find("LOST: 2 sequence numbers") != std::string::npos);
  CHECK(text.find(second) != std::string::npos);
}

TEST_CASE("a snapshot behind the damage goes on to stand at its record") {
  const TemporaryDir dir;
  auto settings = small_settings(dir);
  settings.segment_bytes = 8192;
  auto log = Log::create(settings);
  append_samples(*log, 1, 300);
  log->close();
  log.reset();
  const MetaFile meta = read_meta(settings.dir);
  LogView view = LogView::open(settings.dir);
  StreamCursor cursor{view, Stream::Order, StreamCursor::Start::Sequence, 0};
  std::vector<std::uint64_t> made;
  while (const RecordHeader* record = cursor.advance()) {
    if (record->sequence != 10 && record->sequence != 200 && record->sequence != 299) continue;
    SnapshotHeader header;
    header.log_id = meta.log_id;
    header.instance = meta.instance;
    header.end = cursor.at();
    write_snapshot(settings.dir, header, {});
    made.push_back(record->sequence);
  }
  REQUIRE(made == std::vector<std::uint64_t>{10, 200, 299});
  // The record of the second snapshot itself is lost, and one before it.
  std::uint64_t lost = 0;
  for (const std::uint64_t number : segment_numbers(settings.dir, Stream::Order)) {
    auto bytes = bytes_of(segment_path(settings.dir, Stream::Order, number));
    for (std::size_t at = kHeaderBytes; at + 64 <= bytes.size();) {
      RecordHeader header;
      std::memcpy(&header, bytes.data() + at, sizeof header);
      if (header.length == 0) break;
      if (header.sequence == 200) {
        bytes[at + 30] ^= std::byte{1};
        write_bytes(segment_path(settings.dir, Stream::Order, number), bytes);
        lost = header.sequence;
      }
      at += header.length;
    }
  }
  REQUIRE(lost == 200);
  Repair repair{settings.dir};
  REQUIRE(repair.plan().snapshots_lost.size() == 1);
  CHECK(repair.plan().snapshots_lost[0].find("200 is not kept") != std::string::npos);
  static_cast<void>(repair.apply());
  CHECK(snapshot_sequences(settings.dir) == std::vector<std::uint64_t>{299, 10});
  LogView repaired = LogView::open(settings.dir);
  StreamCursor again{repaired, Stream::Order, StreamCursor::Start::Sequence, 0};
  while (const RecordHeader* record = again.advance()) {
    if (record->sequence != 10 && record->sequence != 299) continue;
    const auto read = read_snapshot(settings.dir, record->sequence, meta.log_id, meta.instance);
    REQUIRE(read.fault == SnapshotFault::None);
    CHECK(read.snapshot.header.end == again.at());
  }
}
