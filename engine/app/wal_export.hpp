// `shrivenquant wal export|query|stats`: a log for other programs and for questions.
// Thread: main. Errors: std::runtime_error for what the person can mend; the exit code is 1 for a
// damaged log, of which all that precedes the damage is given.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace sq::app {
struct WalExportOptions {
  std::filesystem::path log_dir;
  std::string format;         // jsonl, csv, sqlite
  std::filesystem::path out;  // jsonl: a file, "-" is standard output; csv: a folder
  std::uint64_t from{0};      // first and last sequence
  std::uint64_t to{UINT64_MAX};
  std::vector<std::string> kinds;  // names of record kinds; none: all
  bool orders_only{false};         // leave market data out
};
int wal_export_command(const WalExportOptions& options);
// The format sqlite. An interrupted export goes on where it stopped.
int export_sqlite(const WalExportOptions& options);

struct WalQueryOptions {
  std::filesystem::path log_dir;  // a log, or the SQLite file of an archive or export
  std::string sql;
  std::filesystem::path cache;  // keep the tables there for the next query; "": a temporary file
  bool json{false};             // one object a row instead of a table
};
int wal_query_command(const WalQueryOptions& options);

int wal_stats_command(const std::filesystem::path& log_dir, const std::filesystem::path& json);

// A new folder for this process alone, removed with all it holds.
class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};
}  // namespace sq::app
