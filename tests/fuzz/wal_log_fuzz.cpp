// Whatever happens to the bytes of a log: reading it neither crashes nor hangs, hands out no record
// that was not written, in no other order, and does not call a closed log whole that is not.
#include <stdlib.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "engine/wal/dump.hpp"
#include "engine/wal/log.hpp"
#include "engine/wal/meta.hpp"
#include "engine/wal/reader.hpp"
#include "engine/wal/segment_writer.hpp"

namespace {
using namespace sq;
using Bytes = std::vector<char>;

struct StoredFile {
  std::filesystem::path path;
  Bytes bytes;
};

Bytes bytes_of(const std::filesystem::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}
void store(const StoredFile& file) {
  std::ofstream out{file.path, std::ios::binary | std::ios::trunc};
  out.write(file.bytes.data(), static_cast<std::streamsize>(file.bytes.size()));
}

// One small log in two states: as a killed process left it, and closed.
class Victim {
 public:
  Victim() {
    std::error_code error;
    const std::filesystem::path memory{"/dev/shm"};  // where a sync costs nothing
    const auto parent = std::filesystem::is_directory(memory, error)
                            ? memory
                            : std::filesystem::temp_directory_path();
    std::string name = (parent / "sq-wal-fuzz-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    root_ = name;
    wal::LogSettings settings;
    settings.dir = root_ / "log";
    settings.ring_dir = root_;
    settings.instance = FixedText<16>{"fuzz"};
    settings.order_ring_bytes = settings.feed_ring_bytes = 64 * 1024;
    settings.segment_bytes = 8192;
    auto log = wal::Log::create(settings);
    for (std::uint64_t sequence = 1; sequence <= kRecords; ++sequence) {
      std::array<std::uint64_t, 24> record{};
      auto& header = *reinterpret_cast<RecordHeader*>(record.data());
      header.length = static_cast<std::uint32_t>(64 + 8 * (sequence % 17));
      header.kind = sequence % 4 == 0 ? RecordKind::TopOfBook : RecordKind::OrderChanged;
      header.sequence = sequence;
      for (std::size_t i = 8; i < header.length / 8; ++i) record[i] = sequence * 77 + i;
      if (!log->appender().append(header)) std::abort();
      if (sequence == kRecords - 5 && !log->flush()) std::abort();
    }
    remember(killed_);
    log->close();
    log.reset();
    remember(closed_);
    read_originals(settings.dir);
  }
  Victim(const Victim&) = delete;
  Victim& operator=(const Victim&) = delete;
  ~Victim() { std::filesystem::remove_all(root_); }

  void run(const std::uint8_t* data, std::size_t size) {
    const bool closed = (data[0] & 1U) != 0;
    const auto& files = closed ? closed_ : killed_;
    std::filesystem::remove_all(root_);
    std::filesystem::create_directories(root_ / "log");
    for (const StoredFile& file : files) store(file);
    StoredFile file = files[(data[0] >> 1U) % files.size()];
    // Four bytes a change: offset (2), how long, what.
    for (std::size_t i = 1; i + 4 <= size; i += 4) {
      const std::size_t offset = (data[i] * 256U + data[i + 1]) % (file.bytes.size() + 1);
      const std::size_t n = std::min<std::size_t>(data[i + 2] % 65U, file.bytes.size() - offset);
      for (std::size_t k = 0; k < n; ++k)
        file.bytes[offset + k] = static_cast<char>(data[i + 3] + (data[i + 2] > 128 ? k : 0));
      if (data[i + 2] == 255) file.bytes.resize(offset);
    }
    store(file);
    check(closed);
  }

 private:
  static constexpr std::uint64_t kRecords = 80;

  void remember(std::vector<StoredFile>& files) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root_))
      if (entry.is_regular_file()) files.push_back({entry.path(), bytes_of(entry.path())});
  }
  void read_originals(const std::filesystem::path& dir) {
    wal::Reader reader{dir};
    while (const RecordHeader* record = reader.next()) {
      const auto* bytes = reinterpret_cast<const char*>(record);
      originals_.emplace_back(bytes, bytes + record->length);
    }
    if (originals_.size() != kRecords) std::abort();
  }
  void check(bool closed) {
    try {
      wal::Reader reader{root_ / "log"};
      std::uint64_t count = 0;
      std::uint64_t last = 0;
      while (const RecordHeader* record = reader.next()) {
        if (record->sequence <= last || record->sequence > kRecords) std::abort();
        last = record->sequence;
        const Bytes& original = originals_[last - 1];
        if (record->length != original.size() ||
            std::memcmp(record, original.data(), original.size()) != 0)
          std::abort();
        if (wal::describe(*record).empty() || wal::json_line(*record).empty()) std::abort();
        ++count;
      }
      if (closed && count != kRecords && reader.status().condition <= wal::Condition::End)
        std::abort();
    } catch (const wal::LogError&) {  // said why
    }
  }

  std::filesystem::path root_;
  std::vector<StoredFile> killed_;
  std::vector<StoredFile> closed_;
  std::vector<Bytes> originals_;
};
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Victim victim;
  if (size >= 5) victim.run(data, size);
  return 0;
}
