// The vocabulary of orders. Every enumerator is logged: append only, never renumber.
#pragma once

#include <cstdint>

namespace sq {
enum class Side : std::uint8_t { Buy = 1, Sell = 2 };
constexpr Side opposite(Side side) noexcept { return side == Side::Buy ? Side::Sell : Side::Buy; }
constexpr int sign_of(Side side) noexcept { return side == Side::Buy ? 1 : -1; }

enum class OrderType : std::uint8_t { Limit = 1, Market = 2 };

enum class TimeInForce : std::uint8_t {
  GoodTillCancel = 1,
  ImmediateOrCancel = 2,
  FillOrKill = 3,
  PostOnly = 4,  // rests or is rejected; never takes
  GoodTillDate = 5,  // until OrderRequest.expires_s; the engine cancels where the venue does not
  Day = 6            // as GoodTillDate: expires_s is the end of the venue's day
};
constexpr bool expires(TimeInForce tif) noexcept {
  return tif == TimeInForce::GoodTillDate || tif == TimeInForce::Day;
}

// What the venue does when an order would trade with another of the same beneficial owner (the
// account). Venues call it self-trade prevention. None: the venue's default.
enum class SelfTrade : std::uint8_t {
  None = 0,
  CancelResting = 1,
  CancelIncoming = 2,
  CancelBoth = 3,
  Decrement = 4  // both shrink by the smaller quantity, without a trade
};

enum class OrderState : std::uint8_t {
  None = 0,
  PendingNew = 1,      // logged and handed to the venue, no answer yet
  Open = 2,            // accepted, some quantity works
  PendingCancel = 3,   // cancel handed over, still counts as open
  Filled = 4,          // terminal
  Cancelled = 5,       // terminal
  Rejected = 6,        // terminal, by the venue
  Expired = 7,         // terminal, e.g. rest of an IOC
  NotSent = 8,         // terminal, proven never to have left the process
  Unknown = 9,         // outcome not known: exposure stays reserved until there is proof
  AwaitingFills = 10,  // ended at the venue, but fills it counted have not come: theirs stays reserved
  PendingReplace = 11  // amend handed over: what it may fill by the old or by the new terms counts
};
constexpr bool is_terminal(OrderState state) noexcept {
  switch (state) {
    case OrderState::Filled:
    case OrderState::Cancelled:
    case OrderState::Rejected:
    case OrderState::Expired:
    case OrderState::NotSent:
      return true;
    case OrderState::None:
    case OrderState::PendingNew:
    case OrderState::Open:
    case OrderState::PendingCancel:
    case OrderState::Unknown:
    case OrderState::AwaitingFills:
    case OrderState::PendingReplace:
      return false;
  }
  return false;
}

// Derivatives: one wallet for all positions of a currency, or one for each.
enum class MarginMode : std::uint8_t { Cross = 1, Isolated = 2 };

enum class BookState : std::uint8_t {
  Syncing = 0,  // no snapshot bridged yet
  Live = 1,     // the only state in which a price may be used
  Stale = 2,    // silent for longer than allowed
  Gapped = 3,   // an update is missing: wait for a new snapshot
  Crossed = 4   // best bid >= best ask
};

enum class StrategyState : std::uint8_t {
  Stopped = 0,     // gets no events, may not trade
  Warming = 1,     // gets events, may not trade; becomes its configured start state when warm
  Shadow = 2,      // gets events, its orders are refused and counted
  Armed = 3,       // trades
  ReduceOnly = 4,  // only orders that shrink its position
  Paused = 5,      // gets events, working orders cancelled, no new ones
  QuoteOnly = 6    // trades, with post-only orders alone
};
}  // namespace sq
