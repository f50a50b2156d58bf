// Recordings of raw messages: lines `<local_ns> <json>`, plain or gzip, several files read as one.
// Thread: one. Cost: about 1 ms per MB decompressed (zlib), a memchr per line otherwise.
// Errors: next() says Failed and failure() names file, line and reason. A line that is not
// `<digits> <something>` fails and can be stepped over by calling next() again; a file that cannot
// be opened or read, a damaged or cut gzip stream and a line longer than line_bytes_max end the
// recording. A last line without line feed is given as it is.
// Units: local_ns is the recorder's UTC clock, nanoseconds since 1970.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/types/time.hpp"

namespace sq::feed {
class RawFile;

enum class RecordingError : std::uint8_t {
  CannotOpen,
  CannotRead,
  CutOff,   // gzip stream without its end
  Damaged,  // gzip checksum or structure
  BadLine,  // no receive time, or nothing behind it
  LineTooLong
};
[[nodiscard]] std::string_view text_of(RecordingError) noexcept;

struct RecordingFailure {
  RecordingError error{RecordingError::CannotOpen};
  std::string file;
  std::uint64_t line{0};                   // the first is 1; 0: before any
  [[nodiscard]] std::string text() const;  // "FILE:LINE: reason"
};

struct RawLine {
  WallTime received{};
  std::string_view json{};  // valid until the next call; kRawPadding bytes behind it are readable
};
constexpr std::size_t kRawPadding = 64;

// A whole recording, decompressed in memory.
class RecordedBytes {
 public:
  RecordedBytes() = default;
  explicit RecordedBytes(std::string_view text);  // copies
  [[nodiscard]] std::string_view text() const noexcept { return {bytes_.data(), size_}; }

 private:
  friend class RawRecording;
  std::vector<char> bytes_;  // size_ and kRawPadding more
  std::size_t size_{0};
};

class RawRecording {
 public:
  struct Settings {
    std::size_t buffer_bytes{1U << 18};  // read at once, decompressed
    std::size_t line_bytes_max{1U << 22};
  };
  enum class Read : std::uint8_t { Line, End, Failed };

  explicit RawRecording(std::vector<std::filesystem::path> files);
  RawRecording(std::vector<std::filesystem::path> files, Settings settings);
  // `bytes` outlives the recording; `name` stands for the file in failures.
  RawRecording(const RecordedBytes& bytes, std::string name);
  ~RawRecording();
  RawRecording(RawRecording&&) noexcept;
  RawRecording& operator=(RawRecording&&) noexcept;

  // `out` is set when the result is Line. After End and after a failure that ends: End.
  [[nodiscard]] Read next(RawLine& out);
  [[nodiscard]] const std::optional<RecordingFailure>& failure() const noexcept { return failure_; }
  // Of the last line read.
  [[nodiscard]] const std::string& file() const noexcept { return name_; }
  [[nodiscard]] std::uint64_t line() const noexcept { return line_; }

  // Decompresses all files, one behind the other.
  [[nodiscard]] static std::expected<RecordedBytes, RecordingFailure> load_all(
      const std::vector<std::filesystem::path>& files);

 private:
  enum class More : std::uint8_t { Bytes, EndOfFile, Failed };

  void open_next();
  [[nodiscard]] More read_more();
  Read fail(RecordingError error);
  Read too_long();
  [[nodiscard]] Read parse(std::string_view line, RawLine& out);

  std::vector<std::filesystem::path> files_;
  std::size_t next_file_{0};
  std::unique_ptr<RawFile> open_;  // null: none, or bytes in memory
  std::vector<char> buffer_;
  const char* begin_{nullptr};  // of what is not read yet, in buffer_ or in RecordedBytes
  const char* end_{nullptr};
  std::size_t line_bytes_max_{0};
  std::string name_;
  std::uint64_t line_{0};
  std::optional<RecordingFailure> failure_;
};
}  // namespace sq::feed
