#include "engine/oms/order_pool.hpp"

#include <catch2/catch.hpp>
#include <map>

#include "tests/support/allocations.hpp"

using namespace sq;

namespace {
constexpr InstrumentId kA{0};
constexpr InstrumentId kB{1};
OrderId id(std::uint64_t n) { return OrderId::make(3, n); }
void finish(oms::OrderPool& pool, std::uint64_t n) {
  oms::Order* order = pool.find(id(n));
  order->state = OrderState::Cancelled;
  pool.finish(*order);
}
}  // namespace

TEST_CASE("a pool full of working orders gives no more, and gives again when one ends", "[oms]") {
  oms::OrderPool pool{8, 2};
  for (std::uint64_t n = 1; n <= 8; ++n) {
    REQUIRE(pool.has_room());
    pool.create(id(n), kA)->state = OrderState::Open;
  }
  CHECK_FALSE(pool.has_room());
  CHECK(pool.create(id(9), kA) == nullptr);
  finish(pool, 4);
  CHECK(pool.has_room());
  CHECK(pool.create(id(9), kA) != nullptr);
  CHECK(pool.find(id(4)) == nullptr);  // its slot was needed
}

TEST_CASE("the youngest finished orders are remembered, a quarter of the slots", "[oms]") {
  oms::OrderPool pool{8, 2};
  for (std::uint64_t n = 1; n <= 3; ++n) {
    pool.create(id(n), kA)->state = OrderState::Open;
    finish(pool, n);
  }
  CHECK(pool.find(id(1)) == nullptr);
  CHECK(pool.find(id(2)) != nullptr);
  CHECK(pool.find(id(3)) != nullptr);
  CHECK(pool.working() == 0);
}

TEST_CASE("working orders are visited by instrument, oldest first, and may end while visited",
          "[oms]") {
  oms::OrderPool pool{8, 2};
  for (std::uint64_t n = 1; n <= 6; ++n)
    pool.create(id(n), n % 2 == 0 ? kA : kB)->state = OrderState::Open;
  std::vector<std::uint64_t> seen;
  pool.for_each_working(kA, [&](oms::Order& order) {
    seen.push_back(order.request.id.counter());
    order.state = OrderState::Filled;
    pool.finish(order);
  });
  CHECK(seen == std::vector<std::uint64_t>{2, 4, 6});
  CHECK(pool.working() == 3);
}

TEST_CASE("100,000 random creations and ends find exactly the orders a map finds", "[oms]") {
  oms::OrderPool pool{64, 2};
  std::map<std::uint64_t, bool> working;
  std::uint64_t random = 11;
  std::uint64_t counter = 0;
  for (int i = 0; i < 100'000; ++i) {
    random = random * 6364136223846793005U + 1442695040888963407U;
    if ((random >> 40) % 2 == 0 && working.size() < 64) {
      counter += 1 + (random >> 50) % 7;  // gaps, so that probe sequences differ
      REQUIRE(pool.create(id(counter), kA) != nullptr);
      pool.find(id(counter))->state = OrderState::Open;
      working[counter] = true;
    } else if (!working.empty()) {
      const auto at = std::next(working.begin(),
                                static_cast<std::ptrdiff_t>((random >> 33) % working.size()));
      finish(pool, at->first);
      working.erase(at);
    }
    REQUIRE(pool.working() == working.size());
  }
  for (const auto& [n, open] : working) CHECK(pool.find(id(n)) != nullptr);
  CHECK(pool.find(id(counter + 1)) == nullptr);
}

TEST_CASE("taking and giving back allocates nothing", "[oms][hot]") {
  oms::OrderPool pool{64, 2};
  const auto before = allocations_on_this_thread();
  for (std::uint64_t n = 1; n <= 1'000; ++n) {
    pool.create(id(n), kA)->state = OrderState::Open;
    finish(pool, n);
  }
  CHECK(allocations_on_this_thread() == before);
}
