#include "engine/settings/strict/writer.hpp"

#include <algorithm>

namespace sq::settings {
void Writer::duration(std::string_view key, std::int64_t ns, std::int64_t, std::int64_t, Need) {
  line(key, std::to_string(ns / unit_of_key(key).ns));
}

std::string Writer::quoted(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string result = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      result.append(1, '\\').append(1, c);
    } else if (byte < 0x20 || byte == 0x7F) {
      result.append("\\u00").append(1, kHex[byte >> 4U]).append(1, kHex[byte & 0xFU]);
    } else {
      result += c;
    }
  }
  return result + '"';
}

std::string Writer::bare_or_quoted(std::string_view key) {
  const auto bare = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  };
  return !key.empty() && std::ranges::all_of(key, bare) ? std::string{key} : quoted(key);
}
}  // namespace sq::settings
