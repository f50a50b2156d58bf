#include "engine/wal/dump_names.hpp"

#include "engine/wal/dump.hpp"

namespace sq::wal {
std::string_view text_of(RecordKind kind) noexcept {
  switch (kind) {
    case RecordKind::None:
      return "None";
    case RecordKind::EpochStarted:
      return "EpochStarted";
    case RecordKind::ConfigLoaded:
      return "ConfigLoaded";
    case RecordKind::InstrumentDefined:
      return "InstrumentDefined";
    case RecordKind::OrderReport:
      return "OrderReport";
    case RecordKind::AdminCommand:
      return "AdminCommand";
    case RecordKind::TimeTick:
      return "TimeTick";
    case RecordKind::LogStateChanged:
      return "LogStateChanged";
    case RecordKind::FxReference:
      return "FxReference";
    case RecordKind::RunEnded:
      return "RunEnded";
    case RecordKind::RecoveryFinished:
      return "RecoveryFinished";
    case RecordKind::DepthUpdate:
      return "DepthUpdate";
    case RecordKind::DepthSnapshot:
      return "DepthSnapshot";
    case RecordKind::TradePrint:
      return "TradePrint";
    case RecordKind::TopOfBook:
      return "TopOfBook";
    case RecordKind::MarkPrice:
      return "MarkPrice";
    case RecordKind::FeedStatus:
      return "FeedStatus";
    case RecordKind::FeedDropped:
      return "FeedDropped";
    case RecordKind::MarketOrder:
      return "MarketOrder";
    case RecordKind::Candle:
      return "Candle";
    case RecordKind::GreeksUpdate:
      return "GreeksUpdate";
    case RecordKind::OrderSent:
      return "OrderSent";
    case RecordKind::CancelSent:
      return "CancelSent";
    case RecordKind::OrderRefused:
      return "OrderRefused";
    case RecordKind::OrderChanged:
      return "OrderChanged";
    case RecordKind::FillBooked:
      return "FillBooked";
    case RecordKind::BookChanged:
      return "BookChanged";
    case RecordKind::StrategyChanged:
      return "StrategyChanged";
    case RecordKind::StrategySaved:
      return "StrategySaved";
    case RecordKind::KillChanged:
      return "KillChanged";
    case RecordKind::BreakerChanged:
      return "BreakerChanged";
    case RecordKind::VenueState:
      return "VenueState";
    case RecordKind::DeadLetter:
      return "DeadLetter";
    case RecordKind::FundingBooked:
      return "FundingBooked";
    case RecordKind::FundingSettled:
      return "FundingSettled";
    case RecordKind::VenueAccount:
      return "VenueAccount";
    case RecordKind::QuerySent:
      return "QuerySent";
    case RecordKind::DayStarted:
      return "DayStarted";
    case RecordKind::LimitsChanged:
      return "LimitsChanged";
    case RecordKind::ManualOrder:
      return "ManualOrder";
    case RecordKind::AlertCommand:
      return "AlertCommand";
    case RecordKind::DayClosed:
      return "DayClosed";
    case RecordKind::LimitSet:
      return "LimitSet";
    case RecordKind::SessionEvent:
      return "SessionEvent";
    case RecordKind::StaticData:
      return "StaticData";
    case RecordKind::VenueOrder:
      return "VenueOrder";
    case RecordKind::VenuePosition:
      return "VenuePosition";
    case RecordKind::VenueBalance:
      return "VenueBalance";
    case RecordKind::VenueSnapshot:
      return "VenueSnapshot";
    case RecordKind::BreakChanged:
      return "BreakChanged";
    case RecordKind::OrderAdopted:
      return "OrderAdopted";
    case RecordKind::PositionAdjusted:
      return "PositionAdjusted";
    case RecordKind::ParentChanged:
      return "ParentChanged";
    case RecordKind::ConditionalChanged:
      return "ConditionalChanged";
    case RecordKind::LinkChanged:
      return "LinkChanged";
    case RecordKind::LegsChanged:
      return "LegsChanged";
    case RecordKind::AmendSent:
      return "AmendSent";
    case RecordKind::TradeCorrected:
      return "TradeCorrected";
  }
  return "?";
}
std::string_view text_of(Command command) noexcept {
  switch (command) {
    case Command::Kill:
      return "kill";
    case Command::SetStrategyState:
      return "set-strategy-state";
    case Command::Rearm:
      return "rearm";
    case Command::SetLimit:
      return "set-limit";
    case Command::ProposeLimit:
      return "propose-limit";
    case Command::ApproveProposal:
      return "approve-proposal";
    case Command::ProposeOverride:
      return "propose-override";
    case Command::AcknowledgeStrategy:
      return "acknowledge-strategy";
    case Command::CancelAll:
      return "cancel-all";
    case Command::Reconcile:
      return "reconcile";
    case Command::AcceptBreak:
      return "accept-break";
    case Command::AdjustPosition:
      return "adjust-position";
    case Command::ResetBreaker:
      return "reset-breaker";
  }
  return "?";
}
std::string_view text_of(StateCause cause) noexcept {
  switch (cause) {
    case StateCause::Start:
      return "start";
    case StateCause::Command:
      return "command";
    case StateCause::Warm:
      return "warm";
    case StateCause::Kill:
      return "kill";
    case StateCause::Shutdown:
      return "shutdown";
    case StateCause::Recovery:
      return "recovery";
    case StateCause::RepeatedExecution:
      return "repeated-execution";
    case StateCause::LossLimit:
      return "loss-limit";
    case StateCause::Reconciliation:
      return "reconciliation";
    case StateCause::Flatten:
      return "flatten";
    case StateCause::Runaway:
      return "runaway";
    case StateCause::Breaker:
      return "breaker";
  }
  return "?";
}
std::string_view text_of(LogCondition condition) noexcept {
  switch (condition) {
    case LogCondition::Normal:
      return "normal";
    case LogCondition::Reserve:
      return "reserve";
    case LogCondition::Full:
      return "full";
    case LogCondition::Stalled:
      return "stalled";
    case LogCondition::Failed:
      return "failed";
  }
  return "?";
}
std::string_view text_of(DeadLetterReason reason) noexcept {
  switch (reason) {
    case DeadLetterReason::UnknownKind:
      return "unknown-kind";
    case DeadLetterReason::UnknownInstrument:
      return "unknown-instrument";
    case DeadLetterReason::UnknownOrder:
      return "unknown-order";
    case DeadLetterReason::UnknownTrade:
      return "unknown-trade";
    case DeadLetterReason::BadContent:
      return "bad-content";
  }
  return "?";
}
std::string_view text_of(FeedEvent event) noexcept {
  switch (event) {
    case FeedEvent::Connected:
      return "connected";
    case FeedEvent::Disconnected:
      return "disconnected";
    case FeedEvent::Ended:
      return "ended";
    case FeedEvent::Halted:
      return "halted";
    case FeedEvent::Resumed:
      return "resumed";
  }
  return "?";
}
std::string_view text_of(CandleOf of) noexcept {
  switch (of) {
    case CandleOf::Trades:
      return "trades";
    case CandleOf::Mark:
      return "mark";
    case CandleOf::Index:
      return "index";
    case CandleOf::Premium:
      return "premium";
  }
  return "?";
}
std::string_view text_of(OrderAction action) noexcept {
  switch (action) {
    case OrderAction::Add:
      return "add";
    case OrderAction::Execute:
      return "execute";
    case OrderAction::Reduce:
      return "reduce";
    case OrderAction::Delete:
      return "delete";
    case OrderAction::Replace:
      return "replace";
    case OrderAction::Modify:
      return "modify";
    case OrderAction::Fill:
      return "fill";
    case OrderAction::Clear:
      return "clear";
    case OrderAction::HiddenTrade:
      return "hidden-trade";
  }
  return "?";
}
std::string_view text_of(DepthChain chain) noexcept {
  switch (chain) {
    case DepthChain::Contiguous:
      return "contiguous";
    case DepthChain::Linked:
      return "linked";
  }
  return "?";
}
std::string_view text_of(GreeksModel model) noexcept {
  switch (model) {
    case GreeksModel::BlackScholesMerton:
      return "black-scholes-merton";
  }
  return "?";
}
std::string_view text_of(GreeksStatus status) noexcept {
  switch (status) {
    case GreeksStatus::Quoted:
      return "quoted";
    case GreeksStatus::Neighbours:
      return "neighbours";
    case GreeksStatus::Held:
      return "held";
    case GreeksStatus::Unavailable:
      return "unavailable";
  }
  return "?";
}
std::string_view text_of(LimitCause cause) noexcept {
  switch (cause) {
    case LimitCause::Refused:
      return "refused";
    case LimitCause::Lowered:
      return "lowered";
    case LimitCause::Proposed:
      return "proposed";
    case LimitCause::Raised:
      return "raised";
    case LimitCause::Expired:
      return "expired";
    case LimitCause::OverrideProposed:
      return "override-proposed";
    case LimitCause::OverrideAllowed:
      return "override-allowed";
    case LimitCause::OverrideUsed:
      return "override-used";
    case LimitCause::Acknowledged:
      return "acknowledged";
  }
  return "?";
}
}  // namespace sq::wal
