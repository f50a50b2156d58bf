// One owner, the right directory, the right instance, enough room: or an exact reason.
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <string>

#include "engine/wal/meta.hpp"
#include "engine/wal/segment_writer.hpp"
#include "tests/wal/fixture.hpp"

using namespace sq;
using namespace sq::wal;
using namespace sq::wal::test;
using Catch::Contains;

TEST_CASE("a second engine on the same log is refused, also from another process") {
  const TemporaryDir dir;
  const auto settings = small_settings(dir);
  auto log = Log::create(settings);
  CHECK_THROWS_WITH(Log::open(settings), Contains("another engine is using this log"));
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    try {
      auto second = Log::open(settings);
      ::_exit(1);
    } catch (const LogError&) {
      ::_exit(0);
    }
  }
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  log->close();
  log.reset();
  CHECK_NOTHROW(Log::open(settings));
}

TEST_CASE("a missing, foreign or full directory is refused with its reason") {
  const TemporaryDir dir;
  const auto settings = small_settings(dir);
  CHECK_THROWS_WITH(Log::open(settings), Contains("there is no such directory"));
  std::filesystem::create_directory(settings.dir);
  CHECK_THROWS_WITH(Log::open(settings), Contains("log.meta is missing"));
  write_bytes(settings.dir / "notes.txt", {});
  CHECK_THROWS_WITH(Log::create(settings), Contains("not empty: it holds notes.txt"));
  std::filesystem::remove(settings.dir / "notes.txt");
  std::filesystem::permissions(settings.dir, std::filesystem::perms::all);
  CHECK_THROWS_WITH(Log::create(settings), Contains("everybody may write there"));
  std::filesystem::permissions(settings.dir, std::filesystem::perms::owner_all);
  auto link = settings;
  link.dir = dir.path() / "link";
  std::filesystem::create_directory_symlink(settings.dir, link.dir);
  CHECK_THROWS_WITH(Log::create(link), Contains("symbolic link"));
  auto file = settings;
  file.dir = dir.path() / "file";
  write_bytes(file.dir, {});
  CHECK_THROWS_AS(Log::create(file), LogError);
  CHECK_NOTHROW(Log::create(settings));
}

TEST_CASE("a directory without write permission is refused with that reason") {
  constexpr uid_t kNobody = 65534;
  const TemporaryDir dir;
  const auto settings = small_settings(dir);
  std::filesystem::create_directory(settings.dir);
  std::filesystem::permissions(
      settings.dir, std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  const bool root = ::geteuid() == 0;  // permissions do not stop root: become somebody else
  if (root) REQUIRE(::chown(dir.path().c_str(), kNobody, kNobody) == 0);
  if (root) REQUIRE(::chown(settings.dir.c_str(), kNobody, kNobody) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    if (root && ::setresuid(kNobody, kNobody, kNobody) != 0) ::_exit(2);
    try {
      auto log = Log::create(settings);
    } catch (const LogError& error) {
      ::_exit(std::string(error.what()).find("Permission denied") != std::string::npos ? 0 : 1);
    }
    ::_exit(3);
  }
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("a log of another instance and a newer format are refused") {
  const TemporaryDir dir;
  auto settings = small_settings(dir);
  Log::create(settings)->close();
  auto other = settings;
  other.instance = FixedText<16>{"other"};
  CHECK_THROWS_WITH(Log::open(other), Contains("belongs to instance 'test', not 'other'"));
  MetaFile meta = read_meta(settings.dir);
  meta.version = kFormatVersion + 1;
  write_meta(settings.dir, meta);
  CHECK_THROWS_WITH(Log::open(settings), Contains("is newer than this program's"));
}

TEST_CASE("settings out of range are refused by name") {
  const TemporaryDir dir;
  const auto good = small_settings(dir);
  auto settings = good;
  settings.order_ring_bytes = 32 * 1024;
  CHECK_THROWS_WITH(Log::create(settings), Contains("order_ring_bytes = 32768"));
  settings = good;
  settings.feed_ring_bytes = 96 * 1024;
  CHECK_THROWS_WITH(Log::create(settings), Contains("feed_ring_bytes = 98304"));
  settings = good;
  settings.segment_bytes = 4096;
  CHECK_THROWS_WITH(Log::create(settings), Contains("segment_bytes = 4096"));
  settings = good;
  settings.instance = FixedText<16>{"a/b"};
  CHECK_THROWS_WITH(Log::create(settings), Contains("instance"));
  settings = good;
  settings.instance = {};
  CHECK_THROWS_WITH(Log::create(settings), Contains("instance"));
}

TEST_CASE("a ring larger than its file system names the setting and the sizes") {
  const TemporaryDir dir;
  auto settings = small_settings(dir);
  settings.feed_ring_bytes = std::size_t{1} << 46U;
  CHECK_THROWS_WITH(Log::create(settings), Contains("feed_ring_bytes: cannot reserve 7036874418") &&
                                               Contains("free there"));
}

TEST_CASE("a copy of an open log does not drink from the ring of its original") {
  const TemporaryDir dir;
  const auto settings = small_settings(dir);
  auto log = Log::create(settings);
  append_samples(*log, 1, 10);
  auto copy = settings;
  copy.dir = dir.path() / "copy";
  std::filesystem::copy(settings.dir, copy.dir);
  CHECK_THROWS_WITH(Log::open(copy), Contains("was moved or copied while it was open"));
  log->close();
}

TEST_CASE("a failing write latches: nothing more is acknowledged, and close says why") {
  const TemporaryDir dir;
  const auto settings = small_settings(dir);
  auto log = Log::create(settings);
  // Something else lies where the first segment must go.
  std::filesystem::create_directory(segment_path(settings.dir, Stream::Order, 1));
  append_samples(*log, 1, 1);
  CHECK_FALSE(log->failed());
  CHECK_FALSE(log->flush());
  CHECK(log->failed());
  CHECK_THAT(log->failure(), Contains("orders-000001.seg"));
  const Sample s = sample(2);
  CHECK_FALSE(log->appender().append(s.header));
  std::filesystem::remove(segment_path(settings.dir, Stream::Order, 1));
  CHECK_FALSE(log->flush());  // it stays failed although the cause is gone
  CHECK_THROWS_WITH(log->close(), Contains("orders-000001.seg"));
  log.reset();
  auto again = Log::open(settings);  // the ring kept what was acknowledged
  CHECK(again->recovery().last_sequence == 1);
}

TEST_CASE("nothing can be appended after the close") {
  const TemporaryDir dir;
  auto log = Log::create(small_settings(dir));
  append_samples(*log, 1, 3);
  log->close();
  const Sample s = sample(4);
  CHECK_FALSE(log->appender().append(s.header));
  CHECK_FALSE(log->failed());
}

TEST_CASE("a feed log that was archived away does not stop the order log from opening") {
  const TemporaryDir dir;
  const auto settings = small_settings(dir);
  auto log = Log::create(settings);
  append_samples(*log, 1, 30);
  log->close();
  log.reset();
  for (const std::uint64_t number : segment_numbers(settings.dir, Stream::Feed))
    std::filesystem::remove(segment_path(settings.dir, Stream::Feed, number));
  log = Log::open(settings);
  CHECK(log->recovery().last_sequence == 30);
  append_samples(*log, 31, 60);
  log->close();
  CHECK(read_back(settings.dir, {.feed = false}).sequences.size() == 40);
  CHECK(read_back(settings.dir, {.orders = false, .from_sequence = 31}).sequences.size() == 10);
  CHECK(read_back(settings.dir, {.orders = false}).status.condition == Condition::LostSegment);
}
