// Cancels out, one record an order. What is decided together for one instrument is marked as a
// group: a venue's thread may send it as one message, whose answer alone ends no order.
// Source: controls A01, A16, P28; faults X06, X22.
#include "engine/core/core.hpp"

namespace sq::core {
// Somebody else's order is left alone without a policy.
bool Core::cancels(const oms::Order& order, bool again) const noexcept {
  if (!order.working() || order.state == OrderState::AwaitingFills) return false;
  if (order.cancel_sent && !again) return false;
  return !order.adopted() || external_orders_ == settings::ExternalOrders::Cancel;
}

void Core::cancel(oms::Order& order, CancelReason reason, bool again, CancelGroup group) noexcept {
  if (!cancels(order, again)) return;
  CancelRequest request;
  request.id = order.request.id;
  request.strategy = order.request.strategy;
  request.account = order.request.account;
  request.reason = reason;
  request.group = group;
  const auto leave = [&](auto record) {
    decide(record.header, order.instrument);
    ledger_.apply(record.header);
    answers_.watch(order, ledger_.orders().pool());
    answers_.settle(ledger_.orders().pool());
    venues_.ask(record.header);
  };
  if (order.request.id.epoch() != 0) [[likely]]
    return leave(make_record(RecordKind::CancelSent, request));
  leave(make_record(RecordKind::CancelSent, ExternalCancel{request, order.venue_order_id}));
}

// A message that cancels everything there would also end what people placed outside, and what is
// sent meanwhile: only where that is wanted, and the gate is closed.
template <class Covers>
void Core::cancel_together(InstrumentId instrument, CancelReason reason, bool again, bool closed,
                           Covers&& covers) noexcept {
  oms::OrderPool& orders = ledger_.orders().pool();
  std::size_t left = 0;
  bool all = closed && external_orders_ == settings::ExternalOrders::Cancel;
  orders.for_each_working(instrument, [&](const oms::Order& order) {
    if (!covers(order)) {
      all = false;
    } else if (cancels(order, again)) {
      ++left;
    }
  });
  const bool together = left > 1;
  orders.for_each_working(instrument, [&](oms::Order& order) {
    if (!covers(order) || !cancels(order, again)) return;
    --left;
    CancelGroup group = CancelGroup::Alone;
    if (together && all)
      group = left == 0 ? CancelGroup::LastOfAll : CancelGroup::All;
    else if (together)
      group = left == 0 ? CancelGroup::LastOfSome : CancelGroup::Some;
    cancel(order, reason, again, group);
  });
}

void Core::cancel_all(StrategyId strategy, InstrumentId instrument, CancelReason reason,
                      bool again) noexcept {
  // After a restart nobody trades before the venues were asked.
  const bool closed = strategy == kNoStrategy && reason == CancelReason::Recovery;
  for (std::size_t i = 0; i < books_.size(); ++i) {
    const auto id = InstrumentId{static_cast<std::uint32_t>(i)};
    if (instrument != kNoInstrument && instrument != id) continue;
    cancel_together(id, reason, again, closed, [&](const oms::Order& order) {
      return strategy == kNoStrategy || order.request.strategy == strategy;
    });
  }
}

// Cancels that were sent before are sent again: they may never have arrived, and until there is
// proof the venue is asked (core_answers.cpp).
void Core::cancel_scope(const KillScope& scope, CancelReason reason) noexcept {
  // A strategy that is killed is not alone on its instruments.
  const bool closed = reason == CancelReason::Kill && scope.kind != KillScopeKind::Strategy;
  for (std::size_t i = 0; i < books_.size(); ++i) {
    const auto id = InstrumentId{static_cast<std::uint32_t>(i)};
    const VenueId venue = ledger_.portfolio().instruments()[i].venue;
    cancel_together(id, reason, true, closed, [&](const oms::Order& order) {
      const OrderRequest& request = order.request;
      return risk::covers(scope, venue, request.account, request.strategy, id);
    });
  }
}
}  // namespace sq::core
