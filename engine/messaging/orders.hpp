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
  std::uint32_t reserved{0};
};
static_assert(sizeof(OrderRequest) == 56);

enum class CancelReason : std::uint8_t {  // append only
  Strategy = 1,
  Kill = 2,
  StrategyState = 3,  // the strategy was paused or stopped
  BookNotLive = 4,
  Shutdown = 5,
  Recovery = 6,
  Operator = 7,
  Again = 8,          // an earlier cancel was lost or refused
  External = 18,       // placed outside, and the settings want such orders cancelled
  Parent = 12,        // the parent order closed
  Linked = 13         // another order of its link filled
};
struct CancelRequest {
  OrderId id{};
  StrategyId strategy{kNoStrategy};
  AccountId account{};
  CancelReason reason{CancelReason::Strategy};
  std::uint8_t reserved[3]{};
};
static_assert(sizeof(CancelRequest) == 16);

struct QueryRequest {
  OrderId id{};
};

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
  Trade = 15           // of the venue's list of trades: last_qty at last_price; told again and again
};
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
  Liquidation = 15          // the account is being liquidated
};
struct OrderReport {
  OrderId id{};
  std::uint64_t venue_order_id{0};
  std::uint64_t trade_id{0};  // fills only; unique per instrument at the venue
  Price last_price{};
  Qty last_qty{};
  Qty cumulative_qty{};       // after this report
  Amount fee{};               // fills only; positive is paid, negative received
  ReportKind kind{ReportKind::Accepted};
  RejectCode code{RejectCode::None};
  OrderState state{OrderState::None};  // Status only
  std::uint8_t maker{0};      // fills only
  std::uint8_t side{0};       // Side; fills only; 0: not told. Needed for orders the log does not know
  std::uint8_t reserved[3]{};
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
