// One row for one table of the archive: cells in the order of the table's columns.
// Thread: any (plain values). Cost: cold, allocates.
// Units: decimals are exact texts ("61800.2"); moments are ns since 1970-01-01 UTC.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/reporting/archive/schema.hpp"
#include "engine/types/amount.hpp"
#include "engine/types/decimal.hpp"
#include "engine/types/ids.hpp"

namespace sq::reporting {
// Not a std::variant: GCC 12 warns of its moves (maybe-uninitialized) where they are inlined.
struct Cell {
  enum class Kind : std::uint8_t { Null, Integer, Text };
  Kind kind{Kind::Null};
  std::int64_t number{0};
  std::string text;

  [[nodiscard]] static Cell of(std::int64_t value) { return {Kind::Integer, value, {}}; }
  [[nodiscard]] static Cell of(std::string value) { return {Kind::Text, 0, std::move(value)}; }
};

struct Row {
  Table table{};
  std::vector<Cell> cells;
};

// Valid UTF-8 without NUL, as databases want it: every other byte becomes '?'. Texts of a log may
// hold anything.
[[nodiscard]] std::string clean_text(std::string_view bytes);

// Fills a row from left to right.
class RowWriter {
 public:
  explicit RowWriter(Table table) : row_{table, {}} {
    row_.cells.reserve(info_of(table).columns.size());
  }
  RowWriter& null() { return add(Cell{}); }
  RowWriter& text(std::string_view value) { return add(Cell::of(clean_text(value))); }
  RowWriter& text_or_null(std::string_view value) { return value.empty() ? null() : text(value); }
  RowWriter& integer(std::int64_t value) { return add(Cell::of(value)); }
  RowWriter& count(std::uint64_t value) { return add(Cell::of(static_cast<std::int64_t>(value))); }
  // Identifiers of venues use all 64 bits, which no SQL integer holds.
  RowWriter& unsigned64(std::uint64_t value) { return add(Cell::of(std::to_string(value))); }
  RowWriter& decimal(std::int64_t raw, int decimals) {
    return add(Cell::of(to_text(Int128{raw}, decimals)));
  }
  RowWriter& money(std::int64_t raw) { return decimal(raw, Amount::kDecimals); }
  template <class Tag, int Decimals>
  RowWriter& fixed(Fixed<Tag, Decimals> value) {
    return add(Cell::of(to_text(value)));
  }
  [[nodiscard]] Row finish() && { return std::move(row_); }

 private:
  RowWriter& add(Cell cell) {
    row_.cells.push_back(std::move(cell));
    return *this;
  }
  Row row_;
};

// "epoch.counter", as everywhere; "" for none.
[[nodiscard]] inline std::string order_text(OrderId id) {
  if (id.value == 0) return {};
  return std::to_string(id.epoch()) + '.' + std::to_string(id.counter());
}
// 16 hex digits.
[[nodiscard]] std::string log_text(std::uint64_t log_id);
}  // namespace sq::reporting
