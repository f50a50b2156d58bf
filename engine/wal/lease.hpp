// A lease says from which record on somebody still needs the log: a snapshot (orders), an archive
// or a publisher (both). Retention removes nothing a lease needs while there is room on the disk; a
// reader without one is told LostSegment when it is too slow. It outlives its holder's process.
// Thread: one holder a name. Cost: a replaced file of 64 bytes, synced. Errors: LogError.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "engine/wal/disk.hpp"
#include "engine/wal/format.hpp"

namespace sq::wal {
struct LeaseFile {  // "<name>.lease"
  std::uint64_t magic{kLeaseMagic};
  std::uint64_t checksum{0};  // XXH3 of bytes [16, 64), seed 0
  std::uint32_t version{kFormatVersion};
  std::uint32_t reserved{0};
  std::uint64_t log_id{0};
  // By stream: the first record that is needed; ~0: none of it.
  std::array<std::uint64_t, kStreams> from_sequence{};
  std::array<std::uint64_t, 2> reserved_to_64{};
};
static_assert(sizeof(LeaseFile) == 64);

// `name`: letters, digits, '-'. Replaces the lease of that name.
void write_lease(const std::filesystem::path& dir, const std::string& name, LeaseFile lease,
                 Disk& disk = Disk::system());
void remove_lease(const std::filesystem::path& dir, const std::string& name,
                  Disk& disk = Disk::system());
// The first record of `stream` that any lease needs; none: there is no lease. One that cannot be
// read needs everything (0).
[[nodiscard]] std::optional<std::uint64_t> first_leased(const std::filesystem::path& dir,
                                                        std::uint64_t log_id, Stream stream);
}  // namespace sq::wal
