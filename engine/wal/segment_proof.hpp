// Proves the segments of a log that nobody writes, independently of each other: each record by the
// chain that starts in its segment's header, each segment's end by the header of the next, and the
// numbers of both streams together by a bit each. The fast way through verify().
// Thread: the caller's and those of `run_all`. Cost: the checksums, divided by the threads; a bit a
// record. Errors: empty when anything is not as it must be, or cannot be told in this way: verify()
// then walks the log in order and names it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "engine/wal/verify.hpp"

namespace sq::wal {
[[nodiscard]] std::optional<VerifyReport> prove_segments(const std::filesystem::path& dir,
                                                         const RunAll& run_all,
                                                         const VerifyProgress& progress);
// Of all segments.
[[nodiscard]] std::uint64_t bytes_on_disk(const std::filesystem::path& dir);
}  // namespace sq::wal
