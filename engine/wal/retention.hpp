// Removes the oldest closed segments of a stream, when there are more or older ones than wanted.
// A removed file stays readable for who has it open; who comes later is told LostSegment.
// Thread: the durability thread's, when a segment was opened. Cost: a directory listing.
// Errors: errno of a file that could not be removed; LogError when the directory cannot be read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "engine/wal/disk.hpp"
#include "engine/wal/format.hpp"

namespace sq::wal {
// 0: no limit. Both 0: everything is kept.
struct Retention {
  std::uint64_t bytes{0};
  std::int64_t age_ns{0};  // since the last write to the segment
};
// The order log loses only what a lease says is behind it (a snapshot's): without a lease, nothing.
// `pressed`: the disk is full, leases on the feed log do not count.
[[nodiscard]] int apply_retention(const std::filesystem::path& dir, Stream stream,
                                  const Retention& keep, std::uint64_t log_id, bool pressed,
                                  Disk& disk, std::size_t& removed);
// Where a stream begins whose first segments retention removed; 0: at its beginning. Orders are
// removed only behind a lease: without one, a missing first segment is a loss.
[[nodiscard]] std::uint64_t first_kept(const std::filesystem::path& dir, Stream stream,
                                       std::uint64_t log_id);
}  // namespace sq::wal
