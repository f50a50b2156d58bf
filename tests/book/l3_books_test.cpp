#include "engine/book/l3/l3_books.hpp"

#include <catch2/catch.hpp>
#include <random>
#include <stdexcept>
#include <vector>

#include "tests/support/allocations.hpp"

namespace sq::book::l3 {
namespace {
constexpr PoolSettings kSmall{.books = 2, .orders_max = 8, .levels_max = 4};
constexpr Lots kLotsMax = ~Lots{0};

std::uint64_t state_of(const L3Books& books) {
  std::uint64_t sum = books.queues().orders_live();
  for (BookIndex book = 0; book < books.queues().books(); ++book) {
    sum = sum * 31 + books.queues().checksum(book);
  }
  return sum;
}
}  // namespace

TEST_CASE("an order is refused for the first of its faults, and nothing changes") {
  L3Books books{{.pools = kSmall}};
  REQUIRE(books.add(0, 1, Side::Buy, 100, 5) == Outcome::Ok);
  const std::uint64_t before = state_of(books);
  CHECK(books.add(2, 1, Side::Buy, 0, 0) == Outcome::UnknownBook);
  CHECK(books.add(1, 1, Side::Buy, 0, 0) == Outcome::BadPrice);
  CHECK(books.add(1, 2, Side::Buy, kTickMax + 1, 1) == Outcome::BadPrice);
  CHECK(books.add(1, 1, Side::Buy, 100, 0) == Outcome::BadQuantity);
  CHECK(books.add(0, 1, Side::Sell, 101, 1) == Outcome::DuplicateOrder);
  CHECK(books.add(1, 1, Side::Sell, 101, 1) == Outcome::DuplicateOrder);
  CHECK(books.remove(2, 1) == Outcome::UnknownBook);
  CHECK(books.remove(0, 9) == Outcome::UnknownOrder);
  CHECK(books.remove(1, 1) == Outcome::WrongBook);
  CHECK(books.reduce(2, 1, 0) == Outcome::UnknownBook);
  CHECK(books.reduce(0, 9, 0) == Outcome::BadQuantity);
  CHECK(books.reduce(0, 9, 1) == Outcome::UnknownOrder);
  CHECK(books.reduce(1, 1, 9) == Outcome::WrongBook);
  CHECK(books.reduce(0, 1, 6) == Outcome::TooMuch);
  CHECK(books.replace(0, 1, 2, 0, 1) == Outcome::BadPrice);
  CHECK(books.replace(0, 9, 2, 100, 0) == Outcome::BadQuantity);
  CHECK(books.replace(0, 9, 1, 100, 1) == Outcome::UnknownOrder);
  CHECK(books.clear(2) == Outcome::UnknownBook);
  CHECK(state_of(books) == before);
  CHECK(books.counts().refused() == 18);
  CHECK(books.counts()[Outcome::UnknownBook] == 4);
  CHECK(books.counts()[Outcome::TooMuch] == 1);
  CHECK(books.counts()[Outcome::Ok] == 0);
}

TEST_CASE("the ends of the price and quantity ranges are orders like any other") {
  L3Books books{{.pools = kSmall}};
  CHECK(books.add(0, 0, Side::Buy, 1, kLotsMax) == Outcome::Ok);
  CHECK(books.add(0, ~std::uint64_t{0}, Side::Buy, 1, kLotsMax) == Outcome::Ok);
  CHECK(books.add(0, 7, Side::Sell, kTickMax, 1) == Outcome::Ok);
  const OrderQueues& queues = books.queues();
  CHECK(queues.best_tick(0, Side::Buy) == 1);
  CHECK(queues.best_tick(0, Side::Sell) == kTickMax);
  CHECK(queues.lots(queues.best(0, Side::Buy)) == 2 * std::uint64_t{kLotsMax});
  CHECK(books.remove(0, 0) == Outcome::Ok);
  CHECK(books.reduce(0, ~std::uint64_t{0}, kLotsMax) == Outcome::Ok);
  CHECK(queues.best_tick(0, Side::Buy) == 0);
}

TEST_CASE("the last order and the last level that fit are accepted, the next ones refused") {
  L3Books books{{.pools = kSmall}};
  for (Tick tick = 1; tick <= 4; ++tick) {
    REQUIRE(books.add(tick % 2, tick, Side::Buy, tick, 1) == Outcome::Ok);
  }
  CHECK(books.add(0, 50, Side::Buy, 5, 1) == Outcome::LevelsFull);
  CHECK(books.add(0, 50, Side::Sell, 4, 1) == Outcome::LevelsFull);
  CHECK(books.replace(0, 2, 51, 6, 1) == Outcome::LevelsFull);
  for (std::uint64_t id = 5; id <= 8; ++id) {
    REQUIRE(books.add(0, id, Side::Buy, 4, 1) == Outcome::Ok);
  }
  CHECK(books.add(0, 50, Side::Buy, 4, 1) == Outcome::OrdersFull);
  CHECK(books.replace(0, 8, 50, 4, 2) == Outcome::Ok);  // a replacement needs no room
  CHECK(books.remove(0, 50) == Outcome::Ok);
  CHECK(books.add(0, 51, Side::Buy, 4, 1) == Outcome::Ok);
  CHECK(books.counts()[Outcome::LevelsFull] == 3);
  CHECK(books.counts()[Outcome::OrdersFull] == 1);
}

TEST_CASE("room for deep levels that is used up is a counted refusal") {
  L3Books books{
      {.pools = {.books = 1, .orders_max = 9'000, .levels_max = 9'000, .deep_levels_max = 100}}};
  std::uint32_t accepted = 0;
  Outcome outcome = Outcome::Ok;
  for (Tick tick = 9'000; tick > 0 && outcome == Outcome::Ok; --tick) {
    outcome = books.add(0, tick, Side::Buy, tick, 1);
    accepted += outcome == Outcome::Ok;
  }
  CHECK(outcome == Outcome::LevelsFull);
  CHECK(accepted >= 115);
  CHECK(accepted < 1'000);
  CHECK(books.add(0, 20'000, Side::Buy, 9'000, 1) == Outcome::Ok);  // a level that is there
  CHECK(books.queues().levels(0, Side::Buy) == accepted);
  for (std::uint32_t i = 0; i < accepted; ++i) books.remove(0, 9'000 - i);
  CHECK(books.remove(0, 20'000) == Outcome::Ok);
  CHECK(books.queues().levels_live() == 0);
  CHECK(books.queues().best(0, Side::Buy) == LevelHandle::None);
}

TEST_CASE("an execution tells whether the order was at the best price and at the front") {
  L3Books books{{.pools = {.books = 1, .orders_max = 16, .levels_max = 16}}};
  books.add(0, 1, Side::Sell, 101, 10);
  books.add(0, 2, Side::Sell, 101, 10);
  books.add(0, 3, Side::Sell, 102, 10);
  Execution execution;
  REQUIRE(books.execute(0, 2, 4, execution) == Outcome::Ok);
  CHECK(execution.at_best);
  CHECK_FALSE(execution.at_front);
  REQUIRE(books.execute(0, 3, 4, execution) == Outcome::Ok);
  CHECK_FALSE(execution.at_best);
  CHECK(execution.at_front);
  REQUIRE(books.execute(0, 1, 10, execution) == Outcome::Ok);
  CHECK(execution.at_best);
  CHECK(execution.at_front);
  CHECK(execution.side == Side::Sell);
  CHECK(execution.tick == 101);
  CHECK(books.find(1) == OrderHandle::None);
  CHECK(books.queues().lots(books.queues().best(0, Side::Sell)) == 6);
}

TEST_CASE("a book is crossed from the equal price on") {
  L3Books books{{.pools = {.books = 1, .orders_max = 16, .levels_max = 16}}};
  CHECK_FALSE(books.crossed(0));
  books.add(0, 1, Side::Buy, 100, 1);
  CHECK_FALSE(books.crossed(0));
  books.add(0, 2, Side::Sell, 101, 1);
  CHECK_FALSE(books.crossed(0));
  books.add(0, 3, Side::Sell, 100, 1);
  CHECK(books.crossed(0));
  books.remove(0, 1);
  CHECK_FALSE(books.crossed(0));
}

TEST_CASE(
    "a replaced order is last in its queue even at the same price, and keeps its user value") {
  L3Books books{{.pools = {.books = 1, .orders_max = 16, .levels_max = 16}}};
  books.add(0, 1, Side::Buy, 100, 1);
  books.add(0, 2, Side::Buy, 100, 2);
  books.set_user(books.find(1), 77);
  REQUIRE(books.replace(0, 1, 1, 100, 5) == Outcome::Ok);
  const OrderQueues& queues = books.queues();
  CHECK(queues.id(queues.front(0, Side::Buy)) == 2);
  CHECK(queues.position(books.find(1)).lots_ahead == 2);
  REQUIRE(books.replace(0, 1, 9, 99, 5) == Outcome::Ok);
  CHECK(books.find(1) == OrderHandle::None);
  CHECK(queues.user(books.find(9)) == 77);
  CHECK(queues.tick(books.find(9)) == 99);
}

TEST_CASE("old and wrong hints cost a search and nothing else") {
  L3Books books{{.pools = {.books = 1, .orders_max = 64, .levels_max = 64}}};
  books.add(0, 1, Side::Buy, 100, 9);
  L3Books::Id id = books.id_of(1);
  id.hint = books.guess(id.key);
  REQUIRE(id.hint.handle != 0);
  REQUIRE(books.remove(0, 1) == Outcome::Ok);
  CHECK(books.remove(0, id) == Outcome::UnknownOrder);
  books.add(0, 2, Side::Buy, 100, 9);  // takes the cell that was freed
  CHECK(books.remove(0, id) == Outcome::UnknownOrder);
  books.add(0, 1, Side::Buy, 100, 9);
  CHECK(books.reduce(0, id, 1) == Outcome::Ok);
  id.hint = {3, 60};
  CHECK(books.reduce(0, id, 8) == Outcome::Ok);
  CHECK(books.queues().orders_live() == 1);
}

TEST_CASE("after construction nothing is allocated, whatever happens", "[hot]") {
  L3Books books{{.pools = {.books = 8, .orders_max = 3'000, .levels_max = 1'000}}};
  std::mt19937_64 random{9};
  Execution execution;
  const std::uint64_t before = allocations_on_this_thread();
  for (int i = 0; i < 100'000; ++i) {
    const auto book = static_cast<BookIndex>(random() % 8);
    const std::uint64_t id = random() % 4'000;
    const auto tick = static_cast<Tick>(1 + random() % 600);
    switch (random() % 6) {
      case 0:
      case 1:
      case 2:
        books.add(book, id, random() % 2 == 0 ? Side::Buy : Side::Sell, tick, 5);
        break;
      case 3:
        books.execute(book, id, 2, execution);
        break;
      case 4:
        books.replace(book, id, id + 1, tick, 3);
        break;
      default:
        books.remove(book, id);
        break;
    }
  }
  books.clear(0);
  const std::uint64_t after = allocations_on_this_thread();
  CHECK(after == before);
  CHECK(books.counts()[Outcome::LevelsFull] + books.counts()[Outcome::OrdersFull] > 0);
}

TEST_CASE(
    "a full budget of 700,000 orders of 8,000 books takes at most 64 bytes an order, all included",
    "[slow]") {
  constexpr std::uint32_t kOrders = 704'512;
  L3Books books{{.pools = {.books = 8'192,
                           .orders_max = kOrders,
                           .levels_max = kOrders / 2,
                           .deep_levels_max = kOrders / 16},
                 .reference_step = 4}};
  std::mt19937_64 random{3};
  std::uint64_t id = 1;
  while (books.queues().orders_live() < kOrders) {
    const auto book = static_cast<BookIndex>(random() % 8'192);
    const Side side = random() % 2 == 0 ? Side::Buy : Side::Sell;
    REQUIRE(books.add(book, id += 4, side, static_cast<Tick>(1 + random() % 21), 100) ==
            Outcome::Ok);
  }
  CHECK(books.queues().levels_live() > kOrders * 4 / 10);
  CHECK(books.bytes() <= std::size_t{64} * kOrders);
}

TEST_CASE("settings out of range are refused by name") {
  const auto with = [](PoolSettings pools) { L3Books{{.pools = pools}}; };
  CHECK_THROWS_AS(with({.books = 0, .orders_max = 1, .levels_max = 1}), std::invalid_argument);
  CHECK_THROWS_AS(with({.books = 1, .orders_max = 0, .levels_max = 1}), std::invalid_argument);
  CHECK_THROWS_AS(with({.books = 1, .orders_max = 1, .levels_max = 0}), std::invalid_argument);
  CHECK_THROWS_AS(with({.books = (1U << 20) + 1, .orders_max = 1, .levels_max = 1}),
                  std::invalid_argument);
  CHECK_THROWS_AS(with({.books = 1, .orders_max = (1U << 30) + 1, .levels_max = 1}),
                  std::invalid_argument);
  CHECK_NOTHROW(with({.books = 1, .orders_max = 1, .levels_max = 1}));
}
}  // namespace sq::book::l3
