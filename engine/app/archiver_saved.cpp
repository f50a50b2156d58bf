// The fold that an archiver saves beside its log, and what a restart makes of it.
#include <array>
#include <system_error>

#include "engine/app/archiver.hpp"
#include "engine/wal/checksum.hpp"
#include "engine/wal/files.hpp"

namespace sq::app {
namespace {
// Market data are counted too or they are not.
std::uint64_t identity_with(const ArchiveFold& fold, bool feed) {
  return fold.identity() + (feed ? 1 : 0);
}
}  // namespace

std::uint64_t Archiver::resume(std::uint64_t archived) {
  std::error_code error;
  if (options_.fold_dir.empty() || !std::filesystem::is_directory(options_.fold_dir, error))
    return 0;
  for (const std::uint64_t sequence : wal::snapshot_sequences(options_.fold_dir)) {
    if (sequence <= archived && resume_at(sequence)) return sequence;
  }
  return 0;
}

bool Archiver::resume_at(std::uint64_t sequence) {
  const wal::MetaFile& meta = reader_->meta();
  const wal::SnapshotRead read =
      wal::read_snapshot(options_.fold_dir, sequence, meta.log_id, meta.instance);
  if (read.fault != wal::SnapshotFault::None) return false;
  fold_.emplace(names_, meta.log_id);
  if (read.snapshot.header.identity != identity_with(*fold_, options_.feed) ||
      !fold_->restore(read.snapshot).empty())
    return false;
  // The log must hold that very record: after a repair or a power loss it may have gone on
  // differently.
  read_from(sequence);
  const RecordHeader* record = reader_->next();
  if (record == nullptr || record->sequence != sequence ||
      record->checksum != read.snapshot.header.end.chain)
    return false;
  folded_chain_ = record->checksum;
  return true;
}

// Between two batches, when enough was folded, and at the end. Not being able to costs the next
// start some time, and the archive nothing.
void Archiver::save_if_due() {
  if (options_.fold_dir.empty() || !connected_ || unsaved_ == 0 || batch_.advances()) return;
  if (unsaved_ < options_.save_records && !(hurry_ && caught_up())) return;
  unsaved_ = 0;
  wal::SnapshotHeader header;
  header.log_id = reader_->meta().log_id;
  header.instance = reader_->meta().instance;
  header.identity = identity_with(*fold_, options_.feed);
  header.end.sequence = folded_;
  header.end.chain = folded_chain_;
  try {
    std::filesystem::create_directories(options_.fold_dir);
    wal::write_snapshot(options_.fold_dir, header, fold_->save());
    const std::array keep{folded_};
    wal::remove_snapshots_but(options_.fold_dir, keep);
  } catch (const std::exception& error) {
    const std::lock_guard lock{mutex_};
    status_.error = error.what();
  }
}
}  // namespace sq::app
