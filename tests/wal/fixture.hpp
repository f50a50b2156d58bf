// What the log's tests share: a directory that goes away, records to write, whole logs to damage.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "engine/messaging/record.hpp"
#include "engine/wal/log.hpp"
#include "engine/wal/reader.hpp"

namespace sq::wal::test {
class TemporaryDir {
 public:
  TemporaryDir();
  TemporaryDir(const TemporaryDir&) = delete;
  TemporaryDir& operator=(const TemporaryDir&) = delete;
  ~TemporaryDir();
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

// Small rings and segments, both in `dir`: the log in dir/log.
[[nodiscard]] LogSettings small_settings(const TemporaryDir& dir);

// A record with a payload that follows from its sequence; every third one is market data.
struct Sample {
  RecordHeader header{};
  std::array<std::uint64_t, 128> payload{};
};
[[nodiscard]] Sample sample(std::uint64_t sequence);
[[nodiscard]] Sample sample(std::uint64_t sequence, RecordKind kind, std::size_t payload_words);
// True if it is byte for byte what sample() made, apart from the checksum.
[[nodiscard]] bool is_sample(const RecordHeader& record);

// Appends sample(first) to sample(last).
void append_samples(Log& log, std::uint64_t first, std::uint64_t last);

struct ReadBack {
  std::vector<std::uint64_t> sequences;
  bool all_samples{true};
  ReaderStatus status;
};
[[nodiscard]] ReadBack read_back(const std::filesystem::path& dir, ReaderOptions options = {});
// 1, 2, ... n
[[nodiscard]] std::vector<std::uint64_t> counting(std::uint64_t n);

[[nodiscard]] std::vector<std::byte> bytes_of(const std::filesystem::path& file);
void write_bytes(const std::filesystem::path& file, const std::vector<std::byte>& bytes);
}  // namespace sq::wal::test
