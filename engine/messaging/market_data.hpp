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

struct TradePrint {
  std::uint64_t first_trade_id{0};  // one trade: first == last; an aggregate covers a range
  std::uint64_t last_trade_id{0};
  Price price{};
  Qty qty{};
  WallTime transaction_time{};
  Side aggressor{Side::Buy};  // Binance m (buyer is maker) true means the seller was the aggressor
  std::uint8_t aggregate{0};  // 1: aggTrade
  std::uint8_t reserved[6]{};
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

enum class FeedEvent : std::uint8_t { Connected = 1, Disconnected = 2, Ended = 3 };
struct FeedStatus {  // instrument of the header, or kNoInstrument for every one of the source
  FeedEvent event{FeedEvent::Connected};
  std::uint8_t reserved[7]{};
};
struct FeedDropped {
  std::uint64_t count{0};
};
}  // namespace sq
