// Names of what venues say of orders and of why the engine asks for something.
#include "engine/wal/dump_names.hpp"

namespace sq::wal {
std::string_view text_of(ReportKind kind) noexcept {
  switch (kind) {
    case ReportKind::Accepted:
      return "accepted";
    case ReportKind::Rejected:
      return "rejected";
    case ReportKind::Filled:
      return "filled";
    case ReportKind::Cancelled:
      return "cancelled";
    case ReportKind::Expired:
      return "expired";
    case ReportKind::CancelRejected:
      return "cancel-rejected";
    case ReportKind::NotSent:
      return "not-sent";
    case ReportKind::Unknown:
      return "unknown";
    case ReportKind::Status:
      return "status";
    case ReportKind::Trade:
      return "trade";
    case ReportKind::Replaced:
      return "replaced";
    case ReportKind::ReplaceRejected:
      return "replace-rejected";
    case ReportKind::ReplaceSplit:
      return "replace-split";
    case ReportKind::Busted:
      return "busted";
    case ReportKind::Corrected:
      return "corrected";
  }
  return "?";
}
std::string_view text_of(AmendStyle style) noexcept {
  switch (style) {
    case AmendStyle::InPlace:
      return "in-place";
    case AmendStyle::CancelReplace:
      return "cancel-replace";
  }
  return "?";
}
std::string_view text_of(RejectCode code) noexcept {
  switch (code) {
    case RejectCode::None:
      return "none";
    case RejectCode::WouldTake:
      return "would-take";
    case RejectCode::Filter:
      return "filter";
    case RejectCode::InsufficientBalance:
      return "insufficient-balance";
    case RejectCode::UnknownOrder:
      return "unknown-order";
    case RejectCode::RateLimit:
      return "rate-limit";
    case RejectCode::Halted:
      return "halted";
    case RejectCode::NoLiquidity:
      return "no-liquidity";
    case RejectCode::Other:
      return "other";
    case RejectCode::DuplicateId:
      return "duplicate-id";
    case RejectCode::ReduceOnly:
      return "reduce-only";
    case RejectCode::InsufficientMargin:
      return "insufficient-margin";
    case RejectCode::LeverageCap:
      return "leverage-cap";
    case RejectCode::Maintenance:
      return "maintenance";
    case RejectCode::Banned:
      return "banned";
    case RejectCode::Liquidation:
      return "liquidation";
    case RejectCode::SelfTrade:
      return "self-trade";
    case RejectCode::TooOld:
      return "too-old";
    case RejectCode::NothingLeft:
      return "nothing-left";
  }
  return "?";
}
std::string_view text_of(CancelGroup group) noexcept {
  switch (group) {
    case CancelGroup::Alone:
      return "alone";
    case CancelGroup::Some:
      return "some";
    case CancelGroup::LastOfSome:
      return "last-of-some";
    case CancelGroup::All:
      return "all";
    case CancelGroup::LastOfAll:
      return "last-of-all";
  }
  return "?";
}
std::string_view text_of(CancelReason reason) noexcept {
  switch (reason) {
    case CancelReason::Strategy:
      return "strategy";
    case CancelReason::Kill:
      return "kill";
    case CancelReason::StrategyState:
      return "strategy-state";
    case CancelReason::BookNotLive:
      return "book-not-live";
    case CancelReason::Shutdown:
      return "shutdown";
    case CancelReason::Recovery:
      return "recovery";
    case CancelReason::Again:
      return "again";
    case CancelReason::Parent:
      return "parent";
    case CancelReason::Linked:
      return "linked";
    case CancelReason::Operator:
      return "operator";
    case CancelReason::External:
      return "external";
    case CancelReason::Expired:
      return "expired";
    case CancelReason::SelfMatch:
      return "self-match";
    case CancelReason::ReplaceSplit:
      return "replace-split";
    case CancelReason::VenueDown:
      return "venue-down";
    case CancelReason::Breaker:
      return "breaker";
  }
  return "?";
}
}  // namespace sq::wal
