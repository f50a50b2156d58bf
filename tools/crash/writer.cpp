#include "tools/crash/writer.hpp"

#include <array>
#include <atomic>
#include <cstdio>
#include <exception>
#include <thread>

#include "engine/wal/kill_point.hpp"
#include "tools/crash/messages.hpp"

namespace crash {
namespace {
struct Written {
  sq::RecordHeader header{};
  std::array<std::uint64_t, 64> payload{};
};
Written make_record(std::uint64_t sequence, std::uint64_t seed) {
  Written written;
  const std::uint64_t mixed = (sequence + seed) * 0x9E3779B97F4A7C15U;
  const std::size_t words = (mixed >> 40U) % written.payload.size();
  written.header.length = sq::record_length(words * sizeof(std::uint64_t));
  written.header.kind = sequence % 4 == 0   ? sq::RecordKind::TradePrint
                        : sequence % 4 == 1 ? sq::RecordKind::OrderSent
                                            : sq::RecordKind::OrderChanged;
  written.header.sequence = sequence;
  written.header.source_sequence = seed;
  for (std::size_t i = 0; i < words; ++i) written.payload[i] = mixed ^ (i * 0xD6E8FEB86659FD93U);
  return written;
}

void write_records(const Life& life, sq::wal::Log& log) {
  const bool strict = life.settings.durability == sq::wal::Durability::Strict;
  std::uint64_t sequence = log.recovery().last_sequence;
  for (std::uint64_t i = 0; i < life.records; ++i) {
    const Written record = make_record(++sequence, life.seed);
    const Message message{Said::Acknowledged, sequence, fingerprint(record.header)};
    if (!log.appender().append(record.header)) throw std::runtime_error("append was refused");
    if (record.header.kind == sq::RecordKind::OrderSent) {
      while (strict && log.durable_sequence() < sequence && !log.failed())
        std::this_thread::yield();
      if (log.failed()) throw std::runtime_error(log.failure());
      if (!tell(life.pipe, {Said::Sent, sequence, message.fingerprint})) return;
    }
    if (!tell(life.pipe, message)) return;
  }
}
}  // namespace

void live(const Life& life) noexcept {
  try {
#ifdef SQ_KILL_POINTS
    if (life.kill_point != 0) sq::wal::KillPoint::chosen().choose("*", life.kill_point);
#endif
    const auto log =
        life.create ? sq::wal::Log::create(life.settings) : sq::wal::Log::open(life.settings);
    if (life.close_at_once) {
      log->close();
      ::_exit(0);
    }
    std::atomic<bool> done{false};
    std::thread durability{[&] {
      while (!done.load(std::memory_order_relaxed)) {
        if (log->do_work() == 0) std::this_thread::yield();
      }
    }};
    write_records(life, *log);
    ::pause();
    ::_exit(0);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "crash: the writer ended: %s\n", error.what());
    ::_exit(4);
  }
}
}  // namespace crash
