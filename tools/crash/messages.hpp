// What a writing process tells the oracle, over a pipe that outlives it: 24 bytes, written at once.
// Thread: plain values. Cost: a write of 24 bytes. Errors: false when the pipe is gone.
#pragma once

#include <unistd.h>

#include <cstddef>
#include <cstdint>

#include "engine/messaging/record.hpp"

namespace crash {
enum class Said : std::uint64_t {
  Acknowledged = 1,  // append() returned
  Sent = 2           // the order left for the venue
};
struct Message {
  Said said{Said::Acknowledged};
  std::uint64_t sequence{0};
  std::uint64_t fingerprint{0};
};
static_assert(sizeof(Message) == 24);

// FNV-1a over all but the checksum, which the log sets. Not the log's own hash.
[[nodiscard]] inline std::uint64_t fingerprint(const sq::RecordHeader& record) noexcept {
  const auto* bytes = reinterpret_cast<const unsigned char*>(&record);
  std::uint64_t value = 0xCBF29CE484222325U;
  for (std::size_t i = sizeof record.checksum; i < record.length; ++i)
    value = (value ^ bytes[i]) * 0x100000001B3U;
  return value;
}
[[nodiscard]] inline bool tell(int pipe, const Message& message) noexcept {
  return ::write(pipe, &message, sizeof message) == sizeof message;
}
}  // namespace crash
