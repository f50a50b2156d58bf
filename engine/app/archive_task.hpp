// The archive of a running engine: a thread "sq-archive" that follows the order log and keeps
// [archive]'s store up to date. The engine neither waits for it nor knows how it fares.
// Thread: the constructor starts it; status() from any; finish() and the destructor end it.
// Errors: status(); the constructor throws only when the log cannot be opened.
#pragma once

#include <atomic>
#include <memory>
#include <thread>

#include "engine/app/archiver.hpp"
#include "engine/settings/config.hpp"

namespace sq::app {
// SQLite or PostgreSQL as configured; null for "off". `stop` ends a call to a server at once.
[[nodiscard]] std::unique_ptr<reporting::Store> open_archive_store(
    const settings::Archive& settings, const std::atomic<bool>* stop);

class ArchiveTask {
 public:
  // settings.kind is not Off.
  ArchiveTask(const settings::Archive& settings, ArchiveNames names,
              const std::filesystem::path& log_dir);
  ArchiveTask(const ArchiveTask&) = delete;
  ArchiveTask& operator=(const ArchiveTask&) = delete;
  ~ArchiveTask();

  [[nodiscard]] ArchiveStatus status() const { return archiver_.status(); }
  // Waits until the archive has what the log has, at most so long, and ends the thread. What is
  // missing then, the next start archives.
  void finish(std::int64_t ns_max);

 private:
  void run();

  std::atomic<bool> stop_{false};
  std::atomic<bool> finishing_{false};
  std::atomic<bool> done_{false};
  Archiver archiver_;
  std::thread thread_;
};
}  // namespace sq::app
