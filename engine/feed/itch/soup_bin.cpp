#include "engine/feed/itch/soup_bin.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "engine/feed/wire_bytes.hpp"
#include "engine/types/check.hpp"

namespace sq::feed::itch {
namespace {
constexpr std::size_t kLengthBytes = 2;
constexpr std::size_t kPacketBytesMax = kLengthBytes + 0xFFFF;
constexpr std::size_t kSessionBytes = 10;
constexpr std::size_t kSequenceBytes = 20;

std::string_view trimmed(std::span<const std::byte> field) {
  std::string_view text{reinterpret_cast<const char*>(field.data()), field.size()};
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// Digits only, with spaces around them.
std::optional<std::uint64_t> parse_sequence(std::span<const std::byte> field) {
  const std::string_view text = trimmed(field);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

enum class Pad : std::uint8_t { Left, Right };
std::byte* put_text(std::byte* to, std::size_t width, std::string_view text, Pad pad) {
  std::memset(to, ' ', width);
  const std::size_t size = std::min(text.size(), width);
  if (size != 0) std::memcpy(to + (pad == Pad::Left ? width - size : 0), text.data(), size);
  return to + width;
}
std::byte* put_sequence(std::byte* to, std::uint64_t sequence) {
  char digits[kSequenceBytes];
  const auto written = std::to_chars(digits, digits + sizeof(digits), sequence);
  const std::string_view text{digits, static_cast<std::size_t>(written.ptr - digits)};
  return put_text(to, kSequenceBytes, text, Pad::Left);
}
}  // namespace

std::string_view text_of(SoupProblem problem) noexcept {
  switch (problem) {
    case SoupProblem::None:
      return "none";
    case SoupProblem::EmptyPacket:
      return "packet without a type";
    case SoupProblem::UnexpectedPacket:
      return "packet of a type that may not come now";
    case SoupProblem::BadLogin:
      return "login packet with a malformed field";
    case SoupProblem::PeerSilent:
      return "nothing received for 15 s";
    case SoupProblem::LoginTimedOut:
      return "login not completed in 30 s";
    case SoupProblem::Rejected:
      return "login rejected";
    case SoupProblem::OutputFull:
      return "the peer does not read";
  }
  return "?";
}

SoupFramer::SoupFramer() : partial_(kPacketBytesMax) {}

void SoupFramer::reset() noexcept {
  input_ = {};
  held_ = 0;
  broken_ = false;
}

void SoupFramer::give(std::span<const std::byte> bytes) {
  SQ_CHECK(input_.empty() || broken_);
  input_ = bytes;
}

// Moves bytes from the input behind the held ones until there are `wanted`.
bool SoupFramer::fill_to(std::size_t wanted) noexcept {
  if (held_ >= wanted) return true;
  const std::size_t count = std::min(wanted - held_, input_.size());
  if (count != 0) std::memcpy(partial_.data() + held_, input_.data(), count);
  held_ += count;
  input_ = input_.subspan(count);
  return held_ == wanted;
}

bool SoupFramer::take(SoupPacket& out) noexcept {
  if (broken_) return false;
  const std::byte* packet = input_.data();
  std::size_t length = 0;
  if (held_ == 0 && input_.size() >= kLengthBytes) {
    length = load_big<std::uint16_t>(packet);
    if (input_.size() >= kLengthBytes + length) {
      input_ = input_.subspan(kLengthBytes + length);
    } else {
      static_cast<void>(fill_to(kLengthBytes + length));
      return false;
    }
  } else {
    if (!fill_to(kLengthBytes)) return false;
    packet = partial_.data();
    length = load_big<std::uint16_t>(packet);
    if (!fill_to(kLengthBytes + length)) return false;
    held_ = 0;
  }
  if (length == 0) {
    broken_ = true;
    return false;
  }
  out.type = static_cast<SoupType>(packet[kLengthBytes]);
  out.payload = {packet + kLengthBytes + 1, length - 1};
  return true;
}

bool SoupOutput::put(SoupType type, std::span<const std::byte> payload) noexcept {
  const std::size_t needed = kLengthBytes + 1 + payload.size();
  if (needed > kPacketBytesMax || needed > bytes_.size() - (end_ - begin_)) return false;
  if (needed > bytes_.size() - end_) {
    std::memmove(bytes_.data(), bytes_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  std::byte* to = bytes_.data() + end_;
  store_big(to, static_cast<std::uint16_t>(payload.size() + 1));
  to[kLengthBytes] = static_cast<std::byte>(type);
  if (!payload.empty()) std::memcpy(to + kLengthBytes + 1, payload.data(), payload.size());
  end_ += needed;
  return true;
}

void SoupOutput::sent(std::size_t count) noexcept {
  SQ_CHECK(count <= end_ - begin_);
  begin_ += count;
  if (begin_ == end_) clear();
}

void write_login(std::span<std::byte, kSoupLoginBytes> to, const SoupLogin& login) noexcept {
  std::byte* at = put_text(to.data(), 6, login.user.view(), Pad::Right);
  at = put_text(at, 10, login.password.view(), Pad::Right);
  at = put_text(at, kSessionBytes, login.session.view(), Pad::Left);
  put_sequence(at, login.sequence);
}

void write_accept(std::span<std::byte, kSoupAcceptBytes> to, const SoupAccept& accept) noexcept {
  put_sequence(put_text(to.data(), kSessionBytes, accept.session.view(), Pad::Left),
               accept.sequence);
}

std::optional<SoupLogin> parse_login(std::span<const std::byte> payload) noexcept {
  constexpr std::size_t kHeartbeatField = 5;
  if (payload.size() != kSoupLoginBytes && payload.size() != kSoupLoginBytes + kHeartbeatField)
    return std::nullopt;
  const auto sequence = parse_sequence(payload.subspan(26, kSequenceBytes));
  if (!sequence) return std::nullopt;
  SoupLogin login;
  login.user = FixedText<6>{trimmed(payload.first(6))};
  login.password = FixedText<10>{trimmed(payload.subspan(6, 10))};
  login.session = SoupSessionName{trimmed(payload.subspan(16, kSessionBytes))};
  login.sequence = *sequence;
  return login;
}

std::optional<SoupAccept> parse_accept(std::span<const std::byte> payload) noexcept {
  if (payload.size() != kSoupAcceptBytes) return std::nullopt;
  const auto sequence = parse_sequence(payload.subspan(kSessionBytes));
  if (!sequence || *sequence == 0) return std::nullopt;
  return SoupAccept{SoupSessionName{trimmed(payload.first(kSessionBytes))}, *sequence};
}
}  // namespace sq::feed::itch
