// The SQL of the migrations and the tables that programs see must be one schema, in both dialects.
#include <catch2/catch.hpp>
#include <set>

#include "engine/reporting/archive/migrations.hpp"
#include "tests/reporting/stores.hpp"

using namespace sq::reporting;
using namespace sq::reporting::test;

namespace {
// name, type, place in the primary key (0: none)
void check_columns(const TableInfo& info, const Texts& found, std::string_view decimal,
                   std::string_view integer) {
  INFO(info.name);
  REQUIRE(found.size() == info.columns.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    const Column& column = info.columns[i];
    INFO(column.name);
    CHECK(found[i][0] == column.name);
    const std::string_view type = column.type == ColumnType::Decimal   ? decimal
                                  : column.type == ColumnType::Integer ? integer
                                                                       : "TEXT";
    CHECK(found[i][1] == type);
    CHECK(found[i][2] == std::to_string(i < info.keys ? i + 1 : 0));
  }
}

void check_migrations(Place& place) {
  REQUIRE(place.store()->open(1));
  CHECK(place.sql("SELECT version, name FROM schema_migrations") == Texts{{"1", "facts"}});
  place.sql("INSERT INTO markers VALUES ('0000000000000001', 5, 7, 'RunEnded')");
  place.sql("INSERT INTO archive_progress VALUES ('0000000000000001', 'A', 5, 'orders')");
  const auto store = place.store();
  REQUIRE(store->open(schema_version()));
  CHECK(place.sql("SELECT version FROM schema_migrations ORDER BY version") == Texts{{"1"}, {"2"}});
  CHECK(place.sql("SELECT * FROM markers") == Texts{{"0000000000000001", "5", "7", "RunEnded"}});
  CHECK(place.sql("SELECT * FROM input_counts").empty());
  const auto progress = store->progress("0000000000000001");
  REQUIRE(progress);
  REQUIRE(*progress);
  CHECK((*progress)->last_sequence == 5);
  REQUIRE(store->open(schema_version()));  // again: nothing is left to do
  CHECK(place.sql("SELECT count(*) FROM schema_migrations") == Texts{{"2"}});
  place.sql("INSERT INTO schema_migrations VALUES (3, 'of tomorrow')");
  const auto refused = place.store()->open(schema_version());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().failure == StoreFailure::Refused);
  CHECK(refused.error().what.find("schema version 3 is newer") != std::string::npos);
}
}  // namespace

TEST_CASE("the tables that the migrations make in SQLite are the schema's", "[reporting]") {
  const TemporaryDir dir;
  const auto place = sqlite_place(dir.path() / "a.sqlite");
  REQUIRE(place->store()->open(schema_version()));
  for (std::size_t t = 0; t < kTables; ++t) {
    const TableInfo& info = info_of(table_at(t));
    check_columns(info,
                  place->sql("SELECT name, type, pk FROM pragma_table_info('" +
                             std::string{info.name} + "')"),
                  "TEXT", "INTEGER");
  }
}

TEST_CASE("the tables that the migrations make in PostgreSQL are the schema's", "[reporting]") {
  auto* server = server_or_skip();
  if (server == nullptr) return;
  const auto place = postgres_place(*server, "tables");
  REQUIRE(place->store()->open(schema_version()));
  for (std::size_t t = 0; t < kTables; ++t) {
    const TableInfo& info = info_of(table_at(t));
    check_columns(
        info,
        place->sql("SELECT c.column_name, upper(c.data_type), coalesce(k.ordinal_position, 0) "
                   "FROM information_schema.columns c LEFT JOIN "
                   "information_schema.key_column_usage k ON k.table_name = c.table_name "
                   "AND k.column_name = c.column_name WHERE c.table_name = '" +
                   std::string{info.name} + "' ORDER BY c.ordinal_position"),
        "NUMERIC", "BIGINT");
  }
}

TEST_CASE("every column is documented in the archive itself, with its unit", "[reporting]") {
  const TemporaryDir dir;
  const auto place = sqlite_place(dir.path() / "a.sqlite");
  REQUIRE(place->store()->open(schema_version()));
  CHECK(place
            ->sql("SELECT p.name FROM sqlite_schema s, pragma_table_info(s.name) p WHERE s.type = "
                  "'table' AND s.name NOT IN ('schema_migrations', 'archive_progress', "
                  "'column_docs') AND NOT EXISTS (SELECT 1 FROM column_docs d WHERE d.table_name = "
                  "s.name AND d.column_name = p.name)")
            .empty());
  CHECK(place->sql("SELECT unit FROM column_docs WHERE table_name = 'fills' AND column_name = "
                   "'realised_delta'") == Texts{{"settlement currency"}});
  CHECK(place->sql("SELECT unit FROM column_docs WHERE column_name = 'wall_ns' GROUP BY unit") ==
        Texts{{"ns since 1970-01-01 UTC"}});
}

TEST_CASE("an archive of version 1 in SQLite goes up with its rows, a newer one is refused",
          "[reporting]") {
  const TemporaryDir dir;
  check_migrations(*sqlite_place(dir.path() / "a.sqlite"));
}
TEST_CASE("an archive of version 1 in PostgreSQL goes up with its rows, a newer one is refused",
          "[reporting]") {
  auto* server = server_or_skip();
  if (server == nullptr) return;
  check_migrations(*postgres_place(*server, "versions"));
}

TEST_CASE("versions of the schema are numbered from 1 without a hole", "[reporting]") {
  int expected = 0;
  for (const Migration& migration : migrations()) CHECK(migration.version == ++expected);
  CHECK(schema_version() == expected);
}

TEST_CASE("no migration stores a floating-point number", "[reporting]") {
  for (const Dialect dialect : {Dialect::Sqlite, Dialect::Postgres})
    for (const Migration& migration : migrations())
      for (const std::string& statement : statements_of(migration, dialect))
        for (const std::string_view type : {"REAL", "DOUBLE", "FLOAT", "{"})
          CHECK(statement.find(type) == std::string::npos);
}
