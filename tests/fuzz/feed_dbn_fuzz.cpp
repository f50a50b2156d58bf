// Whatever the bytes of a DBN file are: it is refused with a reason or read to its end without
// crashing or hanging, and every record is well formed.
#include <stdlib.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "engine/feed/dbn/dbn_file.hpp"
#include "engine/messaging/market_data.hpp"
#include "tests/support/dbn_files.hpp"

namespace {
using namespace sq;

void check(const RecordHeader& record) {
  if (record.length % 8 != 0) std::abort();
  if (record.kind == RecordKind::DepthSnapshot || record.kind == RecordKind::DepthUpdate) {
    for (const auto side : {bids_of(record), asks_of(record)}) {
      if (side.size() > 20) std::abort();
      for (const Level& level : side)
        if (level.qty < Qty{}) std::abort();
    }
  }
  if (record.kind == RecordKind::MarketOrder && payload_of<MarketOrder>(record).qty < Qty{})
    std::abort();
}

class Victim {
 public:
  Victim() {
    std::error_code error;
    const std::filesystem::path memory{"/dev/shm"};
    const auto parent = std::filesystem::is_directory(memory, error)
                            ? memory
                            : std::filesystem::temp_directory_path();
    path_ = (parent / "sq-dbn-fuzz-XXXXXX").string();
    descriptor_ = ::mkstemp(path_.data());
    if (descriptor_ < 0) std::abort();
  }
  Victim(const Victim&) = delete;
  Victim& operator=(const Victim&) = delete;
  ~Victim() {
    ::close(descriptor_);
    ::unlink(path_.c_str());
  }
  void read(std::span<const std::byte> bytes) {
    if (::ftruncate(descriptor_, 0) != 0 ||
        ::pwrite(descriptor_, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
      std::abort();
    try {
      const auto file = feed::dbn::open_dbn(path_, {});
      std::uint64_t records = 0;
      while (const RecordHeader* record = file->peek()) {
        check(*record);
        if (record->source_sequence != ++records) std::abort();
        if (index_of(record->instrument) >= file->symbols().size()) std::abort();
        file->pop();
      }
      if (records > 3 * file->counters().messages) std::abort();
    } catch (const std::runtime_error&) {  // said why
    }
  }

 private:
  std::string path_;
  int descriptor_{-1};
};

// Good metadata, then records that take their fields from the input.
test::Bytes made(const std::uint8_t* data, std::size_t size) {
  static constexpr std::uint8_t kTypes[] = {0xA0, 0xA0, 0x01, 0x0A, 0x00, 0x21,
                                            0x12, 0x13, 0x16, 0x15, 0xC3, 0xB1};
  static constexpr std::uint8_t kWords[] = {14, 14, 20, 92, 12, 14, 10, 130, 44, 80, 20, 20};
  test::Builder file;
  file.add(test::dbn_head({.version = static_cast<std::uint8_t>(1 + data[0] % 3U),
                           .schema = static_cast<std::uint16_t>(data[0] % 5U)}));
  for (std::size_t i = 1; i + 24 <= size; i += 24) {
    const std::size_t kind = data[i] % sizeof(kTypes);
    test::Builder record;
    record.little(kWords[kind]).little(kTypes[kind]);
    const std::size_t bytes = kWords[kind] * std::size_t{4};
    while (record.bytes().size() + 23 < bytes)
      record.add(std::as_bytes(std::span{data + i + 1, 23}));
    record.zeros(bytes - record.bytes().size());
    file.add(record.bytes());
  }
  return file.bytes();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Victim victim;
  if (size < 2) return 0;
  victim.read(std::as_bytes(std::span{data, size}));
  victim.read(made(data, size));
  test::Bytes changed = test::dbn_head({.version = static_cast<std::uint8_t>(1 + data[0] % 3U)});
  for (std::size_t i = 1; i + 2 <= size; i += 2)
    changed[(data[i] * 4U) % changed.size()] = static_cast<std::byte>(data[i + 1]);
  victim.read(changed);
  return 0;
}
