#include "engine/wal/files.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

namespace sq::wal {
void throw_errno(const char* tried, const std::filesystem::path& path, int error) {
  throw LogError("cannot " + std::string(tried) + " " + path.string() + ": " +
                 std::generic_category().message(error));
}
void throw_log_error(const std::filesystem::path& path, const std::string& what) {
  throw LogError(path.string() + ": " + what);
}

File::~File() {
  if (fd_ >= 0) ::close(fd_);
}
File File::open_existing(const std::filesystem::path& path, int flags) {
  File file{::open(path.c_str(), flags | O_CLOEXEC)};
  if (!file && errno != ENOENT) throw_errno("open", path, errno);
  return file;
}
File File::open(const std::filesystem::path& path, int flags) {
  File file{::open(path.c_str(), flags | O_CLOEXEC, 0600)};
  if (!file) throw_errno((flags & O_CREAT) != 0 ? "create" : "open", path, errno);
  return file;
}
std::uint64_t File::size() const noexcept {
  struct stat status {};
  return ::fstat(fd_, &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

File File::open(Disk& disk, const std::filesystem::path& path, int flags, int& error) noexcept {
  int fd = -1;
  error = disk.open(path, flags, fd);
  return error == 0 ? File{fd} : File{};
}

int write_all(Disk& disk, int fd, const void* bytes, std::size_t n, std::uint64_t at) noexcept {
  constexpr int kWaitsMax = 1'000;  // EINTR and EAGAIN in a row, without a byte written
  const auto* from = static_cast<const std::byte*>(bytes);
  int waits = 0;
  while (n > 0) {
    std::size_t written = 0;
    if (const int error = disk.write(fd, from, n, at, written); error != 0) {
      if ((error != EINTR && error != EAGAIN) || ++waits > kWaitsMax) return error;
      continue;
    }
    if (written == 0 || written > n) return EIO;
    waits = 0;
    from += written;
    at += written;
    n -= written;
  }
  return 0;
}

std::size_t read_all(const File& file, void* bytes, std::size_t n, std::uint64_t at,
                     const std::filesystem::path& path) {
  auto* to = static_cast<std::byte*>(bytes);
  std::size_t done = 0;
  while (done < n) {
    const ssize_t got = ::pread(file.fd(), to + done, n - done, static_cast<off_t>(at + done));
    if (got < 0) {
      if (errno == EINTR) continue;
      throw_errno("read", path, errno);
    }
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

void sync_directory(const std::filesystem::path& dir, Disk& disk) {
  if (const int error = disk.sync_directory(dir); error != 0)
    throw_errno("sync directory", dir, error);
}

void replace_file(const std::filesystem::path& path, const void* bytes, std::size_t n, Disk& disk) {
  std::filesystem::path temporary = path;
  temporary += ".new";
  {
    int error = 0;
    const File file = File::open(disk, temporary, O_WRONLY | O_CREAT | O_TRUNC, error);
    if (!file) throw_errno("create", temporary, error);
    error = write_all(disk, file.fd(), bytes, n, 0);
    if (error != 0) throw_errno("write", temporary, error);
    error = disk.sync_data(file.fd());
    if (error != 0) throw_errno("sync", temporary, error);
  }
  if (const int error = disk.rename(temporary, path); error != 0)
    throw_errno("rename to", path, error);
  sync_directory(path.parent_path(), disk);
}

Mapping::~Mapping() {
  if (data_ != nullptr) ::munmap(data_, size_);
}
Mapping Mapping::of_file(const File& file, std::size_t size, const std::filesystem::path& path) {
  if (size == 0) return {};
  void* data = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file.fd(), 0);
  if (data == MAP_FAILED) throw_errno("map", path, errno);
  return {static_cast<std::byte*>(data), size};
}
}  // namespace sq::wal
