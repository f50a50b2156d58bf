#include <charconv>

#include "engine/settings/sections/fields.hpp"
#include "engine/settings/sections/read.hpp"
#include "engine/settings/sections/simulation_venues.hpp"
#include "engine/settings/simulation.hpp"
#include "engine/settings/strict/read_file.hpp"

namespace sq::settings {
namespace {
using Rows = std::vector<std::vector<std::int64_t>>;
constexpr std::int64_t kWhole = 1'000'000;
constexpr std::size_t kColumns = 3;
constexpr std::size_t kPointsMax = 1'000;
constexpr std::size_t kTableBytesMax = 1U << 16;
constexpr std::string_view kRowsAccepted =
    "2 to 1000 rows [probability in ppm, order latency in us, report latency in us]: probabilities "
    "strictly increasing from 0 to 1000000, latencies from 0 to 10000000 and never decreasing";

bool good_rows(const Rows& rows) {
  if (rows.size() < 2 || rows.size() > kPointsMax) return false;
  if (rows.front()[0] != 0 || rows.back()[0] != kWhole) return false;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t c = 1; c < kColumns; ++c) {
      if (rows[i][c] < 0 || rows[i][c] > kLatencyUsMax) return false;
      if (i > 0 && rows[i][c] < rows[i - 1][c]) return false;
    }
    if (i > 0 && rows[i][0] <= rows[i - 1][0]) return false;
  }
  return true;
}

std::vector<LatencyPoint> points_of(const Rows& rows) {
  std::vector<LatencyPoint> points;
  for (const auto& row : rows)
    points.push_back({static_cast<std::uint32_t>(row[0]), row[1] * kNsPerUs, row[2] * kNsPerUs});
  return points;
}

// Three whole numbers separated by commas; empty for anything else.
std::vector<std::int64_t> parse_row(std::string_view line) {
  std::vector<std::int64_t> row;
  const char* at = line.data();
  const char* const end = at + line.size();
  while (true) {
    std::int64_t value = 0;
    const auto [next, error] = std::from_chars(at, end, value);
    if (error != std::errc{}) return {};
    row.push_back(value);
    if (next == end) break;
    if (*next != ',') return {};
    at = next + 1;
  }
  if (row.size() != kColumns) row.clear();
  return row;
}

// Lines "ppm,order_us,report_us"; '#' starts a comment line.
void read_table_file(Reader& reader, const std::filesystem::path& project_dir, Simulation& out) {
  std::filesystem::path file;
  reader.coded("order_latency_file", file, kPathCodec, Need::Required);
  if (file.empty()) return;
  if (file.is_relative()) file = project_dir / file;
  const auto text = read_file(file, kTableBytesMax);
  if (!text) {
    reader.refuse("order_latency_file", "a file that can be read (" + text.error() + ")");
    return;
  }
  Rows rows;
  std::uint32_t number = 0;
  for (std::string_view rest = *text; !rest.empty();) {
    ++number;
    const std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    rows.push_back(parse_row(line));
    if (!rows.back().empty()) continue;
    reader.report({file.string(),
                   number,
                   1,
                   reader.path() + ".order_latency_file",
                   std::string{line.substr(0, kWrittenMax)},
                   "three whole numbers \"ppm,order_us,report_us\"",
                   {}});
    return;
  }
  if (good_rows(rows)) {
    out.order_latency_table = points_of(rows);
  } else {
    reader.report({file.string(),
                   1,
                   1,
                   reader.path() + ".order_latency_file",
                   "the table",
                   std::string{kRowsAccepted},
                   {}});
  }
}

void read_order_latency(Reader& reader, const std::filesystem::path& project_dir, Simulation& out) {
  const bool file = reader.has("order_latency_file");
  const bool table = reader.has("order_latency_table");
  if (file && table)
    reader.refuse("order_latency_file", "either order_latency_file or order_latency_table");
  const Need constant = file || table ? Need::Optional : Need::Required;
  for (const std::string_view key : {"order_latency_us", "report_latency_us"}) {
    if (constant == Need::Optional && reader.has(key))
      reader.refuse(key, "no constant latency beside a table of latencies");
  }
  reader.duration("order_latency_us", out.order_latency_ns, 0, kLatencyUsMax, constant);
  reader.duration("report_latency_us", out.report_latency_ns, 0, kLatencyUsMax, constant);
  if (file) read_table_file(reader, project_dir, out);
  if (!table) return;
  const Rows rows = reader.rows("order_latency_table", kColumns, kRowsAccepted, Need::Required);
  if (good_rows(rows)) {
    out.order_latency_table = points_of(rows);
  } else if (reader.sound()) {
    reader.refuse("order_latency_table", kRowsAccepted);
  }
}
}  // namespace

void read_simulation(Reader& reader, const std::filesystem::path& project_dir, Simulation& out) {
  fields(reader, out);
  // A number that the chosen model does not use would be believed: it is refused.
  const bool constant_feed = out.feed_latency == FeedLatency::Constant;
  if (!constant_feed && reader.has("feed_latency_us"))
    reader.refuse("feed_latency_us", "no such key unless feed_latency is \"constant\"");
  reader.duration("feed_latency_us", out.feed_latency_ns, 0, kLatencyUsMax,
                  constant_feed ? Need::Required : Need::Optional);
  const bool power = out.queue_model == QueueModel::Power;
  if (!power && reader.has("queue_power"))
    reader.refuse("queue_power", "no such key unless queue_model is \"power\"");
  reader.integer("queue_power", out.queue_power, 1, 8, "", power ? Need::Required : Need::Optional);
  read_order_latency(reader, project_dir, out);
  read_simulated_venues(reader, out);
  reader.finish();
}
}  // namespace sq::settings
