// The bytes of a market data file of our own (".sqmd"), version 1: README.md has the whole layout.
// Thread: plain values. Units: in the fields. Layout: little-endian, no hidden padding.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include "engine/feed/columnar/checksum.hpp"
#include "engine/messaging/record.hpp"

namespace sq::feed::columnar {
constexpr std::uint32_t kVersion = 1;
// The 0x89 is no text, the line ends tell a transfer as text from a damage elsewhere.
constexpr std::array<char, 8> kFileMagic{'\x89', 'S', 'Q', 'M', 'D', '\r', '\n', '\x1A'};
constexpr std::array<char, 8> kEndMagic{'S', 'Q', 'M', 'D', '-', 'E', 'N', 'D'};
constexpr std::uint32_t kSectionMagic = 0x42'43'51'53;  // "SQCB"

// What a reader must be ready for, whatever the file says.
constexpr std::uint32_t kRowsMax = 1U << 16;          // records in a block
constexpr std::uint32_t kLevelsMax = 1U << 17;        // price levels in a block
constexpr std::uint32_t kSectionBytesMax = 1U << 25;  // a section with its header
constexpr std::uint32_t kSymbolsMax = 1U << 24;       // in a file
constexpr std::uint32_t kSymbolNameMax = 255;         // bytes

struct FileHeader {
  std::array<char, 8> magic{kFileMagic};
  std::uint32_t version{kVersion};
  std::uint32_t header_bytes{32};
  std::uint64_t reserved{0};
  std::uint64_t checksum{0};  // XXH3-64 of the bytes before it
};
static_assert(sizeof(FileHeader) == 32);

enum class SectionKind : std::uint16_t { Records = 1, Symbols = 2, Index = 3 };

struct SectionHeader {
  std::uint32_t magic{kSectionMagic};
  SectionKind kind{SectionKind::Records};
  std::uint16_t reserved{0};
  std::uint32_t stored_bytes{0};  // behind this header, a multiple of 8
  std::uint32_t count{0};         // records, symbols or index entries
  WallTime wall_first{};          // lowest and highest receive time of the records
  WallTime wall_last{};
  std::uint64_t instruments{0};       // bit (id mod 64) is set for each instrument that occurs
  std::uint64_t payload_checksum{0};  // XXH3-64 of the stored bytes, seed: offset of the section
  std::uint64_t checksum{0};          // XXH3-64 of the header before it, seed: the same
};
static_assert(sizeof(SectionHeader) == 56);

// One of the index section: where a section lies, and what its header says.
struct IndexEntry {
  std::uint64_t offset{0};
  std::uint32_t stored_bytes{0};
  std::uint32_t count{0};
  SectionKind kind{SectionKind::Records};
  std::uint16_t reserved[3]{};
  WallTime wall_first{};
  WallTime wall_last{};
  std::uint64_t instruments{0};
};
static_assert(sizeof(IndexEntry) == 48);

// The last bytes of a file that was closed.
struct FileEnd {
  std::uint64_t index_offset{0};  // of the index section
  std::uint64_t records{0};       // in the file
  std::uint64_t checksum{0};      // XXH3-64 of the two words before it
  std::array<char, 8> magic{kEndMagic};
};
static_assert(sizeof(FileEnd) == 32);

// One of a symbols section; the name follows, zero filled to a multiple of 8.
struct SymbolEntry {
  std::uint32_t instrument{0};
  std::uint32_t name_bytes{0};
  std::int64_t tick{0};  // Price, raw
  std::int64_t lot{0};   // Qty, raw
};
static_assert(sizeof(SymbolEntry) == 24);

// Behind the header of a records section: the row kinds, then each table with its columns.
struct BlockHeader {
  std::uint32_t rows{0};
  std::uint32_t levels{0};
  std::uint32_t tables{0};
  std::uint32_t reserved{0};
};
static_assert(sizeof(BlockHeader) == 16);

struct TableHeader {
  RecordKind kind{RecordKind::None};
  std::uint16_t columns{0};
  std::uint32_t rows{0};
};
static_assert(sizeof(TableHeader) == 8);

enum class Encoding : std::uint8_t {
  Packed = 1,      // base + scale * q
  Deltas = 2,      // the same, of the difference from the row before
  Dictionary = 3,  // q is a place in a list of values
  SlotDeltas = 4   // as Deltas, from the last row whose instrument has the same id mod 1024
};
enum class Pressing : std::uint8_t { None = 0, Zstd = 1 };

constexpr std::uint8_t kRelative = 0x80;  // added to an Encoding: of the column's reference
// Exceptions are quotients too, signed, in zigzag; with this bit they are differences instead.
constexpr std::uint8_t kUnscaled = 0x80;

struct ColumnHeader {
  std::uint8_t encoding{0};         // Encoding, and kRelative
  std::uint8_t width{0};            // bits of a q, 0 to 64
  std::uint8_t exception_width{0};  // bits of an exception, and kUnscaled
  Pressing pressing{Pressing::None};
  std::uint32_t exceptions{0};
  std::uint32_t stored_bytes{0};  // behind this header, then zeros to a multiple of 8
  std::uint32_t plain_bytes{0};   // before pressing
  std::uint64_t first{0};         // Deltas: the row before the first; Dictionary: entries
  std::uint64_t base{0};
  std::uint64_t scale{1};
};
static_assert(sizeof(ColumnHeader) == 40);
constexpr std::size_t kDictionaryMax = 255;
constexpr std::size_t kSlots = 1024;
constexpr std::size_t kExceptionRowsMax = 1U << 16;  // longer columns have none: places are 16 bits

static_assert(std::has_unique_object_representations_v<SectionHeader> &&
              std::has_unique_object_representations_v<IndexEntry> &&
              std::has_unique_object_representations_v<ColumnHeader>);

[[nodiscard]] inline std::uint64_t checksum_of(const FileHeader& header) noexcept {
  return checksum_of(&header, offsetof(FileHeader, checksum), 0);
}
[[nodiscard]] inline std::uint64_t checksum_of(const FileEnd& end) noexcept {
  return checksum_of(&end, offsetof(FileEnd, checksum), 0);
}
[[nodiscard]] inline std::uint64_t checksum_of(const SectionHeader& header,
                                               std::uint64_t offset) noexcept {
  return checksum_of(&header, offsetof(SectionHeader, checksum), offset);
}
constexpr std::uint64_t padded(std::uint64_t bytes) noexcept { return (bytes + 7) / 8 * 8; }
}  // namespace sq::feed::columnar
