// A real process that latches and re-arms scopes and is killed with SIGKILL at random points: what
// it said was latched is latched in the next one, from the log alone.
#include <signal.h>
#include <sys/mman.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <memory>
#include <random>

#include "engine/core/ledger_state.hpp"
#include "engine/wal/log.hpp"
#include "engine/wal/reader.hpp"
#include "tests/core/core_fixture.hpp"

using namespace sq;
using namespace sq::test;

namespace {
constexpr std::uint32_t kScopes = 8;  // accounts: any number of them is known
struct Shared {
  // What the process is told to do next is in its own hands; this is what it has acknowledged.
  std::atomic<std::uint64_t> acknowledged{0};  // changes of this life
  std::atomic<std::uint32_t> latched{0};       // a bit a scope: acknowledged as latched
  std::atomic<std::uint32_t> in_flight{0};     // the scope being changed now; kScopes: none
};
struct SharedPage {
  SharedPage() {
    void* page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(page != MAP_FAILED);
    at = std::construct_at(static_cast<Shared*>(page));
  }
  ~SharedPage() { ::munmap(at, 4096); }
  SharedPage(const SharedPage&) = delete;
  SharedPage& operator=(const SharedPage&) = delete;
  Shared* at;
};
struct Directory {
  Directory() {
    std::string name = "/dev/shm/sq-kill-test-XXXXXX";
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Directory() { std::filesystem::remove_all(path); }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  std::filesystem::path path;
};

class LogJournal final : public core::Journal {
 public:
  explicit LogJournal(wal::Appender& appender) : appender_{appender} {}
  [[nodiscard]] bool append(const RecordHeader& record) noexcept override {
    return appender_.append(record);
  }

 private:
  wal::Appender& appender_;
};

core::LedgerState folded(const std::filesystem::path& dir) {
  ScriptedStrategy::Script script;
  core::LedgerState state{core::ledger_setup(core_setup(script))};
  wal::Reader reader{dir};
  while (const RecordHeader* record = reader.next())
    if (!is_market_data(record->kind)) state.apply(*record);
  return state;
}
std::uint32_t latched_in(const risk::KillSwitch& kill) {
  std::uint32_t bits = 0;
  for (std::uint32_t n = 0; n < kScopes; ++n)
    if (kill.find({KillScopeKind::Account, n}) != nullptr) bits |= 1U << n;
  return bits;
}

// In the child: a core on the log, commands until it is killed.
[[noreturn]] void live(const wal::LogSettings& settings, bool create, std::uint64_t seed,
                       Shared& shared) {
  try {
    const auto log = create ? wal::Log::create(settings) : wal::Log::open(settings);
    LogJournal journal{log->appender()};
    KeepingVenue venue;
    ScriptedStrategy::Script script;
    core::Core core{core_setup(script), journal, venue, nullptr};
    if (!create) core.adopt(folded(settings.dir));
    const auto give = [&](auto record) {
      record.header.wall = kStart;
      record.header.mono = MonoTime{kStart.ns};
      core.on_input(record.header);
    };
    EpochStarted started;
    started.epoch = core.ledger().epoch() + 1;
    give(make_record(RecordKind::EpochStarted, started));
    std::mt19937_64 random{seed};
    for (;;) {
      const auto scope = static_cast<std::uint32_t>(random() % kScopes);
      AdminCommand command;
      command.command = random() % 3 == 0 ? Command::Rearm : Command::Kill;
      command.scope = KillScopeKind::Account;
      command.scope_number = scope;
      command.who = FixedText<24>{"ann"};
      command.second = FixedText<24>{"bob"};
      shared.in_flight.store(scope);
      give(make_record(RecordKind::AdminCommand, command));
      const std::uint32_t bit = 1U << scope;
      const std::uint32_t was = shared.latched.load();
      shared.latched.store(command.command == Command::Kill ? was | bit : was & ~bit);
      shared.in_flight.store(kScopes);
      shared.acknowledged.fetch_add(1);
      log->do_work();
      while (shared.acknowledged.load() > 500) ::sched_yield();  // the killer is late: stay small
    }
  } catch (...) {
    ::_exit(4);
  }
}

void kill_again_and_again(int kills) {
  const Directory directory;
  const SharedPage shared;
  wal::LogSettings settings;
  settings.ring_dir = directory.path;
  settings.instance = FixedText<16>{"test"};
  settings.order_ring_bytes = settings.feed_ring_bytes = 64 * 1024;
  settings.segment_bytes = 1 << 20;
  settings.reserve_bytes = 0;
  std::mt19937_64 random{7};
  int held = 0;
  for (int n = 0; n < kills; ++n) {
    const bool create = n % 100 == 0;  // short logs: the fold stays quick
    if (create) shared.at->latched = 0;
    settings.dir = directory.path / ("log" + std::to_string(n / 100));
    shared.at->acknowledged = 0;
    shared.at->in_flight = kScopes;
    const std::uint64_t seed = random();
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) live(settings, create, seed, *shared.at);
    const std::uint64_t until = 1 + random() % 60;
    int status = 0;
    while (shared.at->acknowledged.load() < until) {
      if (::waitpid(child, &status, WNOHANG) == child) FAIL("the process ended with " << status);
      ::sched_yield();
    }
    for (std::uint64_t spin = random() % 20'000; spin > 0; --spin) __builtin_ia32_pause();
    REQUIRE(::kill(child, SIGKILL) == 0);
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
    // The change that was under way may have happened or not; every other is as acknowledged.
    const std::uint32_t scope = shared.at->in_flight.load();
    const std::uint32_t open_question = scope < kScopes ? 1U << scope : 0U;
    const std::uint32_t now = latched_in(folded(settings.dir).ledger().kill());
    INFO("kill " << n << ", acknowledged " << shared.at->latched.load() << ", in the log " << now);
    REQUIRE((now & ~open_question) == (shared.at->latched.load() & ~open_question));
    shared.at->latched.store(now);
    held += now != 0 ? 1 : 0;
    if (n % 100 == 99) std::filesystem::remove_all(settings.dir);
  }
  CHECK(held > kills / 2);  // else little was at stake
}
}  // namespace

TEST_CASE("20 kills of a process that latches scopes at random leave latched what it said",
          "[core]") {
  kill_again_and_again(20);
}
TEST_CASE("10,000 kills of a process that latches scopes at random leave latched what it said",
          "[core][slow]") {
  kill_again_and_again(10'000);
}
