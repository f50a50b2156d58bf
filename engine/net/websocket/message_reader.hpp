// Turns received bytes into WebSocket messages and control frames, in place: bytes are received
// into the reader's buffer, and a message is a view of it; fragments are moved together there.
// Thread: the owner's. Cost: nothing is copied of an unfragmented message; text is checked as it
// comes. The buffer grows to the largest message there was, never beyond the limit; compact when
// messages are taken before more is received. Errors: the first violation ends it: Failed, with the
// close code to send and what was wrong; the bytes behind it are never looked at.
// Source: RFC 6455, 5 (framing), 7.4 (close codes), 8.1 (text); no extensions are negotiated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/net/websocket/frame.hpp"
#include "engine/net/websocket/utf8.hpp"

namespace sq::net {
// Bytes that are readable behind every payload that is handed out; what they hold is undefined.
constexpr std::size_t kMessageSlack = 64;

class MessageReader {
 public:
  // `role`: ours. `message_bytes_max`: of a message, all its fragments together.
  MessageReader(WebSocketRole role, std::size_t message_bytes_max);

  // Room of at least `bytes_min` for what is received next; views of messages end here.
  [[nodiscard]] std::span<std::byte> room(std::size_t bytes_min);
  void received(std::size_t bytes) noexcept { end_ += bytes; }

  enum class Event : std::uint8_t { NeedMore, Message, Ping, Pong, Close, Failed };
  // The next thing in the bytes received. After Close, NeedMore for ever: what follows is ignored.
  [[nodiscard]] Event next();

  // Of the last Message, Ping, Pong: valid until room() or next().
  [[nodiscard]] Opcode opcode() const noexcept { return opcode_; }
  [[nodiscard]] std::span<const std::byte> payload() const noexcept { return payload_; }
  [[nodiscard]] std::string_view text() const noexcept {
    return {reinterpret_cast<const char*>(payload_.data()), payload_.size()};
  }
  // Of Close: what the peer gave, kNone without a code. Of Failed: what to send.
  [[nodiscard]] std::uint16_t code() const noexcept { return code_; }
  [[nodiscard]] std::string_view reason() const noexcept { return reason_; }

 private:
  struct Header {
    bool fin{false};
    Opcode opcode{Opcode::Continuation};
    std::uint64_t length{0};
    std::uint32_t mask{0};  // as it lies in memory
  };
  enum class Parsed : std::uint8_t { NeedMore, Header, Failed };
  [[nodiscard]] Parsed parse_header();
  [[nodiscard]] Event take_control();
  [[nodiscard]] Event take_close();
  [[nodiscard]] Event take_data();
  Event fail(std::uint16_t code, std::string_view what) noexcept;
  [[nodiscard]] std::size_t available() const noexcept { return end_ - at_; }
  [[nodiscard]] std::size_t capacity() const noexcept { return buffer_.size() - kMessageSlack; }
  void unmask(std::size_t from, std::size_t to) noexcept;

  WebSocketRole role_;
  std::size_t message_max_;
  std::vector<std::byte> buffer_;
  // [message_, message_end_) the payload so far of the message that is open; [at_, end_) bytes not
  // looked at, from the payload of the frame that is open, else from a frame header.
  std::size_t message_{0};
  std::size_t message_end_{0};
  std::size_t at_{0};
  std::size_t end_{0};
  bool given_{false};  // payload_ is a message that was handed out

  bool in_frame_{false};
  Header frame_;
  std::uint64_t taken_{0};  // of the data frame's payload, moved to the message
  bool in_message_{false};  // a fragmented message, or a data frame, is open
  Opcode message_opcode_{Opcode::Text};
  Utf8 utf8_;

  Opcode opcode_{Opcode::Text};
  std::span<const std::byte> payload_;
  std::uint16_t code_{0};
  std::string_view reason_;
  bool ended_{false};
  bool failed_{false};
};
}  // namespace sq::net
