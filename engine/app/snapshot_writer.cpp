#include "engine/app/snapshot_writer.hpp"

#include <limits>
#include <utility>

namespace sq::app {
SnapshotWriter::SnapshotWriter(std::filesystem::path dir, FoldSetup setup,
                               SnapshotSchedule schedule)
    : dir_{std::move(dir)}, setup_{std::move(setup)}, schedule_{schedule} {}

std::size_t SnapshotWriter::fold(std::uint64_t records_max) noexcept {
  if (ended_) return 0;
  try {
    if (!fold_) {
      fold_ = std::make_unique<LogFold>(dir_, setup_);
      progress_.sequence.store(fold_->snapshot(), std::memory_order_relaxed);
    }
    const std::uint64_t n = fold_->advance(records_max);
    unsaved_ += n;
    since_try_ += n;
    return n;
  } catch (const std::exception& error) {
    ended_ = true;
    problem_ = error.what();
    return 0;
  }
}

void SnapshotWriter::write(MonoTime now) noexcept {
  tried_at_ = now;
  since_try_ = 0;
  try {
    fold_->write_snapshot();
    unsaved_ = 0;
    problem_.clear();
    progress_.sequence.store(fold_->snapshot(), std::memory_order_relaxed);
    progress_.written.fetch_add(1, std::memory_order_relaxed);
  } catch (const std::exception& error) {
    problem_ = error.what();
    progress_.failures.fetch_add(1, std::memory_order_relaxed);
  }
}

std::size_t SnapshotWriter::do_work(MonoTime now) noexcept {
  constexpr std::uint64_t kBatch = 4096;
  if (!fold_) tried_at_ = now;
  const std::size_t n = fold(kBatch);
  if (unsaved_ > 0 && (since_try_ >= schedule_.records || now - tried_at_ >= schedule_.ns))
    write(now);
  return n;
}

void SnapshotWriter::finish() noexcept {
  while (fold(std::numeric_limits<std::uint64_t>::max()) != 0) {
  }
  if (unsaved_ > 0 && !ended_) write(tried_at_);
}
}  // namespace sq::app
