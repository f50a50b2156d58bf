// SIGKILL at every point around every call to the disk and every store into the rings (in builds
// with SQ_KILL_POINTS): create, append, roll, sync, close and reopen lose nothing acknowledged.
#include "engine/wal/kill_point.hpp"

#ifdef SQ_KILL_POINTS
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>

#include "engine/wal/meta.hpp"
#include "engine/wal/verify.hpp"
#include "tests/wal/fixture.hpp"

using namespace sq;
using namespace sq::wal;
using namespace sq::wal::test;

namespace {
std::atomic<std::uint64_t>* shared_word() {
  void* page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  REQUIRE(page != MAP_FAILED);
  return static_cast<std::atomic<std::uint64_t>*>(page);
}

// Two lives of a log: 30 records and a close, 30 records more and a close.
void workload(const LogSettings& settings, std::atomic<std::uint64_t>& acknowledged) {
  for (const std::uint64_t first : {1U, 31U}) {
    auto log = first == 1 ? Log::create(settings) : Log::open(settings);
    for (std::uint64_t i = first; i < first + 30; ++i) {
      append_samples(*log, i, i);
      acknowledged.store(i);
      if (i % 6 == 0) log->do_work();
    }
    log->close();
  }
}
}  // namespace

TEST_CASE("SIGKILL at every kill point of two lives of a log loses nothing acknowledged",
          "[slow]") {
  auto* acknowledged = shared_word();
  std::uint64_t nth = 1;
  for (bool killed = true; killed; ++nth) {
    const TemporaryDir dir;
    auto settings = small_settings(dir);
    settings.segment_bytes = 8192;
    settings.reserve_bytes = 8192;
    settings.durability = nth % 2 == 0 ? Durability::Group : Durability::Process;
    settings.group_interval_ns = 1;
    acknowledged->store(0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      KillPoint::chosen().choose("*", nth / 2 + 1);
      workload(settings, *acknowledged);
      ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    killed = WIFSIGNALED(status);
    INFO("point " << nth / 2 + 1);
    if (!killed) REQUIRE(WEXITSTATUS(status) == 0);
    const std::uint64_t last = acknowledged->load();
    if (last == 0 && !std::filesystem::exists(meta_path(settings.dir))) continue;  // no log yet
    const ReadBack back = read_back(settings.dir);
    REQUIRE(back.status.condition == Condition::End);
    REQUIRE(back.all_samples);
    REQUIRE(back.sequences.size() >= last);
    REQUIRE(back.sequences == counting(back.sequences.size()));
    REQUIRE(back.sequences.size() <= last + 1);
    auto log = Log::open(settings);
    REQUIRE(log->recovery().last_sequence == back.sequences.size());
    append_samples(*log, back.sequences.size() + 1, back.sequences.size() + 5);
    log->close();
    REQUIRE(verify(settings.dir).condition == Condition::Ok);
  }
  CHECK(nth > 300);
  ::munmap(static_cast<void*>(acknowledged), 4096);
}
#endif
