#include <catch2/catch.hpp>
#include <vector>

#include "engine/book/l3/order_queues.hpp"

namespace sq::book::l3 {
namespace {
OrderQueues one_book(std::uint32_t orders_max = 64) {
  return OrderQueues{{.books = 1, .orders_max = orders_max, .levels_max = 64}};
}
std::vector<std::uint64_t> ids(const OrderQueues& queues, LevelHandle level) {
  std::vector<std::uint64_t> found;
  for (OrderHandle at = queues.front(level); at != OrderHandle::None; at = queues.behind(at)) {
    found.push_back(queues.id(at));
  }
  return found;
}
using Ids = std::vector<std::uint64_t>;
}  // namespace

TEST_CASE("handles are dense: the first free number, from 1 to the budget") {
  OrderQueues queues = one_book(3);
  CHECK(index_of(queues.add(0, Side::Buy, 10, 1, 1)) == 1);
  const OrderHandle second = queues.add(0, Side::Buy, 11, 1, 2);
  CHECK(index_of(second) == 2);
  CHECK(index_of(queues.add(0, Side::Sell, 12, 1, 3)) == 3);
  CHECK(queues.add(0, Side::Sell, 12, 1, 4) == OrderHandle::None);
  queues.remove(second);
  CHECK_FALSE(queues.is_live(second));
  CHECK(queues.add(0, Side::Sell, 12, 1, 5) == second);
  CHECK(queues.is_live(second));
  CHECK_FALSE(queues.is_live(OrderHandle::None));
  CHECK_FALSE(queues.is_live(OrderHandle{4}));
  CHECK_FALSE(queues.is_live(OrderHandle{0xFFFF'FFFF}));
}

TEST_CASE("orders of a price stand in the order of their arrival until they are requeued") {
  OrderQueues queues = one_book();
  const OrderHandle a = queues.add(0, Side::Buy, 100, 10, 1);
  const OrderHandle b = queues.add(0, Side::Buy, 100, 20, 2);
  const OrderHandle c = queues.add(0, Side::Buy, 100, 30, 3);
  const LevelHandle level = queues.best(0, Side::Buy);
  CHECK(ids(queues, level) == Ids{1, 2, 3});
  queues.reduce(a, 4);
  CHECK(ids(queues, level) == Ids{1, 2, 3});
  CHECK(queues.position(c).lots_ahead == 26);
  CHECK(queues.position(c).orders_ahead == 2);
  queues.requeue(a, 50);
  CHECK(ids(queues, level) == Ids{2, 3, 1});
  CHECK(queues.lots(level) == 100);
  CHECK(queues.orders(level) == 3);
  queues.requeue(a, 5);  // already last
  CHECK(ids(queues, level) == Ids{2, 3, 1});
  queues.remove(c);
  CHECK(queues.behind(b) == a);
  CHECK(queues.ahead(a) == b);
  CHECK(queues.ahead(b) == OrderHandle::None);
  CHECK(queues.behind(a) == OrderHandle::None);
  queues.remove(b);
  queues.requeue(a, 7);  // alone
  CHECK(ids(queues, level) == Ids{1});
  CHECK(queues.lots(level) == 7);
}

TEST_CASE("a moved order keeps handle, id and user value; the level it leaves goes when empty") {
  OrderQueues queues = one_book();
  const OrderHandle a = queues.add(0, Side::Sell, 100, 10, 1);
  const OrderHandle b = queues.add(0, Side::Sell, 101, 10, 2);
  queues.set_user(a, 5);
  REQUIRE(queues.move(a, 101, 3));
  CHECK(queues.levels(0, Side::Sell) == 1);
  CHECK(queues.best_tick(0, Side::Sell) == 101);
  CHECK(ids(queues, queues.best(0, Side::Sell)) == Ids{2, 1});
  CHECK(queues.user(a) == 5);
  CHECK(queues.lots(a) == 3);
  REQUIRE(queues.move(b, 101, 8));  // the same price: to the end
  CHECK(ids(queues, queues.best(0, Side::Sell)) == Ids{1, 2});
  CHECK(queues.lots(queues.best(0, Side::Sell)) == 11);
}

TEST_CASE("levels are walked best first on both sides, past the best fifteen too") {
  OrderQueues queues{{.books = 3, .orders_max = 300, .levels_max = 300}};
  for (std::uint32_t i = 0; i < 100; ++i) {
    const Tick tick = 1'000 + i * 37 % 100;  // every tick once, scattered
    REQUIRE(queues.add(1, Side::Buy, tick, i + 1, i) != OrderHandle::None);
    REQUIRE(queues.add(1, Side::Sell, tick + 100, i + 1, i) != OrderHandle::None);
  }
  REQUIRE(queues.levels(1, Side::Buy) == 100);
  for (std::uint32_t rank = 0; rank < 100; ++rank) {
    CHECK(queues.tick(queues.level_at(1, Side::Buy, rank)) == 1'099 - rank);
    CHECK(queues.tick(queues.level_at(1, Side::Sell, rank)) == 1'100 + rank);
  }
  CHECK(queues.find_level(1, Side::Buy, 1'100) == LevelHandle::None);
  CHECK(queues.find_level(1, Side::Buy, 999) == LevelHandle::None);
  CHECK(queues.levels(0, Side::Buy) == 0);
  CHECK(queues.levels(2, Side::Sell) == 0);
  for (std::uint32_t left = 100; left > 0; --left) {  // the whole side from its front
    REQUIRE(queues.best_tick(1, Side::Sell) == 1'200 - left);
    queues.remove(queues.front(1, Side::Sell));
  }
  CHECK(queues.front(1, Side::Sell) == OrderHandle::None);
  CHECK(queues.orders_live() == 100);
  queues.clear(1);
  CHECK(queues.orders_live() == 0);
  CHECK(queues.levels_live() == 0);
}
}  // namespace sq::book::l3
