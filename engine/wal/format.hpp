// Log format 1: what lies in segments, rings and the file log.meta. README.md has the same table
// byte by byte, for programs that do not share this code. Little-endian; never renumber.
// Thread: plain values. Cost: none.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "engine/messaging/record.hpp"
#include "engine/types/ids.hpp"

namespace sq::wal {
// One sequence of records, two chains of bytes. The feed log may be lost without losing money.
enum class Stream : std::uint8_t { Order = 0, Feed = 1 };
constexpr std::size_t kStreams = 2;
constexpr std::array<Stream, kStreams> kBothStreams{Stream::Order, Stream::Feed};
constexpr std::size_t index_of(Stream stream) noexcept { return static_cast<std::size_t>(stream); }
constexpr Stream stream_of(RecordKind kind) noexcept {
  return is_market_data(kind) ? Stream::Feed : Stream::Order;
}

constexpr std::uint32_t kFormatVersion = 1;
constexpr std::size_t kHeaderBytes = 4096;  // in front of the records, in segments and rings
constexpr std::uint64_t kSegmentMagic = 0x4745'534C'4157'5153;  // "SQWALSEG"
constexpr std::uint64_t kRingMagic = 0x474E'524C'4157'5153;     // "SQWALRNG"
constexpr std::uint64_t kLeaseMagic = 0x5341'454C'4157'5153;    // "SQWALEAS"
constexpr std::uint64_t kMetaMagic = 0x4154'4D4C'4157'5153;     // "SQWALMTA"

// How far a stream is known to reach. position: bytes of records since the log was created.
struct StreamEnd {
  std::uint64_t position{0};
  std::uint64_t sequence{0};  // of the last record; 0 is none
  std::uint64_t chain{0};     // checksum of the last record, the seed of the next one
  std::uint64_t segment{0};   // number of the file the last record is in; 0 in a mark
  friend bool operator==(const StreamEnd&, const StreamEnd&) = default;
};

// Written in turns into the two slots of the newest segment: what the previous sync made durable.
struct DurableMark {
  StreamEnd end{};
  std::uint64_t checksum{0};  // XXH3 of `end`, seed log_id
  friend bool operator==(const DurableMark&, const DurableMark&) = default;
};
static_assert(sizeof(DurableMark) == 40);

struct SegmentHeader {  // followed by zeros up to kHeaderBytes
  std::uint64_t magic{kSegmentMagic};
  std::uint64_t checksum{0};  // XXH3 of bytes [16, 512), seed 0
  std::uint32_t version{kFormatVersion};
  Stream stream{Stream::Order};
  std::array<std::uint8_t, 3> reserved{};
  std::uint64_t log_id{0};  // drawn when the log is created; tells apart logs of one instance
  FixedText<16> instance{};
  std::uint64_t number{0};             // 1 is the first; also in the file's name
  std::uint64_t first_position{0};     // of the stream, where this segment's records start
  std::uint64_t first_sequence{0};     // of its first record
  std::uint64_t chain_seed{0};         // checksum of the record before; root_of() in segment 1
  std::uint64_t segment_bytes{0};      // size as allocated, header included
  std::uint64_t previous_sequence{0};  // of the record before; 0 in segment 1
  std::array<std::uint8_t, 416> reserved_to_512{};
  std::array<DurableMark, 2> marks{};  // not under the checksum above: each has its own
};
static_assert(offsetof(SegmentHeader, marks) == 512 && sizeof(SegmentHeader) == 592);
static_assert(std::has_unique_object_representations_v<SegmentHeader>);

// First page of a ring file; the ring's bytes follow at kHeaderBytes. Words that threads share are
// used as std::atomic through atomic_of(), each on a cache line of its writer.
struct RingControl {
  std::uint64_t magic{kRingMagic};
  std::uint64_t checksum{0};  // XXH3 of bytes [16, 64), seed 0
  std::uint32_t version{kFormatVersion};
  Stream stream{Stream::Order};
  std::array<std::uint8_t, 3> reserved{};
  std::uint64_t log_id{0};
  std::uint64_t capacity{0};  // bytes, a power of two; a position lies at position % capacity
  FixedText<16> instance{};
  std::uint64_t reserved_to_64{0};
  alignas(64) std::uint64_t head{0};  // core thread: position after the last whole record
  std::array<std::uint64_t, 7> pad_head{};
  alignas(64) std::uint64_t tail{0};  // durability thread: bytes before it are in the segments
  std::array<std::uint64_t, 7> pad_tail{};
  alignas(64) std::uint64_t durable_position{0};  // durability thread: synced to the device
  std::uint64_t durable_sequence{0};
  std::array<std::uint64_t, 6> pad_durable{};
  alignas(64) std::uint64_t state{0};  // RingState
  std::uint64_t failed{0};  // 1: a write or sync failed; what it brought to the device is unknown
  std::array<std::uint64_t, 6> pad_state{};
};
static_assert(sizeof(RingControl) == 320 && offsetof(RingControl, head) == 64);
static_assert(offsetof(RingControl, tail) == 128 && offsetof(RingControl, state) == 256);

enum class RingState : std::uint64_t {
  Live = 0,
  Closed = 1,   // orderly end: everything is in the segments
  Replaced = 2  // the log was opened again and has a new ring of the same name
};

enum class LogState : std::uint8_t { Open = 1, Clean = 2 };
constexpr std::size_t kRingPathMax = 512;
struct MetaFile {  // log.meta, padded with zeros to kHeaderBytes
  std::uint64_t magic{kMetaMagic};
  std::uint64_t checksum{0};  // XXH3 of bytes [16, 4096), seed 0
  std::uint32_t version{kFormatVersion};
  LogState state{LogState::Open};
  std::array<std::uint8_t, 3> reserved{};
  std::uint64_t log_id{0};
  FixedText<16> instance{};
  std::array<std::uint64_t, kStreams> ring_bytes{};
  std::uint64_t segment_bytes{0};
  std::uint64_t reserved_word{0};
  // Clean: where the streams end. Open: where they ended when the log was last opened.
  std::array<StreamEnd, kStreams> ends{};
  std::array<std::array<char, kRingPathMax>, kStreams> ring_paths{};
};
static_assert(offsetof(MetaFile, ends) == 80 && offsetof(MetaFile, ring_paths) == 144);
static_assert(std::has_unique_object_representations_v<MetaFile>);

// Seed of a stream's first record.
constexpr std::uint64_t root_of(std::uint64_t log_id, Stream stream) noexcept {
  return log_id + index_of(stream);
}
}  // namespace sq::wal
