// Writes snapshots of the folded state while the engine runs, so that the next start is fast: a
// tail reader of the order log with a fold of its own. The core neither knows nor waits. Thread:
// one of its own; SnapshotProgress from any. Cost: folding every record once more, beside the core;
// some MB written and synced for a snapshot. Errors: kept in problem(); a failed write is tried
// again when the next one is due, a log that cannot be read on ends the work. Trading goes on.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "engine/app/log_fold.hpp"

namespace sq::app {
struct SnapshotSchedule {
  std::uint64_t records{1'000'000};    // of the order log, between two snapshots
  std::int64_t ns{60 * kNsPerSecond};  // or this long, if there is anything new
};

struct SnapshotProgress {                  // each value by itself is right; relaxed
  std::atomic<std::uint64_t> sequence{0};  // of the last snapshot; 0: none
  std::atomic<std::uint64_t> written{0};
  std::atomic<std::uint64_t> failures{0};
};

class SnapshotWriter {
 public:
  SnapshotWriter(std::filesystem::path dir, FoldSetup setup, SnapshotSchedule schedule);

  // Takes what was logged since, some thousand records at most, and writes when it is due. 0: there
  // was nothing new. The first call reads the newest snapshot and folds the log up to now.
  std::size_t do_work(MonoTime now) noexcept;
  // After the log was closed: everything, and a snapshot of it.
  void finish() noexcept;

  [[nodiscard]] const SnapshotProgress& progress() const noexcept { return progress_; }
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }  // own thread

 private:
  std::size_t fold(std::uint64_t records_max) noexcept;
  void write(MonoTime now) noexcept;

  std::filesystem::path dir_;
  FoldSetup setup_;
  SnapshotSchedule schedule_;
  std::unique_ptr<LogFold> fold_;
  bool ended_{false};           // the log cannot be read on
  std::uint64_t unsaved_{0};    // records folded since the last snapshot
  std::uint64_t since_try_{0};  // and since it was last tried
  MonoTime tried_at_{};
  std::string problem_;
  SnapshotProgress progress_;
};
}  // namespace sq::app
