#include "engine/reporting/archive/sqlite_database.hpp"

namespace sq::reporting {
int SqliteDatabase::open(const std::filesystem::path& file, int flags) {
  sqlite3* raw = nullptr;
  const int code = ::sqlite3_open_v2(file.c_str(), &raw, flags, nullptr);
  handle_.reset(raw);
  if (code == SQLITE_OK) ::sqlite3_extended_result_codes(raw, 0);
  return code;
}

std::string SqliteDatabase::message() const {
  return handle_ ? ::sqlite3_errmsg(handle_.get()) : "out of memory";
}

int SqliteDatabase::run(const std::string& sql) noexcept {
  return ::sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
}

SqliteStatement SqliteDatabase::prepare(std::string_view sql) noexcept {
  sqlite3_stmt* raw = nullptr;
  static_cast<void>(
      ::sqlite3_prepare_v2(handle_.get(), sql.data(), static_cast<int>(sql.size()), &raw, nullptr));
  return SqliteStatement{raw};
}

int bind_text(sqlite3_stmt* statement, int index, std::string_view text) noexcept {
  return ::sqlite3_bind_text64(statement, index, text.data(), text.size(), SQLITE_STATIC,
                               SQLITE_UTF8);
}

int bind_cell(sqlite3_stmt* statement, int index, const Cell& cell) noexcept {
  switch (cell.kind) {
    case Cell::Kind::Text:
      return bind_text(statement, index, cell.text);
    case Cell::Kind::Integer:
      return ::sqlite3_bind_int64(statement, index, cell.number);
    case Cell::Kind::Null:
      break;
  }
  return ::sqlite3_bind_null(statement, index);
}

std::string text_at(sqlite3_stmt* statement, int column) {
  const auto* text = ::sqlite3_column_text(statement, column);
  if (text == nullptr) return {};
  const auto size = static_cast<std::size_t>(::sqlite3_column_bytes(statement, column));
  return {reinterpret_cast<const char*>(text), size};
}
}  // namespace sq::reporting
