// The lines of a text file: plain, gzip, Zstandard, or the one file of a zip archive.
// Thread: one, cold. Cost: a memchr a line, and the decompression. Errors: std::runtime_error when
// the file cannot be opened or a line is longer than kLineMax; a file cut off or damaged ends
// early, and problem() says why. Ends of lines are LF or CR LF; the last line needs none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/feed/byte_reader.hpp"
#include "engine/feed/csv/zip_member.hpp"

namespace sq::feed::csv {
constexpr std::size_t kLineMax = 1U << 16;

class LineReader {
 public:
  explicit LineReader(const std::filesystem::path& path);

  // False: the end. The line is without its end, and valid until the next call.
  [[nodiscard]] bool next(std::string_view& line);
  [[nodiscard]] std::uint64_t line() const noexcept { return line_; }  // of the last; first is 1
  [[nodiscard]] const std::string& problem() const noexcept {
    return zip_ ? zip_->problem() : bytes_.problem();
  }
  // The file's name, in a zip archive that of the file inside.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return bytes_.path(); }
  [[nodiscard]] std::uint64_t bytes_read() const noexcept {
    return zip_ ? zip_->bytes_read() : bytes_.bytes_read();
  }
  [[nodiscard]] std::uint64_t bytes_total() const noexcept { return bytes_.bytes_total(); }

 private:
  [[nodiscard]] std::string_view ahead() const noexcept;
  [[nodiscard]] bool more();
  void skip(std::size_t count) noexcept;

  ByteReader bytes_;
  std::unique_ptr<ZipMember> zip_;
  std::vector<char> buffer_;  // of zip_
  std::size_t begin_{0};
  std::size_t end_{0};
  std::string name_;
  std::uint64_t line_{0};
};
}  // namespace sq::feed::csv
