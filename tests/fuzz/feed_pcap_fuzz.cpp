// Whatever the bytes of an ITCH file or a capture are: reading it neither crashes nor hangs, every
// record is well formed, and the counters add up.
#include <stdlib.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/feed/itch/itch_file.hpp"
#include "engine/messaging/market_data.hpp"
#include "tests/support/captures.hpp"

namespace {
using namespace sq;

// A file in memory where there is one, written anew for each input.
class Victim {
 public:
  Victim() {
    std::error_code error;
    const std::filesystem::path memory{"/dev/shm"};
    const auto parent = std::filesystem::is_directory(memory, error)
                            ? memory
                            : std::filesystem::temp_directory_path();
    path_ = (parent / "sq-feed-fuzz-XXXXXX").string();
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
    const auto file = feed::itch::open_itch(path_, {});
    std::uint64_t records = 0;
    while (const RecordHeader* record = file->peek()) {
      if (record->source_sequence != ++records) std::abort();
      if (record->length % 8 != 0 || index_of(record->instrument) >= file->symbols().size())
        std::abort();
      file->pop();
    }
    const feed::FileCounters& counters = file->counters();
    if (records > counters.messages) std::abort();
    if (counters.anomalies < counters.first_anomalies.size()) std::abort();
    if (counters.gaps > counters.missing) std::abort();
  }

 private:
  std::string path_;
  int descriptor_{-1};
};

// A good file of the example messages with the input written over it: four bytes a change.
test::Bytes changed(const std::uint8_t* data, std::size_t size) {
  test::Builder payload;
  payload.text("SESSION001", 10).big(std::uint64_t{1}).big(std::uint16_t{7});
  for (const test::Bytes& message : test::itch_examples()) payload.framed(message);
  const test::Bytes frame = test::ethernet({.vlan_tags = data[0] % 2}, payload.bytes());
  test::Bytes file;
  if ((data[0] & 2U) != 0) {
    file = test::Pcap<false>{}.packet(1, 2, frame).packet(3, 4, frame).bytes();
  } else if ((data[0] & 4U) != 0) {
    file = test::Builder{}
               .add(test::ng_section())
               .add(test::ng_interface(1, 9))
               .add(test::ng_packet(0, 1, frame))
               .add(test::ng_packet(0, 2, frame))
               .bytes();
  } else {
    for (int i = 0; i < 3; ++i)
      file.insert(file.end(), payload.bytes().begin() + 20, payload.bytes().end());
  }
  for (std::size_t i = 1; i + 4 <= size; i += 4) {
    const std::size_t at = (data[i] * 256U + data[i + 1]) % (file.size() + 1);
    if (data[i + 2] == 255) {
      file.resize(at);
      if (file.empty()) break;
    } else if (at < file.size()) {
      file[at] = static_cast<std::byte>(data[i + 3]);
    }
  }
  return file;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Victim victim;
  if (size < 5) return 0;
  victim.read(std::as_bytes(std::span{data, size}));
  victim.read(changed(data, size));
  return 0;
}
