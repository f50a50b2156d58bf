#include "engine/feed/columnar/column_encoder.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>

#include "engine/feed/columnar/bit_packing.hpp"
#include "engine/feed/columnar/column_plan.hpp"

namespace sq::feed::columnar {
namespace {
// No quotient that is packed: those are below 2^63, or all of the 64 bits are packed as they are.
constexpr std::uint64_t kOutside = ~std::uint64_t{0};

constexpr bool allows(std::uint8_t encodings, Encoding encoding) {
  return (unsigned{encodings} >> static_cast<unsigned>(encoding) & 1U) != 0;
}

// Distinct values in the order of their appearance, 255 at most.
class Dictionary {
 public:
  Dictionary() { codes_.fill(kFree); }
  // kFree: full.
  std::uint16_t code_of(std::uint64_t value) {
    std::size_t place = (value * 0x9E37'79B9'7F4A'7C15U) >> 55;  // 9 bits
    while (codes_[place] != kFree && entries_[codes_[place]] != value)
      place = (place + 1) % codes_.size();
    if (codes_[place] == kFree && count_ < kDictionaryMax) {
      entries_[count_] = value;
      codes_[place] = count_++;
    }
    return codes_[place];
  }
  [[nodiscard]] std::span<const std::uint64_t> entries() const { return {entries_.data(), count_}; }
  static constexpr std::uint16_t kFree = 0xFFFF;

 private:
  std::array<std::uint64_t, kDictionaryMax> entries_;
  std::array<std::uint16_t, 512> codes_;
  std::uint16_t count_{0};
};
}  // namespace

ColumnEncoder::ColumnEncoder()
    : work_(kLevelsMax + kLanes),
      quotients_(kLevelsMax + kLanes),
      exceptions_(kExceptionRowsMax + kLanes),
      places_(kExceptionRowsMax + kLanes),
      slot_last_(kSlots) {}

std::span<const std::uint64_t> ColumnEncoder::prepare(const ColumnValues& column, Encoding encoding,
                                                      bool relative, std::uint64_t& first) {
  const std::size_t count = column.values.size();
  const std::uint64_t* from = column.values.data();
  std::uint64_t* const work = work_.data();
  if (relative) {
    for (std::size_t i = 0; i < count; ++i) work[i] = from[i] - column.reference[i];
    from = work;
  }
  first = 0;
  if (encoding == Encoding::Deltas) {
    first = from[0];
    std::uint64_t before = first;
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t value = from[i];
      work[i] = value - before;
      before = value;
    }
    from = work;
  } else if (encoding == Encoding::SlotDeltas) {
    std::fill(slot_last_.begin(), slot_last_.end(), 0);
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t value = from[i];
      std::uint64_t& last = slot_last_[column.slots[i]];
      work[i] = value - last;
      last = value;
    }
    from = work;
  }
  return {from, count};
}

ColumnPlan ColumnEncoder::choose(const ColumnRule& rule, const ColumnValues& column,
                                 ColumnChoice& choice, std::span<const std::uint64_t>& prepared) {
  ColumnPlan best;
  best.bits = std::numeric_limits<std::uint64_t>::max();
  ColumnPlan tried;
  const bool as_before =
      choice.blocks_left != 0 && !(choice.encoding == Encoding::SlotDeltas && column.slots.empty());
  for (const bool relative : {true, false}) {
    const std::uint8_t encodings = relative ? rule.relative : rule.absolute;
    for (const Encoding encoding : {Encoding::Packed, Encoding::Deltas, Encoding::SlotDeltas}) {
      if (!allows(encodings, encoding) || best.bits == 0) continue;
      if (encoding == Encoding::SlotDeltas && column.slots.empty()) continue;
      if (as_before && (encoding != choice.encoding || relative != choice.relative)) continue;
      tried = {encoding, relative};
      prepared = prepare(column, encoding, relative, tried.first);
      const Window window = plan_window(prepared, rule.scaled);
      tried.width = window.width;
      tried.base = window.base;
      tried.scale = window.scale;
      tried.bits = window.bits;
      if (tried.bits < best.bits) best = tried;
    }
  }
  if (best.encoding != tried.encoding || best.relative != tried.relative)
    prepared = prepare(column, best.encoding, best.relative, best.first);
  choice = {best.encoding, best.relative,
            as_before ? static_cast<std::uint8_t>(choice.blocks_left - 1) : ColumnChoice::kBlocks};
  return best;
}

std::size_t ColumnEncoder::encode(const ColumnRule& rule, const ColumnValues& column,
                                  ColumnChoice& choice, std::uint64_t* out) {
  std::span<const std::uint64_t> prepared;
  const ColumnPlan plan = choose(rule, column, choice, prepared);
  ColumnHeader header;
  std::uint64_t* const data = out + sizeof header / 8;
  const bool listed = allows(rule.absolute, Encoding::Dictionary) && plan.bits != 0 &&
                      write_dictionary(column.values, header, data) &&
                      header.plain_bytes < plan.bits / 8;
  if (!listed) {
    header = {};
    write_packed(prepared, plan, header, data);
  }
  header.stored_bytes = header.plain_bytes;
  std::memcpy(out, &header, sizeof header);
  return (sizeof header + header.plain_bytes) / 8;
}

bool ColumnEncoder::write_dictionary(std::span<const std::uint64_t> values, ColumnHeader& header,
                                     std::uint64_t* out) {
  Dictionary dictionary;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint16_t code = dictionary.code_of(values[i]);
    if (code == Dictionary::kFree) return false;
    quotients_[i] = code;
  }
  const std::span<const std::uint64_t> entries = dictionary.entries();
  header.encoding = static_cast<std::uint8_t>(Encoding::Dictionary);
  header.width = static_cast<std::uint8_t>(std::bit_width(entries.size() - 1));
  header.first = entries.size();
  const std::size_t words = packed_words(values.size(), header.width);
  header.plain_bytes = static_cast<std::uint32_t>((entries.size() + words) * 8);
  std::memcpy(out, entries.data(), entries.size_bytes());
  std::fill_n(quotients_.begin() + static_cast<std::ptrdiff_t>(values.size()), kLanes, 0);
  pack(quotients_.data(), values.size(), header.width, out + entries.size());
  return true;
}

void ColumnEncoder::write_packed(std::span<const std::uint64_t> values, const ColumnPlan& plan,
                                 ColumnHeader& header, std::uint64_t* out) {
  header.encoding = static_cast<std::uint8_t>(plan.encoding);
  if (plan.relative) header.encoding |= kRelative;
  header.width = plan.width;
  header.first = plan.first;
  header.base = plan.base;
  header.scale = plan.scale;
  const bool outside =
      plan.scale == 1 ? make_quotients<false>(values, plan) : make_quotients<true>(values, plan);
  if (outside && values.size() > kExceptionRowsMax) {  // no room for exceptions: as they are
    const ColumnPlan whole{plan.encoding, plan.relative, 64, plan.first, 0, 1, 0};
    return write_packed(values, whole, header, out);
  }
  const std::size_t exceptions = outside ? collect_exceptions(values, plan.base) : 0;
  std::fill_n(quotients_.begin() + static_cast<std::ptrdiff_t>(values.size()), kLanes, 0);
  const std::size_t words = packed_words(values.size(), plan.width);
  pack(quotients_.data(), values.size(), plan.width, out);
  header.plain_bytes = static_cast<std::uint32_t>(words * 8);
  if (exceptions != 0)
    header.plain_bytes += write_exceptions(exceptions, plan.scale, header, out + words);
}

// Values outside the window become kOutside.
template <bool Scaled>
bool ColumnEncoder::make_quotients(std::span<const std::uint64_t> values, const ColumnPlan& plan) {
  const ExactDivision divide{plan.scale};
  const std::uint64_t base = plan.base;
  const std::uint64_t scale = plan.scale;
  const std::uint64_t above = plan.width == 64 ? 0 : ~mask_of(plan.width);
  std::uint64_t* const quotients = quotients_.data();
  std::uint64_t outside = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint64_t difference = values[i] - base;
    const std::uint64_t quotient = Scaled ? divide(difference) : difference;
    const bool bad = (quotient & above) != 0 || (Scaled && quotient * scale != difference);
    quotients[i] = bad ? kOutside : quotient;
    outside |= bad ? 1 : 0;
  }
  return outside != 0;
}

std::size_t ColumnEncoder::collect_exceptions(std::span<const std::uint64_t> values,
                                              std::uint64_t base) {
  std::size_t count = 0;
  std::fill_n(quotients_.begin() + static_cast<std::ptrdiff_t>(values.size()), kLanes, 0);
  for (std::size_t i = 0; i < values.size(); i += kLanes) {
    std::uint64_t* const quotients = quotients_.data() + i;
    bool any = false;
    for (std::size_t lane = 0; lane < kLanes; ++lane) any |= quotients[lane] == kOutside;
    if (!any) continue;
    for (std::size_t lane = 0; lane < kLanes && i + lane < values.size(); ++lane) {
      exceptions_[count] = values[i + lane] - base;
      places_[count] = static_cast<std::uint16_t>(i + lane);
      const bool outside = quotients[lane] == kOutside;
      if (outside) quotients[lane] = 0;
      count += outside ? 1 : 0;
    }
  }
  return count;
}

// Their rows, 16 bits each, then their distances from the base, packed. Returns the bytes.
std::uint32_t ColumnEncoder::write_exceptions(std::size_t count, std::uint64_t scale,
                                              ColumnHeader& header, std::uint64_t* out) {
  const ExactDivision divide{scale};
  bool multiples = true;
  for (std::size_t i = 0; i < count; ++i)
    multiples = multiples && divide.signed_quotient(exceptions_[i]) * scale == exceptions_[i];
  std::uint64_t all = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t word = multiples ? divide.signed_quotient(exceptions_[i]) : exceptions_[i];
    all |= exceptions_[i] = zigzag(word);
  }
  header.exceptions = static_cast<std::uint32_t>(count);
  const unsigned width = static_cast<unsigned>(std::bit_width(all));
  header.exception_width = static_cast<std::uint8_t>(multiples ? width : width | kUnscaled);
  const std::size_t place_words = (count * sizeof(std::uint16_t) + 7) / 8;
  std::fill_n(places_.begin() + static_cast<std::ptrdiff_t>(count), 4, std::uint16_t{0});
  std::memcpy(out, places_.data(), place_words * 8);
  std::fill_n(exceptions_.begin() + static_cast<std::ptrdiff_t>(count), kLanes, 0);
  pack(exceptions_.data(), count, width, out + place_words);
  return static_cast<std::uint32_t>((place_words + packed_words(count, width)) * 8);
}
}  // namespace sq::feed::columnar
