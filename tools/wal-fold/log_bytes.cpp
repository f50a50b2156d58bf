#include "tools/wal-fold/log_bytes.hpp"

#include <algorithm>
#include <fstream>
#include <optional>
#include <stdexcept>

#ifndef XXH_INLINE_ALL
#define XXH_INLINE_ALL
#endif
#if defined(__AVX512F__) && defined(__GNUC__) && !defined(__clang__) && !defined(XXH_VECTOR)
#define XXH_VECTOR 2  // GCC 12's AVX-512 headers warn
#endif
#include <xxhash.h>

namespace fold {
namespace {
constexpr std::size_t kPage = 4096;
constexpr std::size_t kHeader = 64;
constexpr std::uint32_t kLengthMax = 1U << 20U;
using Bytes = std::vector<std::byte>;

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& what) {
  throw std::runtime_error(file.string() + ": " + what);
}

std::optional<Bytes> slurp(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary | std::ios::ate};
  if (!in) return std::nullopt;
  Bytes bytes(static_cast<std::size_t>(in.tellg()));
  in.seekg(0);
  in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!in) refuse(file, "cannot read");
  return bytes;
}

std::filesystem::path segment(const std::filesystem::path& dir, std::uint64_t number) {
  std::string digits = std::to_string(number);
  while (digits.size() < 6) digits.insert(digits.begin(), '0');
  return dir / ("orders-" + digits + ".seg");
}

struct Chain {
  std::uint64_t checksum{0};
  std::uint64_t position{0};
  std::uint64_t sequence{0};
};

// True and a step further when a whole, valid record lies at `bytes`, with `room` bytes behind it.
bool step(const std::byte* bytes, std::size_t room, Chain& chain, LogSummary& summary,
          const std::function<void(const Record&)>& see) {
  if (room < kHeader) return false;
  const auto length = at<std::uint32_t>(bytes, 8);
  if (length < kHeader || length > kLengthMax || length > room || length % 8 != 0) return false;
  const auto checksum = at<std::uint64_t>(bytes, 0);
  if (XXH3_64bits_withSeed(bytes + 8, length - 8, chain.checksum) != checksum) return false;
  Record record;
  record.kind = at<std::uint16_t>(bytes, 12);
  record.sequence = at<std::uint64_t>(bytes, 16);
  record.instrument = at<std::uint32_t>(bytes, 56);
  record.payload = bytes + kHeader;
  record.payload_bytes = length - kHeader;
  if (record.sequence <= chain.sequence) throw std::runtime_error("sequence does not rise");
  chain = {checksum, chain.position + length, record.sequence};
  ++summary.records;
  summary.bytes += length;
  summary.last_sequence = record.sequence;
  see(record);
  return true;
}

// Through segment `number`, not beyond position `end`. False when there is no such file.
bool read_segment(const std::filesystem::path& dir, std::uint64_t number, std::uint64_t log_id,
                  std::uint64_t end, Chain& chain, LogSummary& summary,
                  const std::function<void(const Record&)>& see) {
  const auto file = segment(dir, number);
  const auto bytes = slurp(file);
  if (!bytes) return false;
  const std::byte* b = bytes->data();
  if (bytes->size() < kPage || std::memcmp(b, "SQWALSEG", 8) != 0) refuse(file, "not a segment");
  if (at<std::uint64_t>(b, 8) != XXH3_64bits(b + 16, 512 - 16)) refuse(file, "header damaged");
  if (at<std::uint32_t>(b, 16) != 1) refuse(file, "unknown format");
  if (at<std::uint8_t>(b, 20) != 0 || at<std::uint64_t>(b, 24) != log_id ||
      at<std::uint64_t>(b, 48) != number)
    refuse(file, "another log, stream or number");
  if (at<std::uint64_t>(b, 56) != chain.position || at<std::uint64_t>(b, 72) != chain.checksum)
    refuse(file, "does not continue the segment before");
  std::size_t offset = kPage;
  while (chain.position < end) {
    const std::uint64_t before = chain.position;
    if (!step(b + offset, bytes->size() - offset, chain, summary, see)) break;
    offset += chain.position - before;
  }
  return true;
}

void read_ring(const std::filesystem::path& file, const Bytes& bytes, std::uint64_t head,
               Chain& chain, LogSummary& summary, const std::function<void(const Record&)>& see) {
  const auto capacity = at<std::uint64_t>(bytes.data(), 32);
  const std::byte* ring = bytes.data() + kPage;
  Bytes record(kLengthMax);
  while (chain.position < head) {
    const std::size_t room = std::min<std::uint64_t>(head - chain.position, kLengthMax);
    for (std::size_t i = 0; i < room;) {
      const std::size_t from = (chain.position + i) % capacity;
      const std::size_t n = std::min<std::size_t>(room - i, capacity - from);
      std::memcpy(record.data() + i, ring + from, n);
      i += n;
    }
    if (!step(record.data(), room, chain, summary, see))
      refuse(file, "damaged record at position " + std::to_string(chain.position));
  }
}
}  // namespace

LogSummary read_orders(const std::filesystem::path& dir,
                       const std::function<void(const Record&)>& see) {
  const auto meta = slurp(dir / "log.meta");
  if (!meta || meta->size() != kPage) refuse(dir / "log.meta", "missing or not 4096 bytes");
  const std::byte* m = meta->data();
  if (std::memcmp(m, "SQWALMTA", 8) != 0 ||
      at<std::uint64_t>(m, 8) != XXH3_64bits(m + 16, kPage - 16))
    refuse(dir / "log.meta", "damaged");
  const auto log_id = at<std::uint64_t>(m, 24);
  LogSummary summary;
  summary.instance = text_at(m, 32, 16);
  summary.clean = at<std::uint8_t>(m, 20) == 2;

  std::uint64_t end = summary.clean ? at<std::uint64_t>(m, 80) : ~std::uint64_t{0};
  std::optional<Bytes> ring;
  const std::filesystem::path ring_file = text_at(m, 144, 512);
  if (!summary.clean) ring = slurp(ring_file);
  if (ring && (ring->size() < kPage || std::memcmp(ring->data(), "SQWALRNG", 8) != 0 ||
               at<std::uint64_t>(ring->data(), 24) != log_id))
    ring.reset();
  if (ring) end = at<std::uint64_t>(ring->data(), 128);  // tail

  Chain chain;
  chain.checksum = log_id;
  std::uint64_t number = 1;
  while (chain.position < end && read_segment(dir, number, log_id, end, chain, summary, see))
    ++number;
  if (end != ~std::uint64_t{0} && chain.position < end)
    refuse(segment(dir, number - 1), "the order log breaks at position " +
                                         std::to_string(chain.position) + ", before its end at " +
                                         std::to_string(end));
  if (ring) {
    summary.ring = true;
    read_ring(ring_file, *ring, at<std::uint64_t>(ring->data(), 64), chain, summary, see);
  }
  return summary;
}
}  // namespace fold
