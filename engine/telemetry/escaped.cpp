#include <fmt/format.h>

#include "engine/telemetry/log.hpp"

namespace sq::telemetry {
namespace {
// Bytes of the well-formed UTF-8 character at the start, 0 when it is none (Unicode 15, table 3-7).
std::size_t character_bytes(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto tail = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4 || !tail(1)) return 0;
  if (first < 0xE0) return 2;
  const unsigned second = byte(1);
  if (first < 0xF0) {
    const bool bad = (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F);
    return tail(2) && !bad ? 3 : 0;
  }
  const bool bad = (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F);
  return tail(2) && tail(3) && !bad ? 4 : 0;
}

bool is_control(std::string_view character) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
  switch (character.size()) {
    case 1:
      return byte(0) < 0x20 || byte(0) == 0x7F;
    case 2:
      return byte(0) == 0xC2 && byte(1) < 0xA0;  // C1
    case 3:
      return byte(0) == 0xE2 && byte(1) == 0x80 && (byte(2) | 1) == 0xA9;  // U+2028, U+2029
    default:
      return false;
  }
}
}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t whole = character_bytes(text);
    const std::string_view character = text.substr(0, whole == 0 ? 1 : whole);
    text.remove_prefix(character.size());
    if (character == "\n") {
      out += "\\n";
    } else if (character == "\t") {
      out += "\\t";
    } else if (character == "\r") {
      out += "\\r";
    } else if (character == "\\") {
      out += "\\\\";
    } else if (whole != 0 && !is_control(character)) {
      out += character;
    } else {
      for (const char c : character)
        fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  return out;
}
}  // namespace sq::telemetry
