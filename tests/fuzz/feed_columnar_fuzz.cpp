// Blocks of our own format: any records come back as they were; any bytes in place of a block are
// decoded or refused; a good block with bytes changed behind its checksum's back, too. What is
// decoded is walked through.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "engine/feed/columnar/block_decoder.hpp"
#include "engine/feed/columnar/block_encoder.hpp"
#include "engine/feed/columnar/sections.hpp"
#include "engine/messaging/market_data.hpp"
#include "engine/types/check.hpp"
#include "tests/feed/columnar_records.hpp"

namespace {
using namespace sq;
using namespace sq::feed::columnar;

class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : data_{data}, left_{size} {}
  [[nodiscard]] std::size_t left() const { return left_; }
  std::uint64_t take(std::size_t count) {
    std::uint64_t value = 0;
    count = count < left_ ? count : left_;
    if (count != 0) std::memcpy(&value, data_, count);
    data_ += count;
    left_ -= count;
    return value;
  }

 private:
  const std::uint8_t* data_;
  std::size_t left_;
};

void walk(BlockDecoder& decoder) {
  std::size_t rows = 0;
  std::uint64_t sum = 0;
  for (const RecordHeader* record = decoder.next(); record != nullptr; record = decoder.next()) {
    SQ_CHECK(record->length >= sizeof *record && record->length <= kRecordLengthMax);
    for (const std::byte byte : payload_bytes(*record)) sum += static_cast<unsigned>(byte);
    ++rows;
  }
  SQ_CHECK(rows == decoder.rows() && sum + 1 != 0);
}

// Aligned as in a file.
void decode_bytes(BlockDecoder& decoder, std::span<const std::byte> bytes, std::uint32_t count) {
  std::vector<std::uint64_t> words(bytes.size() / 8);
  if (!words.empty()) std::memcpy(words.data(), bytes.data(), words.size() * 8);
  if (decoder.decode(std::as_bytes(std::span{words}), count).empty()) walk(decoder);
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static BlockEncoder encoder{{.rows = 4'096, .levels = 16'384}};
  static BlockDecoder decoder;
  Bytes bytes{data, size};
  const std::uint64_t how = bytes.take(1);
  if (how % 4 == 0) {
    const auto count = static_cast<std::uint32_t>(bytes.take(2));
    decode_bytes(decoder, std::as_bytes(std::span{data + size - bytes.left(), bytes.left()}),
                 count);
    return 0;
  }
  if (how % 4 == 1) {
    std::vector<sq::feed::FileSymbol> symbols;
    static_cast<void>(read_symbols(
        std::as_bytes(std::span{data + size - bytes.left(), bytes.left()}), 3, symbols));
    return 0;
  }
  test::RecordMaker maker{bytes.take(4)};
  test::RecordList list;
  const std::uint64_t count = 1 + bytes.take(1) % 200;
  for (std::uint64_t i = 0; i < count; ++i)
    (how & 4) != 0 ? maker.add_wild(list) : maker.add_tame(list);
  for (std::size_t i = 0; i < list.size(); ++i) SQ_CHECK(encoder.add(list[i]) == Refused::No);
  const auto section = encoder.finish(0);
  const auto payload = section.subspan(sizeof(SectionHeader));
  const auto rows = static_cast<std::uint32_t>(list.size());
  if (how % 4 == 2) {
    SQ_CHECK(decoder.decode(payload, rows).empty());
    for (std::size_t i = 0; i < list.size(); ++i) {
      const RecordHeader* record = decoder.next();
      SQ_CHECK(record != nullptr && test::same_bytes(*record, list[i]));
    }
    return 0;
  }
  std::vector<std::byte> changed(payload.begin(), payload.end());
  while (bytes.left() != 0) {
    const std::uint64_t place = bytes.take(2) % changed.size();
    changed[place] = static_cast<std::byte>(bytes.take(1));
  }
  decode_bytes(decoder, changed, rows);
  return 0;
}
