#include "engine/app/log_fold.hpp"

#include <fmt/format.h>

#include <array>
#include <stdexcept>
#include <utility>

#include "engine/wal/lease.hpp"

namespace sq::app {
LogFold::LogFold(const std::filesystem::path& dir, const FoldSetup& setup)
    : dir_{dir}, setup_{setup}, log_{wal::LogView::open(dir)} {
  for (const std::uint64_t sequence : wal::snapshot_sequences(dir)) {
    const wal::SnapshotRead read =
        wal::read_snapshot(dir, sequence, log_.meta.log_id, log_.meta.instance);
    if (read.fault == wal::SnapshotFault::Foreign)
      throw std::runtime_error(read.what + ": remove it, or the log it was put beside");
    if (read.fault != wal::SnapshotFault::None) {
      skipped_.push_back(read.what);
      continue;
    }
    const std::string problem = start_at(read.snapshot);
    if (problem.empty()) {
      snapshot_ = sequence;
      return;
    }
    skipped_.push_back(wal::snapshot_path(dir, sequence).string() + ": " + problem);
  }
  state_ = std::make_unique<core::LedgerState>(setup_.ledger);
  start_from(0);
}

void LogFold::start_from(std::uint64_t sequence) {
  cursor_ = std::make_unique<wal::StreamCursor>(log_, wal::Stream::Order,
                                                wal::StreamCursor::Start::Sequence, sequence);
}

// Empty: the state is that of the snapshot, and the cursor stands behind its last record. The log
// must hold that very record: after a power loss it may have ended before, and gone on differently.
std::string LogFold::start_at(const wal::Snapshot& snapshot) {
  const wal::SnapshotHeader& header = snapshot.header;
  if (header.identity != setup_.identity)
    return "it was made under another configuration of instruments, strategies or limits";
  state_ = std::make_unique<core::LedgerState>(setup_.ledger);
  if (std::string problem = state_->restore(snapshot); !problem.empty()) return problem;
  if (state_->ledger().last_sequence() != header.end.sequence)
    return "its state is not that of its last record";
  start_from(header.end.sequence);
  const RecordHeader* record = cursor_->advance();
  while (record != nullptr && record->sequence < header.end.sequence) record = cursor_->advance();
  if (record == nullptr) {
    // Without what led to this record, nothing older can be folded either.
    if (cursor_->status().condition > wal::Condition::Torn) refuse(cursor_->status());
    return fmt::format("it is newer than the log, which ends with record {}",
                       cursor_->at().sequence);
  }
  if (record->sequence != header.end.sequence || record->checksum != header.end.chain ||
      cursor_->at().position != header.end.position)
    return fmt::format("record {} of the log is not the one it was made at", header.end.sequence);
  return {};
}

std::uint64_t LogFold::advance(std::uint64_t records_max, const Look& look) {
  for (std::uint64_t n = 0; n < records_max; ++n) {
    const RecordHeader* record = cursor_->advance();
    if (record == nullptr) {
      if (cursor_->status().condition > wal::Condition::Torn) refuse(cursor_->status());
      return n;
    }
    if (look) look(*record);
    state_->apply(*record);
    ++records_;
  }
  return records_max;
}

void LogFold::write_snapshot(wal::Disk& disk) {
  if (end().sequence == 0 || end().sequence == snapshot_) return;
  wal::SnapshotHeader header;
  header.log_id = log_.meta.log_id;
  header.instance = log_.meta.instance;
  header.identity = setup_.identity;
  header.end = end();
  header.wall = state_->wall();
  wal::write_snapshot(dir_, header, state_->save(), disk);
  const std::array keep{end().sequence, snapshot_};
  const std::uint64_t older = std::exchange(snapshot_, end().sequence);
  wal::remove_snapshots_but(dir_, keep, disk);
  if (older == 0) return;  // the only one: if it is lost, the whole log is needed
  wal::LeaseFile lease;
  lease.log_id = log_.meta.log_id;
  lease.from_sequence = {older, ~std::uint64_t{0}};
  wal::write_lease(dir_, "snapshot", lease, disk);
}

void LogFold::refuse(const wal::ReaderStatus& status) const {
  throw std::runtime_error(fmt::format("the log cannot be recovered: {} at {}:{}: {}",
                                       wal::text_of(status.condition), status.file.string(),
                                       status.offset, status.what));
}
}  // namespace sq::app
