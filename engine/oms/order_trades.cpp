// OrderLife: fills, and what a venue makes of them afterwards. A bust or correction changes the
// books, not what an order has left: a venue that gives the quantity back says so by other reports.
// Source: faults X06, X07, X16, X17; control T04.
#include "engine/oms/order_life.hpp"

namespace sq::oms {
void OrderLife::apply_fill(ReportOutcome& outcome, const RecordHeader& header) noexcept {
  const auto& report = payload_of<OrderReport>(header);
  if (report.last_qty <= Qty{} || report.last_price <= Price{}) {
    outcome.fit = ReportFit::Contradiction;
    return;
  }
  if (KnownTrade* known = pool_.find_trade(*outcome.order, report.trade_id))
    return apply_known_fill(outcome, *known, report);
  take_fill(outcome, header, false);
}

// A fill whose id is known: told again, or after its own bust or correction.
void OrderLife::apply_known_fill(ReportOutcome& outcome, KnownTrade& trade,
                                 const OrderReport& report) noexcept {
  Order& order = *outcome.order;
  if (!trade.early) {
    outcome.fit = ReportFit::Duplicate;
    return;
  }
  const auto filled = Qty::sum(order.filled - trade.executed, report.last_qty);
  if (!filled) {
    outcome.fit = ReportFit::Contradiction;
    return;
  }
  trade.early = false;
  outcome.fill = report.last_qty - trade.executed;
  trade.executed = report.last_qty;
  if (trade.busted) outcome.booking = Booking::Void;
  order.filled = *filled;
  if (is_terminal(order.state)) return;
  hear_count(order, report.cumulative_qty);
  outcome.to = state_of(order);
}

void OrderLife::take_fill(ReportOutcome& outcome, const RecordHeader& header, bool early) noexcept {
  Order& order = *outcome.order;
  const auto& report = payload_of<OrderReport>(header);
  // A fill that found no room in the memory is not known by its id: the venue's count decides.
  if (order.trades_lost && report.cumulative_qty != Qty{} &&
      report.cumulative_qty <= order.filled) {
    outcome.fit = ReportFit::Duplicate;
    return;
  }
  const auto filled = Qty::sum(order.filled, report.last_qty);
  if (!filled) {
    outcome.fit = ReportFit::Contradiction;
    return;
  }
  if (KnownTrade* trade = pool_.add_trade(order, report.trade_id)) {
    trade->price = report.last_price;
    trade->qty = trade->executed = report.last_qty;
    trade->fee = report.fee.raw;
    trade->early = early;
  } else {
    order.trades_lost = true;
  }
  outcome.booking = Booking::Fill;
  outcome.fill = report.last_qty;
  outcome.side = report.side != 0 ? static_cast<Side>(report.side) : order.request.side;
  outcome.instrument = header.instrument != kNoInstrument ? header.instrument : order.instrument;
  const bool buy = order.request.side == Side::Buy;
  const Price limit = order.worst_limit();
  const bool beyond =
      limit > Price{} && !early && (buy ? report.last_price > limit : report.last_price < limit);
  if (*filled > order.qty_max()) {
    outcome.fit = ReportFit::Overfill;
  } else if (is_terminal(order.state)) {
    outcome.fit = ReportFit::LateFill;
  } else if (outcome.side != order.request.side || outcome.instrument != order.instrument ||
             beyond) {
    outcome.fit = ReportFit::Mismatch;
  }
  order.filled = *filled;
  if (is_terminal(order.state)) return;  // a late fill changes the books, not the state
  hear_count(order, report.cumulative_qty);
  outcome.to = state_of(order);
}

void OrderLife::apply_bust(ReportOutcome& outcome, const OrderReport& report) noexcept {
  Order& order = *outcome.order;
  KnownTrade* trade = pool_.find_trade(order, report.trade_id);
  if (trade == nullptr) {
    outcome.fit = ReportFit::UnknownTrade;
    trade = pool_.add_trade(order, report.trade_id);
    if (trade != nullptr) trade->early = trade->busted = true;
    return;
  }
  if (trade->busted) {
    outcome.fit = ReportFit::Duplicate;
    return;
  }
  trade->busted = true;
  outcome.booking = Booking::Bust;
}

void OrderLife::apply_correction(ReportOutcome& outcome, const RecordHeader& header) noexcept {
  Order& order = *outcome.order;
  const auto& report = payload_of<OrderReport>(header);
  if (report.last_qty <= Qty{} || report.last_price <= Price{}) {
    outcome.fit = ReportFit::Contradiction;
    return;
  }
  KnownTrade* trade = pool_.find_trade(order, report.trade_id);
  if (trade == nullptr) {
    // The fill itself has not come: this is what it was.
    take_fill(outcome, header, true);
    if (outcome.fit == ReportFit::Applied) outcome.fit = ReportFit::UnknownTrade;
    return;
  }
  if (trade->busted) {
    // It was executed all the same, for about that much until the fill itself tells.
    if (trade->early && trade->executed == Qty{}) {
      apply_known_fill(outcome, *trade, report);
      trade->early = outcome.fit != ReportFit::Contradiction;
      return;
    }
    outcome.fit = trade->early ? ReportFit::Duplicate : ReportFit::Contradiction;
    return;
  }
  if (trade->price == report.last_price && trade->qty == report.last_qty &&
      trade->fee == report.fee.raw) {
    outcome.fit = ReportFit::Duplicate;
    return;
  }
  trade->price = report.last_price;
  trade->qty = report.last_qty;
  trade->fee = report.fee.raw;
  outcome.booking = Booking::Correction;
}
}  // namespace sq::oms
