// Moves one stream from its ring to numbered segment files. Records never span two segments. The
// next segment is made ahead; a reserve beside it keeps the stream going on a full disk.
// Thread: one at a time (durability thread, or the core while it waits for room: see drain.hpp).
// Cost: one pwrite for up to 1 MiB; a new segment costs its header and a rename.
// Errors: 0 or an errno, with failure() naming the file. Those of is_space_error() may be tried
// again; nothing is repeated after a failed sync.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/wal/files.hpp"
#include "engine/wal/format.hpp"
#include "engine/wal/prepared_file.hpp"
#include "engine/wal/ring.hpp"
#include "engine/wal/space.hpp"

namespace sq::wal {
[[nodiscard]] std::filesystem::path segment_path(const std::filesystem::path& dir, Stream stream,
                                                 std::uint64_t number);
// Names of the files that are prepared; they hold no records.
[[nodiscard]] std::filesystem::path next_path(const std::filesystem::path& dir, Stream stream);
[[nodiscard]] std::filesystem::path reserve_path(const std::filesystem::path& dir, Stream stream);
// Numbers of the segments that exist, ascending.
[[nodiscard]] std::vector<std::uint64_t> segment_numbers(const std::filesystem::path& dir,
                                                         Stream stream);

class SegmentWriter {
 public:
  struct Settings {
    std::filesystem::path dir;
    Stream stream{Stream::Order};
    std::uint64_t log_id{0};
    FixedText<16> instance{};
    std::uint64_t segment_bytes{0};
    std::uint64_t reserve_bytes{0};  // 0: no reserve
    bool marks{false};    // durable marks and synced directory entries: Durability::Group, Strict
    bool written{false};  // next segments are written with zeros ahead: PreparedFile::Blocks
    Disk* disk{nullptr};
  };
  // Goes on behind `end`; end.segment 0: the first record opens segment 1. What lies behind `end`,
  // later segments included, is wiped: the caller knows that nothing valid is there, or that the
  // ring still has it. Throws LogError.
  SegmentWriter(Settings settings, const StreamEnd& end);

  // Writes whole records that lie one behind the other, as many of the n bytes as the segment has
  // room for: at least one record.
  [[nodiscard]] int store(const std::byte* records, std::uint64_t n, std::size_t& moved) noexcept;
  // Moves up to bytes_max from the ring (at least one record, if there is one), advances its tail.
  [[nodiscard]] int drain(Ring& ring, std::uint64_t bytes_max, std::size_t& moved) noexcept;
  // After 0, everything moved so far survives a power loss: see durable().
  [[nodiscard]] int sync() noexcept;
  // The newest mark says what the last sync brought to the device. For idle moments.
  [[nodiscard]] int sync_mark() noexcept;
  // One step towards the next segment and the reserve. `idle`: nothing else waits for the disk.
  // Lack of space is no error here, see space(). Tried again at most every 100 ms.
  [[nodiscard]] int prepare(bool idle, std::int64_t now_ns) noexcept;
  // The same to the end, at start.
  [[nodiscard]] int prepare_all() noexcept;
  // Cuts the unused rest off the newest segment and syncs every segment of this process.
  [[nodiscard]] int finish() noexcept;

  [[nodiscard]] const StreamEnd& end() const noexcept { return end_; }
  [[nodiscard]] const StreamEnd& durable() const noexcept { return durable_; }
  [[nodiscard]] bool mark_behind() const noexcept;  // sync_mark() has something to say
  [[nodiscard]] Space space() const noexcept;
  [[nodiscard]] std::uint64_t opened() const noexcept { return opened_; }  // segments, by this
  [[nodiscard]] const std::string& failure() const noexcept { return failure_; }

 private:
  int store_whole(const std::byte* records, std::uint64_t n, std::size_t& moved) noexcept;
  int open_next(const RecordHeader& first) noexcept;
  int name_segment(PreparedFile& from, SegmentHeader& header, std::uint32_t first_length) noexcept;
  int retire_current() noexcept;
  int write_mark() noexcept;
  int fail(const char* tried, const std::filesystem::path& path, int error) noexcept;

  Settings settings_;
  StreamEnd end_;                    // of what is in segments
  StreamEnd durable_;                // of what was synced
  File file_;                        // newest segment
  std::uint64_t first_position_{0};  // of it
  std::uint64_t room_end_{0};        // position at which it is full
  std::size_t next_mark_{0};
  std::uint64_t marked_{0};  // position in the newest mark
  std::uint32_t unmarked_syncs_{0};  // since then
  PreparedFile next_;
  PreparedFile reserve_;
  int short_of_{0};           // why next_ or reserve_ is missing
  std::int64_t tried_ns_{0};  // when it was found missing
  bool starved_{false};       // the last store() found no room
  std::uint64_t opened_{0};
  std::vector<std::uint64_t> unsynced_;  // numbers of full segments left to the kernel
  std::string failure_;
};
}  // namespace sq::wal
