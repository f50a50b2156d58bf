// Requests out, reports in. The gate is the only way to send().
#include "engine/core/core.hpp"
#include "engine/core/kill_reasons.hpp"
#include "engine/core/parents/parent_desk.hpp"
#include "engine/core/strategy_context.hpp"

namespace sq::core {
// The gate holds reduce-only to the strategy's own position; the venue knows the account's, which
// another strategy may have turned. The flag goes out only where the venue would agree.
bool Core::reduces_account(const OrderRequest& order, InstrumentId instrument) const noexcept {
  const std::int64_t position = ledger_.gate().exposure(instrument).total.position;
  return order.side == Side::Sell ? position >= order.qty.raw() : position <= -order.qty.raw();
}

strategy::Submitted Core::submit(std::size_t s, const strategy::OrderIntent& intent) noexcept {
  OrderRequest draft;
  draft.strategy = StrategyId{static_cast<std::uint16_t>(s)};
  draft.account = strategies_[s].setup.account;
  draft.limit = intent.limit;
  draft.qty = intent.qty;
  draft.side = intent.side;
  draft.tif = intent.tif;
  draft.reduce_only = intent.reduce_only ? 1 : 0;
  draft.type = intent.type;
  draft.tag = intent.tag;
  draft.self_trade = intent.self_trade;
  draft.parent = intent.parent;
  set_lifetime(draft, intent);
  risk::Verdict verdict = judge_terms(intent);
  if (verdict.accepted() && draft.parent != OrderId{})
    verdict = parents_->check(draft, intent.instrument);
  if (verdict.accepted()) {
    telemetry::StageStamp stamp{stages_, telemetry::Stage::Risk};
    verdict = check_order(draft, intent.instrument);
  }
  return place(draft, intent.instrument, verdict);
}

strategy::Submitted Core::place(OrderRequest draft, InstrumentId instrument,
                                risk::Verdict verdict) noexcept {
  if (verdict.accepted() && !ledger_.orders().has_room()) verdict.rule = risk::Rule::Capacity;
  if (verdict.accepted() && (journal_failed_ || unapproved_)) verdict.rule = risk::Rule::KillLatched;
  if (!verdict.accepted()) {
    refuse(draft, instrument, verdict);
    if (draft.parent != OrderId{}) parents_->on_refused(draft);
    return {{}, verdict.rule};
  }
  telemetry::StageStamp stamp{stages_, telemetry::Stage::Order};
  if (draft.reduce_only != 0 && !reduces_account(draft, instrument)) draft.reduce_only = 0;
  draft.id = OrderId::make(ledger_.epoch(), ++orders_);
  draft.approval = verdict.approval;
  draft.limits_version = ledger_.gate().limits_version();
  auto record = make_record(RecordKind::OrderSent, draft);
  record.header.instrument = instrument;
  const auto approved = ledger_.gate().seal(record.header);
  if (!approved) [[unlikely]] {  // not the order that was checked: a bug, and nothing may leave
    unapproved_ = states_dirty_ = true;
    return {{}, risk::Rule::KillLatched};
  }
  decide(record.header, instrument);
  if (journal_failed_) [[unlikely]] {  // not in the log: it must not leave
    states_dirty_ = true;
    return {{}, risk::Rule::Capacity};
  }
  if (oms::Order* order = ledger_.apply_sent(record.header)) {
    answers_.watch(*order, ledger_.orders().pool());
    expiries_.watch(*order, ledger_.orders().pool());
  }
  if (monitor_.on() && draft.strategy != kNoStrategy) {
    const risk::InstrumentExposure& exposure = ledger_.gate().exposure(instrument);
    const std::size_t s = index_of(draft.strategy);
    monitor_.on_sent(draft, instrument,
                     s < exposure.by_strategy.size() ? exposure.by_strategy[s].position : 0,
                     draft.side == Side::Buy ? exposure.ask : exposure.bid, now_);
    if (monitor_.waiting()) states_dirty_ = true;
  }
  venues_.send(*approved);
  if (stages_ != nullptr) stages_->record_since(telemetry::Stage::TickToOrder, input_ticks_);
  return {draft.id, risk::Rule::None};
}

void Core::on_report(const RecordHeader& input) noexcept {
  ReportEffect effect;
  {
    telemetry::StageStamp stamp{stages_, telemetry::Stage::Portfolio};
    effect = ledger_.apply_report(input);
  }
  const oms::ReportOutcome& outcome = effect.outcome;
  const auto& report = payload_of<OrderReport>(input);
  const bool trade = report.kind == ReportKind::Filled || report.kind == ReportKind::Trade;
  if (trade && !reconciling_.empty()) on_trade_told(input, effect);
  switch (outcome.fit) {
    case oms::ReportFit::UnknownOrder: return on_unknown_report(input, effect);
    case oms::ReportFit::Contradiction: return dead_letter(input, DeadLetterReason::BadContent);
    case oms::ReportFit::Duplicate:
      if (outcome.order == nullptr) return;
      if (!outcome.repriced && outcome.from == outcome.order->state)
        return after_answer(*outcome.order, report);
      break;
    case oms::ReportFit::UnknownTrade:
      dead_letter(input, DeadLetterReason::UnknownTrade);
      pause_owner(*outcome.order);
      break;
    case oms::ReportFit::Overfill:
    case oms::ReportFit::LateFill:
    case oms::ReportFit::Mismatch:
    case oms::ReportFit::Unasked: pause_owner(*outcome.order); break;
    case oms::ReportFit::Applied: break;
  }
  const oms::Order& order = *outcome.order;
  if (monitor_.on()) {
    const bool answered = report.kind == ReportKind::Accepted || report.kind == ReportKind::Rejected;
    if (answered) monitor_.on_answer(order.request.strategy, report.kind == ReportKind::Rejected);
    if (outcome.booking == oms::Booking::Fill && outcome.fill != Qty{})
      monitor_.on_fill(order.request, order.instrument, report.last_price);
    // Also an order that was let through half-open may have ended.
    if (monitor_.waiting() || (outcome.finished && ledger_.gate().breakers().any()))
      states_dirty_ = true;
  }
  book_report(input, effect);
  if (outcome.from != outcome.to) {
    auto record = make_record(
        RecordKind::OrderChanged,
        OrderChanged{order.request.id, order.filled, outcome.from, outcome.to, report.code, {}});
    decide(record.header, order.instrument);
  }
  if (outcome.fill != Qty{} && ledger_.gate().policies().disabled(order.request.strategy))
    states_dirty_ = true;
  const bool told = report.kind == ReportKind::Filled || report.kind == ReportKind::Trade;
  const bool traded =
      (told && outcome.booking != oms::Booking::Void) || outcome.booking == oms::Booking::Fill;
  if (effect.corrected) {
    const TradeCorrected& line = effect.corrected->decision;
    tell_strategy(order, report, -line.qty_before, line.price_before);
    if (line.qty != Qty{}) tell_strategy(order, report, line.qty, line.price);
  } else {
    tell_strategy(order, report, traded ? outcome.fill : Qty{});
  }
  const OrderId parent = order.request.parent;
  after_answer(*outcome.order, report);
  if (parent != OrderId{} && ready_) parents_->on_child(parent, outcome);
}

// Of an order that is not known. What it traded was booked to no strategy, where the report says on
// which side.
void Core::on_unknown_report(const RecordHeader& input, const ReportEffect& effect) noexcept {
  const auto& report = payload_of<OrderReport>(input);
  const bool from_outside = report.id == OrderId{} && report.venue_order_id != 0;
  if (effect.booked) {
    auto record = make_record(RecordKind::FillBooked, effect.booked->decision);
    decide(record.header, input.instrument);
    // A list of trades is compared as a whole; of orders placed outside the venue is asked.
    if (report.kind == ReportKind::Trade) return;
    if (from_outside && external_orders_ != settings::ExternalOrders::Kill) return;
  } else {
    dead_letter(input, DeadLetterReason::UnknownOrder);
    if (from_outside && !tells_trade(report.kind)) return;
  }
  // A fill we cannot place: our positions are wrong until somebody has looked.
  if (tells_trade(report.kind)) latch_kill(StateCause::Kill, FixedText<64>{kUnknownFillReason});
}

// The venue is right about fills; whoever traded on the old belief stops.
void Core::pause_owner(const oms::Order& order) noexcept {
  if (index_of(order.request.strategy) < strategies_.size())
    set_state(index_of(order.request.strategy), StrategyState::Paused, StateCause::Kill);
}

void Core::book_report(const RecordHeader& input, const ReportEffect& effect) noexcept {
  switch (effect.outcome.booking) {
    case oms::Booking::None:
    case oms::Booking::Void: return;
    case oms::Booking::Fill:
      if (effect.booked) {
        auto record = make_record(RecordKind::FillBooked, effect.booked->decision);
        return decide(record.header, effect.outcome.instrument);
      }
      break;
    case oms::Booking::Bust:
    case oms::Booking::Correction:
      if (effect.corrected) {
        TradeCorrected line = effect.corrected->decision;
        line.report_sequence = input.sequence;
        auto record = make_record(RecordKind::TradeCorrected, line);
        return decide(record.header, effect.corrected->instrument);
      }
      break;
  }
  dead_letter(input, DeadLetterReason::BadContent);
  latch_kill(StateCause::Kill, FixedText<64>{kFillReason});
}
}  // namespace sq::core
