// Questions to an archive in SQLite, in SQL that can only read.
// Thread: one. Cost: SQLite's. Errors: the message of what is wrong; statements that write, attach,
// set or hold more than one statement are refused before they run.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/reporting/archive/row.hpp"

namespace sq::reporting {
using QueryRow = std::vector<Cell>;  // numbers that are not integers come as texts

// Calls `columns` once, then `row` for each row.
struct QuerySink {
  std::function<void(const std::vector<std::string>& names)> columns;
  std::function<void(const QueryRow& row)> row;
};
[[nodiscard]] std::expected<void, std::string> query(const std::filesystem::path& file,
                                                     std::string_view sql, const QuerySink& sink);
}  // namespace sq::reporting
