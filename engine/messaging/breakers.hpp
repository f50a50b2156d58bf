// Payloads of circuit breakers and of what venues and the engine's own timing tell about themselves.
// Bytes are logged: append only, no hidden padding.
#pragma once

#include <cstdint>
#include <string_view>

#include "engine/messaging/control.hpp"
#include "engine/types/ids.hpp"
#include "engine/types/time.hpp"

namespace sq {
enum class VenueCondition : std::uint8_t {  // append only
  Connected = 1,
  Disconnected = 2,  // orders or their reports cannot pass
  Maintenance = 3,   // the venue says so itself
  RateLimited = 4,   // no order may leave for now: a ban, a wait, or their share is used up
  NoTrading = 5,     // the venue refuses the key, or the account may not trade: only people help
  Degraded = 6       // orders pass, but not as they should: no session, fates unknown of late
};
[[nodiscard]] constexpr bool takes_orders(VenueCondition condition) noexcept {
  return condition == VenueCondition::Connected || condition == VenueCondition::Degraded;
}
// What becomes of orders there cannot be heard, or not be changed: more than having to wait.
[[nodiscard]] constexpr bool is_gone(VenueCondition condition) noexcept {
  return !takes_orders(condition) && condition != VenueCondition::RateLimited;
}
// Input. Venue None: this engine, of which lag_ns and ring_used are.
struct VenueState {
  VenueId venue{VenueId::None};
  VenueCondition condition{VenueCondition::Connected};
  std::uint8_t reserved{0};
  std::uint32_t ring_used{0};            // 1/1000 of the fullest ring between the core and others
  std::int64_t clock_offset_ns{0};       // the venue's clock less ours
  std::int64_t clock_uncertainty_ns{0};  // half of that's width; 0: not measured since the last one
  std::int64_t lag_ns{0};                // from an event's arrival to its turn in the core
  std::int32_t rate_left{-1};            // requests that the venue still permits; -1: unknown
  std::uint32_t reserved_too{0};
};
static_assert(sizeof(VenueState) == 40);
// VenueState is told by venues and by the application: its source says by which.
[[nodiscard]] constexpr bool is_venue_answer(const RecordHeader& record) noexcept {
  return is_venue_answer(record.kind) ||
         (record.kind == RecordKind::VenueState && record.source != kSourceCore);
}

enum class BreakerKind : std::uint8_t {  // append only; the unit of observed and bound
  Loss = 1,              // 1e-8 of the base currency, of the day
  Drawdown = 2,          // 1e-8 of the base currency, from the best P&L since the start
  Rejects = 3,           // by the venue, one after the other
  RejectRate = 4,        // percent of the last orders
  MarketData = 5,        // ns without a LIVE book
  EventLag = 6,          // ns
  RingFull = 7,          // 1/1000
  PositionMismatch = 8,  // breaks one after the other
  Slippage = 9,          // 1e-4 of the touch when the order was sent
  PriceSpeed = 10,       // 1e-4 of the mid price, within the window
  Loop = 11,             // the same order in the same position, within the window
  LosingFills = 12,      // fills on alternating sides, each at a loss against the one before
  VenueLink = 13         // VenueCondition
};
enum class BreakerState : std::uint8_t { Closed = 0, Open = 1, HalfOpen = 2 };
enum class BreakerAction : std::uint8_t {
  Pause = 1,       // no orders in the scope
  ReduceOnly = 2,  // only orders that shrink the strategy's position
  Kill = 3         // the kill switch, of the scope
};
// Decision. An open breaker lets nothing through but cancels; half-open, one small order.
struct BreakerChanged {
  BreakerKind kind{BreakerKind::Loss};
  BreakerState from{BreakerState::Closed};
  BreakerState to{BreakerState::Closed};
  BreakerAction action{BreakerAction::Pause};
  KillScopeKind scope{KillScopeKind::All};
  std::uint8_t reserved[3]{};
  std::uint32_t number{0};  // of the scope
  std::uint32_t reserved_too{0};
  std::int64_t observed{0};
  std::int64_t bound{0};
  MonoTime until{};  // Open: half-open from here; the largest: until an operator resets it
};
static_assert(sizeof(BreakerChanged) == 40);

[[nodiscard]] constexpr std::string_view text_of(BreakerKind kind) noexcept {
  switch (kind) {
    case BreakerKind::Loss: return "loss";
    case BreakerKind::Drawdown: return "drawdown";
    case BreakerKind::Rejects: return "rejects";
    case BreakerKind::RejectRate: return "reject-rate";
    case BreakerKind::MarketData: return "market-data";
    case BreakerKind::EventLag: return "event-lag";
    case BreakerKind::RingFull: return "ring-full";
    case BreakerKind::PositionMismatch: return "position-mismatch";
    case BreakerKind::Slippage: return "slippage";
    case BreakerKind::PriceSpeed: return "price-speed";
    case BreakerKind::Loop: return "loop";
    case BreakerKind::LosingFills: return "losing-fills";
    case BreakerKind::VenueLink: return "venue-link";
  }
  return "?";
}
[[nodiscard]] constexpr std::string_view text_of(BreakerState state) noexcept {
  switch (state) {
    case BreakerState::Closed: return "closed";
    case BreakerState::Open: return "open";
    case BreakerState::HalfOpen: return "half-open";
  }
  return "?";
}
[[nodiscard]] constexpr std::string_view text_of(BreakerAction action) noexcept {
  switch (action) {
    case BreakerAction::Pause: return "pause";
    case BreakerAction::ReduceOnly: return "reduce-only";
    case BreakerAction::Kill: return "kill";
  }
  return "?";
}
[[nodiscard]] constexpr std::string_view text_of(VenueCondition condition) noexcept {
  switch (condition) {
    case VenueCondition::Connected: return "connected";
    case VenueCondition::Disconnected: return "disconnected";
    case VenueCondition::Maintenance: return "maintenance";
    case VenueCondition::RateLimited: return "rate-limited";
    case VenueCondition::NoTrading: return "no-trading";
    case VenueCondition::Degraded: return "degraded";
  }
  return "?";
}
}  // namespace sq
