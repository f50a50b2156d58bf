// [log]: where the log of inputs and decisions lies and when a record counts as durable.
#pragma once

#include <cstdint>
#include <filesystem>

#include "engine/types/time.hpp"

namespace sq::settings {
enum class Durability : std::uint8_t {
  Process,  // survives the death of the process: acknowledged from the shared-memory ring
  Group,    // survives the death of the machine: synced to disk in groups
  Strict    // an order leaves for the venue only when its record is on the disk
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
  std::uint32_t group_kib{1'024};                    // 1 to 1,048,576: synced earlier when so large
  // Strict: an order that waited so long for the disk is not sent, and the gate shuts. Also how long
  // the core waits for room in a full ring. Recorded data wait as long as it takes.
  std::int64_t order_wait_ns_max{50 * kNsPerMs};  // 1 ms to 60 s
  std::int64_t heartbeat_ns_max{500 * kNsPerMs};  // 10 ms to 60 s: a silent log thread has stalled
  std::uint32_t reserve_mib{4};  // 0 to 1,024: kept for cancels and the kill switch on a full disk
  // Segments beyond it are removed; 0 keeps everything. Orders only behind a snapshot.
  std::uint32_t keep_orders_days{0};                 // 0 to 36,500
  std::uint32_t keep_feed_days{0};                   // 0 to 36,500
  std::uint32_t keep_feed_mib{0};                    // 0 to 16,777,216
  // A snapshot of the folded order log after so many records, or so long: the next start folds only
  // what is behind it.
  std::uint64_t snapshot_records{1'000'000};         // 1,000 to 10^9
  std::uint32_t snapshot_s{60};                      // 1 to 86,400
  ExistingLog existing{ExistingLog::Recover};        // the choice that loses no fact

  friend bool operator==(const Log&, const Log&) = default;
};
}  // namespace sq::settings
