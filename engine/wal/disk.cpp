#include "engine/wal/disk.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>

#include "engine/wal/kill_point.hpp"

namespace sq::wal {
namespace {
int errno_unless(bool succeeded) noexcept { return succeeded ? 0 : errno; }

class SystemDisk final : public Disk {
 public:
  int open(const std::filesystem::path& path, int flags, int& fd) noexcept override {
    SQ_KILL_POINT("open.before");
    fd = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
    const int error = errno_unless(fd >= 0);
    SQ_KILL_POINT("open.after");
    return error;
  }
  int write(int fd, const void* bytes, std::size_t n, std::uint64_t at,
            std::size_t& written) noexcept override {
    SQ_KILL_POINT("write.before");
    const ssize_t n_written = ::pwrite(fd, bytes, n, static_cast<off_t>(at));
    const int error = errno_unless(n_written >= 0);
    written = error == 0 ? static_cast<std::size_t>(n_written) : 0;
    SQ_KILL_POINT("write.after");
    return error;
  }
  int sync_data(int fd) noexcept override {
    SQ_KILL_POINT("sync.before");
    const int error = errno_unless(::fdatasync(fd) == 0);
    SQ_KILL_POINT("sync.after");
    return error;
  }
  int allocate(int fd, std::uint64_t bytes) noexcept override {
    SQ_KILL_POINT("allocate.before");
    const int error = ::posix_fallocate(fd, 0, static_cast<off_t>(bytes));
    SQ_KILL_POINT("allocate.after");
    return error;
  }
  int truncate(int fd, std::uint64_t bytes) noexcept override {
    SQ_KILL_POINT("truncate.before");
    const int error = errno_unless(::ftruncate(fd, static_cast<off_t>(bytes)) == 0);
    SQ_KILL_POINT("truncate.after");
    return error;
  }
  int rename(const std::filesystem::path& from, const std::filesystem::path& to) noexcept override {
    SQ_KILL_POINT("rename.before");
    const int error = errno_unless(::rename(from.c_str(), to.c_str()) == 0);
    SQ_KILL_POINT("rename.after");
    return error;
  }
  int unlink(const std::filesystem::path& path) noexcept override {
    SQ_KILL_POINT("unlink.before");
    const int error = errno_unless(::unlink(path.c_str()) == 0);
    SQ_KILL_POINT("unlink.after");
    return error;
  }
  int sync_directory(const std::filesystem::path& dir) noexcept override {
    SQ_KILL_POINT("sync_directory.before");
    const int fd = ::open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int error = errno_unless(fd >= 0);
    if (error == 0) error = errno_unless(::fsync(fd) == 0);
    if (fd >= 0) ::close(fd);
    SQ_KILL_POINT("sync_directory.after");
    return error;
  }
  int make_directory(const std::filesystem::path& dir) noexcept override {
    SQ_KILL_POINT("make_directory.before");
    const int error = errno_unless(::mkdir(dir.c_str(), 0700) == 0);
    SQ_KILL_POINT("make_directory.after");
    return error;
  }
  int free_bytes(const std::filesystem::path& dir, std::uint64_t& bytes) noexcept override {
    struct statvfs space {};
    const int error = errno_unless(::statvfs(dir.c_str(), &space) == 0);
    if (error == 0) bytes = std::uint64_t{space.f_bavail} * space.f_frsize;
    return error;
  }
};
}  // namespace

Disk& Disk::system() noexcept {
  static SystemDisk disk;
  return disk;
}
}  // namespace sq::wal
