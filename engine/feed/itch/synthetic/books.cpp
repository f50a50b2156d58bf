#include "engine/feed/itch/synthetic/books.hpp"

#include <algorithm>

namespace sq::feed::itch::synthetic {
Books::Levels::iterator Books::place(Levels& levels, Side side, std::uint32_t price) {
  return std::lower_bound(levels.begin(), levels.end(), price,
                          [side](const Level& level, std::uint32_t wanted) {
                            return side == Side::Buy ? level.price < wanted : level.price > wanted;
                          });
}

std::uint32_t Books::add(const Order& order) {
  std::uint32_t slot = 0;
  if (free_.empty()) {
    slot = static_cast<std::uint32_t>(orders_.size());
    orders_.push_back(order);
  } else {
    slot = free_.back();
    free_.pop_back();
    orders_[slot] = order;
  }
  Order& added = orders_[slot];
  added.live_at = static_cast<std::uint32_t>(live_.size());
  live_.push_back(slot);
  added.behind = 0;
  added.ahead = 0;
  Levels& side = levels(order.symbol, order.side);
  const auto level = place(side, order.side, order.price);
  if (level == side.end() || level->price != order.price) {
    side.insert(level, Level{order.price, slot, slot});
    return slot;
  }
  added.ahead = level->last;
  orders_[level->last].behind = slot;
  level->last = slot;
  return slot;
}

void Books::remove(std::uint32_t slot) {
  Order& order = orders_[slot];
  Levels& side = levels(order.symbol, order.side);
  const auto level = place(side, order.side, order.price);
  if (order.ahead != 0) {
    orders_[order.ahead].behind = order.behind;
  } else {
    level->first = order.behind;
  }
  if (order.behind != 0) {
    orders_[order.behind].ahead = order.ahead;
  } else {
    level->last = order.ahead;
  }
  if (level->first == 0) side.erase(level);
  const std::uint32_t moved = live_.back();
  live_[order.live_at] = moved;
  orders_[moved].live_at = order.live_at;
  live_.pop_back();
  order.reference = 0;
  free_.push_back(slot);
}

std::uint32_t Books::best_price(std::uint16_t symbol, Side side) const {
  const Levels& side_levels = levels(symbol, side);
  return side_levels.empty() ? 0 : side_levels.back().price;
}

std::uint32_t Books::best_order(std::uint16_t symbol, Side side) const {
  const Levels& side_levels = levels(symbol, side);
  return side_levels.empty() ? 0 : side_levels.back().first;
}
}  // namespace sq::feed::itch::synthetic
