#include "engine/app/event_bus/position_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "engine/wal/checksum.hpp"
#include "engine/wal/files.hpp"

namespace sq::app {
namespace {
std::string text_of_position(const Position& position) {
  return fmt::format("{:016x} {}", position.log_id, position.sequence);
}
std::string line_of(const std::string& text) {
  return fmt::format("{:016x} {}\n", XXH3_64bits(text.data(), text.size()), text);
}
}  // namespace

std::filesystem::path events_dir(const std::filesystem::path& log_dir) {
  const auto dir = log_dir / "events";
  std::filesystem::create_directories(dir);
  return dir;
}

bool is_subscriber_name(std::string_view name) noexcept {
  constexpr std::size_t kLengthMax = 40;
  return !name.empty() && name.size() <= kLengthMax &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_';
         });
}

std::optional<Position> load_position(const std::filesystem::path& file) {
  constexpr std::size_t kBytesMax = 128;
  constexpr std::size_t kIdAt = 17;
  constexpr std::size_t kSequenceAt = 34;
  const wal::File opened = wal::File::open_existing(file, O_RDONLY);
  if (!opened) return std::nullopt;
  std::string line(kBytesMax, '\0');
  line.resize(wal::read_all(opened, line.data(), line.size(), 0, file));
  if (line.size() <= kSequenceAt) return std::nullopt;
  Position position;
  const auto id = std::from_chars(&line[kIdAt], &line[kSequenceAt - 1], position.log_id, 16);
  const auto sequence =
      std::from_chars(&line[kSequenceAt], line.data() + line.size(), position.sequence);
  if (id.ec != std::errc{} || sequence.ec != std::errc{}) return std::nullopt;
  // What was read must be, byte for byte, what would be written.
  if (line != line_of(text_of_position(position))) return std::nullopt;
  return position;
}

void save_position(const std::filesystem::path& file, const Position& position) {
  const std::string line = line_of(text_of_position(position));
  wal::replace_file(file, line.data(), line.size());
}
}  // namespace sq::app
