#include "engine/wal/meta.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "engine/wal/checksum.hpp"
#include "engine/wal/files.hpp"

namespace sq::wal {
namespace {
using MetaPage = std::array<std::byte, kHeaderBytes>;
std::uint64_t page_checksum(const MetaPage& page) {
  return XXH3_64bits(page.data() + 16, page.size() - 16);
}
}  // namespace

std::filesystem::path meta_path(const std::filesystem::path& dir) { return dir / "log.meta"; }

MetaFile read_meta(const std::filesystem::path& dir) {
  const auto path = meta_path(dir);
  const File file = File::open_existing(path, O_RDONLY);
  if (!file) {
    std::error_code error;
    if (!std::filesystem::exists(dir, error)) throw_log_error(dir, "there is no such directory");
    throw_log_error(dir, "holds no log: the file log.meta is missing");
  }
  MetaPage page{};
  if (read_all(file, page.data(), page.size(), 0, path) != page.size())
    throw_log_error(path, "shorter than " + std::to_string(page.size()) + " bytes");
  MetaFile meta;
  std::memcpy(&meta, page.data(), sizeof meta);
  if (meta.magic != kMetaMagic) throw_log_error(path, "not the meta file of a log");
  if (meta.version > kFormatVersion)
    throw_log_error(path, "format " + std::to_string(meta.version) +
                              " is newer than this program's " + std::to_string(kFormatVersion));
  if (meta.checksum != page_checksum(page)) throw_log_error(path, "damaged: wrong checksum");
  return meta;
}

void write_meta(const std::filesystem::path& dir, MetaFile meta, Disk& disk) {
  MetaPage page{};
  std::memcpy(page.data(), &meta, sizeof meta);
  meta.checksum = page_checksum(page);
  std::memcpy(page.data(), &meta, sizeof meta);
  replace_file(meta_path(dir), page.data(), page.size(), disk);
}

void set_ring_path(MetaFile& meta, Stream stream, const std::filesystem::path& path) {
  const std::string text = path.string();
  if (text.size() >= kRingPathMax) throw_log_error(path, "ring_dir: the path is too long");
  auto& to = meta.ring_paths[index_of(stream)];
  to = {};
  std::copy(text.begin(), text.end(), to.begin());
}
std::filesystem::path ring_path_of(const MetaFile& meta, Stream stream) {
  const auto& path = meta.ring_paths[index_of(stream)];
  return std::string(path.data(), ::strnlen(path.data(), path.size()));
}
}  // namespace sq::wal
