#include "engine/wal/dump_parents.hpp"

#include "engine/types/text.hpp"
#include "engine/wal/payload_copy.hpp"

namespace sq::wal {
std::string_view text_of(ParentState value) noexcept {
  switch (value) {
    case ParentState::None:
      return "none";
    case ParentState::Open:
      return "open";
    case ParentState::Closing:
      return "closing";
    case ParentState::Done:
      return "done";
  }
  return "?";
}
std::string_view text_of(ParentCause value) noexcept {
  switch (value) {
    case ParentCause::Opened:
      return "opened";
    case ParentCause::Filled:
      return "filled";
    case ParentCause::Owner:
      return "owner";
    case ParentCause::Deadline:
      return "deadline";
    case ParentCause::Kill:
      return "kill";
    case ParentCause::StrategyState:
      return "strategy-state";
    case ParentCause::Runaway:
      return "runaway";
    case ParentCause::Operator:
      return "operator";
    case ParentCause::Linked:
      return "linked";
    case ParentCause::Resized:
      return "resized";
    case ParentCause::Overfilled:
      return "overfilled";
    case ParentCause::Ended:
      return "ended";
    case ParentCause::Position:
      return "position";
    case ParentCause::Dust:
      return "dust";
  }
  return "?";
}
std::string_view text_of(ParentWork value) noexcept {
  switch (value) {
    case ParentWork::Owner:
      return "owner";
    case ParentWork::Rest:
      return "rest";
    case ParentWork::Take:
      return "take";
  }
  return "?";
}
std::string_view text_of(TriggerKind value) noexcept {
  switch (value) {
    case TriggerKind::None:
      return "none";
    case TriggerKind::Stop:
      return "stop";
    case TriggerKind::TakeProfit:
      return "take-profit";
    case TriggerKind::Trailing:
      return "trailing";
  }
  return "?";
}
std::string_view text_of(TriggerSource value) noexcept {
  switch (value) {
    case TriggerSource::Last:
      return "last";
    case TriggerSource::Best:
      return "best";
    case TriggerSource::Mark:
      return "mark";
  }
  return "?";
}
std::string_view text_of(TriggerState value) noexcept {
  switch (value) {
    case TriggerState::None:
      return "none";
    case TriggerState::Waiting:
      return "waiting";
    case TriggerState::Armed:
      return "armed";
    case TriggerState::Triggered:
      return "triggered";
    case TriggerState::Ended:
      return "ended";
  }
  return "?";
}
std::string_view text_of(TriggerCause value) noexcept {
  switch (value) {
    case TriggerCause::Placed:
      return "placed";
    case TriggerCause::Activated:
      return "activated";
    case TriggerCause::Moved:
      return "moved";
    case TriggerCause::Reached:
      return "reached";
    case TriggerCause::Closed:
      return "closed";
  }
  return "?";
}
std::string_view text_of(LinkKind value) noexcept {
  switch (value) {
    case LinkKind::None:
      return "none";
    case LinkKind::Oco:
      return "oco";
    case LinkKind::Oto:
      return "oto";
    case LinkKind::Bracket:
      return "bracket";
  }
  return "?";
}
std::string_view text_of(LinkState value) noexcept {
  switch (value) {
    case LinkState::None:
      return "none";
    case LinkState::Active:
      return "active";
    case LinkState::Exiting:
      return "exiting";
    case LinkState::Done:
      return "done";
  }
  return "?";
}
std::string_view text_of(LinkCause value) noexcept {
  switch (value) {
    case LinkCause::Placed:
      return "placed";
    case LinkCause::Chosen:
      return "chosen";
    case LinkCause::Hurried:
      return "hurried";
    case LinkCause::Overfilled:
      return "overfilled";
    case LinkCause::Ended:
      return "ended";
  }
  return "?";
}
std::string_view text_of(LegsState value) noexcept {
  switch (value) {
    case LegsState::None:
      return "none";
    case LegsState::Working:
      return "working";
    case LegsState::Completing:
      return "completing";
    case LegsState::Unwinding:
      return "unwinding";
    case LegsState::Done:
      return "done";
  }
  return "?";
}
std::string_view text_of(LegsCause value) noexcept {
  switch (value) {
    case LegsCause::Placed:
      return "placed";
    case LegsCause::Filled:
      return "filled";
    case LegsCause::Owner:
      return "owner";
    case LegsCause::UnhedgedTime:
      return "unhedged-time";
    case LegsCause::Deadline:
      return "deadline";
    case LegsCause::Kill:
      return "kill";
    case LegsCause::StrategyState:
      return "strategy-state";
    case LegsCause::LegEnded:
      return "leg-ended";
    case LegsCause::HandedOver:
      return "handed-over";
  }
  return "?";
}

namespace {
void put(Fields& f, const ParentChanged& p) {
  f.order("id", p.id);
  if (p.group != OrderId{}) f.order("group", p.group);
  f.text("from", text_of(p.from));
  f.text("to", text_of(p.to));
  f.text("cause", text_of(p.cause));
  f.text("work", text_of(p.work));
  f.text("side", text_of(p.side));
  f.decimal("limit", p.limit);
  f.decimal("qty", p.qty);
  f.decimal("filled", p.filled);
  f.decimal("at_stake", p.at_stake);
  f.number("children", p.children);
  f.number("children_max", p.children_max);
  if (p.deadline.ns != 0) f.big("deadline", p.deadline.ns);
  f.flag("reduce_only", p.reduce_only != 0);
  f.flag("keep", p.keep != 0);
  f.strategy("strategy", p.strategy);
  f.account(p.account);
}
void put(Fields& f, const ConditionalChanged& p) {
  f.order("id", p.id);
  f.text("type", text_of(p.kind));
  f.text("source", text_of(p.source));
  f.text("from", text_of(p.from));
  f.text("to", text_of(p.to));
  f.text("cause", text_of(p.cause));
  f.text("side", text_of(p.side));
  f.decimal("trigger", p.trigger);
  f.decimal("observed", p.observed);
  if (p.kind == TriggerKind::Trailing) {
    f.decimal("activation", p.activation);
    f.decimal("extreme", p.extreme);
    f.decimal("trail", p.trail);
    f.number("trail_bps", p.trail_bps);
  }
  f.number("jump_bps", p.jump_bps);
  f.number("confirm_events", p.confirm_events);
  f.big("confirm_ns", p.confirm_ns);
  f.strategy("strategy", p.strategy);
}
void put(Fields& f, const LinkChanged& p) {
  f.order("id", p.id);
  f.text("type", text_of(p.kind));
  f.text("from", text_of(p.from));
  f.text("to", text_of(p.to));
  f.text("cause", text_of(p.cause));
  f.order("entry", p.orders[0]);
  f.order("first", p.orders[1]);
  f.order("second", p.orders[2]);
  f.order("flatten", p.orders[3]);
  f.number("chosen", p.chosen);
  f.flag("hurried", p.hurried != 0);
  f.decimal("qty", p.qty);
  f.decimal("excess", p.excess);
  f.strategy("strategy", p.strategy);
}
void put(Fields& f, const LegsChanged& p) {
  f.order("id", p.id);
  f.text("from", text_of(p.from));
  f.text("to", text_of(p.to));
  f.text("cause", text_of(p.cause));
  constexpr std::string_view kNames[kLegsMax] = {"leg_1", "leg_2", "leg_3", "leg_4"};
  for (std::size_t leg = 0; leg < kLegsMax; ++leg)
    if (p.orders[leg] != OrderId{}) f.order(kNames[leg], p.orders[leg]);
  f.big("units", p.units);
  f.big("unhedged_units_max", p.unhedged_units_max);
  f.big("unhedged_ns_max", p.unhedged_ns_max);
  f.big("unhedged_since", p.unhedged_since.ns);
  f.flag("unwinds", p.unwinds != 0);
  f.strategy("strategy", p.strategy);
}
template <class P>
void put_whole(Fields& f, const RecordHeader& record) {
  if (payload_bytes(record).size() < sizeof(P)) f.flag("payload_too_short", true);
  put(f, payload_copy<P>(record));
}
}  // namespace

void put_parents(Fields& f, const RecordHeader& record) {
  if (record.kind == RecordKind::ParentChanged) return put_whole<ParentChanged>(f, record);
  if (record.kind == RecordKind::ConditionalChanged)
    return put_whole<ConditionalChanged>(f, record);
  if (record.kind == RecordKind::LinkChanged) return put_whole<LinkChanged>(f, record);
  if (record.kind == RecordKind::LegsChanged) return put_whole<LegsChanged>(f, record);
}
}  // namespace sq::wal
