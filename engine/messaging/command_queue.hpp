// Inputs of people towards the core: many cold threads in, the core out, in one order for all of
// them (a pause sent before a start must arrive before it). Records of any kind up to
// kOperatorPayloadMax.
// Thread: try_push any cold thread (they share a lock); peek and pop the core's, which never locks.
// Cost: an empty peek is one load. Errors: full refuses, and the sender hears of it.
// Full: refuse. An operator who cannot be heard must know; the kill latch of the egress does not
// pass through here.
#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <mutex>

#include "engine/messaging/control.hpp"
#include "engine/messaging/message_ring.hpp"

namespace sq {
constexpr std::size_t kOperatorPayloadMax = 160;
struct OperatorInput {
  RecordHeader header{};
  std::array<std::byte, kOperatorPayloadMax> payload{};
};

class CommandQueue {
 public:
  // `capacity`: a power of two.
  explicit CommandQueue(std::uint64_t capacity = 256) : ring_{capacity} {}

  // Stamps the record with its place among the commands. False when full.
  template <class P>
  [[nodiscard]] bool try_push(const Record<P>& record) {
    static_assert(sizeof(P) <= kOperatorPayloadMax);
    OperatorInput input;
    input.header = record.header;
    std::memcpy(input.payload.data(), &record.payload, sizeof(P));
    const std::scoped_lock lock{producers_};
    input.header.source = kSourceAdmin;
    input.header.source_sequence = next_;
    if (!ring_.try_push(input)) return false;
    ++next_;
    return true;
  }
  [[nodiscard]] bool try_push(const AdminCommand& command) {
    return try_push(make_record(RecordKind::AdminCommand, command));
  }

  // The oldest record, valid and writable until pop(); null when there is none.
  [[nodiscard]] RecordHeader* peek() noexcept {
    OperatorInput* const input = ring_.peek();
    return input != nullptr ? &input->header : nullptr;
  }
  void pop() noexcept { ring_.pop(); }

  // Any thread. How often a command was refused.
  [[nodiscard]] std::uint64_t refused() const noexcept { return ring_.refused(); }

 private:
  std::mutex producers_;  // allowed: the senders' among themselves, never the core's
  std::uint64_t next_{1};
  MessageRing<OperatorInput> ring_;
};
}  // namespace sq
