// Facts that ask for the kill switch. The core answers them at once with a KillChanged; when the
// process ended between the two records, recovery finds the demand here. Source: controls A01
// (latched, survives the death of the process).
#include "engine/core/kill_reasons.hpp"
#include "engine/core/ledger.hpp"

namespace sq::core {
// All that follows from an input is decided before the next one. With those of a start nothing is
// decided until the last of them was taken.
bool Ledger::answers_demands(RecordKind kind) noexcept {
  return !is_decision(kind) && kind != RecordKind::EpochStarted &&
         kind != RecordKind::ConfigLoaded && kind != RecordKind::InstrumentDefined &&
         kind != RecordKind::RecoveryFinished;
}
void Ledger::forget_demands() noexcept {
  demanded_kill_.reset();
  demanded_pause_.reset();
}

void Ledger::demand(StateCause cause, std::string_view reason, const KillScope& scope) noexcept {
  KillChanged kill;
  kill.latched = 1;
  kill.cause = cause;
  kill.scope = scope.kind;
  kill.number = scope.number;
  kill.reason = FixedText<64>{reason};
  demanded_kill_ = kill;
}

void Ledger::demand(const RecordHeader& record) noexcept {
  const AdminCommand command = admin_command_of(record);
  if (command.command != Command::Kill) return;
  demand(StateCause::Command, command.reason.view(), {command.scope, command.scope_number});
  demanded_kill_->flatten = command.flatten != 0 ? 1 : 0;
}

void Ledger::demand(const ReportEffect& effect, const OrderReport& told) noexcept {
  switch (effect.outcome.fit) {
    case oms::ReportFit::Contradiction: return;
    case oms::ReportFit::Duplicate: break;
    case oms::ReportFit::UnknownOrder: {
      const bool from_outside = told.id == OrderId{} && told.venue_order_id != 0;
      // Of orders placed outside, the settings say what they are worth.
      if (effect.booked && told.kind == ReportKind::Trade) return;
      if (tells_trade(told.kind))
        demand(effect.booked && from_outside ? StateCause::Reconciliation : StateCause::Kill,
               kUnknownFillReason);
      return;
    }
    case oms::ReportFit::Overfill:
    case oms::ReportFit::LateFill:
    case oms::ReportFit::UnknownTrade:
    case oms::ReportFit::Mismatch:
    case oms::ReportFit::Unasked:
      demanded_pause_ = effect.outcome.order->request.strategy;
      break;
    case oms::ReportFit::Applied:
      break;
  }
  switch (effect.outcome.booking) {
    case oms::Booking::None:
    case oms::Booking::Void: return;
    case oms::Booking::Fill:
      if (!effect.booked) demand(StateCause::Kill, kFillReason);
      return;
    case oms::Booking::Bust:
    case oms::Booking::Correction:
      if (!effect.corrected) demand(StateCause::Kill, kFillReason);
      return;
  }
}

void Ledger::demand(const AccountEffect& effect) noexcept {
  if (!effect.fits)
    demand(StateCause::Kill, kAccountReason);
  else if (effect.booked && !kill_latched())
    demand(StateCause::Kill, kLiquidationReason);
}

void Ledger::demand(const BreakerChanged& change) noexcept {
  if (change.to == BreakerState::Open && change.action == BreakerAction::Kill)
    demand(StateCause::Breaker, text_of(change.kind), {change.scope, change.number});
}

// An order from outside is accepted by the settings, or killed for.
void Ledger::demand(const BreakChanged& change) noexcept {
  const bool outside = change.kind == BreakKind::UnknownOrder && change.order.epoch() == 0;
  if (change.state == BreakState::Compared || !outside) return;
  if (change.state == BreakState::Opened)
    demand(StateCause::Reconciliation, kOutsideReason);
  else
    forget_demands();
}
}  // namespace sq::core
