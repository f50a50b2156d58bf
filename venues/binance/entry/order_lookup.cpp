#include "venues/binance/entry/order_lookup.hpp"

#include <algorithm>

#include "engine/types/wire_id.hpp"
#include "venues/binance/entry/rest_paths.hpp"

namespace sq::binance {
std::optional<RestAsk> OrderLookup::next() {
  if (outcome_ != Outcome::Asking) return std::nullopt;
  const Instrument* const instrument = context_.reader.find(subject_.instrument);
  if (instrument == nullptr) {
    outcome_ = Outcome::Failed;
    return std::nullopt;
  }
  RestAsk ask;
  if (order_) {
    ask = ask_trades(context_, *instrument);
    ask.query.append("&orderId=").append(std::to_string(order_->venue_order_id));
    if (from_trade_ != 0) ask.query.append("&fromId=").append(std::to_string(from_trade_));
    ask.cost.weight = 5;
    return ask;
  }
  ask.path = context_.spot() ? "/api/v3/order" : "/fapi/v1/order";
  ask.query = symbol_query(*instrument);
  const auto wire = to_wire(context_.settings.instance, subject_.id);
  if (subject_.foreign || !wire) {
    ask.query.append("&orderId=").append(std::to_string(subject_.venue_order_id));
  } else {
    ask.query.append("&origClientOrderId=").append(wire->view());
  }
  ask.cost.weight = context_.spot() ? 4 : 1;
  return ask;
}

void OrderLookup::on_answer(const RestAnswer& answer) {
  if (order_) {
    on_trades(answer);
  } else {
    on_order(answer);
  }
}

void OrderLookup::on_order(const RestAnswer& answer) {
  outcome_ = Outcome::Failed;
  if (answer.outcome != net::HttpClient::Outcome::Answered) return;
  if (!answer.told()) {
    const VenueAnswer said = context_.reader.read_error(answer.status, answer.body);
    const Meaning meaning = meaning_of(context_.where.venue, RequestKind::Query, said);
    if (meaning.fate == Fate::NotFound) outcome_ = Outcome::NotFound;
    return;
  }
  auto told = context_.reader.read_order(answer.body);
  const bool asked_for = told && told->instrument == subject_.instrument &&
                         (subject_.foreign ? told->venue_order_id == subject_.venue_order_id
                                           : told->id == subject_.id);
  if (!asked_for || told->state == OrderState::None || told->state == OrderState::Unknown) {
    ++context_.counters.malformed;
    return;
  }
  order_ = *told;
  outcome_ = order_->filled > Qty{} ? Outcome::Asking : Outcome::Found;
}

void OrderLookup::on_trades(const RestAnswer& answer) {
  std::uint64_t last = 0;
  std::size_t rows = 0;
  if (!answer.told() || !context_.reader.read_trades(answer.body, trades_, last, rows)) {
    outcome_ = Outcome::Failed;
    return;
  }
  const bool more = rows >= kRowsMax;
  if (more && last < from_trade_) {  // the venue goes in circles
    outcome_ = Outcome::Failed;
    return;
  }
  from_trade_ = last + 1;
  if (!more) outcome_ = Outcome::Found;
}

void OrderLookup::report() {
  OrderReport report;
  report.id = subject_.id;
  if (outcome_ == Outcome::NotFound) {
    report.kind = ReportKind::Status;
    report.code = RejectCode::UnknownOrder;
    return context_.out.report(report, subject_.instrument, context_.venue_now());
  }
  report.venue_order_id = order_->venue_order_id;
  if (!subject_.foreign)
    context_.names.remember(subject_.instrument, order_->venue_order_id, subject_.id);
  std::sort(trades_.begin(), trades_.end(),
            [](const ToldTrade& a, const ToldTrade& b) { return a.trade_id < b.trade_id; });
  Qty sum{};
  for (const ToldTrade& trade : trades_) {
    if (trade.venue_order_id != order_->venue_order_id) continue;
    OrderReport fill = fill_of(trade, ReportKind::Filled);
    fill.id = subject_.id;
    sum += trade.qty;
    fill.cumulative_qty = sum;
    context_.out.report(fill, subject_.instrument, trade.at);
  }
  report.kind = ReportKind::Status;
  report.state = order_->state;
  report.last_price = order_->limit;
  report.last_qty = order_->qty;
  // A fill between the two requests is in the list already.
  report.cumulative_qty = std::max(order_->filled, sum);
  context_.out.report(report, subject_.instrument, order_->at);
  if (subject_.foreign) return;
  if (is_terminal(order_->state)) {
    context_.working.remove(subject_.id);
  } else {
    static_cast<void>(context_.working.add(
        {subject_.id, order_->venue_order_id, report.cumulative_qty, subject_.instrument, true}));
  }
}
}  // namespace sq::binance
