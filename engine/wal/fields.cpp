#include "engine/wal/fields.hpp"

namespace sq::wal {
void Fields::put(std::string_view name, std::string_view value, bool quoted) {
  if (out_.size() > 1) out_ += json() ? ',' : ' ';
  if (json()) {
    out_ += '"';
    out_ += name;
    out_ += "\":";
    if (quoted) out_ += '"';
  } else {
    out_ += name;
    out_ += '=';
  }
  const bool spaced = !json() && value.find_first_of(" \"=") != std::string_view::npos;
  if (spaced) out_ += '"';
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if ((json() || spaced) && (c == '"' || c == '\\')) {
      out_ += '\\';
      out_ += c;
    } else if (byte < 0x20 || byte == 0x7F || byte >= 0x80) {  // one record, one line of ASCII
      constexpr std::string_view kHex = "0123456789abcdef";
      out_ += "\\u00";
      out_ += kHex[byte >> 4U];
      out_ += kHex[byte & 15U];
    } else {
      out_ += c;
    }
  }
  if ((json() && quoted) || spaced) out_ += '"';
}
}  // namespace sq::wal
