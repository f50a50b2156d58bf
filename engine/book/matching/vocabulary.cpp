#include "engine/book/matching/vocabulary.hpp"

namespace sq::matching {
std::string_view text_of(OrderType value) noexcept {
  switch (value) {
    case OrderType::Limit:
      return "limit";
    case OrderType::Market:
      return "market";
    case OrderType::Stop:
      return "stop";
    case OrderType::StopLimit:
      return "stop-limit";
  }
  return "?";
}

std::string_view text_of(TimeInForce value) noexcept {
  switch (value) {
    case TimeInForce::GoodTillCancel:
      return "good-till-cancel";
    case TimeInForce::ImmediateOrCancel:
      return "immediate-or-cancel";
    case TimeInForce::FillOrKill:
      return "fill-or-kill";
    case TimeInForce::GoodTillDate:
      return "good-till-date";
    case TimeInForce::Day:
      return "day";
  }
  return "?";
}

std::string_view text_of(SelfTrade value) noexcept {
  switch (value) {
    case SelfTrade::InstrumentDefault:
      return "instrument-default";
    case SelfTrade::Allow:
      return "allow";
    case SelfTrade::CancelNewest:
      return "cancel-newest";
    case SelfTrade::CancelOldest:
      return "cancel-oldest";
    case SelfTrade::CancelBoth:
      return "cancel-both";
    case SelfTrade::Decrement:
      return "decrement";
  }
  return "?";
}

std::string_view text_of(Phase value) noexcept {
  switch (value) {
    case Phase::Closed:
      return "closed";
    case Phase::PreOpen:
      return "pre-open";
    case Phase::Auction:
      return "auction";
    case Phase::Continuous:
      return "continuous";
    case Phase::Halted:
      return "halted";
  }
  return "?";
}

std::string_view text_of(Refusal value) noexcept {
  switch (value) {
    case Refusal::None:
      return "none";
    case Refusal::PhaseClosed:
      return "phase-closed";
    case Refusal::PhaseHalted:
      return "phase-halted";
    case Refusal::PhaseUnchanged:
      return "phase-unchanged";
    case Refusal::PhaseHasNoUncrossing:
      return "phase-has-no-uncrossing";
    case Refusal::TimeGoesBack:
      return "time-goes-back";
    case Refusal::UnknownOwner:
      return "unknown-owner";
    case Refusal::IdIsZero:
      return "id-is-zero";
    case Refusal::DuplicateId:
      return "duplicate-id";
    case Refusal::UnknownOrder:
      return "unknown-order";
    case Refusal::UnknownSide:
      return "unknown-side";
    case Refusal::UnknownType:
      return "unknown-type";
    case Refusal::UnknownTimeInForce:
      return "unknown-time-in-force";
    case Refusal::UnknownSelfTrade:
      return "unknown-self-trade";
    case Refusal::TimeInForceForType:
      return "time-in-force-for-type";
    case Refusal::TimeInForceInPhase:
      return "time-in-force-in-phase";
    case Refusal::ExpiryNotInFuture:
      return "expiry-not-in-future";
    case Refusal::ExpiryWithoutDate:
      return "expiry-without-date";
    case Refusal::PostOnlyForType:
      return "post-only-for-type";
    case Refusal::PostOnlyInPhase:
      return "post-only-in-phase";
    case Refusal::DisplayForType:
      return "display-for-type";
    case Refusal::SelfTradeNotAllowed:
      return "self-trade-not-allowed";
    case Refusal::PriceOnMarket:
      return "price-on-market";
    case Refusal::PriceNotPositive:
      return "price-not-positive";
    case Refusal::PriceOutOfRange:
      return "price-out-of-range";
    case Refusal::PriceOffTick:
      return "price-off-tick";
    case Refusal::StopWithoutTrigger:
      return "stop-without-trigger";
    case Refusal::StopNotPositive:
      return "stop-not-positive";
    case Refusal::StopOutOfRange:
      return "stop-out-of-range";
    case Refusal::StopOffTick:
      return "stop-off-tick";
    case Refusal::QtyNotPositive:
      return "qty-not-positive";
    case Refusal::QtyTooSmall:
      return "qty-too-small";
    case Refusal::QtyTooLarge:
      return "qty-too-large";
    case Refusal::QtyOffLot:
      return "qty-off-lot";
    case Refusal::DisplayNotPositive:
      return "display-not-positive";
    case Refusal::DisplayTooSmall:
      return "display-too-small";
    case Refusal::DisplayTooLarge:
      return "display-too-large";
    case Refusal::DisplayOffLot:
      return "display-off-lot";
    case Refusal::DisplayTooManyParts:
      return "display-too-many-parts";
    case Refusal::QtyBelowExecuted:
      return "qty-below-executed";
    case Refusal::NothingChanges:
      return "nothing-changes";
    case Refusal::AlreadyTriggered:
      return "already-triggered";
    case Refusal::PriceOutsideStaticBand:
      return "price-outside-static-band";
    case Refusal::PriceOutsideDynamicBand:
      return "price-outside-dynamic-band";
    case Refusal::BandInvalid:
      return "band-invalid";
    case Refusal::ReferenceInvalid:
      return "reference-invalid";
    case Refusal::PostOnlyWouldTake:
      return "post-only-would-take";
    case Refusal::ReduceOnlyWouldIncrease:
      return "reduce-only-would-increase";
    case Refusal::OrdersFull:
      return "orders-full";
  }
  return "?";
}

std::string_view text_of(Why value) noexcept {
  switch (value) {
    case Why::Asked:
      return "asked";
    case Why::CancelAll:
      return "cancel-all";
    case Why::Unfilled:
      return "unfilled";
    case Why::FillOrKill:
      return "fill-or-kill";
    case Why::SelfTrade:
      return "self-trade";
    case Why::ReduceOnly:
      return "reduce-only";
    case Why::PostOnlyWouldTake:
      return "post-only-would-take";
    case Why::PriceBand:
      return "price-band";
  }
  return "?";
}

std::string_view text_of(EventKind value) noexcept {
  switch (value) {
    case EventKind::Accepted:
      return "accepted";
    case EventKind::Rejected:
      return "rejected";
    case EventKind::Traded:
      return "traded";
    case EventKind::Booked:
      return "booked";
    case EventKind::Reduced:
      return "reduced";
    case EventKind::Cancelled:
      return "cancelled";
    case EventKind::Expired:
      return "expired";
    case EventKind::Replaced:
      return "replaced";
    case EventKind::Triggered:
      return "triggered";
    case EventKind::Refreshed:
      return "refreshed";
    case EventKind::PhaseChanged:
      return "phase-changed";
    case EventKind::Uncrossed:
      return "uncrossed";
  }
  return "?";
}
}  // namespace sq::matching
