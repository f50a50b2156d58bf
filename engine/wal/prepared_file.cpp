#include "engine/wal/prepared_file.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "engine/wal/format.hpp"

namespace sq::wal {
namespace {
constexpr std::uint64_t kStepBytes = std::uint64_t{256} << 10U;
alignas(4096) constinit const std::array<std::byte, kStepBytes> kZeros{};
}  // namespace

PreparedFile::PreparedFile(std::filesystem::path path, std::uint64_t bytes, Blocks blocks,
                           Disk& disk)
    : path_{std::move(path)}, bytes_{bytes}, blocks_{blocks}, disk_{&disk} {}

int PreparedFile::make() noexcept {
  int error = 0;
  // Not truncated: on a full disk the blocks of an earlier process are all there is. It can only
  // have written the first page, when it was killed between header and rename.
  file_ = File::open(*disk_, path_, O_RDWR | O_CREAT, error);
  if (error != 0) return error;
  error = disk_->allocate(file_.fd(), bytes_);
  if (error == 0 && file_.size() > bytes_) error = disk_->truncate(file_.fd(), bytes_);
  if (error == 0) error = write_all(*disk_, file_.fd(), kZeros.data(), kHeaderBytes, 0);
  if (error == 0) return 0;
  file_ = File{};
  if (const int left = disk_->unlink(path_); left != 0 && !error) error = left;
  return error;
}

int PreparedFile::step() noexcept { return advance(true); }

int PreparedFile::advance(bool sync) noexcept {
  if (bytes_ == 0 || ready()) return 0;
  if (!file_) {
    done_ = 0;
    if (const int error = make(); error != 0) return error;
    if (blocks_ == Blocks::Allocated) done_ = bytes_;
    return 0;
  }
  const std::uint64_t n = std::min(kStepBytes, bytes_ - done_);
  int error = write_all(*disk_, file_.fd(), kZeros.data(), n, done_);
  if (error == 0 && sync) error = disk_->sync_data(file_.fd());
  if (error == 0) done_ += n;
  return error;
}

int PreparedFile::complete() noexcept {
  if (bytes_ == 0) return ENOSPC;
  if (ready()) return 0;
  while (!ready()) {
    if (const int error = advance(false); error != 0) return error;
  }
  return blocks_ == Blocks::Written ? disk_->sync_data(file_.fd()) : 0;
}

File PreparedFile::take() noexcept {
  done_ = 0;
  return std::exchange(file_, File{});
}

int PreparedFile::remove() noexcept {
  if (!file_) return 0;
  file_ = File{};
  done_ = 0;
  return disk_->unlink(path_);
}
}  // namespace sq::wal
