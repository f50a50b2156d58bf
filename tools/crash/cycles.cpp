#include "tools/crash/cycles.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <stdexcept>

#include "tools/crash/writer.hpp"

namespace crash {
namespace {
namespace fs = std::filesystem;
constexpr std::uint64_t kCyclesPerLog = 100;
constexpr double kPaceMax = 100;

pid_t start(const Life& life) {
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("crash: cannot fork");
  if (child == 0) live(life);
  return child;
}
// True: killed by SIGKILL.
bool wait_for_end(pid_t child) {
  int status = 0;
  if (::waitpid(child, &status, 0) != child) throw std::runtime_error("crash: waitpid");
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) return true;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return false;
  throw std::runtime_error("crash: a writer ended by itself, status " + std::to_string(status));
}

void choose_durability(sq::wal::LogSettings& settings, std::uint64_t cycle) {
  constexpr sq::wal::Durability kModes[]{sq::wal::Durability::Process, sq::wal::Durability::Group,
                                         sq::wal::Durability::Strict};
  settings.durability = kModes[cycle % 3];
  settings.group_interval_ns = 200'000;
}

// Ends the child after a while, unless a kill point was faster. True: the point it was.
bool end_of(pid_t child, std::chrono::microseconds after, bool has_point) {
  const auto until = std::chrono::steady_clock::now() + after;
  while (has_point && std::chrono::steady_clock::now() < until) {
    siginfo_t info{};
    if (::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
        info.si_pid == child)
      return wait_for_end(child);
    ::usleep(50);
  }
  if (!has_point) ::usleep(static_cast<useconds_t>(after.count()));
  ::kill(child, SIGKILL);
  static_cast<void>(wait_for_end(child));
  return false;
}
}  // namespace

sq::wal::LogSettings settings_in(const fs::path& dir) {
  sq::wal::LogSettings settings;
  settings.dir = dir / "log";
  settings.ring_dir = dir;
  settings.instance = sq::FixedText<16>{"crash"};
  settings.order_ring_bytes = 64 * 1024;
  settings.feed_ring_bytes = 64 * 1024;
  settings.segment_bytes = 128 * 1024;
  settings.reserve_bytes = 64 * 1024;
  return settings;
}

Result run_cycles(const Plan& plan, const std::function<void(const Result&)>& progress) {
  const auto begin = std::chrono::steady_clock::now();
  fs::create_directories(plan.dir);
  Oracle oracle{plan.dir / "log"};
  std::mt19937_64 random{plan.seed};
  Result result;
  bool create = true;
  double pace = 1;  // a slow disk or a busy machine starts slowly: two of three shall get to work
  for (std::uint64_t cycle = 1; cycle <= plan.cycles && result.verdict.clean(); ++cycle) {
    if (create) fs::remove_all(plan.dir / "log");
    Life life;
    life.settings = settings_in(plan.dir);
    choose_durability(life.settings, cycle);
    life.create = create;
    life.seed = random();
    life.pipe = oracle.pipe();
    if (cycle % 2 == 0) life.kill_point = 1 + random() % (cycle % 4 == 0 ? 90 : 900);
    const auto window = static_cast<double>(life.kill_point != 0 ? 20'000 : random() % 6'000);
    const std::chrono::microseconds after{static_cast<std::int64_t>(window * pace)};
    const std::uint64_t acknowledged = result.verdict.acknowledged;
    if (end_of(start(life), after, life.kill_point != 0)) ++result.at_points;
    const bool last = cycle % kCyclesPerLog == 0 || cycle == plan.cycles;
    result.verdict = oracle.check({});
    ++result.cycles;
    const bool worked = result.verdict.acknowledged > acknowledged;
    pace = worked ? std::max(1.0, pace * 0.9) : std::min(kPaceMax, pace * 1.25);
    // Killed before there was a log: the directory holds no log.meta and may be started anew.
    create = !fs::exists(life.settings.dir / "log.meta");
    if (last && !create && result.verdict.clean()) {
      life.kill_point = 0;
      life.create = false;
      life.close_at_once = true;
      static_cast<void>(wait_for_end(start(life)));
      result.verdict = oracle.check({.closed = true, .forget = true});
      ++result.logs;
      create = true;
    }
    result.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    progress(result);
    if (plan.seconds_max != 0 && result.seconds > static_cast<double>(plan.seconds_max)) break;
  }
  return result;
}
}  // namespace crash
