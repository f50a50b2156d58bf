// Ids of orders over restarts of which the log keeps the epoch only.
#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <vector>

#include "tests/core/core_fixture.hpp"

using namespace sq;
using namespace sq::test;

TEST_CASE("ids do not repeat over ten thousand restarts", "[core][slow]") {
  std::vector<std::uint64_t> used;
  std::vector<std::vector<std::uint64_t>> log;
  std::mt19937_64 random{5};
  std::uint32_t epoch = 0;
  for (int restart = 0; restart < 10'000; ++restart) {
    CoreFixture f;
    for (const auto& each : log)
      f.core.recover(*reinterpret_cast<const RecordHeader*>(each.data()));
    REQUIRE(f.core.ledger().epoch() == epoch);
    f.at_ms = restart;
    f.start(++epoch);
    f.script.on_top = [&](const strategy::Top&, strategy::Context& context) {
      static_cast<void>(context.submit(CoreFixture::buy(9'000)));
    };
    f.open_book();
    for (std::uint64_t n = random() % 4; n != 0; --n)
      f.update(10'000, 10'001, static_cast<std::int32_t>(2 + n));
    for (const OrderRequest& order : f.venue.orders) used.push_back(order.id.value);
    log.assign(1, f.journal.records.front());  // what is left of the log: the epoch
  }
  std::sort(used.begin(), used.end());
  REQUIRE(used.size() > 10'000);
  CHECK(std::adjacent_find(used.begin(), used.end()) == used.end());
}
