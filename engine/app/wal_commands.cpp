#include <fmt/format.h>
#include <unistd.h>

#include <boost/json.hpp>

#include "engine/app/commands.hpp"
#include "engine/app/threads.hpp"
#include "engine/telemetry/format.hpp"
#include "engine/wal/dump.hpp"
#include "engine/wal/reader.hpp"
#include "engine/wal/verify.hpp"

namespace sq::app {
namespace {
constexpr std::uint64_t kDumpProgress = 100'000;  // records
}
int wal_dump_command(const WalDumpOptions& options) {
  wal::ReaderOptions wanted;
  wanted.feed = !options.orders_only;
  wanted.from_sequence = options.from;
  wanted.from_first_kept = true;
  wal::Reader reader{options.log_dir, wanted};
  const bool shown = ::isatty(STDERR_FILENO) != 0 && ::isatty(STDOUT_FILENO) == 0;
  std::uint64_t printed = 0;
  while (options.count == 0 || printed < options.count) {
    const RecordHeader* record = reader.next();
    if (record == nullptr) break;
    fmt::print("{}\n", options.json ? wal::json_line(*record) : wal::describe(*record));
    if (++printed % kDumpProgress == 0 && shown)
      fmt::print(stderr, "\r{} records, at sequence {}", printed, record->sequence);
  }
  if (shown && printed >= kDumpProgress) fmt::print(stderr, "\r{} records{:<30}\n", printed, "");
  const wal::ReaderStatus& status = reader.status();
  if (status.condition == wal::Condition::Ok || status.condition == wal::Condition::End) return 0;
  fmt::print(stderr, "{}: {} at {}:{}: {}\n", options.log_dir.string(),
             wal::text_of(status.condition), status.file.string(), status.offset, status.what);
  return 1;
}

int wal_verify_command(const std::filesystem::path& log_dir, const std::filesystem::path& json) {
  const wal::VerifyReport report =
      wal::verify(
          log_dir,
          [](std::uint64_t done, std::uint64_t total) {
            fmt::print(stderr, "verified {} of {}\n", telemetry::bytes_text(done),
                       telemetry::bytes_text(total));
          },
          run_on_all_cpus);
  fmt::print("{}\n", wal::text_of(report));
  if (!json.empty()) {
    const boost::json::object object{{"condition", wal::text_of(report.condition)},
                                     {"records", report.records},
                                     {"orders", report.orders},
                                     {"feed", report.feed},
                                     {"bytes", report.bytes},
                                     {"segments", report.segments},
                                     {"first_sequence", report.first_sequence},
                                     {"last_sequence", report.last_sequence},
                                     {"missing", report.missing},
                                     {"damaged_file", report.first.file.string()},
                                     {"damaged_offset", report.first.offset},
                                     {"what", report.first.what}};
    write_file(json, boost::json::serialize(object) + "\n");
  }
  return report.whole() ? 0 : 1;
}
}  // namespace sq::app
