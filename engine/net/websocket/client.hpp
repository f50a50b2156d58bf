// A WebSocket client: connection, opening handshake, session. Polled, never blocks.
// Thread: the owner's. Cost: connection.hpp, session.hpp. Errors: state() Ended with why(); a
// refused handshake keeps the answer's head for the caller (429, 418, Retry-After). Source: RFC
// 6455; faults N01, N02, N07.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/net/connection.hpp"
#include "engine/net/http/response_parser.hpp"
#include "engine/net/websocket/session.hpp"

namespace sq::net {
struct WebSocketClientSettings {
  ConnectionSettings connection;
  std::string target{"/"};
  std::vector<std::pair<std::string, std::string>> headers{};
  WebSocketSettings session{};
  std::int64_t handshake_ns_max{5 * kNsPerSecond};  // from our request to the answer
};

class WebSocketClient {
 public:
  WebSocketClient(WebSocketClientSettings settings, MonoTime now);

  enum class State : std::uint8_t { Connecting, Handshake, Open, Closing, Ended };
  // Goes on with what is due. Call it in every turn of the loop.
  void step(MonoTime now);
  // The next message; false: none now. Valid until the next call.
  [[nodiscard]] bool next(WebSocketSession::Message& message, MonoTime now);

  // False: not open; nothing was sent.
  [[nodiscard]] bool send_text(std::string_view text);
  void close(std::uint16_t code, std::string_view reason, MonoTime now);

  [[nodiscard]] State state() const noexcept { return state_; }
  [[nodiscard]] const std::string& why() const noexcept { return why_; }  // it ended
  [[nodiscard]] std::uint16_t close_code() const noexcept { return session_.end().code; }
  [[nodiscard]] const HttpResponseHead& answer() const noexcept { return parser_.head(); }
  // Bytes that the socket has not taken: a peer that reads too slowly.
  [[nodiscard]] std::size_t unsent() const noexcept { return connection_.unsent(); }
  [[nodiscard]] const Connection& connection() const noexcept { return connection_; }

 private:
  void ask(MonoTime now);
  void read_answer(MonoTime now);
  void flush();
  void end(std::string why);

  WebSocketClientSettings settings_;
  Connection connection_;
  HttpResponseParser parser_;
  WebSocketSession session_;
  std::string key_;
  State state_{State::Connecting};
  MonoTime asked_{};
  std::string why_;
};
}  // namespace sq::net
