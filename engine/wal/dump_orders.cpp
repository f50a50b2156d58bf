#include "engine/wal/dump_orders.hpp"

#include "engine/types/text.hpp"
#include "engine/wal/dump_names.hpp"

namespace sq::wal {
void put(Fields& f, const OrderReport& p) {
  f.order("id", p.id);
  f.text("report", text_of(p.kind));
  f.big("venue_order_id", p.venue_order_id);
  f.decimal("cumulative_qty", p.cumulative_qty);
  const bool works = p.kind == ReportKind::Replaced || p.kind == ReportKind::ReplaceSplit ||
                     p.kind == ReportKind::Status;
  if (works && p.last_qty != Qty{}) {
    f.decimal("working_price", p.last_price);
    f.decimal("working_qty", p.last_qty);
  }
  if (p.amend != 0) f.number("amend", p.amend);
  if (p.kind == ReportKind::Busted) f.big("trade_id", p.trade_id);
  if (p.kind == ReportKind::Filled || p.kind == ReportKind::Trade ||
      p.kind == ReportKind::Corrected) {
    f.big("trade_id", p.trade_id);
    f.decimal("last_price", p.last_price);
    f.decimal("last_qty", p.last_qty);
    f.amount("fee", p.fee);
    f.flag("maker", p.maker != 0);
    if (p.side != 0) f.text("side", text_of(Side{p.side}));
  }
  if (p.code != RejectCode::None) f.text("code", text_of(p.code));
  if (p.kind == ReportKind::Status) f.text("state", text_of(p.state));
}
void put(Fields& f, const OrderRequest& p) {
  f.order("id", p.id);
  f.order("parent", p.parent);
  f.text("side", text_of(p.side));
  f.text("type", text_of(p.type));
  f.text("tif", text_of(p.tif));
  f.decimal("limit", p.limit);
  f.decimal("qty", p.qty);
  f.flag("reduce_only", p.reduce_only != 0);
  f.strategy("strategy", p.strategy);
  f.account(p.account);
  f.big("approval", p.approval);
  f.number("limits_version", p.limits_version);
  if (p.expires_s != 0) f.number("expires_s", p.expires_s);
  if (p.ttl_us != 0) f.number("ttl_us", p.ttl_us);
  if (p.tag != 0) f.number("tag", p.tag);
  if (p.self_trade != SelfTrade::None) f.text("self_trade", text_of(p.self_trade));
}
void put(Fields& f, const AmendRequest& p) {
  f.order("id", p.id);
  f.number("amend", p.number);
  f.text("style", text_of(p.style));
  f.text("side", text_of(p.side));
  f.decimal("limit", p.limit);
  f.decimal("qty", p.qty);
  f.decimal("filled", p.filled);
  f.strategy("strategy", p.strategy);
  f.account(p.account);
  f.big("approval", p.approval);
  f.number("limits_version", p.limits_version);
  if (p.ttl_us != 0) f.number("ttl_us", p.ttl_us);
}
void put(Fields& f, const TradeCorrected& p) {
  f.order("id", p.id);
  f.big("trade_id", p.trade_id);
  f.big("report_sequence", p.report_sequence);
  f.text("side", text_of(p.side));
  f.decimal("price_before", p.price_before);
  f.decimal("qty_before", p.qty_before);
  f.decimal("price", p.price);
  f.decimal("qty", p.qty);
  f.decimal("position_delta", p.position_delta);
  f.decimal("position_after", p.position_after);
  f.decimal("cash_delta", p.cash_delta, Amount::kDecimals);
  f.decimal("realised_delta", p.realised_delta, Amount::kDecimals);
  f.decimal("fee_delta", p.fee_delta, Amount::kDecimals);
  f.text("settle", p.settle.text());
  f.strategy("strategy", p.strategy);
  f.account(p.account);
}
void put(Fields& f, const OrderChanged& p) {
  f.order("id", p.id);
  f.text("from", text_of(p.from));
  f.text("to", text_of(p.to));
  f.decimal("filled", p.filled);
  if (p.code != RejectCode::None) f.text("code", text_of(p.code));
}
void put(Fields& f, const FillBooked& p) {
  f.order("id", p.id);
  f.big("trade_id", p.trade_id);
  f.text("side", text_of(p.side));
  f.decimal("price", p.price);
  f.decimal("qty", p.qty);
  f.decimal("position_after", p.position_after);
  f.decimal("realised_delta", p.realised_delta, Amount::kDecimals);
  f.decimal("fee_settle", p.fee_settle, Amount::kDecimals);
  f.amount("fee", p.fee);
  f.text("settle", p.settle.text());
  f.strategy("strategy", p.strategy);
  f.account(p.account);
  f.flag("maker", p.maker != 0);
}
}  // namespace sq::wal
