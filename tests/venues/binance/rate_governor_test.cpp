// The budget against a venue that counts for itself, limits and bans: never banned, cancels always
// get through, nothing leaves while banned.
#include "venues/binance/rate_governor.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <random>

using namespace sq;
using namespace sq::binance;

namespace {
constexpr std::int64_t kSecond = kNsPerSecond;
constexpr std::int64_t kMinute = 60 * kSecond;
const std::vector<RateLimit> kSpot{{RateKind::Weight, kMinute, 6'000},
                                   {RateKind::Orders, 10 * kSecond, 100},
                                   {RateKind::Orders, 1'440 * kMinute, 200'000},
                                   {RateKind::RawRequests, 5 * kMinute, 61'000},
                                   {RateKind::Connections, 5 * kMinute, 300}};
constexpr WallTime kStart{1'800'000'000 * kSecond};  // a multiple of ten minutes

// Counts in aligned windows, as the venue's page says; 429 over the limit, 418 when it goes on.
struct Venue {
  std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> weight;  // (interval, window)
  std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> orders;
  int over{0};
  void take(const RateCost& cost, WallTime now) {
    const auto add = [&](auto& counts, std::int64_t interval, std::int64_t n, std::int64_t limit) {
      std::int64_t& used = counts[{interval, now.ns / interval}];
      used += n;
      if (used > limit) ++over;
    };
    add(weight, kMinute, cost.weight, 6'000);
    add(orders, 10 * kSecond, cost.orders, 100);
  }
};
}  // namespace

TEST_CASE("the last request of a share passes, one more waits for the window's end") {
  RateGovernor governor{kSpot};
  const RateCost order{1, 1, 0};
  for (int i = 0; i < 80; ++i) REQUIRE(governor.ask(order, Purpose::Order, kStart).granted());
  const Permission held = governor.ask(order, Purpose::Order, kStart + 9 * kSecond);
  CHECK(held.hold == Hold::Orders);
  CHECK(held.until == kStart + 10 * kSecond);
  CHECK(governor.ask(order, Purpose::Order, held.until).granted());
  // Cancels cost weight only, and may use all of it.
  RateGovernor weighed{{{RateKind::Weight, kMinute, 10}}};
  for (int i = 0; i < 8; ++i) REQUIRE(weighed.ask({1, 0, 0}, Purpose::Order, kStart).granted());
  CHECK(weighed.ask({1, 0, 0}, Purpose::Order, kStart).hold == Hold::Weight);
  CHECK(weighed.ask({1, 0, 0}, Purpose::Other, kStart).hold == Hold::Weight);
  CHECK(weighed.ask({1, 0, 0}, Purpose::Cancel, kStart).granted());
  CHECK(weighed.ask({1, 0, 0}, Purpose::Cancel, kStart).granted());
  CHECK(weighed.ask({1, 0, 0}, Purpose::Cancel, kStart).hold == Hold::Weight);
}

TEST_CASE("what is refused counts nothing, in none of the windows") {
  RateGovernor governor{{{RateKind::Weight, kMinute, 100}, {RateKind::Orders, 10 * kSecond, 1}}};
  CHECK(governor.ask({10, 2, 0}, Purpose::Cancel, kStart).hold == Hold::Orders);
  CHECK(governor.used(RateKind::Weight, kMinute, kStart) == 0);
  CHECK(governor.used(RateKind::Orders, 10 * kSecond, kStart) == 0);
  CHECK(governor.held() == 1);
}

TEST_CASE("the larger of our count and the venue's holds, and ends with its window") {
  RateGovernor governor{kSpot};
  REQUIRE(governor.ask({50, 0, 0}, Purpose::Other, kStart).granted());
  governor.on_used(RateKind::Weight, kMinute, 20, kStart);
  CHECK(governor.used(RateKind::Weight, kMinute, kStart) == 50);
  governor.on_used(RateKind::Weight, kMinute, 4'790, kStart);  // others on this address
  CHECK(governor.ask({11, 0, 0}, Purpose::Order, kStart).hold == Hold::Weight);
  CHECK(governor.ask({10, 0, 0}, Purpose::Order, kStart).granted());
  CHECK(governor.used(RateKind::Weight, kMinute, kStart + kMinute - 1) == 4'800);
  CHECK(governor.used(RateKind::Weight, kMinute, kStart + kMinute) == 0);
  governor.on_used(RateKind::Weight, kSecond, 9'999, kStart);  // a window we do not have
  CHECK(governor.used(RateKind::Weight, kMinute, kStart) == 4'800);
}

TEST_CASE("a clock that goes back opens no window again") {
  RateGovernor governor{{{RateKind::Orders, 10 * kSecond, 1}}};
  REQUIRE(governor.ask({1, 1, 0}, Purpose::Cancel, kStart + 10 * kSecond).granted());
  CHECK_FALSE(governor.ask({1, 1, 0}, Purpose::Cancel, kStart).granted());
}

TEST_CASE("N09: after 429 and 418 nothing leaves before the time, and not after a restart either") {
  RateGovernor governor{kSpot};
  governor.on_limited(false, 7, kStart);
  CHECK(governor.ask({1, 0, 0}, Purpose::Cancel, kStart + 7 * kSecond - 1).hold ==
        Hold::RetryAfter);
  CHECK(governor.ask({1, 0, 0}, Purpose::Cancel, kStart + 7 * kSecond).granted());
  governor.on_limited(true, 120, kStart);
  governor.on_limited(true, 5, kStart);  // a shorter one does not shorten it
  CHECK(governor.banned_until() == kStart + 120 * kSecond);
  StateOut out;
  governor.save(out);
  const auto bytes = out.take();
  RateGovernor again{kSpot};
  StateIn in{bytes};
  REQUIRE(again.restore(in));
  CHECK(in.done());
  CHECK(again.ask({1, 0, 0}, Purpose::Cancel, kStart + 120 * kSecond - 1).hold == Hold::Ban);
  CHECK(again.ask({1, 0, 0}, Purpose::Cancel, kStart + 120 * kSecond).granted());
  // With other limits, and cut short.
  RateGovernor other{{{RateKind::Weight, kMinute, 1'000}}};
  StateIn whole{bytes};
  REQUIRE(other.restore(whole));
  CHECK(other.ask({1, 0, 0}, Purpose::Cancel, kStart + 120 * kSecond - 1).hold == Hold::Ban);
  CHECK(other.used(RateKind::Weight, kMinute, kStart) ==
        governor.used(RateKind::Weight, kMinute, kStart));
  StateIn cut{std::span{bytes}.first(bytes.size() - 1)};
  CHECK_FALSE(RateGovernor{kSpot}.restore(cut));
}

TEST_CASE("limits that the venue tells replace those of their kinds, and what was used still counts") {
  RateGovernor governor{kSpot};
  REQUIRE(governor.ask({900, 1, 0}, Purpose::Cancel, kStart).granted());
  governor.take_limits({{RateKind::Weight, kMinute, 1'000}, {RateKind::Orders, 10 * kSecond, 2}});
  CHECK(governor.used(RateKind::Weight, kMinute, kStart) == 900);
  CHECK(governor.ask({101, 0, 0}, Purpose::Cancel, kStart).hold == Hold::Weight);
  CHECK(governor.ask({100, 0, 0}, Purpose::Cancel, kStart).granted());
  CHECK(governor.ask({0, 1, 0}, Purpose::Cancel, kStart).granted());
  CHECK(governor.ask({0, 1, 0}, Purpose::Cancel, kStart).hold == Hold::Orders);
  // Of connections it told nothing.
  CHECK(governor.ask({0, 0, 301}, Purpose::Cancel, kStart).hold == Hold::Connections);
}

TEST_CASE("without Retry-After each wait is twice the one before, until an answer comes") {
  RateGovernor governor{kSpot};
  WallTime now = kStart;
  for (int i = 0; i < 3; ++i) {
    governor.on_limited(true, -1, now);
    CHECK(governor.banned_until() == now + (2 << i) * kMinute);
    now = governor.banned_until();
  }
  governor.on_answered();
  governor.on_limited(true, -1, now);
  CHECK(governor.banned_until() == now + 2 * kMinute);
}

TEST_CASE("ten times the allowed load never goes over the venue's count, and cancels get through") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::mt19937_64 random{seed};
    RateGovernor governor{kSpot};
    Venue venue;
    std::uint64_t cancels = 0;
    std::uint64_t cancels_sent = 0;
    WallTime now = kStart;
    while (now < kStart + 10 * kMinute) {
      now = now + static_cast<std::int64_t>(random() % 20'000'000);  // 100 a second on average
      const std::uint64_t what = random() % 20;
      const Purpose purpose = what == 0   ? Purpose::Cancel
                              : what < 17 ? Purpose::Order
                                          : Purpose::Other;
      const RateCost cost = purpose == Purpose::Order ? RateCost{1, 1, 0}
                            : purpose == Purpose::Other
                                ? RateCost{static_cast<std::int64_t>(random() % 250), 0, 0}
                                : RateCost{1, 0, 0};
      const bool granted = governor.ask(cost, purpose, now).granted();
      if (granted) venue.take(cost, now);
      if (purpose == Purpose::Cancel) {
        ++cancels;
        if (granted) ++cancels_sent;
      }
    }
    CHECK(venue.over == 0);
    CHECK(cancels == cancels_sent);
    CHECK(governor.held() > 10'000);
  }
}
