// Walks one stream of a log, segment by segment and then through its ring, and verifies every
// record before it hands it out. One path for readers, recovery and verification.
// Thread: one. Cost: the checksum, at memory speed; records in segments are not copied.
// Errors: values, see Condition; LogError when files cannot be opened or mapped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/wal/files.hpp"
#include "engine/wal/format.hpp"
#include "engine/wal/log_view.hpp"

namespace sq::wal {
enum class Condition : std::uint8_t {
  Ok,          // there was a record, or following: nothing new yet
  End,         // everything that was appended has been read
  Torn,        // the last write was cut; nothing valid follows, all before it is whole
  Damaged,     // a record is not what was written: see file and offset
  LostSegment  // a segment that must be there is missing: see file
};
[[nodiscard]] const char* text_of(Condition condition) noexcept;

struct ReaderStatus {
  Condition condition{Condition::Ok};
  std::filesystem::path file;
  std::uint64_t offset{0};    // in the file
  std::uint64_t sequence{0};  // last good record before it in this stream; 0 is none
  std::string what;
};

class StreamCursor {
 public:
  enum class Start : std::uint8_t { Sequence, NewestSegment, Segment };
  // Sequence: stands before the first record of at least `from`. Segment: before the first record of
  // segment `from`. `log` outlives the cursor.
  StreamCursor(LogView& log, Stream stream, Start start, std::uint64_t from);

  // The next record, valid until the next call; null: see status().condition.
  [[nodiscard]] const RecordHeader* advance();
  [[nodiscard]] const ReaderStatus& status() const noexcept { return status_; }
  [[nodiscard]] const StreamEnd& at() const noexcept { return at_; }  // behind the last record
  [[nodiscard]] std::uint64_t segments() const noexcept { return segments_; }  // looked into

 private:
  // How far records certainly lie in segments.
  enum class Bound : std::uint8_t {
    Known,   // safe_ is where the stream ends or the ring goes on
    Unknown  // no clean end and no ring: it ends where the chain ends
  };
  void set_bounds();
  void start_at(Start start, std::uint64_t from);
  const RecordHeader* next_in_segments();
  const RecordHeader* next_in_ring();
  const RecordHeader* accept(const RecordHeader& record, const std::filesystem::path& file,
                             std::uint64_t offset);
  void find_segment();
  bool beyond_segment(std::uint64_t offset);  // true: look again
  bool open_segment(std::uint64_t number);    // false: there is none (or only its empty shell)
  [[nodiscard]] bool slack_is_zero(std::uint64_t offset) const noexcept;
  [[nodiscard]] bool segment_exists(std::uint64_t number) const;
  void classify_break(std::uint64_t offset);
  std::uint64_t known_durable();  // position up to which the files themselves claim to be whole
  std::uint64_t later_record(std::uint64_t offset);  // its offset; 0: none
  void populate(std::uint64_t offset) noexcept;
  void stop(Condition condition, const std::filesystem::path& file, std::uint64_t offset,
            std::string what);

  LogView* log_;
  Stream stream_;
  StreamEnd at_;
  Bound bound_{Bound::Unknown};
  std::uint64_t safe_{0};
  ReaderStatus status_;

  std::filesystem::path path_;  // segment that is open
  Mapping segment_;
  SegmentHeader header_;  // header_.number 0: none is open
  std::uint64_t populated_{0};
  std::uint64_t segments_{0};
  bool read_ring_{false};              // since the last record from a segment
  std::vector<std::uint64_t> buffer_;  // a record copied from the ring
};
}  // namespace sq::wal
