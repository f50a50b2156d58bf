// SimInstrument on order-by-order data: our place in a queue is known, not modelled. Before an order
// of ours stand exactly the market orders that were at its price when it came; each of them that
// leaves, by a trade or without one, moves us forward, and nobody else does. An execution of an order
// behind us would have been ours.
#include <algorithm>
#include <limits>

#include "engine/backtest/sim_instrument.hpp"

namespace sq::backtest {
namespace {
constexpr std::uint32_t kAll = std::numeric_limits<std::uint32_t>::max();
}

// Where a market order stands, when that matters to an order of ours.
struct SimInstrument::Place {
  bool known{false};
  Side side{Side::Buy};
  Price price{};
  Qty left{};
  std::uint32_t orders_ahead{0};  // among the market's
};

SimInstrument::Place SimInstrument::place_of(std::uint64_t order_id) noexcept {
  if (bids_.empty() && asks_.empty()) return {};
  const book::OrderFeed& feed = *view_.orders();
  const book::l3::OrderHandle handle = feed.find(order_id);
  if (handle == book::l3::OrderHandle::None) return {};
  const book::l3::OrderQueues& queues = feed.queues();
  Place place{true, queues.side(handle), feed.units().price_of(queues.tick(handle)),
              feed.units().qty_of(queues.lots(handle)), 0};
  // Walking to it costs its distance from the front: only where one of ours is in that queue.
  for (const OwnLevel& level : own(place.side).levels()) {
    if (level.price == place.price) place.orders_ahead = queues.position(handle).orders_ahead;
  }
  return place;
}

void SimInstrument::on_order(const RecordHeader& record, const EventTime& now) noexcept {
  const auto& order = payload_of<MarketOrder>(record);
  const Place place = place_of(order.order_id);
  const TradePrint* trade = view_.on_order(record);
  switch (order.action) {
    case OrderAction::Execute:
      if (place.known) {
        if (trade != nullptr) execute_order(place, order.qty);
        leave_queue(place, order.qty);
      }
      break;
    case OrderAction::Reduce:
      leave_queue(place, order.qty);
      break;
    case OrderAction::Delete:
    case OrderAction::Replace:
      leave_queue(place, place.left);
      break;
    case OrderAction::Modify: {
      const bool keeps = order.keeps_priority != 0 && order.price == place.price &&
                         order.qty <= place.left;
      leave_queue(place, keeps ? place.left - order.qty : place.left);
      break;
    }
    case OrderAction::Clear:
      forget_places();
      break;
    case OrderAction::HiddenTrade:
      if (trade != nullptr) {
        trade->aggressor_unknown != 0 ? on_unsided_trade(*trade) : on_trade(*trade, now);
      }
      break;
    case OrderAction::Add:
    case OrderAction::Fill:  // the print before it told the trade
      break;
  }
  if (order.event_end != 0) after_display_change(now, true);
}

// A market order traded: those of ours that stand before it would have.
void SimInstrument::execute_order(const Place& place, Qty qty) noexcept {
  OwnLevels& levels = own(place.side);
  for (OwnLevel& level : levels.levels()) {
    if (qty == Qty{} || !better_or_equal(place.side, level.price, place.price)) break;
    if (level.price != place.price) {
      qty = trade_through(place.side, level, qty);
      continue;
    }
    for (std::uint32_t slot = level.first; slot != kNoSlot && qty > Qty{};) {
      const std::uint32_t next = orders_[slot].next;
      if (orders_[slot].orders_ahead <= place.orders_ahead)
        qty = meet(place.side, level, slot, qty);
      slot = next;
    }
  }
  levels.drop_empty();
}

// `qty` of a market order left its place; all of what was left of it: the order is gone.
void SimInstrument::leave_queue(const Place& place, Qty qty) noexcept {
  if (!place.known) return;
  for (OwnLevel& level : own(place.side).levels()) {
    if (level.price != place.price) continue;
    for (std::uint32_t slot = level.first; slot != kNoSlot; slot = orders_[slot].next) {
      SimOrder& order = orders_[slot];
      if (order.orders_ahead <= place.orders_ahead) continue;
      order.ahead -= std::min(order.ahead, qty);
      if (qty >= place.left) --order.orders_ahead;
    }
    return;
  }
}

// A trade that names no order, at our price: who stands before us comes first.
Qty SimInstrument::print_at(Side side, OwnLevel& level, Qty volume) noexcept {
  Qty ours{};
  for (std::uint32_t slot = level.first; slot != kNoSlot;) {
    const std::uint32_t next = orders_[slot].next;
    const Qty before = orders_[slot].ahead + ours;
    if (volume <= before) break;  // the later ones of ours stand further back
    const Qty rest = meet(side, level, slot, volume - before);
    if (rest == Qty{}) break;
    ours += volume - before - rest;
    slot = next;
  }
  return Qty{};
}

void SimInstrument::join_queue(SimOrder& order) noexcept {
  const book::OrderFeed& feed = *view_.orders();
  const book::l3::LevelHandle queue = feed.queue_at(order.side, order.limit);
  order.orders_ahead = queue == book::l3::LevelHandle::None ? 0 : feed.queues().orders(queue);
}

// The book was built again: what stands there now, as far as so many stood before us.
void SimInstrument::rejoin_queue(Side side, OwnLevel& level) noexcept {
  const book::OrderFeed& feed = *view_.orders();
  const book::l3::OrderQueues& queues = feed.queues();
  const book::l3::LevelHandle queue = feed.queue_at(side, level.price);
  const bool empty = queue == book::l3::LevelHandle::None;
  for (std::uint32_t slot = level.first; slot != kNoSlot; slot = orders_[slot].next) {
    SimOrder& order = orders_[slot];
    std::uint64_t lots = 0;
    std::uint32_t orders = 0;
    for (auto at = empty ? book::l3::OrderHandle::None : queues.front(queue);
         at != book::l3::OrderHandle::None && orders < order.orders_ahead; at = queues.behind(at)) {
      lots += queues.lots(at);
      ++orders;
    }
    order.orders_ahead = orders;
    order.ahead = feed.units().qty_of(lots);
  }
}

// All orders left the book and come again, in an order that nobody tells: we stand behind them.
void SimInstrument::forget_places() noexcept {
  was_live_ = false;
  for (OwnLevels* levels : {&bids_, &asks_}) {
    for (OwnLevel& level : levels->levels()) {
      for (std::uint32_t slot = level.first; slot != kNoSlot; slot = orders_[slot].next)
        orders_[slot].orders_ahead = kAll;
    }
  }
}
}  // namespace sq::backtest
