// One run of the engine: wires what drives it (drive/drive.hpp: a recorded session, or venues),
// core, log and admin port, starts their threads, and gives the summary. A log left by a killed
// process is recovered and the run goes on where it stopped.
// Thread: the constructor and run() on the caller's; request_stop() from any, also a signal handler's
// thread. Errors: std::runtime_error (files, threads, log), settings::ConfigError.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "engine/app/core_setup.hpp"
#include "engine/app/drive/drive.hpp"
#include "engine/app/durable_entry.hpp"
#include "engine/app/equity_curve.hpp"
#include "engine/app/feeds.hpp"
#include "engine/app/kill/control_file.hpp"
#include "engine/app/kill/kill_triggers.hpp"
#include "engine/app/log_journal.hpp"
#include "engine/app/load_watch.hpp"
#include "engine/app/log_watch.hpp"
#include "engine/app/snapshot_writer.hpp"
#include "engine/app/summary.hpp"
#include "engine/core/core.hpp"
#include "engine/messaging/command_queue.hpp"
#include "engine/settings/config.hpp"
#include "engine/telemetry/log.hpp"
#include "engine/wal/log.hpp"

namespace sq::app {
// What other threads may see of a run in progress. Written by the core's thread, relaxed: each value
// by itself is right, they need not be of one moment.
struct RunProgress {
  std::atomic<std::int64_t> wall_ns{0};  // logical time
  std::atomic<std::uint64_t> events{0};
  std::atomic<std::uint64_t> orders{0};
  std::atomic<std::uint64_t> fills{0};
  std::atomic<std::int64_t> pnl{0};      // 1e-8 of the base currency
  std::atomic<bool> running{false};
  std::atomic<bool> finished{false};
};

class AlertTask;
class ArchiveTask;

class EngineRun {
 public:
  explicit EngineRun(settings::Config config);
  ~EngineRun();
  EngineRun(const EngineRun&) = delete;
  EngineRun& operator=(const EngineRun&) = delete;

  // Until the data end or a stop. `tick` is called on this thread about every 50 ms.
  Summary run(const std::function<void()>& tick);
  void request_stop() noexcept { stop_.store(true, std::memory_order_relaxed); }

  [[nodiscard]] const settings::Config& config() const noexcept { return config_; }
  [[nodiscard]] const RunProgress& progress() const noexcept { return progress_; }
  [[nodiscard]] CommandQueue& commands() noexcept { return commands_; }
  [[nodiscard]] KillTriggers& kill() noexcept { return *kill_; }
  [[nodiscard]] telemetry::Log& text_log() noexcept { return text_log_; }  // cold threads
  // For the admin's thread: publishers, stage histograms and names; never the core's own state.
  [[nodiscard]] core::Core& core() noexcept { return *core_; }
  [[nodiscard]] const telemetry::StageTimers& stages() const noexcept { return stages_; }
  [[nodiscard]] const telemetry::StageTimers& feed_stages() const noexcept { return feed_stages_; }
  [[nodiscard]] const wal::Log& log() const noexcept { return *log_; }
  [[nodiscard]] const SessionFiles& session() const noexcept { return session_; }
  [[nodiscard]] std::vector<std::string> strategy_names() const;
  // The archive that follows this run's log, for views; null: there is none. It outlives them.
  void show_archive(const ArchiveTask* archive) noexcept {
    archive_.store(archive, std::memory_order_release);
  }
  [[nodiscard]] const ArchiveTask* archive() const noexcept {
    return archive_.load(std::memory_order_acquire);
  }

  // Those of its alerts; the same.
  void show_alerts(const AlertTask* alerts) noexcept {
    alerts_.store(alerts, std::memory_order_release);
  }
  [[nodiscard]] const AlertTask* alerts() const noexcept {
    return alerts_.load(std::memory_order_acquire);
  }

 private:
  void open_log();
  [[nodiscard]] std::unique_ptr<Drive> make_drive();
  void recover();
  void check_same_instruments(const RecordHeader& defined) const;
  void check_same_strategies(const RecordHeader& loaded) const;
  void core_loop() noexcept;
  void take_commands();
  void look_at_log();
  void look_from_main();
  void wind_down();
  void sample(bool force);
  [[nodiscard]] Summary summarise();
  [[nodiscard]] std::vector<Price> marks() const;
  void report_books(Summary& summary) const;

  settings::Config config_;
  telemetry::Log text_log_;
  core::CoreSetup setup_;  // moved into the core
  SessionFiles session_;
  telemetry::StageTimers stages_;
  telemetry::StageTimers feed_stages_;
  std::unique_ptr<wal::Log> log_;
  std::unique_ptr<LogJournal> journal_;
  std::unique_ptr<Drive> drive_;
  std::unique_ptr<core::Core> core_;
  std::unique_ptr<DurableEntry> durable_;  // durability strict: between the core and its venues
  std::unique_ptr<LogWatch> log_watch_;
  std::unique_ptr<LoadWatch> load_watch_;
  std::unique_ptr<SnapshotWriter> snapshots_;
  std::uint32_t rounds_{0};
  CommandQueue commands_;
  std::unique_ptr<ControlFile> control_;  // heartbeats and the egress latch
  std::unique_ptr<KillTriggers> kill_;
  EquityCurve equity_;
  RunProgress progress_;
  std::atomic<bool> stop_{false};
  std::atomic<const ArchiveTask*> archive_{nullptr};
  std::atomic<const AlertTask*> alerts_{nullptr};
  std::uint32_t epoch_{1};
  std::string interrupted_;
  WallTime first_wall_{};
  WallTime last_wall_{};
  double seconds_{0.0};
};
}  // namespace sq::app
