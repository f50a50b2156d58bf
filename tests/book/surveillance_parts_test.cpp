// What the surveillance rules stand on: the table of live orders, the usual size, the ring of
// alerts, executions and their chance, the quantity near the touch, the measures of behaviour.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "engine/book/surveillance/executions.hpp"
#include "engine/book/surveillance/near_book.hpp"
#include "engine/book/surveillance/order_table.hpp"
#include "engine/book/surveillance/toxicity.hpp"
#include "engine/book/surveillance/usual_size.hpp"
#include "tests/book/surveillance_market.hpp"

namespace sq::book::surveillance {
namespace {
constexpr WallTime kStart{1'700'000'000 * kNsPerSecond};

LiveOrder order(std::uint64_t id, std::int64_t left) {
  return {.id = id, .price = Price::from_raw(7), .left = Qty::from_raw(left)};
}
Alert alert_of(AlertKind kind, double score) {
  Alert alert;
  alert.kind = kind;
  alert.score = score;
  return alert;
}
Execution executed(WallTime at, WallTime placed, std::uint64_t id, Side side = Side::Buy) {
  return {.id = id, .at = at, .placed = placed, .qty = Qty::from_raw(1), .side = side};
}
}  // namespace

TEST_CASE("the order table finds what was added until it is removed, as a map would",
          "[book][surveillance]") {
  constexpr std::uint32_t kRoom = 60;
  OrderTable table{kRoom};
  std::map<std::uint64_t, std::int64_t> model;
  std::mt19937_64 random{7};
  for (int step = 0; step < 100'000; ++step) {
    const std::uint64_t id = random() % 97;  // more than there is room for
    const auto left = static_cast<std::int64_t>(random() % 1'000) + 1;
    LiveOrder* const known = table.find(id);
    REQUIRE((known != nullptr) == model.contains(id));
    if (known != nullptr) REQUIRE(known->left.raw() == model[id]);
    if (random() % 3 != 0) {
      const bool room = model.contains(id) || model.size() < kRoom;
      REQUIRE((table.add(order(id, left)) != nullptr) == room);
      if (room) model[id] = left;
    } else if (known != nullptr) {
      table.remove(known);
      model.erase(id);
    }
    REQUIRE(table.live() == model.size());
  }
  for (std::uint64_t id = 0; id < 97; ++id)
    CHECK((table.find(id) != nullptr) == model.contains(id));
  table.clear();
  CHECK(table.live() == 0);
  for (std::uint64_t id = 0; id < 97; ++id) CHECK(table.find(id) == nullptr);
}

TEST_CASE("a full order table takes no new order, but replaces one that it has",
          "[book][surveillance]") {
  OrderTable table{3};
  for (std::uint64_t id = 1; id <= 3; ++id) CHECK(table.add(order(id, 10)) != nullptr);
  CHECK(table.add(order(4, 10)) == nullptr);
  CHECK(table.find(4) == nullptr);
  REQUIRE(table.add(order(2, 77)) != nullptr);
  CHECK(table.find(2)->left.raw() == 77);
  table.remove(table.find(1));
  CHECK(table.add(order(4, 10)) != nullptr);
  CHECK(table.live() == 3);
}

TEST_CASE("each side and price of a book is a level of its own", "[book][surveillance]") {
  std::set<std::uint64_t> ids;
  for (std::int64_t raw : {std::int64_t{1}, std::int64_t{2}, Price::max().raw()})
    for (const Side side : {Side::Buy, Side::Sell})
      ids.insert(level_id(side, Price::from_raw(raw)));
  CHECK(ids.size() == 6);
}

TEST_CASE("the usual size is the median, exact for round sizes, else within an eighth",
          "[book][surveillance]") {
  UsualSize none;
  CHECK(none.median() == 0);
  CHECK(none.seen() == 0);
  CHECK(none.frequency(100) == 1);

  UsualSize round;
  for (const std::int64_t size : {300, 100, 100, 50, 100}) round.push(size);
  CHECK(round.median() == 100);
  CHECK(round.seen() == 5);
  CHECK(round.frequency(100) == Approx(0.6));
  CHECK(round.frequency(50) == Approx(0.2));
  CHECK(round.frequency(1'000) == 0);

  std::mt19937_64 random{8};
  UsualSize sizes;
  std::vector<std::int64_t> all;
  for (int n = 0; n < 4'096; ++n) {  // read again every 64
    all.push_back(static_cast<std::int64_t>(std::exp(std::ldexp(double(random()), -60))) + 1);
    sizes.push(all.back());
  }
  std::ranges::sort(all);
  const auto median = static_cast<double>(all[all.size() / 2]);
  CHECK(static_cast<double>(sizes.median()) >= median / 1.125);
  CHECK(static_cast<double>(sizes.median()) <= median * 1.125);
}

TEST_CASE("old sizes fade: a new usual size prevails after as many as are remembered",
          "[book][surveillance]") {
  UsualSize sizes;
  for (int n = 0; n < 81'920; ++n) sizes.push(100);
  for (int n = 0; n < 8'000; ++n) sizes.push(1'000);  // of 16,384 at most
  CHECK(sizes.median() == 100);
  for (int n = 0; n < 8'384; ++n) sizes.push(1'000);
  CHECK(sizes.median() == 1'000);
}

TEST_CASE("sizes that are not positive and the largest ones have their place",
          "[book][surveillance]") {
  UsualSize sizes;
  sizes.push(0);
  sizes.push(-5);
  CHECK(sizes.frequency(1) == 1);
  UsualSize large;
  large.push(std::numeric_limits<std::int64_t>::max());
  CHECK(large.median() == std::numeric_limits<std::int64_t>::max());
}

TEST_CASE("the ring keeps the last alerts, oldest first, and counts those that it lost",
          "[book][surveillance]") {
  AlertRing ring{3};
  CHECK(ring.size() == 0);
  for (int n = 1; n <= 3; ++n) {
    ring.push(alert_of(AlertKind::Spoofing, n));
    CHECK(ring.size() == static_cast<std::size_t>(n));
    CHECK(ring[0].score == 1);
    CHECK(ring.overwritten() == 0);
  }
  for (int n = 4; n <= 10; ++n) ring.push(alert_of(AlertKind::WashPattern, n));
  CHECK(ring.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) CHECK(ring[i].score == 8.0 + static_cast<double>(i));
  CHECK(ring.total() == 10);
  CHECK(ring.overwritten() == 7);
  CHECK(ring.count(AlertKind::Spoofing) == 3);
  CHECK(ring.count(AlertKind::WashPattern) == 7);
  CHECK(ring.count(AlertKind::OwnWashTrade) == 0);
}

TEST_CASE("an alert keeps twelve pieces of evidence and counts the others",
          "[book][surveillance]") {
  Alert alert;
  for (std::uint64_t id = 1; id <= Alert::kEvidence; ++id) alert.add({.id = id});
  CHECK(alert.kept().size() == 12);
  alert.add({.id = 99});
  CHECK(alert.evidence_count == 13);
  CHECK(alert.kept().size() == 12);
  CHECK(alert.kept().back().id == 12);
}

TEST_CASE("severity follows the score at its bounds, and everything has a name of its own",
          "[book][surveillance]") {
  CHECK(severity_of(0) == Severity::Low);
  CHECK(severity_of(std::nextafter(0.75, 0)) == Severity::Low);
  CHECK(severity_of(0.75) == Severity::Medium);
  CHECK(severity_of(std::nextafter(0.9, 0)) == Severity::Medium);
  CHECK(severity_of(0.9) == Severity::High);
  CHECK(severity_of(1) == Severity::High);
  std::set<std::string_view> names;
  for (std::uint8_t k = 0; k < kAlertKinds; ++k) names.insert(name_of(static_cast<AlertKind>(k)));
  CHECK(names.size() == kAlertKinds);
  CHECK(name_of(AlertKind::QuoteStuffing) == "quote stuffing");
  CHECK(name_of(static_cast<AlertKind>(kAlertKinds)) == "?");
  CHECK(name_of(Severity::Low) == "low");
  CHECK(name_of(Severity::Medium) == "medium");
  CHECK(name_of(Severity::High) == "high");
  CHECK(name_of(static_cast<Severity>(3)) == "?");
  CHECK(name_of(Evidence::Role::Withdrawn) == "withdrawn");
  CHECK(name_of(Evidence::Role::Executed) == "executed");
  CHECK(name_of(Evidence::Role::Trade) == "trade");
  CHECK(name_of(static_cast<Evidence::Role>(3)) == "?");
}

TEST_CASE("executions are given newest first, within the times asked for, of orders not too old",
          "[book][surveillance]") {
  Executions executions;
  executions.push(executed(kStart, kStart, 1));
  executions.push(executed(kStart + 10, kStart - 100, 2));
  executions.push(executed(kStart + 20, kStart - 101, 3));
  executions.push(executed(kStart + 20, WallTime{}, 4));  // it is not known when it was placed
  executions.push(executed(kStart + 30, kStart, 5));
  executions.push(executed(kStart + 15, kStart, 6, Side::Sell));
  const auto ids = [&](Side side, std::int64_t from, std::int64_t until, std::uint32_t times) {
    std::string text;
    CHECK(executions.each(side, kStart + from, kStart + until, 100,
                          [&](const Execution& one) { text += std::to_string(one.id); }) == times);
    return text;
  };
  CHECK(ids(Side::Buy, 0, 30, 4) == "5421");  // the third is of an order too old
  CHECK(ids(Side::Buy, 1, 29, 1) == "4");     // now the second is one too old as well
  CHECK(ids(Side::Buy, 31, 40, 0).empty());
  CHECK(ids(Side::Sell, 0, 30, 1) == "6");
  CHECK(executions.any_since(Side::Buy, kStart + 30));
  CHECK_FALSE(executions.any_since(Side::Buy, kStart + 31));
  CHECK_FALSE(Executions{}.any_since(Side::Sell, WallTime{}));
}

TEST_CASE("only the last 64 executions of a side are kept", "[book][surveillance]") {
  Executions executions;
  for (std::uint64_t n = 1; n <= 70; ++n)
    executions.push(executed(kStart + static_cast<std::int64_t>(n), kStart, n));
  std::uint64_t oldest = 0;
  CHECK(executions.each(Side::Buy, kStart, kStart + 100, kNsPerDay,
                        [&](const Execution& one) { oldest = one.id; }) == 64);
  CHECK(oldest == 7);
}

TEST_CASE("the chance of an execution within a time is that of an unknown Poisson rate",
          "[book][surveillance]") {
  Executions executions;
  CHECK(executions.chance(Side::Buy, kNsPerSecond, 0) == 1);  // nothing seen: no alarm on a guess
  executions.advance(kStart);
  executions.advance(kStart + 30 * kNsPerSecond);
  CHECK(executions.chance(Side::Buy, 0, 0) == 0);
  CHECK(executions.chance(Side::Buy, -5, 0) == 0);
  CHECK(executions.chance(Side::Buy, 10 * kNsPerSecond, 0) == Approx(0.25));  // 1 - 30 / 40
  for (int n = 1; n <= 4; ++n) {
    executions.push(executed(kStart + (30 + n) * kNsPerSecond, kStart, 1));
    executions.push(executed(kStart + (30 + n) * kNsPerSecond, kStart, 2));  // at the same time
  }
  executions.advance(kStart + 40 * kNsPerSecond);
  const auto expected = [](double n) { return 1 - std::pow(1 + 2.0 / 40, -(n + 1)); };
  CHECK(executions.chance(Side::Buy, 2 * kNsPerSecond, 0) == Approx(expected(4)));
  CHECK(executions.chance(Side::Buy, 2 * kNsPerSecond, 3) == Approx(expected(1)));
  CHECK(executions.chance(Side::Buy, 2 * kNsPerSecond, 9) == Approx(expected(0)));
  CHECK(executions.chance(Side::Sell, 2 * kNsPerSecond, 0) == Approx(expected(0)));
  executions.advance(kStart + 200 * kNsPerSecond);  // a minute later they no longer count
  const double none = executions.chance(Side::Buy, 2 * kNsPerSecond, 0);
  CHECK(none > 1 - 60.0 / 62);
  CHECK(none < 1 - 59.0 / 61);  // of the last 63 to 64 of 64 bins
}

TEST_CASE("the near quantity is that of the best levels, of a book of orders or of levels",
          "[book][surveillance]") {
  Market market{1};
  L2Book levels{{.tick = kTickOfMarket}};
  const auto price = [](std::int64_t ticks) {
    return Price::from_raw(ticks * kTickOfMarket.raw());
  };
  for (std::int64_t n = 1; n <= 5; ++n) {
    market.add(Side::Buy, kMiddle - 2 * n, 10 * n);
    market.add(Side::Sell, kMiddle + 2 * n, 100 * n);
    for (const auto& [side, lots] : {std::pair{Side::Buy, 10 * n}, {Side::Sell, 100 * n}})
      REQUIRE(levels.set(side, price(kMiddle - sign_of(side) * 2 * n), Qty::from_raw(lots)) ==
              Applied::Ok);
  }
  for (const NearBook& book : {NearBook{market.feed}, NearBook{levels}}) {
    CHECK(book.best(Side::Buy) == price(kMiddle - 2));
    CHECK(book.best(Side::Sell) == price(kMiddle + 2));
    const NearDepth three = book.depth(Side::Buy, 3);
    CHECK(three.qty == Qty::from_raw(60));
    CHECK(three.full);
    CHECK(three.worst == price(kMiddle - 6));
    CHECK(three.holds(Side::Buy, price(kMiddle - 6)));
    CHECK_FALSE(three.holds(Side::Buy, price(kMiddle - 7)));
    CHECK(three.reach(Side::Buy, price(kMiddle - 1)) == price(kMiddle - 6));
    CHECK(three.reach(Side::Buy, price(kMiddle - 9)) == price(kMiddle - 9));
    const NearDepth five = book.depth(Side::Sell, 5);
    CHECK(five.qty == Qty::from_raw(1'500));
    CHECK(five.full);
    CHECK(five.holds(Side::Sell, price(kMiddle + 10)));
    CHECK_FALSE(five.holds(Side::Sell, price(kMiddle + 11)));
    const NearDepth all = book.depth(Side::Sell, 6);  // one level more than there is
    CHECK(all.qty == Qty::from_raw(1'500));
    CHECK_FALSE(all.full);
    CHECK(all.holds(Side::Sell, Price::max()));
    CHECK(all.reach(Side::Sell, price(kMiddle)) == Price::max());
    CHECK(book.depth(Side::Buy, 6).reach(Side::Buy, price(kMiddle)) == Price{});
  }
  const L2Book empty{{.tick = kTickOfMarket}};
  CHECK(NearBook{empty}.best(Side::Buy) == Price{});
  CHECK(NearBook{empty}.depth(Side::Buy, 3).qty == Qty{});
}

TEST_CASE("the measures of behaviour are the ratios that they are said to be",
          "[book][surveillance]") {
  constexpr std::int64_t kFleeting = 10 * kNsPerMs;
  Toxicity toxicity{{.window_ns = 60 * kNsPerSecond, .flicker_ns = 50 * kNsPerMs}, kFleeting};
  for (const auto& reading :
       {toxicity.view().order_to_trade, toxicity.view().cancel_to_add,
        toxicity.view().cancel_life_ns, toxicity.view().fleeting, toxicity.view().flicker})
    CHECK_FALSE(reading.known());
  for (int n = 0; n < 12; ++n) toxicity.on_message(kStart);
  for (int n = 0; n < 5; ++n) toxicity.on_trade(kStart);
  for (int n = 0; n < 4; ++n) toxicity.on_added();
  toxicity.on_cancelled(kFleeting);
  toxicity.on_cancelled(kFleeting + 1);
  toxicity.on_cancelled(1'000 * kFleeting);
  const ToxicityView view = toxicity.view();
  CHECK(view.order_to_trade.value == Approx(12.0 / 5));
  CHECK(view.order_to_trade.count == 5);
  CHECK(view.cancel_to_add.value == Approx(3.0 / 4));
  CHECK(view.cancel_to_add.count == 4);
  CHECK(view.fleeting.value == Approx(1.0 / 3));
  CHECK(view.fleeting.count == 3);
  CHECK(view.cancel_life_ns.value == Approx(double(kFleeting)).epsilon(0.125));
  toxicity.on_message(kStart + 61 * kNsPerSecond);
  CHECK_FALSE(toxicity.view().cancel_to_add.known());  // the window has passed
  CHECK(toxicity.view().cancel_life_ns.known());       // its memory is counted, not timed
}

TEST_CASE("a best price that is taken back soon enough is a flicker, on both sides of the bound",
          "[book][surveillance]") {
  for (const auto& [late_ns, flickers] : {std::pair{0, 1}, {1, 0}}) {
    Toxicity toxicity{{.window_ns = 60 * kNsPerSecond, .flicker_ns = 50}, 1};
    const auto best = [&](std::int64_t raw, std::int64_t at) {
      toxicity.on_best(Side::Buy, Price::from_raw(raw), kStart + at);
    };
    toxicity.on_message(kStart);
    best(100, 0);  // the first one is no change
    best(101, 10);
    best(101, 20);  // nor is the same
    best(100, 10 + 50 + late_ns);
    best(102, 120);  // another price is no way back
    CHECK(toxicity.view().flicker.count == 3);
    CHECK(toxicity.view().flicker.value == Approx(flickers / 3.0));
    toxicity.forget_best();
    best(100, 130);
    CHECK(toxicity.view().flicker.count == 3);
  }
}
}  // namespace sq::book::surveillance
