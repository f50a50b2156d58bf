// Which columns a record kind has and how each may be written. A column is one 64-bit word of the
// record: the last four of its header (receive time, sequence in the source, venue time,
// instrument), then those of its payload. Taken whole, words lose nothing, padding included.
// Part of the format: the order of columns and their references never change in a version.
// Thread: constants.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/feed/columnar/format.hpp"
#include "engine/messaging/market_data.hpp"

namespace sq::feed::columnar {
// What the difference in a relative column is from.
enum class Reference : std::uint8_t {
  None,
  Row,     // number of the row among all rows of the block
  Column,  // the value of another column of the table in the same row
  Chain    // last_id of the last row before whose instrument has the same slot, 0 at first
};
// Which encodings are tried (bits 1 << Encoding), as the value and as the difference.
struct ColumnRule {
  std::uint8_t absolute{0};
  std::uint8_t relative{0};
  Reference reference{Reference::None};
  std::uint8_t column{0};  // of Reference::Column
  bool scaled{false};      // values have a common divisor: ticks, lots, microseconds
};

constexpr std::size_t kHeaderColumns = 4;
constexpr std::size_t kFirstWord = 4;  // of the record that is a column
enum HeaderColumn : std::size_t { kWall = 0, kSequence = 1, kVenueTime = 2, kInstrument = 3 };
enum DepthColumn : std::size_t { kFirstId = 4, kLastId = 5, kPreviousId = 6, kLevelCounts = 8 };

struct TableRule {
  RecordKind kind{RecordKind::None};
  std::span<const ColumnRule> columns;  // kHeaderColumns and one a word of the payload
  bool levels{false};                   // Depth: bid_count + ask_count levels follow
};
constexpr std::size_t kTables = 9;
constexpr std::size_t kColumnsMax = 20;

[[nodiscard]] std::span<const TableRule, kTables> table_rules() noexcept;
// kTables: not a kind of market data that this version holds.
[[nodiscard]] constexpr std::size_t table_of(RecordKind kind) noexcept {
  const std::size_t place =
      static_cast<std::size_t>(kind) - static_cast<std::size_t>(RecordKind::DepthUpdate);
  return place < kTables ? place : kTables;
}
// Of a row kind word, or of the second word of a record shifted down.
[[nodiscard]] constexpr std::size_t table_of_word(std::uint64_t word) noexcept {
  return table_of(RecordKind{static_cast<std::uint16_t>(word & 0xFFFF)});
}
[[nodiscard]] const ColumnRule& row_kind_rule() noexcept;  // kind and source of each row
[[nodiscard]] const ColumnRule& level_price_rule() noexcept;
[[nodiscard]] const ColumnRule& level_qty_rule() noexcept;
constexpr std::size_t slot_of(std::uint64_t instrument_word) noexcept {
  return instrument_word % kSlots;
}
// Fills `chain` by Reference::Chain; there is one row or more.
void chain_ids(std::span<const std::uint64_t> last_ids, std::span<const std::uint64_t> instruments,
               std::span<std::uint64_t> chain);
}  // namespace sq::feed::columnar
