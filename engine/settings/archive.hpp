// [archive]: where orders, fills, positions and P&L of the log are kept in SQL for people.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "engine/types/time.hpp"

namespace sq::settings {
enum class ArchiveKind : std::uint8_t {
  Off,
  Sqlite,   // one file, no server
  Postgres  // a database that others read too
};
struct Archive {
  ArchiveKind kind{ArchiveKind::Sqlite};
  std::filesystem::path path;  // sqlite: default "<log.dir>/archive.sqlite"
  // postgres: a libpq connection string. No password: it would go into the log with the
  // configuration; ~/.pgpass or PGPASSFILE have it.
  std::string url{"dbname=shrivenquant"};
  std::uint32_t batch_records{5'000};  // 1 to 100,000: records of the log a transaction, at most
  std::int64_t flush_interval_ns{200 * kNsPerMs};  // 1 ms to 60 s: longest wait of a record

  friend bool operator==(const Archive&, const Archive&) = default;
};
}  // namespace sq::settings
