// Windows, token buckets and duplicate memory against models that keep everything.
#include <catch2/catch.hpp>
#include <deque>
#include <map>
#include <random>
#include <tuple>

#include "engine/risk/policies/accumulation.hpp"
#include "engine/risk/policies/duplicate_orders.hpp"
#include "engine/risk/policies/message_bucket.hpp"
#include "engine/risk/policies/order_to_trade.hpp"
#include "engine/risk/policies/sliding_window.hpp"

using namespace sq;
using namespace sq::risk;

namespace {
struct Event {
  std::int64_t at{0};
  std::int64_t qty{0};
};
// Keeps everything: what is younger than `window`.
struct Everything {
  std::vector<Event> events;
  [[nodiscard]] std::pair<std::int64_t, Int128> younger(std::int64_t now,
                                                        std::int64_t window) const {
    std::int64_t count = 0;
    Int128 qty = 0;
    for (const Event& each : events) {
      if (now - each.at >= window) continue;
      ++count;
      qty += each.qty;
    }
    return {count, qty};
  }
};

std::vector<std::byte> saved(const SlidingWindow& window) {
  StateOut out;
  window.save(out);
  return out.take();
}
}  // namespace

TEST_CASE("a window counts everything younger than itself and nothing older than one bucket more",
          "[risk][policies]") {
  std::mt19937_64 random{7};
  for (const std::int64_t window_ns : {64 * kNsPerUs, kNsPerSecond, 60 * kNsPerSecond}) {
    SlidingWindow outer{window_ns};
    SlidingWindow inner{window_ns, SlidingWindow::Keep::Inner};
    Everything all;
    std::int64_t now = 0;
    for (int i = 0; i < 2'000; ++i) {
      // Bursts within a bucket, steps of some buckets, and now and then a silence.
      const auto step = static_cast<std::int64_t>(random() % 100);
      const std::int64_t most = step < 60   ? window_ns / 640
                                : step < 97 ? window_ns / 10
                                            : 3 * window_ns;
      now += static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(most + 1));
      const auto qty = static_cast<std::int64_t>(random() % 1'000);
      if (random() % 3 != 0) {
        outer.record(MonoTime{now}, {Int128{qty} * 2, qty, 1, 0});
        inner.record(MonoTime{now}, {Int128{qty} * 2, qty, 1, 0});
        all.events.push_back({now, qty});
      }
      const std::int64_t bucket = window_ns / 64;
      const auto exact = all.younger(now, window_ns);
      const auto most_counted = all.younger(now, window_ns + bucket);
      const auto least_counted = all.younger(now, window_ns - bucket);
      const WindowSums& seen = outer.at(MonoTime{now});
      REQUIRE(seen.count >= exact.first);
      REQUIRE(seen.count <= most_counted.first);
      REQUIRE(seen.qty >= exact.second);
      REQUIRE(seen.qty <= most_counted.second);
      REQUIRE(seen.notional == seen.qty * 2);
      const WindowSums& within = inner.at(MonoTime{now});
      REQUIRE(within.count <= exact.first);
      REQUIRE(within.count >= least_counted.first);
    }
  }
}

TEST_CASE("an event leaves the window between its length and one bucket more", "[risk][policies]") {
  constexpr std::int64_t kBucket = kNsPerSecond / 64;
  for (const std::int64_t at : {std::int64_t{0}, kBucket - 1, 5 * kBucket + 1}) {
    SlidingWindow window{kNsPerSecond};
    window.record(MonoTime{at}, {1, 1, 1, 0});
    CHECK(window.at(MonoTime{at + kNsPerSecond - 1}).count == 1);
    CHECK(window.at(MonoTime{at + kNsPerSecond + kBucket}).count == 0);
  }
}

TEST_CASE("asking a window changes nothing that is saved, and a restored one counts the same",
          "[risk][policies]") {
  std::mt19937_64 random{11};
  SlidingWindow asked{kNsPerSecond};
  SlidingWindow silent{kNsPerSecond};
  std::int64_t now = 0;
  for (int i = 0; i < 500; ++i) {
    now += static_cast<std::int64_t>(random() % (kNsPerSecond / 20));
    asked.record(MonoTime{now}, {3, 2, 1, 0});
    silent.record(MonoTime{now}, {3, 2, 1, 0});
    now += static_cast<std::int64_t>(random() % kNsPerSecond / 4);
    static_cast<void>(asked.at(MonoTime{now}));
    const auto bytes = saved(silent);
    REQUIRE(saved(asked) == bytes);
    SlidingWindow back{kNsPerSecond};
    StateIn in{bytes};
    REQUIRE(back.restore(in));
    REQUIRE(in.done());
    const MonoTime later{now + static_cast<std::int64_t>(random() % (2 * kNsPerSecond))};
    const SlidingWindow original =
        silent;  // asking later must not be followed by an earlier record
    REQUIRE(back.at(later).count == original.at(later).count);
    REQUIRE(back.at(later).notional == original.at(later).notional);
  }
  SlidingWindow other{2 * kNsPerSecond};
  const auto bytes = saved(silent);
  StateIn in{bytes};
  CHECK_FALSE(other.restore(in));
}

TEST_CASE("accumulation: quantity, value and count pass at the bound and not one above",
          "[risk][policies]") {
  constexpr MonoTime kNow{10 * kNsPerSecond};
  WindowLimits limits;
  limits.window_ns = kNsPerSecond;
  const Int128 unit = kFinePerAmount;
  SECTION("quantity") {
    limits.qty_max = 100;
    Accumulation sums{{limits}};
    sums.on_sent(60, 0, kNow);
    CHECK(sums.check(39, 0, kNow).accepted());
    CHECK(sums.check(40, 0, kNow).accepted());
    const Verdict over = sums.check(41, 0, kNow);
    CHECK(over.rule == Rule::WindowQty);
    CHECK(over.observed == 101);
    CHECK(over.allowed == 100);
    // The quantity has no bound in money: a value that cannot be computed does not matter.
    CHECK(sums.check(40, -1, kNow).accepted());
  }
  SECTION("value") {
    limits.notional_max = 1'000;
    Accumulation sums{{limits}};
    sums.on_sent(1, 600 * unit, kNow);
    CHECK(sums.check(1, 399 * unit, kNow).accepted());
    CHECK(sums.check(1, 400 * unit, kNow).accepted());
    const Verdict over = sums.check(1, 400 * unit + 1, kNow);  // 1e-17 too much
    CHECK(over.rule == Rule::WindowNotional);
    CHECK(over.observed == 1'001);
    CHECK(over.allowed == 1'000);
    CHECK(sums.check(1, -1, kNow).rule == Rule::Overflow);
  }
  SECTION("count") {
    limits.orders_max = 2;
    Accumulation sums{{limits}};
    sums.on_sent(1, 0, kNow);
    CHECK(sums.check(1, 0, kNow).accepted());
    sums.on_sent(1, 0, kNow);
    CHECK(sums.check(1, 0, kNow).rule == Rule::WindowOrders);
    CHECK(sums.check(1, 0, kNow).observed == 3);
    CHECK(sums.check(1, 0, kNow + 2 * kNsPerSecond).accepted());
  }
  SECTION("a bound of zero allows nothing") {
    limits.orders_max = 0;
    CHECK(Accumulation{{limits}}.check(1, 0, kNow).rule == Rule::WindowOrders);
  }
  SECTION("the second window is held when the first is not reached, and named") {
    WindowLimits longer{10 * kNsPerSecond, std::nullopt, std::nullopt, 2};
    limits.orders_max = 2;
    Accumulation sums{{limits, longer}};
    sums.on_sent(1, 0, kNow);
    sums.on_sent(1, 0, kNow + 3 * kNsPerSecond);
    const Verdict over = sums.check(1, 0, kNow + 6 * kNsPerSecond);
    CHECK(over.rule == Rule::WindowOrders);
    CHECK(over.detail == 1);
  }
  SECTION("only a bound that is on can be set") {
    limits.orders_max = 2;
    Accumulation sums{{limits}};
    CHECK(sums.set(0, &WindowLimits::orders_max, 1));
    sums.on_sent(1, 0, kNow);
    CHECK(sums.check(1, 0, kNow).rule == Rule::WindowOrders);
    CHECK_FALSE(sums.set(0, &WindowLimits::qty_max, 1));
    CHECK_FALSE(sums.set(1, &WindowLimits::orders_max, 1));
  }
}

TEST_CASE("tokens come back exactly at their rate, and the reserve is for cancels alone",
          "[risk][policies]") {
  MessageBucket bucket{{10, 5, 2}};
  const MonoTime start{kNsPerSecond};
  CHECK(bucket.allows_news(start, 3));
  CHECK_FALSE(bucket.allows_news(start, 4));
  bucket.take(start, 3);
  CHECK(bucket.free_for_news(start) == 0);
  CHECK_FALSE(bucket.allows_news(start, 1));
  // 10 a second: one comes every 100 ms, not a nanosecond earlier.
  CHECK_FALSE(bucket.allows_news(start + (100 * kNsPerMs - 1), 1));
  CHECK(bucket.allows_news(start + 100 * kNsPerMs, 1));
  // Cancels take the reserve and go on beyond it: news wait until the debt is paid.
  bucket.take(start, 4);
  CHECK(bucket.free_for_news(start) == -4);
  CHECK_FALSE(bucket.allows_news(start + (500 * kNsPerMs - 1), 1));
  CHECK(bucket.allows_news(start + 500 * kNsPerMs, 1));
  // Never more than the burst, however long nothing is sent, however late the clock.
  const MonoTime late{std::numeric_limits<std::int64_t>::max() - 1};
  CHECK(bucket.allows_news(late, 3));
  CHECK_FALSE(bucket.allows_news(late, 4));
}

TEST_CASE("a bucket is the bucket of a model in 128 bits, at any time and rate",
          "[risk][policies]") {
  std::mt19937_64 random{23};
  for (int round = 0; round < 40; ++round) {
    const auto rate = static_cast<std::int64_t>(1 + random() % 5'000);
    const auto burst = static_cast<std::int64_t>(1 + random() % 50);
    const auto reserve = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(burst));
    MessageBucket bucket{{rate, burst, reserve}};
    Int128 level = Int128{burst} * 1'000'000'000;
    std::int64_t now = 0;
    for (int i = 0; i < 300; ++i) {
      const auto elapsed = static_cast<std::int64_t>(random() % 3'000'000);
      now += elapsed;
      level = std::min<Int128>(level + Int128{elapsed} * rate, Int128{burst} * 1'000'000'000);
      const auto tokens = static_cast<std::int64_t>(1 + random() % 3);
      const bool allowed =
          level - Int128{reserve} * 1'000'000'000 >= Int128{tokens} * 1'000'000'000;
      REQUIRE(bucket.allows_news(MonoTime{now}, tokens) == allowed);
      if (!allowed && random() % 4 != 0) continue;  // now and then a cancel all the same
      bucket.take(MonoTime{now}, tokens);
      level -= Int128{tokens} * 1'000'000'000;
    }
  }
}

TEST_CASE("a duplicate is found as long as it is younger than the window, and by content alone",
          "[risk][policies]") {
  constexpr std::int64_t kWindow = 50 * kNsPerMs;
  DuplicateOrders memory{kWindow, 64};
  OrderRequest order;
  order.strategy = StrategyId{1};
  order.limit = Price::from_units(100);
  order.qty = Qty::from_units(2);
  const MonoTime sent{kNsPerSecond};
  using Answer = DuplicateOrders::Answer;
  CHECK(memory.find(order, 3, sent).answer == Answer::New);
  memory.on_sent(order, 3, sent);
  CHECK(memory.find(order, 3, sent).answer == Answer::Duplicate);
  CHECK(memory.find(order, 3, sent + (kWindow - 1)).age_ns == kWindow - 1);
  CHECK(memory.find(order, 3, sent + kWindow).answer == Answer::New);
  const auto differs = [&](auto&& change, std::size_t instrument) {
    OrderRequest other = order;
    change(other);
    return memory.find(other, instrument, sent).answer == Answer::New;
  };
  const auto same = [](OrderRequest&) {};
  CHECK(differs(same, 4));
  CHECK(differs([](OrderRequest& o) { o.strategy = StrategyId{0}; }, 3));
  CHECK(differs([](OrderRequest& o) { o.account = AccountId{1}; }, 3));
  CHECK(differs([](OrderRequest& o) { o.side = Side::Sell; }, 3));
  CHECK(differs([](OrderRequest& o) { o.limit += Price::from_raw(1); }, 3));
  CHECK(differs([](OrderRequest& o) { o.qty += Qty::from_raw(1); }, 3));
  CHECK(differs([](OrderRequest& o) { o.type = OrderType::Market; }, 3));
  // Ids, approval and time in force are not content: they make no other order.
  CHECK_FALSE(differs([](OrderRequest& o) { o.id = OrderId{9}; }, 3));
  CHECK_FALSE(DuplicateOrders(0, 64).on());
}

TEST_CASE("a duplicate memory that is full of young orders refuses instead of forgetting",
          "[risk][policies]") {
  std::mt19937_64 random{31};
  constexpr std::int64_t kWindow = 1'000;
  constexpr std::size_t kCapacity = 8;
  DuplicateOrders memory{kWindow, kCapacity};
  std::vector<std::pair<std::int64_t, std::int64_t>> sent;  // time, price: everything
  std::int64_t now = kNsPerSecond;
  int full = 0;
  int found = 0;
  for (int i = 0; i < 20'000; ++i) {
    now += static_cast<std::int64_t>(random() % 300);
    OrderRequest order;
    order.limit = Price::from_raw(static_cast<std::int64_t>(1 + random() % 12));
    order.qty = Qty::from_raw(1);
    bool duplicate = false;
    std::size_t young = 0;
    for (const auto& [at, price] : sent) {
      if (now - at >= kWindow) continue;
      ++young;
      duplicate = duplicate || price == order.limit.raw();
    }
    const auto answer = memory.find(order, 0, MonoTime{now}).answer;
    if (duplicate) {
      // Never taken for new.
      REQUIRE(answer != DuplicateOrders::Answer::New);
      ++found;
    } else {
      REQUIRE(answer ==
              (young >= kCapacity ? DuplicateOrders::Answer::Full : DuplicateOrders::Answer::New));
    }
    if (answer == DuplicateOrders::Answer::Full) ++full;
    // Now and then sent in spite of it, as an override would be.
    if (answer == DuplicateOrders::Answer::New || random() % 3 == 0) {
      memory.on_sent(order, 0, MonoTime{now});
      sent.emplace_back(now, order.limit.raw());
      if (sent.size() > 64) sent.erase(sent.begin(), sent.begin() + 32);
    }
  }
  CHECK(full > 100);
  CHECK(found > 100);
}

TEST_CASE("order-to-trade: the ratio holds at its bound, warns before, and trades make room",
          "[risk][policies]") {
  OrderToTrade ratio{{kNsPerSecond, 4, 5, 8}};
  const MonoTime now{10 * kNsPerSecond};
  for (int i = 0; i < 4; ++i) ratio.on_message(now);
  CHECK_FALSE(ratio.warns(now));  // the floor: so few are always allowed
  ratio.on_message(now);
  CHECK_FALSE(ratio.warns(now));  // 5 for none, which counts as one
  ratio.on_message(now);
  CHECK(ratio.warns(now));
  CHECK(ratio.allows_news(now));
  ratio.on_message(now);
  CHECK(ratio.allows_news(now));  // the eighth
  ratio.on_message(now);
  CHECK_FALSE(ratio.allows_news(now));  // the ninth
  ratio.on_trade(now);
  CHECK_FALSE(ratio.allows_news(now));  // one trade is what none counted as
  ratio.on_trade(now);
  CHECK(ratio.allows_news(now));
  CHECK(ratio.allows_news(now + 2 * kNsPerSecond));
}
