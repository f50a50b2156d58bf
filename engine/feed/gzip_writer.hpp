// Writes a gzip file whose bytes depend on the text alone: fixed level, no name, no time, no system
// in the header. (The zlib version still matters; the text's CRC does not depend on it.)
// Thread: one. Cost: compression, about 10 ns a byte. Errors: throws std::runtime_error with the
// path.
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

struct z_stream_s;

namespace sq::feed {
class GzipWriter {
 public:
  explicit GzipWriter(const std::filesystem::path& path);
  ~GzipWriter();
  GzipWriter(const GzipWriter&) = delete;
  GzipWriter& operator=(const GzipWriter&) = delete;
  void write(std::string_view text);
  // Everything written so far can be read from the file, also after a crash of this process.
  void flush();
  void close();  // flushes; without it the file is incomplete

  [[nodiscard]] std::uint64_t text_bytes() const noexcept { return text_bytes_; }
  [[nodiscard]] std::uint64_t file_bytes() const noexcept { return file_bytes_; }
  [[nodiscard]] std::uint32_t text_crc32() const noexcept { return crc_; }

 private:
  void compress(int flush);
  [[noreturn]] void fail(std::string_view what) const;

  std::filesystem::path path_;
  std::FILE* file_{nullptr};
  std::unique_ptr<z_stream_s> stream_;
  std::vector<unsigned char> input_;
  std::vector<unsigned char> output_;
  std::uint64_t text_bytes_{0};
  std::uint64_t file_bytes_{0};
  std::uint32_t crc_{0};
};
}  // namespace sq::feed
