// Spoofing and layering, each number of the settings on both sides of its bound, and what an alert
// says. The rule alone, on withdrawals and executions made by hand before an empty book: all that
// is withdrawn is then the whole of what was near, and the usual size is told.
#include <catch2/catch.hpp>
#include <cmath>
#include <optional>
#include <vector>

#include "engine/book/surveillance/withdrawals.hpp"
#include "tests/book/surveillance_market.hpp"

namespace sq::book::surveillance {
namespace {
constexpr std::int64_t kMs = kNsPerMs;
constexpr std::int64_t kSecond = kNsPerSecond;
constexpr WallTime kStart{1'700'000'000 * kSecond};

Price at_tick(std::int64_t ticks) { return Price::from_raw(ticks * kTickOfMarket.raw()); }

class Pulls {
 public:
  explicit Pulls(const WithdrawalSettings& settings = {}) : rule_{settings} {
    executions_.advance(kStart);
    rule_.start(kStart);
  }
  void execute(std::int64_t at, std::int64_t placed, std::int64_t lots, Side side = Side::Sell) {
    executions_.push({.id = ++id_,
                      .at = kStart + at,
                      .placed = kStart + placed,
                      .price = at_tick(kMiddle + 1),
                      .qty = Qty::from_raw(lots),
                      .side = side});
  }
  struct Pull {
    std::int64_t at{0};
    std::int64_t placed{0};
    std::int64_t lots{1'000};
    std::int64_t filled{0};
    std::int64_t tick{kMiddle - 2};
    Side side{Side::Buy};
  };
  void pull(const Pull& one) {
    executions_.advance(kStart + one.at);
    rule_.on_withdrawn({.id = ++id_,
                        .placed = kStart + one.placed,
                        .at = kStart + one.at,
                        .price = at_tick(one.tick),
                        .qty = Qty::from_raw(one.lots),
                        .filled = Qty::from_raw(one.filled),
                        .side = one.side},
                       Qty::from_raw(100), executions_, NearBook{feed});
  }
  // A suspicion that was decided at last; by default long after.
  std::optional<Alert> settle(std::int64_t at = 3'600 * kSecond) {
    return rule_.settle(kStart + at);
  }
  Withdrawals& rule() { return rule_; }
  OrderFeed feed{{.tick = kTickOfMarket, .lot = Qty::from_raw(1), .orders_max = 100}};

 private:
  Executions executions_;
  Withdrawals rule_;
  std::uint64_t id_{0};
};

// A spoof of ten times the usual size: placed after 50 s, half the usual size executed 200 ms
// later, pulled after 100 ms more.
struct Spoof {
  WithdrawalSettings settings{};
  std::int64_t lots{1'000};
  std::int64_t filled{0};
  std::int64_t executed{50};
  std::int64_t executed_after{200 * kMs};
  std::int64_t pulled_after{300 * kMs};
  std::int64_t genuine_before{kSecond};
};
bool found(const Spoof& spoof) {
  constexpr std::int64_t kPlaced = 50 * kSecond;
  Pulls pulls{spoof.settings};
  pulls.execute(kPlaced + spoof.executed_after, kPlaced - spoof.genuine_before, spoof.executed);
  pulls.pull({.at = kPlaced + spoof.pulled_after,
              .placed = kPlaced,
              .lots = spoof.lots,
              .filled = spoof.filled});
  const auto alert = pulls.settle();
  if (alert) CHECK(alert->kind == AlertKind::Spoofing);
  return alert.has_value();
}

// Layers of 400 lots, pulled one after the other from `first` after the start.
struct Layers {
  WithdrawalSettings settings{};
  std::int64_t first{30 * kSecond};
  std::int64_t step{50 * kMs};
  std::int64_t lots{400};
  std::int64_t count{3};
};
void pull(Pulls& pulls, const Layers& layers) {
  pulls.execute(layers.first - 10 * kMs, layers.first - kSecond, 100);
  for (std::int64_t n = 0; n < layers.count; ++n)
    pulls.pull({.at = layers.first + n * layers.step,
                .placed = layers.first - 100 * kMs,
                .lots = layers.lots,
                .tick = kMiddle - 2 - n});
}
bool found(const Layers& layers) {
  Pulls pulls{layers.settings};
  pull(pulls, layers);
  const auto alert = pulls.settle();
  if (alert) CHECK(alert->kind == AlertKind::Layering);
  return alert.has_value();
}
}  // namespace

TEST_CASE("the alert of a spoof says which orders, when, how much and how sure",
          "[book][surveillance]") {
  Pulls pulls;
  pulls.execute(29'500 * kMs, 29'000 * kMs, 60);             // before the spoof was placed
  pulls.execute(29'800 * kMs, 29'000 * kMs, 70);             // 1
  pulls.execute(29'800 * kMs, 29'000 * kMs, 30, Side::Buy);  // of the spoof's own side
  pulls.pull({.at = 30'000 * kMs, .placed = 29'600 * kMs, .lots = 1'234});
  CHECK_FALSE(pulls.settle(30'050 * kMs).has_value());  // it may still come back
  const auto alert = pulls.settle(30'050 * kMs + 1);
  REQUIRE(alert.has_value());
  CHECK(alert->side == Side::Buy);
  CHECK(alert->from == kStart + 29'600 * kMs);
  CHECK(alert->until == kStart + 30'000 * kMs);
  // 30 s seen, one execution that is not the pattern's; the whole of the near quantity.
  const double score = std::pow(1 + 0.2 / 30, -2);
  CHECK(alert->score == Approx(score).epsilon(1e-12));
  CHECK(alert->severity == Severity::High);
  REQUIRE(alert->kept().size() == 2);
  const Evidence& spoof = alert->kept()[0];
  CHECK(spoof.role == Evidence::Role::Withdrawn);
  CHECK(spoof.id == 4);
  CHECK(spoof.side == Side::Buy);
  CHECK(spoof.price == at_tick(kMiddle - 2));
  CHECK(spoof.qty == Qty::from_raw(1'234));
  CHECK(spoof.at == kStart + 30'000 * kMs);
  CHECK(spoof.placed == kStart + 29'600 * kMs);
  const Evidence& bait = alert->kept()[1];
  CHECK(bait.role == Evidence::Role::Executed);
  CHECK(bait.id == 2);
  CHECK(bait.side == Side::Sell);
  CHECK(bait.qty == Qty::from_raw(70));
  CHECK(bait.at == kStart + 29'800 * kMs);
  CHECK(bait.placed == kStart + 29'000 * kMs);
  CHECK_FALSE(pulls.settle().has_value());
}

TEST_CASE("each number of a spoof is found at its bound and not beyond", "[book][surveillance]") {
  CHECK(found(Spoof{}));
  CHECK(found(Spoof{.lots = 1'000}));
  CHECK_FALSE(found(Spoof{.lots = 999}));
  CHECK(found(Spoof{.settings = {.large_multiple = 9}, .lots = 900}));
  CHECK_FALSE(found(Spoof{.settings = {.large_multiple = 9}, .lots = 899}));
  // life
  CHECK(found(Spoof{.executed_after = 9'900 * kMs, .pulled_after = 10 * kSecond}));
  CHECK_FALSE(found(Spoof{.executed_after = 9'900 * kMs, .pulled_after = 10 * kSecond + 1}));
  // filled: a tenth of 2,000
  CHECK(found(Spoof{.lots = 1'800, .filled = 200}));
  CHECK_FALSE(found(Spoof{.lots = 1'799, .filled = 201}));
  // how soon after, whatever the score
  const WithdrawalSettings any_score{.score_min = 0};
  CHECK(found(Spoof{.settings = any_score, .pulled_after = 1'200 * kMs}));
  CHECK_FALSE(found(Spoof{.settings = any_score, .pulled_after = 1'200 * kMs + 1}));
  // while it stood
  CHECK(found(Spoof{.executed_after = 0}));
  CHECK_FALSE(found(Spoof{.executed_after = -1}));
  CHECK(found(Spoof{.executed_after = 300 * kMs}));
  // how old the executed order was
  CHECK(found(Spoof{.genuine_before = 30 * kSecond}));
  CHECK_FALSE(found(Spoof{.genuine_before = 30 * kSecond + 1}));
  // how much was executed: of the usual size, and of what was withdrawn
  CHECK_FALSE(found(Spoof{.executed = 49}));
  CHECK(found(Spoof{.executed = 500}));
  CHECK_FALSE(found(Spoof{.executed = 501}));
}

TEST_CASE("a spoof needs its score, both sides of the limit", "[book][surveillance]") {
  // 50.3 s seen, pulled 100 ms after the only execution, which is the pattern's own.
  const double score = 50.3 / 50.4;
  CHECK(found(Spoof{.settings = {.score_min = score - 1e-9}}));
  CHECK_FALSE(found(Spoof{.settings = {.score_min = score + 1e-9}}));
}

TEST_CASE("what comes back, or goes on the other side, needs its share and its time",
          "[book][surveillance]") {
  struct Case {
    std::int64_t lots;
    std::int64_t tick;
    Side side;
    bool raised;
  };
  for (const auto& [lots, tick, side, raised] :
       {Case{500, kMiddle - 9, Side::Buy, false}, Case{499, kMiddle - 9, Side::Buy, true},
        Case{500, kMiddle + 2, Side::Sell, true}}) {
    Pulls pulls;
    pulls.execute(49'900 * kMs, 49'000 * kMs, 50);
    pulls.pull({.at = 50 * kSecond, .placed = 49'500 * kMs});
    pulls.rule().on_placed(side, at_tick(tick), Qty::from_raw(lots));
    CHECK(pulls.settle().has_value() == raised);
  }
  for (const auto& [lots, before, raised] :
       {std::tuple{500, 50 * kMs, false}, {499, 50 * kMs, true}, {500, 50 * kMs + 1, true}}) {
    Pulls pulls;
    pulls.pull({.at = 50 * kSecond - before,
                .placed = 49'500 * kMs,
                .lots = lots,
                .tick = kMiddle + 4,
                .side = Side::Sell});
    pulls.execute(50 * kSecond - 60 * kMs, 49'000 * kMs, 50);
    pulls.pull({.at = 50 * kSecond, .placed = 49'500 * kMs});
    CHECK(pulls.settle().has_value() == raised);
  }
}

TEST_CASE("the near levels end at their number", "[book][surveillance]") {
  for (const auto& [levels, tick, raised] : {std::tuple{4, kMiddle - 8, true},
                                             {4, kMiddle - 9, false},
                                             {5, kMiddle - 9, true}}) {  // fewer: all is near
    Pulls pulls{WithdrawalSettings{.near_levels = static_cast<std::uint32_t>(levels)}};
    for (std::int64_t n = 1; n <= 4; ++n) {
      MarketOrder order;
      order.order_id = static_cast<std::uint64_t>(n);
      order.price = at_tick(kMiddle - 2 * n);
      order.qty = Qty::from_raw(1);
      pulls.feed.apply(make_record(RecordKind::MarketOrder, order).header);
    }
    pulls.execute(49'900 * kMs, 49'000 * kMs, 50);
    pulls.pull({.at = 50 * kSecond, .placed = 49'500 * kMs, .tick = tick});
    CHECK(pulls.settle().has_value() == raised);
  }
}

TEST_CASE("eight suspicions wait at once, and no more", "[book][surveillance]") {
  Pulls pulls;
  pulls.execute(49'900 * kMs, 49'000 * kMs, 50);
  for (std::int64_t n = 0; n < 9; ++n)  // of one price: no layers
    pulls.pull({.at = 50 * kSecond, .placed = 49'500 * kMs});
  int count = 0;
  while (pulls.settle()) ++count;
  CHECK(count == 8);
}

TEST_CASE("layers need their number of prices, both sides of the limit", "[book][surveillance]") {
  CHECK(found(Layers{.count = 3}));
  CHECK_FALSE(found(Layers{.lots = 900, .count = 2}));
  CHECK(found(Layers{.settings = {.layers = 2}, .step = 10 * kMs, .lots = 900, .count = 2}));
  CHECK(found(Layers{.settings = {.layers = 5}, .step = 0, .count = 5}));
  CHECK_FALSE(found(Layers{.settings = {.layers = 5}, .step = 0, .count = 4}));
}

TEST_CASE("layers go together by more than chance, both sides of the limit",
          "[book][surveillance]") {
  // No other withdrawal in the time T before: two more within dt by chance (dt / (T + dt))^2, which
  // is 0.001 at dt = 100 ms and T = 3.0623 s.
  CHECK(found(Layers{.first = 3'063 * kMs}));
  CHECK_FALSE(found(Layers{.first = 3'062 * kMs}));
  const WithdrawalSettings strict{.together_chance_max = 0.00001};  // T = 31.5228 s
  CHECK(found(Layers{.settings = strict, .first = 31'523 * kMs}));
  CHECK_FALSE(found(Layers{.settings = strict, .first = 31'522 * kMs}));
  CHECK(found(Layers{.first = 1'200 * kMs, .step = 0}));  // at once: by no chance
}

TEST_CASE("large orders that are pulled all the time are no layers, smaller ones do not matter",
          "[book][surveillance]") {
  // With one other in T the chance is 1 - (1 - p)^2 (1 + 2 p), p = dt / (T + dt): 0.000945 at
  // T = 5.5 s and 0.001055 at 5.2 s.
  for (const auto& [first, lots, raised] :
       {std::tuple{5'500 * kMs, 400, true}, {5'200 * kMs, 400, false}, {5'200 * kMs, 399, true}}) {
    Pulls pulls;
    pulls.pull({.at = kSecond, .placed = 900 * kMs, .lots = lots});
    pull(pulls, {.first = first});
    CHECK(pulls.settle().has_value() == raised);
  }
  // Forty of them in the last minute are too many, before that they are forgotten.
  for (const auto& [since, raised] : {std::pair{1, false}, {61, true}}) {
    Pulls pulls;
    for (std::int64_t n = 0; n < 40; ++n)
      pulls.pull({.at = kSecond + n * kMs, .placed = kSecond - kMs, .lots = 900});
    pull(pulls, {.first = (since + 2) * kSecond});
    CHECK(pulls.settle().has_value() == raised);
  }
}

TEST_CASE("an unrelated cancel shortly before does not hide layers that go at once",
          "[book][surveillance]") {
  Pulls pulls;
  pulls.execute(1'100 * kMs, 500 * kMs, 100);
  pulls.pull({.at = 1'110 * kMs, .placed = 1'050 * kMs, .lots = 300, .tick = kMiddle - 9});
  for (std::int64_t n = 0; n < 3; ++n)
    pulls.pull({.at = 1'200 * kMs, .placed = 1'050 * kMs, .lots = 400, .tick = kMiddle - 2 - n});
  const auto alert = pulls.settle();
  REQUIRE(alert.has_value());
  CHECK(alert->kind == AlertKind::Layering);
  CHECK(alert->from == kStart + 1'050 * kMs);
  CHECK(alert->kept()[0].price == at_tick(kMiddle - 4));  // the newest first
}

TEST_CASE("an order that is reduced by nine tenths is taken back, by less it is not",
          "[book][surveillance]") {
  for (const auto& [by, expected] : {std::pair{1'800, 1U}, {1'799, 0U}}) {
    Market market{1};
    market.flow(60 * kSecond);
    const auto genuine = market.add(Side::Sell, kMiddle + 1, 100);
    const auto spoof = market.add(Side::Buy, kMiddle - 3, 2'000);
    market.wait(400 * kMs);
    market.execute(genuine, 100);
    market.wait(5 * kMs);
    market.reduce(spoof, by);
    market.settle();
    CHECK(market.count(AlertKind::Spoofing) == expected);
  }
}
}  // namespace sq::book::surveillance
