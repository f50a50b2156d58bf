#include "engine/app/event_bus/log_ends.hpp"

#include <fcntl.h>

#include <algorithm>

#include "engine/wal/segment_writer.hpp"
#include "engine/wal/stream_cursor.hpp"

namespace sq::app {
namespace {
// The start of the last run of segments without a hole; `from` when it is not behind it.
std::uint64_t first_readable(const std::filesystem::path& log_dir, wal::Stream stream,
                             std::uint64_t from) {
  const auto numbers = wal::segment_numbers(log_dir, stream);
  if (numbers.empty()) return from;
  std::size_t first = numbers.size() - 1;
  while (first > 0 && numbers[first - 1] + 1 == numbers[first]) --first;
  if (numbers[first] == 1) return from;
  const auto path = wal::segment_path(log_dir, stream, numbers[first]);
  const wal::File file = wal::File::open(path, O_RDONLY);
  wal::SegmentHeader header;
  if (wal::read_all(file, &header, sizeof header, 0, path) != sizeof header ||
      header.number != numbers[first])
    return from;
  // Nothing between `from` and its first record was in the segments that are gone.
  return header.previous_sequence < from ? from : std::max(from, header.first_sequence);
}
}  // namespace

std::uint64_t newest_sequence(const std::filesystem::path& log_dir) {
  std::uint64_t newest = 0;
  wal::LogView log = wal::LogView::open(log_dir);
  for (const wal::Stream stream : wal::kBothStreams) {
    wal::StreamCursor cursor{log, stream, wal::StreamCursor::Start::NewestSegment, 0};
    while (cursor.advance() != nullptr) {
    }
    newest = std::max(newest, cursor.at().sequence);
  }
  return newest;
}

std::uint64_t first_readable(const std::filesystem::path& log_dir, bool feed, std::uint64_t from) {
  const std::uint64_t orders = first_readable(log_dir, wal::Stream::Order, from);
  return feed ? std::max(orders, first_readable(log_dir, wal::Stream::Feed, from)) : orders;
}
}  // namespace sq::app
