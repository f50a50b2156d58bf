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
OrderState state_after(ReportKind kind) noexcept {
  switch (kind) {
    case ReportKind::Accepted: return OrderState::Open;
    case ReportKind::Rejected: return OrderState::Rejected;
    case ReportKind::Cancelled: return OrderState::Cancelled;
    case ReportKind::Expired: return OrderState::Expired;
    case ReportKind::NotSent: return OrderState::NotSent;
    case ReportKind::Unknown: return OrderState::Unknown;
    case ReportKind::Filled:
    case ReportKind::CancelRejected:
    case ReportKind::Status: return OrderState::None;
  }
  return OrderState::None;
}
}  // namespace

Order* OrderLife::on_sent(const RecordHeader& sent) noexcept {
  const auto& request = payload_of<OrderRequest>(sent);
  Order* order = pool_.create(request.id, sent.instrument);
  if (order == nullptr) return nullptr;
  order->request = request;
  order->state = OrderState::PendingNew;
  order->sent_at = order->changed_at = sent.mono;
  order->sent_sequence = sent.sequence;
  return order;
}

Order* OrderLife::on_cancel_sent(const RecordHeader& sent) noexcept {
  Order* order = pool_.find(payload_of<CancelRequest>(sent).id);
  if (order == nullptr || !order->working()) return order;
  order->cancel_sent = true;
  if (order->state == OrderState::Open) {
    order->state = OrderState::PendingCancel;
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
  if (report.kind == ReportKind::Filled) {
    apply_fill(outcome, report);
  } else {
    apply_state(outcome, report);
  }
  if (outcome.fit == ReportFit::Duplicate || outcome.fit == ReportFit::Contradiction)
    return outcome;
  order.state = outcome.to;
  order.changed_at = header.mono;
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
  if (order.filled >= order.request.qty) {
    outcome.to = OrderState::Filled;
  } else {
    outcome.to = order.cancel_sent ? OrderState::PendingCancel : OrderState::Open;
  }
}

void OrderLife::apply_state(ReportOutcome& outcome, const OrderReport& report) noexcept {
  Order& order = *outcome.order;
  if (is_terminal(order.state)) {
    outcome.fit = ReportFit::Duplicate;  // an ack that came after the end
    return;
  }
  if (report.kind == ReportKind::CancelRejected) {
    // The venue refuses the cancel: the order works, or a fill is on its way.
    order.cancel_sent = false;
    if (order.state == OrderState::PendingCancel) outcome.to = OrderState::Open;
    return;
  }
  OrderState next = state_after(report.kind);
  if (report.kind == ReportKind::Status) next = report.state;
  if (next == OrderState::None || next == OrderState::Filled ||
      (report.kind == ReportKind::Status && report.cumulative_qty != order.filled)) {
    // A status that knows of fills we have not seen: wait for the fills themselves.
    outcome.fit = ReportFit::Contradiction;
    return;
  }
  if (next == OrderState::Open && order.cancel_sent) next = OrderState::PendingCancel;
  outcome.to = next;
}

bool OrderLife::to_unknown(Order& order, MonoTime now) noexcept {
  if (!order.working() || order.state == OrderState::Unknown) return false;
  order.state = OrderState::Unknown;
  order.changed_at = now;
  return true;
}
}  // namespace sq::oms
