// Reads an order log from the byte layout in engine/wal/README.md. On purpose it shares no code
// with the engine: it is the second opinion of the crash tests. Thread: one. Errors:
// std::runtime_error that names the file and the place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace fold {
// A value at a byte offset, little-endian.
template <class T>
T at(const std::byte* bytes, std::size_t offset) {
  T value;
  std::memcpy(&value, bytes + offset, sizeof value);
  return value;
}
inline std::string text_at(const std::byte* bytes, std::size_t offset, std::size_t size) {
  std::string text(size, '\0');
  std::memcpy(text.data(), bytes + offset, size);
  return text.substr(0, text.find('\0'));
}

struct Record {
  std::uint64_t sequence{0};
  std::uint16_t kind{0};
  std::uint32_t instrument{0};
  const std::byte* payload{nullptr};
  std::size_t payload_bytes{0};
};

struct LogSummary {
  std::string instance;
  bool clean{false};
  bool ring{false};  // the end was read from the ring
  std::uint64_t records{0};
  std::uint64_t bytes{0};
  std::uint64_t last_sequence{0};
};

// Calls `see` with each record of the order stream; a payload is valid during the call.
LogSummary read_orders(const std::filesystem::path& dir,
                       const std::function<void(const Record&)>& see);
}  // namespace fold
