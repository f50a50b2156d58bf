// The file log.meta: which log this directory holds, where its rings are, how it was left.
// Thread: the owner's, at start and end. Errors: LogError naming the file and what is wrong.
#pragma once

#include <filesystem>
#include <optional>

#include "engine/wal/disk.hpp"
#include "engine/wal/format.hpp"

namespace sq::wal {
[[nodiscard]] std::filesystem::path meta_path(const std::filesystem::path& dir);
// Throws when it is missing, damaged or of a newer format.
[[nodiscard]] MetaFile read_meta(const std::filesystem::path& dir);
// Replaces it atomically and durably; fills in the checksum.
void write_meta(const std::filesystem::path& dir, MetaFile meta, Disk& disk = Disk::system());
void set_ring_path(MetaFile& meta, Stream stream, const std::filesystem::path& path);
[[nodiscard]] std::filesystem::path ring_path_of(const MetaFile& meta, Stream stream);
}  // namespace sq::wal
