// SQLite with owners: a connection and prepared statements that close themselves.
// Thread: one a connection. Cost: cold. Errors: SQLite's result codes; message() says the last one.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "engine/reporting/archive/row.hpp"

namespace sq::reporting {
struct CloseDatabase {
  void operator()(sqlite3* database) const noexcept { ::sqlite3_close_v2(database); }
};
struct EndStatement {
  void operator()(sqlite3_stmt* statement) const noexcept { ::sqlite3_finalize(statement); }
};
using SqliteStatement = std::unique_ptr<sqlite3_stmt, EndStatement>;

class SqliteDatabase {
 public:
  // SQLITE_OK, or why not. `flags`: SQLITE_OPEN_...
  [[nodiscard]] int open(const std::filesystem::path& file, int flags);
  void close() noexcept { handle_.reset(); }
  [[nodiscard]] bool is_open() const noexcept { return handle_ != nullptr; }
  [[nodiscard]] sqlite3* handle() const noexcept { return handle_.get(); }
  [[nodiscard]] std::string message() const;

  // Runs statements that give no rows.
  [[nodiscard]] int run(const std::string& sql) noexcept;
  // Null: see message().
  [[nodiscard]] SqliteStatement prepare(std::string_view sql) noexcept;

 private:
  std::unique_ptr<sqlite3, CloseDatabase> handle_;
};

// Index 1 is the first. `cell` outlives the step.
[[nodiscard]] int bind_cell(sqlite3_stmt* statement, int index, const Cell& cell) noexcept;
[[nodiscard]] int bind_text(sqlite3_stmt* statement, int index, std::string_view text) noexcept;
// "" for NULL.
[[nodiscard]] std::string text_at(sqlite3_stmt* statement, int column);
}  // namespace sq::reporting
