// Gathers records and writes them as one block: a table a kind of record, a column a word.
// Thread: one. Cost: 25 to 35 ns a record, a third of it when it is added, the rest when the block
// is written; README.md has the figures. Memory: 0.4 MB a kind that occurs, 10 MB for the rest;
// nothing is allocated after the first record of each kind.
// Errors: Refused says why a record cannot be held; nothing of it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/feed/columnar/column_encoder.hpp"
#include "engine/feed/columnar/format.hpp"
#include "engine/feed/columnar/schema.hpp"
#include "engine/messaging/record.hpp"

struct ZSTD_CCtx_s;

namespace sq::feed::columnar {
enum class Refused : std::uint8_t {
  No,
  NotMarketData,  // a kind that this version has no table for
  BadLength       // record.length is not that of its kind and its levels
};
enum class Press : std::uint8_t {
  Never,    // bit packing only
  Smaller,  // zstd, where it saves a third or more of a column
};
struct BlockSettings {
  std::uint32_t rows{8192};     // records in a block, 64 to kRowsMax
  std::uint32_t levels{16384};  // a block ends when it has so many
  Press press{Press::Smaller};
};

class BlockEncoder {
 public:
  explicit BlockEncoder(const BlockSettings& settings);  // std::invalid_argument
  ~BlockEncoder();
  BlockEncoder(const BlockEncoder&) = delete;
  BlockEncoder& operator=(const BlockEncoder&) = delete;

  // The block must not be full.
  [[nodiscard]] Refused add(const RecordHeader& record);
  [[nodiscard]] bool full() const noexcept {
    return rows_ >= settings_.rows || levels_ >= settings_.levels;
  }
  [[nodiscard]] std::uint32_t rows() const noexcept { return rows_; }
  // The section, header first, valid until the next call; the block is empty then.
  [[nodiscard]] std::span<const std::byte> finish(std::uint64_t offset);

 private:
  // Not cleared: memory that is not needed is never touched.
  using Words = std::unique_ptr<std::uint64_t[]>;
  struct Table {
    std::vector<std::uint64_t> words;  // columns one behind the other
    std::size_t stride{0};             // from one column to the next
    std::vector<std::uint64_t> row;    // number of each row in the block
    std::vector<std::uint64_t> stage;  // the last rows as rows, until there are eight
    std::uint32_t rows{0};
    std::size_t columns{0};
    bool levels{false};
  };
  // Whether pressing a column pays is known from the last time.
  struct Pressed {
    bool pays{true};
    std::uint8_t blocks_left{0};  // until it is tried again
  };
  struct ColumnState {
    ColumnChoice choice;
    Pressed pressed;
  };

  void open(Table& table);
  [[nodiscard]] std::span<std::uint64_t> column(Table& table, std::size_t index) noexcept {
    return {table.words.data() + index * table.stride, table.rows};
  }
  static void flush_stage(Table& table) noexcept;
  [[nodiscard]] std::span<const std::uint16_t> slots_of(Table& table);
  [[nodiscard]] std::span<const std::uint64_t> reference_of(Table& table, const ColumnRule& rule);
  void put_table(std::size_t index);
  void put_column(const ColumnRule& rule, const ColumnValues& values, ColumnState& state);
  void press(std::uint64_t* column, std::size_t& words, Pressed& pressed);
  template <class T>
  void put(const T& plain);

  BlockSettings settings_;
  ColumnEncoder encoder_;
  Table tables_[kTables];
  ColumnState states_[kTables][kColumnsMax];
  ColumnState row_kinds_state_;
  ColumnState prices_state_;
  ColumnState qtys_state_;
  std::vector<std::uint64_t> row_kinds_;
  Words prices_;
  Words qtys_;
  std::vector<std::uint64_t> chain_;
  std::vector<std::uint16_t> slots_;
  std::uint32_t rows_{0};
  std::uint32_t levels_{0};
  WallTime wall_first_{};
  WallTime wall_last_{};
  std::uint64_t instruments_{0};
  Words out_;
  std::size_t out_words_{0};
  Words press_room_;
  std::size_t press_bytes_{0};
  ZSTD_CCtx_s* zstd_;
};
}  // namespace sq::feed::columnar
