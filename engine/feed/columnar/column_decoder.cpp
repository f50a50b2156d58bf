#include "engine/feed/columnar/column_decoder.hpp"

#include <zstd.h>

#include <algorithm>
#include <new>

#include "engine/feed/columnar/bit_packing.hpp"

namespace sq::feed::columnar {
namespace {
unsigned exception_width(const ColumnHeader& header) {
  return header.exception_width & ~unsigned{kUnscaled};
}
// Bytes before pressing, if the header makes sense for so many values; else 0 and why.
std::size_t expected_bytes(const ColumnHeader& header, Encoding encoding, std::size_t count,
                           std::string_view& why) {
  const bool dictionary = encoding == Encoding::Dictionary;
  if (header.width > 64 || exception_width(header) > 64) {
    why = "a column's width is above 64 bits";
  } else if (header.exceptions > count || (header.exceptions != 0 && count > kExceptionRowsMax)) {
    why = "a column has more exceptions than it may";
  } else if (dictionary &&
             (header.first == 0 || header.first > kDictionaryMax || header.exceptions != 0)) {
    why = "a column's dictionary has a wrong size";
  }
  if (!why.empty()) return 0;
  const std::size_t entries = dictionary ? header.first : 0;
  const std::size_t places = (header.exceptions * sizeof(std::uint16_t) + 7) / 8;
  return 8 * (entries + packed_words(count, header.width) + places +
              packed_words(header.exceptions, exception_width(header)));
}
const std::uint64_t* words_at(std::span<const std::byte> bytes) {
  return reinterpret_cast<const std::uint64_t*>(bytes.data());
}
}  // namespace

ColumnDecoder::ColumnDecoder()

    : exceptions_{std::make_unique_for_overwrite<std::uint64_t[]>(kExceptionRowsMax + kLanes)},
      slot_last_(kSlots),
      zstd_{ZSTD_createDCtx()} {
  if (zstd_ == nullptr) throw std::bad_alloc{};
}
ColumnDecoder::~ColumnDecoder() { ZSTD_freeDCtx(zstd_); }

std::string_view ColumnDecoder::decode(ByteCursor& bytes, std::span<std::uint64_t> values,
                                       std::span<const std::uint16_t> slots, bool& relative) {
  ColumnHeader header;
  if (!bytes.read(header)) return "a column has no header";
  relative = (header.encoding & kRelative) != 0;
  const auto encoding = static_cast<Encoding>(header.encoding & ~kRelative);
  if (encoding < Encoding::Packed || encoding > Encoding::SlotDeltas)
    return "a column has an unknown encoding";
  if (encoding == Encoding::SlotDeltas && slots.size() != values.size())
    return "a column has an encoding that it may not have";
  std::string_view why;
  const std::size_t plain = expected_bytes(header, encoding, values.size(), why);
  if (!why.empty()) return why;
  const auto stored = bytes.take(padded(header.stored_bytes));
  if (stored.size() != padded(header.stored_bytes) || header.plain_bytes != plain)
    return "a column's size is not what its header says";
  auto data = stored;
  if (header.pressing == Pressing::Zstd) {
    if (plain_.size() < plain) plain_.resize(plain);
    const std::size_t got =
        ZSTD_decompressDCtx(zstd_, plain_.data(), plain, stored.data(), header.stored_bytes);
    if (got != plain) return "a column cannot be decompressed";
    data = {plain_.data(), plain};
  } else if (header.pressing != Pressing::None || header.stored_bytes != plain) {
    return "a column's size is not what its header says";
  }
  why = fill(header, encoding, data, values);
  if (!why.empty()) return why;
  if (encoding == Encoding::Deltas) {
    std::uint64_t last = header.first;
    for (std::uint64_t& value : values) value = last += value;
  } else if (encoding == Encoding::SlotDeltas) {
    std::fill(slot_last_.begin(), slot_last_.end(), 0);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = slot_last_[slots[i]] += values[i];
  }
  return {};
}

std::string_view ColumnDecoder::fill(const ColumnHeader& header, Encoding encoding,
                                     std::span<const std::byte> data,
                                     std::span<std::uint64_t> values) {
  if (encoding == Encoding::Dictionary) return from_dictionary(header, data, values);
  const std::size_t count = values.size();
  const std::uint64_t* words = words_at(data);
  unpack(words, count, header.width, header.base, header.scale, values.data());
  if (header.exceptions == 0) return {};
  words += packed_words(count, header.width);
  const auto* const places = reinterpret_cast<const std::uint16_t*>(words);
  words += (header.exceptions * sizeof(std::uint16_t) + 7) / 8;
  const std::uint64_t scale = (header.exception_width & kUnscaled) != 0 ? 1 : header.scale;
  unpack(words, header.exceptions, exception_width(header), 0, 1, exceptions_.get());
  for (std::size_t i = 0; i < header.exceptions; ++i) {
    if (places[i] >= count) return "an exception lies outside its column";
    values[places[i]] = header.base + scale * from_zigzag(exceptions_[i]);
  }
  return {};
}

std::string_view ColumnDecoder::from_dictionary(const ColumnHeader& header,
                                                std::span<const std::byte> data,
                                                std::span<std::uint64_t> values) {
  const std::size_t entries = header.first;
  const std::uint64_t* const listed = words_at(data);
  unpack(listed + entries, values.size(), header.width, 0, 1, values.data());
  std::uint64_t highest = 0;
  for (const std::uint64_t code : values) highest = std::max(highest, code);
  if (highest >= entries) return "a column names an entry that its dictionary has not";
  for (std::uint64_t& value : values) value = listed[value];
  return {};
}
}  // namespace sq::feed::columnar
