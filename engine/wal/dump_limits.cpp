#include "engine/wal/dump_limits.hpp"

#include <cstring>

#include "engine/messaging/limit_changes.hpp"
#include "engine/messaging/reference_data.hpp"
#include "engine/types/text.hpp"
#include "engine/wal/dump_names.hpp"

namespace sq::wal {
namespace {
template <class P>
P copy_of(const RecordHeader& record) noexcept {
  P payload{};
  const auto bytes = payload_bytes(record);
  std::memcpy(static_cast<void*>(&payload), bytes.data(),
              bytes.size() < sizeof(P) ? bytes.size() : sizeof(P));
  return payload;
}
// Numbers as the gate has them (risk::ScopeKind, risk::LimitKind): wal does not know their names.
void put_name(Fields& f, const LimitName& limit) {
  if (limit.scope == 0) return;
  f.number("limit_scope", limit.scope);
  f.number("limit_number", limit.number);
  if (limit.strategy != kNoStrategy) f.strategy("limit_strategy", limit.strategy);
  f.number("limit_kind", limit.which);
}
void put_order(Fields& f, const OrderContent& order) {
  f.strategy("strategy", order.strategy);
  f.text("side", text_of(order.side));
  f.decimal("limit", order.limit);
  f.decimal("qty", order.qty);
}
void put(Fields& f, const LimitsChanged& p) {
  f.text("command", text_of(p.command));
  put_name(f, p.limit);
  f.big("value", p.value);
  f.big("until", p.until.ns);
  f.big("proposal", p.proposal);
  if (p.command == Command::ProposeOverride) put_order(f, p.order);
  if (p.command == Command::AcknowledgeStrategy) f.strategy("strategy", p.order.strategy);
  f.number("request", p.request);
  f.text("who", p.who.view());
  f.text("reason", p.reason.view());
}
void put(Fields& f, const LimitSet& p) {
  f.text("cause", text_of(p.cause));
  if (p.cause == LimitCause::Refused) f.number("refusal", static_cast<std::uint8_t>(p.refusal));
  put_name(f, p.limit);
  f.big("before", p.before);
  f.big("after", p.after);
  f.big("until", p.until.ns);
  f.big("proposal", p.proposal);
  f.number("version", p.version);
  if (p.order.qty != Qty{}) put_order(f, p.order);
  f.number("request", p.request);
  f.text("who", p.who.view());
  f.text("second", p.second.view());
  f.text("reason", p.reason.view());
}
void put(Fields& f, const SessionEvent& p) {
  f.text("venue", text_of(p.venue));
  f.number("phase", static_cast<std::uint8_t>(p.phase));
  f.number("permitted", p.permitted);
}
void put(Fields& f, const StaticData& p) {
  f.number("fact", static_cast<std::uint8_t>(p.fact));
  f.big("value", p.value);
  f.text("who", p.who.view());
}
}  // namespace

void put_limits(Fields& fields, const RecordHeader& record) {
  if (record.kind == RecordKind::LimitsChanged) put(fields, copy_of<LimitsChanged>(record));
  if (record.kind == RecordKind::LimitSet) put(fields, copy_of<LimitSet>(record));
  if (record.kind == RecordKind::SessionEvent) put(fields, copy_of<SessionEvent>(record));
  if (record.kind == RecordKind::StaticData) put(fields, copy_of<StaticData>(record));
}
}  // namespace sq::wal
