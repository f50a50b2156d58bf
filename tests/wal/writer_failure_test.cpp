// A disk that fails: what was acknowledged survives in the ring, nothing is claimed that is not so,
// and nothing is tried again on a file whose sync failed.
#include <catch2/catch.hpp>
#include <cstring>

#include "engine/wal/meta.hpp"
#include "engine/wal/ring.hpp"
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
LogSettings group_settings(const TemporaryDir& dir, FaultDisk& disk) {
  auto settings = small_settings(dir);
  settings.segment_bytes = 8192;
  settings.reserve_bytes = 8192;
  settings.durability = Durability::Group;
  settings.group_interval_ns = 1;
  settings.disk = &disk;
  return settings;
}

// Appends until it is refused, at most to `last`, with some work in between. The last acknowledged.
std::uint64_t append_until_refused(Log& log, std::uint64_t first, std::uint64_t last) {
  for (std::uint64_t i = first; i <= last; ++i) {
    const Sample s = sample(i);
    if (!log.appender().append(s.header)) return i - 1;
    if (i % 5 == 0) log.do_work();
  }
  return last;
}
}  // namespace

TEST_CASE("EIO at any call to the disk, once or for good, loses nothing that was acknowledged") {
  const bool sticky = GENERATE(false, true);
  std::uint64_t hits = 0;
  for (std::uint64_t nth = 1;; ++nth) {
    const TemporaryDir dir;
    FaultDisk disk;
    const auto settings = group_settings(dir, disk);
    auto log = Log::create(settings);
    disk.fail(Call::Any, nth, EIO, sticky);
    const std::uint64_t last = append_until_refused(*log, 1, 120);
    const std::uint64_t durable = log->durable_sequence();
    const bool hit = disk.hit();
    if (hit) {
      INFO("call " << nth);
      REQUIRE(log->failed());
      REQUIRE_THAT(log->failure(), Contains("Input/output error"));
      const auto syncs = disk.calls(Call::Sync);
      const auto writes = disk.calls(Call::Write);
      REQUIRE_FALSE(log->flush());
      REQUIRE(log->do_work() == 0);
      REQUIRE_THROWS_WITH(log->close(), Contains("Input/output error"));
      REQUIRE(disk.calls(Call::Sync) == syncs);  // never again on that file
      REQUIRE(disk.calls(Call::Write) == writes);
      REQUIRE(log->durable_sequence() == durable);
      ++hits;
    } else {
      REQUIRE(last == 120);
      disk.heal();
      log->close();
    }
    log.reset();
    disk.heal();
    auto again = Log::open(settings);
    REQUIRE(again->recovery().last_sequence == last);
    again->close();
    const ReadBack back = read_back(settings.dir);
    REQUIRE(back.sequences == counting(last));
    REQUIRE(back.all_samples);
    if (!hit) break;
    if (nth > 40) nth += 6;
  }
  CHECK(hits > 50);
}

TEST_CASE("after a failed sync the next open trusts the ring, not what the segments seem to hold") {
  const TemporaryDir dir;
  FaultDisk disk;
  auto settings = group_settings(dir, disk);
  settings.segment_bytes = 64 * 1024;
  auto log = Log::create(settings);
  for (std::uint64_t i = 1; i <= 30; ++i)
    REQUIRE(log->appender().append(sample(i, RecordKind::OrderChanged, 4).header));
  REQUIRE(log->flush());
  CHECK(log->durable_sequence() == 30);
  const auto segment = segment_path(settings.dir, Stream::Order, 1);
  const auto on_device = bytes_of(segment);
  for (std::uint64_t i = 31; i <= 60; ++i)
    REQUIRE(log->appender().append(sample(i, RecordKind::OrderChanged, 4).header));
  disk.fail(Call::Sync, 1, EIO, false);
  CHECK_FALSE(log->flush());
  CHECK(log->durable_sequence() == 30);
  CHECK_FALSE(log->appender().append(sample(61, RecordKind::OrderChanged, 4).header));
  log.reset();
  write_bytes(segment, on_device);  // what the failed sync left on the device
  auto again = Log::open(settings);
  CHECK(again->recovery().last_sequence == 60);
  CHECK(again->recovery().from_rings == 30 * 96);
  again->close();
  CHECK(read_back(settings.dir).sequences == counting(60));
}

TEST_CASE(
    "short writes of every length, interrupted and told to wait, leave no byte out or twice") {
  for (std::size_t length = 1; length <= 200; length += length < 20 ? 1 : 37) {
    const TemporaryDir dir;
    FaultDisk disk;
    auto settings = group_settings(dir, disk);
    settings.reserve_bytes = 0;
    disk.write_at_most(length);
    disk.interrupt_every_write(length % 2 == 0 ? EINTR : EAGAIN);
    auto log = Log::create(settings);
    REQUIRE(append_until_refused(*log, 1, 60) == 60);
    log->close();
    const ReadBack back = read_back(settings.dir);
    REQUIRE(back.sequences == counting(60));
    REQUIRE(back.all_samples);
    REQUIRE(verify(settings.dir).condition == Condition::Ok);
  }
}

TEST_CASE("EAGAIN without end is an error after a thousand tries, not a hang") {
  const TemporaryDir dir;
  FaultDisk disk;
  const auto settings = group_settings(dir, disk);
  auto log = Log::create(settings);
  append_samples(*log, 1, 3);
  disk.fail(Call::Write, 1, EAGAIN, true);
  const auto before = disk.calls(Call::Write);
  CHECK_FALSE(log->flush());
  CHECK(disk.calls(Call::Write) == before + 1'001);
  CHECK_THAT(log->failure(), Contains("Resource temporarily unavailable"));
}

TEST_CASE("the owner may end a log itself, with its reason") {
  const TemporaryDir dir;
  const auto settings = small_settings(dir);
  auto log = Log::create(settings);
  append_samples(*log, 1, 3);
  log->fail("the disk did not answer for 5 s");
  CHECK(log->failed());
  CHECK_FALSE(log->appender().append(sample(4).header));
  CHECK_THROWS_WITH(log->close(), "the disk did not answer for 5 s");
  log.reset();
  CHECK(Log::open(settings)->recovery().last_sequence == 3);
}
