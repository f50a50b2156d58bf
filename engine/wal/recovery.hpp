// What a log that was not closed still holds: verified record by record before anything is changed.
// Thread: the owner's, at start. Cost: reads the newest segment of each stream and the rings.
// Errors: LogError naming file, offset and reason; the log is left as it was.
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <vector>

#include "engine/wal/log.hpp"
#include "engine/wal/log_view.hpp"
#include "engine/wal/segment_writer.hpp"

namespace sq::wal {
struct RecoveredStream {
  StreamEnd in_segments;        // how far the segments are whole
  StreamEnd end;                // the ring included
  std::vector<std::byte> rest;  // records between the two, one behind the other
};
struct RecoveredLog {
  LogView view;
  Recovery recovery;
  std::array<RecoveredStream, kStreams> streams;
};
[[nodiscard]] RecoveredLog recover(const std::filesystem::path& dir, const FixedText<16>& instance);
// Writes the rest behind the segments and syncs it.
void move_to_segments(const RecoveredStream& stream, SegmentWriter& writer);
// Removes a ring whose records are in segments; readers that look at it turn to the log's new one.
void retire(const RingView& ring);
}  // namespace sq::wal
