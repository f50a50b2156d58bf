// Quote stuffing, momentum ignition and wash patterns, each number of the settings on both sides of
// its bound, and what an alert says. Each rule alone, on messages and trades made by hand.
#include <catch2/catch.hpp>
#include <cmath>
#include <optional>
#include <vector>

#include "tests/book/surveillance_market.hpp"

namespace sq::book::surveillance {
namespace {
constexpr std::int64_t kMs = kNsPerMs;
constexpr std::int64_t kSecond = kNsPerSecond;
constexpr WallTime kStart{1'700'000'000 * kSecond};
constexpr std::int64_t kBin = 12'500 * kNsPerUs;  // an eighth of the window of 100 ms

Price at_tick(std::int64_t ticks) { return Price::from_raw(ticks * kTickOfMarket.raw()); }

// Four hundred bins of `messages` each, as long as the rule takes to be warm, then a burst in the
// next bin.
class Stuffed {
 public:
  explicit Stuffed(const StuffingSettings& settings = {}, std::uint32_t messages = 0,
                   std::int64_t bins = 400)
      : rule{settings}, now{kStart} {
    rule.on_message(now);  // this one counts for the first bin
    for (std::int64_t bin = 0; bin < bins; ++bin) {
      now = kStart + bin * kBin;
      for (std::uint32_t n = bin == 0 ? 1 : 0; n < messages; ++n) rule.on_message(now);
    }
    now = kStart + bins * kBin;
  }
  void send(std::uint32_t messages) {
    for (std::uint32_t n = 0; n < messages; ++n) rule.on_message(now);
  }
  void orders(std::uint32_t added, std::uint32_t gone, std::int64_t life_ns = kMs) {
    for (std::uint32_t n = 0; n < added; ++n) rule.on_added();
    for (std::uint32_t n = 0; n < gone; ++n)
      rule.on_gone({.id = ++id,
                    .placed = now - life_ns,
                    .at = now,
                    .price = at_tick(kMiddle),
                    .qty = Qty::from_raw(3),
                    .side = Side::Sell});
  }
  QuoteStuffing rule;
  WallTime now;
  std::uint64_t id{0};
};

// Twenty stretches of a second, in each 100 lots at two prices a tick apart; then a burst of buyers
// of 8 trades from 10,000 ticks up, 100 lots each, and one trade of sellers. As the rule asks at
// each trade, the last one of the burst must be the one that completes it.
struct Burst {
  IgnitionSettings settings{};
  int stretches{20};
  int trades{8};
  std::int64_t lots{100};
  std::int64_t last_lots{100};
  std::int64_t ticks{8};
  std::int64_t step_ns{kMs};
  std::int64_t against_lots{0};  // sellers' among it
  std::int64_t back_ticks{4};
  std::int64_t back_lots{400};
  std::int64_t back_after{kSecond};
  Side side{Side::Buy};
};
class Ignited {
 public:
  explicit Ignited(const Burst& burst) : rule{burst.settings, kTickOfMarket} {
    for (int n = 0; n < burst.stretches; ++n) {
      now = kStart + n * burst.settings.burst_ns;
      trade(Side::Buy, 1, 50);
      trade(Side::Sell, 0, 50);
    }
    now = kStart + burst.stretches * burst.settings.burst_ns;
  }
  std::optional<Alert> trade(Side side, std::int64_t ticks, std::int64_t lots) {
    return rule.on_trade({++id, now, at_tick(kMiddle + ticks), Qty::from_raw(lots), side});
  }
  MomentumIgnition rule;
  WallTime now{kStart};
  std::uint64_t id{0};
};
std::optional<Alert> alert_of(const Burst& burst) {
  Ignited market{burst};
  const std::int64_t sign = sign_of(burst.side);
  for (int n = 0; n < burst.trades; ++n) {
    const bool last = n == burst.trades - 1;
    if (n == 1 && burst.against_lots != 0)
      market.trade(opposite(burst.side), 0, burst.against_lots);
    market.trade(burst.side, last ? sign * burst.ticks : 0, last ? burst.last_lots : burst.lots);
    if (!last) market.now = market.now + burst.step_ns;
  }
  market.now = market.now + burst.back_after;
  return market.trade(opposite(burst.side), sign * (burst.ticks - burst.back_ticks),
                      burst.back_lots);
}
bool found(const Burst& burst) { return alert_of(burst).has_value(); }

// Ordinary trades of 100 lots, then a chain of `pairs` pairs of 300.
struct Chain {
  WashSettings settings{};
  int ordinary{194};
  int trades{6};
  std::int64_t lots{300};
  std::int64_t step_ns{200 * kMs};
};
std::optional<Alert> alert_of(const Chain& chain) {
  WashTrades rule{chain.settings};
  std::uint64_t id = 0;
  for (int n = 0; n < chain.ordinary; ++n)
    CHECK_FALSE(
        rule.on_trade({++id, kStart, at_tick(kMiddle + n % 7), Qty::from_raw(100), Side::Buy}));
  std::optional<Alert> alert;
  for (int n = 0; n < chain.trades; ++n)
    alert = rule.on_trade({++id, kStart + n * chain.step_ns, at_tick(kMiddle),
                           Qty::from_raw(chain.lots), n % 2 == 0 ? Side::Buy : Side::Sell});
  return alert;
}
bool found(const Chain& chain) { return alert_of(chain).has_value(); }
}  // namespace

TEST_CASE("quote stuffing needs its messages, and a time that was seen before",
          "[book][surveillance]") {
  Stuffed market;
  market.send(199);
  CHECK_FALSE(market.rule.is_burst());
  market.send(1);
  CHECK(market.rule.is_burst());
  Stuffed early{{}, 0, 399};
  early.send(300);
  CHECK_FALSE(early.rule.is_burst());
}

TEST_CASE("quote stuffing needs its multiple of the usual messages", "[book][surveillance]") {
  Stuffed market{{}, 5};  // 40 in a window: 400 are asked, 35 are in the seven bins before
  CHECK(market.rule.usual() == Approx(40).epsilon(0.01));
  market.send(1);
  CHECK(market.rule.usual() == Approx(40));
  market.send(363);
  CHECK_FALSE(market.rule.is_burst());
  market.send(1);
  CHECK(market.rule.is_burst());
}

TEST_CASE("messages count for a window and no longer", "[book][surveillance]") {
  Stuffed market;
  market.send(150);
  market.now = market.now + 7 * kBin;
  market.send(50);
  CHECK(market.rule.is_burst());
  market.now = market.now + kBin;
  market.send(100);
  CHECK_FALSE(market.rule.is_burst());
  market.send(50);
  CHECK(market.rule.is_burst());
}

TEST_CASE("the usual number of messages is a mean that no burst can carry off",
          "[book][surveillance]") {
  for (const auto& [windows, burst, per_bin] : {std::tuple{600U, 10U, 5 + 5.0 / 401},
                                                {8U, 10U, 5 + 5.0 / 64},
                                                {600U, 1'000U, 5 + 10.0 / 401},
                                                {8U, 1'000U, 5 + 10.0 / 64}}) {
    Stuffed market{{.baseline_windows = windows}, 5};
    market.send(burst);
    market.now = market.now + kBin;
    market.send(1);
    CHECK(market.rule.usual() == Approx(8 * per_bin));
  }
  Stuffed cold{{}, 5, 10};  // the plain mean
  cold.send(1'000);
  cold.now = cold.now + kBin;
  cold.send(1);
  CHECK(cold.rule.usual() == Approx(8 * 1'050.0 / 11));
}

TEST_CASE("quote stuffing needs orders that die young and hardly trade", "[book][surveillance]") {
  struct Case {
    std::uint32_t added, gone, executed;
    bool raised;
  };
  for (const auto& [added, gone, executed, raised] :
       {Case{100, 80, 0, true}, Case{100, 79, 0, false}, Case{0, 0, 0, false},
        Case{100, 100, 10, true}, Case{100, 100, 11, false}}) {
    Stuffed market;
    market.send(200);
    market.orders(added, gone);
    for (std::uint32_t n = 0; n < executed; ++n) market.rule.on_executed();
    CHECK(market.rule.judge().has_value() == raised);
  }
  for (const auto& [life_ns, raised] : {std::pair{10 * kMs, true}, {10 * kMs + 1, false}}) {
    Stuffed market;
    market.send(200);
    market.orders(100, 100, life_ns);
    CHECK(market.rule.judge().has_value() == raised);
  }
}

TEST_CASE("the alert of quote stuffing names the last orders and what is beyond the usual",
          "[book][surveillance]") {
  Stuffed market{{}, 5};
  market.send(365);
  market.orders(100, 90);
  const auto alert = market.rule.judge();
  REQUIRE(alert.has_value());
  CHECK(alert->kind == AlertKind::QuoteStuffing);
  CHECK(alert->score == Approx(0.9 * (1 - 40.0 / 400)));
  CHECK(alert->severity == Severity::Medium);
  CHECK(alert->until == market.now);
  CHECK(alert->from == market.now - 7 * kBin);
  CHECK(alert->evidence_count == 90);
  REQUIRE(alert->kept().size() == 12);
  CHECK(alert->kept()[0].id == 90);
  CHECK(alert->kept()[11].id == 79);
  CHECK(alert->kept()[0].placed == market.now - kMs);
  CHECK(alert->kept()[0].side == Side::Sell);
}

TEST_CASE("each number of a momentum ignition is found at its bound and not beyond",
          "[book][surveillance]") {
  CHECK(found(Burst{}));
  CHECK(found(Burst{.side = Side::Sell}));
  CHECK_FALSE(found(Burst{.stretches = 19}));
  CHECK_FALSE(found(Burst{.trades = 7}));
  CHECK(found(Burst{.settings = {.trades_min = 7}, .trades = 7}));
  // five times the usual volume of 100
  CHECK(found(Burst{.lots = 60, .last_lots = 80, .back_lots = 250}));
  CHECK_FALSE(found(Burst{.lots = 60, .last_lots = 79, .back_lots = 250}));
  // five ticks; and four times the usual range of one
  CHECK(found(Burst{.ticks = 5}));
  CHECK_FALSE(found(Burst{.ticks = 4, .back_ticks = 3}));
  CHECK(found(Burst{.settings = {.move_ticks_min = 1}, .ticks = 4, .back_ticks = 3}));
  CHECK_FALSE(found(Burst{.settings = {.move_ticks_min = 1}, .ticks = 3, .back_ticks = 3}));
  // nine tenths on one side
  CHECK(found(Burst{.trades = 9, .against_lots = 100, .back_lots = 500}));
  CHECK_FALSE(found(Burst{.trades = 9, .against_lots = 101, .back_lots = 500}));
  // the burst's own time: the first trade is in the eighth bin before the last, or in the ninth
  CHECK(found(Burst{.step_ns = 125 * kMs}));
  CHECK_FALSE(found(Burst{.step_ns = 143 * kMs}));
  // half of the move and of the volume, within ten seconds
  CHECK_FALSE(found(Burst{.back_ticks = 3}));
  CHECK_FALSE(found(Burst{.back_lots = 399}));
  CHECK(found(Burst{.back_after = 10 * kSecond}));
  CHECK_FALSE(found(Burst{.back_after = 10 * kSecond + 1}));
}

TEST_CASE("the alert of a momentum ignition says what the usual trading does not explain",
          "[book][surveillance]") {
  const auto alert = alert_of(Burst{});
  REQUIRE(alert.has_value());
  CHECK(alert->kind == AlertKind::MomentumIgnition);
  CHECK(alert->side == Side::Buy);
  CHECK(alert->score == Approx((1 - 1.0 / 8) * (1 - 100.0 / 800)));
  CHECK(alert->severity == Severity::Medium);
  CHECK(alert->from == kStart + 20 * kSecond + 2 * kMs);  // the third of eight: six are kept
  CHECK(alert->until == kStart + 20 * kSecond + 7 * kMs + kSecond);
  REQUIRE(alert->kept().size() == 7);
  CHECK(alert->kept()[5].price == at_tick(kMiddle + 8));
  CHECK(alert->kept()[6].side == Side::Sell);
  CHECK(alert->kept()[6].id == 49);  // 40 before the burst, 8 of it
}

TEST_CASE("the usual volume and range are means that no burst can carry off",
          "[book][surveillance]") {
  for (const auto& [stretches, lots, volume] : {std::tuple{60U, 200, 100 + 100.0 / 21},
                                                {4U, 200, 125.0},
                                                {60U, 5'000, 100 + 200.0 / 21},
                                                {4U, 5'000, 150.0}}) {
    Ignited market{Burst{.settings = {.baseline_stretches = stretches}}};
    market.trade(Side::Buy, 1, lots);
    CHECK(market.rule.usual_volume() == Approx(100));
    CHECK(market.rule.usual_range() == Approx(static_cast<double>(kTickOfMarket.raw())));
    market.now = market.now + kSecond;
    market.trade(Side::Buy, 1, 1);
    CHECK(market.rule.usual_volume() == Approx(volume));
  }
}

TEST_CASE("each number of a wash pattern is found at its bound and not beyond",
          "[book][surveillance]") {
  CHECK(found(Chain{}));
  CHECK_FALSE(found(Chain{.ordinary = 193}));  // warm with 200
  CHECK_FALSE(found(Chain{.ordinary = 300, .trades = 5}));
  CHECK(found(Chain{.settings = {.pairs = 4}, .trades = 8, .step_ns = 100 * kMs}));
  CHECK_FALSE(found(Chain{.settings = {.pairs = 4}, .step_ns = 100 * kMs}));
  CHECK_FALSE(found(Chain{.lots = 299}));
  CHECK(found(Chain{.settings = {.window_ns = 1'000 * kMs}}));
  CHECK_FALSE(found(Chain{.settings = {.window_ns = 1'000 * kMs - 1}}));
  // One more of two trades, when one in a hundred is of this size: 1 - exp(-0.02) = 0.0198.
  CHECK(found(Chain{.settings = {.pairs = 1, .chance_max = 0.0199}, .ordinary = 198, .trades = 2}));
  CHECK_FALSE(
      found(Chain{.settings = {.pairs = 1, .chance_max = 0.0197}, .ordinary = 198, .trades = 2}));
}

TEST_CASE("the alert of a wash pattern names its trades", "[book][surveillance]") {
  const auto alert =
      alert_of(Chain{.settings = {.pairs = 1, .chance_max = 0.0199}, .ordinary = 198, .trades = 2});
  REQUIRE(alert.has_value());
  CHECK(alert->kind == AlertKind::WashPattern);
  CHECK(alert->score == Approx(std::exp(-0.02)));
  CHECK(alert->severity == Severity::Low);
  CHECK(alert->from == kStart);
  CHECK(alert->until == kStart + 200 * kMs);
  REQUIRE(alert->kept().size() == 2);
  CHECK(alert->kept()[0].id == 199);
  CHECK(alert->kept()[0].side == Side::Buy);
  CHECK(alert->kept()[1].id == 200);
  CHECK(alert->kept()[1].side == Side::Sell);
  const auto longer = alert_of(Chain{.trades = 14, .step_ns = 10 * kMs});
  REQUIRE(longer.has_value());
  CHECK(longer->evidence_count == 14);
  CHECK(longer->kept().size() == 12);
}

TEST_CASE("eight chains of trades are followed at once, a ninth takes the place of the oldest",
          "[book][surveillance]") {
  for (const auto& [chains, raised] : {std::pair{8, true}, {9, false}}) {
    WashTrades rule{{.pairs = 1, .chance_max = 1, .warm_trades = 1}};
    for (int n = 0; n < 100; ++n)
      rule.on_trade({1, kStart, at_tick(kMiddle), Qty::from_raw(100), Side::Buy});
    for (int n = 0; n < chains; ++n)
      rule.on_trade({2, kStart + n, at_tick(kMiddle), Qty::from_raw(1'000 + n), Side::Buy});
    const auto first =
        rule.on_trade({3, kStart + 20, at_tick(kMiddle), Qty::from_raw(1'000), Side::Sell});
    CHECK(first.has_value() == raised);
  }
}

TEST_CASE("sixty-four own fills are remembered", "[book][surveillance]") {
  for (const auto& [between, raised] : {std::pair{63, true}, {64, false}}) {
    OwnWashTrades rule;
    CHECK_FALSE(rule.on_own_fill(1, Side::Buy, at_tick(1), Qty::from_raw(5), kStart));
    for (int n = 0; n < between; ++n)
      rule.on_own_fill(10 + static_cast<std::uint64_t>(n), Side::Buy, at_tick(1), Qty::from_raw(5),
                       kStart);
    CHECK(rule.on_own_fill(1, Side::Sell, at_tick(1), Qty::from_raw(5), kStart + 1).has_value() ==
          raised);
  }
}
}  // namespace sq::book::surveillance
