// Where the archive lies: a SQLite file or a PostgreSQL database with the same tables. A store
// takes batches; each is one transaction that also moves the log's last archived sequence, and only
// from where the batch starts: a batch that is written twice, or by two archivers, counts once.
// Thread: one. Cost: file or network. Errors: values; whatever failed, nothing of the batch is
// there or all of it, and progress() tells which.
#pragma once

#include <atomic>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/reporting/archive/batch.hpp"

namespace sq::reporting {
enum class StoreFailure : std::uint8_t {
  Unavailable,  // gone, locked, full, slow: try again later
  Moved,        // the last archived sequence is not where the batch starts: read progress()
  Refused       // newer schema, not a database, no permission: a person has to act
};
struct StoreError {
  StoreFailure failure{StoreFailure::Unavailable};
  std::string what;
};
template <class T>
using StoreResult = std::expected<T, StoreError>;

struct Progress {
  std::uint64_t last_sequence{0};
  std::string scope;  // what the rows cover: "all", or the filter of an export
};

struct LogIdentity {
  std::string log_id;  // log_text()
  std::string instance;
};

class Store {
 public:
  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  virtual ~Store() = default;

  // Connects and brings the schema up to `version` (tests stop earlier). Again after a failure.
  [[nodiscard]] virtual StoreResult<void> open(int version) = 0;
  [[nodiscard]] virtual StoreResult<std::optional<Progress>> progress(std::string_view log_id) = 0;
  // `scope` is written with the first batch of a log.
  [[nodiscard]] virtual StoreResult<void> write(const LogIdentity& log, const Batch& batch,
                                                std::string_view scope) = 0;
  virtual void close() noexcept = 0;
};

// Waits at most 250 ms for another writer.
[[nodiscard]] std::unique_ptr<Store> make_sqlite_store(std::filesystem::path file);

// `url`: a libpq connection string without a password (those are in ~/.pgpass or PGPASSFILE).
// No call takes longer than `call_ns_max`, whatever the server does; `stop` ends one at once.
[[nodiscard]] std::unique_ptr<Store> make_postgres_store(std::string url, std::int64_t call_ns_max,
                                                         const std::atomic<bool>* stop);

// INSERT that leaves one row a key: the newest where rows change, the first elsewhere.
// `values` is what stands behind the column list.
[[nodiscard]] std::string upsert_text(Table table, std::string_view values);
}  // namespace sq::reporting
