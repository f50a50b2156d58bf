// Circuit breakers: both sides of each bound, what they leave of an order's permission, half-open.
#include <catch2/catch.hpp>

#include "engine/risk/breaker_monitor.hpp"
#include "engine/risk/order_gate.hpp"

using namespace sq;
using risk::BreakerMonitor;
using risk::Rule;

namespace {
constexpr InstrumentId kBtc{0};
constexpr StrategyId kMaker{0};
constexpr MonoTime kNow{100 * kNsPerSecond};

struct Watched {
  Watched(BreakerKind kind, std::int64_t bound, std::int64_t window_ns = kNsPerSecond,
          std::int64_t window_count = 4)
      : monitor{{{kind, BreakerAction::Pause, bound, window_ns, window_count, kNsPerSecond, true}},
                2,
                2} {}
  // The observed value of the first bound that was reached; -1: none.
  std::int64_t tripped() {
    const auto trip = monitor.take();
    return trip ? trip->observed : -1;
  }
  static OrderRequest order(std::uint64_t id, Side side, std::int32_t price) {
    OrderRequest made;
    made.id = OrderId{id};
    made.strategy = kMaker;
    made.side = side;
    made.limit = Price::from_units(price);
    made.qty = Qty::from_units(1);
    return made;
  }
  BreakerMonitor monitor;
};
}  // namespace

TEST_CASE("rejects one after the other open at their bound, and an accepted order begins anew",
          "[risk]") {
  Watched w{BreakerKind::Rejects, 3};
  w.monitor.on_answer(kMaker, true);
  w.monitor.on_answer(kMaker, true);
  w.monitor.on_answer(kMaker, false);
  w.monitor.on_answer(kMaker, true);
  w.monitor.on_answer(StrategyId{1}, true);  // another's
  w.monitor.on_answer(kMaker, true);
  CHECK(w.tripped() == -1);
  w.monitor.on_answer(kMaker, true);
  CHECK(w.tripped() == 3);
}

TEST_CASE("a reject rate counts only when there are enough orders", "[risk]") {
  Watched w{BreakerKind::RejectRate, 50};
  w.monitor.on_answer(kMaker, true);
  w.monitor.on_answer(kMaker, true);
  w.monitor.on_answer(kMaker, false);
  CHECK(w.tripped() == -1);  // 67 % of three
  w.monitor.on_answer(kMaker, false);
  w.monitor.on_answer(kMaker, false);  // 1 of the last 4
  CHECK(w.tripped() == -1);
  w.monitor.on_answer(kMaker, true);  // of 0 0 0 1
  CHECK(w.tripped() == -1);
  w.monitor.on_answer(kMaker, true);
  CHECK(w.tripped() == 50);
}

TEST_CASE("a book that is not live for its bound opens, one nanosecond less does not", "[risk]") {
  Watched w{BreakerKind::MarketData, 500};
  w.monitor.on_book(kBtc, false, kNow);
  w.monitor.on_book(kBtc, false, kNow + 100);
  w.monitor.look(kNow + 499);
  CHECK(w.tripped() == -1);
  w.monitor.look(kNow + 500);
  CHECK(w.tripped() == 500);
  w.monitor.on_book(kBtc, true, kNow + 501);
  w.monitor.look(kNow + 9'000);
  CHECK(w.tripped() == -1);
}

TEST_CASE("lag and full rings open at their bounds", "[risk]") {
  VenueState state;
  Watched lag{BreakerKind::EventLag, 1'000};
  state.lag_ns = 999;
  lag.monitor.on_load(state);
  CHECK(lag.tripped() == -1);
  state.lag_ns = 1'000;
  lag.monitor.on_load(state);
  CHECK(lag.tripped() == 1'000);
  Watched ring{BreakerKind::RingFull, 800};
  state.ring_used = 799;
  ring.monitor.on_load(state);
  CHECK(ring.tripped() == -1);
  state.ring_used = 800;
  ring.monitor.on_load(state);
  CHECK(ring.tripped() == 800);
}

TEST_CASE("two comparisons in a row that differ open; one that agrees in between begins anew",
          "[risk]") {
  Watched w{BreakerKind::PositionMismatch, 2};
  w.monitor.on_compared(kBtc, false);
  w.monitor.on_compared(kBtc, true);
  w.monitor.on_compared(kBtc, false);
  w.monitor.on_compared(InstrumentId{1}, false);
  CHECK(w.tripped() == -1);
  w.monitor.on_compared(kBtc, false);
  CHECK(w.tripped() == 2);
}

TEST_CASE("a fill worse than the touch at its sending opens at its bound", "[risk]") {
  // A touch of 10,000: 1 is one in ten thousand.
  for (const Side side : {Side::Buy, Side::Sell}) {
    const int worse = side == Side::Buy ? 1 : -1;
    Watched w{BreakerKind::Slippage, 20};
    const OrderRequest order = Watched::order(7, side, 10'000);
    w.monitor.on_sent(order, kBtc, 0, Price::from_units(10'000), kNow);
    w.monitor.on_fill(order, kBtc, Price::from_units(10'000 - 50 * worse));  // better
    w.monitor.on_fill(order, kBtc, Price::from_units(10'000 + 19 * worse));
    CHECK(w.tripped() == -1);
    w.monitor.on_fill(order, kBtc, Price::from_units(10'000 + 20 * worse));
    CHECK(w.tripped() == 20);
  }
}

TEST_CASE("a price that moves by its bound within the window opens, slower does not", "[risk]") {
  Watched w{BreakerKind::PriceSpeed, 100, 16 * kNsPerMs};
  const auto mid = [&](std::int32_t price, std::int64_t at_ms) {
    w.monitor.on_mid(kBtc, Price::from_units(price), Price::from_units(price),
                     kNow + at_ms * kNsPerMs);
  };
  mid(10'000, 0);
  mid(10'099, 5);
  CHECK(w.tripped() == -1);
  mid(10'100, 10);
  CHECK(w.tripped() == 100);
  mid(10'200, 60);  // what was 10,100 is 50 ms ago
  CHECK(w.tripped() == -1);
  mid(10'090, 65);
  CHECK(w.tripped() == 107);  // 110 of 10,200
}

TEST_CASE("the same order in the same position opens at its bound within the window", "[risk]") {
  Watched w{BreakerKind::Loop, 3};
  const OrderRequest order = Watched::order(1, Side::Buy, 100);
  w.monitor.on_sent(order, kBtc, 0, {}, kNow);
  w.monitor.on_sent(order, kBtc, 5, {}, kNow);  // another position
  w.monitor.on_sent(order, kBtc, 0, {}, kNow + 1);
  CHECK(w.tripped() == -1);
  w.monitor.on_sent(order, kBtc, 0, {}, kNow + (kNsPerSecond + 1));  // a window later: the first
  w.monitor.on_sent(order, kBtc, 0, {}, kNow + (kNsPerSecond + 2));
  CHECK(w.tripped() == -1);
  w.monitor.on_sent(order, kBtc, 0, {}, kNow + (kNsPerSecond + 3));
  CHECK(w.tripped() == 3);
}

TEST_CASE("fills that turn and lose each time open; one that gains begins anew", "[risk]") {
  Watched w{BreakerKind::LosingFills, 2};
  const auto fill = [&](Side side, std::int32_t price) {
    w.monitor.on_fill(Watched::order(1, side, price), kBtc, Price::from_units(price));
  };
  fill(Side::Buy, 100);
  fill(Side::Sell, 99);  // one
  fill(Side::Buy, 98);   // a gain
  fill(Side::Sell, 97);  // one
  CHECK(w.tripped() == -1);
  fill(Side::Buy, 98);  // two
  CHECK(w.tripped() == 2);
}

TEST_CASE("a loss of the day and a fall from the best open at their bounds; a reset measures anew",
          "[risk]") {
  Watched loss{BreakerKind::Loss, 100};
  loss.monitor.on_pnl(kMaker, 0, -99);
  CHECK(loss.tripped() == -1);
  loss.monitor.on_pnl(kMaker, 0, -100);
  CHECK(loss.tripped() == 100);
  loss.monitor.reset(BreakerKind::Loss, {KillScopeKind::Strategy, 0});
  loss.monitor.on_pnl(kMaker, 0, -199);
  CHECK(loss.tripped() == -1);
  loss.monitor.on_pnl(kMaker, 0, -200);
  CHECK(loss.tripped() == 100);
  Watched fall{BreakerKind::Drawdown, 100};
  fall.monitor.on_pnl(kNoStrategy, 500, 0);
  fall.monitor.on_pnl(kNoStrategy, 401, 0);
  CHECK(fall.tripped() == -1);
  fall.monitor.on_pnl(kNoStrategy, 400, 0);
  CHECK(fall.tripped() == 100);
}

TEST_CASE("an open breaker holds its scope back, half-open lets one order through until it ends",
          "[risk]") {
  risk::Breakers breakers{8};
  const auto left = [&](std::uint16_t strategy) {
    return breakers.restriction(VenueId::Simulated, AccountId{}, StrategyId{strategy}, kBtc)
        .permission;
  };
  using Permission = risk::Breakers::Permission;
  BreakerChanged change;
  change.scope = KillScopeKind::Strategy;
  change.to = BreakerState::Open;
  breakers.apply(change, {});
  CHECK(left(0) == Permission::None);
  CHECK(left(1) == Permission::All);
  change.to = BreakerState::HalfOpen;
  breakers.apply(change, {});
  CHECK(left(0) == Permission::OneSmall);
  breakers.on_sent(OrderId{5}, VenueId::Simulated, AccountId{}, StrategyId{0}, kBtc);
  CHECK(left(0) == Permission::None);
  CHECK_FALSE(breakers.entries()[0].probe_ended);
  breakers.on_ended(OrderId{5});
  CHECK(breakers.entries()[0].probe_ended);
  change.to = BreakerState::Closed;
  breakers.apply(change, {});
  CHECK_FALSE(breakers.any());
  change.to = BreakerState::Open;
  change.action = BreakerAction::ReduceOnly;
  breakers.apply(change, {});
  CHECK(left(0) == Permission::Reducing);
}

TEST_CASE("breakers come back from a snapshot as they were; one too many pauses everything",
          "[risk]") {
  risk::Breakers breakers{2};
  BreakerChanged change;
  change.to = BreakerState::Open;
  for (std::uint32_t n = 0; n < 2; ++n) {
    change.scope = KillScopeKind::Account;
    change.number = n;
    breakers.apply(change, WallTime{7});
  }
  CHECK_FALSE(breakers.full());
  StateOut out;
  breakers.save(out);
  const auto bytes = out.take();
  StateIn in{bytes};
  risk::Breakers again{2};
  REQUIRE(again.restore(in));
  CHECK(in.done());
  CHECK(again.find(BreakerKind::Loss, {KillScopeKind::Account, 1}) != nullptr);
  change.number = 2;
  breakers.apply(change, {});
  CHECK(breakers.full());
  CHECK(breakers.restriction(VenueId::None, AccountId{9}, kMaker, kBtc).permission ==
        risk::Breakers::Permission::None);
}
