#include "engine/core/ledger.hpp"

#include "engine/core/kill_reasons.hpp"
#include "engine/messaging/repeated_refusal.hpp"

namespace sq::core {
Ledger::Ledger(LedgerSetup setup)
    : orders_{setup.order_capacity, setup.instruments.size()},
      parents_{setup.instruments.size()},
      portfolio_{setup.instruments, setup.strategies},
      days_{setup.instruments, setup.strategies, setup.gate.strategy_accounts},
      gate_{std::move(setup.gate)},
      accounts_{setup.instruments},
      states_(setup.strategies, StrategyState::Stopped) {}

oms::Order* Ledger::apply_sent(const RecordHeader& sent) noexcept {
  last_sequence_ = sent.sequence;
  oms::Order* order = orders_.on_sent(sent);
  if (order == nullptr) return nullptr;
  gate_.on_sent(order->request, sent.instrument, sent.mono);
  if (order->request.parent != OrderId{}) parents_.on_child_sent(order->request);
  ++counters_.orders_sent;
  return order;
}

bool Ledger::apply_rate(const RecordHeader& record) noexcept {
  last_sequence_ = record.sequence;
  const auto& fx = payload_of<FxReference>(record);
  return gate_.set_rate(fx.from, fx.to, fx.rate, record.mono - fx.age_ns);
}

void Ledger::apply_parents(const RecordHeader& record) noexcept {
  switch (record.kind) {
    case RecordKind::ParentChanged: parents_.on_changed(record); break;
    case RecordKind::ConditionalChanged: parents_.on_conditional(record); break;
    case RecordKind::LinkChanged: {
      const auto* link = links_.on_changed(record);
      if (link != nullptr && !link->live()) parents_.on_group_done(link->last.id);
      break;
    }
    case RecordKind::LegsChanged: {
      const auto* legs = legs_.on_changed(record);
      if (legs != nullptr && !legs->live()) parents_.on_group_done(legs->last.id);
      break;
    }
    default: break;
  }
}

oms::Order* Ledger::apply_amend(const RecordHeader& sent) noexcept {
  last_sequence_ = sent.sequence;
  const oms::AmendOutcome outcome = orders_.on_amend_sent(sent);
  if (outcome.order == nullptr) return nullptr;
  ++counters_.amends_sent;
  const oms::Order& order = *outcome.order;
  if (order.request.parent != OrderId{})
    parents_.on_child_resized(order.request.parent, outcome.added);
  gate_.on_restaked(order.request, order.instrument, outcome.before, oms::stake_of(order));
  gate_.on_amend_message(order.request, order.instrument, sent.mono);
  gate_.policies().on_amend(order.request.strategy, order.request.account,
                            index_of(order.instrument), sent.mono);
  return outcome.order;
}

void Ledger::apply_strategy(const StrategyChanged& changed) noexcept {
  if (index_of(changed.strategy) >= states_.size()) return;
  states_[index_of(changed.strategy)] = changed.to;
  gate_.set_strategy_state(changed.strategy, changed.to);
  demanded_pause_.reset();
}

// The command holds from its record on, also when the process ended before it said what follows.
void Ledger::apply_command(const RecordHeader& record) noexcept {
  const AdminCommand command = admin_command_of(record);
  if (command.command != Command::Kill) return;
  KillChanged kill;
  kill.latched = 1;
  kill.cause = StateCause::Command;
  kill.scope = command.scope;
  kill.number = command.scope_number;
  kill.flatten = command.flatten != 0 ? 1 : 0;
  kill.reason = command.reason;
  gate_.set_kill(kill, record.wall);
}

void Ledger::apply(const RecordHeader& record) noexcept {
  last_sequence_ = record.sequence;
  if (answers_demands(record.kind)) forget_demands();
  switch (record.kind) {
    case RecordKind::OrderSent: static_cast<void>(apply_sent(record)); break;
    case RecordKind::OrderReport: demand(apply_report(record), payload_of<OrderReport>(record)); break;
    case RecordKind::AmendSent: static_cast<void>(apply_amend(record)); break;
    case RecordKind::CancelSent: {
      orders_.on_cancel_sent(record);
      const auto& cancel = payload_of<CancelRequest>(record);
      if (index_of(record.instrument) < gate_.instruments())
        gate_.policies().on_cancel(cancel.strategy, cancel.account, index_of(record.instrument),
                                   record.mono);
      ++counters_.cancels_sent;
      break;
    }
    case RecordKind::OrderRefused: {
      const auto rule = payload_of<OrderRefused>(record).rule;
      if (rule < risk::kRuleCount) counters_.refusals[rule] += refusals_in(record);
      break;
    }
    case RecordKind::StrategyChanged: apply_strategy(payload_of<StrategyChanged>(record)); break;
    case RecordKind::KillChanged: {
      const auto& kill = payload_of<KillChanged>(record);
      gate_.set_kill(kill, record.wall);
      if (kill.latched == 0 && kill.scope == KillScopeKind::All) gate_.clear_loss_latches();
      forget_demands();
      break;
    }
    case RecordKind::BreakerChanged:
      gate_.breakers().apply(payload_of<BreakerChanged>(record), record.wall);
      demand(payload_of<BreakerChanged>(record));
      break;
    case RecordKind::VenueState: {
      const auto& state = payload_of<VenueState>(record);
      if (state.venue != VenueId::None && state.clock_uncertainty_ns > 0)
        gate_.policies().on_clock(state.venue, state.clock_offset_ns, state.clock_uncertainty_ns,
                                  record.mono);
      break;
    }
    case RecordKind::DayStarted: {
      const auto& day = payload_of<DayStarted>(record);
      // The firm's base is the last of a day: without it the day has not begun for all.
      if (day.scope == 0 && day.strategy == kNoStrategy && day.figure == DayFigure::Base)
        day_ = day.day;
      if (day.scope == 0) {
        gate_.start_day(day.strategy, day.pnl_base);
      } else {
        gate_.set_figure(static_cast<risk::ScopeKind>(day.scope), day.scope_number, day.figure,
                         day.pnl_base);
      }
      break;
    }
    case RecordKind::EpochStarted:
      epoch_ = payload_of<EpochStarted>(record).epoch;
      days_.apply(record);
      gate_.policies().on_epoch();
      gate_.set_log(LogCondition::Normal);  // another process, perhaps another disk
      break;
    case RecordKind::LogStateChanged:
      gate_.set_log(payload_of<LogStateChanged>(record).condition);
      break;
    case RecordKind::InstrumentDefined:
      gate_.policies().on_filters(index_of(record.instrument), record.mono);
      break;
    case RecordKind::SessionEvent:
      gate_.policies().on_session(payload_of<SessionEvent>(record), record.instrument);
      break;
    case RecordKind::DayClosed: days_.apply(record); break;
    case RecordKind::StaticData:
      days_.apply(record);
      gate_.policies().on_static(payload_of<StaticData>(record), index_of(record.instrument),
                                 record.mono);
      break;
    case RecordKind::LimitSet:
      limits_.apply(payload_of<LimitSet>(record), record.instrument, record.wall, gate_);
      break;
    case RecordKind::LimitsChanged: break;  // its decision says what became of it
    case RecordKind::FxReference: static_cast<void>(apply_rate(record)); break;
    case RecordKind::DeadLetter: ++counters_.dead_letters; break;
    case RecordKind::FundingSettled:
      if (!apply_funding(record)) demand(StateCause::Kill, kFundingReason);
      break;
    case RecordKind::VenueAccount: demand(apply_account(record)); break;
    case RecordKind::ParentChanged:
    case RecordKind::ConditionalChanged:
    case RecordKind::LinkChanged:
    case RecordKind::LegsChanged: apply_parents(record); break;
    case RecordKind::QuerySent: orders_.on_query_sent(record); break;
    case RecordKind::VenueSnapshot: accounts_.on_snapshot(record); break;
    case RecordKind::VenueBalance: accounts_.on_balance(record); break;
    case RecordKind::BreakChanged:
      if (payload_of<BreakChanged>(record).state == BreakState::Released) {
        static_cast<void>(apply_released(record));
      } else {
        accounts_.on_break(record);
      }
      demand(payload_of<BreakChanged>(record));
      break;
    case RecordKind::OrderAdopted: static_cast<void>(apply_adopted(record)); break;
    case RecordKind::PositionAdjusted:
      if (!apply_adjusted(record)) demand(StateCause::Kill, kAdjustedReason);
      break;
    case RecordKind::AdminCommand:
      apply_command(record);
      demand(record);
      break;
    case RecordKind::VenueOrder:
    case RecordKind::VenuePosition:
    case RecordKind::None:
    case RecordKind::ConfigLoaded:
    case RecordKind::ManualOrder:
    case RecordKind::AlertCommand:
    case RecordKind::TimeTick:
    case RecordKind::RunEnded:
    case RecordKind::RecoveryFinished:
    case RecordKind::DepthUpdate:
    case RecordKind::DepthSnapshot:
    case RecordKind::TradePrint:
    case RecordKind::TopOfBook:
    case RecordKind::MarkPrice:
    case RecordKind::FeedStatus:
    case RecordKind::FeedDropped:
    case RecordKind::MarketOrder:
    case RecordKind::Candle:
    case RecordKind::GreeksUpdate:
    case RecordKind::OrderChanged:
    case RecordKind::FillBooked:
    case RecordKind::TradeCorrected:
    case RecordKind::BookChanged:
    case RecordKind::StrategySaved:
    case RecordKind::FundingBooked: break;
  }
}
}  // namespace sq::core
