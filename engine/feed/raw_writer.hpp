// Records raw messages as they were received: lines `<local_ns> <json>`, gzip, one file after the
// other. A venue's thread offers, a writer's thread compresses and writes; RawRecording reads the
// files back byte for byte.
// Files: FOLDER/NAME-YYYYMMDDThhmmssZ-NNNN.gz, of the first message in it, UTC; while it is written
// `.part` is behind the name. A new one is begun by size and by age. What was written more than
// flush_ns ago survives a crash of this process.
// Thread: offer(), venue's; write_some(), close(), writer's; written() and lost(), any. Cost:
// offer() a copy of the message. Errors: no room: the message is lost, counted, and a line
// {"e":"recorderLost","count":N} stands where it is missing; files: std::runtime_error with the
// path, from the writer's side. A line feed in a message (no venue's JSON has one) becomes a space.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/feed/gzip_writer.hpp"
#include "engine/messaging/record_ring.hpp"
#include "engine/types/time.hpp"

namespace sq::feed {
struct RawWriterSettings {
  std::filesystem::path folder;                           // made when it is not there
  std::string name;                                       // "binance-spot"
  std::uint64_t file_bytes_max{std::uint64_t{1} << 30U};  // of text
  std::int64_t file_ns_max{3'600 * kNsPerSecond};
  std::int64_t flush_ns{kNsPerSecond};
  std::uint64_t ring_bytes{std::uint64_t{32} << 20U};  // a power of two
};

class RawWriter {
 public:
  explicit RawWriter(RawWriterSettings settings);
  ~RawWriter();
  RawWriter(const RawWriter&) = delete;
  RawWriter& operator=(const RawWriter&) = delete;

  // One message, of these pieces one behind the other. False: lost.
  bool offer(WallTime received, std::string_view message, std::string_view before = {},
             std::string_view behind = {}) noexcept;

  // Writes what was offered, up to a bound; false: there was nothing. `now`: for flushes.
  bool write_some(MonoTime now);
  // Writes the rest and finishes the file.
  void close();

  [[nodiscard]] std::uint64_t written() const noexcept {
    return written_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t lost() const noexcept {
    return lost_.load(std::memory_order_relaxed);
  }
  // Writer's thread.
  [[nodiscard]] std::uint64_t text_bytes() const noexcept { return text_bytes_ + open_text(); }
  [[nodiscard]] std::uint64_t file_bytes() const noexcept {
    return file_bytes_ + (file_ ? file_->file_bytes() : 0);
  }
  // Finished ones, in order.
  [[nodiscard]] const std::vector<std::filesystem::path>& files() const noexcept { return files_; }

 private:
  [[nodiscard]] std::uint64_t open_text() const noexcept { return file_ ? file_->text_bytes() : 0; }
  void write(WallTime received, std::string_view message);
  void write_line(WallTime received, std::string_view message);
  void open(WallTime first);
  void finish();

  RawWriterSettings settings_;
  RecordRing ring_;
  std::unique_ptr<GzipWriter> file_;
  std::filesystem::path path_;  // of file_, without ".part"
  WallTime begun_{};
  WallTime last_{};
  MonoTime flushed_{};
  std::vector<std::filesystem::path> files_;
  std::string line_;
  std::uint64_t lost_told_{0};
  std::uint64_t text_bytes_{0};  // of finished files
  std::uint64_t file_bytes_{0};
  std::atomic<std::uint64_t> written_{0};
  std::atomic<std::uint64_t> lost_{0};  // one writer: the venue's thread
};
}  // namespace sq::feed
