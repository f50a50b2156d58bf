#include "tests/wal/fixture.hpp"

#include <stdlib.h>

#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string>

namespace sq::wal::test {
TemporaryDir::TemporaryDir() {
  const std::filesystem::path memory{"/dev/shm"};  // there a sync costs nothing
  std::error_code error;
  const auto parent = std::filesystem::is_directory(memory, error)
                          ? memory
                          : std::filesystem::temp_directory_path();
  std::string name = (parent / "sq-wal-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
  path_ = name;
}
TemporaryDir::~TemporaryDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

LogSettings small_settings(const TemporaryDir& dir) {
  LogSettings settings;
  settings.dir = dir.path() / "log";
  settings.ring_dir = dir.path();
  settings.instance = FixedText<16>{"test"};
  settings.order_ring_bytes = 64 * 1024;
  settings.feed_ring_bytes = 64 * 1024;
  settings.segment_bytes = 16 * 1024;
  settings.reserve_bytes = 64 * 1024;
  return settings;
}

Sample sample(std::uint64_t sequence, RecordKind kind, std::size_t payload_words) {
  Sample s;
  s.header.length = record_length(payload_words * sizeof(std::uint64_t));
  s.header.kind = kind;
  s.header.sequence = sequence;
  s.header.mono.ns = static_cast<std::int64_t>(sequence * 10);
  s.header.source_sequence = payload_words;
  for (std::size_t i = 0; i < payload_words; ++i)
    s.payload[i] = (sequence + i) * 0x9E37'79B9'7F4A'7C15U;
  return s;
}
Sample sample(std::uint64_t sequence) {
  const RecordKind kind = sequence % 3 == 0 ? RecordKind::TradePrint : RecordKind::OrderChanged;
  return sample(sequence, kind, (sequence * 7) % 29);
}

bool is_sample(const RecordHeader& record) {
  Sample expected = sample(record.sequence, record.kind, record.source_sequence % 129);
  expected.header.checksum = record.checksum;
  return expected.header.length == record.length &&
         std::memcmp(&expected, &record, record.length) == 0;
}

void append_samples(Log& log, std::uint64_t first, std::uint64_t last) {
  for (std::uint64_t sequence = first; sequence <= last; ++sequence) {
    const Sample s = sample(sequence);
    if (!log.appender().append(s.header))
      throw std::runtime_error("append of " + std::to_string(sequence) + " was refused");
  }
}

ReadBack read_back(const std::filesystem::path& dir, ReaderOptions options) {
  ReadBack result;
  Reader reader{dir, options};
  while (const RecordHeader* record = reader.next()) {
    result.sequences.push_back(record->sequence);
    result.all_samples = result.all_samples && is_sample(*record);
  }
  result.status = reader.status();
  return result;
}
std::vector<std::uint64_t> counting(std::uint64_t n) {
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t i = 1; i <= n; ++i) numbers.push_back(i);
  return numbers;
}

std::vector<std::byte> bytes_of(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  std::vector<std::byte> bytes(std::filesystem::file_size(file));
  in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!in) throw std::runtime_error("cannot read " + file.string());
  return bytes;
}
void write_bytes(const std::filesystem::path& file, const std::vector<std::byte>& bytes) {
  std::ofstream out{file, std::ios::binary | std::ios::trunc};
  out.write(reinterpret_cast<const char*>(bytes.data()),
            static_cast<std::streamsize>(bytes.size()));
  if (!out) throw std::runtime_error("cannot write " + file.string());
}
}  // namespace sq::wal::test
