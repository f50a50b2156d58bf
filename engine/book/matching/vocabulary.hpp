// The words of the matching engine: what is asked, what is refused and why, what happened.
// Thread: any (plain values). Units: prices and quantities as in engine/types. Every enumerator may
// be logged: append only, never renumber.
#pragma once

#include <cstdint>
#include <string_view>

#include "engine/types/ids.hpp"
#include "engine/types/order_types.hpp"

namespace sq::matching {
// Beneficial owner: dense index below Settings::owners_max. Self-trade prevention, positions and
// cancel-all go by it; which accounts belong to an owner is the caller's business.
enum class OwnerId : std::uint16_t {};
constexpr std::uint32_t index_of(OwnerId id) noexcept { return static_cast<std::uint32_t>(id); }

// Where an open order is kept: valid from its Accepted event to its end; a command that names both
// id and handle finds its order without the id index, and a handle whose order has ended is
// UnknownOrder as long as ids are not used twice.
using Handle = std::uint32_t;
constexpr Handle kNoHandle = 0xFFFF'FFFF;

enum class OrderType : std::uint8_t { Limit = 1, Market = 2, Stop = 3, StopLimit = 4 };

// Of a stop, GoodTillDate and Day also bound the waiting; ImmediateOrCancel and FillOrKill apply
// once it is triggered. In a phase that collects, ImmediateOrCancel means "at the next uncrossing".
enum class TimeInForce : std::uint8_t {
  GoodTillCancel = 1,
  ImmediateOrCancel = 2,
  FillOrKill = 3,
  GoodTillDate = 5,  // until the first advance() to its expiry or later
  Day = 6            // until end_day()
};

// What happens when an order meets one of the same owner. The newer order's choice counts.
enum class SelfTrade : std::uint8_t {
  InstrumentDefault = 0,
  Allow = 1,         // they trade: only where the rules permit it
  CancelNewest = 2,  // the rest of the newer order
  CancelOldest = 3,  // the older order, hidden quantity included; the newer goes on
  CancelBoth = 4,
  Decrement = 5  // both lose the smaller of the two displayed quantities, nothing trades
};

enum class Phase : std::uint8_t {
  Closed = 1,      // cancels only
  PreOpen = 2,     // collects orders
  Auction = 3,     // collects orders; uncross() matches them at one price
  Continuous = 4,  // matches at once
  Halted = 5       // cancels and reductions; collects orders if the rules say so
};

enum class BandAction : std::uint8_t { Reject = 1, Halt = 2 };

enum class Command : std::uint8_t {
  New = 1,
  Modify = 2,
  Cancel = 3,
  CancelAll = 4,
  SetPhase = 5,
  Uncross = 6,
  Advance = 7,
  SetBands = 8,
  SetReference = 9,
  SetPosition = 10
};

// Why a command is refused; nothing has changed then. In order of precedence: the first rule broken
// is the one named.
enum class Refusal : std::uint8_t {
  None = 0,
  PhaseClosed,           // nothing but cancels
  PhaseHalted,           // and the rules do not collect orders in a halt
  PhaseUnchanged,        // SetPhase to the phase it is in
  PhaseHasNoUncrossing,  // Uncross outside Auction
  TimeGoesBack,          // Advance to before the last one
  UnknownOwner,          // index at or above owners_max
  IdIsZero,
  DuplicateId,   // of an open order; checked only where ids are indexed
  UnknownOrder,  // no open order has this id, or not this handle
  UnknownSide,   // enumerators outside their range, in this order
  UnknownType,
  UnknownTimeInForce,
  UnknownSelfTrade,
  TimeInForceForType,   // a market order is ImmediateOrCancel or FillOrKill
  TimeInForceInPhase,   // FillOrKill while orders are collected
  ExpiryNotInFuture,    // GoodTillDate at or before the last Advance
  ExpiryWithoutDate,    // an expiry on an order that is not GoodTillDate
  PostOnlyForType,      // with Market or Stop, ImmediateOrCancel or FillOrKill
  PostOnlyInPhase,      // while orders are collected nobody is maker
  DisplayForType,       // iceberg with Market or Stop, ImmediateOrCancel or FillOrKill
  SelfTradeNotAllowed,  // Allow, and the rules do not permit it
  PriceOnMarket,        // a price on a Market or Stop order
  PriceNotPositive,
  PriceOutOfRange,  // of price_min to price_max
  PriceOffTick,
  StopWithoutTrigger,  // a stop price on an order that is not a stop
  StopNotPositive,
  StopOutOfRange,
  StopOffTick,
  QtyNotPositive,
  QtyTooSmall,
  QtyTooLarge,
  QtyOffLot,
  DisplayNotPositive,
  DisplayTooSmall,
  DisplayTooLarge,  // more than the quantity
  DisplayOffLot,
  DisplayTooManyParts,
  QtyBelowExecuted,  // Modify to no more than what has been executed
  NothingChanges,    // Modify to what it is
  AlreadyTriggered,  // Modify of a stop that waits for the end of a halt
  PriceOutsideStaticBand,
  PriceOutsideDynamicBand,  // on the aggressive side, where the band rejects
  BandInvalid,              // SetBands: off tick, negative, or low above high
  ReferenceInvalid,         // SetReference: off tick or out of range
  PostOnlyWouldTake,
  ReduceOnlyWouldIncrease,  // the owner has nothing to reduce on that side
  OrdersFull                // no room: see Settings::orders_max
};
constexpr std::size_t kRefusals = static_cast<std::size_t>(Refusal::OrdersFull) + 1;

// Why an open order lost quantity without trading.
enum class Why : std::uint8_t {
  Asked = 1,              // Cancel, or Modify to less
  CancelAll = 2,          // of its owner
  Unfilled = 3,           // the rest of ImmediateOrCancel or Market
  FillOrKill = 4,         // could not be filled as a whole
  SelfTrade = 5,          // met an order of its owner
  ReduceOnly = 6,         // nothing left to reduce
  PostOnlyWouldTake = 7,  // found out when it was triggered
  PriceBand = 8           // its next trade, or after SetBands its price, lies outside
};

enum class EventKind : std::uint8_t {
  Accepted = 1,
  Rejected = 2,
  Traded = 3,
  Booked = 4,     // the rest of an order took its place at the tail of its price
  Reduced = 5,    // lost quantity, kept its place
  Cancelled = 6,  // the end
  Expired = 7,    // the end
  Replaced = 8,   // left its place; new price, stop price or quantity
  Triggered = 9,
  Refreshed = 10,  // an iceberg shows its next part, at the tail of its price
  PhaseChanged = 11,
  Uncrossed = 12  // the price of the trades that follow
};

[[nodiscard]] std::string_view text_of(OrderType) noexcept;
[[nodiscard]] std::string_view text_of(TimeInForce) noexcept;
[[nodiscard]] std::string_view text_of(SelfTrade) noexcept;
[[nodiscard]] std::string_view text_of(Phase) noexcept;
[[nodiscard]] std::string_view text_of(Refusal) noexcept;
[[nodiscard]] std::string_view text_of(Why) noexcept;
[[nodiscard]] std::string_view text_of(EventKind) noexcept;
}  // namespace sq::matching
