#include "engine/app/archiver.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "engine/reporting/archive/migrations.hpp"

namespace sq::app {
namespace {
constexpr std::int64_t kBackoffFirstNs = 100 * kNsPerMs;
constexpr std::int64_t kBackoffMaxNs = 30 * kNsPerSecond;
constexpr std::int64_t kReopenNs = 200 * kNsPerMs;  // a closed log may be opened again by its owner
}  // namespace

std::string_view text_of(ArchiveState state) noexcept {
  switch (state) {
    case ArchiveState::Connecting:
      return "connecting";
    case ArchiveState::CatchingUp:
      return "catching-up";
    case ArchiveState::UpToDate:
      return "up-to-date";
    case ArchiveState::Waiting:
      return "waiting";
    case ArchiveState::Refused:
      return "refused";
    case ArchiveState::LogDamaged:
      return "log-damaged";
  }
  return "?";
}

Archiver::Archiver(ArchiverOptions options, ArchiveNames names,
                   std::unique_ptr<reporting::Store> store)
    : options_{std::move(options)}, names_{std::move(names)}, store_{std::move(store)} {}

ArchiveStatus Archiver::status() const {
  const std::lock_guard lock{mutex_};
  return status_;
}

void Archiver::set_state(ArchiveState state) {
  const std::lock_guard lock{mutex_};
  status_.state = state;
  status_.read_sequence = folded_;
}

void Archiver::failed(ArchiveState state, const std::string& what, std::int64_t now_ns) {
  store_->close();
  connected_ = false;
  log_lost_ = log_lost_ || state == ArchiveState::LogDamaged;
  backoff_ns_ = state == ArchiveState::Waiting
                    ? std::clamp(backoff_ns_ * 2, kBackoffFirstNs, kBackoffMaxNs)
                    : kBackoffMaxNs;
  retry_at_ = now_ns + backoff_ns_;
  const std::lock_guard lock{mutex_};
  status_.state = state;
  status_.error = what;
  ++status_.failures;
}

void Archiver::read_from(std::uint64_t sequence) {
  wal::ReaderOptions reading;
  reading.feed = options_.feed;
  reading.follow = true;
  reading.from_sequence = sequence;
  reader_.emplace(options_.log_dir, reading);
}

// From the saved fold or the first record again; what the archive has is folded without rows.
void Archiver::start_over(std::uint64_t archived) {
  read_from(0);
  identity_ = {reporting::log_text(reader_->meta().log_id),
               std::string{reader_->meta().instance.view()}};
  folded_ = resume(archived);
  if (folded_ == 0) {
    read_from(0);
    fold_.emplace(names_, reader_->meta().log_id);
  }
  unsaved_ = 0;
  in_batch_ = 0;
  at_end_ = false;
  at_damage_ = false;
  batch_.restart(archived);
  const std::lock_guard lock{mutex_};
  status_.resumed_at = folded_;
}

bool Archiver::connect(std::int64_t now_ns) {
  const auto give_up = [&](const reporting::StoreError& error) {
    failed(error.failure == reporting::StoreFailure::Refused ? ArchiveState::Refused
                                                             : ArchiveState::Waiting,
           error.what, now_ns);
    return false;
  };
  if (auto opened = store_->open(reporting::schema_version()); !opened)
    return give_up(opened.error());
  if (log_lost_) {
    start_over(0);
    log_lost_ = false;
  }
  auto found = store_->progress(identity_.log_id);
  if (!found) return give_up(found.error());
  const std::uint64_t archived = *found ? (*found)->last_sequence : 0;
  if (*found && (*found)->scope != options_.scope) {
    failed(ArchiveState::Refused,
           fmt::format("the archive holds log {} in scope \"{}\", not \"{}\": use another file",
                       identity_.log_id, (*found)->scope, options_.scope),
           now_ns);
    return false;
  }
  if (archived == batch_.last() && batch_.advances()) {
    batch_.restart(archived);  // the answer to the last commit was lost, the commit was not
    in_batch_ = 0;
  } else if (archived != batch_.after()) {
    start_over(archived);
  }
  connected_ = true;
  const std::lock_guard lock{mutex_};
  status_.archived_sequence = archived;
  status_.state = ArchiveState::CatchingUp;
  return true;
}

std::size_t Archiver::do_work(std::int64_t now_ns) {
  if (now_ns < retry_at_) return 0;
  try {
    if (!connected_ && !connect(now_ns)) return 0;
    const bool room = in_batch_ < options_.batch_records;
    const std::size_t records = room ? read(now_ns) : 0;
    const bool full = in_batch_ >= options_.batch_records;
    const bool due = hurry_ || now_ns - batch_since_ >= options_.flush_interval_ns;
    const bool written =
        batch_.advances() && (full || ((at_end_ || at_damage_) && due)) && write(now_ns);
    save_if_due();
    if (connected_) set_state(caught_up() ? ArchiveState::UpToDate : ArchiveState::CatchingUp);
    return records + (written ? 1 : 0);
  } catch (const std::exception& error) {  // the log's files cannot be opened
    failed(ArchiveState::LogDamaged, error.what(), now_ns);
    return 0;
  }
}

std::size_t Archiver::read(std::int64_t now_ns) {
  constexpr std::size_t kFoldedAtOnce = 50'000;  // so that a stop is seen while nothing is written
  std::size_t records = 0;
  while (in_batch_ < options_.batch_records && records < kFoldedAtOnce) {
    const RecordHeader* record = folded_ < options_.to ? reader_->next() : nullptr;
    if (record == nullptr || record->sequence > options_.to) {
      at_log_end(now_ns);
      break;
    }
    if (folded_ == 0 && record->sequence != 1)
      throw std::runtime_error(
          fmt::format("{}: the log begins at record {}: what orders and positions add up to needs "
                      "its beginning",
                      options_.log_dir.string(), record->sequence));
    at_end_ = false;
    ++records;
    if (record->sequence > batch_.after() && in_batch_ == 0) batch_since_ = now_ns;
    take(*record);
  }
  return records;
}

void Archiver::take(const RecordHeader& record) {
  const bool missing = record.sequence > batch_.after();
  const bool wanted = missing && record.sequence >= options_.from &&
                      (!options_.wanted || options_.wanted(record.kind));
  fold_->take(record, wanted, batch_);
  folded_ = record.sequence;
  folded_chain_ = record.checksum;
  ++unsaved_;
  if (!missing) return;
  batch_.reach(record.sequence);
  ++in_batch_;
}

void Archiver::at_log_end(std::int64_t now_ns) {
  at_end_ = true;
  if (folded_ >= options_.to) return;
  const wal::ReaderStatus& status = reader_->status();
  if (status.condition > wal::Condition::Torn) {
    at_end_ = false;
    at_damage_ = true;
    if (batch_.advances()) return;  // what precedes the damage is archived first
    throw std::runtime_error(fmt::format("{} at {}:{}: {}", wal::text_of(status.condition),
                                         status.file.string(), status.offset, status.what));
  }
  if (status.condition == wal::Condition::Ok || now_ns < reopen_at_) return;
  // Closed, or its process died: the next look finds what a new owner appends.
  reopen_at_ = now_ns + kReopenNs;
  read_from(folded_ + 1);
  if (reporting::log_text(reader_->meta().log_id) != identity_.log_id) start_over(0);
}

bool Archiver::write(std::int64_t now_ns) {
  fold_->finish(batch_);
  if (auto written = store_->write(identity_, batch_, options_.scope); !written) {
    const auto& error = written.error();
    failed(error.failure == reporting::StoreFailure::Refused ? ArchiveState::Refused
                                                             : ArchiveState::Waiting,
           error.what, now_ns);
    return false;
  }
  backoff_ns_ = 0;
  const std::lock_guard lock{mutex_};
  status_.archived_sequence = batch_.last();
  status_.rows += batch_.rows();
  ++status_.batches;
  status_.error.clear();
  batch_.restart(batch_.last());
  in_batch_ = 0;
  return true;
}
}  // namespace sq::app
