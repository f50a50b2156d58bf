// The bytes of a file that may be gzip (one or several members): recognised by its first two bytes.
// Thread: one. Errors: RawFileStatus; what was read before a failure is good.
#pragma once

#include <zlib.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <span>

namespace sq::feed {
enum class RawFileStatus : std::uint8_t { Good, End, CannotOpen, CannotRead, CutOff, Damaged };

class RawFile {
 public:
  explicit RawFile(const std::filesystem::path& path);
  ~RawFile();
  RawFile(const RawFile&) = delete;
  RawFile& operator=(const RawFile&) = delete;

  // Fills the front of `out`; `count` is how much. Good: count > 0, there may be more.
  [[nodiscard]] RawFileStatus read(std::span<char> out, std::size_t& count);

 private:
  struct Close {
    void operator()(std::FILE* file) const noexcept { static_cast<void>(std::fclose(file)); }
  };
  [[nodiscard]] bool fill();  // false: end of the file, or error
  [[nodiscard]] RawFileStatus read_plain(std::span<char> out, std::size_t& count);
  [[nodiscard]] RawFileStatus inflate_some(std::span<char> out, std::size_t& count);

  std::unique_ptr<std::FILE, Close> file_;
  std::array<unsigned char, 1U << 16> input_{};
  z_stream zip_{};
  bool gzip_{false};
  bool in_member_{false};
};
}  // namespace sq::feed
