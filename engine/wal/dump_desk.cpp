#include "engine/wal/dump_desk.hpp"

#include <algorithm>
#include <cstring>

#include "engine/messaging/alerts.hpp"
#include "engine/messaging/day_close.hpp"
#include "engine/messaging/manual_order.hpp"
#include "engine/types/text.hpp"
#include "engine/wal/dump_names.hpp"

namespace sq::wal {
namespace {
template <class P>
P copy_of(const RecordHeader& record) noexcept {
  P payload{};
  const auto bytes = payload_bytes(record);
  std::memcpy(static_cast<void*>(&payload), bytes.data(), std::min(bytes.size(), sizeof(P)));
  return payload;
}
std::string_view text_of(ManualAction action) noexcept {
  switch (action) {
    case ManualAction::New:
      return "new";
    case ManualAction::Cancel:
      return "cancel";
    case ManualAction::Amend:
      return "amend";
    case ManualAction::Flatten:
      return "flatten";
  }
  return "?";
}
void put(Fields& f, const ManualOrder& p) {
  f.text("action", text_of(p.action));
  f.number("request", p.request);
  if (p.action == ManualAction::New || p.action == ManualAction::Amend) {
    f.text("side", sq::text_of(p.side));
    f.text("tif", sq::text_of(p.tif));
    f.decimal("limit", p.limit);
    f.decimal("qty", p.qty);
    f.flag("reduce_only", p.reduce_only != 0);
    f.flag("confirm", p.confirm != 0);
    f.account(p.account);
  }
  if (p.target != OrderId{}) f.order("target", p.target);
  if (p.action == ManualAction::Flatten) {
    f.text("scope", sq::text_of(p.scope));
    f.number("scope_number", p.scope_number);
  }
  f.text("who", p.who.view());
  f.text("reason", p.reason.view());
}
void put(Fields& f, const AlertCommand& p) {
  f.text("act", p.act == AlertAct::Acknowledge ? "acknowledge" : "?");
  f.big("alert", p.alert);
  f.text("who", p.who.view());
  f.text("reason", p.reason.view());
}
void put_money(Fields& f, const DayClosed& p) {
  const auto money = [&f](std::string_view name, std::int64_t raw) {
    f.decimal(name, raw, Amount::kDecimals);
  };
  f.text("currency", p.currency.text());
  money("realised", p.realised);
  if (p.valued != 0) money("unrealised", p.unrealised);
  money("fees", p.fees);
  money("funding", p.funding);
  if (p.valued != 0) money("net", p.net);
  money("day_realised", p.day_realised);
  money("day_fees", p.day_fees);
  money("day_funding", p.day_funding);
  if (p.valued != 0) money("day_net", p.day_net);
  if (p.net_from != 0) f.big("net_from", p.net_from);
  money("day_turnover", p.day_turnover);
  f.big("day_fills", p.day_fills);
}
void put(Fields& f, const DayClosed& p) {
  f.text("part", p.part == DayPart::Line ? "line" : p.part == DayPart::Total ? "total" : "end");
  f.text("venue", sq::text_of(p.venue));
  f.big("day", p.day);
  if (p.first_day != p.day) f.big("first_day", p.first_day);
  f.big("cut", p.cut.ns);
  f.big("late_ns", p.late_ns);
  f.account(p.account);
  f.flag("valued", p.valued != 0);
  if (p.part == DayPart::Line) {
    f.strategy("strategy", p.strategy);
    f.decimal("position", p.position);
    if (p.source != MarkSource::None) {
      f.decimal("mark", p.mark);
      f.text("mark_source", sq::text_of(p.source));
      f.big("mark_age_ns", p.mark_age_ns);
    }
  } else {
    f.number("lines", p.lines);
    f.number("not_valued", p.not_valued);
  }
  put_money(f, p);
}
}  // namespace

void put_desk(Fields& fields, const RecordHeader& record) {
  if (record.kind == RecordKind::ManualOrder) put(fields, copy_of<ManualOrder>(record));
  if (record.kind == RecordKind::AlertCommand) put(fields, copy_of<AlertCommand>(record));
  if (record.kind == RecordKind::DayClosed) put(fields, copy_of<DayClosed>(record));
}
}  // namespace sq::wal
