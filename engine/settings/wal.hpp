// [log]: where the log of inputs and decisions lies and when a record counts as durable.
#pragma once

#include <cstdint>
#include <filesystem>

#include "engine/types/time.hpp"

namespace sq::settings {
enum class Durability : std::uint8_t {
  Process,  // survives the death of the process: acknowledged from the shared-memory ring
  Group     // survives the death of the machine: synced to disk in groups
};
enum class ExistingLog : std::uint8_t {
  Recover,  // fold it, start the next epoch and append
  Replace,  // delete it and start at epoch 1: demos and research
  Refuse    // do not start
};
struct Log {
  std::filesystem::path dir;  // default "run/<instance>"; relative to the working directory
  std::filesystem::path ring_dir{"/dev/shm"};  // memory-backed: a file on disk stalls the core
  std::uint32_t order_ring_mib{16};            // power of two, 1 to 4,096
  std::uint32_t feed_ring_mib{64};             // power of two, 1 to 16,384
  std::uint32_t segment_mib{64};               // 1 to 4,096: size of one file of the log
  Durability durability{Durability::Process};
  std::int64_t group_interval_ns{1'000 * kNsPerUs};  // 10 us to 1 s: longest wait of a group
  ExistingLog existing{ExistingLog::Recover};        // the choice that loses no fact

  friend bool operator==(const Log&, const Log&) = default;
};
}  // namespace sq::settings
