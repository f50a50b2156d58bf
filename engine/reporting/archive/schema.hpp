// The one relational schema of everything recorded: tables, keys, columns with unit and meaning.
// The SQL that makes them is in migrations.hpp; a test holds the two together. Thread: any. Cost:
// none. Errors: none. Decimals are TEXT in SQLite (the functions decimal_sum, decimal_add ... add
// them exactly) and NUMERIC in PostgreSQL; nothing is ever stored as a floating-point number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace sq::reporting {
enum class ColumnType : std::uint8_t { Text, Integer, Decimal };
struct Column {
  std::string_view name;
  ColumnType type{ColumnType::Text};
  std::string_view unit;  // "" where there is none
  std::string_view meaning;
};

enum class Table : std::uint8_t {
  Epochs,
  Configs,
  Instruments,
  Orders,
  OrderEvents,
  Refusals,
  Fills,
  Positions,
  Cash,
  Pnl,
  Funding,
  StrategyChanges,
  KillChanges,
  AdminCommands,
  DeadLetters,
  Days,
  Markers,
  InputCounts  // the last: kTables counts on it
};
constexpr std::size_t kTables = static_cast<std::size_t>(Table::InputCounts) + 1;
constexpr Table table_at(std::size_t index) noexcept { return static_cast<Table>(index); }
constexpr std::size_t index_of(Table table) noexcept { return static_cast<std::size_t>(table); }

struct TableInfo {
  std::string_view name;
  std::string_view meaning;
  std::size_t keys{0};  // so many columns from the left are the primary key
  bool changes{false};  // a later row of the same key replaces it; otherwise it is the same row
  std::span<const Column> columns;
};
[[nodiscard]] const TableInfo& info_of(Table table) noexcept;
}  // namespace sq::reporting
