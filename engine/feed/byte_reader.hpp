// The bytes of a file from front to back, decompressed: plain files are mapped, gzip and Zstandard
// ones pass through a buffer. For the binary formats and for text by line.
// Thread: one, cold. Cost: plain: none but the page faults; else that of RawFile.
// Errors: std::runtime_error naming the file when it cannot be opened; a file that ends in the
// middle of its compression, or is damaged, gives what is good and says why in problem().
// A plain file must not be cut by another process while it is read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace sq::feed {
class RawFile;

class ByteReader {
 public:
  explicit ByteReader(const std::filesystem::path& path);
  ~ByteReader();
  ByteReader(const ByteReader&) = delete;
  ByteReader& operator=(const ByteReader&) = delete;

  // What is in memory and not skipped yet; valid until more().
  [[nodiscard]] std::span<const std::byte> ahead() const noexcept { return {begin_, end_}; }
  // Reads until `wanted` bytes are ahead; false: the file ends before. Plain files are whole from
  // the start. The buffer grows to what is wanted: the caller bounds it.
  [[nodiscard]] bool more(std::size_t wanted) {
    return static_cast<std::size_t>(end_ - begin_) >= wanted || read_more(wanted);
  }
  void skip(std::size_t count) noexcept { begin_ += count; }  // count <= ahead().size()
  // Of the first byte ahead, in the decompressed file.
  [[nodiscard]] std::uint64_t position() const noexcept {
    return base_ + static_cast<std::uint64_t>(begin_ - start_);
  }
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }  // empty: none
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  // Of the file as it lies on disk.
  [[nodiscard]] std::uint64_t bytes_read() const noexcept;
  [[nodiscard]] std::uint64_t bytes_total() const noexcept { return total_; }

 private:
  [[nodiscard]] bool map();
  [[nodiscard]] bool read_more(std::size_t wanted);

  std::filesystem::path path_;
  const std::byte* start_{nullptr};  // of the mapping, or of buffer_
  const std::byte* begin_{nullptr};
  const std::byte* end_{nullptr};
  std::uint64_t base_{0};  // position of start_
  std::uint64_t total_{0};
  void* mapping_{nullptr};
  std::unique_ptr<RawFile> file_;  // null: mapped, or its end was reached
  std::vector<std::byte> buffer_;
  std::string problem_;
};

// "FILE: reason", for the errors of the formats.
[[noreturn]] void refuse_file(const std::filesystem::path& path, const std::string& reason);
}  // namespace sq::feed
