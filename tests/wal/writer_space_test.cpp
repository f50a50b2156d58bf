// A full disk: the log says so early, keeps a reserve, refuses only when that is used up, and is
// well again when room returns. No record that was acknowledged is lost at any of these moments.
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

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
// A file system of 1 MiB of its own, where the kernel lets us make one.
class SmallFileSystem {
 public:
  explicit SmallFileSystem(const std::filesystem::path& where) : where_{where} {
    std::filesystem::create_directory(where_);
    mounted_ = ::mount("tmpfs", where_.c_str(), "tmpfs", 0, "size=1m") == 0;
  }
  SmallFileSystem(const SmallFileSystem&) = delete;
  SmallFileSystem& operator=(const SmallFileSystem&) = delete;
  ~SmallFileSystem() {
    if (mounted_) ::umount2(where_.c_str(), MNT_DETACH);
  }
  [[nodiscard]] bool mounted() const noexcept { return mounted_; }

 private:
  std::filesystem::path where_;
  bool mounted_{false};
};

struct Seen {
  std::uint64_t last{0};     // acknowledged
  std::uint64_t reserve{0};  // the first record after which space() was not Normal; 0: none
  std::uint64_t full{0};
};
// Order records only, of 512 bytes, with work after each one.
Seen fill(Log& log, std::uint64_t first, std::uint64_t last) {
  Seen seen;
  seen.last = first - 1;
  for (std::uint64_t i = first; i <= last; ++i) {
    if (!log.appender().append(sample(i, RecordKind::OrderChanged, 56).header)) return seen;
    seen.last = i;
    const auto until = log.heartbeat_age_ns() + 21'000;  // the log looks every 20 us
    while (log.heartbeat_age_ns() < until) {
    }
    log.do_work();
    if (log.space() == Space::Reserve && seen.reserve == 0) seen.reserve = i;
    if (log.space() == Space::Full && seen.full == 0) seen.full = i;
  }
  return seen;
}
void wait_ms(Log& log, std::int64_t ms) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds{ms};
  while (std::chrono::steady_clock::now() < end) log.do_work();
}
}  // namespace

TEST_CASE("a disk that fills up is Reserve, then Full, and Normal again when room returns") {
  const TemporaryDir dir;
  const SmallFileSystem small{dir.path() / "disk"};
  if (!small.mounted()) {
    WARN("skipped: no right to mount a file system");
    return;
  }
  auto settings = small_settings(dir);
  settings.dir = dir.path() / "disk" / "log";
  settings.segment_bytes = 64 * 1024;
  settings.reserve_bytes = 64 * 1024;
  auto log = Log::create(settings);
  const auto ballast = dir.path() / "disk" / "ballast";
  write_bytes(ballast, std::vector<std::byte>(400 * 1024));
  const Seen seen = fill(*log, 1, 4'000);
  REQUIRE(seen.reserve > 0);
  REQUIRE(seen.full > seen.reserve);
  CHECK(seen.full - seen.reserve >= 2 * 120);  // the segment in use and the reserve: 120 each
  CHECK(seen.last - seen.full >= 64);          // a ring of 64 KiB and nothing less
  CHECK(seen.last < 4'000);
  CHECK_FALSE(log->failed());
  CHECK(log->space() == Space::Full);
  CHECK(log->free_bytes() < settings.segment_bytes);
  CHECK_FALSE(log->flush());
  const ReadBack during = read_back(settings.dir);
  CHECK(during.sequences == counting(seen.last));

  std::filesystem::remove(ballast);
  wait_ms(*log, 250);
  CHECK(log->space() == Space::Normal);
  const Seen more = fill(*log, seen.last + 1, seen.last + 100);
  CHECK(more.last == seen.last + 100);
  log->close();
  CHECK(read_back(settings.dir).sequences == counting(more.last));
  CHECK(verify(settings.dir).condition == Condition::Ok);
}

TEST_CASE("ENOSPC, EDQUOT and EFBIG alike are a lack of room, and nothing is failed") {
  const int error = GENERATE(ENOSPC, EDQUOT, EFBIG);
  const Call call = GENERATE(Call::Allocate, Call::Write);
  const TemporaryDir dir;
  FaultDisk disk;
  auto settings = small_settings(dir);
  settings.disk = &disk;
  auto log = Log::create(settings);
  disk.fail(call, 1, error, true);
  const Seen seen = fill(*log, 1, 2'000);
  CHECK(log->space() == Space::Full);
  CHECK_FALSE(log->failed());
  CHECK(seen.last < 2'000);
  CHECK(read_back(settings.dir).sequences == counting(seen.last));
  disk.heal();
  wait_ms(*log, 250);
  CHECK(log->space() == Space::Normal);
  REQUIRE(fill(*log, seen.last + 1, seen.last + 10).last == seen.last + 10);
  log->close();
  CHECK(read_back(settings.dir).sequences == counting(seen.last + 10));
}

TEST_CASE("a write that runs out of room at any call is repeated without a byte lost or doubled") {
  for (std::uint64_t nth = 1; nth <= 40; ++nth) {
    const TemporaryDir dir;
    FaultDisk disk;
    auto settings = small_settings(dir);
    settings.disk = &disk;
    auto log = Log::create(settings);
    disk.write_at_most(100 + nth);  // part of a record is written before the room ends
    disk.fail(Call::Write, nth, ENOSPC, false);
    append_samples(*log, 1, 60);
    for (int i = 0; i < 3 && !log->flush(); ++i) {
    }
    REQUIRE(disk.hit());
    REQUIRE_FALSE(log->failed());
    log->close();
    REQUIRE(read_back(settings.dir).sequences == counting(60));
    REQUIRE(verify(settings.dir).condition == Condition::Ok);
  }
}

TEST_CASE("the reserve survives a restart on the full disk, and closing says what is missing") {
  const TemporaryDir dir;
  FaultDisk disk;
  auto settings = small_settings(dir);
  settings.disk = &disk;
  constexpr std::uint64_t kLast = 20;  // the first segment holds 24
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    auto log = Log::create(settings);
    disk.room(0);
    const Seen seen = fill(*log, 1, kLast);
    ::_exit(seen.last == kLast && seen.reserve > 0 && seen.full == 0 ? 0 : 1);  // not closed
  }
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(status == 0);
  constexpr std::uint64_t last = kLast;
  disk.room(settings.segment_bytes + settings.reserve_bytes);  // what these two files have already
  auto log = Log::open(settings);
  CHECK(log->recovery().last_sequence == last);
  disk.room(0);
  const Seen seen = fill(*log, last + 1, last + 2'000);
  CHECK(seen.last >= last + 100);
  CHECK(log->space() == Space::Full);
  CHECK_THROWS_WITH(log->close(), Contains("No space left on device") && Contains("orders.next") &&
                                      Contains("its ring holds the last records"));
  log.reset();
  disk.heal();
  disk.room(~std::uint64_t{0});
  CHECK(Log::open(settings)->recovery().last_sequence == seen.last);
}

TEST_CASE("a disk that is full at the start refuses the log, with file and setting") {
  const TemporaryDir dir;
  FaultDisk disk;
  auto settings = small_settings(dir);
  settings.disk = &disk;
  disk.room(settings.segment_bytes);  // the next order segment and nothing more
  CHECK_THROWS_WITH(Log::create(settings),
                    Contains("reserve_bytes") && Contains("No space left on device"));
  settings.dir = dir.path() / "again";
  settings.reserve_bytes = 4096;
  CHECK_THROWS_WITH(Log::create(settings), Contains("reserve_bytes = 4096"));
}

TEST_CASE("a full feed log drops feed records and never holds up the order log") {
  const TemporaryDir dir;
  FaultDisk disk;
  auto settings = small_settings(dir);
  settings.disk = &disk;
  auto log = Log::create(settings);
  disk.room(0);
  std::uint64_t sequence = 0;
  std::uint64_t dropped = 0;
  for (int i = 0; i < 400; ++i)
    if (!log->appender().append(sample(++sequence, RecordKind::TradePrint, 56).header)) ++dropped;
  CHECK(dropped > 100);
  wait_ms(*log, 1);
  CHECK(log->space() == Space::Reserve);  // the orders still have theirs
  CHECK(log->appender().append(sample(++sequence, RecordKind::OrderSent, 7).header));
  CHECK(read_back(settings.dir, {.feed = false}).sequences.back() == sequence);
  CHECK(read_back(settings.dir, {.orders = false}).sequences.size() == 400 - dropped);
}
