// Lays market data records out in the caller's buffer: one layout for the scanner and the parser.
// Thread: any. Cost: a few stores. The caller has checked that the buffer is large enough.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>
#include <span>

#include "engine/messaging/market_data.hpp"

namespace sq::binance {
// The venue's stamps are milliseconds or, where asked for, microseconds: told by their size.
// False: neither, outside 1970 (microseconds: 1973) to 2262.
[[nodiscard]] inline bool wall_from_stamp(std::uint64_t stamp, WallTime& out) noexcept {
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  constexpr std::uint64_t kMillisecondsMax = kMax / kNsPerMs;      // 2262
  constexpr std::uint64_t kMicrosecondsMin = 100'000'000'000'000;  // 1973
  constexpr std::uint64_t kMicrosecondsMax = kMax / kNsPerUs;      // 2262
  const bool milliseconds = stamp <= kMillisecondsMax;
  const bool good = milliseconds || (stamp >= kMicrosecondsMin && stamp <= kMicrosecondsMax);
  out.ns = static_cast<std::int64_t>(good ? stamp : 0) * (milliseconds ? kNsPerMs : kNsPerUs);
  return good;
}

struct Stamp {
  WallTime received{};
  WallTime venue_time{};  // 0: the venue gives none
  InstrumentId instrument{kNoInstrument};
};

constexpr std::size_t kLevelsOffset = sizeof(RecordHeader) + sizeof(DepthHeader);

[[nodiscard]] constexpr std::size_t levels_that_fit(std::size_t bytes) noexcept {
  if (bytes > kRecordLengthMax) bytes = kRecordLengthMax;
  return bytes < kLevelsOffset ? 0 : (bytes - kLevelsOffset) / sizeof(Level);
}

[[nodiscard]] inline Level* levels_in(std::byte* out) noexcept {
  return reinterpret_cast<Level*>(out + kLevelsOffset);
}

inline void write_header(std::byte* out, RecordKind kind, std::size_t payload,
                         const Stamp& stamp) noexcept {
  auto* header = new (out) RecordHeader{};
  header->length = record_length(payload);
  header->kind = kind;
  header->wall = stamp.received;
  header->venue_time = stamp.venue_time;
  header->instrument = stamp.instrument;
}

// The levels are in place already.
inline void write_depth(std::byte* out, RecordKind kind, const Stamp& stamp,
                        const DepthHeader& depth) noexcept {
  const std::size_t levels = std::size_t{depth.bid_count} + depth.ask_count;
  write_header(out, kind, sizeof(DepthHeader) + levels * sizeof(Level), stamp);
  new (out + sizeof(RecordHeader)) DepthHeader{depth};
}

template <class Payload>
void write_record(std::byte* out, RecordKind kind, const Stamp& stamp,
                  const Payload& payload) noexcept {
  write_header(out, kind, sizeof(Payload), stamp);
  new (out + sizeof(RecordHeader)) Payload{payload};
}
}  // namespace sq::binance
