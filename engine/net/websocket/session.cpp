#include "engine/net/websocket/session.hpp"

namespace sq::net {
WebSocketSession::WebSocketSession(const WebSocketSettings& settings, MonoTime now)
    : settings_{settings},
      reader_{settings.role, settings.message_bytes_max},
      writer_{settings.role},
      heard_{now} {}

void WebSocketSession::received(std::size_t bytes, MonoTime now) noexcept {
  reader_.received(bytes);
  if (bytes == 0) return;
  heard_ = now;
  pinged_ = false;
}

void WebSocketSession::finish(std::uint16_t code, bool by_peer, bool clean,
                              std::string_view reason) {
  if (state_ == WebSocketState::Ended) return;
  state_ = WebSocketState::Ended;
  end_ = {code, by_peer, clean, std::string{reason}};
}

void WebSocketSession::disconnected(std::string_view why) {
  out_.clear();
  finish(close_code::kAbnormal, true, false, why);
}

bool WebSocketSession::next(Message& message, MonoTime now) {
  while (state_ != WebSocketState::Ended) {
    switch (reader_.next()) {
      case MessageReader::Event::NeedMore:
        return false;
      case MessageReader::Event::Message:
        message = {reader_.opcode(), reader_.payload()};
        return true;
      case MessageReader::Event::Ping:
        if (state_ != WebSocketState::Open) break;
        writer_.write(out_, Opcode::Pong, reader_.payload());
        ++pings_answered_;
        break;
      case MessageReader::Event::Pong:
        break;
      case MessageReader::Event::Close:
        on_peer_close();
        break;
      case MessageReader::Event::Failed:
        if (state_ == WebSocketState::Open) {
          writer_.write_close(out_, reader_.code(), reader_.reason());
          close_sent_ = now;
        }
        finish(reader_.code(), false, false, reader_.reason());
        break;
    }
  }
  return false;
}

// The answer repeats the peer's code; one without a code is answered in kind.
void WebSocketSession::on_peer_close() {
  const bool ours_first = state_ == WebSocketState::Closing;
  if (!ours_first) writer_.write_close(out_, reader_.code(), {});
  finish(reader_.code(), !ours_first, true, reader_.reason());
}

void WebSocketSession::send(Opcode opcode, std::span<const std::byte> payload) {
  if (state_ == WebSocketState::Open) writer_.write(out_, opcode, payload);
}
void WebSocketSession::ping(std::span<const std::byte> payload) {
  if (state_ == WebSocketState::Open)
    writer_.write(out_, Opcode::Ping, payload.first(std::min(payload.size(), kControlPayloadMax)));
}

void WebSocketSession::close(std::uint16_t code, std::string_view reason, MonoTime now) {
  if (state_ != WebSocketState::Open) return;
  writer_.write_close(out_, code, reason);
  close_sent_ = now;
  state_ = WebSocketState::Closing;
}

void WebSocketSession::on_time(MonoTime now) {
  if (state_ == WebSocketState::Closing && now - close_sent_ >= settings_.close_wait_ns_max)
    return finish(close_code::kAbnormal, false, false, "the peer did not answer our close");
  if (state_ != WebSocketState::Open || settings_.silence_ns_max == 0) return;
  const std::int64_t silence = now - heard_;
  if (silence >= 2 * settings_.silence_ns_max) {
    out_.clear();  // nobody takes it
    return finish(close_code::kAbnormal, false, false, "the peer is silent");
  }
  if (silence >= settings_.silence_ns_max && !pinged_) {
    ping({});
    pinged_ = true;
  }
}
}  // namespace sq::net
