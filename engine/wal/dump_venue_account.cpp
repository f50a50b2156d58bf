#include "engine/wal/dump_venue_account.hpp"

#include <cstring>

#include "engine/types/text.hpp"

namespace sq::wal {
namespace {
// A copy, so that a short payload of a damaged or foreign record is zero filled, not overrun.
template <class P>
P take(Fields& f, const RecordHeader& record) {
  P payload{};
  const auto bytes = payload_bytes(record);
  if (bytes.size() < sizeof(P)) f.flag("payload_too_short", true);
  std::memcpy(static_cast<void*>(&payload), bytes.data(),
              bytes.size() < sizeof(P) ? bytes.size() : sizeof(P));
  return payload;
}

void put(Fields& f, const VenueOrder& p) {
  f.big("request", p.request);
  f.order("id", p.id);
  f.big("venue_order_id", p.venue_order_id);
  f.text("side", text_of(p.side));
  f.text("type", text_of(p.type));
  f.text("tif", text_of(p.tif));
  f.decimal("limit", p.limit);
  f.decimal("qty", p.qty);
  f.decimal("filled", p.filled);
  f.flag("reduce_only", p.reduce_only != 0);
  f.account(p.account);
}
void put(Fields& f, const VenuePosition& p) {
  f.big("request", p.request);
  f.decimal("position", p.position);
  f.decimal("entry", p.entry);
  if (p.cost_told != 0) f.decimal("cost", p.cost, Amount::kDecimals);
  f.account(p.account);
}
void put(Fields& f, const VenueBalance& p) {
  f.big("request", p.request);
  f.text("venue", text_of(p.venue));
  f.amount("total", p.total);
  f.decimal("transferred", p.transferred, Amount::kDecimals);
  f.text("basis", p.basis == BalanceBasis::Realised ? "realised" : "flows");
  f.account(p.account);
}
void put(Fields& f, const VenueSnapshot& p) {
  f.big("request", p.request);
  f.text("venue", text_of(p.venue));
  f.text("phase", p.phase == SnapshotPhase::End ? "end" : "begin");
  f.account(p.account);
  if (p.phase != SnapshotPhase::End) return;
  f.number("orders", p.orders);
  f.number("positions", p.positions);
  f.number("balances", p.balances);
  f.number("trades", p.trades);
  f.flag("complete", p.complete != 0);
}
void put(Fields& f, const BreakChanged& p) {
  f.big("number", p.number);
  f.text("break", text_of(p.kind));
  f.text("state", text_of(p.state));
  f.text("venue", text_of(p.venue));
  f.account(p.account);
  if (p.order != OrderId{}) f.order("order", p.order);
  if (p.venue_order_id != 0) f.big("venue_order_id", p.venue_order_id);
  if (p.trade_id != 0) f.big("trade_id", p.trade_id);
  f.big("here", p.here);
  f.big("there", p.there);
  if (p.price != Price{}) f.decimal("price", p.price);
  if (!p.currency.text().empty()) f.text("currency", p.currency.text());
  f.big("since", p.since.ns);
  f.big("as_of", p.as_of.ns);
  f.number("age", p.age);
  if (p.state == BreakState::Compared) f.flag("clean", p.clean != 0);
  if (!p.who.view().empty()) f.text("who", p.who.view());
}
void put(Fields& f, const OrderAdopted& p) {
  f.order("id", p.request.id);
  f.big("venue_order_id", p.venue_order_id);
  f.text("side", text_of(p.request.side));
  f.text("type", text_of(p.request.type));
  f.text("tif", text_of(p.request.tif));
  f.decimal("limit", p.request.limit);
  f.decimal("qty", p.request.qty);
  f.decimal("filled", p.filled);
  f.strategy("strategy", p.request.strategy);
  f.account(p.request.account);
  f.big("as_of", p.as_of.ns);
  f.flag("revived", p.revived != 0);
  f.flag("foreign", p.foreign != 0);
}
void put(Fields& f, const PositionAdjusted& p) {
  f.big("number", p.number);
  f.decimal("delta", p.delta);
  f.decimal("price", p.price);
  f.account(p.account);
  f.text("first", p.first.view());
  f.text("second", p.second.view());
}
}  // namespace

void put_venue_account(Fields& f, const RecordHeader& r) {
  switch (r.kind) {
    case RecordKind::VenueOrder:
      return put(f, take<VenueOrder>(f, r));
    case RecordKind::VenuePosition:
      if (payload_bytes(r).size() < kVenuePositionBytesMin) f.flag("payload_too_short", true);
      return put(f, venue_position_of(r));
    case RecordKind::VenueBalance:
      return put(f, take<VenueBalance>(f, r));
    case RecordKind::VenueSnapshot:
      return put(f, take<VenueSnapshot>(f, r));
    case RecordKind::BreakChanged:
      return put(f, take<BreakChanged>(f, r));
    case RecordKind::OrderAdopted:
      return put(f, take<OrderAdopted>(f, r));
    case RecordKind::PositionAdjusted:
      return put(f, take<PositionAdjusted>(f, r));
    default:
      return;
  }
}

void put_query(Fields& f, const RecordHeader& r) {
  if (is_payload<AccountQuery>(r)) {
    const auto p = take<AccountQuery>(f, r);
    f.text("account_of", text_of(p.venue));
    f.account(p.account);
    f.big("request", p.request);
    f.big("trades_from", p.trades_from.ns);
    return;
  }
  f.order("id", take<QueryRequest>(f, r).id);
  if (is_payload<ExternalQuery>(r))
    f.big("venue_order_id", take<ExternalQuery>(f, r).venue_order_id);
}

std::string_view text_of(BreakKind kind) noexcept {
  switch (kind) {
    case BreakKind::None:
      return "none";
    case BreakKind::UnknownOrder:
      return "unknown-order";
    case BreakKind::MissingOrder:
      return "missing-order";
    case BreakKind::OpenOrder:
      return "open-order";
    case BreakKind::Quantity:
      return "quantity";
    case BreakKind::WrongPrice:
      return "price";
    case BreakKind::FillMissing:
      return "fill-missing";
    case BreakKind::FillExtra:
      return "fill-extra";
    case BreakKind::Position:
      return "position";
    case BreakKind::Balance:
      return "balance";
    case BreakKind::Fee:
      return "fee";
    case BreakKind::Transfer:
      return "transfer";
    case BreakKind::NoRoom:
      return "no-room";
  }
  return "?";
}
std::string_view text_of(BreakState state) noexcept {
  switch (state) {
    case BreakState::Opened:
      return "opened";
    case BreakState::Aged:
      return "aged";
    case BreakState::Resolved:
      return "resolved";
    case BreakState::Accepted:
      return "accepted";
    case BreakState::Proposed:
      return "proposed";
    case BreakState::Released:
      return "released";
    case BreakState::Compared:
      return "compared";
  }
  return "?";
}
}  // namespace sq::wal
