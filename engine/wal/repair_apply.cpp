// The repaired log: written beside the damaged one, checked, and put in its place by one rename.
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <span>
#include <system_error>

#include "engine/wal/checksum.hpp"
#include "engine/wal/meta.hpp"
#include "engine/wal/recovery.hpp"
#include "engine/wal/repair.hpp"
#include "engine/wal/segment_writer.hpp"
#include "engine/wal/snapshot_file.hpp"

namespace sq::wal {
namespace {
constexpr std::size_t kBatchBytes = std::size_t{1} << 20U;

void copy_synced(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::error_code error;
  std::filesystem::copy_file(from, to, error);
  if (error) throw_errno("copy to", to, error.value());
  Disk& disk = Disk::system();
  int failed = 0;
  const File file = File::open(disk, to, O_RDWR, failed);
  if (failed == 0) failed = disk.sync_data(file.fd());
  if (failed != 0) throw_errno("sync", to, failed);
}
// A second name for a file that nobody writes to any more.
void keep_file(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::link(from.c_str(), to.c_str()) == 0) return;
  copy_synced(from, to);
}

// Gathers records, chains them anew and hands them to the segments in large writes.
class Rewriter {
 public:
  Rewriter(SegmentWriter& writer, std::uint64_t seed) : writer_{&writer}, chain_{seed} {}

  void add(const RecordHeader& record) {
    if (batch_.size() + record.length > kBatchBytes) flush();
    const std::size_t at = batch_.size();
    batch_.resize(at + record.length);
    std::memcpy(batch_.data() + at, &record, record.length);
    chain_ = chain_checksum(chain_, batch_.data() + at, record.length);
    std::memcpy(batch_.data() + at, &chain_, sizeof chain_);
  }
  void flush() {
    for (std::size_t done = 0; done < batch_.size();) {
      std::size_t moved = 0;
      if (writer_->store(batch_.data() + done, batch_.size() - done, moved) != 0)
        throw LogError(writer_->failure());
      done += moved;
    }
    batch_.clear();
  }

 private:
  SegmentWriter* writer_;
  std::uint64_t chain_;
  std::vector<std::byte> batch_;
};

// Both names exist: one step, so that there is a log of this name at every moment.
void exchange(const std::filesystem::path& repaired, const std::filesystem::path& dir) {
  if (::renameat2(AT_FDCWD, repaired.c_str(), AT_FDCWD, dir.c_str(), RENAME_EXCHANGE) != 0)
    throw_errno("exchange with the repaired log", dir, errno);
}
std::filesystem::path beside(const std::filesystem::path& dir, const char* what, int number) {
  return dir.parent_path() / (dir.filename().string() + '.' + what + '-' + std::to_string(number));
}
int free_number(const std::filesystem::path& dir) {
  std::error_code error;
  for (int n = 1;; ++n)
    if (!std::filesystem::exists(beside(dir, "damaged", n), error) &&
        !std::filesystem::exists(beside(dir, "repairing", n), error) &&
        !std::filesystem::exists(dir / ("repair-" + std::to_string(n) + ".txt"), error))
      return n;
}
}  // namespace

// Segments that stay as they are. The newest may be written to again: it gets its own copy.
void Repair::keep_segments(Stream stream, const std::filesystem::path& to,
                           RepairResult& result) const {
  const StreamState& state = streams_[index_of(stream)];
  for (const std::uint64_t number : segment_numbers(dir_, stream)) {
    if (number > state.unchanged.segment) continue;
    const auto from = segment_path(dir_, stream, number);
    const auto copy = segment_path(to, stream, number);
    if (number == state.unchanged.segment)
      copy_synced(from, copy);
    else
      keep_file(from, copy);
    ++result.segments_kept;
  }
}

void Repair::write_stream(Stream stream, const std::filesystem::path& to, RepairResult& result) {
  const StreamState& state = streams_[index_of(stream)];
  SegmentWriter::Settings settings;
  settings.dir = to;
  settings.stream = stream;
  settings.log_id = view_.meta.log_id;
  settings.instance = view_.meta.instance;
  settings.segment_bytes = view_.meta.segment_bytes;
  settings.disk = &Disk::system();
  if (!state.damaged) keep_segments(stream, to, result);  // goes on in the newest one
  SegmentWriter writer{settings, state.unchanged};
  const StreamEnd& from = state.unchanged;
  Rewriter rewriter{writer, from.position == 0 ? root_of(view_.meta.log_id, stream) : from.chain};
  each_kept(stream, [&](const RecordHeader& record, bool) {
    if (record.sequence <= from.sequence) return;
    rewriter.add(record);
    ++result.records_written;
    const auto snapshot = snapshot_ends_.find(record.sequence);
    if (stream != Stream::Order || snapshot == snapshot_ends_.end() ||
        snapshot->second.chain != record.checksum)
      return;
    rewriter.flush();
    snapshot->second = writer.end();
    snapshot->second.segment = writer.end().segment;
  });
  rewriter.flush();
  if (writer.finish() != 0) throw LogError(writer.failure());
  if (state.damaged) keep_segments(stream, to, result);
  ends_[index_of(stream)] = writer.end();
}

// Leases, snapshots, and what others keep beside a log.
void Repair::keep_others(const std::filesystem::path& to) const {
  for (const auto& entry : std::filesystem::directory_iterator{dir_}) {
    const std::string name = entry.path().filename().string();
    const bool made_anew = name.ends_with(".seg") || name.ends_with(".next") ||
                           name.ends_with(".reserve") || name.ends_with(".new") ||
                           name == meta_path(dir_).filename();
    if (made_anew || !entry.is_regular_file()) continue;
    keep_file(entry.path(), to / name);
  }
  for (const std::uint64_t sequence : snapshot_sequences(dir_)) {
    if (sequence <= streams_[0].unchanged.sequence) continue;  // the log is the same up to there
    const auto path = snapshot_path(to, sequence);
    auto read = read_snapshot(dir_, sequence, view_.meta.log_id, view_.meta.instance);
    if (::unlink(path.c_str()) != 0) throw_errno("remove", path, errno);
    const auto end = snapshot_ends_.find(sequence);
    if (read.fault != SnapshotFault::None || end == snapshot_ends_.end() ||
        end->second.segment == 0)
      continue;
    SnapshotHeader header = read.snapshot.header;
    header.end = end->second;
    write_snapshot(to, header, read.snapshot.sections);
  }
}

void Repair::write_log(const std::filesystem::path& to, RepairResult& result) {
  for (const std::uint64_t sequence : snapshot_sequences(dir_)) {
    const auto read = read_snapshot(dir_, sequence, view_.meta.log_id, view_.meta.instance);
    if (read.fault != SnapshotFault::None) continue;
    StreamEnd end = read.snapshot.header.end;
    end.segment = 0;  // until its record is written
    snapshot_ends_[sequence] = end;
  }
  for (const Stream stream : kBothStreams) write_stream(stream, to, result);
  keep_others(to);
  MetaFile meta = view_.meta;
  meta.state = LogState::Clean;
  meta.ends = ends_;
  write_meta(to, meta);
}

// Reads the repaired log as an engine would.
void Repair::check_result(const std::filesystem::path& to) const {
  for (const Stream stream : kBothStreams) {
    const StreamState& state = streams_[index_of(stream)];
    if (state.starts_later && segment_numbers(to, stream).empty()) continue;
    LogView view = LogView::open(to);
    StreamCursor cursor{view, stream, StreamCursor::Start::Sequence,
                        state.starts_later ? first_sequence(stream) : 0};
    std::uint64_t records = 0;
    while (cursor.advance() != nullptr) ++records;
    if (cursor.status().condition > Condition::End || !(cursor.at() == ends_[index_of(stream)]) ||
        records != plan_.kept[index_of(stream)])
      throw_log_error(cursor.status().file, "the repaired log cannot be read back: " +
                                                cursor.status().what + "; nothing was changed");
  }
}

std::filesystem::path Repair::aside() const { return beside(dir_, "damaged", free_number(dir_)); }

RepairResult Repair::apply() {
  RepairResult result;
  if (!plan_.needed) return result;
  const int number = free_number(dir_);
  const auto repaired = beside(dir_, "repairing", number);
  result.aside = beside(dir_, "damaged", number);
  result.report = dir_ / ("repair-" + std::to_string(number) + ".txt");
  if (::mkdir(repaired.c_str(), 0700) != 0) throw_errno("create directory", repaired, errno);
  try {
    write_log(repaired, result);
    check_result(repaired);
    const std::string text = text_of(plan_, true) + "The damaged log is kept as it was in " +
                             result.aside.string() + "\n";
    replace_file(repaired / result.report.filename(), text.data(), text.size());
    sync_directory(repaired);
    exchange(repaired, dir_);
  } catch (...) {  // second names and copies only
    std::error_code ignored;
    std::filesystem::remove_all(repaired, ignored);
    throw;
  }
  if (::rename(repaired.c_str(), result.aside.c_str()) != 0)
    throw_errno("rename the damaged log to", result.aside, errno);
  sync_directory(dir_.parent_path());
  for (const auto& ring : view_.rings) {  // its records are in segments now
    if (!ring) continue;
    copy_synced(ring->path(), result.aside / ring->path().filename());
    retire(*ring);
  }
  return result;
}
}  // namespace sq::wal
