// Payloads of changes of limits while running: what people ask for, and what became of it.
// Bytes are logged: append only, no hidden padding.
#pragma once

#include <cstdint>

#include "engine/messaging/control.hpp"
#include "engine/messaging/orders.hpp"

namespace sq {
// A limit of the gate in plain numbers: those of risk::LimitKey, in its layout.
struct LimitName {
  std::uint8_t scope{0};
  std::uint8_t which{0};
  StrategyId strategy{kNoStrategy};
  std::uint32_t number{0};
  friend bool operator==(const LimitName&, const LimitName&) = default;
};
static_assert(sizeof(LimitName) == 8);

// Exactly one order, for an override: header.instrument names the instrument.
struct OrderContent {
  Price limit{};
  Qty qty{};
  StrategyId strategy{kNoStrategy};
  AccountId account{};
  Side side{Side::Buy};
  OrderType type{OrderType::Limit};
  TimeInForce tif{TimeInForce::GoodTillCancel};
  std::uint8_t reserved{0};
  [[nodiscard]] static constexpr OrderContent of(const OrderRequest& order) noexcept {
    return {order.limit, order.qty,  order.strategy, order.account,
            order.side,  order.type, order.tif,      0};
  }
  friend bool operator==(const OrderContent&, const OrderContent&) = default;
};
static_assert(sizeof(OrderContent) == 24);

// LimitsChanged: command SetLimit, ProposeLimit, ApproveProposal, ProposeOverride or
// AcknowledgeStrategy (the strategy of `order`).
struct LimitsChanged {
  Command command{Command::SetLimit};
  std::uint8_t reserved[3]{};
  std::uint32_t request{0};  // number given by the admin port, for the answer
  LimitName limit{};
  std::int64_t value{0};      // in the unit of the limit
  WallTime until{};           // a raise returns, an override ends
  std::uint64_t proposal{0};  // ApproveProposal: its number
  OrderContent order{};       // ProposeOverride
  FixedText<24> who{};
  FixedText<64> reason{};
};
static_assert(sizeof(LimitsChanged) == 152);

enum class LimitCause : std::uint8_t {  // append only
  Refused = 1,                          // nothing changed; `refusal` says why
  Lowered = 2,
  Proposed = 3,  // waits for a second person
  Raised = 4,    // until `until`
  Expired = 5,   // a raise ended
  OverrideProposed = 6,
  OverrideAllowed = 7,  // for one order, once
  OverrideUsed = 8,
  Acknowledged = 9  // a strategy's repeated executions
};
enum class LimitRefusal : std::uint8_t {  // append only
  None = 0,
  NoSuchLimit = 1,
  OutOfRange = 2,
  NoChange = 3,
  NeedsProposal = 4,  // it would loosen: propose it, with an expiry
  NotLooser = 5,      // a proposal that would tighten: set it
  NoName = 6,         // who, and for a proposal why
  SamePerson = 7,
  NoSuchProposal = 8,  // never made, approved already, or too old
  BadExpiry = 9,       // not in the future, or too far in it
  NoRoom = 10,         // too many wait
  NoSuchStrategy = 11,
  BadOrder = 12  // of an override
};
struct LimitSet {  // decision
  LimitName limit{};
  std::int64_t before{0};
  std::int64_t after{0};
  WallTime until{};           // 0: for good
  std::uint64_t proposal{0};  // its number: sequence of the input that proposed
  std::uint32_t version{0};   // of the limits, from here on
  std::uint32_t request{0};
  LimitCause cause{LimitCause::Refused};
  LimitRefusal refusal{LimitRefusal::None};
  std::uint8_t reserved[6]{};
  OrderContent order{};  // overrides
  FixedText<24> who{};
  FixedText<24> second{};  // the person who approved
  FixedText<64> reason{};
};
static_assert(sizeof(LimitSet) == 192);
}  // namespace sq
