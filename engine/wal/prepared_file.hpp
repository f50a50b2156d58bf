// A file of zeros made ahead of its use: the next segment of a stream, or its reserve.
// Thread: one at a time, as SegmentWriter. Cost: a step is an allocation, or 256 KiB written and
// synced. Errors: 0 or an errno; after one, step() begins where it stood.
#pragma once

#include <cstdint>
#include <filesystem>

#include "engine/wal/disk.hpp"
#include "engine/wal/files.hpp"

namespace sq::wal {
class PreparedFile {
 public:
  enum class Blocks : std::uint8_t {
    Allocated,  // a first write to them changes metadata, which the next sync has to wait for
    Written     // zeros are on the device: a sync writes only the records
  };
  // bytes 0: never ready. What an earlier process left under this name is used again.
  PreparedFile(std::filesystem::path path, std::uint64_t bytes, Blocks blocks, Disk& disk);

  [[nodiscard]] int step() noexcept;
  [[nodiscard]] int complete() noexcept;  // all steps that are left
  [[nodiscard]] bool ready() const noexcept { return file_ && done_ == bytes_; }
  [[nodiscard]] std::uint64_t done() const noexcept { return done_; }  // bytes that are prepared
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  // Once ready: to write the header and rename it; then take() begins a new one.
  [[nodiscard]] const File& file() const noexcept { return file_; }
  [[nodiscard]] File take() noexcept;
  [[nodiscard]] int remove() noexcept;

 private:
  int make() noexcept;
  int advance(bool sync) noexcept;

  std::filesystem::path path_;
  std::uint64_t bytes_;
  Blocks blocks_;
  Disk* disk_;
  File file_;
  std::uint64_t done_{0};
};
}  // namespace sq::wal
