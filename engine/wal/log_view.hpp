// What a reader knows of a log: its meta file, and its rings while they exist.
// Thread: the owner's. Cost: a few system calls to open. Errors: LogError.
#pragma once

#include <array>
#include <filesystem>
#include <optional>

#include "engine/wal/format.hpp"
#include "engine/wal/ring.hpp"

namespace sq::wal {
struct LogView {
  std::filesystem::path dir;
  MetaFile meta;
  std::array<std::optional<RingView>, kStreams> rings;  // empty: closed, or lost with its machine

  [[nodiscard]] static LogView open(const std::filesystem::path& dir);
  [[nodiscard]] bool clean() const noexcept { return meta.state == LogState::Clean; }
};
}  // namespace sq::wal
