// Real logs with random histories, in a directory that goes away: for tests of what folds a log.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/messaging/market_data.hpp"
#include "engine/wal/log.hpp"
#include "tests/core/random_facts.hpp"

namespace sq::test {
class TemporaryDir {
 public:
  TemporaryDir() {
    const std::filesystem::path memory{"/dev/shm"};  // there a sync costs nothing
    std::error_code error;
    const auto parent = std::filesystem::is_directory(memory, error)
                            ? memory
                            : std::filesystem::temp_directory_path();
    std::string name = (parent / "sq-app-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
    path_ = name;
  }
  TemporaryDir(const TemporaryDir&) = delete;
  TemporaryDir& operator=(const TemporaryDir&) = delete;
  ~TemporaryDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

inline std::vector<std::byte> file_bytes(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  std::vector<std::byte> bytes;
  for (auto at = std::istreambuf_iterator<char>{in}; at != std::istreambuf_iterator<char>{}; ++at)
    bytes.push_back(static_cast<std::byte>(*at));
  return bytes;
}
inline void write_file_bytes(const std::filesystem::path& file,
                             const std::vector<std::byte>& bytes) {
  std::ofstream out{file, std::ios::binary | std::ios::trunc};
  out.write(reinterpret_cast<const char*>(bytes.data()),
            static_cast<std::streamsize>(bytes.size()));
}
inline void flip(const std::filesystem::path& file, std::size_t at) {
  auto bytes = file_bytes(file);
  bytes[at % bytes.size()] ^= std::byte{4};
  write_file_bytes(file, bytes);
}

// Small rings and segments, both in `dir`: the log in dir/log.
inline wal::LogSettings small_log(const std::filesystem::path& dir) {
  wal::LogSettings settings;
  settings.dir = dir / "log";
  settings.ring_dir = dir;
  settings.instance = FixedText<16>{"test"};
  settings.order_ring_bytes = 64 * 1024;
  settings.feed_ring_bytes = 64 * 1024;
  settings.segment_bytes = 16 * 1024;
  return settings;
}

// A log whose records a seed decides, appended to bit by bit.
class History {
 public:
  History(const TemporaryDir& dir, std::uint64_t seed)
      : settings_{small_log(dir.path())}, facts_{seed}, log_{wal::Log::create(settings_)} {}

  // Market data in between, which are in the other stream.
  void append(std::uint64_t n) {
    for (std::uint64_t i = 0; i < n; ++i) {
      RecordHeader& record = facts_.next();
      record.sequence = ++sequence_;
      if (!log_->appender().append(record)) throw std::runtime_error("append refused");
      if (i % 3 == 0 && !log_->appender().append(trade().header))
        throw std::runtime_error("append refused");
      log_->do_work();
    }
  }
  void close() { log_->close(); }
  void reopen() {
    log_.reset();
    log_ = wal::Log::open(settings_);
  }
  [[nodiscard]] const std::filesystem::path& dir() const { return settings_.dir; }

 private:
  Record<TradePrint> trade() {
    auto record = make_record(RecordKind::TradePrint, TradePrint{});
    record.header.sequence = ++sequence_;
    return record;
  }

  wal::LogSettings settings_;
  RandomFacts facts_;
  std::unique_ptr<wal::Log> log_;
  std::uint64_t sequence_{0};
};
}  // namespace sq::test
