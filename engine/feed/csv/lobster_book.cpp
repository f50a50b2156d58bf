#include "engine/feed/csv/lobster_book.hpp"

#include <algorithm>

namespace sq::feed::csv {
namespace {
MarketOrder change_of(std::uint64_t id, OrderAction action, Side side, Price price, Qty qty) {
  MarketOrder record;
  record.order_id = id;
  record.action = action;
  record.side = side;
  record.price = price;
  record.qty = qty;
  return record;
}
}  // namespace

const LobsterBook::Order* LobsterBook::find(std::uint64_t id) const {
  const auto found = orders_.find(id);
  return found == orders_.end() ? nullptr : &found->second;
}

void LobsterBook::change(Side side, Price price, Qty by, Qty anonymous_by) {
  Levels& levels = side_of(side);
  PriceLevel& level = levels[key(side, price)];
  level.qty += by;
  level.anonymous += anonymous_by;
  if (level.qty == Qty{} && level.orders.empty()) levels.erase(key(side, price));
}

void LobsterBook::add(std::uint64_t id, const Order& order) {
  orders_[id] = order;
  side_of(order.side)[key(order.side, order.price)].orders.push_back(id);
  change(order.side, order.price, order.qty, Qty{});
}

void LobsterBook::take(std::uint64_t id, Qty qty) {
  Order& order = orders_[id];
  const Order before = order;
  order.qty -= qty;
  if (order.qty == Qty{}) {
    std::erase(side_of(before.side)[key(before.side, before.price)].orders, id);
    orders_.erase(id);
  }
  change(before.side, before.price, -qty, Qty{});
}

void LobsterBook::add_anonymous(Side side, Price price, Qty qty) { change(side, price, qty, qty); }
void LobsterBook::take_anonymous(Side side, Price price, Qty qty) {
  change(side, price, -qty, -qty);
}
Qty LobsterBook::anonymous(Side side, Price price) const {
  const Levels& levels = sides_[side == Side::Sell];
  const auto found = levels.find(key(side, price));
  return found == levels.end() ? Qty{} : found->second.anonymous;
}

void LobsterBook::mend(Side side, Price price, Qty qty, std::vector<MarketOrder>& records) {
  const auto found = side_of(side).find(key(side, price));
  const PriceLevel level = found == side_of(side).end() ? PriceLevel{} : found->second;
  const std::uint64_t id = anonymous_id(side, price);
  if (level.qty < qty) {
    const Qty more = qty - level.qty;
    // The anonymous order is one: it grows by being put in again.
    if (level.anonymous != Qty{})
      records.push_back(change_of(id, OrderAction::Delete, side, price, level.anonymous));
    records.push_back(change_of(id, OrderAction::Add, side, price, level.anonymous + more));
    add_anonymous(side, price, more);
    return;
  }
  Qty less = level.qty - qty;
  if (const Qty taken = std::min(less, level.anonymous); taken != Qty{}) {
    const bool all = taken == level.anonymous;
    records.push_back(
        change_of(id, all ? OrderAction::Delete : OrderAction::Reduce, side, price, taken));
    take_anonymous(side, price, taken);
    less -= taken;
  }
  for (auto youngest = level.orders.rbegin(); youngest != level.orders.rend() && less != Qty{};
       ++youngest) {
    const Qty has = orders_[*youngest].qty;
    const Qty taken = std::min(less, has);
    records.push_back(change_of(*youngest, taken == has ? OrderAction::Delete : OrderAction::Reduce,
                                side, price, taken));
    take(*youngest, taken);
    less -= taken;
  }
}
}  // namespace sq::feed::csv
