#include "engine/book/surveillance/near_book.hpp"

namespace sq::book::surveillance {
NearDepth NearBook::depth(Side side, std::uint32_t levels) const noexcept {
  NearDepth near;
  std::uint32_t found = 0;
  const auto add = [&](Price price, Qty qty) {
    near.full = ++found == levels;
    near.worst = price;
    near.qty = Qty::sum(near.qty, qty).value_or(Qty::max());
  };
  if (orders_ != nullptr) {
    const l3::OrderQueues& queues = orders_->queues();
    const std::uint32_t count = queues.levels(orders_->book(), side);
    for (std::uint32_t rank = 0; rank < count && rank < levels; ++rank) {
      const l3::LevelHandle level = queues.level_at(orders_->book(), side, rank);
      add(orders_->units().price_of(queues.tick(level)),
          orders_->units().qty_of(queues.lots(level)));
    }
    return near;
  }
  Level level = levels_->best(side);
  for (std::uint32_t rank = 0; rank < levels && level.qty != Qty{}; ++rank) {
    add(level.price, level.qty);
    if (!levels_->next(side, level)) break;
  }
  return near;
}
}  // namespace sq::book::surveillance
