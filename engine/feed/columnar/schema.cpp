#include "engine/feed/columnar/schema.hpp"

#include <algorithm>
#include <array>

namespace sq::feed::columnar {
namespace {
constexpr std::uint8_t bit(Encoding encoding) {
  return static_cast<std::uint8_t>(1U << static_cast<unsigned>(encoding));
}
constexpr std::uint8_t kPacked = bit(Encoding::Packed);
constexpr std::uint8_t kDeltas = bit(Encoding::Deltas);
constexpr std::uint8_t kSlotDeltas = bit(Encoding::SlotDeltas);
constexpr std::uint8_t kWords = bit(Encoding::Dictionary) | kPacked;

constexpr ColumnRule of_column(std::uint8_t absolute, std::size_t column, bool scaled) {
  return {absolute, kPacked, Reference::Column, static_cast<std::uint8_t>(column), scaled};
}
constexpr ColumnRule kTime{kDeltas, 0, Reference::None, 0, true};
constexpr ColumnRule kVenue = of_column(kDeltas, kWall, true);
constexpr ColumnRule kTransaction = of_column(kDeltas, kVenueTime, true);
constexpr ColumnRule kRowSequence{kDeltas, kPacked, Reference::Row, 0, false};
constexpr ColumnRule kFlags{kWords, 0, Reference::None, 0, false};
constexpr ColumnRule kGrowingId{kDeltas | kSlotDeltas | kPacked, 0, Reference::None, 0, false};
constexpr ColumnRule kRareId{kPacked, 0, Reference::None, 0, false};
constexpr ColumnRule kChainId{kPacked, kPacked, Reference::Chain, 0, false};
constexpr ColumnRule kPrice{kPacked | kDeltas | kSlotDeltas, 0, Reference::None, 0, true};
constexpr ColumnRule kSize{kPacked, 0, Reference::None, 0, true};

template <std::size_t N>
constexpr std::array<ColumnRule, kHeaderColumns + N> with_header(
    const std::array<ColumnRule, N>& payload) {
  std::array<ColumnRule, kHeaderColumns + N> all{kTime, kRowSequence, kVenue, kFlags};
  for (std::size_t i = 0; i < N; ++i) all[kHeaderColumns + i] = payload[i];
  return all;
}

// In the order of the structs' fields.
constexpr auto kDepth =
    with_header<6>({kChainId, kGrowingId, kChainId, kTransaction, kFlags, kFlags});
constexpr auto kTrade =
    with_header<6>({kGrowingId, of_column(kPacked, 4, false), kPrice, kSize, kTransaction, kFlags});
constexpr auto kTop =
    with_header<6>({kGrowingId, kPrice, kSize, of_column(kPacked, 5, true), kSize, kTransaction});
constexpr auto kMark = with_header<5>({kPrice, kPrice, kPrice, kSize, kFlags});
constexpr auto kOrder = with_header<6>({kGrowingId, kRareId, kRareId, kPrice, kSize, kFlags});
constexpr auto kOneWord = with_header<1>({kFlags});
constexpr auto kCandle =
    with_header<16>({kTime, of_column(kDeltas, 4, true), kPrice, of_column(kPacked, 6, true),
                     of_column(kPacked, 6, true), of_column(kPacked, 6, true), kSize, kFlags, kSize,
                     kFlags, kSize, kFlags, kSize, kFlags, kRareId, kFlags});

template <class P>
constexpr bool fits(std::size_t columns) {
  return columns == kHeaderColumns + sizeof(P) / sizeof(std::uint64_t) && columns <= kColumnsMax;
}
static_assert(fits<DepthHeader>(kDepth.size()) && fits<TradePrint>(kTrade.size()) &&
              fits<TopOfBook>(kTop.size()) && fits<MarkPrice>(kMark.size()) &&
              fits<MarketOrder>(kOrder.size()) && fits<FeedStatus>(kOneWord.size()) &&
              fits<FeedDropped>(kOneWord.size()) && fits<Candle>(kCandle.size()));

constexpr std::array<TableRule, kTables> kRules{{{RecordKind::DepthUpdate, kDepth, true},
                                                 {RecordKind::DepthSnapshot, kDepth, true},
                                                 {RecordKind::TradePrint, kTrade, false},
                                                 {RecordKind::TopOfBook, kTop, false},
                                                 {RecordKind::MarkPrice, kMark, false},
                                                 {RecordKind::FeedStatus, kOneWord, false},
                                                 {RecordKind::FeedDropped, kOneWord, false},
                                                 {RecordKind::MarketOrder, kOrder, false},
                                                 {RecordKind::Candle, kCandle, false}}};
constexpr bool in_order() {
  for (std::size_t i = 0; i < kTables; ++i)
    if (table_of(kRules[i].kind) != i) return false;
  return true;
}
static_assert(in_order());
constexpr ColumnRule kLevelPrice{kPacked | kDeltas, 0, Reference::None, 0, true};
}  // namespace

std::span<const TableRule, kTables> table_rules() noexcept { return kRules; }
const ColumnRule& row_kind_rule() noexcept { return kFlags; }
const ColumnRule& level_price_rule() noexcept { return kLevelPrice; }
const ColumnRule& level_qty_rule() noexcept { return kSize; }

void chain_ids(std::span<const std::uint64_t> last_ids, std::span<const std::uint64_t> instruments,
               std::span<std::uint64_t> chain) {
  const bool one = std::equal(instruments.begin() + 1, instruments.end(), instruments.begin());
  if (one) {  // most often
    chain[0] = 0;
    std::copy(last_ids.begin(), last_ids.end() - 1, chain.begin() + 1);
    return;
  }
  std::array<std::uint64_t, kSlots> last{};
  for (std::size_t i = 0; i < last_ids.size(); ++i) {
    std::uint64_t& of_slot = last[slot_of(instruments[i])];
    chain[i] = of_slot;
    of_slot = last_ids[i];
  }
}
}  // namespace sq::feed::columnar
