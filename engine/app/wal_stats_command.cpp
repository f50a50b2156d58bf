// What a log consists of: records, bytes and rates by kind, source and instrument.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <string>

#include "engine/app/admin_views.hpp"
#include "engine/app/archive_fold.hpp"
#include "engine/app/commands.hpp"
#include "engine/app/wal_export.hpp"
#include "engine/telemetry/format.hpp"
#include "engine/wal/dump.hpp"
#include "engine/wal/reader.hpp"

namespace sq::app {
namespace {
using telemetry::bytes_text;
using telemetry::with_separators;

struct Line {
  std::uint64_t records{0};
  std::uint64_t bytes{0};
};
struct Stats {
  Line total;
  std::map<std::string, Line> kinds;
  std::map<std::string, Line> sources;
  std::map<std::string, Line> instruments;
  std::uint64_t first_sequence{0};
  std::uint64_t last_sequence{0};
  std::uint64_t missing{0};  // numbers between the first and the last that no record has
  std::uint64_t gaps{0};     // places where some are missing
  WallTime first_wall{};
  WallTime last_wall{};
  std::uint64_t segments{0};

  [[nodiscard]] double seconds() const noexcept {
    return static_cast<double>(last_wall - first_wall) / 1e9;
  }
};

// The names of the enumeration SourceId's ranges.
std::string source_name(SourceId source) {
  const auto n = static_cast<std::uint16_t>(source);
  const auto from = [n](SourceId first) { return n - static_cast<std::uint16_t>(first); };
  if (source == kSourceCore) return "core";
  if (source == kSourceAdmin) return "admin";
  if (source >= kSourceFeedFirst) return fmt::format("feed {}", from(kSourceFeedFirst));
  if (source >= kSourceVenueFirst) return fmt::format("venue {}", from(kSourceVenueFirst));
  return fmt::format("source {}", n);
}

void add(Line& line, const RecordHeader& record) {
  ++line.records;
  line.bytes += record.length;
}

void take(Stats& stats, const RecordHeader& record, const ArchiveNames& names) {
  if (stats.total.records == 0) {
    stats.first_sequence = record.sequence;
    stats.first_wall = record.wall;
  } else if (record.sequence != stats.last_sequence + 1) {
    stats.missing += record.sequence - stats.last_sequence - 1;
    ++stats.gaps;
  }
  stats.last_sequence = record.sequence;
  stats.last_wall = std::max(stats.last_wall, record.wall);
  add(stats.total, record);
  add(stats.kinds[std::string{wal::text_of(record.kind)}], record);
  add(stats.sources[source_name(record.source)], record);
  const std::uint32_t i = index_of(record.instrument);
  add(stats.instruments[record.instrument == kNoInstrument ? "none"
                        : i < names.instruments.size()
                            ? reporting::instrument_text(names.instruments[i])
                            : fmt::format("#{}", i)],
      record);
}

void print_lines(const char* title, const std::map<std::string, Line>& lines, double seconds) {
  fmt::print("\n  {:<22} {:>14} {:>12} {:>14}\n", title, "records", "bytes", "rate");
  for (const auto& [name, line] : lines) {
    const double rate = seconds > 0 ? static_cast<double>(line.records) / seconds : 0.0;
    fmt::print("  {:<22} {:>14} {:>12} {:>14}\n", name, with_separators(line.records),
               bytes_text(line.bytes), telemetry::rate_text(rate));
  }
}

boost::json::object json_lines(const std::map<std::string, Line>& lines) {
  boost::json::object object;
  for (const auto& [name, line] : lines)
    object[name] = boost::json::object{{"records", line.records}, {"bytes", line.bytes}};
  return object;
}

boost::json::object to_json(const Stats& stats, const wal::ReaderStatus& status) {
  return {{"records", stats.total.records},
          {"bytes", stats.total.bytes},
          {"segments", stats.segments},
          {"first_sequence", stats.first_sequence},
          {"last_sequence", stats.last_sequence},
          {"missing", stats.missing},
          {"gaps", stats.gaps},
          {"first_wall_ns", stats.first_wall.ns},
          {"last_wall_ns", stats.last_wall.ns},
          {"seconds", stats.seconds()},
          {"condition", wal::text_of(status.condition)},
          {"what", status.what},
          {"kinds", json_lines(stats.kinds)},
          {"sources", json_lines(stats.sources)},
          {"instruments", json_lines(stats.instruments)}};
}
}  // namespace

int wal_stats_command(const std::filesystem::path& log_dir, const std::filesystem::path& json) {
  const ArchiveNames names = archive_names(log_dir);
  Stats stats;
  wal::ReaderOptions kept;
  kept.from_first_kept = true;
  wal::Reader reader{log_dir, kept};
  while (const RecordHeader* record = reader.next()) take(stats, *record, names);
  stats.segments = reader.segments();
  const wal::ReaderStatus& status = reader.status();
  fmt::print("{}: {} records, {} in {} segments, {} to {}\n", log_dir.string(),
             with_separators(stats.total.records), bytes_text(stats.total.bytes), stats.segments,
             stats.first_sequence, stats.last_sequence);
  if (stats.total.records != 0)
    fmt::print("  {} to {} ({})\n", time_text(stats.first_wall), time_text(stats.last_wall),
               telemetry::duration_text(stats.seconds() * 1e9));
  fmt::print("  {} sequence numbers missing in {} places\n", with_separators(stats.missing),
             with_separators(stats.gaps));
  print_lines("kind", stats.kinds, stats.seconds());
  print_lines("source", stats.sources, stats.seconds());
  print_lines("instrument", stats.instruments, stats.seconds());
  if (status.condition > wal::Condition::End)
    fmt::print(stderr, "{}: {} at {}:{}: {}\n", log_dir.string(), wal::text_of(status.condition),
               status.file.string(), status.offset, status.what);
  if (!json.empty()) write_file(json, boost::json::serialize(to_json(stats, status)) + "\n");
  return status.condition > wal::Condition::Torn ? 1 : 0;
}
}  // namespace sq::app
