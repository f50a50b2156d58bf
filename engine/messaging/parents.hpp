// Payloads of the decisions about orders made of orders: parents with a bound on the sum of their
// children, conditional orders that the engine holds, links between them (OCO, OTO, bracket), and
// orders of several legs. Each carries its subject whole as it is after the change, so that a fold
// needs no other record; what children filled is folded from the orders' own records.
// Bytes are logged: append only, no hidden padding. Source: controls P17, P31.
#pragma once

#include <array>
#include <cstdint>

#include "engine/messaging/record.hpp"
#include "engine/types/fixed.hpp"
#include "engine/types/ids.hpp"
#include "engine/types/order_types.hpp"
#include "engine/types/time.hpp"

namespace sq {
enum class ParentState : std::uint8_t {  // append only
  None = 0,
  Open = 1,     // children may be created up to the bound
  Closing = 2,  // no child can be created; those that work are cancelled until there is proof
  Done = 3      // nothing can fill any more
};
enum class ParentCause : std::uint8_t {  // append only
  Opened = 1,
  Filled = 2,  // the children filled the whole bound
  Owner = 3,   // its strategy closed it
  Deadline = 4,
  Kill = 5,
  StrategyState = 6,  // the strategy was paused or stopped
  Runaway = 7,        // too many refused children in too short a time
  Operator = 8,
  Linked = 9,       // another order of its link filled or ended
  Resized = 10,     // the bound changed, nothing else
  Overfilled = 11,  // the children filled more than the bound
  Ended = 12,       // the last child ended while closing
  Position = 13,    // reduce-only, and there is nothing left to reduce
  Dust = 14         // what is left is smaller than the venue's minimum
};
// Who makes the children.
enum class ParentWork : std::uint8_t {  // append only
  Owner = 0,                            // its strategy
  Rest = 1,                             // the engine: a limit order at the parent's price
  Take = 2  // the engine: immediate-or-cancel orders up to protection_bps beyond the far touch
};
struct ParentChanged {  // header.instrument
  OrderId id{};
  OrderId group{};                // link or legs order it belongs to; 0 is none
  Price limit{};                  // worst price of any child; 0: the gate's collar alone
  Qty qty{};                      // bound of filled + working + unknown children
  Qty filled{};                   // at this change, for readers
  Qty at_stake{};                 // what children may still fill, likewise
  std::uint64_t turnover_low{0};  // sum of price x qty of the fills that stand (a bust is
                                  // taken off, `filled` keeps it), 1e-17, two's complement
  std::int64_t turnover_high{0};
  WallTime deadline{};              // 0: none
  std::uint32_t children{0};        // created so far
  std::uint32_t children_max{0};    // created at most
  std::uint32_t protection_bps{0};  // Take
  StrategyId strategy{kNoStrategy};
  AccountId account{};
  Side side{Side::Buy};
  ParentWork work{ParentWork::Owner};
  TimeInForce tif{TimeInForce::GoodTillCancel};  // Rest
  ParentState from{ParentState::None};
  ParentState to{ParentState::None};
  ParentCause cause{ParentCause::Opened};
  std::uint8_t reduce_only{0};
  std::uint8_t keep{0};  // stays in force when the strategy is paused or killed
};
static_assert(sizeof(ParentChanged) == 96);

enum class TriggerKind : std::uint8_t {  // append only
  None = 0,
  Stop = 1,        // sell: at or below the trigger; buy: at or above
  TakeProfit = 2,  // the other way round
  Trailing = 3     // a stop whose trigger follows the best price since its activation
};
enum class TriggerSource : std::uint8_t {  // append only
  Last = 1,                                // trades
  Best = 2,  // the best price that the order would trade at: bid of a sell, ask of a buy
  Mark = 3   // the venue's mark price
};
enum class TriggerState : std::uint8_t {  // append only
  None = 0,                               // not conditional
  Waiting = 1,                            // trailing: the activation price was not reached
  Armed = 2,
  Triggered = 3,
  Ended = 4  // its parent closed before
};
enum class TriggerCause : std::uint8_t {  // append only
  Placed = 1,
  Activated = 2,
  Moved = 3,  // trailing: the trigger follows
  Reached = 4,
  Closed = 5
};
struct ConditionalChanged {  // header.instrument
  OrderId id{};              // of the parent that waits for it
  Price trigger{};
  Price activation{};          // trailing; 0: active at once
  Price extreme{};             // trailing: best price since activation
  Price observed{};            // the price that made the change; 0: none did
  Price trail{};               // trailing: distance; 0: trail_bps
  std::int64_t confirm_ns{0};  // since the trigger was reached first, without a break
  std::uint32_t trail_bps{0};
  std::uint32_t jump_bps{0};        // what is further off is no price
  std::uint32_t confirm_events{1};  // prices at or beyond the trigger, one after the other
  StrategyId strategy{kNoStrategy};
  Side side{Side::Buy};
  TriggerKind kind{TriggerKind::None};
  TriggerSource source{TriggerSource::Last};
  TriggerState from{TriggerState::None};
  TriggerState to{TriggerState::None};
  TriggerCause cause{TriggerCause::Placed};
  std::uint8_t reserved[4]{};
};
static_assert(sizeof(ConditionalChanged) == 80);

enum class LinkKind : std::uint8_t {  // append only
  None = 0,
  Oco = 1,     // [1] or [2]
  Oto = 2,     // [0], then [1] as far as [0] filled
  Bracket = 3  // [0], then [1] or [2] as far as [0] filled
};
enum class LinkState : std::uint8_t { None = 0, Active = 1, Exiting = 2, Done = 3 };  // append only
enum class LinkCause : std::uint8_t {                                                 // append only
  Placed = 1,
  Chosen = 2,      // one of the two filled or triggered: the other is cancelled
  Hurried = 3,     // the cancel was not proven in time: goes on without
  Overfilled = 4,  // both filled: `excess` is flattened by order [3]
  Ended = 5
};
struct LinkChanged {  // header.instrument
  OrderId id{};
  std::array<OrderId, 4> orders{};  // parents: entry, exit, exit, flatten; 0 is none
  Qty qty{};                        // shared by the two of an OCO
  Qty excess{};                     // filled beyond what was meant, so far
  std::int64_t race_ns{0};          // wait for the proof of the other's cancel; then go on without
  WallTime chosen_at{};
  std::uint32_t protection_bps{0};  // of the flatten order
  StrategyId strategy{kNoStrategy};
  LinkKind kind{LinkKind::None};
  LinkState from{LinkState::None};
  LinkState to{LinkState::None};
  LinkCause cause{LinkCause::Placed};
  std::uint8_t chosen{0};  // 1 or 2; 0: none yet
  std::uint8_t hurried{0};
  std::uint8_t reserved[4]{};
};
static_assert(sizeof(LinkChanged) == 88);

constexpr std::size_t kLegsMax = 4;
enum class LegsState : std::uint8_t {  // append only
  None = 0,
  Working = 1,
  Completing = 2,  // nothing new is begun; what is begun is completed
  Unwinding = 3,   // what is ahead is traded back
  Done = 4
};
enum class LegsCause : std::uint8_t {  // append only
  Placed = 1,
  Filled = 2,
  Owner = 3,
  UnhedgedTime = 4,  // a leg was behind for longer than allowed
  Deadline = 5,
  Kill = 6,
  StrategyState = 7,
  LegEnded = 8,
  HandedOver = 9  // could not be made whole in time: a person must look
};
struct LegsChanged {
  OrderId id{};
  std::array<OrderId, kLegsMax> orders{};  // parents of the legs; 0 is none
  std::array<OrderId, kLegsMax> unwind{};  // parents that trade back; 0 is none
  std::array<Qty, kLegsMax> ratio{};       // quantity of the leg in one unit
  std::int64_t units{0};
  std::int64_t unhedged_units_max{0};  // begun and not yet whole
  std::int64_t unhedged_ns_max{0};
  WallTime unhedged_since{};  // 0: whole
  StrategyId strategy{kNoStrategy};
  LegsState from{LegsState::None};
  LegsState to{LegsState::None};
  LegsCause cause{LegsCause::Placed};
  std::uint8_t unwinds{0};  // on failure: 1 trades back, 0 completes
  std::uint8_t reserved[2]{};
};
static_assert(sizeof(LegsChanged) == 144);
}  // namespace sq
