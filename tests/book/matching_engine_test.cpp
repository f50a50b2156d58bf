#include <catch2/catch.hpp>
#include <map>

#include "engine/book/l3/l3_books.hpp"
#include "tests/book/matching_lockstep.hpp"
#include "tests/support/allocations.hpp"

namespace sq::matching {
namespace {
constexpr std::int64_t kTick = 100;
constexpr std::int64_t kLot = 10;
Price at(std::int64_t ticks) { return Price::from_raw(ticks * kTick); }
Qty lots(std::int64_t count) { return Qty::from_raw(count * kLot); }

Settings small_settings() {
  Settings settings;
  Rules& rules = settings.rules;
  rules.tick = at(1);
  rules.price_min = at(10);
  rules.price_max = at(1'000);
  rules.lot = lots(1);
  rules.qty_min = lots(2);
  rules.qty_max = lots(100);
  rules.display_min = lots(2);
  rules.iceberg_parts_max = 10;
  settings.orders_max = 8;
  settings.owners_max = 4;
  settings.window_ticks = 256;
  return settings;
}
NewOrder order(std::uint64_t id, Side side, std::int64_t price, std::int64_t qty) {
  NewOrder order;
  order.id = {id};
  order.price = at(price);
  order.qty = lots(qty);
  order.owner = static_cast<OwnerId>(id % 4);
  order.side = side;
  return order;
}
struct Fixture {
  explicit Fixture(const Settings& settings = small_settings()) : engine{settings, events} {
    static_cast<void>(engine.set_phase(Phase::Continuous));
    events.clear();
  }
  EventBuffer events{1'000};
  Engine<EventBuffer> engine;
};
Refusal answer(const NewOrder& order) { return Fixture{}.engine.submit(order).refusal; }
}  // namespace

TEST_CASE("both sides of every bound on price, quantity and display", "[book]") {
  const auto limit = [](std::int64_t price, std::int64_t qty, std::int64_t display = 0) {
    NewOrder result = order(1, Side::Buy, price, qty);
    result.display = lots(display);
    return answer(result);
  };
  CHECK(limit(10, 5) == Refusal::None);
  CHECK(limit(9, 5) == Refusal::PriceOutOfRange);
  CHECK(limit(1'000, 5) == Refusal::None);
  CHECK(limit(1'001, 5) == Refusal::PriceOutOfRange);
  CHECK(limit(0, 5) == Refusal::PriceNotPositive);
  CHECK(limit(20, 2) == Refusal::None);
  CHECK(limit(20, 1) == Refusal::QtyTooSmall);
  CHECK(limit(20, 100) == Refusal::None);
  CHECK(limit(20, 101) == Refusal::QtyTooLarge);
  CHECK(limit(20, 0) == Refusal::QtyNotPositive);
  CHECK(limit(20, 20, 2) == Refusal::None);
  CHECK(limit(20, 21, 2) == Refusal::DisplayTooManyParts);
  CHECK(limit(20, 5, 1) == Refusal::DisplayTooSmall);
  CHECK(limit(20, 5, 5) == Refusal::None);
  CHECK(limit(20, 5, 6) == Refusal::DisplayTooLarge);
  CHECK(limit(20, 5, -1) == Refusal::DisplayNotPositive);
  for (const std::int64_t off : {-1, 1}) {
    NewOrder odd = order(1, Side::Buy, 20, 5);
    odd.price = Price::from_raw(20 * kTick + off);
    CHECK(answer(odd) == Refusal::PriceOffTick);
    odd = order(1, Side::Buy, 20, 5);
    odd.qty = Qty::from_raw(5 * kLot + off);
    CHECK(answer(odd) == Refusal::QtyOffLot);
    odd = order(1, Side::Buy, 20, 5);
    odd.display = Qty::from_raw(4 * kLot + off);
    CHECK(answer(odd) == Refusal::DisplayOffLot);
  }
  for (const std::int64_t extreme :
       {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    NewOrder wild = order(1, Side::Buy, 20, 5);
    wild.price = Price::from_raw(extreme);
    CHECK(answer(wild) == (extreme < 0 ? Refusal::PriceNotPositive : Refusal::PriceOutOfRange));
    wild = order(1, Side::Buy, 20, 5);
    wild.qty = Qty::from_raw(extreme);
    CHECK(answer(wild) == (extreme < 0 ? Refusal::QtyNotPositive : Refusal::QtyTooLarge));
  }
}

TEST_CASE("an order that breaks several rules is refused by the first in the list", "[book]") {
  // Each change breaks one more rule, of higher precedence than those before it.
  NewOrder bad = order(1, Side::Buy, 20, 5);
  bad.reduce_only = true;
  CHECK(answer(bad) == Refusal::ReduceOnlyWouldIncrease);
  bad.display = lots(6);
  CHECK(answer(bad) == Refusal::DisplayTooLarge);
  bad.qty = Qty::from_raw(51);
  CHECK(answer(bad) == Refusal::QtyOffLot);
  bad.stop = at(20);
  CHECK(answer(bad) == Refusal::StopWithoutTrigger);
  bad.price = Price::from_raw(2'001);
  CHECK(answer(bad) == Refusal::PriceOffTick);
  bad.self_trade = SelfTrade::Allow;
  CHECK(answer(bad) == Refusal::SelfTradeNotAllowed);
  bad.time_in_force = TimeInForce::ImmediateOrCancel;
  CHECK(answer(bad) == Refusal::DisplayForType);
  bad.post_only = true;
  CHECK(answer(bad) == Refusal::PostOnlyForType);
  bad.expiry = {1};
  CHECK(answer(bad) == Refusal::ExpiryWithoutDate);
  bad.type = static_cast<OrderType>(9);
  CHECK(answer(bad) == Refusal::UnknownType);
  bad.side = static_cast<Side>(0);
  CHECK(answer(bad) == Refusal::UnknownSide);
  bad.id = {};
  CHECK(answer(bad) == Refusal::IdIsZero);
  bad.owner = static_cast<OwnerId>(4);
  CHECK(answer(bad) == Refusal::UnknownOwner);
}

TEST_CASE("a full engine refuses and counts, changes nothing, and takes orders again", "[book]") {
  const bool indexed = GENERATE(true, false);
  Settings settings = small_settings();
  settings.ids_indexed = indexed;
  Fixture fixture{settings};
  Handle first = kNoHandle;
  for (std::uint64_t id = 1; id <= 8; ++id) {
    const Submitted submitted =
        fixture.engine.submit(order(id, Side::Buy, 20 + static_cast<std::int64_t>(id), 5));
    REQUIRE(submitted.refusal == Refusal::None);
    if (id == 1) first = submitted.handle;
  }
  fixture.events.clear();
  CHECK(fixture.engine.submit(order(9, Side::Sell, 20, 5)).refusal == Refusal::OrdersFull);
  CHECK(fixture.engine.refused(Refusal::OrdersFull) == 1);
  REQUIRE(fixture.events.events().size() == 1);
  CHECK(fixture.engine.orders().open_orders() == 8);
  CHECK(fixture.engine.cancel({{1}, first}) == Refusal::None);
  CHECK(fixture.engine.submit(order(9, Side::Buy, 20, 5)).refusal == Refusal::None);
}

TEST_CASE("a handle whose order has ended names no order, even when its slot is used again",
          "[book]") {
  Settings settings = small_settings();
  settings.ids_indexed = GENERATE(true, false);
  Fixture fixture{settings};
  const Handle handle = fixture.engine.submit(order(1, Side::Buy, 20, 5)).handle;
  CHECK(fixture.engine.cancel({{1}, handle}) == Refusal::None);
  CHECK(fixture.engine.cancel({{1}, handle}) == Refusal::UnknownOrder);
  CHECK(fixture.engine.submit(order(2, Side::Buy, 20, 5)).handle == handle);
  CHECK(fixture.engine.cancel({{1}, handle}) == Refusal::UnknownOrder);
  CHECK(fixture.engine.modify({{1}, handle}, {.qty = lots(4)}) == Refusal::UnknownOrder);
  CHECK(fixture.engine.cancel({{2}, kNoHandle}) ==
        (settings.ids_indexed ? Refusal::None : Refusal::UnknownOrder));
  for (const Handle wild : {Handle{8}, Handle{1'000'000}, kNoHandle - 1}) {
    CHECK(fixture.engine.cancel({{2}, wild}) == Refusal::UnknownOrder);
  }
}

TEST_CASE("settings outside their range do not construct", "[book]") {
  EventBuffer events{1};
  const auto refused = [&](auto&& spoil) {
    Settings settings = small_settings();
    spoil(settings);
    CHECK_THROWS_AS(Engine<EventBuffer>(settings, events), std::invalid_argument);
  };
  refused([](Settings& s) { s.orders_max = 0; });
  refused([](Settings& s) { s.orders_max = (1U << 24) + 1; });
  refused([](Settings& s) { s.owners_max = 0; });
  refused([](Settings& s) { s.owners_max = 65'537; });
  refused([](Settings& s) { s.window_ticks = 255; });
  refused([](Settings& s) { s.rules.tick = Price{}; });
  refused([](Settings& s) { s.rules.lot = Qty{}; });
  refused([](Settings& s) { s.rules.price_min = Price::from_raw(150); });
  refused([](Settings& s) { s.rules.price_max = at(9); });
  refused([](Settings& s) { s.rules.qty_max = lots(1); });
  refused([](Settings& s) { s.rules.qty_max = Qty::from_raw(kLot << 41); });
  refused([](Settings& s) { s.rules.iceberg_parts_max = 0; });
  refused([](Settings& s) { s.rules.self_trade = SelfTrade::Allow; });
  refused([](Settings& s) { s.rules.self_trade = SelfTrade::InstrumentDefault; });
  refused([](Settings& s) { s.rules.reference = at(9); });
  refused([](Settings& s) {
    s.rules.band_low = at(50);
    s.rules.band_high = at(49);
  });
}

TEST_CASE("no command of any kind allocates", "[book]") {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    Flow flow{Dice{seed}};
    EventBuffer events{200'000};
    Engine<EventBuffer> engine{flow.settings(), events};
    std::uint64_t allocated = 0;
    for (int i = 0; i < 20'000; ++i) {
      const AnyCommand command = flow.next(engine.phase());
      events.clear();
      const std::uint64_t before = allocations_on_this_thread();
      apply(engine, command, {command.id, engine.find(command.id)});
      static_cast<void>(engine.indicative());
      allocated += allocations_on_this_thread() - before;
    }
    CHECK(allocated == 0);
    CHECK(events.lost() == 0);
  }
}

TEST_CASE("an order-by-order book fed with the events has the engine's queues", "[book]") {
  using namespace book::l3;
  for (const std::uint64_t seed : {5U, 6U, 7U, 8U}) {
    Flow flow{Dice{seed}};
    EventBuffer events{200'000};
    Engine<EventBuffer> engine{flow.settings(), events};
    L3Books books{{.pools = {.books = 1, .orders_max = 2'000, .levels_max = 2'000}}};
    std::map<std::uint64_t, std::int64_t> shown;  // of orders in the public book
    const auto ticks = [](Price price) { return static_cast<Tick>(price.raw() / Flow::kTick); };
    const auto units = [](std::int64_t raw) { return static_cast<Lots>(raw / Flow::kLot); };
    const auto lose = [&](std::uint64_t id, std::int64_t raw) {
      const auto order = shown.find(id);
      if (order == shown.end()) return;  // never booked
      REQUIRE(books.reduce(0, id, units(raw)) == Outcome::Ok);
      order->second -= raw;
      if (order->second == 0) shown.erase(order);
    };
    const auto publish = [&](const Event& event) {
      const std::uint64_t id = event.id.value;
      const bool leaves = event.kind == EventKind::Replaced || event.kind == EventKind::Cancelled ||
                          event.kind == EventKind::Expired;
      if (leaves && shown.contains(id)) lose(id, shown.at(id));
      const bool stands =
          event.kind == EventKind::Booked || event.kind == EventKind::Refreshed ||
          ((event.kind == EventKind::Accepted || event.kind == EventKind::Replaced) &&
           (event.flags & kBooked) != 0);
      if (stands) {
        REQUIRE(books.add(0, id, event.side, ticks(event.price), units(event.shown.raw())) ==
                Outcome::Ok);
        shown[id] = event.shown.raw();
      }
      if (event.kind == EventKind::Reduced && shown.contains(id) &&
          event.shown.raw() < shown.at(id)) {
        lose(id, shown.at(id) - event.shown.raw());
      }
      if (event.kind == EventKind::Traded) {
        lose(id, event.qty.raw());
        lose(event.taker_id.value, event.qty.raw());
      }
    };
    for (int i = 0; i < 5'000; ++i) {
      const AnyCommand command = flow.next(engine.phase());
      events.clear();
      apply(engine, command, {command.id, engine.find(command.id)});
      for (const Event& event : events.events()) publish(event);
      if (i % 50 != 0) continue;
      for (const Side side : {Side::Buy, Side::Sell}) {
        const BookSide& levels = engine.side(side);
        REQUIRE(books.queues().levels(0, side) == levels.levels());
        std::uint32_t rank = 0;
        for (LevelIndex l = levels.best(); l != kNoLevel; l = levels.behind(engine.orders(), l)) {
          const LevelHandle level = books.queues().level_at(0, side, rank++);
          OrderHandle seen = books.queues().front(level);
          for (Handle h = engine.orders().first(l); h != kNoHandle; h = engine.orders().behind(h)) {
            REQUIRE(seen != OrderHandle::None);
            REQUIRE(books.queues().id(seen) == engine.orders()[h].id.value);
            REQUIRE(books.queues().lots(seen) == engine.orders()[h].shown);
            seen = books.queues().behind(seen);
          }
          REQUIRE(seen == OrderHandle::None);
        }
      }
    }
    CHECK(books.counts().refused() == 0);
  }
}
}  // namespace sq::matching
