#include "engine/feed/itch/mold_udp.hpp"

#include <algorithm>
#include <cstring>

#include "engine/types/check.hpp"

namespace sq::feed::itch {
namespace {
constexpr std::size_t kSequenceAt = 10;
constexpr std::size_t kCountAt = 18;

void put_header(std::byte* to, const MoldSession& session, std::uint64_t sequence,
                std::uint16_t count) noexcept {
  std::memcpy(to, session.data(), session.size());
  store_big(to + kSequenceAt, sequence);
  store_big(to + kCountAt, count);
}
}  // namespace

MoldSession mold_session(std::string_view text) noexcept {
  MoldSession session;
  session.fill(' ');
  std::copy_n(text.begin(), std::min(text.size(), session.size()), session.begin());
  return session;
}

std::string_view text_of(MoldError error) noexcept {
  switch (error) {
    case MoldError::TooShort:
      return "MoldUDP64 packet shorter than its header";
    case MoldError::MessageCutOff:
      return "MoldUDP64 packet ends inside a message";
    case MoldError::BytesLeftOver:
      return "MoldUDP64 packet with bytes behind its last message";
  }
  return "?";
}

std::expected<MoldPacket, MoldError> parse_mold(std::span<const std::byte> datagram) noexcept {
  if (datagram.size() < kMoldHeaderBytes) return std::unexpected(MoldError::TooShort);
  MoldPacket packet;
  std::memcpy(packet.session.data(), datagram.data(), packet.session.size());
  packet.sequence = load_big<std::uint64_t>(datagram.data() + kSequenceAt);
  packet.count = load_big<std::uint16_t>(datagram.data() + kCountAt);
  const std::span<const std::byte> body = datagram.subspan(kMoldHeaderBytes);
  if (packet.count == kMoldEndOfSession) {
    packet.end_of_session = true;
    packet.count = 0;
  }
  std::size_t at = 0;
  for (std::uint16_t i = 0; i < packet.count; ++i) {
    if (body.size() - at < 2) return std::unexpected(MoldError::MessageCutOff);
    const std::size_t length = load_big<std::uint16_t>(body.data() + at);
    if (body.size() - at - 2 < length) return std::unexpected(MoldError::MessageCutOff);
    at += 2 + length;
  }
  if (at != body.size()) return std::unexpected(MoldError::BytesLeftOver);
  packet.messages = MoldBlocks{body};
  return packet;
}

MoldRequestBytes encode(const MoldRequest& request) noexcept {
  MoldRequestBytes bytes{};
  put_header(bytes.data(), request.session, request.sequence, request.count);
  return bytes;
}

std::expected<MoldRequest, MoldError> parse_mold_request(
    std::span<const std::byte> datagram) noexcept {
  if (datagram.size() < kMoldHeaderBytes) return std::unexpected(MoldError::TooShort);
  if (datagram.size() > kMoldHeaderBytes) return std::unexpected(MoldError::BytesLeftOver);
  MoldRequest request;
  std::memcpy(request.session.data(), datagram.data(), request.session.size());
  request.sequence = load_big<std::uint64_t>(datagram.data() + kSequenceAt);
  request.count = load_big<std::uint16_t>(datagram.data() + kCountAt);
  return request;
}

MoldWriter::MoldWriter(const MoldSession& session, std::size_t bytes_max)
    : bytes_(std::max(bytes_max, kMoldHeaderBytes)) {
  put_header(bytes_.data(), session, 0, 0);
}

void MoldWriter::begin(std::uint64_t sequence) noexcept {
  store_big(bytes_.data() + kSequenceAt, sequence);
  used_ = kMoldHeaderBytes;
  count_ = 0;
}

bool MoldWriter::add(std::span<const std::byte> message) noexcept {
  const std::size_t needed = 2 + message.size();
  if (message.size() > 0xFFFF || bytes_.size() - used_ < needed || count_ == kMoldEndOfSession - 1)
    return false;
  store_big(bytes_.data() + used_, static_cast<std::uint16_t>(message.size()));
  if (!message.empty()) std::memcpy(bytes_.data() + used_ + 2, message.data(), message.size());
  used_ += needed;
  ++count_;
  return true;
}

std::span<const std::byte> MoldWriter::packet() noexcept {
  store_big(bytes_.data() + kCountAt, count_);
  return {bytes_.data(), used_};
}

std::span<const std::byte> MoldWriter::bare(std::uint64_t next, std::uint16_t count) noexcept {
  begin(next);
  store_big(bytes_.data() + kCountAt, count);
  return {bytes_.data(), kMoldHeaderBytes};
}

std::span<const std::byte> MoldWriter::heartbeat(std::uint64_t next) noexcept {
  return bare(next, kMoldHeartbeat);
}
std::span<const std::byte> MoldWriter::end_of_session(std::uint64_t next) noexcept {
  return bare(next, kMoldEndOfSession);
}
}  // namespace sq::feed::itch
