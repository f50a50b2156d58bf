#include "engine/feed/dbn/metadata.hpp"

#include <cstring>
#include <utility>

#include "engine/feed/wire_bytes.hpp"

namespace sq::feed::dbn {
namespace {
constexpr std::size_t kFixedBytes = 100;  // up to the count of symbols
constexpr std::size_t kSymbolBytesV1 = 22;

// Reads forward; once it fails it stays failed.
class Cursor {
 public:
  explicit Cursor(std::span<const std::byte> bytes) : bytes_{bytes} {}
  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] std::size_t left() const { return bytes_.size() - at_; }

  std::uint32_t u32() {
    if (!has(4)) return 0;
    at_ += 4;
    return load_little<std::uint32_t>(bytes_.data() + at_ - 4);
  }
  // Zero terminated within `width`.
  std::string text(std::size_t width) {
    if (!has(width)) return {};
    const char* begin = reinterpret_cast<const char*>(bytes_.data() + at_);
    const std::size_t size = ::strnlen(begin, width);
    if (size == width) good_ = false;
    at_ += width;
    return {begin, size};
  }
  // How many items of at least `least` bytes follow; none when they cannot.
  std::uint32_t count(std::size_t least) {
    const std::uint32_t n = u32();
    if (good_ && n > left() / least) good_ = false;
    return good_ ? n : 0;
  }

 private:
  [[nodiscard]] bool has(std::size_t n) {
    good_ = good_ && left() >= n;
    return good_;
  }
  std::span<const std::byte> bytes_;
  std::size_t at_{0};
  bool good_{true};
};

std::vector<std::string> read_symbols(Cursor& cursor, std::size_t width) {
  std::vector<std::string> all;
  const std::uint32_t count = cursor.count(width);
  for (std::uint32_t i = 0; i < count && cursor.good(); ++i) all.push_back(cursor.text(width));
  return all;
}

std::vector<SymbolMapping> read_mappings(Cursor& cursor, std::size_t width) {
  std::vector<SymbolMapping> all;
  const std::uint32_t count = cursor.count(width + 4);
  for (std::uint32_t i = 0; i < count && cursor.good(); ++i) {
    SymbolMapping mapping;
    mapping.raw_symbol = cursor.text(width);
    const std::uint32_t intervals = cursor.count(width + 8);
    for (std::uint32_t k = 0; k < intervals && cursor.good(); ++k) {
      MappedInterval interval;
      interval.start = cursor.u32();
      interval.end = cursor.u32();
      interval.symbol = cursor.text(width);
      mapping.intervals.push_back(std::move(interval));
    }
    all.push_back(std::move(mapping));
  }
  return all;
}
}  // namespace

std::expected<Prelude, std::string> parse_prelude(std::span<const std::byte> head) {
  const auto refuse = [](std::string why) { return std::unexpected(std::move(why)); };
  if (head.size() < kPreludeBytes) return refuse("shorter than the front of a DBN file");
  const auto magic = load_little<std::uint32_t>(head.data());
  if ((magic & 0xFFFF'FFF0U) == 0x184D'2A50U)
    return refuse("DBZ, the format before DBN, is not read: convert it with Databento's tools");
  if (std::memcmp(head.data(), "DBN", 3) != 0) return refuse("does not begin with DBN");
  Prelude prelude;
  prelude.version = static_cast<std::uint8_t>(head[3]);
  if (prelude.version < 1 || prelude.version > kVersionMax)
    return refuse("DBN version " + std::to_string(prelude.version) + ", expected 1, 2 or 3");
  prelude.metadata_bytes = load_little<std::uint32_t>(head.data() + 4);
  if (prelude.metadata_bytes < kFixedBytes || prelude.metadata_bytes > kMetadataBytesMax)
    return refuse("metadata of " + std::to_string(prelude.metadata_bytes) +
                  " bytes, expected 100 to " + std::to_string(kMetadataBytesMax));
  return prelude;
}

std::expected<Metadata, std::string> parse_metadata(const Prelude& prelude,
                                                    std::span<const std::byte> block) {
  const auto refuse = [](std::string why) { return std::unexpected(std::move(why)); };
  if (block.size() != prelude.metadata_bytes || block.size() < kFixedBytes)
    return refuse("the metadata are cut off");
  const std::byte* at = block.data();
  Metadata out;
  out.version = prelude.version;
  const char* dataset = reinterpret_cast<const char*>(at);
  out.dataset.assign(dataset, ::strnlen(dataset, 16));
  out.schema = load_little<std::uint16_t>(at + 16);
  out.start = load_little<std::uint64_t>(at + 18);
  out.end = load_little<std::uint64_t>(at + 26);
  out.limit = load_little<std::uint64_t>(at + 34);
  // Version 1 has a count of records here, and no length of symbols behind the flags.
  const std::byte* flags = at + (prelude.version == 1 ? 50 : 42);
  out.symbols_in = static_cast<SymbolKind>(flags[0]);
  out.symbols_out = static_cast<SymbolKind>(flags[1]);
  out.send_times = flags[2] != std::byte{0};
  const std::size_t width =
      prelude.version == 1 ? kSymbolBytesV1 : load_little<std::uint16_t>(flags + 3);
  if (width == 0) return refuse("symbols of 0 bytes");
  Cursor cursor{block.subspan(kFixedBytes)};
  if (cursor.u32() != 0) return refuse("a schema definition, which DBN up to version 3 has not");
  out.symbols = read_symbols(cursor, width);
  out.partial = read_symbols(cursor, width);
  out.not_found = read_symbols(cursor, width);
  out.mappings = read_mappings(cursor, width);
  if (!cursor.good()) return refuse("a list or text of the metadata goes beyond its block");
  return out;
}
}  // namespace sq::feed::dbn
