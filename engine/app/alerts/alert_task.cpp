#include "engine/app/alerts/alert_task.hpp"

#include <fmt/format.h>

#include <chrono>

#include "engine/app/threads.hpp"
#include "engine/telemetry/tick_clock.hpp"
#include "engine/wal/log.hpp"

namespace sq::app {
namespace {
constexpr std::chrono::milliseconds kPause{2};
constexpr std::size_t kRecordsAtOnce = 10'000;  // between two looks at the channels

wal::ReaderOptions follow_orders() {
  wal::ReaderOptions options;
  options.feed = false;
  options.follow = true;
  options.from_first_kept = true;
  return options;
}
}  // namespace

AlertTask::AlertTask(const settings::Config& config, telemetry::Log& text)
    : text_{text}, desk_{config} {
  said_.resize(desk_.channels().size());
}

void AlertTask::start(const std::filesystem::path& log_dir) {
  reader_.emplace(log_dir, follow_orders());
  thread_ = start_thread("sq-alerts", -1, [this] { run(); });
}

AlertTask::~AlertTask() {
  stop_.store(true, std::memory_order_release);
  if (thread_.joinable()) thread_.join();
}

std::size_t AlertTask::read_on() {
  std::size_t taken = 0;
  while (problem_.empty() && taken < kRecordsAtOnce) {
    const RecordHeader* const record = reader_->next();
    if (record == nullptr) break;
    desk_.take(*record);
    read_ = record->sequence;
    ++taken;
  }
  const wal::ReaderStatus& status = reader_->status();
  if (problem_.empty() && status.condition != wal::Condition::Ok &&
      status.condition != wal::Condition::End) {
    problem_ = fmt::format("{} at {}:{}: {}", wal::text_of(status.condition), status.file.string(),
                           status.offset, status.what);
    text_.error("alerts", "nothing new is seen any more: {}", problem_);
  }
  return taken;
}

// The engine goes on without alerts: that is for people to see, not a reason to stop.
void AlertTask::run() noexcept {
  try {
    follow();
  } catch (const std::exception& error) {
    problem_ = fmt::format("ended: {}", error.what());
    text_.error("alerts", "nobody is told of anything any more: {}", error.what());
    const std::scoped_lock lock{mutex_};
    status_.problem = problem_;
  }
  done_.store(true, std::memory_order_release);
}

void AlertTask::follow() {
  while (!stop_.load(std::memory_order_acquire)) {
    const bool finishing = finishing_.load(std::memory_order_acquire);
    // What an old part of the log calls for may be over further on: nobody is told before its end.
    const std::size_t read = read_on();
    const bool behind = read == kRecordsAtOnce;
    const bool busy = !behind && desk_.step(MonoTime{telemetry::monotonic_ns()});
    if (read > 0 || busy) {
      say_failures();
      show();
    }
    if (finishing && read == 0 && desk_.told()) break;
    if (!behind) std::this_thread::sleep_for(kPause);
  }
  show();
}

void AlertTask::say_failures() {
  const std::vector<AlertChannelStatus> channels = desk_.channels();
  for (std::size_t i = 0; i < channels.size(); ++i) {
    if (channels[i].last_failure == said_[i]) continue;
    said_[i] = channels[i].last_failure;
    if (said_[i].empty())
      text_.info("alerts", "the {} gets through again", channels[i].name);
    else
      text_.error("alerts", "not delivered by {}: {}", channels[i].name, said_[i]);
  }
}

void AlertTask::show() {
  AlertStatus status;
  for (const Alert& each : desk_.book().open())
    status.open.push_back({each, desk_.deliveries(each.number)});
  status.done.assign(desk_.book().done().begin(), desk_.book().done().end());
  status.channels = desk_.channels();
  status.read = read_;
  status.problem = problem_;
  const std::scoped_lock lock{mutex_};
  status_ = std::move(status);
}

AlertStatus AlertTask::status() const {
  const std::scoped_lock lock{mutex_};
  return status_;
}

AlertTotals AlertTask::totals() const {
  const AlertStatus now = status();
  AlertTotals totals;
  totals.open = now.open.size();
  for (const AlertStatus::Row& row : now.open) totals.unattended += row.alert.in_hand() ? 0U : 1U;
  for (const AlertChannelStatus& each : now.channels) {
    totals.delivered += each.delivered;
    totals.failed += each.failed;
  }
  totals.problem = now.problem;
  return totals;
}

void AlertTask::finish(std::int64_t ns_max) {
  if (!thread_.joinable()) return;
  finishing_.store(true, std::memory_order_release);
  const std::int64_t deadline = telemetry::monotonic_ns() + ns_max;
  while (!done_.load(std::memory_order_acquire) && telemetry::monotonic_ns() < deadline)
    std::this_thread::sleep_for(kPause);
  stop_.store(true, std::memory_order_release);
  thread_.join();
}
}  // namespace sq::app
