#include "engine/reporting/archive/query.hpp"

#include "engine/reporting/archive/decimal_functions.hpp"
#include "engine/reporting/archive/sqlite_database.hpp"

namespace sq::reporting {
namespace {
// Only what reads. Functions that load code or touch files are not among SQLite's built-in ones,
// but for load_extension, which is off and refused here again.
int allow(void*, int action, const char*, const char* name, const char*, const char*) {
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
      return SQLITE_OK;
    case SQLITE_FUNCTION:
      return name != nullptr && std::string_view{name} == "load_extension" ? SQLITE_DENY
                                                                           : SQLITE_OK;
    default:
      return SQLITE_DENY;
  }
}

bool only_blanks(std::string_view text) noexcept {
  return text.find_first_not_of(" \t\r\n;") == std::string_view::npos;
}

Cell cell_at(sqlite3_stmt* statement, int column) {
  switch (::sqlite3_column_type(statement, column)) {
    case SQLITE_NULL:
      return {};
    case SQLITE_INTEGER:
      return Cell::of(std::int64_t{::sqlite3_column_int64(statement, column)});
    default:
      return Cell::of(text_at(statement, column));
  }
}
}  // namespace

std::expected<void, std::string> query(const std::filesystem::path& file, std::string_view sql,
                                       const QuerySink& sink) {
  SqliteDatabase database;
  if (database.open(file, SQLITE_OPEN_READONLY) != SQLITE_OK ||
      add_decimal_functions(database.handle()) != SQLITE_OK)
    return std::unexpected(file.string() + ": " + database.message());
  ::sqlite3_set_authorizer(database.handle(), allow, nullptr);
  sqlite3_stmt* raw = nullptr;
  const char* rest = nullptr;
  const std::string text{sql};
  const int prepared = ::sqlite3_prepare_v2(database.handle(), text.c_str(),
                                            static_cast<int>(text.size()) + 1, &raw, &rest);
  const SqliteStatement statement{raw};
  if (prepared == SQLITE_AUTH)
    return std::unexpected("only statements that read are accepted: " + database.message());
  if (prepared != SQLITE_OK) return std::unexpected(database.message());
  if (!statement) return std::unexpected(std::string{"the statement is empty"});
  if (!only_blanks(rest))
    return std::unexpected("one statement only; this follows: " + std::string{rest});
  if (::sqlite3_stmt_readonly(raw) == 0)
    return std::unexpected(std::string{"only statements that read are accepted"});
  std::vector<std::string> names;
  const int columns = ::sqlite3_column_count(raw);
  for (int i = 0; i < columns; ++i) names.emplace_back(::sqlite3_column_name(raw, i));
  sink.columns(names);
  QueryRow row(names.size());
  int code = ::sqlite3_step(raw);
  for (; code == SQLITE_ROW; code = ::sqlite3_step(raw)) {
    for (int i = 0; i < columns; ++i) row[static_cast<std::size_t>(i)] = cell_at(raw, i);
    sink.row(row);
  }
  if (code != SQLITE_DONE) return std::unexpected(database.message());
  return {};
}
}  // namespace sq::reporting
