#include "tools/crash/write_once.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "engine/wal/files.hpp"

namespace crash {
namespace {
std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}
struct Order {
  sq::RecordHeader header{};
  std::array<std::uint64_t, 16> payload{};
};

void write_records(sq::wal::Log& log, std::uint64_t records, Written& written) {
  std::uint64_t sequence = log.recovery().last_sequence;
  written.first = sequence + 1;
  written.acknowledged = sequence;
  for (std::uint64_t i = 0; i < records; ++i) {
    Order order;
    order.header.length = sq::record_length(sizeof order.payload);
    order.header.kind = sq::RecordKind::OrderChanged;
    order.header.sequence = ++sequence;
    order.payload.fill(sequence * 0x9E3779B97F4A7C15U);
    const std::int64_t begin = now_ns();
    const bool taken = log.appender().append(order.header);
    written.slowest_append_ns = std::max(written.slowest_append_ns, now_ns() - begin);
    if (!taken) {
      ++written.refused;
      return;
    }
    written.acknowledged = sequence;
    if (i % 4 == 3) log.do_work();
    written.durable = log.durable_sequence();
  }
}
}  // namespace

Written write_once(const sq::wal::LogSettings& settings, std::uint64_t records) {
  Written written;
  try {
    const auto log = std::filesystem::exists(settings.dir / "log.meta")
                         ? sq::wal::Log::open(settings)
                         : sq::wal::Log::create(settings);
    write_records(*log, records, written);
    written.trouble = log->failure();
    if (!log->failed()) {
      log->close();
      written.closed = true;
    }
  } catch (const sq::wal::LogError& error) {
    written.trouble = error.what();
  }
  return written;
}

std::string json_of(const Written& written) {
  std::string trouble;
  for (const char c : written.trouble) {
    if (c == '"' || c == '\\') trouble += '\\';
    trouble += c;
  }
  return fmt::format(
      R"({{"first":{},"acknowledged":{},"durable":{},"refused":{},"slowest_append_ns":{},)"
      R"("closed":{},"trouble":"{}"}})"
      "\n",
      written.first, written.acknowledged, written.durable, written.refused,
      written.slowest_append_ns, written.closed, trouble);
}
}  // namespace crash
