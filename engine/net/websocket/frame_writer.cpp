#include "engine/net/websocket/frame_writer.hpp"

#include <sys/random.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace sq::net {
namespace {
// The header without a mask key, shortest form. Its length.
std::size_t put_header(std::byte* at, Opcode opcode, bool fin, bool masked, std::size_t length) {
  const std::uint8_t mask_bit = masked ? 0x80U : 0U;
  at[0] = static_cast<std::byte>((fin ? 0x80U : 0U) | static_cast<std::uint8_t>(opcode));
  std::size_t extended = 0;
  if (length <= 125) {
    at[1] = static_cast<std::byte>(mask_bit | length);
  } else {
    extended = length <= 0xFFFF ? 2 : 8;
    at[1] = static_cast<std::byte>(mask_bit | (extended == 2 ? 126U : 127U));
    for (std::size_t i = 0; i < extended; ++i)
      at[2 + i] = static_cast<std::byte>(length >> (8 * (extended - 1 - i)) & 0xFFU);
  }
  return 2 + extended;
}

void copy_masked(std::byte* to, std::span<const std::byte> from, std::uint32_t mask) noexcept {
  const std::uint64_t wide = std::uint64_t{mask} << 32U | mask;
  std::size_t i = 0;
  for (; i + 8 <= from.size(); i += 8) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, from.data() + i, sizeof eight);
    eight ^= wide;
    std::memcpy(to + i, &eight, sizeof eight);
  }
  for (; i < from.size(); ++i)
    to[i] = from[i] ^ static_cast<std::byte>(mask >> (i % 4 * 8) & 0xFFU);
}
}  // namespace

std::uint32_t FrameWriter::next_mask() {
  if (next_ == masks_.size()) {
    auto* at = reinterpret_cast<char*>(masks_.data());
    for (std::size_t got = 0; got < sizeof masks_;) {
      const ssize_t n = ::getrandom(at + got, sizeof masks_ - got, 0);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) throw std::system_error(errno, std::generic_category(), "getrandom");
      got += static_cast<std::size_t>(n);
    }
    next_ = 0;
  }
  return masks_[next_++];
}

void FrameWriter::write(SendBuffer& out, Opcode opcode, std::span<const std::byte> payload,
                        bool fin) {
  const bool masked = role_ == WebSocketRole::Client;
  const std::uint32_t mask = masked ? next_mask() : 0;
  std::byte* const at = out.room(kFrameHeaderMax + payload.size());
  std::size_t n = put_header(at, opcode, fin, masked, payload.size());
  if (masked) {
    std::memcpy(at + n, &mask, sizeof mask);
    n += sizeof mask;
    copy_masked(at + n, payload, mask);
  } else if (!payload.empty()) {
    std::memcpy(at + n, payload.data(), payload.size());
  }
  out.added(n + payload.size());
}

void FrameWriter::write_close(SendBuffer& out, std::uint16_t code, std::string_view reason) {
  std::array<std::byte, kControlPayloadMax> body{};
  std::size_t length = 0;
  if (code != close_code::kNone) {
    body[0] = static_cast<std::byte>(code >> 8U);
    body[1] = static_cast<std::byte>(code & 0xFFU);
    std::size_t n = std::min(reason.size(), body.size() - 2);
    // Not inside a character: a continuation byte is no place to cut.
    while (n > 0 && n < reason.size() && (static_cast<unsigned char>(reason[n]) & 0xC0U) == 0x80U)
      --n;
    if (n != 0) std::memcpy(body.data() + 2, reason.data(), n);
    length = 2 + n;
  }
  write(out, Opcode::Close, {body.data(), length});
}
}  // namespace sq::net
