#include "engine/app/archive_task.hpp"

#include <chrono>

#include "engine/app/threads.hpp"
#include "engine/telemetry/tick_clock.hpp"

namespace sq::app {
namespace {
constexpr std::int64_t kServerCallNsMax = 5 * kNsPerSecond;
constexpr std::chrono::milliseconds kPause{2};

ArchiverOptions options_of(const settings::Archive& settings,
                           const std::filesystem::path& log_dir) {
  ArchiverOptions options;
  options.log_dir = log_dir;
  options.fold_dir = log_dir / "archive.fold";
  options.batch_records = settings.batch_records;
  options.flush_interval_ns = settings.flush_interval_ns;
  return options;
}
}  // namespace

std::unique_ptr<reporting::Store> open_archive_store(const settings::Archive& settings,
                                                     const std::atomic<bool>* stop) {
  switch (settings.kind) {
    case settings::ArchiveKind::Off:
      return nullptr;
    case settings::ArchiveKind::Sqlite:
      return reporting::make_sqlite_store(settings.path);
    case settings::ArchiveKind::Postgres:
      return reporting::make_postgres_store(settings.url, kServerCallNsMax, stop);
  }
  return nullptr;
}

ArchiveTask::ArchiveTask(const settings::Archive& settings, ArchiveNames names,
                         const std::filesystem::path& log_dir)
    : archiver_{options_of(settings, log_dir), std::move(names),
                open_archive_store(settings, &stop_)} {
  thread_ = start_thread("sq-archive", -1, [this] { run(); });
}

ArchiveTask::~ArchiveTask() {
  stop_.store(true, std::memory_order_release);
  if (thread_.joinable()) thread_.join();
}

void ArchiveTask::run() {
  while (!stop_.load(std::memory_order_acquire)) {
    const bool finishing = finishing_.load(std::memory_order_acquire);
    if (finishing) archiver_.hurry();
    const std::size_t done = archiver_.do_work(telemetry::monotonic_ns());
    if (finishing && archiver_.caught_up()) break;
    if (done == 0) std::this_thread::sleep_for(kPause);
  }
  done_.store(true, std::memory_order_release);
}

void ArchiveTask::finish(std::int64_t ns_max) {
  finishing_.store(true, std::memory_order_release);
  const std::int64_t deadline = telemetry::monotonic_ns() + ns_max;
  while (!done_.load(std::memory_order_acquire) && telemetry::monotonic_ns() < deadline)
    std::this_thread::sleep_for(kPause);
  stop_.store(true, std::memory_order_release);
  if (thread_.joinable()) thread_.join();
}
}  // namespace sq::app
