// Reads a log back: one stream or both merged by sequence, from any thread or process, while it is
// being written or long after, killed or closed. Every record is verified before it is handed out.
// Thread: one a reader. Cost: none to the writer; records in segments are not copied.
// Errors: damage and loss are values, see status(); LogError when there is no log, or no access.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>

#include "engine/messaging/record.hpp"
#include "engine/wal/stream_cursor.hpp"

namespace sq::wal {
struct ReaderOptions {
  bool orders{true};
  bool feed{true};
  std::uint64_t from_sequence{0};  // skips what is before it
  // Starts behind what retention removed instead of calling it lost.
  bool from_first_kept{false};
  bool follow{false};              // at the end of a log that is alive: Ok, and ask again later
};

class Reader {
 public:
  explicit Reader(const std::filesystem::path& dir, ReaderOptions options = {});
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // Null: see status(). Valid until the next call.
  [[nodiscard]] const RecordHeader* next();
  [[nodiscard]] const ReaderStatus& status() const noexcept { return status_; }
  [[nodiscard]] const MetaFile& meta() const noexcept { return log_.meta; }
  [[nodiscard]] std::uint64_t segments() const noexcept;

 private:
  const RecordHeader* fetch(std::size_t stream);
  const RecordHeader* nothing_left();

  LogView log_;
  ReaderOptions options_;
  std::array<std::optional<StreamCursor>, kStreams> cursors_;
  std::array<const RecordHeader*, kStreams> heads_{};  // fetched, not handed out yet
  std::size_t given_{kStreams};                        // stream of the record handed out last
  ReaderStatus status_;
};
}  // namespace sq::wal
