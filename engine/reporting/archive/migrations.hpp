// The schema's history: each version is a text of SQL that is applied once, in order, and recorded
// in schema_migrations. A released text is never changed; a new version is appended. Thread: any.
// Cost: cold. Errors: none here; a store refuses a schema newer than kSchemaVersion.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sq::reporting {
enum class Dialect : std::uint8_t { Sqlite, Postgres };

struct Migration {
  int version{0};
  std::string_view name;
  std::string_view sql;  // {decimal} and {integer} stand for the dialect's types
};
[[nodiscard]] std::span<const Migration> migrations() noexcept;
[[nodiscard]] int schema_version() noexcept;  // of the last one

// The statements of a migration in a dialect, one by one.
[[nodiscard]] std::vector<std::string> statements_of(const Migration& migration, Dialect dialect);

// Made before the first migration.
inline constexpr std::string_view kMigrationsTable =
    "CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER PRIMARY KEY, name TEXT NOT "
    "NULL)";
}  // namespace sq::reporting
