#include "engine/book/l3/order_queues.hpp"

#include <stdexcept>

namespace sq::book::l3 {
namespace {
constexpr std::uint32_t kBooksMax = 1U << 20;
constexpr std::uint32_t kOrdersMax = 1U << 30;
constexpr std::uint32_t kLevelsMax = 1U << 28;

// Before anything is allocated.
const PoolSettings& checked(const PoolSettings& settings) {
  const auto within = [](std::uint32_t value, std::uint32_t max) {
    return value >= 1 && value <= max;
  };
  if (!within(settings.books, kBooksMax)) {
    throw std::invalid_argument("L3 pools: books must be 1 to 2^20");
  }
  if (!within(settings.orders_max, kOrdersMax)) {
    throw std::invalid_argument("L3 pools: orders_max must be 1 to 2^30");
  }
  if (!within(settings.levels_max, kLevelsMax)) {
    throw std::invalid_argument("L3 pools: levels_max must be 1 to 2^28");
  }
  return settings;
}

std::uint32_t deep_levels(const PoolSettings& settings) {
  const std::uint32_t asked = settings.deep_levels_max;
  return asked == 0 || asked > settings.levels_max ? settings.levels_max : asked;
}

// The finaliser of splitmix64 (Steele, Lea and Flood, 2014).
constexpr std::uint64_t mix(std::uint64_t z) noexcept {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}
}  // namespace

OrderQueues::OrderQueues(const PoolSettings& settings)
    : cells_{std::size_t{1} + checked(settings).orders_max + settings.levels_max},
      lists_{2 * settings.books, deep_levels(settings)},
      books_{settings.books},
      orders_max_{settings.orders_max},
      levels_max_{settings.levels_max},
      free_order_{1},
      free_level_{settings.orders_max + 1} {
  for (std::uint32_t order = 1; order < orders_max_; ++order) cells_[order].links.next = order + 1;
  const std::uint32_t last = orders_max_ + levels_max_;
  for (std::uint32_t level = free_level_; level < last; ++level) {
    cells_[level].links.next = level + 1;
  }
}

void OrderQueues::clear(BookIndex book) noexcept {
  for (const Side side : {Side::Buy, Side::Sell}) {
    for (std::uint32_t rank = levels(book, side); rank-- > 0;) {
      const std::uint32_t level = index_of(level_at(book, side, rank));
      std::uint32_t order = cells_[level].level.next;
      orders_live_ -= cells_[level].level.orders;
      while (order != level) {
        OrderCell& cell = cells_[order].order;
        const std::uint32_t behind = cell.next;
        cell.lots = 0;
        cell.next = free_order_;
        free_order_ = order;
        order = behind;
      }
      cells_[level].level.next = free_level_;
      free_level_ = level;
      --levels_live_;
    }
    lists_.clear(list_of(book, side));
  }
}

OrderQueues::Position OrderQueues::position(OrderHandle handle) const noexcept {
  Position position;
  for (OrderHandle at = ahead(handle); at != OrderHandle::None; at = ahead(at)) {
    position.lots_ahead += lots(at);
    ++position.orders_ahead;
  }
  return position;
}

std::uint64_t OrderQueues::checksum(BookIndex book) const noexcept {
  std::uint64_t sum = 0;
  for (const Side side : {Side::Buy, Side::Sell}) {
    for (std::uint32_t rank = 0; rank < levels(book, side); ++rank) {
      const LevelHandle level = level_at(book, side, rank);
      std::uint64_t queue = mix(level_cell(level).key);
      for (OrderHandle at = front(level); at != OrderHandle::None; at = behind(at)) {
        queue = mix(mix(queue ^ id(at)) + lots(at));  // chained, so the order in time counts
      }
      sum += queue;
    }
  }
  return sum;
}
}  // namespace sq::book::l3
