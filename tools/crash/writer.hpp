// The process that is killed: recovers the log, then appends records, tells each one when append()
// has returned, and "sends" its orders only after that (durability strict: when they are durable).
// Thread: its own process; a second thread moves rings to segments. Errors: exit code 4, on stderr.
#pragma once

#include <cstdint>
#include <string>

#include "engine/wal/log.hpp"

namespace crash {
struct Life {
  sq::wal::LogSettings settings;
  bool create{false};
  std::uint64_t seed{0};        // of the payloads: no two lives write the same
  std::uint64_t records{400};   // then it waits to be killed
  std::uint64_t kill_point{0};  // the nth point ends it; 0: the parent does
  bool close_at_once{false};    // an orderly end instead of records
  int pipe{-1};
};
[[noreturn]] void live(const Life& life) noexcept;
}  // namespace crash
