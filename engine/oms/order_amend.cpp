// OrderLife: new terms for an order that works. Until the venue has said which terms hold, both
// count. A replacement (cancel the old order, place another) can half fail; the four outcomes:
//   cancelled, placed          Replaced, the old order's end before or after it, or never told
//   not cancelled, not placed  ReplaceRejected: the order works on as it was
//   cancelled, not placed      ReplaceRejected and the old order's end, in any order: ended
//   not cancelled, placed      ReplaceSplit: both work; the core cancels, both ends are awaited
// Source: Binance spot order.cancelReplace and order.amend.keepPriority, USD-M order.modify
// (2026-11); faults X07, X10.
#include <algorithm>

#include "engine/oms/order_life.hpp"

namespace sq::oms {
namespace {
// Terms can only be compared when both are told.
bool shows(const OrderReport& report, Price limit, Qty qty) noexcept {
  return report.last_price == limit && report.last_qty == qty;
}
void widen(Amend& amend, Side side, Price limit) noexcept {
  amend.worst_limit =
      side == Side::Buy ? std::max(amend.worst_limit, limit) : std::min(amend.worst_limit, limit);
}
// The old order of a replacement ended with that much filled: the sum is known.
void end_old(Order& order, Qty filled) noexcept {
  Amend& amend = order.amend;
  const Qty left = amend.qty - amend.filled;
  amend.filled = filled;
  amend.qty = filled + left;
  amend.old_ended = true;
}
// From now on the venue works by these. What it filled stays filled.
void set_terms(Order& order, Price limit, Qty qty) noexcept {
  order.amending = false;
  order.request.limit = limit;
  order.request.qty = std::max(qty, order.filled);
  widen(order.amend, order.request.side, limit);
}
// Returns what it adds to what may still fill.
Qty start_amend(Order& order, const AmendRequest& request) noexcept {
  const Qty before = order.remaining();
  Amend& amend = order.amend;
  if (!order.amended) {
    amend = {};
    amend.worst_limit = order.request.limit;
    order.amended = true;
  }
  amend.limit = request.limit;
  amend.qty = request.qty;
  amend.filled = request.filled;
  amend.number = request.number;
  amend.style = request.style;
  amend.absences = 0;
  amend.old_ended = amend.new_ended = amend.split = false;
  widen(amend, order.request.side, request.limit);
  order.amending = true;
  return order.remaining() - before;
}
}  // namespace

AmendOutcome OrderLife::on_amend_sent(const RecordHeader& sent) noexcept {
  const auto& request = payload_of<AmendRequest>(sent);
  AmendOutcome outcome;
  Order* order = pool_.find(request.id);
  if (order == nullptr || !order->working()) return outcome;
  outcome.order = order;
  outcome.before = stake_of(*order);
  outcome.added = start_amend(*order, request);
  order->amend.sent_at = order->asked_at = sent.mono;
  if (order->state == OrderState::Open) {
    order->state = OrderState::PendingReplace;
    order->changed_at = sent.mono;
  }
  return outcome;
}

Qty OrderLife::added_by(const Order& order, const AmendRequest& request) noexcept {
  Order after = order;
  return start_amend(after, request);
}

void OrderLife::apply_amend_answer(ReportOutcome& outcome, const OrderReport& report) noexcept {
  Order& order = *outcome.order;
  if (is_terminal(order.state)) {
    outcome.fit = ReportFit::Duplicate;
    return;
  }
  // Self-trade prevention took something off; the order had asked for that.
  if (report.kind == ReportKind::Replaced && report.code == RejectCode::SelfTrade &&
      report.amend == 0) {
    if (report.last_qty <= Qty{} || report.last_qty >= order.request.qty) {
      outcome.fit = ReportFit::Duplicate;
      return;
    }
    order.request.qty = std::max(report.last_qty, order.filled);
    hear_count(order, report.cumulative_qty);
    outcome.to = state_of(order);
    return;
  }
  if (!order.amended) {
    // Somebody else did: the venue's word on what works, if it gives one.
    if (report.kind != ReportKind::Replaced || report.last_qty <= Qty{} ||
        report.last_price <= Price{}) {
      outcome.fit = ReportFit::Contradiction;
      return;
    }
    if (shows(report, order.request.limit, order.request.qty)) {
      outcome.fit = ReportFit::Duplicate;
      return;
    }
    order.amend = {};
    order.amend.worst_limit = order.request.limit;
    order.amended = true;
    set_terms(order, report.last_price, report.last_qty);
    hear_count(order, report.cumulative_qty);
    outcome.fit = ReportFit::Unasked;
    outcome.to = state_of(order);
    return;
  }
  Amend& amend = order.amend;
  const std::uint16_t number = report.amend != 0 ? report.amend : amend.number;
  if (number > amend.number) {
    outcome.fit = ReportFit::Contradiction;
    return;
  }
  if (number <= amend.answered) {
    outcome.fit = ReportFit::Duplicate;
    return;
  }
  amend.answered = number;
  const bool latest = number == amend.number;
  if (report.kind != ReportKind::ReplaceRejected) {
    apply_replaced(order, report, latest);
  } else if (latest) {
    // Also of one that was given up: it changed nothing.
    order.amending = false;
    if (amend.old_ended) order.ends_as = OrderState::Cancelled;
  }
  hear_count(order, report.cumulative_qty);
  outcome.to = state_of(order);
}

void OrderLife::apply_replaced(Order& order, const OrderReport& report, bool latest) noexcept {
  Amend& amend = order.amend;
  const bool told = report.last_qty > Qty{} && report.last_price > Price{};
  // An earlier amend that the venue does not say the terms of: the later one decides anyway.
  if (!latest) {
    if (!told) return;
    const bool amending = order.amending;
    set_terms(order, report.last_price, report.last_qty);
    order.amending = amending;
    return;
  }
  const bool replacement = amend.style == AmendStyle::CancelReplace;
  amend.split = report.kind == ReportKind::ReplaceSplit;
  // What both come to when the venue does not say.
  order.amending = true;
  if (replacement && !amend.split && !amend.old_ended)
    end_old(order, std::max({order.told, order.filled, report.cumulative_qty}));
  const Qty qty = told ? report.last_qty : replacement ? order.qty_max() : amend.qty;
  if (replacement && report.venue_order_id != 0 && report.venue_order_id != order.venue_order_id) {
    amend.replaced_venue_id = order.venue_order_id;
    order.venue_order_id = report.venue_order_id;
  }
  set_terms(order, told ? report.last_price : amend.limit, qty);
  if (replacement && amend.old_ended && amend.new_ended) order.ends_as = OrderState::Cancelled;
}

bool OrderLife::settle_amend(Order& order, const OrderReport& report, MonoTime now) noexcept {
  if (!order.amended || is_terminal(order.state)) return false;
  Amend& amend = order.amend;
  if (amend.answered >= amend.number) return false;
  const bool other_order = amend.style == AmendStyle::CancelReplace && report.venue_order_id != 0 &&
                           order.venue_order_id != 0 &&
                           report.venue_order_id != order.venue_order_id &&
                           report.venue_order_id != amend.replaced_venue_id;
  const bool new_terms = amend.style == AmendStyle::InPlace &&
                         shows(report, amend.limit, amend.qty) &&
                         !shows(report, order.request.limit, order.request.qty);
  if (other_order || new_terms) {
    amend.answered = amend.number;
    apply_replaced(order, report, true);
    return true;
  }
  if (!order.amending) return false;
  if (report.amend == amend.number) {
    // It came there. Of an order that ended since nobody may tell by which terms: the count decides.
    if (amend.style == AmendStyle::InPlace && report.last_qty == Qty{}) return false;
    amend.answered = amend.number;  // and the terms are the old ones
  } else {
    if (order.absent_since_query) return false;
    order.absent_since_query = true;
    if (amend.absences < 255) ++amend.absences;
    if (amend.absences < absence_.answers || now - amend.sent_at < absence_.after_ns) return false;
  }
  // One that comes to effect later all the same is told by the venue, and counts again from then.
  order.amending = false;
  if (amend.old_ended) order.ends_as = OrderState::Cancelled;
  return true;
}

bool OrderLife::ends_one_leg(ReportOutcome& outcome, const OrderReport& report) noexcept {
  Order& order = *outcome.order;
  Amend& amend = order.amend;
  if (!order.amended || amend.style != AmendStyle::CancelReplace) return false;
  // The answer to a query is about all that bears our id. An old order that was filled was not
  // cancelled, and then nothing is placed.
  if (report.kind == ReportKind::Status &&
      (report.venue_order_id == 0 || report.state == OrderState::Filled))
    return false;
  const std::uint64_t id = report.venue_order_id;
  const std::uint64_t old_id = order.amending ? order.venue_order_id : amend.replaced_venue_id;
  const bool old = id == old_id || (order.amending && id == 0);
  if (!order.amending && !amend.split) {
    // One order works: the new one, or the old one where nothing came of the amend.
    const bool past = id != 0 && order.venue_order_id != 0 && id != order.venue_order_id;
    if (past) outcome.fit = ReportFit::Duplicate;
    return past;
  }
  if (id == 0 && !old) {
    outcome.fit = ReportFit::Duplicate;  // which of the two it does not say
    return true;
  }
  const bool again = old ? amend.old_ended : amend.new_ended;
  if (again) {
    outcome.fit = ReportFit::Duplicate;
    return true;
  }
  if (!old) {
    amend.new_ended = true;
  } else if (order.amending) {
    end_old(order, id != 0 ? report.cumulative_qty : std::max(order.filled, report.cumulative_qty));
  } else {
    amend.old_ended = true;
  }
  if (amend.old_ended && amend.new_ended) return false;
  outcome.to = state_of(order);
  return true;
}
}  // namespace sq::oms
