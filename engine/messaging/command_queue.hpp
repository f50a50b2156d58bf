// Commands of people towards the core: many cold threads in, the core out, in one order for all of
// them (a pause sent before a start must arrive before it).
// Thread: try_push any cold thread (they share a lock); peek and pop the core's, which never locks.
// Cost: an empty peek is one load. Errors: full refuses, and the sender hears of it.
// Full: refuse. An operator who cannot be heard must know; the kill latch of the egress does not
// pass through here.
#pragma once

#include <mutex>

#include "engine/messaging/control.hpp"
#include "engine/messaging/message_ring.hpp"

namespace sq {
class CommandQueue {
 public:
  // `capacity`: a power of two.
  explicit CommandQueue(std::uint64_t capacity = 256) : ring_{capacity} {}

  // Stamps the record with its place among the commands. False when full.
  [[nodiscard]] bool try_push(Record<AdminCommand> command) {
    const std::scoped_lock lock{producers_};
    command.header.source = kSourceAdmin;
    command.header.source_sequence = next_;
    if (!ring_.try_push(command)) return false;
    ++next_;
    return true;
  }
  [[nodiscard]] bool try_push(const AdminCommand& command) {
    return try_push(make_record(RecordKind::AdminCommand, command));
  }

  // The oldest command, valid and writable until pop(); null when there is none.
  [[nodiscard]] Record<AdminCommand>* peek() noexcept { return ring_.peek(); }
  void pop() noexcept { ring_.pop(); }

  // Any thread. How often a command was refused.
  [[nodiscard]] std::uint64_t refused() const noexcept { return ring_.refused(); }

 private:
  std::mutex producers_;  // allowed: the senders' among themselves, never the core's
  std::uint64_t next_{1};
  MessageRing<Record<AdminCommand>> ring_;
};
}  // namespace sq
