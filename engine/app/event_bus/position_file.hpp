// How far a durable subscriber has come, in a file of its own beside the log:
// <log>/events/<name>.position, one line: checksum, log id, sequence. Replaced whole, synced.
// Thread: one a file. Cost: two syncs a save. Errors: LogError with the path; a file that is not
// what was written counts as none, so that everything is delivered again rather than lost.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace sq::app {
struct Position {
  std::uint64_t log_id{0};
  std::uint64_t sequence{0};  // everything up to here was handled
};
// The folder of everything the bus keeps for the log in `log_dir`; made when it is missing.
[[nodiscard]] std::filesystem::path events_dir(const std::filesystem::path& log_dir);
// 1 to 40 letters, digits, '-' and '_': it becomes a file's name.
[[nodiscard]] bool is_subscriber_name(std::string_view name) noexcept;

[[nodiscard]] std::optional<Position> load_position(const std::filesystem::path& file);
void save_position(const std::filesystem::path& file, const Position& position);
}  // namespace sq::app
