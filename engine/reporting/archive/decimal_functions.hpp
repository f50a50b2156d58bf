// Exact decimals for SQL in SQLite, under the names of SQLite's own extension, so that a query runs
// the same in the sqlite3 program: decimal_sum(x), decimal_add(a, b), decimal_sub, decimal_mul,
// decimal_cmp, and the collation `decimal` (ORDER BY price COLLATE decimal).
// Thread: the connection's. Cost: 128-bit arithmetic. Errors: SQL errors that name the text; NULL
// stays NULL and is left out of sums.
#pragma once

struct sqlite3;

namespace sq::reporting {
// SQLITE_OK, or SQLite's code.
[[nodiscard]] int add_decimal_functions(sqlite3* database) noexcept;
}  // namespace sq::reporting
