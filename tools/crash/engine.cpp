// Kills of the engine itself. It acknowledges nothing to the outside but by its log, which other
// processes follow while it lives: what such a reader has seen must be there after the kill.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <random>
#include <stdexcept>

#include "engine/wal/reader.hpp"
#include "tools/crash/cycles.hpp"
#include "tools/crash/messages.hpp"

namespace crash {
namespace {
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

pid_t start_engine(const Plan& plan, const fs::path& log) {
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("crash: cannot fork");
  if (child != 0) return child;
  const int out = ::open((plan.dir / "engine.txt").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(out, STDERR_FILENO);
  ::execl(plan.engine.c_str(), plan.engine.c_str(), "run", plan.config.c_str(), "--log-dir",
          log.c_str(), nullptr);
  ::_exit(127);
}

// Tells what it reads, from the start of the log to its end and on, until it is killed.
pid_t start_follower(const fs::path& log, int pipe) {
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("crash: cannot fork");
  if (child != 0) return child;
  for (;;) {
    try {
      sq::wal::ReaderOptions options;
      options.follow = true;
      sq::wal::Reader reader{log, options};
      for (;;) {
        while (const sq::RecordHeader* record = reader.next()) {
          if (!tell(pipe, {Said::Acknowledged, record->sequence, fingerprint(*record)})) ::_exit(0);
        }
        if (reader.status().condition != sq::wal::Condition::Ok) break;
        ::usleep(200);
      }
    } catch (const sq::wal::LogError&) {  // the engine is not that far yet
    }
    ::usleep(1'000);
  }
}
// True: it was still alive.
bool end(pid_t child) {
  int status = 0;
  ::kill(child, SIGKILL);
  return ::waitpid(child, &status, 0) == child && WIFSIGNALED(status);
}
}  // namespace

Result run_engine(const Plan& plan, const std::function<void(const Result&)>& progress) {
  const auto begin = Clock::now();
  const fs::path log = plan.dir / "log";
  fs::create_directories(plan.dir);
  fs::remove_all(log);
  Oracle oracle{log};
  std::mt19937_64 random{plan.seed};
  Result result;
  for (std::uint64_t cycle = 1; cycle <= plan.cycles && result.verdict.clean(); ++cycle) {
    const pid_t engine = start_engine(plan, log);
    const pid_t follower = start_follower(log, oracle.pipe());
    for (int i = 0; i < 10'000 && !fs::exists(log / "log.meta"); ++i) ::usleep(1'000);
    ::usleep(static_cast<useconds_t>(100'000 + random() % 1'500'000));
    const bool alive = end(engine);
    static_cast<void>(end(follower));
    if (!alive)
      throw std::runtime_error("crash: the engine ended by itself, see " +
                               (plan.dir / "engine.txt").string());
    result.verdict = oracle.check({.closed = false, .forget = false, .lagging = true});
    ++result.cycles;
    result.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    progress(result);
    if (plan.seconds_max != 0 && result.seconds > static_cast<double>(plan.seconds_max)) break;
  }
  return result;
}
}  // namespace crash
