// Moves both rings to their segments, syncs them as the policy says, prepares what comes next and
// keeps the first failure for good. Lack of space is no failure: it is tried again, see space().
// Thread: the durability thread calls work(); the core may call drain_now() while it waits for
// room. A flag lets one of them in at a time; the other goes away at once. Cost: looks at the rings
// at most every 20 us (at_once: every time), since each look takes the writer's cache line away.
// Errors: the first failing write or sync latches; nothing is moved after it, append() says false.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

#include "engine/wal/ring.hpp"
#include "engine/wal/segment_writer.hpp"

namespace sq::wal {
struct SyncPolicy {
  std::int64_t interval_ns{0};  // longest wait for a sync; 0: never syncs by itself
  std::uint64_t bytes{0};       // that wait for a sync and do not wait for the interval; 0: any
  bool at_once{false};          // the order stream as soon as it has a record
};

class Drain {
 public:
  struct Lane {
    Ring* ring{nullptr};
    SegmentWriter* writer{nullptr};
  };
  // Called after a segment of a stream was opened, and while space is short; says its own errors.
  struct Housekeeping {
    virtual void tidy(Stream stream, bool pressed) noexcept = 0;

   protected:
    ~Housekeeping() = default;
  };
  Drain(Lane orders, Lane feed, SyncPolicy policy, Housekeeping* housekeeping) noexcept;
  Drain(const Drain&) = delete;
  Drain& operator=(const Drain&) = delete;

  std::size_t work() noexcept;       // bytes moved
  std::size_t drain_now() noexcept;  // the same without waiting for the 20 us to pass
  // Everything that is in the rings now, to the segments and to the device. False: failed(), or no
  // room.
  [[nodiscard]] bool flush() noexcept;

  [[nodiscard]] bool failed() const noexcept { return failed_.load(std::memory_order_acquire); }
  // Only after failed() was true.
  [[nodiscard]] const std::string& failure() const noexcept { return failure_; }
  void fail(const std::string& reason) noexcept;
  // Of both streams. Full: the order stream has no room left. A stream's own: full().
  [[nodiscard]] Space space() const noexcept { return space_.load(std::memory_order_acquire); }
  [[nodiscard]] bool full(Stream stream) const noexcept {
    return full_[index_of(stream)].load(std::memory_order_acquire);
  }
  // When work() last began or ended, steady clock: a disk that does not answer stops it.
  [[nodiscard]] std::int64_t beat_ns() const noexcept {
    return beat_ns_.load(std::memory_order_acquire);
  }
  // True from the first failure on, and after shut(): nothing may be appended any more.
  [[nodiscard]] const std::atomic<bool>& shut_flag() const noexcept { return shut_; }
  void shut() noexcept { shut_.store(true, std::memory_order_release); }

 private:
  bool enter() noexcept { return !busy_.test_and_set(std::memory_order_acquire); }
  void leave() noexcept { busy_.clear(std::memory_order_release); }
  std::size_t drain_once(std::uint64_t bytes_max) noexcept;
  std::size_t drain_all() noexcept;
  std::size_t sync_if_due(std::int64_t now, bool looked) noexcept;
  bool sync_stream(Stream stream) noexcept;
  void sync_marks(std::int64_t now) noexcept;
  void prepare(std::int64_t now, bool idle) noexcept;
  [[nodiscard]] std::uint64_t not_durable(Stream stream) const noexcept;  // bytes

  std::array<Lane, kStreams> lanes_;
  SyncPolicy policy_;
  Housekeeping* housekeeping_;
  std::int64_t looked_ns_{0};
  std::int64_t synced_ns_{0};
  std::int64_t data_synced_ns_{0};
  std::array<std::int64_t, kStreams> starved_ns_{};  // 0: there was room
  std::array<std::int64_t, kStreams> tidied_ns_{};
  std::array<std::uint64_t, kStreams> tidied_at_{};  // segments opened by then
  std::string failure_;
  std::atomic<bool> failed_{false};
  std::array<std::atomic<bool>, kStreams> full_{};
  std::atomic<Space> space_{Space::Normal};
  std::atomic<std::int64_t> beat_ns_;
  alignas(64) std::atomic<bool> shut_{false};  // alone on its line: the core reads it each time
  alignas(64) std::atomic_flag busy_{};
};
}  // namespace sq::wal
