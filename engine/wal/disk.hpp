// The write side of the file system in one place: every byte that segments, log.meta and snapshots
// bring to a device passes through here, so that a test can stand between the log and the disk.
// Readers read files directly.
// Thread: any; one call at a time for a file. Cost: a virtual call and a system call; never on the
// core thread. Errors: 0, or the errno; nothing is repeated here (write_all() in files.hpp does).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

namespace sq::wal {
class Disk {
 public:
  // The real one, with a kill point (kill_point.hpp) in front of and behind each call.
  [[nodiscard]] static Disk& system() noexcept;

  // `flags` as of open(2), close-on-exec added; new files get mode 0600. The caller closes `fd`.
  [[nodiscard]] virtual int open(const std::filesystem::path& path, int flags,
                                 int& fd) noexcept = 0;
  // One pwrite: `written` may be less than n.
  [[nodiscard]] virtual int write(int fd, const void* bytes, std::size_t n, std::uint64_t at,
                                  std::size_t& written) noexcept = 0;
  // After 0 what was written, and the size, survive a power loss (the name: sync_directory()).
  [[nodiscard]] virtual int sync_data(int fd) noexcept = 0;
  // The first `bytes` bytes exist, zeros where nothing was written; never shortens.
  [[nodiscard]] virtual int allocate(int fd, std::uint64_t bytes) noexcept = 0;
  [[nodiscard]] virtual int truncate(int fd, std::uint64_t bytes) noexcept = 0;
  [[nodiscard]] virtual int rename(const std::filesystem::path& from,
                                   const std::filesystem::path& to) noexcept = 0;
  [[nodiscard]] virtual int unlink(const std::filesystem::path& path) noexcept = 0;
  [[nodiscard]] virtual int sync_directory(const std::filesystem::path& dir) noexcept = 0;
  [[nodiscard]] virtual int make_directory(const std::filesystem::path& dir) noexcept = 0;
  // What this user may still write to the file system of `dir`.
  [[nodiscard]] virtual int free_bytes(const std::filesystem::path& dir,
                                       std::uint64_t& bytes) noexcept = 0;

 protected:
  ~Disk() = default;
};
}  // namespace sq::wal
