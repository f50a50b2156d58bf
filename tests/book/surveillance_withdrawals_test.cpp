// Spoofing and layering: planted among ordinary flow they are found, each near miss is not.
#include <catch2/catch.hpp>

#include "tests/book/surveillance_market.hpp"

namespace sq::book::surveillance {
namespace {
constexpr std::int64_t kMs = kNsPerMs;

struct Spoof {
  std::int64_t lots{2'000};
  std::int64_t stands_ns{400 * kMs};
  std::int64_t filled{0};
  std::int64_t genuine_lots{100};
  std::int64_t after_ns{5 * kMs};  // from the execution to the cancel
  std::int64_t away{3};
  Side side{Side::Buy};
  bool executed{true};
};
struct Planted {
  std::uint64_t spoof{0};
  std::uint64_t genuine{0};
};
// In silence, so that every number of it is exact; ends with the withdrawal.
Planted plant(Market& market, const Spoof& spoof) {
  const Side other = opposite(spoof.side);
  Planted ids;
  ids.genuine = market.add(other, kMiddle - sign_of(other) * 1, spoof.genuine_lots);
  market.wait(20 * kMs);
  ids.spoof = market.add(spoof.side, kMiddle - sign_of(spoof.side) * spoof.away, spoof.lots);
  market.wait(spoof.stands_ns);
  if (spoof.filled != 0) market.execute(ids.spoof, spoof.filled);
  if (spoof.executed) market.execute(ids.genuine, spoof.genuine_lots);
  market.wait(spoof.after_ns);
  market.cancel(ids.spoof);
  return ids;
}
Market ordinary(std::uint64_t seed) {
  Market market{seed};
  market.flow(60 * kNsPerSecond);
  return market;
}
std::uint64_t spoofs(const Spoof& spoof) {
  Market market = ordinary(1);
  plant(market, spoof);
  market.settle();
  return market.count(AlertKind::Spoofing);
}

struct Layers {
  std::size_t count{4};
  std::int64_t lots{400};
  std::int64_t place_step_ns{10 * kMs};
  std::int64_t pull_step_ns{5 * kMs};
  bool executed{true};
  bool both_sides{false};
  bool same_price{false};
  Side side{Side::Sell};
};
std::vector<std::uint64_t> plant(Market& market, const Layers& layers) {
  const Side other = opposite(layers.side);
  std::vector<std::uint64_t> ids;
  std::vector<std::uint64_t> others;
  const auto genuine = market.add(other, kMiddle - sign_of(other), 100);
  for (std::size_t n = 0; n < layers.count; ++n) {
    if (n != 0) market.wait(layers.place_step_ns);
    const std::int64_t away = layers.same_price ? 2 : static_cast<std::int64_t>(n) + 2;
    ids.push_back(market.add(layers.side, kMiddle - sign_of(layers.side) * away, layers.lots));
    if (layers.both_sides)
      others.push_back(market.add(other, kMiddle - sign_of(other) * away, layers.lots));
  }
  market.wait(300 * kMs);
  if (layers.executed) market.execute(genuine, 100);
  market.wait(3 * kMs);
  for (std::size_t n = 0; n < ids.size(); ++n) {
    if (n != 0) market.wait(layers.pull_step_ns);
    if (layers.both_sides) market.cancel(others[n]);
    market.cancel(ids[n]);
  }
  return ids;
}
std::uint64_t layerings(const Layers& layers) {
  Market market = ordinary(2);
  plant(market, layers);
  market.settle();
  return market.count(AlertKind::Layering);
}
// The long trades of some flows are bursts of their own; what is asked here is the pulling.
std::uint64_t pulls(const Market& market) {
  return market.count(AlertKind::Spoofing) + market.count(AlertKind::Layering);
}
}  // namespace

TEST_CASE("ordinary flow of an hour raises no alert", "[book][surveillance]") {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    Market market{seed};
    market.flow(1'200 * kNsPerSecond);
    market.settle();
    CHECK(market.refused == 0);
    CHECK(market.watch.counters().messages > 200'000);
    CHECK(market.alerts() == 0);
  }
}

TEST_CASE("every planted spoof is found with its orders, whatever its size and timing",
          "[book][surveillance]") {
  Market market = ordinary(5);
  for (int n = 0; n < 60; ++n) {
    Spoof spoof;
    spoof.side = n % 2 == 0 ? Side::Buy : Side::Sell;
    spoof.lots = 1'500 + static_cast<std::int64_t>(market.below(4'000));
    spoof.stands_ns = static_cast<std::int64_t>(market.below(5'000) + 50) * kMs;
    spoof.after_ns = static_cast<std::int64_t>(market.below(40'000)) * 1'000 + 10;
    spoof.genuine_lots = 50 + static_cast<std::int64_t>(market.below(300));
    spoof.away = static_cast<std::int64_t>(market.below(6)) + 2;
    const auto before = market.count(AlertKind::Spoofing);
    const Planted ids = plant(market, spoof);
    market.settle();
    INFO("case " << n);
    REQUIRE(market.count(AlertKind::Spoofing) == before + 1);
    CHECK(market.names(ids.spoof));
    CHECK(market.names(ids.genuine));
    CHECK(market.last().side == spoof.side);
    CHECK(market.last().score >= 0.5);
    market.flow(5 * kNsPerSecond);
  }
  CHECK(market.count(AlertKind::Spoofing) == 60);
  CHECK(market.count(AlertKind::QuoteStuffing) + market.count(AlertKind::WashPattern) == 0);
}

TEST_CASE("a spoof needs its size, both sides of the limit", "[book][surveillance]") {
  SurveillanceSettings settings;
  settings.withdrawal.share_min = 0.01;
  settings.withdrawal.score_min = 0.05;
  for (const auto& [lots, expected] : {std::pair{1'000, 1U}, {999, 0U}}) {
    Market market{1, settings};
    market.flow(60 * kNsPerSecond);
    REQUIRE(market.watch.usual_size() == Qty::from_raw(100));
    const auto before = market.alerts();
    plant(market, Spoof{.lots = lots});
    market.settle();
    CHECK(market.count(AlertKind::Spoofing) - before == expected);
  }
}

TEST_CASE("a spoof needs its share of the near quantity, both sides of the limit",
          "[book][surveillance]") {
  SurveillanceSettings settings;
  settings.withdrawal.share_min = 0.4;
  settings.withdrawal.score_min = 0.05;
  for (const std::int64_t short_by : {0, 1}) {
    Market market{1, settings};
    market.flow(60 * kNsPerSecond);
    market.add(Side::Buy, kMiddle - 2, 3'000);
    const std::int64_t near = NearBook{market.feed}.depth(Side::Buy, 10).qty.raw();
    const std::int64_t least = (2 * near + 2) / 3;  // 0.4 of itself and of what is near
    plant(market, Spoof{.lots = least - short_by});
    market.settle();
    CHECK(market.count(AlertKind::Spoofing) == (short_by == 0 ? 1 : 0));
  }
}

TEST_CASE("near misses of a spoof raise no alert, what is just inside does",
          "[book][surveillance]") {
  CHECK(spoofs({}) == 1);
  CHECK(spoofs({.executed = false}) == 0);  // a real large order, cancelled
  CHECK(spoofs({.stands_ns = 9'994 * kMs}) == 1);
  CHECK(spoofs({.stands_ns = 9'996 * kMs}) == 0);  // with the 5 ms after: lived longer than 10 s
  CHECK(spoofs({.filled = 200}) == 1);             // a tenth of it traded
  CHECK(spoofs({.filled = 201}) == 0);
  CHECK(spoofs({.genuine_lots = 1'000}) == 1);  // half of it executed on the other side
  CHECK(spoofs({.genuine_lots = 1'001}) == 0);
  CHECK(spoofs({.genuine_lots = 50}) == 1);  // half of the usual size
  CHECK(spoofs({.genuine_lots = 49}) == 0);
  CHECK(spoofs({.after_ns = 5'000 * kMs}) == 0);  // long after
}

TEST_CASE("a large order beyond the near levels is no spoof, one within them is",
          "[book][surveillance]") {
  SurveillanceSettings settings;
  settings.withdrawal.near_levels = 4;
  for (const auto& [away, expected] : {std::pair{2, 1U}, {40, 0U}}) {
    Market market{1, settings};
    market.flow(60 * kNsPerSecond);
    plant(market, Spoof{.away = away});
    market.settle();
    CHECK(market.count(AlertKind::Spoofing) == expected);
  }
}

TEST_CASE("an order that comes back, or a maker who leaves both sides, is no spoof",
          "[book][surveillance]") {
  for (const auto& [lots, expected] : {std::pair{1'000, 0U}, {999, 1U}}) {  // half of it
    Market market = ordinary(1);
    plant(market, Spoof{});
    market.wait(50 * kMs);
    market.add(Side::Buy, kMiddle - 4, lots);
    market.settle();
    CHECK(market.count(AlertKind::Spoofing) == expected);
  }
  Market late = ordinary(1);
  plant(late, Spoof{});
  late.wait(50 * kMs + 1);
  late.add(Side::Buy, kMiddle - 4, 2'000);
  late.settle();
  CHECK(late.count(AlertKind::Spoofing) == 1);

  for (const auto& [lots, expected] : {std::pair{1'000, 0U}, {999, 1U}}) {
    Market market = ordinary(1);
    const auto other = market.add(Side::Sell, kMiddle + 6, lots);
    plant(market, Spoof{});
    market.wait(10 * kMs);
    market.cancel(other);
    market.settle();
    CHECK(market.count(AlertKind::Spoofing) == expected);
  }
}

TEST_CASE("moving a large order away is taking it back, moving it near is not",
          "[book][surveillance]") {
  for (const auto& [ticks, expected] : {std::pair{kMiddle - 80, 1U}, {kMiddle - 4, 0U}}) {
    SurveillanceSettings settings;
    settings.withdrawal.near_levels = 4;
    Market market{1, settings};
    market.flow(60 * kNsPerSecond);
    const auto genuine = market.add(Side::Sell, kMiddle + 1, 100);
    const auto spoof = market.add(Side::Buy, kMiddle - 3, 2'000);
    market.wait(400 * kMs);
    market.execute(genuine, 100);
    market.wait(5 * kMs);
    market.replace(spoof, ticks, 2'000);
    market.settle();
    CHECK(market.count(AlertKind::Spoofing) == expected);
  }
}

TEST_CASE("a slice of an iceberg that is filled and refilled is never taken for pulled",
          "[book][surveillance]") {
  Market market = ordinary(6);
  for (int n = 0; n < 200; ++n) {
    const auto slice = market.add(Side::Buy, kMiddle - 1, 2'000);
    const auto other = market.add(Side::Sell, kMiddle + 1, 100);
    market.flow(100 * kMs);
    market.execute(other, 100);
    market.execute(slice, 2'000);
  }
  market.settle();
  // Four usual orders that fell within 100 ms by chance, after an execution, were layers here once.
  CHECK(pulls(market) == 0);
}

TEST_CASE("cancels that fall together by chance in ten hours of ordinary flow are hardly layers",
          "[book][surveillance][slow]") {
  std::uint64_t alerts = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Market market{seed};
    market.flow(600 * kNsPerSecond);
    market.settle();
    CHECK(market.count(AlertKind::Spoofing) == 0);
    alerts += market.alerts();
  }
  CHECK(alerts <= 5);  // 23 without the chance that layers go together
}

TEST_CASE("every planted layering is found, whatever its number of orders",
          "[book][surveillance]") {
  Market market = ordinary(7);
  for (int n = 0; n < 40; ++n) {
    Layers layers;
    layers.side = n % 2 == 0 ? Side::Buy : Side::Sell;
    layers.count = 3 + market.below(5);
    layers.lots = 400 + static_cast<std::int64_t>(market.below(500));
    layers.place_step_ns = static_cast<std::int64_t>(market.below(25)) * kMs;
    layers.pull_step_ns = static_cast<std::int64_t>(market.below(14)) * kMs;
    const auto before = market.count(AlertKind::Layering);
    const auto ids = plant(market, layers);
    market.settle();
    INFO("case " << n);
    REQUIRE(market.count(AlertKind::Layering) == before + 1);
    for (const std::uint64_t id : ids) CHECK(market.names(id));
    CHECK(market.last().side == layers.side);
    market.flow(5 * kNsPerSecond);
  }
}

TEST_CASE("near misses of layering raise no alert, what is just inside does",
          "[book][surveillance]") {
  CHECK(layerings({}) == 1);
  CHECK(layerings({.count = 3, .lots = 500}) == 1);
  CHECK(layerings({.count = 2, .lots = 900}) == 0);
  CHECK(layerings({.count = 4, .lots = 250}) == 1);  // ten times the usual size together
  CHECK(layerings({.count = 4, .lots = 249}) == 0);
  CHECK(layerings({.executed = false}) == 0);
  CHECK(layerings({.same_price = true}) == 0);
  CHECK(layerings({.both_sides = true}) == 0);  // a market maker pulls all quotes
  CHECK(layerings({.count = 3, .lots = 500, .place_step_ns = 100 * kMs}) == 1);
  CHECK(layerings({.count = 3, .lots = 500, .place_step_ns = 100 * kMs + 1}) == 0);
  CHECK(layerings({.count = 3, .lots = 500, .pull_step_ns = 50 * kMs}) == 1);
  CHECK(layerings({.count = 3, .lots = 500, .pull_step_ns = 50 * kMs + 1}) == 0);
  CHECK(layerings({.count = 12, .lots = 200}) == 1);  // twice the usual size
  CHECK(layerings({.count = 12, .lots = 199}) == 0);
}

TEST_CASE("a market maker who requotes after each trade pulls nothing", "[book][surveillance]") {
  Market market = ordinary(8);
  for (int n = 0; n < 100; ++n) {
    std::vector<std::uint64_t> bids;
    const auto ask = market.add(Side::Sell, kMiddle + 1, 100);
    for (std::int64_t k = 1; k <= 4; ++k) bids.push_back(market.add(Side::Buy, kMiddle - k, 500));
    market.flow(200 * kMs);
    market.execute(ask, 100);
    market.wait(2 * kMs);
    for (const std::uint64_t id : bids) market.cancel(id);
    for (std::int64_t k = 1; k <= 4; ++k)
      bids[static_cast<std::size_t>(k - 1)] = market.add(Side::Buy, kMiddle - 1 - k, 500);
    market.flow(200 * kMs);
    for (const std::uint64_t id : bids) market.execute(id, 500);
  }
  market.settle();
  CHECK(pulls(market) == 0);
}

TEST_CASE("within the cool-down a second alert is counted, not raised", "[book][surveillance]") {
  Market market = ordinary(9);
  plant(market, Spoof{.stands_ns = 100 * kMs});
  market.settle();
  plant(market, Spoof{.stands_ns = 100 * kMs});
  market.settle();
  CHECK(market.count(AlertKind::Spoofing) == 1);
  CHECK(market.watch.counters().suppressed[0] == 1);
}
}  // namespace sq::book::surveillance
