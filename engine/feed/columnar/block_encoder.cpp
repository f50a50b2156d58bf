#include "engine/feed/columnar/block_encoder.hpp"

#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <stdexcept>

#include "engine/feed/columnar/bit_packing.hpp"
#include "engine/feed/columnar/transpose.hpp"
#include "engine/messaging/market_data.hpp"

namespace sq::feed::columnar {
namespace {
constexpr std::size_t kWordsOfLevelsMax = kRecordLengthMax / sizeof(Level);
// Columns of different tables and places in a cache: a stride that is no multiple of a page.
constexpr std::size_t kStrideRest = 24;
constexpr int kZstdLevel = 1;
constexpr std::uint8_t kTriesAfter = 15;  // blocks until a column that did not pay is pressed again

// Two overlapping copies of 64 bytes for the usual 9 to 16 words.
void copy_words(std::uint64_t* to, const std::uint64_t* from, std::size_t count) {
  if (count < 8 || count > 16) {
    std::memcpy(to, from, count * 8);
    return;
  }
  std::memcpy(to, from, 64);
  std::memcpy(to + count - 8, from + count - 8, 64);
}

std::size_t levels_room(const BlockSettings& settings) {
  return settings.levels + kWordsOfLevelsMax + kLanes;
}

const BlockSettings& checked(const BlockSettings& settings) {
  if (settings.rows < 64 || settings.rows > kRowsMax)
    throw std::invalid_argument{"columnar: rows of a block must be 64 to 65536"};
  if (settings.levels < 64 || settings.levels > kLevelsMax - kWordsOfLevelsMax)
    throw std::invalid_argument{"columnar: levels of a block must be 64 to 65536"};
  return settings;
}
}  // namespace

BlockEncoder::BlockEncoder(const BlockSettings& settings)
    : settings_{checked(settings)},
      row_kinds_(settings.rows + kLanes),
      prices_{std::make_unique_for_overwrite<std::uint64_t[]>(levels_room(settings))},
      qtys_{std::make_unique_for_overwrite<std::uint64_t[]>(levels_room(settings))},
      chain_(settings.rows + kLanes),
      slots_(settings.rows),
      zstd_{ZSTD_createCCtx()} {
  if (zstd_ == nullptr) throw std::bad_alloc{};
  for (std::size_t i = 0; i < kTables; ++i) {
    tables_[i].columns = table_rules()[i].columns.size();
    tables_[i].levels = table_rules()[i].levels;
  }
  // Each row is in one table; a column without rows takes its header and little more.
  std::size_t words = kColumnsMax * ColumnEncoder::words_max(settings.rows);
  for (const TableRule& rule : table_rules())
    words += 1 + rule.columns.size() * ColumnEncoder::words_max(0);
  const std::size_t level_words = ColumnEncoder::words_max(levels_room(settings));
  out_ = std::make_unique_for_overwrite<std::uint64_t[]>(
      16 + words + ColumnEncoder::words_max(settings.rows) + 2 * level_words);
  press_bytes_ = ZSTD_compressBound(8 * level_words) / 8 * 8 + 8;
  press_room_ = std::make_unique_for_overwrite<std::uint64_t[]>(press_bytes_ / 8);
}
BlockEncoder::~BlockEncoder() { ZSTD_freeCCtx(zstd_); }

void BlockEncoder::open(Table& table) {
  table.stride = settings_.rows + kStrideRest;
  table.words.resize(table.stride * table.columns);
  table.row.resize(settings_.rows + kRowsAtOnce);
  table.stage.resize(kRowsAtOnce * kColumnsMax);
}

// Rows that are not there yet are copied too, and overwritten later.
void BlockEncoder::flush_stage(Table& table) noexcept {
  const std::size_t first = (table.rows - 1) / kRowsAtOnce * kRowsAtOnce;
  rows_to_columns(table.stage.data(), kColumnsMax, table.columns, table.words.data() + first,
                  table.stride);
}

Refused BlockEncoder::add(const RecordHeader& record) {
  const std::size_t index = table_of(record.kind);
  if (index == kTables) return Refused::NotMarketData;
  Table& table = tables_[index];
  const std::size_t columns = table.columns;
  const std::size_t payload = (columns - kHeaderColumns) * 8;
  std::size_t levels = 0;
  if (table.levels) {
    if (record.length < sizeof record + payload) return Refused::BadLength;
    const auto& depth = payload_of<DepthHeader>(record);
    levels = std::size_t{depth.bid_count} + depth.ask_count;
  }
  if (record.length != sizeof record + payload + levels * sizeof(Level) ||
      record.length > kRecordLengthMax)
    return Refused::BadLength;
  if (table.words.empty()) open(table);
  const auto* words = reinterpret_cast<const std::uint64_t*>(&record) + kFirstWord;
  copy_words(table.stage.data() + table.rows % kRowsAtOnce * kColumnsMax, words, columns);
  words += columns;
  for (std::size_t i = 0; i < levels; ++i) {
    prices_[levels_ + i] = words[2 * i];
    qtys_[levels_ + i] = words[2 * i + 1];
  }
  levels_ += static_cast<std::uint32_t>(levels);
  row_kinds_[rows_] =
      static_cast<std::uint64_t>(record.kind) | static_cast<std::uint64_t>(record.source) << 16;
  table.row[table.rows++] = rows_;
  if (table.rows % kRowsAtOnce == 0) flush_stage(table);
  wall_first_ = rows_ == 0 ? record.wall : std::min(wall_first_, record.wall);
  wall_last_ = rows_ == 0 ? record.wall : std::max(wall_last_, record.wall);
  instruments_ |= std::uint64_t{1} << (index_of(record.instrument) % 64);
  ++rows_;
  return Refused::No;
}

template <class T>
void BlockEncoder::put(const T& plain) {
  static_assert(sizeof plain % 8 == 0);
  std::memcpy(out_.get() + out_words_, &plain, sizeof plain);
  out_words_ += sizeof plain / 8;
}

std::span<const std::byte> BlockEncoder::finish(std::uint64_t offset) {
  constexpr std::size_t kHeaderWords = sizeof(SectionHeader) / 8;
  out_words_ = kHeaderWords;
  const auto used = std::count_if(std::begin(tables_), std::end(tables_),
                                  [](const Table& table) { return table.rows != 0; });
  put(BlockHeader{rows_, levels_, static_cast<std::uint32_t>(used), 0});
  if (rows_ != 0)
    put_column(row_kind_rule(), {{row_kinds_.data(), rows_}, {}, {}}, row_kinds_state_);
  for (std::size_t i = 0; i < kTables; ++i) {
    if (tables_[i].rows != 0) put_table(i);
  }
  if (levels_ != 0) {
    put_column(level_price_rule(), {{prices_.get(), levels_}, {}, {}}, prices_state_);
    put_column(level_qty_rule(), {{qtys_.get(), levels_}, {}, {}}, qtys_state_);
  }
  SectionHeader header;
  header.stored_bytes = static_cast<std::uint32_t>((out_words_ - kHeaderWords) * 8);
  header.count = rows_;
  header.wall_first = wall_first_;
  header.wall_last = wall_last_;
  header.instruments = instruments_;
  header.payload_checksum = checksum_of(out_.get() + kHeaderWords, header.stored_bytes, offset);
  header.checksum = checksum_of(header, offset);
  std::memcpy(out_.get(), &header, sizeof header);
  rows_ = levels_ = 0;
  instruments_ = 0;
  wall_first_ = wall_last_ = {};
  for (Table& table : tables_) table.rows = 0;
  return {reinterpret_cast<const std::byte*>(out_.get()), out_words_ * 8};
}

// Of each row its instrument's; empty where all rows have the same, when slots tell nothing.
std::span<const std::uint16_t> BlockEncoder::slots_of(Table& table) {
  const auto instruments = column(table, kInstrument);
  if (std::equal(instruments.begin() + 1, instruments.end(), instruments.begin())) return {};
  for (std::size_t i = 0; i < instruments.size(); ++i)
    slots_[i] = static_cast<std::uint16_t>(slot_of(instruments[i]));
  return {slots_.data(), instruments.size()};
}

std::span<const std::uint64_t> BlockEncoder::reference_of(Table& table, const ColumnRule& rule) {
  switch (rule.reference) {
    case Reference::None:
      return {};
    case Reference::Column:
      return column(table, rule.column);
    case Reference::Row:
      return {table.row.data(), table.rows};
    case Reference::Chain:
      chain_ids(column(table, kLastId), column(table, kInstrument), chain_);
      return {chain_.data(), table.rows};
  }
  return {};
}

void BlockEncoder::put_table(std::size_t index) {
  Table& table = tables_[index];
  const TableRule& rule = table_rules()[index];
  if (table.rows % kRowsAtOnce != 0) flush_stage(table);
  put(TableHeader{rule.kind, static_cast<std::uint16_t>(rule.columns.size()), table.rows});
  const auto slots = slots_of(table);
  for (std::size_t i = 0; i < rule.columns.size(); ++i)
    put_column(rule.columns[i], {column(table, i), reference_of(table, rule.columns[i]), slots},
               states_[index][i]);
}

void BlockEncoder::put_column(const ColumnRule& rule, const ColumnValues& values,
                              ColumnState& state) {
  std::uint64_t* const out = out_.get() + out_words_;
  std::size_t words = encoder_.encode(rule, values, state.choice, out);
  if (settings_.press == Press::Smaller) press(out, words, state.pressed);
  out_words_ += words;
}

void BlockEncoder::press(std::uint64_t* column, std::size_t& words, Pressed& pressed) {
  ColumnHeader header;
  std::memcpy(static_cast<void*>(&header), column, sizeof header);
  if (header.plain_bytes < 64) return;
  if (!pressed.pays && pressed.blocks_left != 0) {
    --pressed.blocks_left;
    return;
  }
  std::uint64_t* const data = column + sizeof header / 8;
  const std::size_t size = ZSTD_compressCCtx(zstd_, press_room_.get(), press_bytes_, data,
                                             header.plain_bytes, kZstdLevel);
  pressed.pays = ZSTD_isError(size) == 0 && size < header.plain_bytes / 3 * 2;
  pressed.blocks_left = kTriesAfter;
  if (!pressed.pays) return;
  header.stored_bytes = static_cast<std::uint32_t>(size);
  header.pressing = Pressing::Zstd;
  press_room_[size / 8] &= (std::uint64_t{1} << size % 8 * 8) - 1;  // zeros to the end of the word
  std::memcpy(column, &header, sizeof header);
  std::memcpy(data, press_room_.get(), padded(size));
  words = (sizeof header + padded(size)) / 8;
}
}  // namespace sq::feed::columnar
