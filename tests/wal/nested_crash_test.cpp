// Recovery that is killed, whose recovery is killed, whose recovery is killed (S19): at chosen
// points around every call to the disk and every store into the rings. The last one must find what
// the first one would have found. In builds with SQ_KILL_POINTS.
#include "engine/wal/kill_point.hpp"

#ifdef SQ_KILL_POINTS
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <random>

#include "engine/wal/meta.hpp"
#include "engine/wal/ring.hpp"
#include "engine/wal/verify.hpp"
#include "tests/wal/fixture.hpp"

using namespace sq;
using namespace sq::wal;
using namespace sq::wal::test;

namespace {
enum class Died : std::uint8_t {
  InTheMiddle,  // with records that only its rings have
  AfterFailure  // of a write: what the segments hold is in doubt
};

// A killed log, and a way to put it back as it was: its rings know their directory by name.
class DeadLog {
 public:
  DeadLog(Durability durability, Died died) {
    settings_.segment_bytes = 8192;
    settings_.reserve_bytes = 8192;
    settings_.durability = durability;
    settings_.group_interval_ns = 1;
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) write_and_die(died);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
    remember();
  }
  [[nodiscard]] const LogSettings& settings() const { return settings_; }
  [[nodiscard]] std::uint64_t records() const { return kRecords; }

  void restore() const {
    std::filesystem::remove_all(settings_.dir);
    std::filesystem::create_directory(settings_.dir);
    for (const auto& entry : std::filesystem::directory_iterator{dir_.path()})
      if (entry.path().extension() == ".ring") std::filesystem::remove(entry.path());
    for (const auto& [path, bytes] : files_) write_bytes(path, bytes);
  }
  // Opens the log in a child that is killed at point `nth`; false: it came to the end before.
  [[nodiscard]] bool open_and_die(std::uint64_t nth) const {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      KillPoint::chosen().choose("*", nth);
      try {
        const auto log = Log::open(settings_);
        ::_exit(0);  // opened: this life ends without a close
      } catch (const std::exception&) {
        ::_exit(4);
      }
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    if (!WIFSIGNALED(status) && WEXITSTATUS(status) != 0) FAIL("recovery refused, point " << nth);
    return WIFSIGNALED(status);
  }

 private:
  static constexpr std::uint64_t kRecords = 90;

  [[noreturn]] void write_and_die(Died died) const {
    try {
      auto log = Log::create(settings_);
      append_samples(*log, 1, 40);
      log->do_work();
      append_samples(*log, 41, kRecords - 20);
      if (died == Died::AfterFailure) static_cast<void>(log->flush());
      append_samples(*log, kRecords - 19, kRecords);
      if (died == Died::AfterFailure) log->fail("the disk is gone");
    } catch (const std::exception&) {
      ::_exit(4);
    }
    ::raise(SIGKILL);
    ::_exit(5);
  }
  void remember() {
    for (const auto& entry : std::filesystem::recursive_directory_iterator{dir_.path()})
      if (entry.is_regular_file()) files_.emplace_back(entry.path(), bytes_of(entry.path()));
  }

  TemporaryDir dir_;
  LogSettings settings_{small_settings(dir_)};
  std::vector<std::pair<std::filesystem::path, std::vector<std::byte>>> files_;
};

void check_content(const DeadLog& dead, const char* when) {
  const ReadBack back = read_back(dead.settings().dir);
  INFO(when << ": " << back.status.file << " " << back.status.what);
  if (back.status.condition != Condition::End)
    FAIL("not whole: " << text_of(back.status.condition));
  if (back.sequences != counting(dead.records()) || !back.all_samples) FAIL("records differ");
}
void finish(const DeadLog& dead) {
  const std::uint64_t n = dead.records();
  auto log = Log::open(dead.settings());
  if (log->recovery().last_sequence != n) FAIL("recovered up to " << log->recovery().last_sequence);
  append_samples(*log, n + 1, n + 10);
  log->close();
  const ReadBack back = read_back(dead.settings().dir);
  if (back.sequences != counting(n + 10) || !back.all_samples) FAIL("written on, records differ");
}

// Points that an undisturbed recovery passes.
std::uint64_t points(const DeadLog& dead) {
  std::uint64_t n = 1;
  for (;; ++n) {
    dead.restore();
    if (!dead.open_and_die(n)) return n - 1;
    check_content(dead, "killed once");
  }
}

// Kills at depth 1 to 3: each `step`th of all first and second points, one third point for each.
std::size_t kill_nested(Durability durability, Died died, std::uint64_t step) {
  const DeadLog dead{durability, died};
  const std::uint64_t all = points(dead);
  CHECK(all > 20);
  std::mt19937_64 random{all};
  std::size_t chains = 0;
  for (std::uint64_t chain = 0; chain < all * all; chain += step) {
    const std::uint64_t kills[3]{1 + chain / all, 1 + chain % all, 1 + random() % all};
    INFO("killed at points " << kills[0] << ", " << kills[1] << ", " << kills[2]);
    dead.restore();
    for (const std::uint64_t nth : kills) {
      if (!dead.open_and_die(nth)) break;  // less is left to do than the first time
      check_content(dead, "killed again");
    }
    finish(dead);
    ++chains;
  }
  return chains;
}
}  // namespace

TEST_CASE(
    "S01: a writer killed at every point of its appends has lost none, and left no half of one") {
  void* page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  REQUIRE(page != MAP_FAILED);
  auto* acknowledged = static_cast<std::atomic<std::uint64_t>*>(page);
  bool killed = true;
  std::uint64_t nth = 1;
  for (; killed; ++nth) {
    const TemporaryDir dir;
    const auto settings = small_settings(dir);
    acknowledged->store(0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      const auto log = Log::create(settings);
      KillPoint::chosen().choose("*", nth);
      for (std::uint64_t i = 1; i <= 12; ++i) {
        append_samples(*log, i, i);
        acknowledged->store(i);
        if (i % 5 == 0) log->do_work();
      }
      ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    killed = WIFSIGNALED(status);
    INFO("killed at point " << nth << " with " << *acknowledged << " acknowledged");
    const ReadBack back = read_back(settings.dir);
    REQUIRE(back.status.condition == Condition::End);
    REQUIRE(back.all_samples);
    REQUIRE(back.sequences == counting(back.sequences.size()));
    REQUIRE(back.sequences.size() >= *acknowledged);
    REQUIRE(back.sequences.size() <= *acknowledged + 1);
  }
  CHECK(nth > 24);
  ::munmap(page, 4096);
}

TEST_CASE(
    "S17: a log whose creation was killed, at any point, is created or opened by the next start") {
  bool killed = true;
  std::uint64_t nth = 1;
  for (; killed; ++nth) {
    const TemporaryDir dir;
    auto settings = small_settings(dir);
    settings.durability = nth % 2 == 0 ? Durability::Group : Durability::Process;
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      KillPoint::chosen().choose("*", nth);
      try {
        const auto log = Log::create(settings);
      } catch (const std::exception&) {
        ::_exit(4);
      }
      ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    killed = WIFSIGNALED(status);
    INFO("killed at point " << nth);
    const bool there = std::filesystem::exists(meta_path(settings.dir));
    auto log = there ? Log::open(settings) : Log::create(settings);
    append_samples(*log, 1, 10);
    log->close();
    REQUIRE(read_back(settings.dir).sequences == counting(10));
  }
  CHECK(nth > 20);
}

TEST_CASE("S17: a directory with anything else in it is not taken for an unfinished log") {
  const TemporaryDir dir;
  const auto settings = small_settings(dir);
  std::filesystem::create_directory(settings.dir);
  write_bytes(settings.dir / "orders.next", std::vector<std::byte>(64));
  write_bytes(settings.dir / "orders-000001.seg", std::vector<std::byte>(64));
  CHECK_THROWS_WITH(Log::create(settings),
                    Catch::Contains("is not empty: it holds orders-000001.seg"));
  CHECK(std::filesystem::exists(settings.dir / "orders.next"));
}

TEST_CASE("S19: recovery killed at some points three times over finds what it would have found") {
  CHECK(kill_nested(Durability::Process, Died::InTheMiddle, 97) > 4);
  CHECK(kill_nested(Durability::Group, Died::AfterFailure, 211) > 4);
}

TEST_CASE(
    "S19: recovery killed at each fifth pair of points, and once more, finds what it would "
    "have found",
    "[slow]") {
  for (const Durability durability : {Durability::Process, Durability::Group})
    for (const Died died : {Died::InTheMiddle, Died::AfterFailure})
      CHECK(kill_nested(durability, died, 5) > 100);
}
#endif
