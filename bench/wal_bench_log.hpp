// What the benches of the log share: records of 128 bytes, and a log that goes away at the end. It
// lies in the directory SQ_BENCH_DIR, or in the temporary one.
#pragma once

#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "bench/harness.hpp"
#include "engine/wal/log.hpp"
#include "engine/wal/reader.hpp"
#include "engine/wal/ring.hpp"

namespace sq::bench {
constexpr std::size_t kRecords = 4096;  // 512 KiB of records to choose from

struct Record128 {
  RecordHeader header{};
  std::array<std::uint64_t, 8> payload{};
};
static_assert(sizeof(Record128) == 128);

inline std::vector<Record128> make_records(RecordKind kind) {
  std::vector<Record128> records(kRecords);
  std::uint64_t state = 42;
  for (auto& record : records) {
    record.header.length = sizeof(Record128);
    record.header.kind = kind;
    for (auto& word : record.payload) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      word = state;
    }
  }
  return records;
}

inline std::filesystem::path bench_dir() {
  const char* base = std::getenv("SQ_BENCH_DIR");
  return (base != nullptr ? std::filesystem::path{base} : std::filesystem::temp_directory_path()) /
         ("sq-wal-bench-" + std::to_string(::getpid()));
}

// Its durability thread is on another cpu than the caller.
class BenchLog {
 public:
  explicit BenchLog(wal::Durability durability, bool with_thread = true,
                    std::uint64_t group_bytes = std::uint64_t{1} << 20U) {
    settings_.group_bytes = group_bytes;
    settings_.dir = bench_dir();
    settings_.instance = FixedText<16>{"bench"};
    settings_.durability = durability;
    log_ = wal::Log::create(settings_);
    if (!with_thread) return;
    thread_ = std::thread{[this, cpu = cpu_beside()] {
      if (cpus().size() > 1) pin_to_cpu(cpu);
      while (!stop_.load(std::memory_order_relaxed)) {
        if (log_->do_work() == 0) std::this_thread::yield();
      }
    }};
  }
  BenchLog(const BenchLog&) = delete;
  BenchLog& operator=(const BenchLog&) = delete;
  ~BenchLog() {
    finish();
    log_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(settings_.dir, ignored);
  }
  void finish() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
    log_->close();
  }
  wal::Log& log() { return *log_; }
  const std::filesystem::path& dir() const { return settings_.dir; }
  // Lets the durability thread catch up, so that the next batch finds room: the wait for the disk
  // is what wal/append_stream shows, not this.
  void make_room() {
    const auto stays_behind = [&] {
      const auto& ring = *rings_;
      return ring.head() - ring.tail() > settings_.order_ring_bytes / 2;
    };
    if (!rings_) {
      const auto path =
          wal::ring_path(settings_.ring_dir, std::filesystem::canonical(settings_.dir),
                         settings_.instance, wal::Stream::Order);
      wal::Reader reader{settings_.dir};
      rings_ =
          wal::RingView::open(path, {wal::Stream::Order, reader.meta().log_id, settings_.instance});
    }
    while (stays_behind()) std::this_thread::yield();
  }

 private:
  wal::LogSettings settings_;
  std::unique_ptr<wal::Log> log_;
  std::optional<wal::RingView> rings_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

class Appending {
 public:
  explicit Appending(wal::Log& log)
      : appender_{&log.appender()}, records_{make_records(RecordKind::OrderChanged)} {}
  bool operator()(std::size_t) {
    Record128& record = records_[sequence_ % kRecords];
    record.header.sequence = ++sequence_;
    return appender_->append(record.header);
  }

 private:
  wal::Appender* appender_;
  std::vector<Record128> records_;
  std::uint64_t sequence_{0};
};
}  // namespace sq::bench
