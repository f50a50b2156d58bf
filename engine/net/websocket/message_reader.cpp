#include "engine/net/websocket/message_reader.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "engine/types/check.hpp"

namespace sq::net {
namespace {
constexpr std::size_t kBufferFirst = 16U << 10U;

std::uint8_t byte_at(const std::vector<std::byte>& buffer, std::size_t at) noexcept {
  return std::to_integer<std::uint8_t>(buffer[at]);
}
std::uint64_t big_endian(const std::byte* bytes, std::size_t n) noexcept {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < n; ++i)
    value = value << 8U | std::to_integer<std::uint64_t>(bytes[i]);
  return value;
}
}  // namespace

MessageReader::MessageReader(WebSocketRole role, std::size_t message_bytes_max)
    : role_{role},
      message_max_{message_bytes_max},
      buffer_(std::min(kBufferFirst, message_bytes_max) + kMessageSlack) {}

std::span<std::byte> MessageReader::room(std::size_t bytes_min) {
  if (given_) {  // taken by now
    message_ = message_end_ = at_;
    given_ = false;
  }
  payload_ = {};
  if (message_ != 0 && (end_ == message_ || capacity() - end_ < bytes_min)) {
    std::memmove(buffer_.data(), buffer_.data() + message_, end_ - message_);
    message_end_ -= message_;
    at_ -= message_;
    end_ -= message_;
    message_ = 0;
  }
  if (capacity() - end_ < bytes_min)
    buffer_.resize(std::max(2 * capacity(), end_ + bytes_min) + kMessageSlack);
  return {buffer_.data() + end_, capacity() - end_};
}

MessageReader::Event MessageReader::fail(std::uint16_t code, std::string_view what) noexcept {
  failed_ = true;
  code_ = code;
  reason_ = what;
  payload_ = {};
  return Event::Failed;
}

MessageReader::Parsed MessageReader::parse_header() {
  const auto refuse = [&](std::uint16_t code, std::string_view what) {
    static_cast<void>(fail(code, what));
    return Parsed::Failed;
  };
  constexpr std::uint16_t kError = close_code::kProtocolError;
  if (available() < 1) return Parsed::NeedMore;
  const std::uint8_t first = byte_at(buffer_, at_);
  if ((first & 0x70U) != 0) return refuse(kError, "a reserved bit is set");
  frame_.fin = (first & 0x80U) != 0;
  frame_.opcode = Opcode{static_cast<std::uint8_t>(first & 0x0FU)};
  switch (frame_.opcode) {
    case Opcode::Continuation:
      if (!in_message_) return refuse(kError, "a continuation of nothing");
      break;
    case Opcode::Text:
    case Opcode::Binary:
      if (in_message_) return refuse(kError, "a new message inside another");
      break;
    case Opcode::Close:
    case Opcode::Ping:
    case Opcode::Pong:
      if (!frame_.fin) return refuse(kError, "a fragmented control frame");
      break;
    default:
      return refuse(kError, "a reserved opcode");
  }
  if (available() < 2) return Parsed::NeedMore;
  const std::uint8_t second = byte_at(buffer_, at_ + 1);
  const bool masked = (second & 0x80U) != 0;
  if (masked != (role_ == WebSocketRole::Server))
    return refuse(kError,
                  masked ? "a masked frame from a server" : "an unmasked frame from a client");
  const std::uint8_t short_length = second & 0x7FU;
  if (is_control(frame_.opcode) && short_length > kControlPayloadMax)
    return refuse(kError, "a control frame of more than 125 bytes");
  const std::size_t extended = short_length == 127 ? 8 : short_length == 126 ? 2 : 0;
  const std::size_t header = 2 + extended + (masked ? 4 : 0);
  if (available() < 2 + extended) return Parsed::NeedMore;
  frame_.length = extended == 0 ? short_length : big_endian(buffer_.data() + at_ + 2, extended);
  if ((extended == 2 && frame_.length < 126) || (extended == 8 && frame_.length <= 0xFFFF))
    return refuse(kError, "a length that is not in its shortest form");
  if (frame_.length >> 63U != 0) return refuse(kError, "a length with its highest bit set");
  if (!is_control(frame_.opcode) &&
      frame_.length > message_max_ - (in_message_ ? message_end_ - message_ : 0))
    return refuse(close_code::kTooBig, "a message longer than the limit");
  if (available() < header) return Parsed::NeedMore;
  if (masked) std::memcpy(&frame_.mask, buffer_.data() + at_ + 2 + extended, 4);
  at_ += header;
  in_frame_ = true;
  taken_ = 0;
  return Parsed::Header;
}

// Bytes of the frame's payload at [from, to) of the buffer; the first is its taken_-th.
void MessageReader::unmask(std::size_t from, std::size_t to) noexcept {
  if (role_ == WebSocketRole::Client) return;
  const std::uint32_t mask = std::rotr(frame_.mask, static_cast<int>(taken_ % 4 * 8));
  const std::uint64_t wide = std::uint64_t{mask} << 32U | mask;
  for (; to - from >= 8; from += 8) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, buffer_.data() + from, sizeof eight);
    eight ^= wide;
    std::memcpy(buffer_.data() + from, &eight, sizeof eight);
  }
  for (std::size_t i = 0; from < to; ++from, ++i)
    buffer_[from] ^= static_cast<std::byte>(mask >> (i % 4 * 8) & 0xFFU);
}

MessageReader::Event MessageReader::next() {
  if (failed_) return Event::Failed;
  if (given_) {
    message_ = message_end_ = at_;
    given_ = false;
  }
  payload_ = {};
  while (!ended_) {
    if (!in_frame_) {
      const Parsed parsed = parse_header();
      if (parsed == Parsed::Failed) return Event::Failed;
      if (parsed == Parsed::NeedMore) return Event::NeedMore;
    }
    const Event event = is_control(frame_.opcode) ? take_control() : take_data();
    if (event != Event::NeedMore || in_frame_) return event;
  }
  at_ = end_;  // behind a Close nothing counts
  return Event::NeedMore;
}

MessageReader::Event MessageReader::take_control() {
  const std::size_t length = frame_.length;
  if (available() < length) return Event::NeedMore;
  unmask(at_, at_ + length);
  payload_ = {buffer_.data() + at_, length};
  opcode_ = frame_.opcode;
  at_ += length;
  in_frame_ = false;
  if (!in_message_) message_ = message_end_ = at_;
  switch (frame_.opcode) {
    case Opcode::Ping:
      return Event::Ping;
    case Opcode::Pong:
      return Event::Pong;
    default:
      return take_close();
  }
}

MessageReader::Event MessageReader::take_close() {
  const std::span<const std::byte> body = payload_;
  code_ = close_code::kNone;
  reason_ = {};
  if (body.size() == 1) return fail(close_code::kProtocolError, "a close frame with half a code");
  if (body.size() >= 2) {
    code_ = static_cast<std::uint16_t>(big_endian(body.data(), 2));
    if (!close_code::may_be_sent(code_))
      return fail(close_code::kProtocolError, "a close code that must not be sent");
    Utf8 utf8;
    if (!utf8.add(body.subspan(2)) || !utf8.whole())
      return fail(close_code::kBadPayload, "a close reason that is not UTF-8");
    reason_ = text().substr(2);
  }
  ended_ = true;
  return Event::Close;
}

// Moves what has come of the frame's payload behind the message so far.
MessageReader::Event MessageReader::take_data() {
  if (frame_.opcode != Opcode::Continuation && !in_message_) {
    in_message_ = true;
    message_opcode_ = frame_.opcode;
    message_ = message_end_ = at_;
    utf8_.reset();
  }
  const std::size_t n = std::min<std::size_t>(available(), frame_.length - taken_);
  unmask(at_, at_ + n);
  if (message_end_ != at_)  // a header, or a control frame, lies between
    std::memmove(buffer_.data() + message_end_, buffer_.data() + at_, n);
  const std::span<const std::byte> added{buffer_.data() + message_end_, n};
  message_end_ += n;
  at_ += n;
  taken_ += n;
  if (message_opcode_ == Opcode::Text && !utf8_.add(added))
    return fail(close_code::kBadPayload, "text that is not UTF-8");
  if (taken_ < frame_.length) return Event::NeedMore;
  in_frame_ = false;
  if (!frame_.fin) return Event::NeedMore;
  if (message_opcode_ == Opcode::Text && !utf8_.whole())
    return fail(close_code::kBadPayload, "text that ends inside a character");
  in_message_ = false;
  given_ = true;
  opcode_ = message_opcode_;
  payload_ = {buffer_.data() + message_, message_end_ - message_};
  return Event::Message;
}
}  // namespace sq::net
