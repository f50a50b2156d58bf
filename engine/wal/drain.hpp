// Moves both rings to their segments and keeps the first failure for good.
// Thread: the durability thread calls work(); the core may call drain_now() while it waits for
// room. A flag lets one of them in at a time; the other goes away at once. Cost: looks at the rings
// at most every 20 us, since each look takes the writer's cache line away. Errors: the first
// failing write or sync latches; nothing is moved after it, append() says false.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

#include "engine/wal/ring.hpp"
#include "engine/wal/segment_writer.hpp"

namespace sq::wal {
class Drain {
 public:
  struct Lane {
    Ring* ring{nullptr};
    SegmentWriter* writer{nullptr};
  };
  // sync_interval_ns 0: never syncs by itself.
  Drain(Lane orders, Lane feed, std::int64_t sync_interval_ns) noexcept
      : lanes_{orders, feed}, sync_interval_ns_{sync_interval_ns} {}
  Drain(const Drain&) = delete;
  Drain& operator=(const Drain&) = delete;

  std::size_t work() noexcept;       // bytes moved
  std::size_t drain_now() noexcept;  // the same without waiting for the 20 us to pass
  // Everything that is in the rings now, to the segments and to the device.
  [[nodiscard]] bool flush() noexcept;

  [[nodiscard]] bool failed() const noexcept { return failed_.load(std::memory_order_acquire); }
  // Only after failed() was true.
  [[nodiscard]] const std::string& failure() const noexcept { return failure_; }
  void fail(const std::string& reason) noexcept;
  // True from the first failure on, and after shut(): nothing may be appended any more.
  [[nodiscard]] const std::atomic<bool>& shut_flag() const noexcept { return shut_; }
  void shut() noexcept { shut_.store(true, std::memory_order_release); }

 private:
  bool enter() noexcept { return !busy_.test_and_set(std::memory_order_acquire); }
  void leave() noexcept { busy_.clear(std::memory_order_release); }
  std::size_t drain_once(std::uint64_t bytes_max) noexcept;
  bool sync_streams() noexcept;

  Lane lanes_[kStreams];
  std::int64_t sync_interval_ns_;
  std::int64_t looked_ns_{0};
  std::int64_t synced_ns_{0};
  std::string failure_;
  std::atomic<bool> failed_{false};
  alignas(64) std::atomic<bool> shut_{false};  // alone on its line: the core reads it each time
  alignas(64) std::atomic_flag busy_{};
};
}  // namespace sq::wal
