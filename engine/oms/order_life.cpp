#include "engine/oms/order_life.hpp"

#include <algorithm>

namespace sq::oms {
namespace {
bool known_trade(const Order& order, std::uint64_t trade_id) noexcept {
  const std::size_t n = std::min<std::size_t>(order.trade_count, order.recent_trades.size());
  return std::find(order.recent_trades.begin(), order.recent_trades.begin() + static_cast<std::ptrdiff_t>(n),
                   trade_id) != order.recent_trades.begin() + static_cast<std::ptrdiff_t>(n);
}
void remember_trade(Order& order, std::uint64_t trade_id) noexcept {
  order.recent_trades[order.trade_count % order.recent_trades.size()] = trade_id;
  // Keeps the position in the ring when the counter would wrap.
  order.trade_count = order.trade_count == 255 ? std::uint8_t{248} : static_cast<std::uint8_t>(order.trade_count + 1);
}
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
    case ReportKind::Unknown: return OrderState::None;
  }
  return OrderState::None;
}
// What all that was told about an order at the venue comes to, whatever the order it was told in.
OrderState state_of(const Order& order) noexcept {
  if (order.filled >= order.request.qty) return OrderState::Filled;
  if (order.told > order.filled && (order.ends_as != OrderState::None || order.told >= order.request.qty))
    return OrderState::AwaitingFills;
  if (order.ends_as != OrderState::None) return order.ends_as;
  return order.cancel_sent ? OrderState::PendingCancel : OrderState::Open;
}
void hear_count(Order& order, Qty cumulative) noexcept {
  order.told = std::max(order.told, std::min(cumulative, order.request.qty));
}
}  // namespace

Order* OrderLife::on_sent(const RecordHeader& sent) noexcept {
  const auto& request = payload_of<OrderRequest>(sent);
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
  order->asked_at = sent.mono;
  if (order->state == OrderState::Open) {
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
  const Qty stake_before = order.remaining();
  if (report.venue_order_id != 0) order.venue_order_id = report.venue_order_id;
  if (report.kind == ReportKind::Filled || report.kind == ReportKind::Trade) {
    apply_fill(outcome, report);
  } else if (report.kind == ReportKind::Status && report.state == OrderState::None &&
             report.code == RejectCode::UnknownOrder) {
    apply_absence(outcome, header.mono);
  } else {
    apply_state(outcome, report);
  }
  if (outcome.fit == ReportFit::Duplicate || outcome.fit == ReportFit::Contradiction)
    return outcome;
  order.state = outcome.to;
  order.changed_at = header.mono;
  // What leaves a cancel open is no progress: the next query waits longer.
  if (report.kind != ReportKind::CancelRejected &&
      (report.kind != ReportKind::Status || !order.cancel_wanted))
    order.queries = 0;
  if (report.code != RejectCode::None) order.code = report.code;
  outcome.released = stake_before - order.remaining();
  outcome.finished = !is_terminal(outcome.from) && is_terminal(outcome.to);
  if (outcome.finished) pool_.finish(order);
  return outcome;
}

void OrderLife::apply_fill(ReportOutcome& outcome, const OrderReport& report) noexcept {
  Order& order = *outcome.order;
  if (report.last_qty <= Qty{} || report.last_price <= Price{}) {
    outcome.fit = ReportFit::Contradiction;
    return;
  }
  // With more fills than are remembered, the cumulative quantity decides.
  const bool forgotten = order.trade_count > order.recent_trades.size() &&
                         report.cumulative_qty != Qty{} && report.cumulative_qty <= order.filled;
  if (known_trade(order, report.trade_id) || forgotten) {
    outcome.fit = ReportFit::Duplicate;
    return;
  }
  remember_trade(order, report.trade_id);
  const auto filled = Qty::sum(order.filled, report.last_qty);
  if (!filled) {
    outcome.fit = ReportFit::Contradiction;
    return;
  }
  outcome.fill = report.last_qty;
  if (*filled > order.request.qty) {
    outcome.fit = ReportFit::Overfill;
  } else if (is_terminal(order.state)) {
    outcome.fit = ReportFit::LateFill;
  }
  order.filled = *filled;
  if (is_terminal(order.state)) return;  // a late fill changes the books, not the state
  hear_count(order, report.cumulative_qty);
  outcome.to = state_of(order);
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
      if (order.state == OrderState::PendingCancel) outcome.to = OrderState::Open;
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
      if (order.filled != Qty{} || order.told != Qty{}) {
        outcome.fit = ReportFit::Contradiction;  // what was filled was accepted
        return;
      }
      break;
    case ReportKind::Cancelled:
    case ReportKind::Expired:
    case ReportKind::Filled:
    case ReportKind::Trade: break;
  }
  const OrderState end = end_of(report);
  // Asked before our latest fill: it knows less than we do.
  const bool old = end == OrderState::None && report.cumulative_qty < order.filled;
  const Qty told = order.told;
  hear_count(order, end == OrderState::Filled ? order.request.qty : report.cumulative_qty);
  const bool ended_before = end != OrderState::None && order.ends_as != OrderState::None;
  if (old || (ended_before && order.told == told)) {
    outcome.fit = ReportFit::Duplicate;
    return;
  }
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
    order->cancel_sent = order->absent_since_query = false;
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
