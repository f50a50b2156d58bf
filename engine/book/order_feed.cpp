#include "engine/book/order_feed.hpp"

#include <stdexcept>

namespace sq::book {
using l3::Outcome;

namespace {
OrderFeedSettings checked(const OrderFeedSettings& settings) {
  if (settings.tick <= Price{} || settings.lot <= Qty{})
    throw std::invalid_argument("book: an order-by-order book needs a tick and a lot above 0");
  return settings;
}
l3::BooksSettings books_settings(const OrderFeedSettings& settings) {
  l3::BooksSettings books;
  // Every order may be a level of its own.
  books.pools = {.books = 1, .orders_max = settings.orders_max, .levels_max = settings.orders_max};
  return books;
}
}  // namespace

OrderFeed::OrderFeed(const OrderFeedSettings& settings)
    : own_{std::make_unique<l3::L3Books>(books_settings(checked(settings)))},
      books_{own_.get()},
      units_{settings.tick, settings.lot} {}

Outcome OrderFeed::convert(const MarketOrder& order, l3::Tick& tick,
                           l3::Lots& lots) const noexcept {
  if (!units_.to_tick(order.price, tick)) return Outcome::BadPrice;
  if (!units_.to_lots(order.qty, lots)) return Outcome::BadQuantity;
  return Outcome::Ok;
}

void OrderFeed::note_level(Side side, l3::Tick tick, Change& change) const noexcept {
  const l3::LevelHandle level = queues().find_level(book_, side, tick);
  const std::uint64_t lots = level == l3::LevelHandle::None ? 0 : queues().lots(level);
  change.levels[change.level_count++] = {side, {units_.price_of(tick), units_.qty_of(lots)}};
}

void OrderFeed::add(const MarketOrder& order, Change& change) noexcept {
  l3::Tick tick = 0;
  l3::Lots lots = 0;
  change.outcome = convert(order, tick, lots);
  if (change.outcome == Outcome::Ok)
    change.outcome = books_->add(book_, order.order_id, order.side, tick, lots);
  if (change.outcome == Outcome::Ok) note_level(order.side, tick, change);
}

// Execute and Reduce.
void OrderFeed::take(const MarketOrder& order, WallTime at, Change& change) noexcept {
  l3::Lots lots = 0;
  if (!units_.to_lots(order.qty, lots)) {
    change.outcome = Outcome::BadQuantity;
    return;
  }
  l3::Execution execution;
  change.outcome = books_->execute(book_, order.order_id, lots, execution);
  if (change.outcome != Outcome::Ok) return;
  note_level(execution.side, execution.tick, change);
  change.at_best = execution.at_best;
  if (order.action != OrderAction::Execute || order.printable == 0) return;
  TradePrint trade;
  trade.first_trade_id = trade.last_trade_id = order.match_id;
  trade.price = order.priced != 0 ? order.price : units_.price_of(execution.tick);
  trade.qty = order.qty;
  trade.transaction_time = at;
  trade.aggressor = opposite(execution.side);
  change.trade = trade;
}

void OrderFeed::remove(std::uint64_t id, Change& change) noexcept {
  const l3::OrderHandle handle = books_->find(id);
  if (handle == l3::OrderHandle::None) {
    change.outcome = Outcome::UnknownOrder;
    return;
  }
  const Side side = queues().side(handle);
  const l3::Tick tick = queues().tick(handle);
  change.outcome = books_->remove(book_, id);
  if (change.outcome == Outcome::Ok) note_level(side, tick, change);
}

void OrderFeed::replace(const MarketOrder& order, std::uint64_t new_id, Change& change) noexcept {
  l3::Tick tick = 0;
  l3::Lots lots = 0;
  const l3::OrderHandle handle = books_->find(order.order_id);
  change.outcome = handle == l3::OrderHandle::None ? Outcome::UnknownOrder
                                                   : convert(order, tick, lots);
  if (change.outcome != Outcome::Ok) return;
  const Side side = queues().side(handle);
  const l3::Tick before = queues().tick(handle);
  change.outcome = books_->replace(book_, order.order_id, new_id, tick, lots);
  if (change.outcome != Outcome::Ok) return;
  note_level(side, before, change);
  if (tick != before) note_level(side, tick, change);
}

// Smaller at the same price keeps its place where the venue says so; all else goes to the end.
void OrderFeed::modify(const MarketOrder& order, Change& change) noexcept {
  const l3::OrderHandle handle = books_->find(order.order_id);
  l3::Tick tick = 0;
  l3::Lots lots = 0;
  if (handle != l3::OrderHandle::None && order.keeps_priority != 0 &&
      convert(order, tick, lots) == Outcome::Ok && tick == queues().tick(handle) &&
      lots <= queues().lots(handle)) {
    const l3::Lots left = queues().lots(handle);
    const Side side = queues().side(handle);
    if (lots < left) change.outcome = books_->reduce(book_, order.order_id, left - lots);
    if (change.outcome == Outcome::Ok) note_level(side, tick, change);
    return;
  }
  replace(order, order.order_id, change);
}

OrderFeed::Change OrderFeed::apply(const RecordHeader& record) noexcept {
  const auto& order = payload_of<MarketOrder>(record);
  Change change;
  switch (order.action) {
    case OrderAction::Add: add(order, change); break;
    case OrderAction::Execute:
    case OrderAction::Reduce: take(order, record.venue_time, change); break;
    case OrderAction::Delete: remove(order.order_id, change); break;
    case OrderAction::Replace: replace(order, order.new_order_id, change); break;
    case OrderAction::Modify: modify(order, change); break;
    case OrderAction::Clear:
      clear();
      change.cleared = true;
      break;
    case OrderAction::HiddenTrade:
      if (order.printable != 0) {
        TradePrint trade;
        trade.first_trade_id = trade.last_trade_id = order.match_id;
        trade.price = order.price;
        trade.qty = order.qty;
        trade.transaction_time = record.venue_time;
        trade.aggressor_unknown = order.side_known == 0 ? 1 : 0;
        trade.aggressor = opposite(order.side);
        change.trade = trade;
      }
      break;
    case OrderAction::Fill: break;
  }
  return change;
}

std::optional<OrderFeed::Place> OrderFeed::place_of(std::uint64_t order_id) const noexcept {
  const l3::OrderHandle handle = books_->find(order_id);
  if (handle == l3::OrderHandle::None) return std::nullopt;
  const l3::OrderQueues::Position position = queues().position(handle);
  return Place{queues().side(handle),
               {units_.price_of(queues().tick(handle)), units_.qty_of(queues().lots(handle))},
               units_.qty_of(position.lots_ahead),
               position.orders_ahead};
}
}  // namespace sq::book
