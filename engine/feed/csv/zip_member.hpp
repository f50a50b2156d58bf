// The one file inside a .zip, decompressed from front to back: stored or deflated.
// Thread: one. Cost: zlib, about 3 ns a byte. Errors: std::runtime_error when the archive cannot be
// used (several files, another method, encrypted); damage gives what is good and says why in
// problem(). Source: PKWARE APPNOTE 6.3.10, sections 4.3 and 4.4.
#pragma once

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace sq::feed::csv {
class ZipMember {
 public:
  // `archive`: the whole file; outlives this.
  ZipMember(const std::filesystem::path& path, std::span<const std::byte> archive);
  ~ZipMember();
  ZipMember(const ZipMember&) = delete;
  ZipMember& operator=(const ZipMember&) = delete;

  [[nodiscard]] static bool is_zip(std::span<const std::byte> head) noexcept;
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  // Fills the front of `out`; 0: the end, or problem() says why.
  [[nodiscard]] std::size_t read(std::span<char> out);
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
  [[nodiscard]] std::uint64_t bytes_read() const noexcept;  // of the archive

 private:
  [[nodiscard]] std::size_t copy(std::span<char> out);
  [[nodiscard]] std::size_t end_of_data(std::size_t count);
  void refill();

  std::string name_;
  std::span<const std::byte> data_;  // behind the local header; read_ of it went to zlib
  std::uint64_t data_offset_{0};
  std::size_t read_{0};
  std::uint16_t method_{0};
  std::uint32_t crc_expected_{0};
  std::uint32_t crc_{0};
  bool ended_{false};
  z_stream zip_{};
  std::string problem_;
};
}  // namespace sq::feed::csv
