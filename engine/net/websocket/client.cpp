#include "engine/net/websocket/client.hpp"

#include <array>
#include <cstring>

#include "engine/net/websocket/handshake.hpp"

namespace sq::net {
namespace {
constexpr std::size_t kReceiveBytes = 16U << 10U;
std::string host_field(const ConnectionSettings& to) {
  const std::uint16_t usual = to.tls != nullptr ? 443 : 80;
  return to.port == usual ? to.host : to.host + ":" + std::to_string(to.port);
}
}  // namespace

WebSocketClient::WebSocketClient(WebSocketClientSettings settings, MonoTime now)
    : settings_{std::move(settings)},
      connection_{settings_.connection, now},
      session_{settings_.session, now} {}

void WebSocketClient::end(std::string why) {
  if (state_ == State::Ended) return;
  state_ = State::Ended;
  why_ = std::move(why);
  connection_.end();
  connection_.close();
}

void WebSocketClient::step(MonoTime now) {
  if (state_ == State::Ended) return;
  connection_.step(now);
  if (connection_.state() == ConnectionState::Failed) return end(connection_.failure());
  if (state_ == State::Connecting && connection_.open()) ask(now);
  if (state_ == State::Handshake) read_answer(now);
  if (state_ == State::Open || state_ == State::Closing) {
    session_.on_time(now);
    flush();
    if (session_.state() == WebSocketState::Ended) end(session_.end().reason);
  }
}

void WebSocketClient::ask(MonoTime now) {
  key_ = websocket_key();
  const std::string request = websocket_request(host_field(settings_.connection), settings_.target,
                                                key_, settings_.headers);
  parser_.expect(false, true);
  if (!connection_.write({reinterpret_cast<const std::byte*>(request.data()), request.size()}))
    return end(connection_.failure());
  asked_ = now;
  state_ = State::Handshake;
}

void WebSocketClient::read_answer(MonoTime now) {
  std::array<std::byte, 4'096> piece{};
  while (state_ == State::Handshake) {
    const std::size_t n = connection_.read(piece);
    if (n == 0) break;
    const std::size_t used = parser_.feed({piece.data(), n});
    if (parser_.state() == HttpResponseParser::State::Upgraded) {
      if (std::string refusal = websocket_refusal(parser_.head(), key_); !refusal.empty())
        return end(std::move(refusal));
      state_ = State::Open;
      session_ = WebSocketSession{settings_.session, now};
      std::memcpy(session_.room(n).data(), piece.data() + used, n - used);
      session_.received(n - used, now);
      return;
    }
    if (parser_.state() == HttpResponseParser::State::Failed)
      return end("the handshake's answer: " + std::string{parser_.failure()});
    if (parser_.state() != HttpResponseParser::State::Head)  // an answer that is not 101
      return end(websocket_refusal(parser_.head(), key_));
  }
  if (!connection_.open()) return end("the connection ended inside the handshake");
  if (now - asked_ >= settings_.handshake_ns_max) end("no answer to the handshake in time");
}

bool WebSocketClient::next(WebSocketSession::Message& message, MonoTime now) {
  while (state_ == State::Open || state_ == State::Closing) {
    if (session_.next(message, now)) return true;
    flush();
    if (session_.state() == WebSocketState::Ended) {
      end(session_.end().reason);
      return false;
    }
    const std::size_t n = connection_.read(session_.room(kReceiveBytes));
    session_.received(n, now);
    if (n != 0) continue;
    if (connection_.open()) return false;
    session_.disconnected(connection_.failure().empty() ? "the server ended the connection"
                                                        : connection_.failure());
    end(session_.end().reason);
  }
  return false;
}

bool WebSocketClient::send_text(std::string_view text) {
  if (state_ != State::Open) return false;
  session_.send_text(text);
  flush();
  return state_ == State::Open;
}

void WebSocketClient::close(std::uint16_t code, std::string_view reason, MonoTime now) {
  if (state_ != State::Open) return;
  session_.close(code, reason, now);
  state_ = State::Closing;
  flush();
}

void WebSocketClient::flush() {
  SendBuffer& out = session_.out();
  if (out.empty()) return;
  static_cast<void>(connection_.write(out.waiting()));
  out.clear();
}
}  // namespace sq::net
