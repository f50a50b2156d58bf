// One connection to PostgreSQL through libpq's asynchronous calls, so that every call ends in time
// whatever the server does.
// Thread: one. Cost: a round trip a call. Errors: values with the server's message.
#pragma once

#include <atomic>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "engine/reporting/archive/store.hpp"

// libpq's own names, so that its header stays in the .cpp files.
struct pg_conn;
struct pg_result;

namespace sq::reporting {
struct CloseConnection {
  void operator()(pg_conn* connection) const noexcept;
};
struct ClearResult {
  void operator()(pg_result* result) const noexcept;
};
using PostgresResult = std::unique_ptr<pg_result, ClearResult>;

class PostgresConnection {
 public:
  PostgresConnection(std::int64_t call_ns_max, const std::atomic<bool>* stop)
      : call_ns_max_{call_ns_max}, stop_{stop} {}

  [[nodiscard]] StoreResult<void> open(const std::string& url);
  void close() noexcept { connection_.reset(); }
  // Parameters are texts; null stands for NULL. The result is one of a success.
  [[nodiscard]] StoreResult<PostgresResult> run(const std::string& sql,
                                                const std::vector<const char*>& parameters = {});
  // Value of a row, "" for NULL.
  [[nodiscard]] static std::string text_at(const PostgresResult& result, int row, int column);
  [[nodiscard]] static int rows_of(const PostgresResult& result) noexcept;
  [[nodiscard]] static bool changed_one(const PostgresResult& result) noexcept;

 private:
  enum class For : std::uint8_t { Reading, Writing, Both };
  [[nodiscard]] StoreResult<void> wait(For what, std::int64_t deadline);
  [[nodiscard]] std::unexpected<StoreError> broken(const std::string& what);
  [[nodiscard]] StoreResult<void> send(const std::string& sql,
                                       const std::vector<const char*>& parameters,
                                       std::int64_t deadline);

  std::unique_ptr<pg_conn, CloseConnection> connection_;
  std::int64_t call_ns_max_;
  const std::atomic<bool>* stop_;
};

// A PostgreSQL array literal of texts; cells that are NULL are NULL.
void append_array_element(std::string& array, const Cell& cell);
}  // namespace sq::reporting
