// A snapshot file: the state that the order log adds up to at one of its records, so that a start
// folds only what came after. This module knows the frame and whose it is; what a section means is
// its owner's. SNAPSHOT.md describes every byte.
// Thread: the owner's, never the core's. Cost: one file of some MB, read or written whole.
// Errors: a file that is not usable is a value with its reason; LogError when a write fails: what
// was there before is then still there. Little-endian; never renumber.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "engine/types/ids.hpp"
#include "engine/types/time.hpp"
#include "engine/wal/disk.hpp"
#include "engine/wal/format.hpp"

namespace sq::wal {
constexpr std::uint64_t kSnapshotMagic = 0x504E'534C'4157'5153;  // "SQWALSNP"
constexpr std::uint32_t kSnapshotVersion = 1;
constexpr std::uint32_t kSnapshotSectionsMax = 64;

struct SnapshotHeader {
  std::uint64_t magic{kSnapshotMagic};
  std::uint64_t checksum{0};  // XXH3 of bytes [16, file_bytes), seed 0
  std::uint32_t version{kSnapshotVersion};
  std::uint32_t sections{0};
  std::uint64_t log_id{0};
  FixedText<16> instance{};
  std::uint64_t identity{0};  // of the configuration that shapes the state
  StreamEnd end{};            // of the order stream behind the last record in the state
  WallTime wall{};            // of that record
  std::uint64_t file_bytes{0};
  std::uint64_t reserved{0};
};
static_assert(sizeof(SnapshotHeader) == 112 && offsetof(SnapshotHeader, end) == 56);
static_assert(std::has_unique_object_representations_v<SnapshotHeader>);

// Behind the header, one per section; the bytes follow in the same order, 8-byte aligned.
struct SnapshotEntry {
  std::uint32_t kind{0};
  std::uint32_t version{0};  // of the section's layout
  std::uint64_t offset{0};   // in the file
  std::uint64_t bytes{0};
};
static_assert(sizeof(SnapshotEntry) == 24);

struct SnapshotSection {
  std::uint32_t kind{0};
  std::uint32_t version{0};
  std::vector<std::byte> bytes;
};
struct Snapshot {
  SnapshotHeader header;
  std::vector<SnapshotSection> sections;
  [[nodiscard]] const SnapshotSection* section(std::uint32_t kind) const noexcept;
};

enum class SnapshotFault : std::uint8_t {
  None,
  Missing,  // no such file: removed since the directory was listed
  Damaged,  // not what was written: cut, flipped, under another name
  Newer,    // written by a newer program
  Foreign   // of another log or instance: somebody put it there
};
struct SnapshotRead {
  SnapshotFault fault{SnapshotFault::None};
  std::string what;  // with the path; empty when there is no fault
  Snapshot snapshot;
};

[[nodiscard]] std::filesystem::path snapshot_path(const std::filesystem::path& dir,
                                                  std::uint64_t sequence);
// Sequences of the snapshots in `dir`, the newest first, by their names alone.
[[nodiscard]] std::vector<std::uint64_t> snapshot_sequences(const std::filesystem::path& dir);
[[nodiscard]] SnapshotRead read_snapshot(const std::filesystem::path& dir, std::uint64_t sequence,
                                         std::uint64_t log_id, const FixedText<16>& instance);
// Fills in magic, checksum, version and sizes. The file is whole and durable when this returns; a
// crash before leaves at most a file that ends in ".new", which nobody reads.
void write_snapshot(const std::filesystem::path& dir, SnapshotHeader header,
                    std::span<const SnapshotSection> sections, Disk& disk = Disk::system());
// Removes every snapshot but those named, and what interrupted writes left. Only after one of
// `keep` is durable.
void remove_snapshots_but(const std::filesystem::path& dir, std::span<const std::uint64_t> keep,
                          Disk& disk = Disk::system());
}  // namespace sq::wal
