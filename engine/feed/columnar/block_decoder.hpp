// One block of records as columns: for research, an array a field; for a Source, record by record.
//   if (const auto* trades = block.table(RecordKind::TradePrint))
//     for (const Price price : trades->payload<Price>(offsetof(TradePrint, price))) ...
// Thread: one. Cost: decode 5 to 10 ns a record of one kind; next about 6 ns more. Memory: grows to
// the largest block seen, 12 MB at most for blocks of the usual size.
// Errors: a reason, empty when good; what it gives after a failure is nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "engine/feed/columnar/column_decoder.hpp"
#include "engine/feed/columnar/format.hpp"
#include "engine/feed/columnar/schema.hpp"
#include "engine/messaging/record.hpp"

namespace sq::feed::columnar {
// The records of one kind in a block, in their order. Spans are valid until the next decode().
class KindTable {
 public:
  [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
  [[nodiscard]] std::span<const WallTime> wall() const { return column<WallTime>(kWall); }
  [[nodiscard]] std::span<const std::uint64_t> source_sequence() const {
    return column<std::uint64_t>(kSequence);
  }
  [[nodiscard]] std::span<const WallTime> venue_time() const {
    return column<WallTime>(kVenueTime);
  }
  // InstrumentId in the low half.
  [[nodiscard]] std::span<const std::uint64_t> instrument() const {
    return column<std::uint64_t>(kInstrument);
  }
  // The word of the payload at `offset` bytes: offsetof(MarketOrder, price).
  template <class T>
  [[nodiscard]] std::span<const T> payload(std::size_t offset) const {
    return column<T>(kHeaderColumns + offset / 8);
  }

 private:
  friend class BlockDecoder;
  template <class T>
  [[nodiscard]] std::span<const T> column(std::size_t index) const {
    static_assert(sizeof(T) == 8 && std::is_trivially_copyable_v<T>);
    return {reinterpret_cast<const T*>(words_.data() + index * stride_), rows_};
  }
  [[nodiscard]] std::span<std::uint64_t> words(std::size_t index) {
    return {words_.data() + index * stride_, rows_};
  }
  std::vector<std::uint64_t> words_;
  std::size_t stride_{0};
  std::size_t rows_{0};
  std::size_t next_{0};                // of the record-by-record way
  const std::uint64_t* row_{nullptr};  // of each its number among all rows of the block
  std::vector<std::uint64_t> own_rows_;
  std::vector<std::uint64_t> stage_;  // eight records, the one at hand among them
  std::size_t columns_{0};
  bool levels_{false};
};

class BlockDecoder {
 public:
  BlockDecoder();

  // The payload of a records section. `count`: of its header.
  [[nodiscard]] std::string_view decode(std::span<const std::byte> payload, std::uint32_t count);

  // As before the first decode().
  void clear() noexcept;
  [[nodiscard]] std::size_t rows() const noexcept { return row_kinds_count_; }
  // Null: no records of this kind.
  [[nodiscard]] const KindTable* table(RecordKind kind) const noexcept;
  // Kind in bits 0 to 15, source in 16 to 31, of every row.
  [[nodiscard]] std::span<const std::uint64_t> row_kinds() const noexcept {
    return {row_kinds_.data(), row_kinds_count_};
  }
  // Of all depth records in their order, bids before asks.
  [[nodiscard]] std::span<const Price> level_prices() const noexcept {
    return {reinterpret_cast<const Price*>(prices_.data()), levels_};
  }
  [[nodiscard]] std::span<const Qty> level_qtys() const noexcept {
    return {reinterpret_cast<const Qty*>(qtys_.data()), levels_};
  }

  // The next record, or null at the end of the block. Its header may be written to; valid until the
  // next call.
  [[nodiscard]] RecordHeader* next() noexcept;

 private:
  [[nodiscard]] std::string_view decode_parts(std::span<const std::byte> payload,
                                              std::uint32_t count);
  [[nodiscard]] std::string_view decode_table(ByteCursor& bytes, std::size_t& rows);
  [[nodiscard]] std::string_view add_references(KindTable& table, std::size_t index);
  [[nodiscard]] std::string_view assign_rows();
  [[nodiscard]] std::string_view check_levels() const;
  [[nodiscard]] std::uint64_t* with_levels(const std::uint64_t* words, std::size_t& end) noexcept;

  ColumnDecoder decoder_;
  KindTable tables_[kTables];
  bool relative_[kColumnsMax]{};
  std::vector<std::uint64_t> numbers_;  // 0, 1, 2...
  std::vector<std::uint64_t> row_kinds_;
  std::size_t row_kinds_count_{0};
  std::vector<std::uint64_t> prices_;
  std::vector<std::uint64_t> qtys_;
  std::size_t levels_{0};
  std::vector<std::uint64_t> reference_;
  std::vector<std::uint16_t> slots_;
  std::unique_ptr<std::uint64_t[]> record_;  // one with levels
  std::size_t next_row_{0};
  std::size_t next_level_{0};
};
}  // namespace sq::feed::columnar
