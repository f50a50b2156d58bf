// The alerts of a running engine: a thread "sq-alerts" follows the order log and tells people. The
// engine neither waits for it nor knows how it fares; what it cannot tell is in the text log.
// Thread: start() starts it; status() from any; finish() and the destructor end it.
// Errors: the constructor throws when a channel cannot be had, start() when the log cannot be
// opened; what goes wrong later is in status().problem and in the text log.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/app/alerts/alert_desk.hpp"
#include "engine/app/summary.hpp"
#include "engine/telemetry/log.hpp"
#include "engine/wal/reader.hpp"

namespace sq::app {
struct AlertStatus {
  struct Row {
    Alert alert;
    std::uint64_t deliveries{0};
  };
  std::vector<Row> open;
  std::vector<Alert> done;
  std::vector<AlertChannelStatus> channels;
  std::uint64_t read{0};  // last record looked at
  std::string problem;    // why the log cannot be read on
};

class AlertTask {
 public:
  // config.alerts.on(); all of them outlive it.
  AlertTask(const settings::Config& config, telemetry::Log& text);
  AlertTask(const AlertTask&) = delete;
  AlertTask& operator=(const AlertTask&) = delete;
  ~AlertTask();

  // Once, when there is a log.
  void start(const std::filesystem::path& log_dir);
  [[nodiscard]] bool started() const noexcept { return reader_.has_value(); }
  [[nodiscard]] AlertStatus status() const;
  [[nodiscard]] AlertTotals totals() const;
  // Waits until everything of the log was told once, at most so long, and ends the thread.
  void finish(std::int64_t ns_max);

 private:
  void run() noexcept;
  void follow();
  std::size_t read_on();
  void show();
  void say_failures();

  telemetry::Log& text_;
  std::optional<wal::Reader> reader_;
  AlertDesk desk_;
  std::vector<std::string> said_;  // last failure by channel that the text log has
  std::uint64_t read_{0};
  std::string problem_;
  std::atomic<bool> stop_{false};
  std::atomic<bool> finishing_{false};
  std::atomic<bool> done_{false};
  mutable std::mutex mutex_;
  AlertStatus status_;  // under the lock
  std::thread thread_;
};
}  // namespace sq::app
