#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "tests/wal/fixture.hpp"

using namespace sq;
using namespace sq::wal;
using namespace sq::wal::test;

TEST_CASE("a follower sees each record once it is appended, before and after it is drained") {
  const TemporaryDir dir;
  const auto settings = small_settings(dir);
  auto log = Log::create(settings);
  Reader reader{settings.dir, {.follow = true}};
  CHECK(reader.next() == nullptr);
  CHECK(reader.status().condition == Condition::Ok);
  for (std::uint64_t i = 1; i <= 500; ++i) {
    append_samples(*log, i, i);
    if (i % 7 == 0) REQUIRE(log->flush());
    const RecordHeader* record = reader.next();
    REQUIRE(record != nullptr);
    REQUIRE(record->sequence == i);
    REQUIRE(is_sample(*record));
    REQUIRE(reader.next() == nullptr);
    REQUIRE(reader.status().condition == Condition::Ok);
  }
  log->close();
  CHECK(reader.next() == nullptr);
  CHECK(reader.status().condition == Condition::End);
}

TEST_CASE("a follower that falls behind by many rings still gets every record") {
  const TemporaryDir dir;
  const auto settings = small_settings(dir);
  auto log = Log::create(settings);
  Reader reader{settings.dir, {.follow = true}};
  append_samples(*log, 1, 10);
  REQUIRE(reader.next()->sequence == 1);
  append_samples(*log, 11, 4'000);
  for (std::uint64_t i = 2; i <= 4'000; ++i) REQUIRE(reader.next()->sequence == i);
  CHECK(reader.next() == nullptr);
}

TEST_CASE("followers read one merged sequence while another thread writes and a third drains") {
  const TemporaryDir dir;
  auto settings = small_settings(dir);
  settings.segment_bytes = 64 * 1024;
  constexpr std::uint64_t kRecords = 60'000;
  auto log = Log::create(settings);
  std::atomic<bool> written{false};
  std::thread durability{[&] {
    while (!written) log->do_work();
  }};
  std::uint64_t in_order = 0;
  bool sound = true;
  std::thread follower{[&] {
    Reader reader{settings.dir, {.follow = true}};
    for (;;) {
      const RecordHeader* record = reader.next();
      if (record == nullptr) {
        if (reader.status().condition != Condition::Ok) break;
        std::this_thread::yield();
        continue;
      }
      sound = sound && record->sequence == in_order + 1 && is_sample(*record);
      in_order = record->sequence;
    }
    sound = sound && reader.status().condition == Condition::End;
  }};
  append_samples(*log, 1, kRecords);
  written = true;
  durability.join();
  log->close();
  follower.join();
  CHECK(sound);
  CHECK(in_order == kRecords);
}

TEST_CASE("a follower goes on when the log is closed and opened by its next owner") {
  const TemporaryDir dir;
  const auto settings = small_settings(dir);
  auto log = Log::create(settings);
  Reader reader{settings.dir, {.follow = true}};
  append_samples(*log, 1, 20);
  log->close();
  log.reset();
  for (std::uint64_t i = 1; i <= 20; ++i) REQUIRE(reader.next()->sequence == i);
  log = Log::open(settings);
  append_samples(*log, 21, 40);
  for (std::uint64_t i = 21; i <= 40; ++i) {
    const RecordHeader* record = reader.next();
    REQUIRE(record != nullptr);
    REQUIRE(record->sequence == i);
  }
  CHECK(reader.next() == nullptr);
  CHECK(reader.status().condition == Condition::Ok);
}
