// Captures of several symbols of one venue, each message with the moment it was received, in that
// order. Line formats:
//   <local time> {json}                               one symbol
//   <seconds>: {json}    <url> -> <seconds>: {json}   .0
//   {"t":"recv"|"http","url":...,"ts":<seconds>,"data":"<escaped json>"}  .jsonl, zstd
#pragma once

#include <zstd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace sq::book {
struct CapturedMessage {
  double seconds{0};
  std::string snapshot_of;  // the symbol that a depth snapshot was asked for; empty: a stream
  std::string json;
};

inline std::string whole_file(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  std::string bytes{std::istreambuf_iterator<char>{file}, {}};
  if (path.extension() != ".zst") return bytes;
  std::string text;
  std::vector<char> room(ZSTD_DStreamOutSize());
  ZSTD_DStream* stream = ZSTD_createDStream();
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  while (in.pos < in.size) {
    ZSTD_outBuffer out{room.data(), room.size(), 0};
    const std::size_t result = ZSTD_decompressStream(stream, &out, &in);
    if (ZSTD_isError(result) != 0) throw std::runtime_error(ZSTD_getErrorName(result));
    text.append(room.data(), out.pos);
  }
  ZSTD_freeDStream(stream);
  return text;
}

inline std::string between(std::string_view line, std::string_view before, std::string_view after) {
  const std::size_t at = line.find(before);
  if (at == std::string_view::npos) return {};
  line.remove_prefix(at + before.size());
  return std::string{line.substr(0, line.find(after))};
}

inline bool parse_captured(std::string_view line, CapturedMessage& out) {
  if (line.starts_with("{\"t\":")) {
    const std::size_t data = line.find("\"data\":\"");
    if (data == std::string_view::npos) return false;
    out.seconds = std::strtod(between(line, "\"ts\":", ",").c_str(), nullptr);
    out.snapshot_of = between(line.substr(0, data), "/depth?symbol=", "&");
    for (std::size_t i = data + 8; i < line.size() && line[i] != '"'; ++i) {
      if (line[i] == '\\') ++i;
      out.json += line[i];
    }
    return line.starts_with("{\"t\":\"recv\"") || !out.snapshot_of.empty();
  }
  const std::size_t brace = line.find('{');
  if (brace == std::string_view::npos || line.starts_with("configuration")) return false;
  const std::string_view head = line.substr(0, brace);
  out.snapshot_of = between(head, "/depth?symbol=", "&");
  const std::size_t arrow = head.find("-> ");
  const std::string time{arrow == std::string_view::npos ? head : head.substr(arrow + 3)};
  out.seconds = std::strtod(time.c_str(), nullptr);
  out.json = line.substr(brace);
  return out.seconds > 0 && (arrow == std::string_view::npos || !out.snapshot_of.empty());
}

inline std::vector<CapturedMessage> read_captured(const std::filesystem::path& path) {
  const std::string text = whole_file(path);
  std::vector<CapturedMessage> messages;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    CapturedMessage message;
    if (parse_captured(std::string_view{text}.substr(at, end - at), message))
      messages.push_back(std::move(message));
    at = end + 1;
  }
  std::ranges::stable_sort(messages, {}, &CapturedMessage::seconds);
  return messages;
}
}  // namespace sq::book
