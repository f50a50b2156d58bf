// A disk that remembers: every call goes to the real one (in memory, where a sync costs nothing)
// and is kept with its bytes, so that a test can ask afterwards what a loss of power would have
// left behind any step. What was not synced may then be lost, kept, torn or worse: see Damage.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "engine/wal/disk.hpp"

namespace sq::wal::test {
using Bytes = std::vector<std::byte>;

struct DiskStep {
  enum class What : std::uint8_t {
    Create,
    Write,
    Sync,
    Allocate,
    Truncate,
    Rename,
    Unlink,
    SyncDir
  };
  What what{What::Write};
  std::size_t file{0};  // number of the file, whatever its name is by then
  std::string name;     // Create, Rename (from), Unlink
  std::string to;       // Rename
  std::uint64_t at{0};  // Write; Allocate, Truncate: the size
  Bytes bytes;          // Write
};

class RecordedDisk final : public Disk {
 public:
  [[nodiscard]] const std::vector<DiskStep>& steps() const noexcept { return steps_; }

  int open(const std::filesystem::path& path, int flags, int& fd) noexcept override;
  int write(int fd, const void* bytes, std::size_t n, std::uint64_t at,
            std::size_t& written) noexcept override;
  int sync_data(int fd) noexcept override;
  int allocate(int fd, std::uint64_t bytes) noexcept override;
  int truncate(int fd, std::uint64_t bytes) noexcept override;
  int rename(const std::filesystem::path& from, const std::filesystem::path& to) noexcept override;
  int unlink(const std::filesystem::path& path) noexcept override;
  int sync_directory(const std::filesystem::path& dir) noexcept override;
  int make_directory(const std::filesystem::path& dir) noexcept override;
  int free_bytes(const std::filesystem::path& dir, std::uint64_t& bytes) noexcept override;

 private:
  DiskStep& note(DiskStep::What what, int fd) noexcept;
  std::vector<DiskStep> steps_;
  std::map<std::string, std::size_t> names_;  // of files that exist
  std::map<int, std::size_t> open_;  // descriptors are closed behind our back: the last open
  std::size_t files_{0};
};

// What becomes of bytes and directory entries that were not synced.
enum class Damage : std::uint8_t {
  Lost,         // all gone
  Kept,         // all there
  Subset,       // any sectors of 512 bytes
  Reordered,    // each page of 4 KiB as it was at some moment: later ones may be there, earlier not
  Torn,         // in order up to a write that ends at any byte
  Stale,        // sectors never written before show what other files hold: recycled blocks
  Garbage,      // sectors being written are noise
  Misdirected,  // a sector lies somewhere else, over synced bytes too
};
constexpr std::array<Damage, 8> kDamages{Damage::Lost,      Damage::Kept,       Damage::Subset,
                                         Damage::Reordered, Damage::Torn,       Damage::Stale,
                                         Damage::Garbage,   Damage::Misdirected};
[[nodiscard]] const char* text_of(Damage damage) noexcept;

// Files by name: a directory.
using DiskImage = std::map<std::string, Bytes>;

// The steps of a RecordedDisk done again, one by one, with what is certain kept apart.
class DiskModel {
 public:
  void apply(const DiskStep& step);
  [[nodiscard]] DiskImage after_power_loss(Damage damage, std::uint64_t seed) const;
  // What is certain to be there.
  [[nodiscard]] const Bytes* synced(const std::string& name) const;

 private:
  using Random = std::mt19937_64;
  using Names = std::map<std::string, std::size_t>;
  struct FileState {
    Bytes synced;
    Bytes now;
    std::vector<const DiskStep*> pending;  // Write, Allocate, Truncate since the last sync
  };
  static void change(Bytes& bytes, const DiskStep& step, std::size_t n);
  static void change_names(Names& names, const DiskStep& step);
  [[nodiscard]] Bytes content(std::size_t file, Damage damage, Random& random) const;
  [[nodiscard]] Bytes sectors(const FileState& file, Damage damage, Random& random) const;
  [[nodiscard]] static Bytes pages(const FileState& file, Random& random);
  [[nodiscard]] static Bytes torn(const FileState& file, Random& random);
  [[nodiscard]] const Bytes& any_synced(Random& random) const;
  void misdirect(DiskImage& image, const Names& names, Random& random) const;

  std::vector<FileState> files_;
  Names synced_names_;
  Names names_;
  std::vector<const DiskStep*> pending_names_;
};
}  // namespace sq::wal::test
