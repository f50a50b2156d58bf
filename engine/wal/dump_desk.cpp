#include "engine/wal/dump_desk.hpp"

#include <algorithm>
#include <cstring>

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
}  // namespace

void put_desk(Fields& fields, const RecordHeader& record) {
  if (record.kind == RecordKind::ManualOrder) put(fields, copy_of<ManualOrder>(record));
}
}  // namespace sq::wal
