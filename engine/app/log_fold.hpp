// Folds a log's order stream into its state: from the newest snapshot that is usable, else from the
// first record, then the tail. Recovery does it once; the writer of snapshots goes on following.
// Thread: one. Cost: reading, verifying and folding a record, see bench wal/recover.
// Errors: a snapshot that is damaged, newer than the log or the program, or of another
// configuration is left aside with a reason; std::runtime_error for one of another log, and for a
// damaged log.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/core/ledger_state.hpp"
#include "engine/wal/stream_cursor.hpp"

namespace sq::settings {
struct Config;
}
namespace sq::app {
struct FoldSetup {
  core::LedgerSetup ledger;
  std::uint64_t identity{0};  // core::identity_of()
};
[[nodiscard]] FoldSetup fold_setup(const settings::Config& config);

class LogFold {
 public:
  LogFold(const std::filesystem::path& dir, const FoldSetup& setup);
  LogFold(const LogFold&) = delete;
  LogFold& operator=(const LogFold&) = delete;

  using Look = std::function<void(const RecordHeader&)>;
  // Folds up to `records_max` records, showing each to `look` before. Less: nothing more is there.
  std::uint64_t advance(std::uint64_t records_max, const Look& look = {});
  // A snapshot of the state as it is now; afterwards it and the one before are left.
  void write_snapshot(wal::Disk& disk = wal::Disk::system());

  [[nodiscard]] core::LedgerState& state() noexcept { return *state_; }
  [[nodiscard]] const wal::StreamEnd& end() const noexcept { return cursor_->at(); }
  [[nodiscard]] std::uint64_t records() const noexcept { return records_; }  // folded from the log
  // Sequence of the snapshot it began with, or that it wrote last; 0: none.
  [[nodiscard]] std::uint64_t snapshot() const noexcept { return snapshot_; }
  // One sentence for each snapshot that was left aside.
  [[nodiscard]] const std::vector<std::string>& skipped() const noexcept { return skipped_; }

 private:
  [[nodiscard]] std::string start_at(const wal::Snapshot& snapshot);
  void start_from(std::uint64_t sequence);
  [[noreturn]] void refuse(const wal::ReaderStatus& status) const;

  std::filesystem::path dir_;
  FoldSetup setup_;
  wal::LogView log_;
  std::unique_ptr<core::LedgerState> state_;
  std::unique_ptr<wal::StreamCursor> cursor_;
  std::uint64_t records_{0};
  std::uint64_t snapshot_{0};
  std::vector<std::string> skipped_;
};
}  // namespace sq::app
