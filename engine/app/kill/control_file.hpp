// The memory that an engine shares with who watches it: its heartbeats and the egress latch. A file
// in log.ring_dir (memory-backed: a page of a disk would stall the core), named like the log's
// rings;
// `<log.dir>/engine.control` is a link to it.
// Thread: beat_core the core's, beat_main the main thread's, reading any process. Cost: a store.
// Errors: std::runtime_error when it cannot be made or is not one.
// Source: controls A03.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <optional>

#include "engine/risk/egress_latch.hpp"

namespace sq::app {
struct ControlBlock {
  static constexpr std::uint64_t kMagic = 0x31304c5254435153;  // "SQCTRL01"
  std::atomic<std::uint64_t> magic{0};                         // set last
  std::atomic<std::int64_t> process{0};
  // CLOCK_MONOTONIC in ns, the same for all processes of the machine.
  std::atomic<std::int64_t> core_beat{0};
  std::atomic<std::int64_t> main_beat{0};
  std::atomic<std::uint64_t> ended{0};  // 1: in order, nobody need worry
  risk::EgressLatch latch;
};

class ControlFile {
 public:
  // The engine's, at its start. left_closed(): an earlier process was stopped from outside and had
  // no chance to log it.
  static ControlFile create(const std::filesystem::path& log_dir,
                            const std::filesystem::path& ring_dir, std::string_view instance);
  // Somebody else's: that of the engine that writes this log. Empty: there is none.
  static std::optional<ControlFile> open(const std::filesystem::path& log_dir);

  ControlFile(ControlFile&& other) noexcept;
  ControlFile& operator=(ControlFile&&) = delete;
  ~ControlFile();

  [[nodiscard]] ControlBlock& block() const noexcept { return *block_; }
  [[nodiscard]] bool left_closed() const noexcept { return left_closed_; }

 private:
  explicit ControlFile(ControlBlock* block) noexcept : block_{block} {}
  ControlBlock* block_;
  bool left_closed_{false};
};
}  // namespace sq::app
