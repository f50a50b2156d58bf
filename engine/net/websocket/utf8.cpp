#include "engine/net/websocket/utf8.hpp"

#include <cstring>

namespace sq::net {
bool Utf8::lead(std::uint8_t byte) noexcept {
  low_ = 0x80;
  high_ = 0xBF;
  if (byte < 0x80) return true;
  if (byte >= 0xC2 && byte <= 0xDF) {
    wanted_ = 1;
  } else if (byte >= 0xE0 && byte <= 0xEF) {
    wanted_ = 2;
    if (byte == 0xE0) low_ = 0xA0;   // overlong
    if (byte == 0xED) high_ = 0x9F;  // surrogates
  } else if (byte >= 0xF0 && byte <= 0xF4) {
    wanted_ = 3;
    if (byte == 0xF0) low_ = 0x90;   // overlong
    if (byte == 0xF4) high_ = 0x8F;  // beyond U+10FFFF
  } else {
    return false;
  }
  return true;
}

bool Utf8::add(std::span<const std::byte> bytes) noexcept {
  if (!valid_) return false;
  const std::byte* at = bytes.data();
  const std::byte* const end = at + bytes.size();
  while (at != end) {
    if (wanted_ == 0) {
      std::uint64_t eight = 0;
      while (end - at >= 8) {
        std::memcpy(&eight, at, sizeof eight);
        if ((eight & 0x8080'8080'8080'8080U) != 0) break;
        at += 8;
      }
      if (at == end) break;
      if (!lead(std::to_integer<std::uint8_t>(*at++))) return valid_ = false;
      continue;
    }
    const auto byte = std::to_integer<std::uint8_t>(*at++);
    if (byte < low_ || byte > high_) return valid_ = false;
    low_ = 0x80;
    high_ = 0xBF;
    --wanted_;
  }
  return true;
}
}  // namespace sq::net
