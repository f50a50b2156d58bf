#include "engine/types/text.hpp"

namespace sq {
std::string_view text_of(Side side) noexcept {
  switch (side) {
    case Side::Buy: return "buy";
    case Side::Sell: return "sell";
  }
  return "?";
}
std::string_view text_of(OrderType type) noexcept {
  switch (type) {
    case OrderType::Limit: return "limit";
    case OrderType::Market: return "market";
  }
  return "?";
}
std::string_view text_of(TimeInForce tif) noexcept {
  switch (tif) {
    case TimeInForce::GoodTillCancel: return "gtc";
    case TimeInForce::ImmediateOrCancel: return "ioc";
    case TimeInForce::FillOrKill: return "fok";
    case TimeInForce::PostOnly: return "post-only";
    case TimeInForce::GoodTillDate: return "gtd";
    case TimeInForce::Day: return "day";
  }
  return "?";
}
std::string_view text_of(SelfTrade mode) noexcept {
  switch (mode) {
    case SelfTrade::None: return "none";
    case SelfTrade::CancelResting: return "cancel-resting";
    case SelfTrade::CancelIncoming: return "cancel-incoming";
    case SelfTrade::CancelBoth: return "cancel-both";
    case SelfTrade::Decrement: return "decrement";
  }
  return "?";
}
std::string_view text_of(OrderState state) noexcept {
  switch (state) {
    case OrderState::None: return "none";
    case OrderState::PendingNew: return "pending-new";
    case OrderState::Open: return "open";
    case OrderState::PendingCancel: return "pending-cancel";
    case OrderState::Filled: return "filled";
    case OrderState::Cancelled: return "cancelled";
    case OrderState::Rejected: return "rejected";
    case OrderState::Expired: return "expired";
    case OrderState::NotSent: return "not-sent";
    case OrderState::Unknown: return "unknown";
    case OrderState::AwaitingFills: return "awaiting-fills";
    case OrderState::PendingReplace: return "pending-replace";
  }
  return "?";
}
std::string_view text_of(BookState state) noexcept {
  switch (state) {
    case BookState::Syncing: return "syncing";
    case BookState::Live: return "live";
    case BookState::Stale: return "stale";
    case BookState::Gapped: return "gapped";
    case BookState::Crossed: return "crossed";
  }
  return "?";
}
std::string_view text_of(StrategyState state) noexcept {
  switch (state) {
    case StrategyState::Stopped: return "stopped";
    case StrategyState::Warming: return "warming";
    case StrategyState::Shadow: return "shadow";
    case StrategyState::Armed: return "armed";
    case StrategyState::ReduceOnly: return "reduce-only";
    case StrategyState::Paused: return "paused";
    case StrategyState::QuoteOnly: return "quote-only";
  }
  return "?";
}
std::string_view text_of(VenueId venue) noexcept {
  switch (venue) {
    case VenueId::None: return "none";
    case VenueId::BinanceSpot: return "binance-spot";
    case VenueId::BinanceUsdm: return "binance-usdm";
    case VenueId::Kite: return "kite";
    case VenueId::Simulated: return "simulated";
  }
  return "?";
}
VenueId venue_from(std::string_view text) noexcept {
  for (const VenueId venue :
       {VenueId::BinanceSpot, VenueId::BinanceUsdm, VenueId::Kite, VenueId::Simulated}) {
    if (text_of(venue) == text) return venue;
  }
  return VenueId::None;
}
bool parse(std::string_view text, StrategyState& out) noexcept {
  for (const StrategyState state :
       {StrategyState::Stopped, StrategyState::Warming, StrategyState::Shadow,
        StrategyState::Armed, StrategyState::ReduceOnly, StrategyState::Paused,
        StrategyState::QuoteOnly}) {
    if (text_of(state) == text) {
      out = state;
      return true;
    }
  }
  return false;
}
}  // namespace sq
