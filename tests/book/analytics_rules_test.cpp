// Measures without a reference file, against examples worked out by hand or a naive model: costs by
// time, bulk VPIN, queues, arrivals, volume profile.
#include <catch2/catch.hpp>
#include <map>
#include <random>

#include "engine/book/analytics/quotes/queue_depletion.hpp"
#include "engine/book/analytics/quotes/quote_history.hpp"
#include "engine/book/analytics/trades/arrival_rates.hpp"
#include "engine/book/analytics/trades/bulk_volume.hpp"
#include "engine/book/analytics/trades/hasbrouck_var.hpp"
#include "engine/book/analytics/trades/trade_costs.hpp"
#include "engine/book/analytics/trades/volume_profile.hpp"
#include "engine/book/analytics/trades/vpin.hpp"

namespace sq::book::analytics {
namespace {
constexpr Price kCent = Price::from_raw(10'000'000);
Price cents(std::int64_t n) { return Price::from_raw(n * kCent.raw()); }
Qty units(std::int32_t n) { return Qty::from_units(n); }
Quote quote(std::int64_t bid, std::int32_t bid_qty, std::int64_t ask, std::int32_t ask_qty) {
  return {{cents(bid), units(bid_qty)}, {cents(ask), units(ask_qty)}};
}
constexpr MonoTime at(std::int64_t ns) { return MonoTime{ns}; }
std::int64_t twice_cents(std::int64_t n) { return n * kCent.raw(); }
}  // namespace

TEST_CASE("a realised spread by time takes the mid in force at the horizon, not the next one") {
  TradeCosts costs{16, 100, 1'000};
  costs.on_trade(cents(101), twice_cents(200), 1, at(0));  // mid 100, paid 1
  costs.settle(at(1'000), twice_cents(202));  // due at 1000: a quote of that moment still counts
  CHECK_FALSE(costs.by_time().realised_spread().known());
  costs.settle(at(1'001), twice_cents(204));
  CHECK(costs.by_time().realised_spread().value == Approx(2 * (1.01 - 1.02)));
  CHECK(costs.by_time().price_impact().value == Approx(2 * (1.02 - 1.00)));
  CHECK(costs.effective().value == Approx(2 * (1.01 - 1.00)));
}

TEST_CASE("effective spread is realised spread plus impact for every trade, whatever the prices") {
  std::mt19937_64 random{3};
  TradeCosts costs{100'000, 7, 50};
  TradeOutcomes by_hand{100'000};
  double effective = 0;
  for (int i = 0; i < 5'000; ++i) {
    const auto mid = static_cast<std::int64_t>(random() % 1'000'000) + 1'000'000;
    const int sign = random() % 2 == 0 ? 1 : -1;
    costs.on_trade(Price::from_raw(1'000'000 + static_cast<std::int64_t>(random() % 1'000)), mid,
                   sign, at(i));
    if (i >= 7) {
      const Price sum = costs.by_trades().last_realised() + costs.by_trades().last_impact();
      effective += sum.to_double();
    }
  }
  const auto outcomes = costs.by_trades();
  CHECK(outcomes.realised_spread().count == 4'993);
  CHECK(effective / 4'993 ==
        Approx(outcomes.realised_spread().value + outcomes.price_impact().value));
}

TEST_CASE(
    "trades that wait when the quote is lost, or that are too many, are given up and counted") {
  TradeCosts costs{3, 2, 1'000};
  for (int i = 0; i < 5; ++i) costs.on_trade(cents(101), twice_cents(200), 1, at(i));
  CHECK(costs.given_up() == 2);
  costs.on_no_quote();
  CHECK(costs.given_up() == 5);
  costs.settle(at(9'999), twice_cents(200));
  CHECK_FALSE(costs.by_time().realised_spread().known());
  const std::uint64_t before = costs.by_trades().realised_spread().count;
  costs.on_trade(cents(101), twice_cents(200), 1, at(10'000));
  CHECK(costs.by_trades().realised_spread().count == before);
  CHECK_THROWS_AS((TradeCosts{3, 0, 1}), std::invalid_argument);
  CHECK_THROWS_AS((TradeCosts{3, 1, 0}), std::invalid_argument);
}

TEST_CASE("a trade without a sign costs nothing") {
  TradeCosts costs{3, 1, 1'000};
  costs.on_trade(cents(101), twice_cents(200), 0, at(0));
  costs.on_trade(cents(101), twice_cents(200), 1, at(1));
  CHECK(costs.effective().count == 1);
  CHECK_FALSE(costs.by_trades().realised_spread().known());
}

TEST_CASE("a trade of many buckets leaves the same as its pieces one by one") {
  std::mt19937_64 random{5};
  Vpin whole{units(10), 4};
  Vpin pieces{units(10), 4};
  for (int i = 0; i < 200; ++i) {
    const auto size = static_cast<std::int32_t>(random() % 300) + 1;
    const double share = random() % 2 == 0 ? 1.0 : 0.0;
    whole.add(units(size), share);
    for (std::int32_t k = 0; k < size; ++k) pieces.add(units(1), share);
    REQUIRE(whole.completed() == pieces.completed());
    REQUIRE(whole.value().known() == pieces.value().known());
    REQUIRE(whole.value().value == pieces.value().value);
    REQUIRE(whole.last().buys == pieces.last().buys);
  }
  whole.add(Qty::max(), 1.0);  // costs a window of buckets, not 9e9
  CHECK(whole.value().value == 1.0);
}

TEST_CASE("VPIN is 0 where every bucket is even and 1 where every bucket is one-sided") {
  Vpin vpin{units(10), 3};
  vpin.add(units(20), 0.5);
  CHECK_FALSE(vpin.value().known());
  vpin.add(units(10), 0.5);
  CHECK(vpin.value().value == 0.0);
  vpin.add(units(30), 0.0);
  CHECK(vpin.value().value == 1.0);
  vpin.add(units(10), 0.25);
  CHECK(vpin.value().value == Approx((1.0 + 1.0 + 0.5) / 3));
  CHECK_THROWS_AS((Vpin{Qty{}, 3}), std::invalid_argument);
  CHECK_THROWS_AS((Vpin{units(1), 0}), std::invalid_argument);
}

TEST_CASE("bulk classification needs two changes, and without variation the sign decides") {
  BulkVolume bulk{10};
  CHECK_FALSE(bulk.on_close(cents(100)).known());
  CHECK_FALSE(bulk.on_close(cents(101)).known());
  CHECK(bulk.on_close(cents(102)).value == 1.0);  // every change the same: sigma 0
  const Reading share = bulk.on_close(cents(102));
  // changes 1, 1, 0: sigma = 1 / sqrt(3)
  CHECK(bulk.sigma().value == Approx(0.01 / std::sqrt(3.0)));
  CHECK(share.value == 0.5);
  CHECK(bulk_buy_share(-1.0, 0.0) == 0.0);
  CHECK(bulk_buy_share(0.0, 0.0) == 0.5);
  CHECK(bulk_buy_share(1.0, 1.0) == Approx(0.841344746068543).epsilon(1e-13));
}

TEST_CASE("a queue's decreases are trades as far as trades explain them, else cancels") {
  QueueDepletion bids{Side::Buy, 64'000'000'000};
  CHECK_FALSE(bids.rates().cancels.known());
  bids.on_quote(quote(100, 50, 101, 9), at(0));
  bids.on_quote(quote(100, 40, 101, 9), at(1'000'000'000));  // -10
  bids.on_trade(cents(100), units(6), at(1'500'000'000));    // the print comes later
  bids.on_quote(quote(100, 45, 101, 5), at(2'000'000'000));  // +5; the ask is not watched
  bids.on_trade(cents(99), units(100), at(2'000'000'000));   // beyond the best: not of this queue
  const QueueRates rates = bids.rates();
  CHECK(rates.trades.value == Approx(6.0 / 2));
  CHECK(rates.cancels.value == Approx(4.0 / 2));
  CHECK(rates.additions.value == Approx(5.0 / 2));
  CHECK(bids.depletion_time(rates.leaving).value == Approx(45.0 / (10.0 / 2)));
}

TEST_CASE("a best price that is gone took its whole queue with it; a better one starts anew") {
  QueueDepletion asks{Side::Sell, 64'000'000'000};
  asks.on_quote(quote(100, 50, 102, 30), at(0));
  asks.on_quote(quote(100, 50, 101, 8), at(500'000'000));          // a better ask
  CHECK_FALSE(asks.depletion_time(asks.rates().leaving).known());  // nothing left
  asks.on_quote(quote(100, 50, 103, 20), at(1'000'000'000));       // 101 is gone: 8
  asks.on_trade(cents(101), units(8), at(1'000'000'000));          // by a trade, printed after it
  CHECK(asks.rates().trades.value == Approx(8.0));
  CHECK(asks.rates().cancels.value == 0.0);
  CHECK(asks.depletion_time(asks.rates().leaving).value == Approx(20.0 / 8.0));
  asks.on_quote(quote(100, 50, 103, 90), at(2'000'000'000));  // what is added queues behind
  CHECK(asks.rates().additions.value == Approx(70.0 / 2));
  CHECK(asks.depletion_time(asks.rates().leaving).value == Approx(90.0 / (8.0 / 2)));
  asks.on_no_quote();
  asks.on_quote(quote(100, 50, 110, 1), at(3'000'000'000));  // not compared over the loss
  CHECK(asks.rates().trades.value == Approx(8.0 / 3));
  CHECK(asks.rates().cancels.value == 0.0);
}

TEST_CASE("the quote of a moment is the last one at or before it, as far back as quotes are kept") {
  QuoteHistory history;
  CHECK(history.empty());
  for (std::int64_t i = 0; i < 3'000; ++i) history.on_quote(i, at(i / 2 * 10));  // two a moment
  CHECK(history.twice_mid_at(at(1'000'000)) == 2'999);
  CHECK(history.twice_mid_at(at(14'990)) == 2'999);
  CHECK(history.twice_mid_at(at(14'989)) == 2'997);
  CHECK(history.twice_mid_at(at(14'980)) == 2'997);
  CHECK(history.twice_mid_at(at(9'880)) == 1'977);
  CHECK(history.twice_mid_at(at(9'879)) == 1'976);  // the oldest of the 1,024 kept
  CHECK(history.twice_mid_at(at(-5)) == 1'976);
  history.clear();
  CHECK(history.empty());
  history.on_quote(7, at(20'000));
  CHECK(history.twice_mid_at(at(0)) == 7);
}

TEST_CASE("arrival rates are events over the time they were counted in") {
  ArrivalRates rates{64'000'000'000};
  rates.on_quote(at(0));
  CHECK_FALSE(rates.readings().quotes.known());
  CHECK_FALSE(rates.readings().flow.known());
  rates.on_trade(1, units(3), at(1'000'000'000));
  rates.on_trade(-1, units(1), at(2'000'000'000));
  rates.on_trade(0, units(50), at(2'000'000'000));  // nobody knows whose
  rates.on_trade(1, units(4), at(4'000'000'000));
  CHECK(rates.readings().quotes.value == Approx(0.25));
  CHECK(rates.readings().buys.value == Approx(0.5));
  CHECK(rates.readings().sells.value == Approx(0.25));
  CHECK(rates.readings().flow.value == Approx((7.0 - 1.0) / 8.0));
  rates.on_quote(at(200'000'000'000));  // everything before has left the window
  CHECK(rates.readings().buys.value == 0.0);
  CHECK(rates.readings().buys.known());
  CHECK_FALSE(rates.readings().flow.known());
}

TEST_CASE("the volume profile equals a map of volumes while prices stay in its window") {
  std::mt19937_64 random{13};
  VolumeProfile profile{kCent, 5, 64};
  CHECK(profile.value_area().volume == 0);
  std::map<std::int64_t, Int128> model;
  for (int i = 0; i < 20'000; ++i) {
    const auto price = 10'000 + static_cast<std::int64_t>(random() % 80 + random() % 80);
    const auto qty = static_cast<std::int32_t>(random() % 9) + 1;
    profile.add(cents(price), units(qty));
    model[price / 5] += units(qty).raw();
  }
  Int128 total = 0;
  Int128 most = 0;
  std::int64_t control = 0;
  for (const auto& [bucket, volume] : model) {
    total += volume;
    REQUIRE(Int128{profile.volume_at(cents(bucket * 5 + 4)).raw()} == volume);
    if (volume > most) {
      most = volume;
      control = bucket;
    }
  }
  CHECK(profile.total() == total);
  CHECK(profile.left_behind() == 0);
  const ValueArea area = profile.value_area();
  CHECK(area.point_of_control == cents(control * 5));
  CHECK(static_cast<double>(area.volume) >= 0.7 * static_cast<double>(total));
  Int128 inside = 0;
  for (const auto& [bucket, volume] : model) {
    if (cents(bucket * 5) >= area.low && cents(bucket * 5) < area.high) inside += volume;
  }
  CHECK(inside == area.volume);
}

TEST_CASE("the value area grows by the larger neighbour, and by the upper one of equals") {
  VolumeProfile profile{kCent, 1, 16};
  const std::int32_t volumes[] = {5, 20, 40, 20, 10, 5};  // at 100 .. 105
  for (std::int64_t i = 0; i < 6; ++i) profile.add(cents(100 + i), units(volumes[i]));
  // 40, then 103 (20, the upper of equals), then 101 (20): 80 of 100
  const ValueArea area = profile.value_area(0.7);
  CHECK(area.point_of_control == cents(102));
  CHECK(area.low == cents(101));
  CHECK(area.high == cents(104));
  CHECK(area.volume == Int128{units(80).raw()});
  CHECK(profile.value_area(0.6).low == cents(102));
  CHECK(profile.value_area(0.6).high == cents(104));
  CHECK(profile.value_area(1.0).low == cents(100));
  CHECK(profile.value_area(1.0).high == cents(106));
  profile.clear();
  CHECK(profile.value_area().volume == 0);
  CHECK(profile.total() == 0);
}

TEST_CASE("prices that leave the window are counted as left behind, and the POC is found again") {
  VolumeProfile profile{kCent, 1, 16};
  profile.add(cents(1'000), units(50));  // the window is 992 .. 1007
  profile.add(cents(1'007), units(7));
  profile.add(cents(992), units(9));
  CHECK(profile.value_area().point_of_control == cents(1'000));
  profile.add(cents(1'016), units(2));  // 1001 .. 1016
  CHECK(profile.left_behind() == Int128{units(59).raw()});
  CHECK(profile.total() == Int128{units(9).raw()});
  CHECK(profile.value_area().point_of_control == cents(1'007));
  CHECK(profile.volume_at(cents(1'000)) == Qty{});
  profile.add(cents(5), units(1));  // a jump clears all
  CHECK(profile.total() == Int128{units(1).raw()});
  CHECK(profile.value_area().point_of_control == cents(5));
  CHECK_THROWS_AS((VolumeProfile{kCent, 0, 64}), std::invalid_argument);
  CHECK_THROWS_AS((VolumeProfile{kCent, 1, 15}), std::invalid_argument);
  CHECK_THROWS_AS((VolumeProfile{kCent, 1, 8}), std::invalid_argument);
}

TEST_CASE("the autoregression over a window is that of the trades in it alone") {
  std::mt19937_64 random{19};
  std::vector<std::pair<std::int64_t, int>> trades;
  std::int64_t mid = 2'000'000'000'000;
  for (int i = 0; i < 3'000; ++i) {
    const int sign = random() % 3 != 0 ? 1 : -1;
    mid += sign * 10'000'000 + static_cast<std::int64_t>(random() % 30'000'001) - 15'000'000;
    trades.emplace_back(mid, sign);
  }
  HasbrouckVar rolling{3, 400};
  for (const auto& [twice_mid, sign] : trades) rolling.on_trade(twice_mid, sign);
  HasbrouckVar fresh{3, 4'000};
  for (std::size_t i = trades.size() - 401; i < trades.size(); ++i)
    fresh.on_trade(trades[i].first, trades[i].second);
  const VarFit a = rolling.fit();
  const VarFit b = fresh.fit();
  REQUIRE(a.count == 397);
  REQUIRE(b.count == 397);
  CHECK(a.return_equation == b.return_equation);  // the same integers, so the same bits
  CHECK(a.response == b.response);
  CHECK(a.response[0] > 0.0);
}

TEST_CASE("an autoregression needs enough trades, and starts again after an impossible move") {
  HasbrouckVar var{2, 64};
  std::mt19937_64 random{29};
  const auto trade = [&] {
    var.on_trade(1'000'000 + static_cast<std::int64_t>(random() % 1'000),
                 random() % 2 == 0 ? 1 : -1);
  };
  for (int i = 0; i < 32; ++i) trade();
  CHECK(var.count() == 31);
  CHECK(var.fit().count == 0);
  trade();
  CHECK(var.fit().count == 30);
  var.on_trade(std::numeric_limits<std::int64_t>::max(), 1);
  CHECK(var.count() == 0);
  CHECK(var.fit().count == 0);
  HasbrouckVar still{1, 64};
  for (int i = 0; i < 64; ++i) still.on_trade(1'000'000, 1);
  CHECK(still.fit().count == 0);  // nothing moves: no solution
  CHECK_THROWS_AS((HasbrouckVar{0, 64}), std::invalid_argument);
  CHECK_THROWS_AS((HasbrouckVar{6, 64}), std::invalid_argument);
  CHECK_THROWS_AS((HasbrouckVar{1, 63}), std::invalid_argument);
}
}  // namespace sq::book::analytics
