// Watches an engine from a process of its own: when its heartbeats are old, closes the egress latch
// in shared memory, writes the KILL file, and runs the command that cancels at the venue with
// credentials of its own. Source: controls A03; faults O03, O05.
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <optional>
#include <thread>

#include "engine/app/kill/control_file.hpp"
#include "engine/telemetry/tick_clock.hpp"
#include "engine/types/time.hpp"

extern char** environ;

namespace {
using sq::app::ControlFile;
using std::chrono::milliseconds;
volatile std::sig_atomic_t stop_signal = 0;
void on_stop(int signal) { stop_signal = signal; }

struct Options {
  std::filesystem::path log_dir;
  std::int64_t stale_ms{2'000};
  std::int64_t command_s_max{10};
  int attempts_max{60};
  bool once{false};
  std::vector<std::string> command;
};

void say(const std::string& text) {
  fmt::print("watchdog: {}\n", text);
  std::fflush(stdout);
}

// Without a shell. True: it ended with 0 in time.
bool run(const Options& options) {
  std::vector<char*> arguments;
  std::vector<std::string> copies = options.command;
  for (std::string& each : copies) arguments.push_back(each.data());
  arguments.push_back(nullptr);
  pid_t child = 0;
  if (::posix_spawnp(&child, arguments[0], nullptr, nullptr, arguments.data(), environ) != 0)
    return false;
  const std::int64_t end = sq::telemetry::monotonic_ns() + options.command_s_max * sq::kNsPerSecond;
  int status = 0;
  while (::waitpid(child, &status, WNOHANG) == 0) {
    if (sq::telemetry::monotonic_ns() >= end) {
      ::kill(child, SIGKILL);
      ::waitpid(child, &status, 0);
      return false;
    }
    std::this_thread::sleep_for(milliseconds{5});
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// Again and again until the command succeeds: an order that is left works without anybody.
bool cancel_at_venue(const Options& options) {
  if (options.command.empty()) return true;
  for (int attempt = 1; attempt <= options.attempts_max && stop_signal == 0; ++attempt) {
    if (run(options)) {
      say(fmt::format("{} succeeded, attempt {}", options.command[0], attempt));
      return true;
    }
    say(fmt::format("{} failed, attempt {}", options.command[0], attempt));
    std::this_thread::sleep_for(milliseconds{1'000});
  }
  return false;
}

class Watch {
 public:
  explicit Watch(const Options& options) : options_{options} {}

  // False: the engine fell silent and `once` was asked for.
  bool look() {
    const std::int64_t now = sq::telemetry::monotonic_ns();
    if (now - opened_ >= sq::kNsPerSecond || !control_) open(now);
    if (!control_) return true;
    const sq::app::ControlBlock& block = control_->block();
    if (block.ended.load() != 0) return true;
    const std::int64_t beat =
        std::max(std::min(block.core_beat.load(), block.main_beat.load()), seen_);
    const std::int64_t age = now - beat;
    if (age <= options_.stale_ms * sq::kNsPerMs) {
      if (fired_)
        say("the heartbeat is back; the kill switch stays closed until two people re-arm it");
      fired_ = false;
      return true;
    }
    if (fired_) return true;
    fired_ = true;
    fire(age);
    return !options_.once;
  }
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  // The file of the engine that runs now: each start makes a new one.
  void open(std::int64_t now) {
    opened_ = now;
    auto found = ControlFile::open(options_.log_dir);
    if (!found) return;
    const std::int64_t process = found->block().process.load();
    if (control_ && process == process_) return;
    process_ = process;
    seen_ = now;  // its first heartbeat may be to come
    fired_ = false;
    control_.emplace(std::move(*found));
    say(fmt::format("watching process {}", process));
  }
  void fire(std::int64_t age) {
    control_->block().latch.close_by(sq::risk::EgressLatch::Stranger::Watchdog);
    std::ofstream{options_.log_dir / "KILL"} << "all\n";
    say(fmt::format("ALERT: no heartbeat of process {} for {} ms: closed the egress, wrote {}",
                    process_, age / sq::kNsPerMs, (options_.log_dir / "KILL").string()));
    if (!cancel_at_venue(options_)) {
      failed_ = true;
      say("ALERT: the cancel command has not succeeded: cancel at the venue by hand, now");
    }
  }

  const Options& options_;
  std::optional<ControlFile> control_;
  std::int64_t process_{0};
  std::int64_t opened_{0};
  std::int64_t seen_{0};
  bool fired_{false};
  bool failed_{false};
};
}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app{"watchdog: cancels at the venue when an engine no longer answers"};
  app.add_option("--log-dir", options.log_dir, "log.dir of the engine")->required();
  app.add_option("--stale-ms", options.stale_ms, "so long without a heartbeat is too long")
      ->check(CLI::Range(50, 600'000));
  app.add_option("--command-seconds", options.command_s_max, "so long the command may take")
      ->check(CLI::Range(1, 600));
  app.add_option("--attempts", options.attempts_max, "how often a command that fails is run")
      ->check(CLI::Range(1, 100'000));
  app.add_flag("--once", options.once, "end after the engine fell silent");
  app.add_option("--on-stale", options.command, "program and arguments, run without a shell; last");
  CLI11_PARSE(app, argc, argv);
  std::signal(SIGINT, &on_stop);
  std::signal(SIGTERM, &on_stop);
  Watch watch{options};
  while (stop_signal == 0 && watch.look())
    std::this_thread::sleep_for(
        milliseconds{std::clamp<std::int64_t>(options.stale_ms / 8, 5, 100)});
  return watch.failed() ? 1 : 0;
}
