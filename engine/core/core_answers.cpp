// What venues owe: orders that nobody answered, fills that have not come, cancels that were lost or
// refused. Silence is never taken for an answer: the venue is asked until it says how the order ended.
#include "engine/core/core.hpp"
#include "engine/core/strategy_context.hpp"

namespace sq::core {
void Core::ask_venues() noexcept {
  oms::OrderPool& orders = ledger_.orders().pool();
  // Each query moves its order's deadline into the future.
  while (oms::Order* order = answers_.due(orders, now_)) query(*order);
}

void Core::query(oms::Order& order) noexcept {
  const OrderState before = order.state;
  Record<ExternalQuery> query =
      make_record(RecordKind::QuerySent, ExternalQuery{order.request.id, order.venue_order_id});
  // The venue knows one that was placed outside by its own number only.
  if (order.request.id.epoch() != 0) query.header.length = record_length(sizeof(QueryRequest));
  decide(query.header, order.instrument);
  ledger_.apply(query.header);
  answers_.watch(order, ledger_.orders().pool());
  answers_.settle(ledger_.orders().pool());
  if (order.state != before) {
    auto changed = make_record(
        RecordKind::OrderChanged,
        OrderChanged{order.request.id, order.filled, before, order.state, RejectCode::None, {}});
    decide(changed.header, order.instrument);
    tell_strategy(order, {}, Qty{});
  }
  venues_.ask(query.header);
}

// After a restart: whatever was on its way when the process died.
void Core::watch_answers() noexcept {
  oms::OrderPool& orders = ledger_.orders().pool();
  answers_.clear();
  expiries_.clear();
  for (std::size_t i = 0; i < books_.size(); ++i) {
    orders.for_each_working(InstrumentId{static_cast<std::uint32_t>(i)}, [&](oms::Order& order) {
      order.watched = false;
      answers_.watch(order, orders);
      expiries_.watch(order, orders);
    });
  }
}

// A report may leave something to do: a cancel that the venue never got, or refused because it
// knows something that we do not.
void Core::after_answer(oms::Order& order, const OrderReport& report) noexcept {
  answers_.watch(order, ledger_.orders().pool());
  answers_.settle(ledger_.orders().pool());
  if (!ready_ || !order.working()) return;
  // Two orders work where one was asked for.
  if (order.amended && order.amend.split && !order.cancel_wanted)
    return cancel(order, CancelReason::ReplaceSplit);
  // A cancel that met the order it replaced.
  if (report.kind == ReportKind::Replaced && order.cancel_wanted)
    return cancel(order, CancelReason::Again, true);
  // Why a cancel is refused is asked once at once, and then as often as after any silence.
  if (report.kind == ReportKind::CancelRejected && order.queries == 0) return query(order);
  const bool works_there = report.kind == ReportKind::Status && !is_terminal(report.state) &&
                           report.state != OrderState::None;
  if (works_there && order.cancel_wanted && order.state != OrderState::AwaitingFills)
    cancel(order, CancelReason::Again, true);
}

void Core::tell_strategy(const oms::Order& order, const OrderReport& report, Qty fill,
                         Price price) noexcept {
  const std::size_t s = index_of(order.request.strategy);
  // Also in Stopped: what becomes of its own orders a strategy must know in every state.
  if (!ready_ || s >= strategies_.size()) return;
  strategy::OrderUpdate update;
  update.id = order.request.id;
  update.instrument = order.instrument;
  update.side = order.request.side;
  update.state = order.state;
  update.code = report.code;
  update.last_price = fill == Qty{} ? Price{} : price != Price{} ? price : report.last_price;
  update.last_qty = fill;
  update.filled = order.filled;
  update.remaining = order.remaining();
  update.limit = order.request.limit;
  update.qty = order.request.qty;
  update.tag = order.request.tag;
  telemetry::StageStamp stamp{stages_, telemetry::Stage::Strategy};
  strategies_[s].setup.strategy->on_order(update, *strategies_[s].context);
}
}  // namespace sq::core
