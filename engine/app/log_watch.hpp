// Tells the core when its log is short of room, has stalled, has failed or is well again: an input
// like any other, so that a replay refuses the same orders.
// Thread: the core's, once a round of its loop. Cost: a clock read and some loads; a system call on
// a change. Errors: none.
#pragma once

#include <cstdint>

#include "engine/messaging/control.hpp"
#include "engine/wal/log.hpp"

namespace sq::app {
class LogWatch {
 public:
  // heartbeat_ns_max 0: the log thread may take its time (recorded data).
  LogWatch(const wal::Log& log, std::int64_t heartbeat_ns_max) noexcept
      : log_{log}, heartbeat_ns_max_{heartbeat_ns_max} {}

  // True: `record` is the input that says so. `orders_held`: durability strict gave up waiting.
  [[nodiscard]] bool changed(bool orders_held, Record<LogStateChanged>& record);
  [[nodiscard]] LogCondition condition() const noexcept { return told_; }

 private:
  [[nodiscard]] LogCondition look(bool orders_held) const noexcept;

  const wal::Log& log_;
  std::int64_t heartbeat_ns_max_;
  LogCondition told_{LogCondition::Normal};
};
}  // namespace sq::app
