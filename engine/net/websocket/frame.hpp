// The vocabulary of WebSocket frames. Source: RFC 6455, 5.2 and 7.4.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sq::net {
enum class Opcode : std::uint8_t {
  Continuation = 0x0,
  Text = 0x1,
  Binary = 0x2,
  Close = 0x8,
  Ping = 0x9,
  Pong = 0xA
};
constexpr bool is_control(Opcode opcode) noexcept {
  return (static_cast<std::uint8_t>(opcode) & 0x8U) != 0;
}

// A client masks what it sends, a server does not.
enum class WebSocketRole : std::uint8_t { Client, Server };

namespace close_code {
constexpr std::uint16_t kNormal = 1000;
constexpr std::uint16_t kGoingAway = 1001;
constexpr std::uint16_t kProtocolError = 1002;
constexpr std::uint16_t kNone = 1005;      // local only: the Close frame had no code
constexpr std::uint16_t kAbnormal = 1006;  // local only: the connection ended without a Close
constexpr std::uint16_t kBadPayload = 1007;
constexpr std::uint16_t kPolicy = 1008;
constexpr std::uint16_t kTooBig = 1009;
constexpr std::uint16_t kInternalError = 1011;
// May stand in a Close frame.
constexpr bool may_be_sent(std::uint16_t code) noexcept {
  if (code >= 3000 && code <= 4999) return true;
  return code >= 1000 && code <= 1014 && code != 1004 && code != kNone && code != kAbnormal;
}
}  // namespace close_code

constexpr std::size_t kControlPayloadMax = 125;
constexpr std::size_t kFrameHeaderMax = 14;  // two bytes, a 64-bit length, a mask
}  // namespace sq::net
