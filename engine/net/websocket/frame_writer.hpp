// Puts messages and control frames behind what waits to be sent. A client's frames are masked, each
// with a fresh key of the kernel's generator.
// Thread: the owner's. Cost: the copy, xored eight bytes at a time; a system call for the keys of
// 1,024 frames. Errors: std::system_error when the kernel gives no random bytes.
// Source: RFC 6455, 5.2, 5.3.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "engine/net/send_buffer.hpp"
#include "engine/net/websocket/frame.hpp"

namespace sq::net {
class FrameWriter {
 public:
  explicit FrameWriter(WebSocketRole role) noexcept : role_{role} {}

  // `fin` false: the message goes on with Opcode::Continuation.
  void write(SendBuffer& out, Opcode opcode, std::span<const std::byte> payload, bool fin = true);
  // `code` kNone: without one. The reason is cut at 123 bytes, between characters.
  void write_close(SendBuffer& out, std::uint16_t code, std::string_view reason);

 private:
  [[nodiscard]] std::uint32_t next_mask();

  WebSocketRole role_;
  std::array<std::uint32_t, 1024> masks_{};
  std::size_t next_{masks_.size()};
};
}  // namespace sq::net
