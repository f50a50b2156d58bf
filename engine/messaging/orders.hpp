// Payloads of requests to venues, of their reports, and of the core's decisions about orders.
// Bytes are logged: append only, no hidden padding.
#pragma once

#include <cstdint>

#include "engine/messaging/record.hpp"
#include "engine/types/amount.hpp"
#include "engine/types/fixed.hpp"
#include "engine/types/instrument.hpp"
#include "engine/types/order_types.hpp"

namespace sq {
// OrderSent: what the gate approved. header.instrument names the instrument.
struct OrderRequest {
  OrderId id{};
  OrderId parent{};  // 0 is none
  Price limit{};     // market orders: the worst price the gate allowed for
  Qty qty{};
  std::uint64_t approval{0};  // one-use number of the gate's verdict
  StrategyId strategy{kNoStrategy};
  AccountId account{};
  Side side{Side::Buy};
  OrderType type{OrderType::Limit};
  TimeInForce tif{TimeInForce::GoodTillCancel};
  std::uint8_t reduce_only{0};
  std::uint32_t limits_version{0};
  std::uint32_t expires_s{0};  // UTC seconds; GoodTillDate and Day; 0: none
  // From here since 2026-11-21: older logs end before. Read with order_request_of().
  std::uint32_t ttl_us{0};  // from the decision on; the egress end drops what is older. 0: none
  std::uint16_t tag{0};     // the strategy's own
  SelfTrade self_trade{SelfTrade::None};
  std::uint8_t reserved{0};
};
static_assert(sizeof(OrderRequest) == 64);
template <>
inline constexpr std::size_t kShortestPayload<OrderRequest> = 56;
// Of a record of any age.
[[nodiscard]] inline OrderRequest order_request_of(const RecordHeader& sent) noexcept {
  if (sent.length >= record_length(sizeof(OrderRequest))) [[likely]]
    return payload_of<OrderRequest>(sent);
  OrderRequest request;
  std::memcpy(static_cast<void*>(&request), payload_bytes(sent).data(),
              kShortestPayload<OrderRequest>);
  return request;
}
// When a request that has not left by then must not leave any more.
[[nodiscard]] constexpr bool too_old(const OrderRequest& request, MonoTime decided,
                                     MonoTime now) noexcept {
  return request.ttl_us != 0 && now - decided > std::int64_t{request.ttl_us} * 1'000;
}

enum class CancelReason : std::uint8_t {  // append only
  Strategy = 1,
  Kill = 2,
  StrategyState = 3,  // the strategy was paused or stopped
  BookNotLive = 4,
  Shutdown = 5,
  Recovery = 6,
  Operator = 7,
  Again = 8,          // an earlier cancel was lost or refused
  Expired = 9,        // its GoodTillDate or Day is over
  SelfMatch = 10,     // an order of the same account would have traded with it
  ReplaceSplit = 11,  // an amend left two orders at the venue
  Parent = 12,        // the parent order closed
  Linked = 13,        // another order of its link filled
  VenueDown = 15,     // the venue was gone for too long
  Breaker = 16,
  External = 18       // placed outside, and the settings want such orders cancelled
};
// Cancels of one instrument that were decided together and follow each other. Each is in the log
// before the last of them is handed over, and only then may a venue's thread send messages that
// carry several. All: nothing else of the account works there, and its gate is closed.
enum class CancelGroup : std::uint8_t {  // append only
  Alone = 0,
  Some = 1,
  LastOfSome = 2,
  All = 3,
  LastOfAll = 4
};
[[nodiscard]] constexpr bool is_last(CancelGroup group) noexcept {
  return group == CancelGroup::LastOfSome || group == CancelGroup::LastOfAll;
}
struct CancelRequest {
  OrderId id{};
  StrategyId strategy{kNoStrategy};
  AccountId account{};
  CancelReason reason{CancelReason::Strategy};
  CancelGroup group{CancelGroup::Alone};
  std::uint8_t reserved[2]{};
};
static_assert(sizeof(CancelRequest) == 16);

struct QueryRequest {
  OrderId id{};
};

enum class AmendStyle : std::uint8_t {  // append only
  InPlace = 1,       // the venue changes the order: same order there, a smaller quantity keeps the place
  CancelReplace = 2  // the venue cancels it and places another: new order there, new place
};
// AmendSent: new terms for an order that works, approved by the gate like a new one.
struct AmendRequest {
  OrderId id{};
  Price limit{};
  Qty qty{};                  // total, what is filled already included
  Qty filled{};               // known when it was sent: a replacement asks for qty - filled
  std::uint64_t approval{0};  // one-use number of the gate's verdict
  StrategyId strategy{kNoStrategy};
  AccountId account{};
  std::uint16_t number{0};    // of this order's amends, from 1; its reports name it
  Side side{Side::Buy};
  AmendStyle style{AmendStyle::InPlace};
  std::uint32_t limits_version{0};
  std::uint32_t ttl_us{0};    // as in OrderRequest
};
static_assert(sizeof(AmendRequest) == 56);

enum class ReportKind : std::uint8_t {  // append only
  Accepted = 1,
  Rejected = 2,
  Filled = 3,          // last_qty at last_price
  Cancelled = 4,
  Expired = 5,         // rest of an IOC, a FOK, a day order
  CancelRejected = 6,
  NotSent = 7,         // proven never to have left the process
  Unknown = 8,         // sent, and no answer or an ambiguous one
  Status = 9,          // answer to a query: state and cumulative quantity
  Replaced = 10,       // works by the terms of an amend
  ReplaceRejected = 11,  // the amend had no effect; of CancelReplace: no other order was placed
  ReplaceSplit = 12,   // the other order was placed and the old one still works
  Busted = 13,         // trade_id never was
  Corrected = 14,      // trade_id was for last_qty at last_price with this fee
  Trade = 15           // of the venue's list of trades: last_qty at last_price; told again and again
};
// A trade, or that one was not, or not like this.
[[nodiscard]] constexpr bool tells_trade(ReportKind kind) noexcept {
  return kind == ReportKind::Filled || kind == ReportKind::Trade || kind == ReportKind::Busted ||
         kind == ReportKind::Corrected;
}
enum class RejectCode : std::uint8_t {  // append only
  None = 0,
  WouldTake = 1,         // post-only
  Filter = 2,
  InsufficientBalance = 3,
  UnknownOrder = 4,
  RateLimit = 5,
  Halted = 6,
  NoLiquidity = 7,
  Other = 8,
  DuplicateId = 9,
  ReduceOnly = 10,
  InsufficientMargin = 11,  // derivatives: the margin balance does not cover it
  LeverageCap = 12,         // the position would pass the largest notional of its leverage
  Maintenance = 13,         // the venue is closed for maintenance
  Banned = 14,              // too many requests after a rate limit: HTTP 418
  Liquidation = 15,         // the account is being liquidated
  SelfTrade = 16,  // ended by self-trade prevention
  TooOld = 17,     // NotSent: it waited longer than its ttl_us
  NothingLeft = 18  // an amend to no more than what is filled
};
struct OrderReport {
  OrderId id{};
  std::uint64_t venue_order_id{0};
  std::uint64_t trade_id{0};  // fills, busts, corrections; unique per instrument at the venue
  // Of a fill. Replaced, ReplaceSplit, Status: the limit and total quantity that work now; 0: not
  // told. ReplaceSplit: what both orders may come to together.
  Price last_price{};
  Qty last_qty{};
  Qty cumulative_qty{};       // after this report
  Amount fee{};               // fills only; positive is paid, negative received
  ReportKind kind{ReportKind::Accepted};
  RejectCode code{RejectCode::None};
  OrderState state{OrderState::None};  // Status only
  std::uint8_t maker{0};      // fills only
  std::uint8_t side{0};       // Side; fills only; 0: not told. Needed for orders the log does not know
  std::uint8_t reserved{0};
  std::uint16_t amend{0};     // Replaced..., Status: number of the amend it knows of; 0: not told
};
static_assert(sizeof(OrderReport) == 72);

// OrderRefused: the gate said no; nothing left the process.
struct OrderRefused {
  OrderId parent{};
  Price limit{};
  Qty qty{};
  std::int64_t observed{0};  // in the unit of the rule
  std::int64_t allowed{0};   // in the unit of the rule
  StrategyId strategy{kNoStrategy};
  AccountId account{};
  Side side{Side::Buy};
  OrderType type{OrderType::Limit};
  TimeInForce tif{TimeInForce::GoodTillCancel};
  std::uint8_t rule{0};      // risk::Rule
  std::uint8_t detail{0};    // FilterBreach for rule Filter
  std::uint8_t scope{0};     // risk::ScopeKind; 0: the rule has none
  std::uint16_t scope_number{0};  // risk::LimitKey::number, at most 65,535
  std::uint32_t limits_version{0};
};
static_assert(sizeof(OrderRefused) == 56);

// OrderRefused.detail for rule OrderTerms. Append only.
enum class OrderTermsBreach : std::uint8_t {
  None = 0,
  MarketRests = 1,           // a market order is immediate-or-cancel or fill-or-kill
  ExpiryAndTimeInForce = 2,  // an expiry without gtd or day, or one of these without an expiry
  ExpiryRange = 3,           // outside 1970 to 2106
  ExpiryPast = 4,
  LifetimeRange = 5          // negative, or more than 71 minutes
};

struct OrderChanged {
  OrderId id{};
  Qty filled{};
  OrderState from{OrderState::None};
  OrderState to{OrderState::None};
  RejectCode code{RejectCode::None};
  std::uint8_t reserved[5]{};
};

// A fill in the books of one strategy. Amounts are in 1e-8 units of `settle`.
struct FillBooked {
  OrderId id{};
  std::uint64_t trade_id{0};
  Price price{};
  Qty qty{};
  Qty position_after{};          // signed, of the strategy in the instrument
  std::int64_t realised_delta{0};  // by average cost, before fees
  std::int64_t fee_settle{0};    // fee valued in the settlement currency at the fill price
  Amount fee{};                  // as the venue charged it
  Currency settle{};
  StrategyId strategy{kNoStrategy};
  AccountId account{};
  Side side{Side::Buy};
  std::uint8_t maker{0};
  std::uint8_t reserved[2]{};
};
static_assert(sizeof(FillBooked) == 88);

// A booked fill taken back, or replaced by what it truly was. Sums are changes of the books.
struct TradeCorrected {
  OrderId id{};
  std::uint64_t trade_id{0};
  Price price_before{};
  Qty qty_before{};
  Price price{};             // 0: busted
  Qty qty{};                 // 0: busted
  Qty position_delta{};      // signed
  Qty position_after{};      // of the strategy in the instrument
  std::int64_t cash_delta{0};      // 1e-8 of `settle`
  std::int64_t realised_delta{0};  // of that, by average cost as if the fill had never been
  std::int64_t fee_delta{0};
  std::uint64_t report_sequence{0};  // of the report that said so
  Currency settle{};
  StrategyId strategy{kNoStrategy};
  AccountId account{};
  Side side{Side::Buy};
  std::uint8_t reserved[3]{};
};
static_assert(sizeof(TradeCorrected) == 112);

struct FundingBooked {
  Price mark{};
  Ratio rate{};
  Qty position{};
  Amount amount{};  // received when positive
  StrategyId strategy{kNoStrategy};
  AccountId account{};
  std::uint32_t reserved{0};
};
static_assert(sizeof(FundingBooked) == 48);
}  // namespace sq
