// One WebSocket connection after its handshake, without a socket: bytes in, messages out; messages
// in, bytes out. Answers pings and closes, notices a silent peer, ends at the first violation.
// Thread: the owner's. Cost: message_reader.hpp, frame_writer.hpp. Time is the caller's.
// Errors: state() and end(): what ended it, by whom. What is sent after the end is dropped.
// Source: RFC 6455, 5.5, 7; faults N01 (half-open), N02 (pings), N04 (framing).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/net/send_buffer.hpp"
#include "engine/net/websocket/frame_writer.hpp"
#include "engine/net/websocket/message_reader.hpp"
#include "engine/types/time.hpp"

namespace sq::net {
struct WebSocketSettings {
  WebSocketRole role{WebSocketRole::Client};
  std::size_t message_bytes_max{std::size_t{16} << 20U};
  std::int64_t silence_ns_max{
      0};  // without any byte: a ping; twice that: the peer is gone; 0: never
  std::int64_t close_wait_ns_max{2 * kNsPerSecond};  // for the answer to our Close, and its end
};

enum class WebSocketState : std::uint8_t {
  Open,
  Closing,  // our Close was sent: messages still come, until the peer's
  Ended     // send what waits, then close the socket
};
struct WebSocketEnd {
  std::uint16_t code{close_code::kAbnormal};
  bool by_peer{false};
  bool clean{false};  // both Close frames were exchanged
  std::string reason;
};

class WebSocketSession {
 public:
  WebSocketSession(const WebSocketSettings& settings, MonoTime now);

  // Bytes from the peer are received into room(), then told.
  [[nodiscard]] std::span<std::byte> room(std::size_t bytes_min) { return reader_.room(bytes_min); }
  void received(std::size_t bytes, MonoTime now) noexcept;
  // The socket has ended without a word.
  void disconnected(std::string_view why);

  struct Message {
    Opcode opcode{Opcode::Text};
    std::span<const std::byte> payload;
    [[nodiscard]] std::string_view text() const noexcept {
      return {reinterpret_cast<const char*>(payload.data()), payload.size()};
    }
  };
  // The next message; false: none now. Valid until the next call of room() or next().
  [[nodiscard]] bool next(Message& message, MonoTime now);

  void send(Opcode opcode, std::span<const std::byte> payload);
  void send_text(std::string_view text) {
    send(Opcode::Text, {reinterpret_cast<const std::byte*>(text.data()), text.size()});
  }
  void ping(std::span<const std::byte> payload);
  void close(std::uint16_t code, std::string_view reason, MonoTime now);
  // Pings and deadlines. Call it every now and then.
  void on_time(MonoTime now);

  [[nodiscard]] SendBuffer& out() noexcept { return out_; }
  [[nodiscard]] WebSocketState state() const noexcept { return state_; }
  [[nodiscard]] const WebSocketEnd& end() const noexcept { return end_; }  // once Ended
  [[nodiscard]] std::uint64_t pings_answered() const noexcept { return pings_answered_; }

 private:
  void finish(std::uint16_t code, bool by_peer, bool clean, std::string_view reason);
  void on_peer_close();

  WebSocketSettings settings_;
  MessageReader reader_;
  FrameWriter writer_;
  SendBuffer out_;
  WebSocketState state_{WebSocketState::Open};
  WebSocketEnd end_;
  MonoTime heard_;
  MonoTime close_sent_{};
  bool pinged_{false};  // since it was heard last
  std::uint64_t pings_answered_{0};
};
}  // namespace sq::net
