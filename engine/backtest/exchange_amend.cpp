// SimulatedExchange: new terms for an order that works. In place: Simulated and spot keep the queue
// position of an order that only gets smaller; USD-M always loses it, forgets the self-trade mode,
// and cancels an order that would have nothing left or, post-only, would take. Replacement: the old
// order is cancelled, and then what was asked for is placed, which can fail by itself.
// Source: Binance spot order.amend.keepPriority and order.cancelReplace (STOP_ON_FAILURE), USD-M
// order.modify, as of 2026-11; faults X07, X10.
#include <algorithm>

#include "engine/backtest/exchange.hpp"

namespace sq::backtest {
void SimulatedExchange::on_amend(const AmendRequest& request, InstrumentId instrument) noexcept {
  OrderFate* fate = index_.find(request.id);
  if (fate == nullptr || fate->slot == kNoSlot) {
    refuse_amend(request, fate == nullptr ? OrderFate{} : *fate, instrument,
                 RejectCode::UnknownOrder);
    return;
  }
  fate->amend = request.number;
  if (request.style == AmendStyle::CancelReplace) {
    cancel_replace(request, fate->slot);
  } else {
    amend_in_place(request, fate->slot);
  }
}

void SimulatedExchange::amend_in_place(const AmendRequest& request, std::uint32_t slot) noexcept {
  SimOrder& order = orders_[slot];
  SimInstrument& market = *find(order.instrument);
  const OrderFate fate = *index_.find(order.id);
  const bool futures = market.instrument().venue == VenueId::BinanceUsdm;
  const bool nothing_left = request.qty <= order.filled;
  const bool takes =
      order.tif == TimeInForce::PostOnly && market.would_take(order.side, request.limit);
  if (nothing_left || takes) {
    const RejectCode code = nothing_left ? RejectCode::NothingLeft : RejectCode::WouldTake;
    if (!futures) return refuse_amend(request, fate, order.instrument, code);
    end(slot, OrderState::Cancelled, ReportKind::Cancelled, code);
    return market.remove(slot);
  }
  const RejectCode code = judge_terms(order, market, request.limit, request.qty - order.filled);
  if (code != RejectCode::None) return refuse_amend(request, fate, order.instrument, code);
  const bool keeps_place = !futures && request.limit == order.limit && request.qty <= order.qty;
  if (!keeps_place) market.withdraw(slot);
  order.limit = request.limit;
  order.qty = request.qty;
  if (futures) order.self_trade = SelfTrade::None;
  report_replaced(request, order);
  if (!keeps_place) work(slot, market);
}

void SimulatedExchange::cancel_replace(const AmendRequest& request, std::uint32_t slot) noexcept {
  SimOrder& order = orders_[slot];
  SimInstrument& market = *find(order.instrument);
  OrderFate& fate = *index_.find(order.id);
  end(slot, OrderState::Cancelled, ReportKind::Cancelled, RejectCode::None);
  market.withdraw(slot);
  release_reserve(order, 0);
  const Qty wanted = request.qty - request.filled;
  RejectCode code = RejectCode::None;
  if (order.tif == TimeInForce::PostOnly && market.would_take(order.side, request.limit))
    code = RejectCode::WouldTake;
  if (code == RejectCode::None) code = judge_terms(order, market, request.limit, wanted);
  if (code != RejectCode::None) {
    refuse_amend(request, fate, order.instrument, code);
    return on_gone(slot);
  }
  order.ended = false;
  order.limit = request.limit;
  order.qty = order.filled + wanted;
  order.venue_order_id = ++venue_order_ids_[static_cast<std::size_t>(market.instrument().venue)];
  fate.venue_order_id = order.venue_order_id;
  fate.state = OrderState::Open;
  report_replaced(request, order);
  work(slot, market);
}

RejectCode SimulatedExchange::judge_terms(SimOrder& order, SimInstrument& market, Price limit,
                                          Qty remaining) noexcept {
  const Instrument& instrument = market.instrument();
  if (instrument.status != InstrumentStatus::Trading || !market.live()) return RejectCode::Halted;
  if (remaining <= Qty{} || limit <= Price{}) return RejectCode::Filter;
  if (model_.filters && check_filters(instrument, limit, remaining) != FilterBreach::None)
    return RejectCode::Filter;
  SimOrder after = order;
  after.limit = limit;
  after.qty = remaining;
  after.filled = Qty{};
  if (const RejectCode code = check_band(after, market); code != RejectCode::None) return code;
  // What the old terms hold is free for the new ones, and held again when those cannot be had.
  const SimOrder before = order;
  const bool spot = instrument.kind == InstrumentKind::Spot;
  const std::uint32_t index = index_of(order.instrument);
  const Holding holding = spot ? pays_with(order) : Holding{};
  const bool margin = !spot && margined(index);
  const MarginPosition position =
      margin ? margin_.position(order.account, index) : MarginPosition{};
  release_reserve(order, 0);
  after.reserved = after.open_loss = 0;
  const RejectCode code = reserve_for(after, market);
  const SimOrder& holds = code == RejectCode::None ? after : before;
  order.reserved = holds.reserved;
  order.open_loss = holds.open_loss;
  if (code == RejectCode::None) return code;
  if (spot) {
    pays_with(order) = holding;
  } else if (margin) {
    margin_.position(order.account, index) = position;
  }
  return code;
}

void SimulatedExchange::refuse_amend(const AmendRequest& request, const OrderFate& fate,
                                     InstrumentId instrument, RejectCode code) noexcept {
  OrderReport refused;
  refused.id = request.id;
  refused.venue_order_id = fate.venue_order_id;
  refused.cumulative_qty = fate.filled;
  refused.kind = ReportKind::ReplaceRejected;
  refused.code = code;
  refused.amend = request.number;
  report(refused, instrument);
}

void SimulatedExchange::report_replaced(const AmendRequest& request,
                                        const SimOrder& order) noexcept {
  OrderReport replaced;
  replaced.id = order.id;
  replaced.venue_order_id = order.venue_order_id;
  replaced.last_price = order.limit;
  replaced.last_qty = order.qty;
  replaced.cumulative_qty = order.filled;
  replaced.kind = ReportKind::Replaced;
  replaced.amend = request.number;
  report(replaced, order.instrument);
}
}  // namespace sq::backtest
