// Real SIGKILL of a real writer: whatever append() acknowledged is there, in order, nothing else.
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "engine/wal/meta.hpp"
#include "engine/wal/ring.hpp"
#include "engine/wal/segment_writer.hpp"
#include "engine/wal/verify.hpp"
#include "tests/wal/fixture.hpp"

using namespace sq;
using namespace sq::wal;
using namespace sq::wal::test;

namespace {
// Shared with the child: the last sequence that append() acknowledged.
struct Acknowledged {
  Acknowledged() {
    void* page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(page != MAP_FAILED);
    sequence = static_cast<std::atomic<std::uint64_t>*>(page);
  }
  ~Acknowledged() { ::munmap(static_cast<void*>(sequence), 4096); }
  Acknowledged(const Acknowledged&) = delete;
  Acknowledged& operator=(const Acknowledged&) = delete;
  std::atomic<std::uint64_t>* sequence{nullptr};
};

// In a child: opens or creates the log, appends until it is killed. Never returns.
[[noreturn]] void append_until_killed(const LogSettings& settings, bool create, std::uint64_t stop,
                                      std::atomic<std::uint64_t>& acknowledged) {
  try {
    auto log = create ? Log::create(settings) : Log::open(settings);
    std::uint64_t sequence = create ? 0 : log->recovery().last_sequence;
    std::atomic<bool> never{false};
    std::thread durability{[&] {
      while (!never) log->do_work();
    }};
    for (;;) {
      if (sequence >= stop) {  // the killer is late: stay small
        std::this_thread::yield();
        continue;
      }
      ++sequence;
      const Sample s = sample(sequence);
      if (!log->appender().append(s.header)) ::_exit(3);
      acknowledged.store(sequence, std::memory_order_release);
    }
  } catch (...) {
    ::_exit(4);
  }
}

// Runs the child until it has acknowledged `until`, then kills it.
void run_and_kill(const LogSettings& settings, bool create, Acknowledged& acknowledged,
                  std::uint64_t until) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) append_until_killed(settings, create, until + 2'000, *acknowledged.sequence);
  int status = 0;
  while (acknowledged.sequence->load(std::memory_order_acquire) < until) {
    if (::waitpid(child, &status, WNOHANG) == child) FAIL("the writer ended with " << status);
    std::this_thread::yield();
  }
  REQUIRE(::kill(child, SIGKILL) == 0);
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
}
}  // namespace

namespace {
void kill_many_times(int cycles) {
  const TemporaryDir dir;
  auto settings = small_settings(dir);
  settings.segment_bytes = 64 * 1024;
  Acknowledged acknowledged;
  std::uint64_t pseudo_random = 42;
  std::uint64_t from_rings = 0;
  for (int cycle = 0; cycle < cycles; ++cycle) {
    pseudo_random = pseudo_random * 6364136223846793005U + 1442695040888963407U;
    const std::uint64_t more = 1 + (pseudo_random >> 33U) % 2'000;
    settings.durability = cycle % 4 == 3 ? Durability::Group : Durability::Process;
    run_and_kill(settings, cycle == 0, acknowledged, *acknowledged.sequence + more);
    const std::uint64_t last = *acknowledged.sequence;

    // Without repair, from segments and rings. One record more may have been in flight.
    const ReadBack dead = read_back(settings.dir);
    REQUIRE(dead.status.condition == Condition::End);
    REQUIRE(dead.all_samples);
    REQUIRE(dead.sequences.size() >= last);
    REQUIRE(dead.sequences.size() <= last + 1);
    REQUIRE(dead.sequences == counting(dead.sequences.size()));

    auto log = Log::open(settings);
    REQUIRE_FALSE(log->recovery().was_clean);
    REQUIRE(log->recovery().last_sequence == dead.sequences.size());
    from_rings += log->recovery().from_rings;
    log->close();
    *acknowledged.sequence = dead.sequences.size();
  }
  CHECK(from_rings > 0);
  CHECK(verify(settings.dir).condition == Condition::Ok);
}
}  // namespace

TEST_CASE("kill -9 at any moment loses nothing that append acknowledged") { kill_many_times(16); }
TEST_CASE("kill -9 two thousand times loses nothing that append acknowledged", "[slow]") {
  for (int i = 0; i < 50; ++i) kill_many_times(40);
}

TEST_CASE("recovery that is killed again and again gives what uninterrupted recovery gives") {
  const TemporaryDir dir;
  const auto settings = small_settings(dir);
  Acknowledged acknowledged;
  run_and_kill(settings, true, acknowledged, 3'000);
  const std::uint64_t held = read_back(settings.dir).sequences.size();
  for (int i = 0; i < 20; ++i) {  // killed somewhere in open(), a little later each time
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      try {
        auto log = Log::open(settings);
        ::pause();
      } catch (...) {
      }
      ::_exit(0);
    }
    const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(60 * i);
    while (std::chrono::steady_clock::now() < until) {
    }
    REQUIRE(::kill(child, SIGKILL) == 0);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    const ReadBack back = read_back(settings.dir);
    REQUIRE(back.sequences == counting(held));
    REQUIRE(back.all_samples);
  }
  auto log = Log::open(settings);
  CHECK(log->recovery().last_sequence == held);
  append_samples(*log, held + 1, held + 10);
  log->close();
  CHECK(read_back(settings.dir).sequences == counting(held + 10));
}

TEST_CASE("a damaged record in the surviving ring is refused and named") {
  const TemporaryDir dir;
  const auto settings = small_settings(dir);
  Acknowledged acknowledged;
  run_and_kill(settings, true, acknowledged, 500);
  const auto path = ring_path_of(read_meta(settings.dir), Stream::Order);
  auto bytes = bytes_of(path);
  RingControl control;
  std::memcpy(static_cast<void*>(&control), bytes.data(), sizeof control);
  if (control.head == control.tail) return;  // the durability thread had just emptied it
  bytes[kHeaderBytes + control.tail % control.capacity + 30] ^= std::byte{1};
  write_bytes(path, bytes);
  CHECK(verify(settings.dir).condition == Condition::Damaged);
  CHECK_THROWS_WITH(Log::open(settings), Catch::Contains(path.filename().string()));
}

TEST_CASE("without its ring a killed log keeps what its segments hold, and says so") {
  const TemporaryDir dir;
  const auto settings = small_settings(dir);
  Acknowledged acknowledged;
  run_and_kill(settings, true, acknowledged, 3'000);
  for (const Stream stream : kBothStreams)
    std::filesystem::remove(ring_path_of(read_meta(settings.dir), stream));
  auto log = Log::open(settings);
  CHECK(log->recovery().ring_lost[0]);
  CHECK(log->recovery().ring_lost[1]);
  const std::uint64_t last = log->recovery().last_sequence;
  CHECK(last <= *acknowledged.sequence + 1);
  append_samples(*log, last + 1, last + 100);
  log->close();
  CHECK(verify(settings.dir).whole());
}
