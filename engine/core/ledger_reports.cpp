// What venues say of orders and trades, and orders and positions taken over from them.
#include "engine/core/ledger.hpp"

namespace sq::core {
namespace {
bool is_trade(ReportKind kind) noexcept {
  return kind == ReportKind::Filled || kind == ReportKind::Trade;
}
}  // namespace

oms::BookedTrade trade_of(const RecordHeader& header, const OrderReport& report,
                          Side side) noexcept {
  oms::BookedTrade trade;
  trade.trade_id = report.trade_id;
  trade.order = report.id;
  trade.price = report.last_price;
  trade.qty = report.last_qty;
  trade.fee = report.fee;
  trade.at = header.venue_time;
  trade.instrument = header.instrument;
  trade.side = side;
  return trade;
}

ReportEffect Ledger::apply_report(const RecordHeader& header) noexcept {
  const auto& told = payload_of<OrderReport>(header);
  if (!is_trade(told.kind) && told.id != OrderId{}) [[likely]]
    return apply_to_order(header);
  Record<OrderReport> report{header, told};
  if (told.id == OrderId{} && told.venue_order_id != 0) {
    const oms::ExternalOrder* external = accounts_.external(header.instrument, told.venue_order_id);
    if (external != nullptr) report.payload.id = external->id;
  }
  return is_trade(told.kind) ? apply_trade(report) : apply_to_order(report.header);
}

// The same trade is told by the order's reports, by the answer to a query and in the venue's list.
ReportEffect Ledger::apply_trade(Record<OrderReport>& report) noexcept {
  const OrderReport& told = report.payload;
  ReportEffect effect;
  effect.order = told.id;
  oms::Order* order = told.id == OrderId{} ? nullptr : orders_.pool().find(told.id);
  if (order == nullptr &&
      (told.side == 0 || index_of(report.header.instrument) >= portfolio_.instruments().size())) {
    effect.outcome.fit = oms::ReportFit::UnknownOrder;
    return effect;
  }
  // A report that names no instrument is about its order's.
  if (order != nullptr && index_of(report.header.instrument) >= portfolio_.instruments().size())
    report.header.instrument = order->instrument;
  const Side side = told.side != 0 ? Side{told.side} : order->request.side;
  effect.outcome.order = order;
  if (order != nullptr) effect.outcome.from = effect.outcome.to = order->state;
  // Of a trade whose correction came first the order has yet to hear the fill itself.
  const bool corrected_first = order != nullptr && orders_.pool().told_early(*order, told.trade_id);
  if (!corrected_first && told_before(report, side, effect)) {
    effect.outcome.fit = oms::ReportFit::Duplicate;
    if (order != nullptr) oms::hear_venue_id(*order, told.venue_order_id);
    ++counters_.duplicates;
    return effect;
  }
  if (order == nullptr) {
    // The venue is right about fills, also of orders nobody here has sent: booked to no strategy.
    effect.outcome.fit = oms::ReportFit::UnknownOrder;
    if (told.last_qty <= Qty{} || told.last_price <= Price{}) return effect;
    OrderRequest nobodys;
    nobodys.id = told.id;
    nobodys.strategy = kNoStrategy;
    nobodys.side = side;
    book(effect, nobodys, report.header.instrument, report.header);
    return effect;
  }
  const oms::ExternalOrder* external = order->adopted() ? accounts_.external(told.id) : nullptr;
  if (external != nullptr) {
    const bool counted =
        told.kind == ReportKind::Trade
            ? report.header.venue_time <= external->as_of
            : told.cumulative_qty != Qty{} && told.cumulative_qty <= external->counted;
    if (counted && told.last_qty > Qty{} && told.last_price > Price{}) {
      effect.outcome.fill = told.last_qty;
      effect.outcome.booking = oms::Booking::Fill;
      effect.outcome.instrument = report.header.instrument;
      book(effect, order->request, report.header.instrument, report.header);
      return effect;
    }
  }
  return apply_to_order(report.header);
}

// Also when it cannot be known to be new: nothing is booked twice.
bool Ledger::told_before(const Record<OrderReport>& report, Side side,
                         ReportEffect& effect) noexcept {
  const OrderReport& told = report.payload;
  const WallTime at = report.header.venue_time;
  const VenueId venue = portfolio_.instruments()[index_of(report.header.instrument)].venue;
  const oms::VenueFacts* facts = accounts_.venue(venue, AccountId{});
  if (told.trade_id != 0) {
    oms::BookedTrade* known =
        accounts_.trades().find(report.header.instrument, told.trade_id, side);
    if (known != nullptr && (known->order == told.id || known->order == OrderId{})) {
      if (facts != nullptr && told.kind == ReportKind::Trade) known->told_in = facts->answering;
      effect.trade = *known;
      if (known->price != told.last_price)
        effect.differs = BreakKind::WrongPrice;
      else if (known->qty != told.last_qty)
        effect.differs = BreakKind::Quantity;
      else if (known->fee != told.fee)
        effect.differs = BreakKind::Fee;
      return true;
    }
  }
  if (told.kind != ReportKind::Trade) return false;
  // What was traded before the first comparison ever is in the opening position.
  if (facts == nullptr || facts->comparisons == 0 || at < facts->history_from) return true;
  return at.ns != 0 && at <= accounts_.trades().forgotten_until();
}

void Ledger::book(ReportEffect& effect, const OrderRequest& order, InstrumentId instrument,
                  const RecordHeader& header) noexcept {
  if (index_of(instrument) >= portfolio_.instruments().size()) return;
  const auto& report = payload_of<OrderReport>(header);
  effect.booked = portfolio_.on_fill(order, instrument, report);
  if (!effect.booked) return;
  ++counters_.fills;
  gate_.on_position(order.strategy, instrument, effect.booked->position_delta,
                    effect.booked->cash_delta, order.account);
  effect.trade = trade_of(header, report, order.side);
  effect.trade.instrument = instrument;
  accounts_.on_trade(portfolio_.instruments()[index_of(instrument)], effect.trade, order.account);
}

// A fill is booked where the venue says it was.
void Ledger::book_outcome(ReportEffect& effect, const RecordHeader& header) noexcept {
  const auto& report = payload_of<OrderReport>(header);
  const oms::ReportOutcome& outcome = effect.outcome;
  const oms::Order& order = *outcome.order;
  switch (outcome.booking) {
    case oms::Booking::None:
    case oms::Booking::Void: return;
    case oms::Booking::Fill: {
      OrderRequest traded = order.request;
      traded.side = outcome.side;
      book(effect, traded, outcome.instrument, header);
      if (!effect.booked) return;
      if (traded.parent != OrderId{})
        parents_.on_child_booked(traded.parent, outcome.fill, report.last_price);
      gate_.policies().on_fill(order.request.strategy, outcome.side, outcome.fill,
                               index_of(outcome.instrument), header.mono);
      gate_.on_traded(traded, outcome.instrument, report.last_price, outcome.fill);
      return;
    }
    case oms::Booking::Bust:
    case oms::Booking::Correction: return correct(effect, report);
  }
}

void Ledger::correct(ReportEffect& effect, const OrderReport& report) noexcept {
  const oms::Order& order = *effect.outcome.order;
  effect.corrected = portfolio_.on_correction(order.request, report);
  if (!effect.corrected) return;
  ++counters_.corrections;
  const portfolio::CorrectedTrade& made = *effect.corrected;
  gate_.on_position(order.request.strategy, made.instrument, made.position_delta, made.cash_delta,
                    order.request.account);
  if (order.request.parent != OrderId{}) {
    parents_.on_child_booked(order.request.parent, -made.decision.qty_before,
                             made.decision.price_before);
    parents_.on_child_booked(order.request.parent, made.decision.qty, made.decision.price);
  }
  accounts_.on_corrected(portfolio_.instruments()[index_of(made.instrument)], made.decision,
                         report.fee);
}

ReportEffect Ledger::apply_to_order(const RecordHeader& header) noexcept {
  ReportEffect effect;
  effect.order = payload_of<OrderReport>(header).id;
  effect.outcome = orders_.on_report(header);
  const oms::ReportOutcome& outcome = effect.outcome;
  switch (outcome.fit) {
    case oms::ReportFit::UnknownOrder:
      return effect;
    case oms::ReportFit::Contradiction:
      ++counters_.unexpected;
      return effect;
    case oms::ReportFit::Duplicate:
      ++counters_.duplicates;
      // An old answer to a query may still be the first to show the terms of an amend.
      if (!outcome.restaked) return effect;
      break;
    case oms::ReportFit::Overfill:
    case oms::ReportFit::LateFill:
    case oms::ReportFit::UnknownTrade:
    case oms::ReportFit::Mismatch:
    case oms::ReportFit::Unasked:
      ++counters_.unexpected;
      break;
    case oms::ReportFit::Applied:
      break;
  }
  const oms::Order& order = *outcome.order;
  if (order.request.parent != OrderId{})
    parents_.on_child_report(order.request.parent, outcome.released, outcome.fill);
  if (outcome.restaked && !outcome.finished)
    gate_.on_restaked(order.request, order.instrument, outcome.before, oms::stake_of(order));
  else if (outcome.released != Qty{} || outcome.finished)
    gate_.on_released(order.request, order.instrument, outcome.released, outcome.finished);
  if (outcome.finished && order.adopted()) accounts_.on_ended(order.request.id);
  if (outcome.to == OrderState::Rejected && outcome.finished) ++counters_.rejects;
  if (outcome.fit == oms::ReportFit::Applied &&
      payload_of<OrderReport>(header).code == RejectCode::TooOld)
    ++counters_.too_old;
  book_outcome(effect, header);
  return effect;
}

oms::Order* Ledger::apply_adopted(const RecordHeader& record) noexcept {
  last_sequence_ = record.sequence;
  const auto& adopted = payload_of<OrderAdopted>(record);
  oms::Order* order = orders_.on_adopted(record);
  if (order == nullptr) return nullptr;
  if (adopted.revived == 0) static_cast<void>(accounts_.on_adopted(record));
  OrderRequest open = order->request;
  open.qty = order->remaining();
  gate_.on_sent(open, record.instrument, record.mono);
  return order;
}

ReportEffect Ledger::apply_released(const RecordHeader& record) noexcept {
  last_sequence_ = record.sequence;
  accounts_.on_break(record);
  OrderReport ended;
  ended.id = payload_of<BreakChanged>(record).order;
  ended.kind = ReportKind::Expired;
  auto report = make_record(RecordKind::OrderReport, ended);
  report.header.sequence = record.sequence;
  report.header.mono = record.mono;
  report.header.wall = record.wall;
  report.header.instrument = record.instrument;
  return apply_to_order(report.header);
}

bool Ledger::apply_adjusted(const RecordHeader& record) noexcept {
  last_sequence_ = record.sequence;
  const auto& adjusted = payload_of<PositionAdjusted>(record);
  OrderRequest nobodys;
  nobodys.strategy = kNoStrategy;
  nobodys.account = adjusted.account;
  nobodys.side = adjusted.delta > Qty{} ? Side::Buy : Side::Sell;
  OrderReport moved;
  moved.kind = ReportKind::Filled;
  moved.last_price = adjusted.price;
  moved.last_qty = adjusted.delta > Qty{} ? adjusted.delta : -adjusted.delta;
  moved.fee.currency = portfolio_.instruments()[index_of(record.instrument)].settle;
  const auto booked = portfolio_.on_fill(nobodys, record.instrument, moved);
  if (!booked) return false;
  gate_.on_position(kNoStrategy, record.instrument, booked->position_delta, booked->cash_delta,
                    adjusted.account);
  return true;
}
}  // namespace sq::core
