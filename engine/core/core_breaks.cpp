// Breaks: what they do to strategies, and what people do about them.
#include "engine/core/core.hpp"
#include "engine/core/kill_reasons.hpp"

namespace sq::core {
void Core::change_break(const oms::Break& open, BreakState state, const FixedText<24>& who,
                        std::uint8_t age) noexcept {
  BreakChanged changed = open.told;
  changed.state = state;
  changed.who = who;
  changed.age = age;
  auto record = make_record(RecordKind::BreakChanged, changed);
  decide(record.header, open.instrument);
  ledger_.apply(record.header);
}

// Whoever trades there may only shrink what he holds, until somebody has looked (control A12).
void Core::reduce_only(VenueId venue, InstrumentId instrument) noexcept {
  for (std::size_t s = 0; s < strategies_.size(); ++s) {
    bool concerned = instrument != kNoInstrument && strategies_[s].subscribed[index_of(instrument)];
    for (std::size_t i = 0; instrument == kNoInstrument && i < books_.size(); ++i)
      concerned = concerned || (strategies_[s].subscribed[i] &&
                                ledger_.portfolio().instruments()[i].venue == venue);
    if (!concerned) continue;
    const StrategyState state = ledger_.strategy_state(StrategyId{static_cast<std::uint16_t>(s)});
    if (state != StrategyState::Armed && state != StrategyState::QuoteOnly) continue;
    strategies_[s].wanted = StrategyState::ReduceOnly;
    set_state(s, StrategyState::ReduceOnly, StateCause::Reconciliation);
  }
}

void Core::on_break_command(const RecordHeader& input) noexcept {
  const AdminCommand command = admin_command_of(input);
  if (command.command == Command::Reconcile) {
    for (std::size_t v = 0; v < reconciling_.size(); ++v)
      if (!reconciling_[v].answer.waiting()) request_account(v);
    return;
  }
  const oms::Break* found = ledger_.accounts().breaks().find(std::uint64_t{command.request});
  if (found == nullptr || command.who.view().empty())
    return dead_letter(input, DeadLetterReason::BadContent);
  const oms::Break open = *found;
  if (command.command == Command::AcceptBreak) {
    if (!open.accepted) change_break(open, BreakState::Accepted, command.who, open.age);
  } else {
    if (open.told.kind == BreakKind::MissingOrder) return release(open, command.who);
    // Where the venue tells no entry price, the middle of the book.
    Price price = open.told.price;
    if (price == Price{} && open.instrument != kNoInstrument) {
      const auto& exposure = ledger_.gate().exposure(open.instrument);
      if (exposure.live) price = Price::from_raw(exposure.bid.raw() / 2 + exposure.ask.raw() / 2);
    }
    const bool able = open.told.kind == BreakKind::Position && price > Price{} && !open.accepted;
    if (!able) return dead_letter(input, DeadLetterReason::BadContent);
    if (open.proposed_by.view().empty() || open.proposed_by == command.who)
      return change_break(open, BreakState::Proposed, command.who, open.age);
    PositionAdjusted adjusted;
    adjusted.number = open.told.number;
    adjusted.delta = Qty::from_raw(open.told.there - open.told.here);
    adjusted.price = price;
    adjusted.account = open.told.account;
    adjusted.first = open.proposed_by;
    adjusted.second = command.who;
    auto record = make_record(RecordKind::PositionAdjusted, adjusted);
    decide(record.header, open.instrument);
    if (!ledger_.apply_adjusted(record.header))
      return latch_kill(StateCause::Reconciliation,
                        FixedText<64>{kAdjustedReason});
    change_break(open, BreakState::Accepted, command.who, open.age);
  }
  // What the acceptance leaves is known once the venue has been asked again.
  ask_account(open.told.venue);
}

// The venue does not know an order as working and never says how it ended. Nobody but two people
// may say so in its place: should it fill after all, the fill is booked as a late one.
void Core::release(const oms::Break& open, const FixedText<24>& who) noexcept {
  if (open.proposed_by.view().empty() || open.proposed_by == who)
    return change_break(open, BreakState::Proposed, who, open.age);
  BreakChanged released = open.told;
  released.state = BreakState::Released;
  released.who = who;
  released.age = open.age;
  auto record = make_record(RecordKind::BreakChanged, released);
  decide(record.header, open.instrument);
  const ReportEffect effect = ledger_.apply_released(record.header);
  const oms::ReportOutcome& outcome = effect.outcome;
  if (outcome.fit != oms::ReportFit::Applied || outcome.order == nullptr) return;
  oms::Order& order = *outcome.order;
  auto changed = make_record(
      RecordKind::OrderChanged,
      OrderChanged{
          order.request.id, order.filled, outcome.from, outcome.to, RejectCode::UnknownOrder, {}});
  decide(changed.header, order.instrument);
  OrderReport told;
  told.kind = ReportKind::Expired;
  told.code = RejectCode::UnknownOrder;
  tell_strategy(order, told, Qty{});
  after_answer(order, told);
}
}  // namespace sq::core
