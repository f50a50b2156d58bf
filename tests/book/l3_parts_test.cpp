// The pieces of an L3 book, each against the plainest thing that does the same.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <unordered_map>
#include <vector>

#include "engine/book/l3/level_lists.hpp"
#include "engine/book/l3/order_index.hpp"
#include "engine/book/l3/units.hpp"

namespace sq::book::l3 {
TEST_CASE("level lists equal sorted maps, however levels move between the best and the deep part") {
  constexpr std::uint32_t kLists = 4;
  const std::uint32_t reach = GENERATE(14U, 16U, 40U, 3'000U);
  CAPTURE(reach);
  LevelLists lists{kLists, kLists * 3'000};
  std::vector<std::map<std::uint32_t, std::uint32_t, std::greater<>>> model(kLists);
  std::mt19937_64 random{reach};
  std::uint32_t grows = 60;
  for (int i = 0; i < 30'000; ++i) {
    if (i % 3'000 == 0) grows = grows == 60 ? 40 : 60;
    const auto list = static_cast<std::uint32_t>(random() % kLists);
    const auto key = static_cast<std::uint32_t>(1 + random() % reach);
    const auto found = model[list].find(key);
    const LevelLists::Place place = lists.find(list, key);
    REQUIRE(place.cell == (found == model[list].end() ? 0 : found->second));
    if (random() % 100 < grows) {
      const auto cell = static_cast<std::uint32_t>(i + 1);
      if (place.cell == 0) {
        REQUIRE(lists.insert(list, place.better, key, cell));
        model[list][key] = cell;
      }
    } else if (place.cell != 0) {
      lists.erase(list, key);
      model[list].erase(key);
    }
    REQUIRE(lists.size(list) == model[list].size());
    REQUIRE(lists.best_key(list) == (model[list].empty() ? 0 : model[list].begin()->first));
    if (i % 101 != 0) continue;
    std::uint32_t rank = 0;
    for (const auto& [expected, cell] : model[list]) REQUIRE(lists.cell_at(list, rank++) == cell);
  }
  lists.clear(0);
  CHECK(lists.size(0) == 0);
  CHECK(lists.best_cell(0) == 0);
}

TEST_CASE("deep levels give room back: two arrays in turn may each use all that is promised") {
  constexpr std::uint32_t kEntries = 5'000;
  DeepLevels deep{kEntries, 2};
  std::uint32_t block[2] = {0, 0};
  std::uint32_t size[2] = {0, 0};
  for (int round = 0; round < 6; ++round) {
    const int turn = round % 2;
    for (std::uint32_t i = 1; i <= kEntries; ++i) {
      REQUIRE(deep.push_best({block[turn], size[turn]}, entry_of(i, i)));
    }
    for (std::uint32_t i = kEntries; i > 0; --i) {
      REQUIRE(entry_key(deep.pop_best({block[turn], size[turn]})) == i);
    }
  }
}

TEST_CASE("the order index equals a map for consecutive, spread and hostile references") {
  const std::uint64_t stride = GENERATE(1U, 4U, 32U, 1U << 16, 3U << 29);
  const std::uint32_t step = GENERATE(1U, 4U);
  CAPTURE(stride, step);
  constexpr std::uint32_t kOrders = 2'000;
  OrderIndex index{kOrders, step};
  std::unordered_map<std::uint64_t, std::uint32_t> model;
  std::vector<std::uint64_t> references(kOrders + 1);
  std::vector<std::uint32_t> free;
  for (std::uint32_t handle = kOrders; handle > 0; --handle) free.push_back(handle);
  const auto find = [&](std::uint64_t reference) {
    return index.find(index.key_of(reference),
                      [&](std::uint32_t handle) { return references[handle] == reference; });
  };
  std::mt19937_64 random{stride};
  std::uint64_t next = 0;
  for (int i = 0; i < 60'000; ++i) {
    const bool add = !free.empty() && (random() % 2 == 0 || model.empty() || i < 1'500);
    if (add) {
      const std::uint32_t handle = free.back();
      free.pop_back();
      references[handle] = next += stride;
      REQUIRE(find(next).handle == 0);
      index.insert(index.key_of(next), handle);
      model[next] = handle;
    } else {
      // An old one now and then, so that some stay for many turns around the table.
      const std::uint64_t back = random() % (random() % 8 == 0 ? 40'000 : 2'000);
      const std::uint64_t reference = next - std::min(next, back * stride);
      const auto expected = model.find(reference);
      const OrderIndex::Found found = find(reference);
      REQUIRE(found.handle == (expected == model.end() ? 0 : expected->second));
      if (found.handle == 0) continue;
      REQUIRE(index.holds(found, index.key_of(reference)));
      index.erase(index.key_of(reference), found.slot);
      free.push_back(found.handle);
      references[found.handle] = ~std::uint64_t{0};
      model.erase(expected);
    }
  }
  for (const auto& [reference, handle] : model) REQUIRE(find(reference).handle == handle);
}

TEST_CASE("an index of one order and one filled to the last order find all of them") {
  for (const std::uint32_t orders : {1U, 2U, 15U, 1'000U}) {
    OrderIndex index{orders, 1};
    for (std::uint32_t handle = 1; handle <= orders; ++handle) {
      index.insert(index.key_of(std::uint64_t{handle} << 40), handle);
    }
    for (std::uint32_t handle = 1; handle <= orders; ++handle) {
      const auto found = index.find(index.key_of(std::uint64_t{handle} << 40),
                                    [&](std::uint32_t it) { return it == handle; });
      REQUIRE(found.handle == handle);
      index.erase(index.key_of(std::uint64_t{handle} << 40), found.slot);
    }
  }
}

TEST_CASE("prices and quantities convert exactly or not at all") {
  const Units quarter{Price::from_raw(250'000'000), Qty::from_raw(100'000)};  // 0.25, 0.001
  Tick tick = 9;
  Lots lots = 9;
  CHECK(quarter.to_tick(Price::from_raw(5'000'250'000'000), tick));  // 5000.25
  CHECK(tick == 20'001);
  CHECK(quarter.price_of(tick) == Price::from_raw(5'000'250'000'000));
  CHECK_FALSE(quarter.to_tick(Price::from_raw(5'000'250'000'001), tick));
  CHECK_FALSE(quarter.to_tick(Price{}, tick));
  CHECK_FALSE(quarter.to_tick(Price::from_raw(-250'000'000), tick));
  CHECK(quarter.to_tick(quarter.price_of(kTickMax), tick));
  CHECK(tick == kTickMax);
  CHECK_FALSE(quarter.to_tick(Price::from_raw((std::int64_t{kTickMax} + 1) * 250'000'000), tick));
  CHECK(tick == kTickMax);
  CHECK(quarter.to_lots(Qty::from_raw(100'000), lots));
  CHECK(lots == 1);
  CHECK_FALSE(quarter.to_lots(Qty::from_raw(150'000), lots));
  CHECK_FALSE(quarter.to_lots(Qty{}, lots));
  CHECK(quarter.to_lots(Qty::from_raw(4'294'967'295 * 100'000), lots));
  CHECK(lots == 4'294'967'295);
  CHECK_FALSE(quarter.to_lots(Qty::from_raw(4'294'967'296 * 100'000), lots));
  CHECK(quarter.qty_of(3) == Qty::from_raw(300'000));
  CHECK(quarter.qty_of(~std::uint64_t{0}) == Qty::max());
}

TEST_CASE("memory of pools is zeroed, writable to its end, and says how much it is") {
  const std::size_t size = GENERATE(std::size_t{1}, std::size_t{5'000}, std::size_t{3'000'000});
  HugeArray<std::uint64_t> array{size};
  CHECK(array.memory().bytes() >= size * sizeof(std::uint64_t));
  CHECK(std::all_of(array.data(), array.data() + size, [](std::uint64_t v) { return v == 0; }));
  array[size - 1] = 7;
  HugeArray<std::uint64_t> moved{std::move(array)};
  CHECK(moved[size - 1] == 7);
  CHECK(moved.memory().huge_bytes() <= moved.memory().bytes());
}
}  // namespace sq::book::l3
