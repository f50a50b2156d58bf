// Payloads of market data records. Times: header.venue_time is the venue's event time.
// Units are in the types. Sources: Binance spot section 5, USD-M section 2 of the venue's documents.
#pragma once

#include <cstdint>
#include <span>

#include "engine/messaging/record.hpp"
#include "engine/types/fixed.hpp"
#include "engine/types/order_types.hpp"

namespace sq {
struct Level {
  Price price{};
  Qty qty{};  // absolute; 0 removes the level
};
static_assert(sizeof(Level) == 16);

// How update ids of one stream chain; decides the synchronisation rule of the book.
enum class DepthChain : std::uint8_t {
  Contiguous = 1,  // first_id == previous last_id + 1 (Binance spot)
  Linked = 2       // previous_id == previous last_id (Binance futures)
};

// Followed by bid_count, then ask_count levels.
struct DepthHeader {
  std::uint64_t first_id{0};     // U; snapshots: lastUpdateId
  std::uint64_t last_id{0};      // u; snapshots: lastUpdateId
  std::uint64_t previous_id{0};  // pu; 0 where the venue gives none
  WallTime transaction_time{};   // T; 0 where the venue gives none
  std::uint32_t bid_count{0};
  std::uint32_t ask_count{0};
  DepthChain chain{DepthChain::Contiguous};
  std::uint8_t reserved[7]{};
};
static_assert(sizeof(DepthHeader) == 48);

[[nodiscard]] inline std::span<const Level> bids_of(const RecordHeader& header) noexcept {
  const auto& depth = payload_of<DepthHeader>(header);
  return {reinterpret_cast<const Level*>(&depth + 1), depth.bid_count};
}
[[nodiscard]] inline std::span<const Level> asks_of(const RecordHeader& header) noexcept {
  const auto& depth = payload_of<DepthHeader>(header);
  return {reinterpret_cast<const Level*>(&depth + 1) + depth.bid_count, depth.ask_count};
}

// What happened to one order of the venue's book (order-by-order feeds, L3).
enum class OrderAction : std::uint8_t {
  Add = 1,        // order_id rests: side, price, qty
  Execute = 2,    // order_id traded qty at its own price, or at `price` when priced is 1
  Reduce = 3,     // order_id lost qty without a trade; keeps its priority
  Delete = 4,     // order_id left the book
  Replace = 5,    // order_id left; new_order_id rests at price with qty, last in the queue
  Modify = 6,     // order_id now has price and qty; keeps_priority says whether its place too
  Fill = 7,       // order_id traded qty at price; the change of the book follows as another record
  Clear = 8,      // the book of the instrument is empty: what follows builds it again
  HiddenTrade = 9 // a trade against an order that was not displayed; the book is not changed
};
struct MarketOrder {
  std::uint64_t order_id{0};
  std::uint64_t new_order_id{0};  // Replace; else 0
  std::uint64_t match_id{0};      // the venue's trade number; 0 when it gives none
  Price price{};
  Qty qty{};                      // Add, Replace, Modify: new quantity; else by how much
  OrderAction action{OrderAction::Add};
  Side side{Side::Buy};           // of the resting order; Delete, Execute...: Buy when unknown
  std::uint8_t side_known{1};
  std::uint8_t priced{0};         // Execute: `price` is the trade's, not the order's
  std::uint8_t printable{1};      // Execute, HiddenTrade: counts in volume
  // Modify: 0 loses its place, 1 keeps it, 2 keeps it unless price changed or quantity grew.
  std::uint8_t keeps_priority{0};
  std::uint8_t event_end{1};      // 0: more of the same event follow; the book may be crossed
  std::uint8_t reserved{0};
};
static_assert(sizeof(MarketOrder) == 48);

struct TradePrint {
  std::uint64_t first_trade_id{0};  // one trade: first == last; an aggregate covers a range
  std::uint64_t last_trade_id{0};
  Price price{};
  Qty qty{};
  WallTime transaction_time{};
  Side aggressor{Side::Buy};  // Binance m (buyer is maker) true means the seller was the aggressor
  std::uint8_t aggregate{0};  // 1: aggTrade
  std::uint8_t aggressor_unknown{0};  // 1: the venue does not say; `aggressor` means nothing
  std::uint8_t reserved[5]{};
};
static_assert(sizeof(TradePrint) == 48);

struct TopOfBook {
  std::uint64_t update_id{0};
  Price bid_price{};
  Qty bid_qty{};
  Price ask_price{};
  Qty ask_qty{};
  WallTime transaction_time{};
};
static_assert(sizeof(TopOfBook) == 48);

struct MarkPrice {
  Price mark{};
  Price index{};
  Price settle_estimate{};
  Ratio funding_rate{};
  WallTime next_funding{};
};

enum class FeedEvent : std::uint8_t {
  Connected = 1,
  Disconnected = 2,
  Ended = 3,
  Halted = 4,  // trading stopped by the venue; the book goes on
  Resumed = 5
};
struct FeedStatus {  // instrument of the header, or kNoInstrument for every one of the source
  FeedEvent event{FeedEvent::Connected};
  std::uint8_t reserved[7]{};
};
constexpr bool ends_book(FeedEvent event) noexcept {
  return event == FeedEvent::Disconnected || event == FeedEvent::Ended;
}
struct FeedDropped {
  std::uint64_t count{0};
};

// A sum of quantities or of money at 1e-8: a day's volume of a cheap coin does not fit 64 bits.
struct VolumeSum {
  std::uint64_t low{0};
  std::int64_t high{0};  // two's complement over both words
  static constexpr int kDecimals = 8;
  static constexpr VolumeSum from_raw(Int128 raw) noexcept {
    return {static_cast<std::uint64_t>(raw), static_cast<std::int64_t>(raw >> 64)};
  }
  [[nodiscard]] constexpr Int128 raw() const noexcept {
    return static_cast<Int128>((UInt128{static_cast<std::uint64_t>(high)} << 64) | low);
  }
  friend constexpr bool operator==(VolumeSum, VolumeSum) noexcept = default;
};
enum class CandleOf : std::uint8_t { Trades = 1, Mark = 2, Index = 3, Premium = 4 };
// A finished bar. header.venue_time and wall are the first moment after it: not known before.
// Units: volume in base units (COIN-M: contracts), quote_volume in quote currency (COIN-M: base).
struct Candle {
  WallTime open_time{};
  WallTime close_time{};  // the last moment in it, as the venue writes it (...999 ms)
  Price open{};
  Price high{};
  Price low{};
  Price close{};
  VolumeSum volume{};
  VolumeSum quote_volume{};
  VolumeSum taker_buy_volume{};
  VolumeSum taker_buy_quote_volume{};
  std::uint64_t trades{0};
  CandleOf of{CandleOf::Trades};
  std::uint8_t reserved[7]{};
};
static_assert(sizeof(Candle) == 128);
}  // namespace sq
