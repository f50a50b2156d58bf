#include "engine/wal/lease.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "engine/wal/checksum.hpp"
#include "engine/wal/files.hpp"

namespace sq::wal {
namespace {
std::filesystem::path lease_path(const std::filesystem::path& dir, const std::string& name) {
  return dir / (name + ".lease");
}
std::uint64_t lease_checksum(const LeaseFile& lease) {
  return XXH3_64bits(&lease.version, sizeof lease - 16);
}
}  // namespace

void write_lease(const std::filesystem::path& dir, const std::string& name, LeaseFile lease,
                 Disk& disk) {
  lease.checksum = lease_checksum(lease);
  replace_file(lease_path(dir, name), &lease, sizeof lease, disk);
}

void remove_lease(const std::filesystem::path& dir, const std::string& name, Disk& disk) {
  const auto path = lease_path(dir, name);
  const int error = disk.unlink(path);
  if (error != 0 && error != ENOENT) throw_errno("remove", path, error);
}

std::optional<std::uint64_t> first_leased(const std::filesystem::path& dir, std::uint64_t log_id,
                                          Stream stream) {
  std::optional<std::uint64_t> first;
  std::error_code error;
  for (std::filesystem::directory_iterator it{dir, error}, last; !error && it != last;
       it.increment(error)) {
    if (it->path().extension() != ".lease") continue;
    const File file = File::open_existing(it->path(), O_RDONLY);
    if (!file) continue;
    LeaseFile lease;
    const bool whole = read_all(file, &lease, sizeof lease, 0, it->path()) == sizeof lease &&
                       lease.magic == kLeaseMagic && lease.version <= kFormatVersion &&
                       lease.checksum == lease_checksum(lease) && lease.log_id == log_id;
    const std::uint64_t from = whole ? lease.from_sequence[index_of(stream)] : 0;
    first = std::min(first.value_or(from), from);
  }
  if (error) throw_errno("list", dir, error.value());
  return first;
}
}  // namespace sq::wal
