#include "engine/wal/recovery.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "engine/wal/files.hpp"
#include "engine/wal/stream_cursor.hpp"

namespace sq::wal {
namespace {
// A copy of a log must not drink from the ring of its original.
void check_place(const LogView& view) {
  const auto canonical = std::filesystem::canonical(view.dir);
  for (const Stream stream : kBothStreams) {
    const auto& ring = view.rings[index_of(stream)];
    if (!ring) continue;
    const auto expected = ring_path("", canonical, view.meta.instance, stream);
    if (ring->path().filename() == expected.filename()) continue;
    throw_log_error(view.dir, "was moved or copied while it was open, and " +
                                  ring->path().string() +
                                  " still holds its last records: open it where it was");
  }
}

// After a failed write or sync the cache may show what never reached the device.
void forget_cached(const LogView& view, Stream stream) {
  for (const std::uint64_t number : segment_numbers(view.dir, stream)) {
    if (number < view.meta.ends[index_of(stream)].segment) continue;
    const auto path = segment_path(view.dir, stream, number);
    const File file = File::open_existing(path, O_RDONLY);
    if (!file) continue;
    const int error = ::posix_fadvise(file.fd(), 0, 0, POSIX_FADV_DONTNEED);
    if (error != 0) throw_errno("read again", path, error);
  }
}

RecoveredStream recover_stream(LogView& view, Stream stream, Recovery& recovery) {
  RecoveredStream result;
  const std::size_t i = index_of(stream);
  const StreamEnd known = view.meta.ends[i];
  if (stream == Stream::Feed && !view.rings[i] && segment_numbers(view.dir, stream).empty()) {
    result.in_segments = result.end = known;  // archived away: the feed log may start anew
    return result;
  }
  if (view.rings[i] && view.rings[i]->failed()) forget_cached(view, stream);
  StreamCursor cursor{view, stream, StreamCursor::Start::NewestSegment, 0};
  const std::uint64_t tail = view.rings[i] ? view.rings[i]->tail() : ~std::uint64_t{0};
  result.in_segments = cursor.at();
  while (const RecordHeader* record = cursor.advance()) {
    if (cursor.at().position <= tail) {
      result.in_segments = cursor.at();
    } else {
      const auto* bytes = reinterpret_cast<const std::byte*>(record);
      result.rest.insert(result.rest.end(), bytes, bytes + record->length);
    }
  }
  result.end = cursor.at();
  const ReaderStatus& status = cursor.status();
  if (status.condition > Condition::Torn)
    throw_log_error(status.file, "offset " + std::to_string(status.offset) + ", after sequence " +
                                     std::to_string(status.sequence) + ": " + status.what);
  recovery.torn[i] = status.condition == Condition::Torn;
  recovery.ring_lost[i] = !view.clean() && !view.rings[i];
  recovery.from_rings += result.rest.size();
  return result;
}
}  // namespace

RecoveredLog recover(const std::filesystem::path& dir, const FixedText<16>& instance) {
  RecoveredLog log;
  log.view = LogView::open(dir);
  if (log.view.meta.instance != instance)
    throw_log_error(dir, "belongs to instance '" + std::string(log.view.meta.instance.view()) +
                             "', not '" + std::string(instance.view()) + "'");
  check_place(log.view);
  log.recovery.was_clean = log.view.clean();
  for (const Stream stream : kBothStreams) {
    auto& found = log.streams[index_of(stream)];
    found = recover_stream(log.view, stream, log.recovery);
    log.recovery.last_sequence = std::max(log.recovery.last_sequence, found.end.sequence);
  }
  return log;
}

void move_to_segments(const RecoveredStream& stream, SegmentWriter& writer) {
  std::size_t done = 0;
  while (done < stream.rest.size()) {
    std::size_t moved = 0;
    if (writer.store(stream.rest.data() + done, stream.rest.size() - done, moved) != 0)
      throw LogError(writer.failure());
    done += moved;
  }
  if (writer.sync() != 0) throw LogError(writer.failure());
}

void retire(const RingView& ring) {
  // Shared memory, not a disk.
  {
    const File file = File::open_existing(ring.path(), O_RDWR);
    if (!file) return;
    const auto replaced = static_cast<std::uint64_t>(RingState::Replaced);
    const int error = write_all(Disk::system(), file.fd(), &replaced, sizeof replaced,
                                offsetof(RingControl, state));
    if (error != 0) throw_errno("retire", ring.path(), error);
  }
  if (::unlink(ring.path().c_str()) != 0) throw_errno("remove", ring.path(), errno);
}
}  // namespace sq::wal
