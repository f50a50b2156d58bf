#include "engine/feed/columnar/block_decoder.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "engine/feed/columnar/bit_packing.hpp"
#include "engine/feed/columnar/transpose.hpp"

namespace sq::feed::columnar {
namespace {
constexpr std::size_t kStrideRest = 24;  // a stride that is no multiple of a page

template <class T>
void make_room(std::vector<T>& words, std::size_t count) {
  if (words.size() < count) words.resize(count);
}
constexpr std::size_t kStageStride = kFirstWord + kColumnsMax;
std::uint64_t level_count(std::uint64_t counts_word) {
  return (counts_word & 0xFFFF'FFFF) + (counts_word >> 32);
}
}  // namespace

BlockDecoder::BlockDecoder()
    : record_{std::make_unique_for_overwrite<std::uint64_t[]>(kRecordLengthMax / 8)} {
  for (std::size_t i = 0; i < kTables; ++i) {
    tables_[i].columns_ = table_rules()[i].columns.size();
    tables_[i].levels_ = table_rules()[i].levels;
  }
}

const KindTable* BlockDecoder::table(RecordKind kind) const noexcept {
  const std::size_t index = table_of(kind);
  return index == kTables || tables_[index].rows_ == 0 ? nullptr : &tables_[index];
}

std::string_view BlockDecoder::decode(std::span<const std::byte> payload, std::uint32_t count) {
  clear();
  const std::string_view why = decode_parts(payload, count);
  if (!why.empty()) clear();
  return why;
}

void BlockDecoder::clear() noexcept {
  row_kinds_count_ = levels_ = next_row_ = next_level_ = 0;
  for (KindTable& table : tables_) table.rows_ = table.next_ = 0;
}

std::string_view BlockDecoder::decode_parts(std::span<const std::byte> payload,
                                            std::uint32_t count) {
  ByteCursor bytes{payload};
  BlockHeader header;
  if (!bytes.read(header)) return "a block has no header";
  if (header.rows != count || count > kRowsMax || header.levels > kLevelsMax ||
      header.tables > kTables || (count == 0) != (header.tables == 0))
    return "a block's counts are out of range";
  if (count == 0) return bytes.left() == 0 ? std::string_view{} : "a block is longer than it says";
  bool relative = false;
  make_room(row_kinds_, count + kLanes);
  row_kinds_count_ = count;
  std::string_view why = decoder_.decode(bytes, {row_kinds_.data(), count}, {}, relative);
  if (relative) why = "a column is relative to nothing";
  if (why.empty()) why = assign_rows();
  std::size_t rows = 0;
  for (std::uint32_t i = 0; why.empty() && i < header.tables; ++i) why = decode_table(bytes, rows);
  if (why.empty() && rows != count) why = "a block's rows are not those of its tables";
  if (!why.empty()) return why;
  levels_ = header.levels;
  make_room(prices_, levels_ + kLanes);
  make_room(qtys_, levels_ + kLanes);
  for (std::vector<std::uint64_t>* words : {&prices_, &qtys_}) {
    if (levels_ == 0 || !why.empty()) break;
    why = decoder_.decode(bytes, {words->data(), levels_}, {}, relative);
    if (relative) why = "a column is relative to nothing";
  }
  if (why.empty() && bytes.left() != 0) why = "a block is longer than it says";
  return why.empty() ? check_levels() : why;
}

std::string_view BlockDecoder::decode_table(ByteCursor& bytes, std::size_t& rows) {
  TableHeader header;
  if (!bytes.read(header)) return "a table has no header";
  const std::size_t index = table_of(header.kind);
  if (index == kTables) return "a table has an unknown kind";
  KindTable& table = tables_[index];
  const TableRule& rule = table_rules()[index];
  if (header.rows == 0 || header.rows != table.rows_ || header.columns != rule.columns.size())
    return "a table's counts are not those of its kind";
  rows += header.rows;
  if (table.stride_ < header.rows + kLanes) {
    table.stride_ = header.rows + kStrideRest;
    table.words_.resize(table.stride_ * rule.columns.size());
    table.stage_.resize(kRowsAtOnce * kStageStride);
  }
  // The instruments come first: slot deltas need them.
  make_room(slots_, header.rows);
  std::size_t slots = 0;
  for (std::size_t i = 0; i < rule.columns.size(); ++i) {
    const std::string_view why =
        decoder_.decode(bytes, table.words(i), {slots_.data(), slots}, relative_[i]);
    if (!why.empty()) return why;
    if (i != kInstrument) continue;
    const auto instruments = table.words(kInstrument);
    slots = header.rows;
    for (std::size_t row = 0; row < slots; ++row)
      slots_[row] = static_cast<std::uint16_t>(slot_of(instruments[row]));
  }
  return add_references(table, index);
}

std::string_view BlockDecoder::add_references(KindTable& table, std::size_t index) {
  const auto columns = table_rules()[index].columns;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (!relative_[i]) continue;
    const std::uint64_t* from = nullptr;
    switch (columns[i].reference) {
      case Reference::None:
        return "a column is relative to nothing";
      case Reference::Column:
        from = table.words(columns[i].column).data();
        break;
      case Reference::Row:
        from = table.row_;
        break;
      case Reference::Chain:
        make_room(reference_, table.rows_);
        chain_ids(table.words(kLastId), table.words(kInstrument), reference_);
        from = reference_.data();
        break;
    }
    const auto values = table.words(i);
    for (std::size_t row = 0; row < values.size(); ++row) values[row] += from[row];
  }
  return {};
}

// Which rows are whose.
std::string_view BlockDecoder::assign_rows() {
  const auto kinds = row_kinds();
  for (std::size_t row = numbers_.size(); row < kinds.size(); ++row) numbers_.push_back(row);
  const auto [low, high] = std::minmax_element(kinds.begin(), kinds.end());
  if (*high >> 32 != 0 || table_of_word(*low) == kTables || table_of_word(*high) == kTables)
    return "a row has an unknown kind";
  if (*low == *high) {
    KindTable& table = tables_[table_of_word(*low)];
    table.rows_ = kinds.size();
    table.row_ = numbers_.data();
    return {};
  }
  for (KindTable& table : tables_) table.rows_ = 0;
  for (std::size_t row = 0; row < kinds.size(); ++row) {
    const std::size_t index = table_of_word(kinds[row]);
    if (index == kTables) return "a row has an unknown kind";
    KindTable& table = tables_[index];
    if (table.rows_ == table.own_rows_.size()) table.own_rows_.resize(2 * table.rows_ + 64);
    table.own_rows_[table.rows_++] = row;
  }
  for (KindTable& table : tables_) table.row_ = table.own_rows_.data();
  return {};
}

std::string_view BlockDecoder::check_levels() const {
  std::uint64_t all = 0;
  constexpr std::uint64_t kMost =
      (kRecordLengthMax - sizeof(RecordHeader) - sizeof(DepthHeader)) / sizeof(Level);
  for (std::size_t i = 0; i < kTables; ++i) {
    if (!table_rules()[i].levels) continue;
    for (const std::uint64_t word : tables_[i].column<std::uint64_t>(kLevelCounts)) {
      const std::uint64_t levels = level_count(word);
      if (levels > kMost) return "a depth record has too many levels";
      all += levels;
    }
  }
  return all == levels_ ? std::string_view{} : "a block's levels are not those of its records";
}

RecordHeader* BlockDecoder::next() noexcept {
  if (next_row_ == row_kinds_count_) return nullptr;
  const std::uint64_t kind_and_source = row_kinds_[next_row_++];
  KindTable& table = tables_[table_of_word(kind_and_source)];
  const std::size_t row = table.next_++;
  if (row % kRowsAtOnce == 0)
    columns_to_rows(table.words_.data() + row, table.stride_, table.columns_,
                    table.stage_.data() + kFirstWord, kStageStride);
  std::uint64_t* words = table.stage_.data() + row % kRowsAtOnce * kStageStride;
  std::size_t end = kFirstWord + table.columns_;
  if (table.levels_) words = with_levels(words, end);
  words[0] = words[2] = words[3] = 0;  // checksum, sequence and mono are the consumer's
  words[1] = end * 8 | kind_and_source << 32;
  return reinterpret_cast<RecordHeader*>(words);
}

std::uint64_t* BlockDecoder::with_levels(const std::uint64_t* words, std::size_t& end) noexcept {
  std::uint64_t* const record = record_.get();
  std::memcpy(record + kFirstWord, words + kFirstWord, (end - kFirstWord) * 8);
  const std::uint64_t levels = level_count(words[kFirstWord + kLevelCounts]);
  for (std::uint64_t i = 0; i < levels; ++i, end += 2) {
    record[end] = prices_[next_level_ + i];
    record[end + 1] = qtys_[next_level_ + i];
  }
  next_level_ += levels;
  return record;
}
}  // namespace sq::feed::columnar
