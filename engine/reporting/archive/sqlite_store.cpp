#include <array>
#include <system_error>

#include "engine/reporting/archive/migrations.hpp"
#include "engine/reporting/archive/sqlite_database.hpp"
#include "engine/reporting/archive/store.hpp"

namespace sq::reporting {
namespace {
constexpr int kBusyMs = 250;

class SqliteStore final : public Store {
 public:
  explicit SqliteStore(std::filesystem::path file) : file_{std::move(file)} {}

  StoreResult<void> open(int version) override;
  StoreResult<std::optional<Progress>> progress(std::string_view log_id) override;
  StoreResult<void> write(const LogIdentity& log, const Batch& batch,
                          std::string_view scope) override;
  void close() noexcept override {
    for (auto& statement : upserts_) statement.reset();
    database_.close();
  }

 private:
  // Damage and foreign files stay what they are; everything else may pass.
  [[nodiscard]] std::unexpected<StoreError> failed(int code, std::string_view doing) const {
    const bool refused = code == SQLITE_NOTADB || code == SQLITE_CORRUPT || code == SQLITE_PERM ||
                         code == SQLITE_AUTH || code == SQLITE_READONLY || code == SQLITE_MISMATCH;
    return std::unexpected(
        StoreError{refused ? StoreFailure::Refused : StoreFailure::Unavailable,
                   file_.string() + ": " + std::string{doing} + ": " + database_.message()});
  }
  void roll_back() noexcept { static_cast<void>(database_.run("ROLLBACK")); }
  [[nodiscard]] StoreResult<void> migrate(int version);
  [[nodiscard]] StoreResult<void> apply(const Migration& migration);
  [[nodiscard]] StoreResult<void> write_docs();
  [[nodiscard]] StoreResult<void> move_progress(const LogIdentity& log, const Batch& batch,
                                                std::string_view scope);
  [[nodiscard]] StoreResult<void> write_rows(Table table, const Batch::Rows& rows);

  std::filesystem::path file_;
  SqliteDatabase database_;
  std::array<SqliteStatement, kTables> upserts_;
};

StoreResult<void> SqliteStore::open(int version) {
  close();
  if (file_.has_parent_path()) {
    std::error_code error;
    std::filesystem::create_directories(file_.parent_path(), error);
    if (error)
      return std::unexpected(
          StoreError{StoreFailure::Unavailable, file_.string() + ": " + error.message()});
  }
  if (const int code = database_.open(file_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
      code != SQLITE_OK)
    return failed(code, "open");
  ::sqlite3_busy_timeout(database_.handle(), kBusyMs);
  // In WAL mode with NORMAL a power loss may undo the last transactions, their progress with them:
  // the log has what follows.
  if (const int code = database_.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
      code != SQLITE_OK)
    return failed(code, "open");
  return migrate(version);
}

StoreResult<void> SqliteStore::migrate(int version) {
  // One at a time: whoever comes second finds the first one's work done.
  if (const int code = database_.run("BEGIN IMMEDIATE"); code != SQLITE_OK)
    return failed(code, "migrate");
  const auto finish = [&](StoreResult<void> result) {
    if (result) {
      if (const int code = database_.run("COMMIT"); code != SQLITE_OK)
        result = failed(code, "migrate");
    }
    if (!result) roll_back();
    return result;
  };
  if (const int code = database_.run(std::string{kMigrationsTable}); code != SQLITE_OK)
    return finish(failed(code, "migrate"));
  int there = 0;
  {
    const auto newest =
        database_.prepare("SELECT coalesce(max(version), 0) FROM schema_migrations");
    if (!newest || ::sqlite3_step(newest.get()) != SQLITE_ROW)
      return finish(failed(SQLITE_CORRUPT, "read schema_migrations"));
    there = ::sqlite3_column_int(newest.get(), 0);
  }
  if (there > schema_version())
    return finish(std::unexpected(StoreError{
        StoreFailure::Refused, file_.string() + ": schema version " + std::to_string(there) +
                                   " is newer than this program's " +
                                   std::to_string(schema_version())}));
  bool changed = false;
  for (const Migration& migration : migrations()) {
    if (migration.version <= there || migration.version > version) continue;
    if (auto applied = apply(migration); !applied) return finish(std::move(applied));
    changed = true;
  }
  return finish(changed ? write_docs() : StoreResult<void>{});
}

StoreResult<void> SqliteStore::apply(const Migration& migration) {
  for (const std::string& statement : statements_of(migration, Dialect::Sqlite)) {
    if (const int code = database_.run(statement); code != SQLITE_OK)
      return failed(code, migration.name);
  }
  const auto note =
      database_.prepare("INSERT INTO schema_migrations (version, name) VALUES (?, ?)");
  if (!note || ::sqlite3_bind_int(note.get(), 1, migration.version) != SQLITE_OK ||
      bind_text(note.get(), 2, migration.name) != SQLITE_OK ||
      ::sqlite3_step(note.get()) != SQLITE_DONE)
    return failed(SQLITE_ERROR, migration.name);
  return {};
}

StoreResult<void> SqliteStore::write_docs() {
  if (const int code = database_.run("DELETE FROM column_docs"); code != SQLITE_OK)
    return failed(code, "column_docs");
  const auto insert = database_.prepare("INSERT INTO column_docs VALUES (?, ?, ?, ?)");
  if (!insert) return failed(SQLITE_ERROR, "column_docs");
  for (std::size_t t = 0; t < kTables; ++t) {
    const TableInfo& info = info_of(table_at(t));
    for (const Column& column : info.columns) {
      ::sqlite3_reset(insert.get());
      const bool bound = bind_text(insert.get(), 1, info.name) == SQLITE_OK &&
                         bind_text(insert.get(), 2, column.name) == SQLITE_OK &&
                         bind_text(insert.get(), 3, column.unit) == SQLITE_OK &&
                         bind_text(insert.get(), 4, column.meaning) == SQLITE_OK;
      if (const int code = bound ? ::sqlite3_step(insert.get()) : SQLITE_ERROR; code != SQLITE_DONE)
        return failed(code, "column_docs");
    }
  }
  return {};
}

StoreResult<std::optional<Progress>> SqliteStore::progress(std::string_view log_id) {
  const auto select =
      database_.prepare("SELECT last_sequence, scope FROM archive_progress WHERE log_id = ?");
  if (!select || bind_text(select.get(), 1, log_id) != SQLITE_OK)
    return failed(SQLITE_ERROR, "read progress");
  const int code = ::sqlite3_step(select.get());
  if (code == SQLITE_DONE) return std::nullopt;
  if (code != SQLITE_ROW) return failed(code, "read progress");
  return Progress{static_cast<std::uint64_t>(::sqlite3_column_int64(select.get(), 0)),
                  text_at(select.get(), 1)};
}

StoreResult<void> SqliteStore::write(const LogIdentity& log, const Batch& batch,
                                     std::string_view scope) {
  if (const int code = database_.run("BEGIN IMMEDIATE"); code != SQLITE_OK)
    return failed(code, "begin");
  StoreResult<void> result = move_progress(log, batch, scope);
  for (std::size_t t = 0; result && t < kTables; ++t)
    result = write_rows(table_at(t), batch.of(table_at(t)));
  if (result) {
    if (const int code = database_.run("COMMIT"); code != SQLITE_OK)
      result = failed(code, "commit");
  }
  if (!result) roll_back();
  return result;
}

StoreResult<void> SqliteStore::move_progress(const LogIdentity& log, const Batch& batch,
                                             std::string_view scope) {
  const bool first = batch.after() == 0;
  const auto move = database_.prepare(
      first ? "INSERT INTO archive_progress (log_id, instance, last_sequence, scope) "
              "VALUES (?1, ?2, ?3, ?4) ON CONFLICT (log_id) DO NOTHING"
            : "UPDATE archive_progress SET instance = ?2, last_sequence = ?3 "
              "WHERE log_id = ?1 AND last_sequence = ?5 AND scope = ?4");
  bool bound =
      move && bind_text(move.get(), 1, log.log_id) == SQLITE_OK &&
      bind_text(move.get(), 2, log.instance) == SQLITE_OK &&
      ::sqlite3_bind_int64(move.get(), 3, static_cast<std::int64_t>(batch.last())) == SQLITE_OK &&
      bind_text(move.get(), 4, scope) == SQLITE_OK;
  if (bound && !first)
    bound =
        ::sqlite3_bind_int64(move.get(), 5, static_cast<std::int64_t>(batch.after())) == SQLITE_OK;
  if (const int code = bound ? ::sqlite3_step(move.get()) : SQLITE_ERROR; code != SQLITE_DONE)
    return failed(code, "move progress");
  if (::sqlite3_changes(database_.handle()) == 1) return {};
  return std::unexpected(StoreError{
      StoreFailure::Moved, file_.string() + ": log " + log.log_id + " is not archived up to " +
                               std::to_string(batch.after()) + " in scope " + std::string{scope}});
}

StoreResult<void> SqliteStore::write_rows(Table table, const Batch::Rows& rows) {
  if (rows.empty()) return {};
  SqliteStatement& upsert = upserts_[index_of(table)];
  if (!upsert) {
    std::string values = "VALUES (?";
    for (std::size_t i = 1; i < info_of(table).columns.size(); ++i) values += ", ?";
    upsert = database_.prepare(upsert_text(table, values + ")"));
    if (!upsert) return failed(SQLITE_ERROR, info_of(table).name);
  }
  for (const std::vector<Cell>* row : rows) {
    int code = ::sqlite3_reset(upsert.get());
    for (std::size_t i = 0; code == SQLITE_OK && i < row->size(); ++i)
      code = bind_cell(upsert.get(), static_cast<int>(i) + 1, (*row)[i]);
    if (code == SQLITE_OK) code = ::sqlite3_step(upsert.get());
    if (code != SQLITE_DONE) {
      auto error = failed(code, info_of(table).name);
      ::sqlite3_reset(upsert.get());
      return error;
    }
  }
  ::sqlite3_reset(upsert.get());
  return {};
}
}  // namespace

std::unique_ptr<Store> make_sqlite_store(std::filesystem::path file) {
  return std::make_unique<SqliteStore>(std::move(file));
}
}  // namespace sq::reporting
