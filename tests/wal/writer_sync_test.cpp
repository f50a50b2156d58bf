// When a record counts as on the disk, and what the core sees of a disk that is slow.
#include <catch2/catch.hpp>
#include <thread>
#include <cstring>

#include "engine/wal/meta.hpp"
#include "engine/wal/ring.hpp"
#include "engine/wal/segment_writer.hpp"
#include "tests/wal/fault_disk.hpp"
#include "tests/wal/fixture.hpp"

using namespace sq;
using namespace sq::wal;
using namespace sq::wal::test;
using Call = FaultDisk::Call;

namespace {
constexpr std::int64_t kHour = 3'600'000'000'000;
void wait_for(std::chrono::microseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < end) {
  }
}
void append_order(Log& log, std::uint64_t sequence) {
  REQUIRE(
      log.appender().append(sample(sequence, RecordKind::OrderChanged, 8).header));  // 128 bytes
}
void work_once(Log& log) {
  wait_for(std::chrono::microseconds{25});  // the log looks every 20 us
  log.do_work();
}
}  // namespace

TEST_CASE("a group is synced when it has group_bytes, and not one record earlier") {
  const TemporaryDir dir;
  auto settings = small_settings(dir);
  settings.durability = Durability::Group;
  settings.group_interval_ns = kHour;
  settings.group_bytes = 512;
  auto log = Log::create(settings);
  log->do_work();  // the first interval begins
  append_order(*log, 1);
  append_order(*log, 2);
  append_order(*log, 3);
  work_once(*log);
  CHECK(log->durable_sequence() == 0);  // 384 bytes
  append_order(*log, 4);
  work_once(*log);
  CHECK(log->durable_sequence() == 4);
  for (std::uint64_t i = 5; i <= 7; ++i) append_order(*log, i);
  work_once(*log);
  CHECK(log->durable_sequence() == 4);
}

TEST_CASE("strict syncs an order record at once, and the feed only when its interval is over") {
  const TemporaryDir dir;
  FaultDisk disk;
  auto settings = small_settings(dir);
  settings.durability = Durability::Strict;
  settings.group_interval_ns = kHour;
  settings.disk = &disk;
  auto log = Log::create(settings);
  append_order(*log, 1);
  REQUIRE(log->appender().append(sample(2, RecordKind::TradePrint, 8).header));
  REQUIRE(log->flush());                        // both streams have a segment
  for (int i = 0; i < 20; ++i) log->do_work();  // and the next ones are prepared as far as they go
  REQUIRE(log->appender().append(sample(3, RecordKind::TradePrint, 8).header));
  const auto before = disk.calls(Call::Sync);
  work_once(*log);
  CHECK(disk.calls(Call::Sync) == before);
  append_order(*log, 4);
  log->do_work();  // no wait for the 20 us
  CHECK(log->durable_sequence() == 4);
  append_order(*log, 5);
  log->do_work();
  CHECK(log->durable_sequence() == 5);
}

TEST_CASE("process durability syncs nothing by itself") {
  const TemporaryDir dir;
  FaultDisk disk;
  auto settings = small_settings(dir);
  settings.disk = &disk;
  auto log = Log::create(settings);
  const auto before = disk.calls(Call::Sync);
  append_samples(*log, 1, 500);
  for (int i = 0; i < 20; ++i) work_once(*log);
  CHECK(disk.calls(Call::Sync) == before);
  CHECK(log->durable_sequence() == 0);
}

TEST_CASE("a slow sync is seen by its missing heartbeat while it lasts, and waits are bounded") {
  const TemporaryDir dir;
  FaultDisk disk;
  auto settings = small_settings(dir);
  settings.durability = Durability::Group;
  settings.group_interval_ns = 1;
  settings.append_wait_ns_max = 20'000'000;
  settings.segment_bytes = 1 << 20;  // no new one, which would be synced too
  settings.disk = &disk;
  auto log = Log::create(settings);
  append_order(*log, 1);
  disk.delay_syncs(std::chrono::milliseconds{200});
  std::thread durability{[&] { log->do_work(); }};
  wait_for(std::chrono::milliseconds{100});
  CHECK(log->heartbeat_age_ns() > 40'000'000);
  const auto begin = std::chrono::steady_clock::now();
  std::uint64_t sequence = 1;
  while (log->appender().append(sample(sequence + 1, RecordKind::OrderChanged, 120).header))
    ++sequence;
  const auto waited = std::chrono::steady_clock::now() - begin;
  CHECK(waited >= std::chrono::milliseconds{20});
  CHECK(waited < std::chrono::milliseconds{95});  // the sync takes longer
  CHECK(log->appender().refused() == 1);
  CHECK_FALSE(log->failed());
  durability.join();
  disk.delay_syncs(std::chrono::milliseconds{0});
  log->do_work();
  CHECK(log->heartbeat_age_ns() < 40'000'000);
  log->close();
  CHECK(read_back(settings.dir).sequences == counting(sequence));
}

TEST_CASE(
    "once the log is idle, a flipped bit in its last durable record is damage, not a torn end") {
  const TemporaryDir dir;
  auto settings = small_settings(dir);
  settings.durability = Durability::Group;
  settings.group_interval_ns = 1;
  auto log = Log::create(settings);
  for (std::uint64_t i = 1; i <= 10; ++i) append_order(*log, i);
  log->do_work();
  REQUIRE(log->durable_sequence() == 10);
  const bool idle = GENERATE(false, true);
  if (idle) {
    wait_for(std::chrono::milliseconds{12});
    log->do_work();
  }
  const auto copy = dir.path() / "copy";  // as after a power loss: without rings
  std::filesystem::copy(settings.dir, copy, std::filesystem::copy_options::recursive);
  MetaFile meta = read_meta(copy);
  for (const Stream stream : kBothStreams) set_ring_path(meta, stream, dir.path() / "gone");
  write_meta(copy, meta);
  const auto path = segment_path(copy, Stream::Order, 1);
  auto bytes = bytes_of(path);
  bytes[kHeaderBytes + 9 * 128 + 100] ^= std::byte{1};
  write_bytes(path, bytes);
  const ReadBack back = read_back(copy);
  CHECK(back.sequences == counting(9));
  CHECK(back.status.condition == (idle ? Condition::Damaged : Condition::Torn));
  log->close();
}
