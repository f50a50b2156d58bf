#include "engine/feed/simulated/order_book.hpp"

#include <algorithm>

namespace sq::feed::simulated {
const OrderBook::Level* OrderBook::level_at(BookSide side, Tick price) const noexcept {
  const Levels& all = levels(side);
  const auto found = all.find(key_of(side, price));
  return found == all.end() ? nullptr : &found->second;
}

Lots OrderBook::lots_at(BookSide side, Tick price) const noexcept {
  const Level* level = level_at(side, price);
  return level == nullptr ? 0 : level->lots;
}

Tick OrderBook::nearest(BookSide side, Tick price) const noexcept {
  const Levels& all = levels(side);
  const Tick key = key_of(side, price);
  auto after = all.lower_bound(key);
  if (after == all.end()) return key_of(side, std::prev(after)->first);
  if (after == all.begin() || after->first == key) return key_of(side, after->first);
  const auto before = std::prev(after);
  const bool nearer_before = key - before->first < after->first - key;
  return key_of(side, nearer_before ? before->first : after->first);
}

OrderRef OrderBook::add(BookSide side, Tick price, Lots lots) {
  std::uint32_t slot = 0;
  if (free_.empty()) {
    slot = static_cast<std::uint32_t>(orders_.size());
    orders_.emplace_back();
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  Level& level = own_levels(side)[key_of(side, price)];
  Order& order = orders_[slot];
  order.lots = lots;
  order.price = price;
  order.side = side;
  order.live = true;
  order.earlier = level.last;
  order.later = kNone;
  (level.last == kNone ? level.first : orders_[level.last].later) = slot;
  level.last = slot;
  level.lots += lots;
  ++level.orders;
  mark(side, price);
  return {slot, order.generation};
}

void OrderBook::unlink(Levels::iterator level, std::uint32_t slot) noexcept {
  Order& order = orders_[slot];
  Level& queue = level->second;
  (order.earlier == kNone ? queue.first : orders_[order.earlier].later) = order.later;
  (order.later == kNone ? queue.last : orders_[order.later].earlier) = order.earlier;
  queue.lots -= order.lots;
  --queue.orders;
  order.live = false;
  ++order.generation;
  free_.push_back(slot);
  if (queue.orders == 0) own_levels(order.side).erase(level);
}

void OrderBook::cancel(std::uint32_t slot) noexcept {
  const Order& order = orders_[slot];
  mark(order.side, order.price);
  unlink(own_levels(order.side).find(key_of(order.side, order.price)), slot);
}

Lots OrderBook::take(BookSide side, Tick limit, Lots lots, std::vector<Match>& matches) {
  Levels& all = own_levels(side);
  while (lots > 0 && !all.empty()) {
    const auto level = all.begin();
    if (level->first > key_of(side, limit)) break;
    const std::uint32_t slot = level->second.first;
    Order& order = orders_[slot];
    const Lots matched = std::min(lots, order.lots);
    matches.push_back({order.price, matched});
    mark(side, order.price);
    lots -= matched;
    if (matched == order.lots) {
      unlink(level, slot);
    } else {
      order.lots -= matched;
      level->second.lots -= matched;
    }
  }
  return lots;
}
}  // namespace sq::feed::simulated
