#include "engine/wal/dump.hpp"

#include "engine/messaging/control.hpp"
#include "engine/messaging/greeks.hpp"
#include "engine/messaging/market_data.hpp"
#include "engine/messaging/orders.hpp"
#include "engine/messaging/repeated_refusal.hpp"
#include "engine/types/instrument.hpp"
#include "engine/types/text.hpp"
#include "engine/wal/dump_account.hpp"
#include "engine/wal/dump_desk.hpp"
#include "engine/wal/dump_limits.hpp"
#include "engine/wal/dump_market.hpp"
#include "engine/wal/dump_names.hpp"
#include "engine/wal/dump_orders.hpp"
#include "engine/wal/dump_parents.hpp"
#include "engine/wal/dump_risk.hpp"
#include "engine/wal/dump_venue_account.hpp"
#include "engine/wal/fields.hpp"
#include "engine/wal/payload_copy.hpp"

namespace sq::wal {
namespace {
void put_header(Fields& f, const RecordHeader& r) {
  f.big("seq", r.sequence);
  f.text("kind", text_of(r.kind));
  f.number("source", static_cast<std::uint16_t>(r.source));
  f.big("mono", r.mono.ns);
  f.big("wall", r.wall.ns);
  if (r.source_sequence != 0) f.big("source_seq", r.source_sequence);
  if (r.venue_time.ns != 0) f.big("venue_time", r.venue_time.ns);
  if (r.instrument != kNoInstrument) f.number("instrument", index_of(r.instrument));
}

void put(Fields& f, const EpochStarted& p) {
  f.text("instance", p.instance.view());
  f.number("epoch", p.epoch);
  f.number("log_format", p.log_format);
  f.big("seed", p.seed);
  f.big("config_hash", p.config_hash);
}
void put(Fields& f, const Instrument& p) {
  f.text("symbol", p.symbol.view());
  f.text("venue", text_of(p.venue));
  f.text("type", text_of(p.kind));
  f.number("status", static_cast<std::uint8_t>(p.status));
  f.text("base", p.base.text());
  f.text("quote", p.quote.text());
  f.text("settle", p.settle.text());
  f.decimal("tick", p.tick);
  f.decimal("price_min", p.price_min);
  f.decimal("price_max", p.price_max);
  f.decimal("lot", p.lot);
  f.decimal("qty_min", p.qty_min);
  f.decimal("qty_max", p.qty_max);
  f.decimal("notional_min", p.notional_min, Amount::kDecimals);
  f.decimal("multiplier", p.multiplier);
  f.decimal("maker_fee", p.maker_fee);
  f.decimal("taker_fee", p.taker_fee);
  if (p.kind != InstrumentKind::Option) return;
  f.text("right", text_of(p.right));
  f.decimal("strike", p.strike);
  f.big("expiry", p.expiry.ns);
  f.number("underlying", index_of(p.underlying));
}
void put(Fields& f, const AdminCommand& p) {
  f.text("command", text_of(p.command));
  if (p.command == Command::SetStrategyState) f.text("state", text_of(p.state));
  f.strategy("strategy", p.strategy);
  f.number("request", p.request);
  f.text("who", p.who.view());
  f.text("reason", p.reason.view());
  if (!p.second.view().empty()) f.text("second", p.second.view());
  put_scope(f, {p.scope, p.scope_number});
  if (p.flatten != 0) f.flag("flatten", true);
}
void put(Fields& f, const DepthHeader& p) {
  f.big("first_id", p.first_id);
  f.big("last_id", p.last_id);
  f.big("previous_id", p.previous_id);
  f.big("transaction_time", p.transaction_time.ns);
  f.text("chain", text_of(p.chain));
  f.number("bids", p.bid_count);
  f.number("asks", p.ask_count);
}
void put(Fields& f, const TradePrint& p) {
  f.big("first_trade_id", p.first_trade_id);
  f.big("last_trade_id", p.last_trade_id);
  f.decimal("price", p.price);
  f.decimal("qty", p.qty);
  f.big("transaction_time", p.transaction_time.ns);
  f.text("aggressor", p.aggressor_unknown != 0 ? "unknown" : text_of(p.aggressor));
  f.flag("aggregate", p.aggregate != 0);
}
void put(Fields& f, const TopOfBook& p) {
  f.big("update_id", p.update_id);
  f.decimal("bid_price", p.bid_price);
  f.decimal("bid_qty", p.bid_qty);
  f.decimal("ask_price", p.ask_price);
  f.decimal("ask_qty", p.ask_qty);
  f.big("transaction_time", p.transaction_time.ns);
}
void put(Fields& f, const MarkPrice& p) {
  f.decimal("mark", p.mark);
  f.decimal("index", p.index);
  f.decimal("settle_estimate", p.settle_estimate);
  f.decimal("funding_rate", p.funding_rate);
  f.big("next_funding", p.next_funding.ns);
}
void put(Fields& f, const FeedStatus& p) { f.text("event", text_of(p.event)); }
void put(Fields& f, const FeedDropped& p) { f.big("count", p.count); }
void put(Fields& f, const GreeksUpdate& p) {
  f.big("as_of", p.as_of.ns);
  f.big("priced_at", p.priced_at.ns);
  f.number("underlying_id", index_of(p.underlying_id));
  f.text("model", text_of(p.model));
  f.text("status", text_of(p.status));
  f.decimal("underlying", p.underlying);
  f.decimal("theoretical", p.theoretical);
  f.decimal("volatility", p.volatility);
  f.decimal("rate", p.rate);
  f.decimal("yield", p.yield);
  f.decimal("delta", p.delta);
  f.decimal("gamma", p.gamma);
  f.decimal("vega", p.vega);
  f.decimal("theta", p.theta);
  f.decimal("rho", p.rho);
}
void put(Fields& f, const CancelRequest& p) {
  f.order("id", p.id);
  f.text("reason", text_of(p.reason));
  f.strategy("strategy", p.strategy);
  f.account(p.account);
  if (p.group != CancelGroup::Alone) f.text("group", text_of(p.group));
}
void put(Fields& f, const OrderRefused& p) {
  f.number("rule", p.rule);
  f.number("detail", p.detail);
  f.big("observed", p.observed);
  f.big("allowed", p.allowed);
  put_risk_scope(f, p.scope, p.scope_number);
  f.order("parent", p.parent);
  f.text("side", text_of(p.side));
  f.text("type", text_of(p.type));
  f.text("tif", text_of(p.tif));
  f.decimal("limit", p.limit);
  f.decimal("qty", p.qty);
  f.strategy("strategy", p.strategy);
  f.account(p.account);
  f.number("limits_version", p.limits_version);
}
void put(Fields& f, const BookChanged& p) {
  f.text("from", text_of(p.from));
  f.text("to", text_of(p.to));
  f.big("last_id", p.last_id);
}
void put(Fields& f, const StrategyChanged& p) {
  f.strategy("strategy", p.strategy);
  f.text("from", text_of(p.from));
  f.text("to", text_of(p.to));
  f.text("cause", text_of(p.cause));
}
void put(Fields& f, const StrategyStateHeader& p) {
  f.strategy("strategy", p.strategy);
  f.number("version", p.version);
  f.number("bytes", p.bytes);
}
void put(Fields& f, const LogStateChanged& p) {
  f.text("condition", text_of(p.condition));
  f.big("free_bytes", p.free_bytes);
  f.text("reason", p.reason.view());
}
void put(Fields& f, const DeadLetter& p) {
  f.big("input_sequence", p.input_sequence);
  f.text("reason", text_of(p.reason));
}
void put(Fields& f, const FundingBooked& p) {
  f.decimal("mark", p.mark);
  f.decimal("rate", p.rate);
  f.decimal("position", p.position);
  f.amount("amount", p.amount);
  f.strategy("strategy", p.strategy);
  f.account(p.account);
}
template <class P>
void put_payload(Fields& f, const RecordHeader& record) {
  if (payload_bytes(record).size() < kShortestPayload<P>) f.flag("payload_too_short", true);
  put(f, payload_copy<P>(record));
}

void put_text(Fields& f, const RecordHeader& record) {
  const auto bytes = payload_bytes(record);
  std::string_view text{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  text = text.substr(0, text.find('\0'));
  f.number("bytes", text.size());
  f.text("text", text);
}

void put_by_kind(Fields& f, const RecordHeader& r) {
  switch (r.kind) {
    case RecordKind::EpochStarted:
      return put_payload<EpochStarted>(f, r);
    case RecordKind::ConfigLoaded:
      return put_text(f, r);
    case RecordKind::InstrumentDefined:
      return put_payload<Instrument>(f, r);
    case RecordKind::LogStateChanged:
      return put_payload<LogStateChanged>(f, r);
    case RecordKind::FxReference:
      return put_payload<FxReference>(f, r);
    case RecordKind::OrderReport:
      return put_payload<OrderReport>(f, r);
    case RecordKind::AdminCommand:
      if (payload_bytes(r).size() < kAdminCommandBytesMin) f.flag("payload_too_short", true);
      return put(f, admin_command_of(r));
    case RecordKind::DepthUpdate:
    case RecordKind::DepthSnapshot:
      return put_payload<DepthHeader>(f, r);
    case RecordKind::TradePrint:
      return put_payload<TradePrint>(f, r);
    case RecordKind::TopOfBook:
      return put_payload<TopOfBook>(f, r);
    case RecordKind::MarkPrice:
      return put_payload<MarkPrice>(f, r);
    case RecordKind::FeedStatus:
      return put_payload<FeedStatus>(f, r);
    case RecordKind::FeedDropped:
      return put_payload<FeedDropped>(f, r);
    case RecordKind::MarketOrder:
      return put_payload<MarketOrder>(f, r);
    case RecordKind::Candle:
      return put_payload<Candle>(f, r);
    case RecordKind::GreeksUpdate:
      return put_payload<GreeksUpdate>(f, r);
    case RecordKind::OrderSent:
      return put_payload<OrderRequest>(f, r);
    case RecordKind::AmendSent:
      return put_payload<AmendRequest>(f, r);
    case RecordKind::TradeCorrected:
      return put_payload<TradeCorrected>(f, r);
    case RecordKind::CancelSent:
      return put_payload<CancelRequest>(f, r);
    case RecordKind::OrderRefused:
      put_payload<OrderRefused>(f, r);
      if (const std::uint64_t times = refusals_in(r); times > 1) f.number("times", times);
      return;
    case RecordKind::OrderChanged:
      return put_payload<OrderChanged>(f, r);
    case RecordKind::FillBooked:
      return put_payload<FillBooked>(f, r);
    case RecordKind::BookChanged:
      return put_payload<BookChanged>(f, r);
    case RecordKind::StrategyChanged:
      return put_payload<StrategyChanged>(f, r);
    case RecordKind::StrategySaved:
      return put_payload<StrategyStateHeader>(f, r);
    case RecordKind::KillChanged:
      return put_payload<KillChanged>(f, r);
    case RecordKind::DeadLetter:
      return put_payload<DeadLetter>(f, r);
    case RecordKind::FundingBooked:
      return put_payload<FundingBooked>(f, r);
    case RecordKind::FundingSettled:
      return put_payload<FundingSettled>(f, r);
    case RecordKind::VenueAccount:
      return put_payload<VenueAccount>(f, r);
    case RecordKind::BreakerChanged:
      return put_payload<BreakerChanged>(f, r);
    case RecordKind::VenueState:
      return put_payload<VenueState>(f, r);
    case RecordKind::QuerySent:
      return put_query(f, r);
    case RecordKind::VenueOrder: case RecordKind::VenuePosition: case RecordKind::VenueBalance:
    case RecordKind::VenueSnapshot: case RecordKind::BreakChanged: case RecordKind::OrderAdopted:
    case RecordKind::PositionAdjusted:
      return put_venue_account(f, r);
    case RecordKind::DayStarted:
      return put_payload<DayStarted>(f, r);
    case RecordKind::ManualOrder: case RecordKind::AlertCommand:
    case RecordKind::DayClosed:
      return put_desk(f, r);
    case RecordKind::LimitsChanged:
    case RecordKind::LimitSet:
    case RecordKind::SessionEvent:
    case RecordKind::StaticData:
      return put_limits(f, r);
    case RecordKind::ParentChanged:
    case RecordKind::ConditionalChanged:
    case RecordKind::LinkChanged:
    case RecordKind::LegsChanged:
      return put_parents(f, r);
    case RecordKind::None:
    case RecordKind::TimeTick:
    case RecordKind::RunEnded:
    case RecordKind::RecoveryFinished:
      return;
  }
  f.number("unknown_kind", static_cast<std::uint16_t>(r.kind));
}

std::string written(const RecordHeader& record, Fields::Style style) {
  Fields fields{style};
  put_header(fields, record);
  put_by_kind(fields, record);
  return std::move(fields).finish();
}
}  // namespace

std::string describe(const RecordHeader& record) { return written(record, Fields::Style::Text); }
std::string json_line(const RecordHeader& record) { return written(record, Fields::Style::Json); }
}  // namespace sq::wal
