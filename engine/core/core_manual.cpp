// What people ask for at the desk. Tickets pass the same gate as orders of strategies, held to the
// limits of the account, the venue, the instrument and the firm.
// Source: controls P01, A15, A16; faults E03.
#include <algorithm>

#include "engine/core/core.hpp"
#include "engine/core/strategy_context.hpp"

namespace sq::core {
void Core::on_manual(const RecordHeader& input) noexcept {
  if (!ready_ || !is_payload<ManualOrder>(input) ||
      payload_of<ManualOrder>(input).who.view().empty())
    return dead_letter(input, DeadLetterReason::BadContent);
  const auto& asked = payload_of<ManualOrder>(input);
  switch (asked.action) {
    case ManualAction::New:
      return on_ticket(input);
    case ManualAction::Cancel: {
      oms::Order* order = ledger_.orders().pool().find(asked.target);
      if (order == nullptr || !cancellable(*order))
        return dead_letter(input, DeadLetterReason::UnknownOrder);
      return cancel(*order, CancelReason::Operator, true);
    }
    case ManualAction::Flatten:
      return on_manual_flatten(input);
    case ManualAction::Amend:
      break;
  }
  dead_letter(input, DeadLetterReason::BadContent);
}

bool Core::cancellable(const oms::Order& order) const noexcept {
  return order.working() && order.state != OrderState::AwaitingFills &&
         (!order.adopted() || external_orders_ == settings::ExternalOrders::Cancel);
}

void Core::on_ticket(const RecordHeader& input) noexcept {
  const auto& asked = payload_of<ManualOrder>(input);
  if (index_of(input.instrument) >= books_.size())
    return dead_letter(input, DeadLetterReason::UnknownInstrument);
  const bool sound = (asked.side == Side::Buy || asked.side == Side::Sell) &&
                     asked.tif >= TimeInForce::GoodTillCancel && asked.tif <= TimeInForce::PostOnly;
  if (!sound) return dead_letter(input, DeadLetterReason::BadContent);
  OrderRequest draft;
  draft.strategy = kNoStrategy;
  draft.account = asked.account;
  draft.limit = asked.limit;
  draft.qty = asked.qty;
  draft.side = asked.side;
  draft.tif = asked.tif;
  draft.reduce_only = asked.reduce_only != 0 ? 1 : 0;
  risk::Verdict verdict;
  {
    telemetry::StageStamp stamp{stages_, telemetry::Stage::Risk};
    verdict = ledger_.gate().check(draft, input.instrument, now_, asked.confirm != 0);
  }
  static_cast<void>(place(draft, input.instrument, verdict));
}

// Strategies that lie wholly in the scope are paused, or they would open again what is worked out;
// those that do not are the operator's to pause. Nothing is latched: this is no kill.
void Core::on_manual_flatten(const RecordHeader& input) noexcept {
  const auto& asked = payload_of<ManualOrder>(input);
  const KillScope scope{asked.scope, asked.scope_number};
  if (!flattening_) manual_flattens_ = 0;
  const auto end = manual_flatten_.begin() + static_cast<std::ptrdiff_t>(manual_flattens_);
  const bool kept = std::find(manual_flatten_.begin(), end, scope) != end;
  if (ledger_.kill().known(scope) != scope || (!kept && end == manual_flatten_.end()))
    return dead_letter(input, DeadLetterReason::BadContent);
  for (std::size_t s = 0; s < strategies_.size(); ++s) {
    const auto id = StrategyId{static_cast<std::uint16_t>(s)};
    const bool inside = scope.kind == KillScopeKind::All ||
                        (scope.kind == KillScopeKind::Strategy && scope.number == s) ||
                        (scope.kind == KillScopeKind::Account &&
                         scope.number == static_cast<std::uint32_t>(strategies_[s].setup.account));
    if (!inside || ledger_.strategy_state(id) == StrategyState::Stopped) continue;
    strategies_[s].wanted = StrategyState::Paused;
    set_state(s, StrategyState::Paused, StateCause::Flatten);
  }
  cancel_scope(scope, CancelReason::Operator);
  if (!kept) manual_flatten_[manual_flattens_++] = scope;
  start_flatten();
}

// Somebody asked at the desk for this position to be worked out.
bool Core::flattens_by_hand(VenueId venue, AccountId account, StrategyId strategy,
                            InstrumentId instrument) const noexcept {
  for (std::size_t i = 0; i < manual_flattens_; ++i)
    if (risk::covers(manual_flatten_[i], venue, account, strategy, instrument)) return true;
  return false;
}
}  // namespace sq::core
