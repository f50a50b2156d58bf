#include <array>
#include <charconv>

#include "engine/reporting/archive/migrations.hpp"
#include "engine/reporting/archive/postgres_connection.hpp"

namespace sq::reporting {
namespace {
// Any number of our own: archivers that start at the same moment migrate one after the other.
constexpr std::string_view kMigrationLock = "SELECT pg_advisory_xact_lock(5281732301)";

class PostgresStore final : public Store {
 public:
  PostgresStore(std::string url, std::int64_t call_ns_max, const std::atomic<bool>* stop)
      : url_{std::move(url)}, connection_{call_ns_max, stop} {}

  StoreResult<void> open(int version) override;
  StoreResult<std::optional<Progress>> progress(std::string_view log_id) override;
  StoreResult<void> write(const LogIdentity& log, const Batch& batch,
                          std::string_view scope) override;
  void close() noexcept override { connection_.close(); }

 private:
  // BEGIN, the body, COMMIT; ROLLBACK when the body fails.
  template <class Body>
  [[nodiscard]] StoreResult<void> transaction(Body&& body);
  [[nodiscard]] StoreResult<void> migrate(int version);
  [[nodiscard]] StoreResult<void> write_docs();
  [[nodiscard]] StoreResult<void> move_progress(const LogIdentity& log, const Batch& batch,
                                                std::string_view scope);
  [[nodiscard]] StoreResult<void> write_rows(Table table, const Batch::Rows& rows);
  [[nodiscard]] StoreResult<void> run(const std::string& sql,
                                      const std::vector<const char*>& parameters = {}) {
    auto done = connection_.run(sql, parameters);
    if (!done) return std::unexpected(done.error());
    return {};
  }

  std::string url_;
  PostgresConnection connection_;
};

template <class Body>
StoreResult<void> PostgresStore::transaction(Body&& body) {
  if (auto begun = run("BEGIN"); !begun) return begun;
  StoreResult<void> result = body();
  if (result) result = run("COMMIT");
  if (!result) {
    // Also a connection that is gone: then this fails and says nothing new.
    if (auto undone = run("ROLLBACK"); !undone) connection_.close();
  }
  return result;
}

StoreResult<void> PostgresStore::open(int version) {
  if (auto opened = connection_.open(url_); !opened) return opened;
  return transaction([&] { return migrate(version); });
}

StoreResult<void> PostgresStore::migrate(int version) {
  if (auto locked = run(std::string{kMigrationLock}); !locked) return locked;
  if (auto made = run(std::string{kMigrationsTable}); !made) return made;
  auto newest = connection_.run("SELECT coalesce(max(version), 0) FROM schema_migrations");
  if (!newest) return std::unexpected(newest.error());
  const std::string text = PostgresConnection::text_at(*newest, 0, 0);
  int there = 0;
  std::from_chars(text.data(), text.data() + text.size(), there);
  if (there > schema_version())
    return std::unexpected(StoreError{StoreFailure::Refused, "postgres: schema version " + text +
                                                                 " is newer than this program's " +
                                                                 std::to_string(schema_version())});
  bool changed = false;
  for (const Migration& migration : migrations()) {
    if (migration.version <= there || migration.version > version) continue;
    for (const std::string& statement : statements_of(migration, Dialect::Postgres)) {
      if (auto applied = run(statement); !applied) return applied;
    }
    const std::string number = std::to_string(migration.version);
    const std::string name{migration.name};
    if (auto noted = run("INSERT INTO schema_migrations (version, name) VALUES ($1, $2)",
                         {number.c_str(), name.c_str()});
        !noted)
      return noted;
    changed = true;
  }
  return changed ? write_docs() : StoreResult<void>{};
}

StoreResult<void> PostgresStore::write_docs() {
  std::array<std::string, 4> columns;
  for (std::size_t t = 0; t < kTables; ++t) {
    const TableInfo& info = info_of(table_at(t));
    for (const Column& column : info.columns) {
      append_array_element(columns[0], Cell::of(std::string{info.name}));
      append_array_element(columns[1], Cell::of(std::string{column.name}));
      append_array_element(columns[2], Cell::of(std::string{column.unit}));
      append_array_element(columns[3], Cell::of(std::string{column.meaning}));
    }
  }
  std::vector<const char*> parameters;
  for (std::string& column : columns) parameters.push_back((column += '}').c_str());
  if (auto cleared = run("DELETE FROM column_docs"); !cleared) return cleared;
  return run(
      "INSERT INTO column_docs SELECT * FROM unnest($1::text[], $2::text[], $3::text[], "
      "$4::text[])",
      parameters);
}

StoreResult<std::optional<Progress>> PostgresStore::progress(std::string_view log_id) {
  const std::string id{log_id};
  auto found = connection_.run(
      "SELECT last_sequence, scope FROM archive_progress WHERE log_id = $1", {id.c_str()});
  if (!found) return std::unexpected(found.error());
  if (PostgresConnection::rows_of(*found) == 0) return std::nullopt;
  Progress progress;
  const std::string text = PostgresConnection::text_at(*found, 0, 0);
  std::from_chars(text.data(), text.data() + text.size(), progress.last_sequence);
  progress.scope = PostgresConnection::text_at(*found, 0, 1);
  return progress;
}

StoreResult<void> PostgresStore::write(const LogIdentity& log, const Batch& batch,
                                       std::string_view scope) {
  return transaction([&]() -> StoreResult<void> {
    if (auto moved = move_progress(log, batch, scope); !moved) return moved;
    for (std::size_t t = 0; t < kTables; ++t) {
      if (auto written = write_rows(table_at(t), batch.of(table_at(t))); !written) return written;
    }
    return {};
  });
}

StoreResult<void> PostgresStore::move_progress(const LogIdentity& log, const Batch& batch,
                                               std::string_view scope) {
  const std::string last = std::to_string(batch.last());
  const std::string after = std::to_string(batch.after());
  const std::string scope_text{scope};
  std::vector<const char*> parameters{log.log_id.c_str(), log.instance.c_str(), last.c_str(),
                                      scope_text.c_str()};
  std::string sql =
      "INSERT INTO archive_progress (log_id, instance, last_sequence, scope) VALUES ($1, $2, "
      "$3::bigint, $4) ON CONFLICT (log_id) DO NOTHING";
  if (batch.after() != 0) {
    parameters.push_back(after.c_str());
    sql =
        "UPDATE archive_progress SET instance = $2, last_sequence = $3::bigint WHERE log_id = $1 "
        "AND scope = $4 AND last_sequence = $5::bigint";
  }
  auto moved = connection_.run(sql, parameters);
  if (!moved) return std::unexpected(moved.error());
  if (PostgresConnection::changed_one(*moved)) return {};
  return std::unexpected(StoreError{StoreFailure::Moved, "postgres: log " + log.log_id +
                                                             " is not archived up to " + after +
                                                             " in scope " + scope_text});
}

// One statement a table: its columns travel as arrays.
StoreResult<void> PostgresStore::write_rows(Table table, const Batch::Rows& rows) {
  if (rows.empty()) return {};
  const auto columns = info_of(table).columns;
  std::string values = "SELECT * FROM unnest(";
  std::vector<std::string> arrays(columns.size());
  std::vector<const char*> parameters;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    values += (i == 0 ? "$" : ", $") + std::to_string(i + 1);
    switch (columns[i].type) {
      case ColumnType::Text:
        values += "::text[]";
        break;
      case ColumnType::Integer:
        values += "::bigint[]";
        break;
      case ColumnType::Decimal:
        values += "::numeric[]";
        break;
    }
    for (const std::vector<Cell>* row : rows) append_array_element(arrays[i], (*row)[i]);
    parameters.push_back((arrays[i] += '}').c_str());
  }
  return run(upsert_text(table, values + ")"), parameters);
}
}  // namespace

std::unique_ptr<Store> make_postgres_store(std::string url, std::int64_t call_ns_max,
                                           const std::atomic<bool>* stop) {
  return std::make_unique<PostgresStore>(std::move(url), call_ns_max, stop);
}
}  // namespace sq::reporting
