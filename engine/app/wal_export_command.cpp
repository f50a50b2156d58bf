// A log as JSON lines, as CSV files or as a SQLite file. CSV is what SQLite has, table by table, so
// that all three say the same.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <stdexcept>

#include "engine/app/archiver.hpp"
#include "engine/app/wal_export.hpp"
#include "engine/reporting/archive/query.hpp"
#include "engine/telemetry/format.hpp"
#include "engine/telemetry/tick_clock.hpp"
#include "engine/wal/dump.hpp"
#include "engine/wal/reader.hpp"

namespace sq::app {
namespace {
struct CloseFile {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

// Text to a file; "-" is standard output. Errors: std::runtime_error naming the file.
class TextFile {
 public:
  explicit TextFile(const std::filesystem::path& path) : name_{path.string()} {
    if (name_ == "-") return;
    if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path());
    file_.reset(std::fopen(name_.c_str(), "wb"));
    if (!file_) throw std::runtime_error("cannot write " + name_);
  }
  void write(std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), out()) != text.size()) fail();
  }
  void finish() {
    if (std::fflush(out()) != 0) fail();
  }

 private:
  [[nodiscard]] std::FILE* out() const noexcept { return file_ ? file_.get() : stdout; }
  [[noreturn]] void fail() const { throw std::runtime_error("cannot write all of " + name_); }
  std::string name_;
  std::unique_ptr<std::FILE, CloseFile> file_;
};

// A line that renews itself on a terminal, a line every two seconds elsewhere.
class ExportProgress {
 public:
  explicit ExportProgress(const std::filesystem::path& log_dir)
      : terminal_{::isatty(STDERR_FILENO) == 1},
        interval_ns_{(terminal_ ? 200 : 2'000) * kNsPerMs},
        last_ns_{telemetry::monotonic_ns()} {
    const wal::Reader reader{log_dir};
    if (reader.meta().state != wal::LogState::Clean) return;
    for (const wal::StreamEnd& end : reader.meta().ends) total_ = std::max(total_, end.sequence);
  }
  void at(std::uint64_t sequence) {
    const std::int64_t now = telemetry::monotonic_ns();
    if (now - last_ns_ < interval_ns_) return;
    last_ns_ = now;
    shown_ = true;
    const std::string of =
        total_ == 0 ? "" : fmt::format(" of {}", telemetry::with_separators(total_));
    fmt::print(stderr, "{}record {}{}{}", terminal_ ? "\r" : "",
               telemetry::with_separators(sequence), of, terminal_ ? "" : "\n");
    std::fflush(stderr);
  }
  void end() const {
    if (shown_ && terminal_) fmt::print(stderr, "\n");
  }

 private:
  bool terminal_;
  std::int64_t interval_ns_;
  std::int64_t last_ns_;
  std::uint64_t total_{0};
  bool shown_{false};
};

constexpr std::uint16_t kKindsEnd = 0x1100;  // above every record kind

std::vector<RecordKind> kinds_of(const std::vector<std::string>& names) {
  std::vector<RecordKind> kinds;
  for (const std::string& name : names) {
    std::string known;
    bool found = false;
    for (std::uint16_t n = 1; n < kKindsEnd; ++n) {
      const std::string_view text = wal::text_of(static_cast<RecordKind>(n));
      if (text == "?") continue;
      known += (known.empty() ? "" : ", ") + std::string{text};
      if (text != name) continue;
      kinds.push_back(static_cast<RecordKind>(n));
      found = true;
    }
    if (!found) throw std::runtime_error("--kinds " + name + ": accepted: " + known);
  }
  return kinds;
}

bool chosen(const std::vector<RecordKind>& kinds, RecordKind kind) {
  return kinds.empty() || std::ranges::find(kinds, kind) != kinds.end();
}

int damaged(const std::filesystem::path& log_dir, const wal::ReaderStatus& status) {
  if (status.condition <= wal::Condition::End) return 0;
  fmt::print(stderr, "{}: {} at {}:{}: {}\n", log_dir.string(), wal::text_of(status.condition),
             status.file.string(), status.offset, status.what);
  return status.condition == wal::Condition::Torn ? 0 : 1;
}

int export_lines(const WalExportOptions& options) {
  const auto kinds = kinds_of(options.kinds);
  wal::ReaderOptions reading;
  reading.feed = !options.orders_only;
  reading.from_sequence = options.from;
  reading.from_first_kept = true;
  wal::Reader reader{options.log_dir, reading};
  TextFile out{options.out};
  ExportProgress progress{options.log_dir};
  std::uint64_t lines = 0;
  while (const RecordHeader* record = reader.next()) {
    if (record->sequence > options.to) break;
    if (!chosen(kinds, record->kind)) continue;
    out.write(wal::json_line(*record) + "\n");
    if (++lines % 4'096 == 0) progress.at(record->sequence);
  }
  out.finish();
  progress.end();
  fmt::print(stderr, "{} records\n", telemetry::with_separators(lines));
  return damaged(options.log_dir, reader.status());
}

// What distinguishes the rows of this export from those of another: they must not mix in one file.
std::string scope_of(const WalExportOptions& options) {
  std::string scope = options.orders_only ? "orders" : "all";
  if (options.from != 0) scope += fmt::format(" from {}", options.from);
  std::vector<std::string> kinds = options.kinds;
  std::ranges::sort(kinds);
  for (const std::string& kind : kinds) scope += ' ' + kind;
  return scope;
}

std::string csv_cell(const reporting::Cell& cell) {
  if (cell.kind == reporting::Cell::Kind::Null) return {};
  if (cell.kind == reporting::Cell::Kind::Integer) return std::to_string(cell.number);
  // RFC 4180; an empty text is quoted so that it is not a missing one.
  if (!cell.text.empty() && cell.text.find_first_of(",\"\r\n") == std::string::npos)
    return cell.text;
  std::string quoted = "\"";
  for (const char c : cell.text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

void write_csv(const std::filesystem::path& database, reporting::Table table,
               const std::filesystem::path& folder) {
  const reporting::TableInfo& info = reporting::info_of(table);
  TextFile out{folder / (std::string{info.name} + ".csv")};
  const auto join = [&](std::size_t n, const auto& cell) {
    std::string line;
    for (std::size_t i = 0; i < n; ++i) line += (i == 0 ? "" : ",") + cell(i);
    out.write(line + "\r\n");
  };
  reporting::QuerySink sink;
  sink.columns = [&](const std::vector<std::string>& names) {
    join(names.size(), [&](std::size_t i) { return names[i]; });
  };
  sink.row = [&](const reporting::QueryRow& row) {
    join(row.size(), [&](std::size_t i) { return csv_cell(row[i]); });
  };
  const std::string sql = fmt::format("SELECT * FROM {} ORDER BY sequence", info.name);
  if (const auto done = reporting::query(database, sql, sink); !done)
    throw std::runtime_error(done.error());
  out.finish();
}

int export_csv(const WalExportOptions& options) {
  std::filesystem::create_directories(options.out);
  const TemporaryFolder temporary;
  WalExportOptions to_sqlite = options;
  to_sqlite.out = temporary.path() / "export.sqlite";
  const int code = export_sqlite(to_sqlite);
  for (std::size_t t = 0; t < reporting::kTables; ++t)
    write_csv(to_sqlite.out, reporting::table_at(t), options.out);
  return code;
}
}  // namespace

int export_sqlite(const WalExportOptions& options) {
  const auto kinds = kinds_of(options.kinds);
  ArchiverOptions archiving;
  archiving.log_dir = options.log_dir;
  archiving.scope = scope_of(options);
  archiving.feed = !options.orders_only;
  archiving.from = options.from;
  archiving.to = options.to;
  archiving.batch_records = 50'000;
  if (!kinds.empty()) archiving.wanted = [kinds](RecordKind kind) { return chosen(kinds, kind); };
  Archiver archiver{archiving, archive_names(options.log_dir),
                    reporting::make_sqlite_store(options.out)};
  archiver.hurry();
  ExportProgress progress{options.log_dir};
  while (!archiver.caught_up()) {
    archiver.do_work(telemetry::monotonic_ns());
    const ArchiveStatus status = archiver.status();
    progress.at(status.read_sequence);
    if (status.error.empty() || status.failures == 0) continue;
    progress.end();
    if (status.state == ArchiveState::LogDamaged) {
      fmt::print(stderr, "{}\n{} records are exported\n", status.error, status.archived_sequence);
      return 1;
    }
    throw std::runtime_error(status.error + fmt::format(" (exported up to record {}; the same "
                                                        "command goes on there)",
                                                        status.archived_sequence));
  }
  progress.end();
  const ArchiveStatus status = archiver.status();
  fmt::print(stderr, "{}: up to record {}, {} rows written\n", options.out.string(),
             telemetry::with_separators(status.archived_sequence),
             telemetry::with_separators(status.rows));
  return 0;
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "shrivenquant-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr)
    throw std::runtime_error("cannot make a folder in " +
                             std::filesystem::temp_directory_path().string());
  path_ = name;
}
TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

int wal_export_command(const WalExportOptions& options) {
  if (options.from > options.to)
    throw std::runtime_error(fmt::format("--from {} is behind --to {}", options.from, options.to));
  if (options.format == "jsonl") return export_lines(options);
  if (options.format == "csv") return export_csv(options);
  if (options.format == "sqlite") return export_sqlite(options);
  throw std::runtime_error("--format " + options.format + ": accepted: jsonl, csv, sqlite");
}
}  // namespace sq::app
