// Follows a log and keeps an archive up to date: reads a stretch, folds it, writes it as one
// transaction, goes on behind it. Whatever happens to the store, trading does not notice: the log
// is read only when there is a place to write to, and everything that was missed is still in it.
// With a place to save what it folded, a restart goes on from there; a saved fold that is damaged,
// of another log or configuration, or newer than the store, costs the time to fold again.
// Thread: one (status() from any). Cost: none to the engine but the shared memory it reads. Memory:
// one batch. Errors: status(); a store that fails is tried again after 100 ms, doubling to 30 s.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "engine/app/archive_fold.hpp"
#include "engine/reporting/archive/store.hpp"
#include "engine/wal/reader.hpp"

namespace sq::app {
enum class ArchiveState : std::uint8_t {
  Connecting,  // nothing was tried yet, or the store is being opened
  CatchingUp,  // there is more in the log
  UpToDate,
  Waiting,    // the store failed: tried again later
  Refused,    // the store needs a person (newer schema, no permission); tried every 30 s
  LogDamaged  // the log cannot be read on; tried every 30 s
};
[[nodiscard]] std::string_view text_of(ArchiveState state) noexcept;

struct ArchiveStatus {
  ArchiveState state{ArchiveState::Connecting};
  std::uint64_t archived_sequence{0};  // everything up to here is in the archive
  std::uint64_t read_sequence{0};      // everything up to here was read from the log
  std::uint64_t batches{0};
  std::uint64_t rows{0};
  std::uint64_t failures{0};    // of the store, since the start
  std::uint64_t resumed_at{0};  // record of the saved fold it went on from; 0: from the first
  std::string error;            // the last one; "" when all is well
};

struct ArchiverOptions {
  std::filesystem::path log_dir;
  std::string scope{"orders"};  // stored beside the progress: rows of another scope do not mix
  bool feed{false};             // also count market data
  std::uint64_t from{0};        // rows of earlier records are left out
  std::uint64_t to{UINT64_MAX};
  std::function<bool(RecordKind)> wanted;  // empty: every kind
  std::uint32_t batch_records{5'000};
  std::int64_t flush_interval_ns{200 * kNsPerMs};  // longest wait of a record for its transaction
  std::filesystem::path fold_dir;                  // where the fold is saved; empty: nowhere
  std::uint64_t save_records{250'000};             // that often, and when it ends
};

class Archiver {
 public:
  Archiver(ArchiverOptions options, ArchiveNames names, std::unique_ptr<reporting::Store> store);

  // Some work, at most one batch; 0: nothing to do now. `now_ns`: any monotonic clock.
  std::size_t do_work(std::int64_t now_ns);
  // From here on what was read is written without waiting for more.
  void hurry() noexcept { hurry_ = true; }
  // Everything that the log has, up to options.to, is in the archive.
  [[nodiscard]] bool caught_up() const noexcept {
    return at_end_ && !batch_.advances() && connected_;
  }
  [[nodiscard]] ArchiveStatus status() const;

 private:
  [[nodiscard]] bool connect(std::int64_t now_ns);
  void start_over(std::uint64_t archived);
  void read_from(std::uint64_t sequence);
  // The record behind which the newest usable saved fold goes on; 0: there is none.
  [[nodiscard]] std::uint64_t resume(std::uint64_t archived);
  [[nodiscard]] bool resume_at(std::uint64_t sequence);
  void save_if_due();
  std::size_t read(std::int64_t now_ns);
  void take(const RecordHeader& record);
  void at_log_end(std::int64_t now_ns);
  bool write(std::int64_t now_ns);
  void failed(ArchiveState state, const std::string& what, std::int64_t now_ns);
  void set_state(ArchiveState state);

  ArchiverOptions options_;
  ArchiveNames names_;
  std::unique_ptr<reporting::Store> store_;
  reporting::LogIdentity identity_;
  std::optional<ArchiveFold> fold_;
  std::optional<wal::Reader> reader_;
  reporting::Batch batch_;
  std::uint64_t folded_{0};        // last sequence the fold has taken
  std::uint64_t folded_chain_{0};  // and that record's checksum
  std::uint64_t unsaved_{0};       // records since the fold was saved
  std::uint32_t in_batch_{0};      // records
  std::int64_t batch_since_{0};    // when the batch got its first record
  std::int64_t retry_at_{0};
  std::int64_t backoff_ns_{0};
  std::int64_t reopen_at_{0};
  bool connected_{false};
  bool at_end_{false};
  bool at_damage_{false};
  bool hurry_{false};
  bool log_lost_{true};  // there is no reader, or it stands at damage

  mutable std::mutex mutex_;
  ArchiveStatus status_;  // under mutex_
};
}  // namespace sq::app
