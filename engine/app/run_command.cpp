#include <fmt/format.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <chrono>
#include <csignal>
#include <fstream>
#include <optional>
#include <thread>
#include <stdexcept>

#include "engine/app/admin_service.hpp"
#include "engine/app/alerts/alert_task.hpp"
#include "engine/app/archive_task.hpp"
#include "engine/app/commands.hpp"
#include "engine/app/engine_run.hpp"
#include "engine/app/event_bus/event_bus_task.hpp"
#include "engine/app/event_bus/notices.hpp"
#include "engine/app/live/connections.hpp"
#include "engine/telemetry/format.hpp"

namespace sq::app {
namespace {
volatile std::sig_atomic_t stop_signal = 0;  // async-signal-safe: the only thing a handler may touch
void on_stop_signal(int signal) { stop_signal = signal; }

void catch_stop_signals() {
  struct sigaction action {};
  action.sa_handler = &on_stop_signal;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

settings::Config load(const RunOptions& options) {
  settings::Config config = settings::load(options.config);
  if (!options.data.empty()) config.session.data = std::filesystem::absolute(options.data);
  if (!options.log_dir.empty()) {
    const bool beside_log =
        config.admin.token_file.parent_path() == config.log.dir || config.admin.token_file.empty();
    if (config.archive.path == config.log.dir / "archive.sqlite")
      config.archive.path = options.log_dir / "archive.sqlite";
    config.log.dir = options.log_dir;
    if (beside_log) config.admin.token_file = options.log_dir / "admin.token";
  }
  if (!options.speed.empty()) {
    const auto speed = settings::parse_speed(options.speed);
    if (!speed)
      throw std::runtime_error("--speed " + options.speed + ": accepted: 1 to 100000, or max");
    config.session.speed = *speed;
  }
  require_armed(config, options.arm);
  return config;
}

// One line that renews itself on a terminal, a line an interval elsewhere.
class ProgressLine {
 public:
  explicit ProgressLine(const EngineRun& run)
      : run_{run},
        terminal_{::isatty(STDERR_FILENO) == 1},
        interval_ns_{terminal_ ? 200 * kNsPerMs : run.config().telemetry.progress_interval_ns} {}

  void update() {
    const RunProgress& progress = run_.progress();
    const std::int64_t now = telemetry::monotonic_ns();
    if (!progress.running.load() || now - last_ < interval_ns_) return;
    last_ = now;
    const std::int64_t wall = progress.wall_ns.load(std::memory_order_relaxed) / kNsPerSecond;
    const std::int64_t day_second = wall % 86'400;
    const std::string line = fmt::format(
        "{:02}:{:02}:{:02} UTC  {:>11} events  {:>7} orders  {:>6} fills  P&L {:>10.2f} {}",
        day_second / 3600, day_second / 60 % 60, day_second % 60,
        telemetry::with_separators(progress.events.load(std::memory_order_relaxed)),
        telemetry::with_separators(progress.orders.load(std::memory_order_relaxed)),
        telemetry::with_separators(progress.fills.load(std::memory_order_relaxed)),
        static_cast<double>(progress.pnl.load(std::memory_order_relaxed)) / 1e8,
        run_.config().risk.firm.base_currency.text());
    fmt::print(stderr, "{}{}{}", terminal_ ? "\r" : "", line, terminal_ ? "" : "\n");
    std::fflush(stderr);
    shown_ = true;
  }
  void end() const {
    if (shown_ && terminal_) fmt::print(stderr, "\n");
  }

 private:
  const EngineRun& run_;
  bool terminal_;
  std::int64_t interval_ns_;
  std::int64_t last_{0};
  bool shown_{false};
};

void announce(EngineRun& run) {
  const settings::Config& config = run.config();
  fmt::print(stderr, "shrivenquant {}: {}\n", config.engine.instance, run.session().origin);
  for (const std::string& line : connection_lines(config)) fmt::print(stderr, "{}\n", line);
  const bool recorded = config.engine.mode == settings::Mode::Recorded;
  fmt::print(stderr, "speed {}, {} strategies, {} instruments, log {}\n",
             recorded ? settings::speed_text(config.session.speed) : "as time passes",
             config.strategies.size(), config.instruments.size(), run.log().dir().string());
  if (!config.alerts.on())
    fmt::print(stderr, "alerts off: [alerts] has no rule, nobody is told of anything\n");
  if (!run.log().rings_locked())
    run.text_log().warning("log", "the rings could not be locked in memory (ulimit -l); see `doctor`");
}

// The archive beside a run. Nothing about it is a reason to stop trading, nor to fail: the log has
// everything, the next start goes on.
class ArchiveOfRun {
 public:
  explicit ArchiveOfRun(EngineRun& run) : run_{run} {}
  // Once the log is recovered and being written.
  void start() {
    const settings::Config& config = run_.config();
    if (started_ || !run_.progress().running.load()) return;
    started_ = true;
    if (config.archive.kind == settings::ArchiveKind::Off) return;
    try {
      task_.emplace(config.archive, archive_names(config), run_.log().dir());
      run_.show_archive(&*task_);
    } catch (const std::exception& error) {
      run_.text_log().warning("archive", "not started: {}", error.what());
    }
  }
  void finish() {
    constexpr std::int64_t kWaitNs = 5 * kNsPerSecond;
    if (!task_) return;
    task_->finish(kWaitNs);
    const ArchiveStatus status = task_->status();
    if (!status.error.empty())
      run_.text_log().warning("archive", "archived up to record {}: {}", status.archived_sequence,
                              status.error);
  }

 private:
  EngineRun& run_;
  std::optional<ArchiveTask> task_;
  bool started_{false};
};
}  // namespace

void write_file(const std::filesystem::path& file, const std::string& text) {
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path());
  std::ofstream out{file, std::ios::binary | std::ios::trunc};
  out << text;
  out.flush();
  if (!out) throw std::runtime_error("cannot write " + file.string());
}

int run_command(const RunOptions& options) {
  catch_stop_signals();
  EngineRun run{load(options)};
  announce(run);
  ProgressLine progress{run};
  ArchiveOfRun archive{run};  // outlives the admin port, which shows it
  std::optional<AlertTask> alerts;     // so do this
  std::optional<EventBusTask> events;  // and this
  std::optional<AdminService> admin;
  if (run.config().alerts.on()) alerts.emplace(run.config(), run.text_log());
  Summary summary = run.run([&] {
    if (stop_signal != 0) run.request_stop();
    if (alerts && !alerts->started() && run.progress().running.load()) {
      alerts->start(run.log().dir());
      run.show_alerts(&*alerts);
    }
    if (run.config().admin.enabled && !admin && run.progress().running.load()) {
      events.emplace(run.log().dir());
      events->consume(write_notices(events->bus(), run.text_log()));
      admin.emplace(run, events->bus());
    }
    archive.start();
    progress.update();
  });
  progress.end();
  archive.finish();
  if (alerts) {
    alerts->finish(5 * kNsPerSecond);
    summary.alerts = alerts->totals();
  }
  print_summary(stdout, summary);
  std::fflush(stdout);
  if (!options.json.empty()) write_file(options.json, boost::json::serialize(to_json(summary)) + "\n");
  if (options.serve && admin) {
    fmt::print(stderr, "\nadmin port still up at {}; Ctrl-C ends it\n", admin->url());
    while (stop_signal == 0) std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }
  return summary.warnings.empty() ? 0 : 1;
}
}  // namespace sq::app
