// Where a log begins and ends for somebody who has not read it.
// Thread: any. Cost: reads the newest segment, or a page of each segment. Errors: LogError.
#pragma once

#include <cstdint>
#include <filesystem>

namespace sq::app {
// The last sequence of both streams; 0: the log is empty.
[[nodiscard]] std::uint64_t newest_sequence(const std::filesystem::path& log_dir);
// The first sequence, `from` or later, from which no segment is missing; `from` when none is.
[[nodiscard]] std::uint64_t first_readable(const std::filesystem::path& log_dir, bool feed,
                                           std::uint64_t from);
}  // namespace sq::app
