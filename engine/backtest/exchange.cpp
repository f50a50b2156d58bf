#include "engine/backtest/exchange.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace sq::backtest {
namespace {
RejectCode code_of(FilterBreach breach) noexcept {
  if (breach == FilterBreach::None) return RejectCode::None;
  return breach == FilterBreach::NotTrading ? RejectCode::Halted : RejectCode::Filter;
}
// The engine ends GoodTillDate and Day orders itself.
bool lasts(TimeInForce tif) noexcept {
  return tif != TimeInForce::ImmediateOrCancel && tif != TimeInForce::FillOrKill;
}
}  // namespace

SimulatedExchange::SimulatedExchange(const SimulationSettings& settings,
                                     std::span<const Instrument> instruments, ReportSink& sink)
    : model_{settings.model},
      sink_{sink},
      orders_{settings.open_orders_max},
      index_{settings.orders_expected},
      instruments_(instruments.size()) {
  told_fills_.reserve(settings.orders_expected);
  MatchingRules rules{.queue = {settings.model.queue_model, settings.model.queue_power},
                      .exact_queue = settings.model.exact_queue,
                      .consumed_depth = settings.model.consumed_depth};
  Executions& executions = *this;
  for (const Instrument& instrument : instruments) {
    const std::uint32_t index = index_of(instrument.id);
    if (index >= instruments.size() || instruments_[index] != nullptr)
      throw std::invalid_argument("simulated exchange: instrument ids are not 0 to n - 1");
    if (static_cast<std::size_t>(instrument.venue) >= kVenuesMax)
      throw std::invalid_argument("simulated exchange: venue number too high");
    rules.book = index < settings.books.size() ? settings.books[index] : settings.book;
    for (const settings::SimulatedInstrument& each : settings.model.instruments) {
      if (each.venue != instrument.venue || each.symbol != instrument.symbol) continue;
      rules.impact = {settings.model.impact, settings.model.impact_half_life_ns, each.impact_bps,
                      each.impact_qty};
    }
    instruments_[index] = std::make_unique<SimInstrument>(instrument, rules, orders_, executions);
    rules.impact = {};
  }
  set_up(settings, instruments);
  for (const settings::Balance& balance : settings.balances)
    wallet_.at(balance.venue, AccountId{0}, balance.amount.currency).total += balance.amount.raw;
}

void SimulatedExchange::on_market(const RecordHeader& record, WallTime at) noexcept {
  now_ = at;
  if (at >= timed_at_) [[unlikely]] on_time(at);
  if (record.kind == RecordKind::MarkPrice) [[unlikely]] return on_mark(record);
  if (SimInstrument* market = find(record.instrument)) market->on_market(record, at);
}

void SimulatedExchange::on_request(const RecordHeader& request, WallTime at) noexcept {
  now_ = at;
  if (at >= timed_at_) [[unlikely]] on_time(at);
  if (SimInstrument* market = find(request.instrument)) market->set_time(at);
  if (const RejectCode code = admit(request); code != RejectCode::None)
    return turn_away(request, code);
  switch (request.kind) {
    case RecordKind::OrderSent:
      on_order(order_request_of(request), request.instrument);
      return;
    case RecordKind::AmendSent:
      on_amend(payload_of<AmendRequest>(request), request.instrument);
      return;
    case RecordKind::CancelSent:
      on_cancel(payload_of<CancelRequest>(request), request.instrument);
      return;
    case RecordKind::QuerySent:
      if (is_payload<AccountQuery>(request))
        on_account_query(payload_of<AccountQuery>(request), request.instrument);
      else
        on_query(payload_of<QueryRequest>(request).id, request.instrument);
      return;
    default:
      SQ_CHECK(false && "only requests are sent to a venue");
  }
}

void SimulatedExchange::on_order(const OrderRequest& request, InstrumentId instrument) noexcept {
  SimInstrument* market = find(instrument);
  SQ_CHECK(market != nullptr && request.id != OrderId{});
  SimOrder order;
  order.id = request.id;
  order.limit = request.limit;
  order.qty = request.qty;
  order.instrument = instrument;
  order.account = request.account;
  order.side = request.side;
  order.type = request.type;
  order.tif = request.tif;
  order.reduce_only = request.reduce_only != 0;
  order.self_trade = request.self_trade;
  RejectCode code = judge(request, *market, order);
  if (code == RejectCode::None) code = reserve_for(order, *market);
  const std::uint32_t slot = code == RejectCode::None ? orders_.take() : kNoSlot;
  if (code == RejectCode::None && slot == kNoSlot) {
    release_reserve(order, 0);
    code = RejectCode::RateLimit;  // the venue's bound on open orders
  }
  if (code != RejectCode::None) {
    reject(request, instrument, code);
    return;
  }
  const auto venue = static_cast<std::size_t>(market->instrument().venue);
  order.venue_order_id = ++venue_order_ids_[venue];
  orders_[slot] = order;
  ++markets_[index_of(instrument)].open_orders;
  OrderFate& fate = index_.add(order.id);
  fate.venue_order_id = order.venue_order_id;
  fate.slot = slot;
  fate.state = OrderState::Open;
  ++accepted_;
  OrderReport accepted;
  accepted.id = order.id;
  accepted.venue_order_id = order.venue_order_id;
  accepted.kind = ReportKind::Accepted;
  report(accepted, instrument);
  work(slot, *market);
}

// The first reason, in this order, why the venue would not take the order.
RejectCode SimulatedExchange::judge(const OrderRequest& request, SimInstrument& market,
                                    const SimOrder& order) noexcept {
  const Instrument& instrument = market.instrument();
  if (index_.find(request.id) != nullptr) return RejectCode::DuplicateId;
  if (instrument.status != InstrumentStatus::Trading || !market.live()) return RejectCode::Halted;
  const bool is_market = order.type == OrderType::Market;
  if (is_market && (order.tif == TimeInForce::PostOnly)) return RejectCode::Other;
  Price price = order.limit;
  if (is_market) {
    const Level level = market.best_to_take(order.side);
    if (level.qty == Qty{}) return RejectCode::NoLiquidity;
    price = level.price;
  }
  if (order.qty <= Qty{} || price <= Price{}) return RejectCode::Filter;
  if (model_.filters) {
    const RejectCode code = code_of(check_filters(instrument, price, order.qty));
    if (code != RejectCode::None) return code;
  }
  if (const RejectCode code = check_venue(order, market); code != RejectCode::None) return code;
  if (order.reduce_only && reducible(order) == Qty{}) return RejectCode::ReduceOnly;
  if (order.tif == TimeInForce::PostOnly && market.would_take(order.side, order.limit))
    return RejectCode::WouldTake;
  return RejectCode::None;
}

// Spot: what the order may pay must be there; it is set aside while the order works.
RejectCode SimulatedExchange::reserve_for(SimOrder& order, SimInstrument& market) noexcept {
  const Instrument& instrument = market.instrument();
  std::int64_t needed = order.qty.raw();
  if (order.side == Side::Buy || instrument.kind != InstrumentKind::Spot) {
    if (order.type == OrderType::Market) {
      const SimInstrument::Reach reach = market.reach(order, order.qty);
      if (reach.overflow) return RejectCode::Filter;
      needed = reach.value;
    } else {
      const auto value = instrument.notional(order.limit, order.qty, Rounding::Up);
      if (!value) return RejectCode::Filter;
      needed = value->raw;
    }
  }
  if (instrument.kind != InstrumentKind::Spot) return hold_margin(order, needed);
  if (!reserve(pays_with(order), needed)) return RejectCode::InsufficientBalance;
  order.reserved = needed;
  return RejectCode::None;
}

void SimulatedExchange::work(std::uint32_t slot, SimInstrument& market) noexcept {
  SimOrder& order = orders_[slot];
  const bool fill_or_kill = order.tif == TimeInForce::FillOrKill;
  const bool possible = !fill_or_kill || market.reach(order, order.qty).qty == order.qty;
  if (order.tif != TimeInForce::PostOnly && possible) market.take(slot);
  if (order.ended || order.remaining() == Qty{}) {
    on_gone(slot);
    return;
  }
  const bool rests = order.type == OrderType::Limit && lasts(order.tif);
  if (rests) {
    market.rest(slot);
    return;
  }
  end(slot, OrderState::Expired, ReportKind::Expired,
      order.type == OrderType::Market ? RejectCode::NoLiquidity : RejectCode::None);
  on_gone(slot);
}

void SimulatedExchange::on_cancel(const CancelRequest& request, InstrumentId instrument) noexcept {
  const OrderFate* fate = index_.find(request.id);
  if (fate == nullptr || fate->slot == kNoSlot) {
    OrderReport refused;
    refused.id = request.id;
    refused.kind = ReportKind::CancelRejected;
    refused.code = RejectCode::UnknownOrder;
    if (fate != nullptr) {
      refused.venue_order_id = fate->venue_order_id;
      refused.cumulative_qty = fate->filled;
    }
    report(refused, instrument);
    return;
  }
  const std::uint32_t slot = fate->slot;
  end(slot, OrderState::Cancelled, ReportKind::Cancelled, RejectCode::None);
  find(orders_[slot].instrument)->remove(slot);
}

void SimulatedExchange::on_query(OrderId id, InstrumentId instrument) noexcept {
  OrderReport status;
  status.id = id;
  status.kind = ReportKind::Status;
  if (const OrderFate* fate = index_.find(id)) {
    for (std::uint32_t at = fate->first_fill; at != kNoSlot; at = told_fills_[at].next) {
      OrderReport again = told_fills_[at].report;
      report(again, instrument);
    }
    status.venue_order_id = fate->venue_order_id;
    status.cumulative_qty = fate->filled;
    status.state = fate->state;
    status.amend = fate->amend;
    if (fate->slot != kNoSlot) {
      status.last_price = orders_[fate->slot].limit;
      status.last_qty = orders_[fate->slot].qty;
    }
  } else {
    status.code = RejectCode::UnknownOrder;
  }
  report(status, instrument);
}

void SimulatedExchange::on_self_match(std::uint32_t slot) noexcept {
  end(slot, OrderState::Expired, ReportKind::Expired, RejectCode::SelfTrade);
}

void SimulatedExchange::on_decrement(std::uint32_t slot, Qty qty) noexcept {
  SimOrder& order = orders_[slot];
  order.qty -= qty;
  if (order.remaining() == Qty{}) return;
  OrderReport smaller;
  smaller.id = order.id;
  smaller.venue_order_id = order.venue_order_id;
  smaller.cumulative_qty = order.filled;
  smaller.last_price = order.limit;
  smaller.last_qty = order.qty;
  smaller.kind = ReportKind::Replaced;
  smaller.code = RejectCode::SelfTrade;
  report(smaller, order.instrument);
}

void SimulatedExchange::on_gone(std::uint32_t slot) noexcept {
  release_reserve(orders_[slot], 0);
  --markets_[index_of(orders_[slot].instrument)].open_orders;
  index_.find(orders_[slot].id)->slot = kNoSlot;
  orders_.give(slot);
}

void SimulatedExchange::end(std::uint32_t slot, OrderState state, ReportKind kind,
                            RejectCode code) noexcept {
  SimOrder& order = orders_[slot];
  order.ended = true;
  index_.find(order.id)->state = state;
  OrderReport ended;
  ended.id = order.id;
  ended.venue_order_id = order.venue_order_id;
  ended.cumulative_qty = order.filled;
  ended.kind = kind;
  ended.code = code;
  report(ended, order.instrument);
}

void SimulatedExchange::reject(const OrderRequest& request, InstrumentId instrument,
                               RejectCode code) noexcept {
  ++rejected_;
  OrderReport rejected;
  rejected.id = request.id;
  rejected.kind = ReportKind::Rejected;
  rejected.code = code;
  report(rejected, instrument);
}

void SimulatedExchange::report(OrderReport& payload, InstrumentId instrument) noexcept {
  Record<OrderReport> record = make_record(RecordKind::OrderReport, payload);
  say(record.header, instrument);
}

void SimulatedExchange::say(RecordHeader& record, InstrumentId instrument) noexcept {
  const VenueId venue = find(instrument)->instrument().venue;
  const auto number = static_cast<std::uint16_t>(venue);
  record.source =
      SourceId{static_cast<std::uint16_t>(static_cast<std::uint16_t>(kSourceVenueFirst) + number)};
  record.source_sequence = ++report_sequences_[number];
  record.instrument = instrument;
  sink_.on_report(record, venue, now_);
}

std::optional<Qty> SimulatedExchange::ahead(OrderId id) noexcept {
  const OrderFate* fate = index_.find(id);
  if (fate == nullptr || fate->slot == kNoSlot) return std::nullopt;
  return orders_[fate->slot].ahead;
}
}  // namespace sq::backtest
