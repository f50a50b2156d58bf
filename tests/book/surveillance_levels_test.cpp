// Level feeds under surveillance: what depth updates, best prices and trade prints tell the rules;
// and the bounds of the watch as a whole.
#include <catch2/catch.hpp>
#include <vector>

#include "tests/book/depth_records.hpp"
#include "tests/book/surveillance_market.hpp"

namespace sq::book::surveillance {
namespace {
constexpr std::int64_t kMs = kNsPerMs;
constexpr std::int64_t kSecond = kNsPerSecond;

// A book of levels in which single levels of 100 lots have come and gone for 52.5 s.
class Levels {
 public:
  explicit Levels(const SurveillanceSettings& settings = {}, int warm = 210)
      : book{{.tick = kTestTick}}, watch{with_tick(settings)} {
    for (int n = 0; n < warm; ++n) {
      set(kMiddle - 20, 100);
      wait(100 * kMs);
      set(kMiddle - 20, 0);
      wait(150 * kMs);
    }
  }
  void wait(std::int64_t ns) { now = now + ns; }
  // One depth update.
  void set(std::int64_t ticks, std::int64_t lots, Side side = Side::Buy) {
    const std::vector<Level> level{level_at(ticks, lots)};
    send(side == Side::Buy ? update_of(DepthChain::Linked, {}, level, {})
                           : update_of(DepthChain::Linked, {}, {}, level));
  }
  void snapshot(std::int64_t ticks, std::int64_t lots) {
    book.clear();
    send(snapshot_of(DepthChain::Linked, 1, {level_at(ticks, lots)}, {}));
  }
  void trade(Side aggressor, std::int64_t ticks, std::int64_t lots, bool aggregate = false) {
    TradePrint print;
    print.first_trade_id = ++id;
    print.last_trade_id = aggregate ? id + 1 : id;
    print.aggregate = aggregate ? 1 : 0;
    print.price = price_at(ticks);
    print.qty = Qty::from_raw(lots);
    print.aggressor = aggressor;
    auto record = make_record(RecordKind::TradePrint, print);
    record.header.venue_time = now;
    watch.on_trade(record.header);
  }
  void top(std::int64_t bid) {
    auto record = top_of(1, level_at(bid, 1), level_at(bid + 5, 1));
    record.header.wall = now;  // a venue that gives no time of its own
    watch.on_top(record.header);
  }
  [[nodiscard]] std::uint64_t spoofs_after(std::int64_t ns) {
    wait(ns);
    watch.on_time(now);
    return watch.alerts().count(AlertKind::Spoofing);
  }
  L2Book book;
  Surveillance watch;
  WallTime now{1'700'000'000 * kSecond};
  std::uint64_t id{0};

 private:
  static SurveillanceSettings with_tick(SurveillanceSettings settings) {
    settings.tick = kTestTick;
    return settings;
  }
  void send(DepthRecord record) {
    record.header().venue_time = now;
    REQUIRE(book.apply(bids_of(record.header()), asks_of(record.header())) == Applied::Ok);
    watch.on_depth(record.header(), book);
  }
};

// 2,000 lots at one price for 400 ms; the other side trades 15 ms before they go, and the book is
// updated 10 ms before.
void spoof(Levels& market, std::int64_t before = 0, std::int64_t after = 0) {
  if (before != 0) market.set(kMiddle - 2, before);
  market.wait(50 * kMs);
  market.set(kMiddle - 2, before + 2'000);
  market.wait(385 * kMs);
  market.trade(Side::Buy, kMiddle + 1, 100);
  market.wait(5 * kMs);
  market.set(kMiddle + 9, 1, Side::Sell);
  market.wait(10 * kMs);
  market.set(kMiddle - 2, after);
}
}  // namespace

TEST_CASE("a large level that comes and goes in one update each is a spoof, of no known order",
          "[book][surveillance]") {
  Levels market;
  spoof(market);
  REQUIRE(market.spoofs_after(51 * kMs) == 1);
  const Alert& alert = market.watch.alerts()[0];
  CHECK(alert.side == Side::Buy);
  // 52.95 s seen; the level may have gone up to 10 ms before it was seen to go, 15 ms after the
  // only trade.
  CHECK(alert.score == Approx(52.95 / (52.95 + 0.025)));
  CHECK(alert.until - alert.from == 400 * kMs);
  REQUIRE(alert.kept().size() == 2);
  CHECK(alert.kept()[0].id == 0);
  CHECK(alert.kept()[0].price == price_at(kMiddle - 2));
  CHECK(alert.kept()[0].qty == Qty::from_raw(2'000));
  CHECK(alert.kept()[1].id == 1);  // the trade's number
  CHECK(alert.kept()[1].side == Side::Sell);
  CHECK(alert.kept()[1].placed == WallTime{});
  CHECK(alert.messages == market.watch.counters().messages);
}

TEST_CASE("what came on top of a level is watched by itself, nine tenths of it must go",
          "[book][surveillance]") {
  for (const auto& [after, expected] : {std::pair{100, 1U}, {300, 1U}, {301, 0U}}) {
    Levels market;
    spoof(market, 100, after);
    CHECK(market.spoofs_after(51 * kMs) == expected);
  }
}

TEST_CASE("a level that was traded away is no spoof, whether the trade is told before or after",
          "[book][surveillance]") {
  for (const auto& [lots, expected] : {std::pair{2'000, 0U}, {1, 1U}}) {
    Levels market;
    market.set(kMiddle - 2, 2'000);
    market.wait(400 * kMs);
    market.trade(Side::Buy, kMiddle + 1, 100);
    market.trade(Side::Sell, kMiddle - 2, lots);
    market.wait(5 * kMs);
    market.set(kMiddle - 2, 0);
    CHECK(market.spoofs_after(51 * kMs) == expected);
  }
  for (const auto& [lots, ticks, expected] :
       {std::tuple{1'000, 2, 0U}, {999, 2, 1U}, {1'000, 3, 1U}}) {  // half of it, at its price
    Levels market;
    spoof(market);
    market.wait(20 * kMs);
    market.trade(Side::Sell, kMiddle - ticks, lots);
    CHECK(market.spoofs_after(51 * kMs) == expected);
  }
}

TEST_CASE("what a snapshot shows was not placed then, and a lost book drops suspicions",
          "[book][surveillance]") {
  Levels market;
  market.snapshot(kMiddle - 2, 2'000);
  market.wait(400 * kMs);
  market.trade(Side::Buy, kMiddle + 1, 100);
  market.wait(5 * kMs);
  market.set(kMiddle - 2, 0);
  CHECK(market.spoofs_after(51 * kMs) == 0);
  Levels lost;
  spoof(lost);
  lost.watch.on_book_lost();
  CHECK(lost.spoofs_after(51 * kMs) == 0);
  CHECK(lost.watch.usual_size() == Qty::from_raw(100));  // what is usual is kept
}

TEST_CASE("aggregates of trades that were told singly count once", "[book][surveillance]") {
  Levels market;
  market.trade(Side::Buy, kMiddle, 100, true);
  CHECK(market.watch.counters().trades == 1);
  market.trade(Side::Buy, kMiddle, 100);
  market.trade(Side::Buy, kMiddle, 100, true);
  CHECK(market.watch.counters().trades == 2);
}

TEST_CASE("the best prices are those that the feed tells, else those of the book",
          "[book][surveillance]") {
  Levels market;
  const auto changes = [&] { return market.watch.toxicity().flicker.count; };
  const auto before = changes();
  CHECK(before > 0);
  market.top(kMiddle);
  const auto first = changes();
  market.set(kMiddle - 3, 100);
  CHECK(changes() == first);  // the book's best price no longer counts
  market.top(kMiddle + 1);
  CHECK(changes() == first + 2);
}

TEST_CASE("no size is large before enough of them were seen", "[book][surveillance]") {
  const Levels early{{.warm_orders = 201}, 200};
  CHECK(early.watch.usual_size() == Qty{});
  const Levels enough{{.warm_orders = 201}, 201};
  CHECK(enough.watch.usual_size() == Qty::from_raw(100));
  for (const auto& [warm_orders, expected] : {std::pair{212U, 1U}, {213U, 0U}}) {
    Levels market{{.warm_orders = warm_orders}};  // 210; the spoof and the other side's level too
    spoof(market);
    CHECK(market.spoofs_after(51 * kMs) == expected);
  }
}

TEST_CASE("a second alert of its kind needs the cool-down to be over", "[book][surveillance]") {
  for (const auto& [gap, alerts] : {std::pair{kSecond, 2U}, {kSecond - 1, 1U}}) {
    Levels market;
    for (const std::uint64_t trade : {1U, 2U}) {
      if (trade == 2) market.wait(gap);
      for (const Side side : {Side::Buy, Side::Sell})
        market.watch.on_own_fill(trade, side, price_at(kMiddle), Qty::from_raw(1), market.now);
    }
    CHECK(market.watch.alerts().total() == alerts);
    CHECK(market.watch.counters().suppressed[5] == 2 - alerts);
  }
}

TEST_CASE("beyond their numbers orders are not followed and alerts overwrite the oldest",
          "[book][surveillance]") {
  Levels market{{.orders_max = 3, .alerts_max = 2, .cool_down_ns = 0}, 0};
  for (std::int64_t n = 1; n <= 5; ++n) market.set(kMiddle - n, 100);
  CHECK(market.watch.counters().untracked == 2);
  CHECK(market.watch.counters().messages == 5);
  for (std::uint64_t trade = 1; trade <= 5; ++trade)
    for (const Side side : {Side::Buy, Side::Sell})
      market.watch.on_own_fill(trade, side, price_at(kMiddle), Qty::from_raw(1), market.now);
  const AlertRing& alerts = market.watch.alerts();
  CHECK(alerts.size() == 2);
  CHECK(alerts.overwritten() == 3);
  CHECK(alerts[0].kept()[0].id == 4);
  CHECK(alerts[1].kept()[0].id == 5);
}
}  // namespace sq::book::surveillance
