// File descriptors, mappings and whole reads and writes, for everything in this module.
// Thread: the owner's. Cost: system calls: never on the core thread.
// Errors: LogError with the path, what was tried and the system's reason. write_all() returns
// errno.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

#include "engine/wal/disk.hpp"

namespace sq::wal {
class LogError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};
// "cannot open /x/y: Permission denied"
[[noreturn]] void throw_errno(const char* tried, const std::filesystem::path& path, int error);
[[noreturn]] void throw_log_error(const std::filesystem::path& path, const std::string& what);

class File {
 public:
  File() noexcept = default;
  explicit File(int fd) noexcept : fd_{fd} {}
  File(File&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
  File& operator=(File&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File();

  // Empty when the file does not exist; throws for every other reason.
  [[nodiscard]] static File open_existing(const std::filesystem::path& path, int flags);
  [[nodiscard]] static File open(const std::filesystem::path& path, int flags);
  // To write: through `disk`. Empty when the disk says why not, in `error`.
  [[nodiscard]] static File open(Disk& disk, const std::filesystem::path& path, int flags,
                                 int& error) noexcept;
  [[nodiscard]] explicit operator bool() const noexcept { return fd_ >= 0; }
  [[nodiscard]] int fd() const noexcept { return fd_; }
  [[nodiscard]] std::uint64_t size() const noexcept;

 private:
  int fd_{-1};
};

// 0, or the errno of the first failure. Goes on after short writes, EINTR and, a bounded number of
// times, EAGAIN.
[[nodiscard]] int write_all(Disk& disk, int fd, const void* bytes, std::size_t n,
                            std::uint64_t at) noexcept;
// Bytes read: less than asked only at the end of the file. Throws on error.
std::size_t read_all(const File& file, void* bytes, std::size_t n, std::uint64_t at,
                     const std::filesystem::path& path);
// Writes `bytes` to a temporary file beside, syncs it, renames it over `path`, syncs the directory.
void replace_file(const std::filesystem::path& path, const void* bytes, std::size_t n,
                  Disk& disk = Disk::system());
void sync_directory(const std::filesystem::path& dir, Disk& disk = Disk::system());

// A memory mapping, unmapped at the end.
class Mapping {
 public:
  Mapping() noexcept = default;
  Mapping(std::byte* data, std::size_t size) noexcept : data_{data}, size_{size} {}
  Mapping(Mapping&& other) noexcept
      : data_{std::exchange(other.data_, nullptr)}, size_{std::exchange(other.size_, 0)} {}
  Mapping& operator=(Mapping&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping();

  // The first `size` bytes of a file, read-only.
  [[nodiscard]] static Mapping of_file(const File& file, std::size_t size,
                                       const std::filesystem::path& path);
  [[nodiscard]] std::byte* data() const noexcept { return data_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  std::byte* data_{nullptr};
  std::size_t size_{0};
};
}  // namespace sq::wal
