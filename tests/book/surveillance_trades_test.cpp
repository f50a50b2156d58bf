// Quote stuffing, momentum ignition and wash patterns: planted they are found, near misses are not.
#include <catch2/catch.hpp>

#include "tests/book/surveillance_market.hpp"
#include "tests/support/allocations.hpp"

namespace sq::book::surveillance {
namespace {
constexpr std::int64_t kMs = kNsPerMs;

Market ordinary(std::uint64_t seed) {
  Market market{seed};
  market.flow(60 * kNsPerSecond);
  return market;
}

// Adds and cancels, each order dead after `life_ns`, `orders` of them `every_ns`.
struct Stuffing {
  int orders{150};
  std::int64_t every_ns{500 * kNsPerUs};
  std::int64_t life_ns{100 * kNsPerUs};
  int kept_in{0};      // one order in so many stays; 0: none
  int executed_in{0};  // one order in so many is executed
};
void plant(Market& market, const Stuffing& stuffing) {
  for (int n = 1; n <= stuffing.orders; ++n) {
    const auto id =
        market.add(n % 2 == 0 ? Side::Buy : Side::Sell, kMiddle + (n % 2 == 0 ? -15 : 15), 100);
    market.wait(stuffing.life_ns);
    const bool executed = stuffing.executed_in != 0 && n % stuffing.executed_in == 0;
    const bool kept = stuffing.kept_in != 0 && n % stuffing.kept_in == 0;
    if (executed) market.execute(id, 100);
    if (!executed && !kept) market.cancel(id);
    market.wait(stuffing.every_ns - stuffing.life_ns);
  }
}
std::uint64_t stuffings(const Stuffing& stuffing) {
  Market market = ordinary(3);
  market.wait(200 * kMs);  // so that the window holds nothing else
  plant(market, stuffing);
  market.settle();
  return market.count(AlertKind::QuoteStuffing);
}

struct Ignition {
  std::int64_t ticks{8};
  int trades{8};
  std::int64_t lots{1'000};
  int against{0};              // trades of the other side among the burst
  std::int64_t back_ticks{4};  // where the opposite trades end, below the extreme
  std::int64_t back_lots{5'000};
  std::int64_t later_ns{2 * kNsPerSecond};
  Side side{Side::Buy};
};
void plant(Market& market, const Ignition& ignition) {
  const int sign = sign_of(ignition.side);
  for (int n = 0; n <= ignition.trades; ++n) {
    market.trade(ignition.side, kMiddle + sign * ignition.ticks * n / ignition.trades,
                 ignition.lots);
    if (n < ignition.against)
      market.trade(opposite(ignition.side), kMiddle + sign * ignition.ticks * n / ignition.trades,
                   ignition.lots);
    market.wait(20 * kMs);
  }
  market.wait(ignition.later_ns - 20 * kMs);
  market.trade(opposite(ignition.side), kMiddle + sign * (ignition.ticks - ignition.back_ticks),
               ignition.back_lots);
}
// Trades of 100 lots between two prices a tick apart, one every 250 ms.
void ordinary_trades(Market& market, int seconds) {
  for (int n = 0; n < 4 * seconds; ++n) {
    const Side side = market.below(2) == 0 ? Side::Buy : Side::Sell;
    market.trade(side, kMiddle + (side == Side::Buy ? 1 : 0),
                 60 + static_cast<std::int64_t>(market.below(80)));
    market.wait(250 * kMs);
  }
}
std::uint64_t ignitions(const Ignition& ignition) {
  Market market{4};
  ordinary_trades(market, 120);
  REQUIRE(market.alerts() == 0);
  market.wait(2 * kNsPerSecond);
  plant(market, ignition);
  return market.count(AlertKind::MomentumIgnition);
}

struct Wash {
  int pairs{3};
  std::int64_t lots{1'000};
  std::int64_t step_ns{20 * kMs};
  bool one_sided{false};
  std::int64_t drift_lots{0};   // each trade so much larger
  std::int64_t drift_ticks{0};  // each trade so much higher
};
void plant(Market& market, const Wash& wash) {
  for (int n = 0; n < 2 * wash.pairs; ++n) {
    const Side side = n % 2 == 0 || wash.one_sided ? Side::Buy : Side::Sell;
    if (n != 0) market.wait(wash.step_ns);
    market.trade(side, kMiddle + n * wash.drift_ticks, wash.lots + n * wash.drift_lots);
  }
}
std::uint64_t washes(const Wash& wash) {
  Market market{5};
  ordinary_trades(market, 120);
  plant(market, wash);
  return market.count(AlertKind::WashPattern);
}
}  // namespace

TEST_CASE("planted quote stuffing is found at every rate far above the usual",
          "[book][surveillance]") {
  Market market = ordinary(11);
  for (int n = 0; n < 20; ++n) {
    Stuffing stuffing;
    stuffing.every_ns = static_cast<std::int64_t>(market.below(600) + 50) * kNsPerUs;
    stuffing.life_ns = stuffing.every_ns / static_cast<std::int64_t>(market.below(4) + 1);
    stuffing.orders = 150 + static_cast<int>(market.below(400));
    const auto before = market.count(AlertKind::QuoteStuffing);
    plant(market, stuffing);
    INFO("case " << n);
    REQUIRE(market.count(AlertKind::QuoteStuffing) == before + 1);
    CHECK(market.last().score >= 0.7);
    CHECK(market.last().evidence_count >= Alert::kEvidence);
    market.flow(20 * kNsPerSecond);
  }
  CHECK(market.alerts() == market.count(AlertKind::QuoteStuffing));
}

TEST_CASE("near misses of quote stuffing raise no alert, what is just inside does",
          "[book][surveillance]") {
  CHECK(stuffings({}) == 1);
  CHECK(stuffings({.orders = 100}) == 1);  // 200 messages in 50 ms
  CHECK(stuffings({.orders = 99}) == 0);
  CHECK(stuffings({.every_ns = 2 * kMs}) == 0);  // no more than 100 messages in 100 ms
  CHECK(stuffings({.orders = 240, .every_ns = 100 * kNsPerUs, .kept_in = 6}) == 1);
  CHECK(stuffings({.orders = 240, .every_ns = 100 * kNsPerUs, .kept_in = 4}) == 0);
  CHECK(stuffings({.orders = 240, .every_ns = 100 * kNsPerUs, .executed_in = 5}) == 0);
}

TEST_CASE("orders that live longer than fleeting ones are no quote stuffing",
          "[book][surveillance]") {
  for (const auto& [life_ns, expected] : {std::pair{10 * kMs, 1U}, {10 * kMs + 1, 0U}}) {
    Market market = ordinary(3);
    std::vector<std::uint64_t> ids;
    for (int n = 0; n < 150; ++n) ids.push_back(market.add(Side::Buy, kMiddle - 15, 100));
    market.wait(life_ns);
    for (const std::uint64_t id : ids) market.cancel(id);
    CHECK(market.count(AlertKind::QuoteStuffing) == expected);
  }
}

TEST_CASE("a market that is always busy raises no alert at the rate that is its usual",
          "[book][surveillance]") {
  Market market{12};
  for (int n = 0; n < 100; ++n) plant(market, Stuffing{.orders = 200});
  CHECK(market.count(AlertKind::QuoteStuffing) == 0);
}

TEST_CASE("every planted momentum ignition is found", "[book][surveillance]") {
  Market market{13};
  ordinary_trades(market, 60);
  for (int n = 0; n < 25; ++n) {
    Ignition ignition;
    ignition.side = n % 2 == 0 ? Side::Buy : Side::Sell;
    ignition.ticks = 6 + static_cast<std::int64_t>(market.below(30));
    ignition.trades = 8 + static_cast<int>(market.below(20));
    ignition.lots = 800 + static_cast<std::int64_t>(market.below(2'000));
    ignition.back_ticks = ignition.ticks;
    ignition.back_lots = ignition.lots * (ignition.trades + 2);
    ignition.later_ns = static_cast<std::int64_t>(market.below(9'000) + 100) * kMs;
    const auto before = market.count(AlertKind::MomentumIgnition);
    market.wait(2 * kNsPerSecond);
    plant(market, ignition);
    INFO("case " << n);
    REQUIRE(market.count(AlertKind::MomentumIgnition) == before + 1);
    CHECK(market.last().side == ignition.side);
    CHECK(market.last().score > 0.5);
    market.wait(15 * kNsPerSecond);
    ordinary_trades(market, 60);
  }
}

TEST_CASE("near misses of momentum ignition raise no alert, what is just inside does",
          "[book][surveillance]") {
  CHECK(ignitions({}) == 1);
  CHECK(ignitions({.ticks = 5}) == 1);
  CHECK(ignitions({.ticks = 4}) == 0);
  CHECK(ignitions({.back_ticks = 3}) == 0);     // three of eight ticks came back, half is asked
  CHECK(ignitions({.back_lots = 4'500}) == 1);  // half of nine trades of 1,000
  CHECK(ignitions({.back_lots = 4'499}) == 0);
  CHECK(ignitions({.later_ns = 10 * kNsPerSecond}) == 1);
  CHECK(ignitions({.later_ns = 10 * kNsPerSecond + 1}) == 0);
  CHECK(ignitions({.lots = 50}) == 0);    // usual volume
  CHECK(ignitions({.against = 1}) == 1);  // nine of ten on one side
  CHECK(ignitions({.against = 2}) == 0);
}

TEST_CASE("every planted chain of offsetting trades is found, and is Low", "[book][surveillance]") {
  Market market{14};
  ordinary_trades(market, 120);
  for (int n = 0; n < 30; ++n) {
    Wash wash;
    wash.pairs = 3 + static_cast<int>(market.below(4));
    wash.lots = 400 + static_cast<std::int64_t>(market.below(5'000));
    wash.step_ns = static_cast<std::int64_t>(market.below(80) + 1) * kMs;
    const auto before = market.count(AlertKind::WashPattern);
    plant(market, wash);
    INFO("case " << n);
    REQUIRE(market.count(AlertKind::WashPattern) == before + 1);
    CHECK(market.last().severity == Severity::Low);
    CHECK(market.last().score >= 0.999);
    ordinary_trades(market, 60);
  }
}

TEST_CASE("near misses of a wash pattern raise no alert, what is just inside does",
          "[book][surveillance]") {
  CHECK(washes({}) == 1);
  CHECK(washes({.pairs = 2}) == 0);
  CHECK(washes({.one_sided = true}) == 0);     // slices of one order
  CHECK(washes({.drift_lots = 1}) == 0);       // not the same quantity
  CHECK(washes({.drift_ticks = 1}) == 0);      // nor the same price
  CHECK(washes({.lots = 100}) == 0);           // a usual size
  CHECK(washes({.step_ns = 200 * kMs}) == 1);  // from first to last: one second
  CHECK(washes({.step_ns = 200 * kMs + 1}) == 0);
}

TEST_CASE("a size in which everybody trades makes no wash pattern", "[book][surveillance]") {
  Market market{15};
  for (int n = 0; n < 3'000; ++n) {
    market.trade(market.below(2) == 0 ? Side::Buy : Side::Sell, kMiddle,
                 market.below(3) == 0 ? 500 : 100);
    market.wait(static_cast<std::int64_t>(market.below(50)) * kMs);
  }
  CHECK(market.count(AlertKind::WashPattern) == 0);
}

TEST_CASE("a trade of which both sides are our own is a wash trade, two fills of one side are not",
          "[book][surveillance]") {
  Market market{16};
  const Price price = kTickOfMarket;
  const auto fill = [&](std::uint64_t trade, Side side) {
    market.wait(2 * kNsPerSecond);
    market.watch.on_own_fill(trade, side, price, Qty::from_raw(5), market.now);
  };
  fill(1, Side::Buy);
  fill(1, Side::Buy);
  fill(2, Side::Sell);
  fill(0, Side::Buy);
  fill(0, Side::Sell);
  CHECK(market.alerts() == 0);
  fill(1, Side::Sell);
  REQUIRE(market.count(AlertKind::OwnWashTrade) == 1);
  CHECK(market.last().severity == Severity::High);
  CHECK(market.last().kept().size() == 2);
}

TEST_CASE("trades without an aggressor are counted and judged by no rule", "[book][surveillance]") {
  Market market{17};
  for (int n = 0; n < 300; ++n) market.trade(Side::Buy, kMiddle + n, 1'000, false);
  CHECK(market.watch.counters().trades == 300);
  CHECK(market.alerts() == 0);
}

TEST_CASE("watching allocates nothing, also while alerts are raised", "[book][surveillance]") {
  Market market = ordinary(18);
  const auto add = [](std::uint64_t id) {
    MarketOrder order;
    order.order_id = id;
    order.price = Price::from_raw((kMiddle - 12) * kTickOfMarket.raw());
    order.qty = Qty::from_raw(100);
    return make_record(RecordKind::MarketOrder, order);
  };
  const auto before = allocations_on_this_thread();
  for (std::uint64_t n = 0; n < 2'000; ++n) {
    market.wait(50 * kNsPerUs);
    auto record = add(1'000'000 + n);
    record.header.venue_time = market.now;
    market.watch.on_order(record.header, market.feed.apply(record.header), market.feed);
    record.payload.action = OrderAction::Delete;
    market.watch.on_order(record.header, market.feed.apply(record.header), market.feed);
  }
  const auto after = allocations_on_this_thread();
  CHECK(after == before);
  CHECK(market.count(AlertKind::QuoteStuffing) == 1);
}
}  // namespace sq::book::surveillance
