#include "engine/oms/order_life.hpp"

#include <algorithm>

namespace sq::oms {
namespace {
// How a report says that the order ended; None: it does not.
OrderState end_of(const OrderReport& report) noexcept {
  switch (report.kind) {
    case ReportKind::Rejected: return OrderState::Rejected;
    case ReportKind::Cancelled: return OrderState::Cancelled;
    case ReportKind::Expired: return OrderState::Expired;
    case ReportKind::NotSent: return OrderState::NotSent;
    case ReportKind::Status: return is_terminal(report.state) ? report.state : OrderState::None;
    case ReportKind::Accepted:
    case ReportKind::Filled:
    case ReportKind::Trade:
    case ReportKind::CancelRejected:
    case ReportKind::Replaced:
    case ReportKind::ReplaceRejected:
    case ReportKind::ReplaceSplit:
    case ReportKind::Busted:
    case ReportKind::Corrected:
    case ReportKind::Unknown: return OrderState::None;
  }
  return OrderState::None;
}
// Bytes from outside: a kind or state that nobody knows says nothing.
bool understood(const OrderReport& report) noexcept {
  const auto kind = static_cast<std::uint8_t>(report.kind);
  return kind >= static_cast<std::uint8_t>(ReportKind::Accepted) &&
         kind <= static_cast<std::uint8_t>(ReportKind::Trade) &&
         report.side <= 2 &&
         static_cast<std::uint8_t>(report.state) <=
             static_cast<std::uint8_t>(OrderState::PendingReplace);
}
}  // namespace

void hear_venue_id(Order& order, std::uint64_t id) noexcept {
  if (id == 0 || order.venue_order_id != 0) return;
  order.venue_order_id = id;
}
risk::Stake stake_of(const Order& order) noexcept {
  risk::Stake stake{order.remaining(), order.request.limit, order.request.limit};
  if (!order.amended || (!order.amending && !order.amend.split)) return stake;
  for (const Price limit : {order.amend.limit, order.amend.worst_limit}) {
    stake.highest = std::max(stake.highest, limit);
    stake.lowest = std::min(stake.lowest, limit);
  }
  return stake;
}

OrderState state_of(const Order& order) noexcept {
  const Qty qty = order.qty_max();
  if (order.filled >= qty) return OrderState::Filled;
  if (order.told > order.filled && (order.ends_as != OrderState::None || order.told >= qty))
    return OrderState::AwaitingFills;
  if (order.ends_as != OrderState::None) return order.ends_as;
  if (order.cancel_sent) return OrderState::PendingCancel;
  return order.amending ? OrderState::PendingReplace : OrderState::Open;
}
void hear_count(Order& order, Qty cumulative) noexcept {
  order.told = std::max(order.told, std::min(cumulative, order.qty_max()));
}

Order* OrderLife::on_sent(const RecordHeader& sent) noexcept {
  const OrderRequest request = order_request_of(sent);
  Order* order = pool_.create(request.id, sent.instrument);
  if (order == nullptr) return nullptr;
  order->request = request;
  order->state = OrderState::PendingNew;
  order->sent_at = order->changed_at = order->asked_at = sent.mono;
  order->sent_sequence = sent.sequence;
  return order;
}

Order* OrderLife::on_cancel_sent(const RecordHeader& sent) noexcept {
  Order* order = pool_.find(payload_of<CancelRequest>(sent).id);
  if (order == nullptr || !order->working()) return order;
  order->cancel_sent = order->cancel_wanted = true;
  // Cancels of an order that nobody may have do not put off the question whether it arrived.
  if (order->state != OrderState::Unknown) order->asked_at = sent.mono;
  if (order->state == OrderState::Open || order->state == OrderState::PendingReplace) {
    order->state = OrderState::PendingCancel;
    order->changed_at = sent.mono;
  }
  return order;
}

Order* OrderLife::on_query_sent(const RecordHeader& sent) noexcept {
  Order* order = pool_.find(payload_of<QueryRequest>(sent).id);
  if (order == nullptr || !order->working()) return order;
  order->asked_at = sent.mono;
  order->absent_since_query = false;
  if (order->queries < 255) ++order->queries;
  if (order->state == OrderState::PendingNew) {
    order->state = OrderState::Unknown;
    order->changed_at = sent.mono;
  }
  return order;
}

ReportOutcome OrderLife::on_report(const RecordHeader& header) noexcept {
  const auto& report = payload_of<OrderReport>(header);
  ReportOutcome outcome;
  outcome.order = pool_.find(report.id);
  if (outcome.order == nullptr) {
    outcome.fit = ReportFit::UnknownOrder;
    return outcome;
  }
  Order& order = *outcome.order;
  outcome.from = outcome.to = order.state;
  if (!understood(report)) {
    outcome.fit = ReportFit::Contradiction;
    return outcome;
  }
  const Qty stake_before = order.remaining();
  const Price limit_before = order.request.limit;
  outcome.restaked = order.amended;
  if (order.amended) [[unlikely]] outcome.before = stake_of(order);
  hear_venue_id(order, report.venue_order_id);
  switch (report.kind) {
    case ReportKind::Filled:
    case ReportKind::Trade: apply_fill(outcome, header); break;
    case ReportKind::Busted: apply_bust(outcome, report); break;
    case ReportKind::Corrected: apply_correction(outcome, header); break;
    case ReportKind::Replaced:
    case ReportKind::ReplaceRejected:
    case ReportKind::ReplaceSplit: apply_amend_answer(outcome, report); break;
    case ReportKind::Status:
      if (report.state == OrderState::None && report.code == RejectCode::UnknownOrder) {
        apply_absence(outcome, header.mono);
        break;
      }
      if (report.state != OrderState::None && report.state != OrderState::Unknown &&
          settle_amend(order, report, header.mono))
        outcome.repriced = true;
      apply_state(outcome, report);
      // Told nothing new but about the amend.
      if (outcome.fit == ReportFit::Duplicate && !is_terminal(order.state) &&
          state_of(order) != order.state) {
        outcome.fit = ReportFit::Applied;
        outcome.to = state_of(order);
      }
      break;
    default: apply_state(outcome, report); break;
  }
  if (outcome.fit == ReportFit::Contradiction ||
      (outcome.fit == ReportFit::Duplicate && !outcome.repriced))
    return outcome;
  order.state = outcome.to;
  // Nor does the venue's word that it has nothing to cancel.
  if (report.kind != ReportKind::CancelRejected || order.state != OrderState::Unknown)
    order.changed_at = header.mono;
  // What leaves a cancel or an amend open is no progress: the next query waits longer.
  const bool owed = order.cancel_wanted || order.amending;
  if (report.kind != ReportKind::CancelRejected && (report.kind != ReportKind::Status || !owed))
    order.queries = 0;
  if (report.code != RejectCode::None) order.code = report.code;
  outcome.repriced = order.request.limit != limit_before;
  if (order.amended && !outcome.restaked) {  // by the venue, just now
    outcome.restaked = true;
    outcome.before = {stake_before, limit_before, limit_before};
  }
  outcome.released = stake_before - order.remaining();
  outcome.finished = !is_terminal(outcome.from) && is_terminal(outcome.to);
  if (outcome.finished) pool_.finish(order);
  return outcome;
}

void OrderLife::apply_state(ReportOutcome& outcome, const OrderReport& report) noexcept {
  Order& order = *outcome.order;
  if (is_terminal(order.state)) {
    outcome.fit = ReportFit::Duplicate;  // an ack that came after the end
    return;
  }
  const bool unanswered =
      order.state == OrderState::PendingNew || order.state == OrderState::Unknown;
  switch (report.kind) {
    case ReportKind::CancelRejected:
      // The venue refuses the cancel: the order works, or a fill is on its way.
      order.cancel_sent = false;
      if (order.state == OrderState::PendingCancel) outcome.to = state_of(order);
      return;
    case ReportKind::Unknown:
      // About the request; an answer that came on another way has told more.
      if (order.state != OrderState::PendingNew) outcome.fit = ReportFit::Duplicate;
      else outcome.to = OrderState::Unknown;
      return;
    case ReportKind::Accepted:
      if (unanswered) outcome.to = state_of(order);
      else outcome.fit = ReportFit::Duplicate;
      return;
    case ReportKind::Status:
      if (report.state == OrderState::None || report.state == OrderState::Unknown) {
        outcome.fit = ReportFit::Contradiction;  // tells nothing
        return;
      }
      break;
    case ReportKind::Rejected:
      // Our ids never repeat: the order of this id that the venue has is this one, sent twice on
      // the way. What became of it the venue has to be asked.
      if (report.code == RejectCode::DuplicateId) {
        if (order.state != OrderState::PendingNew) outcome.fit = ReportFit::Duplicate;
        else outcome.to = OrderState::Unknown;
        return;
      }
      [[fallthrough]];
    case ReportKind::NotSent:
      if (order.filled != Qty{} || order.told != Qty{} ||
          (report.kind == ReportKind::NotSent && !unanswered)) {
        outcome.fit = ReportFit::Contradiction;  // what was filled was accepted
        return;
      }
      break;
    default: break;
  }
  apply_end(outcome, report);
}

void OrderLife::apply_end(ReportOutcome& outcome, const OrderReport& report) noexcept {
  Order& order = *outcome.order;
  const OrderState end = end_of(report);
  // Asked before our latest fill: it knows less than we do.
  const bool old = end == OrderState::None && report.cumulative_qty < order.filled;
  const Qty told = order.told;
  // Filled: all of it. By which terms only the count can say while an amend is unanswered.
  const bool all = end == OrderState::Filled && (!order.amending || report.cumulative_qty == Qty{});
  hear_count(order, all ? order.qty_max() : report.cumulative_qty);
  if (end != OrderState::None && ends_one_leg(outcome, report)) return;
  const bool ended_before = end != OrderState::None && order.ends_as != OrderState::None;
  if (old || (ended_before && order.told == told)) {
    outcome.fit = ReportFit::Duplicate;
    return;
  }
  // An amend that nobody answered stays so: by which terms the order ended is not known.
  if (end != OrderState::None && !ended_before) order.ends_as = end;
  outcome.to = state_of(order);
}

void OrderLife::apply_absence(ReportOutcome& outcome, MonoTime now) noexcept {
  Order& order = *outcome.order;
  outcome.fit = ReportFit::Duplicate;
  const bool never_seen = order.filled == Qty{} && order.told == Qty{} && order.venue_order_id == 0;
  if (order.state != OrderState::Unknown || !never_seen || order.absent_since_query) return;
  order.absent_since_query = true;
  if (order.absences < 255) ++order.absences;
  if (order.absences < absence_.answers || now - order.sent_at < absence_.after_ns) return;
  outcome.fit = ReportFit::Applied;
  outcome.to = OrderState::NotSent;
}

Order* OrderLife::on_adopted(const RecordHeader& record) noexcept {
  const auto& adopted = payload_of<OrderAdopted>(record);
  Order* order = pool_.find(adopted.request.id);
  if (order != nullptr) {
    if (!is_terminal(order->state)) return nullptr;
    pool_.revive(*order);
    order->ends_as = OrderState::None;
    order->code = RejectCode::None;
    order->cancel_sent = order->absent_since_query = order->amending = false;
    order->queries = order->absences = 0;
  } else {
    order = pool_.create(adopted.request.id, record.instrument);
    if (order == nullptr) return nullptr;
    order->request = adopted.request;
    order->filled = adopted.filled;
    order->sent_at = record.mono;
    order->sent_sequence = record.sequence;
  }
  order->state = OrderState::Open;
  order->venue_order_id = adopted.venue_order_id;
  order->changed_at = order->asked_at = record.mono;
  hear_count(*order, adopted.filled);
  return order;
}

bool OrderLife::to_unknown(Order& order, MonoTime now) noexcept {
  if (!order.working() || order.state == OrderState::Unknown) return false;
  order.state = OrderState::Unknown;
  order.changed_at = now;
  return true;
}
}  // namespace sq::oms
