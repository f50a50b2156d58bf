// Order-by-order feeds: what each record makes of orders, levels, trades and the book's state.
#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <vector>

#include "tests/book/book_model.hpp"
#include "tests/book/depth_records.hpp"

namespace sq::book {
namespace {
constexpr MonoTime kNow{1'000};

SyncSettings order_settings(std::uint32_t orders_max = 1'000) {
  SyncSettings settings = test_settings();
  settings.orders_max = orders_max;
  settings.lot = Qty::from_raw(1);
  return settings;
}
MarketOrder add(std::uint64_t id, Side side, std::int64_t ticks, std::int64_t lots) {
  MarketOrder order;
  order.order_id = id;
  order.side = side;
  order.price = price_at(ticks);
  order.qty = Qty::from_raw(lots);
  return order;
}
MarketOrder change(OrderAction action, std::uint64_t id, std::int64_t lots = 0) {
  MarketOrder order;
  order.action = action;
  order.order_id = id;
  order.qty = Qty::from_raw(lots);
  return order;
}
MarketOrder move(OrderAction action, std::uint64_t id, std::uint64_t new_id, std::int64_t ticks,
                 std::int64_t lots) {
  MarketOrder order = change(action, id, lots);
  order.new_order_id = new_id;
  order.price = price_at(ticks);
  return order;
}
SyncedBook::Effect send(SyncedBook& book, const MarketOrder& order) {
  auto record = make_record(RecordKind::MarketOrder, order);
  record.header.mono = kNow;
  record.header.venue_time = WallTime{77};
  return book.on_order(record.header);
}
// Bids 99 x 5 (ids 1, 2) and 98 x 7 (3), asks 101 x 4 (4).
SyncedBook small_book() {
  SyncedBook book{order_settings()};
  send(book, add(1, Side::Buy, 99, 2));
  send(book, add(2, Side::Buy, 99, 3));
  send(book, add(3, Side::Buy, 98, 7));
  send(book, add(4, Side::Sell, 101, 4));
  return book;
}
}  // namespace

TEST_CASE("a book of orders is LIVE from the first order and gives the sum of each price",
          "[book][orders]") {
  SyncedBook book{order_settings()};
  CHECK(book.state() == BookState::Syncing);
  const auto effect = send(book, add(1, Side::Buy, 99, 2));
  CHECK(effect.state_changed);
  CHECK(effect.top_changed);
  CHECK(effect.depth_applied);
  CHECK(book.state() == BookState::Live);
  send(book, add(2, Side::Buy, 99, 3));
  CHECK(same(book.bid(), level_at(99, 5)));
  CHECK(same(book.ask(), Level{}));
}

TEST_CASE("an execution is a trade at the order's price against the other side", "[book][orders]") {
  SyncedBook book = small_book();
  const auto effect = send(book, change(OrderAction::Execute, 1, 1));
  REQUIRE(effect.traded);
  CHECK(book.last_trade().price == price_at(99));
  CHECK(book.last_trade().qty == Qty::from_raw(1));
  CHECK(book.last_trade().aggressor == Side::Sell);
  CHECK(book.last_trade().transaction_time == WallTime{77});
  CHECK(same(book.bid(), level_at(99, 4)));

  MarketOrder priced = change(OrderAction::Execute, 4, 1);
  priced.priced = 1;
  priced.price = price_at(100);
  CHECK(send(book, priced).traded);
  CHECK(book.last_trade().price == price_at(100));
  CHECK(same(book.ask(), level_at(101, 3)));

  MarketOrder unprinted = change(OrderAction::Execute, 4, 1);
  unprinted.printable = 0;
  CHECK_FALSE(send(book, unprinted).traded);
  CHECK(same(book.ask(), level_at(101, 2)));

  CHECK_FALSE(send(book, change(OrderAction::Reduce, 3, 2)).traded);
  CHECK(book.depth().qty_at(Side::Buy, price_at(98)) == Qty::from_raw(5));
}

TEST_CASE("the place of an order counts what stands before it", "[book][orders]") {
  SyncedBook book = small_book();
  REQUIRE(book.orders() != nullptr);
  const auto place = [&](std::uint64_t id) { return book.orders()->place_of(id); };
  CHECK(place(1)->ahead == Qty{});
  CHECK(place(2)->ahead == Qty::from_raw(2));
  CHECK(place(2)->orders_ahead == 1);
  CHECK_FALSE(place(9).has_value());

  SECTION("a smaller quantity keeps the place where the venue says so") {
    MarketOrder smaller = move(OrderAction::Modify, 1, 0, 99, 1);
    smaller.keeps_priority = 2;
    send(book, smaller);
    CHECK(place(2)->ahead == Qty::from_raw(1));
  }
  SECTION("a larger one goes to the end") {
    MarketOrder larger = move(OrderAction::Modify, 1, 0, 99, 3);
    larger.keeps_priority = 2;
    send(book, larger);
    CHECK(place(2)->ahead == Qty{});
    CHECK(place(1)->ahead == Qty::from_raw(3));
  }
  SECTION("a replaced order has the new id and stands last at the new price") {
    send(book, move(OrderAction::Replace, 1, 11, 98, 2));
    CHECK_FALSE(place(1).has_value());
    CHECK(place(11)->ahead == Qty::from_raw(7));
    CHECK(same(book.bid(), level_at(99, 3)));
    CHECK(book.depth().qty_at(Side::Buy, price_at(98)) == Qty::from_raw(9));
  }
  SECTION("a fill that says what follows changes nothing yet") {
    send(book, change(OrderAction::Fill, 1, 1));
    CHECK(same(book.bid(), level_at(99, 5)));
  }
}

TEST_CASE("an order that was never added makes the book GAPPED until the venue clears it",
          "[book][orders]") {
  for (const MarketOrder& event :
       {change(OrderAction::Delete, 9), change(OrderAction::Execute, 9, 1),
        move(OrderAction::Replace, 9, 10, 97, 1), change(OrderAction::Execute, 1, 3),
        add(1, Side::Buy, 97, 1), add(8, Side::Buy, 0, 1)}) {
    SyncedBook book = small_book();
    CHECK(send(book, event).state_changed);
    CHECK(book.state() == BookState::Gapped);
    CHECK(book.counters().orders_refused == 1);
    CHECK(same(book.bid(), Level{}));
    send(book, add(20, Side::Buy, 97, 1));
    CHECK(book.state() == BookState::Gapped);
    send(book, change(OrderAction::Clear, 0));
    send(book, add(21, Side::Buy, 97, 1));
    CHECK(book.state() == BookState::Live);
    CHECK(same(book.bid(), level_at(97, 1)));
    CHECK(book.counters().resyncs == 1);
  }
}

TEST_CASE("data that begin in the middle of a day count the orders from before", "[book][orders]") {
  SyncSettings settings = order_settings();
  settings.opening_unknown = true;
  SyncedBook book{settings};
  send(book, change(OrderAction::Delete, 9));
  send(book, add(1, Side::Buy, 99, 2));
  send(book, change(OrderAction::Execute, 8, 1));
  CHECK(book.state() == BookState::Live);
  CHECK(book.counters().orders_unknown == 2);
  CHECK(same(book.bid(), level_at(99, 2)));
  send(book, change(OrderAction::Execute, 1, 3));  // more than it has: not explained by that
  CHECK(book.state() == BookState::Gapped);
}

TEST_CASE("inside an event of the venue no price is given", "[book][orders]") {
  SyncedBook book = small_book();
  MarketOrder crossing = add(30, Side::Buy, 101, 4);
  crossing.event_end = 0;
  const auto inside = send(book, crossing);
  CHECK_FALSE(inside.top_changed);
  CHECK(same(book.bid(), level_at(99, 5)));
  MarketOrder gone = change(OrderAction::Delete, 4);
  gone.event_end = 1;
  const auto whole = send(book, gone);
  CHECK(whole.top_changed);
  CHECK(whole.depth_applied);
  CHECK(same(book.bid(), level_at(101, 4)));
  CHECK(same(book.ask(), Level{}));
}

TEST_CASE("one order more than there is room for makes the book GAPPED", "[book][orders]") {
  SyncedBook book{order_settings(3)};
  for (std::uint64_t id = 1; id <= 3; ++id) send(book, add(id, Side::Buy, 90, 1));
  CHECK(book.state() == BookState::Live);
  send(book, add(4, Side::Buy, 90, 1));
  CHECK(book.state() == BookState::Gapped);
}

TEST_CASE("levels follow the orders through any stream of them", "[book][orders]") {
  struct Live {
    Side side;
    std::int64_t ticks;
    std::int64_t lots;
  };
  SyncedBook book{order_settings()};
  std::map<std::uint64_t, Live> live;
  std::mt19937_64 random{4};
  const auto below = [&](std::uint64_t limit) { return random() % limit; };
  const auto pick = [&] { return std::next(live.begin(), static_cast<long>(below(live.size()))); };
  std::uint64_t id = 0;
  for (int step = 0; step < 20'000; ++step) {
    const std::uint64_t what = live.size() < 10 ? 0 : below(live.size() < 500 ? 8 : 4) + 1;
    if (what == 0 || what > 4) {
      const Side side = below(2) == 0 ? Side::Buy : Side::Sell;
      const auto away = static_cast<std::int64_t>(below(40));
      const std::int64_t ticks = side == Side::Buy ? 999 - away : 1'000 + away;
      const auto lots = static_cast<std::int64_t>(below(9)) + 1;
      send(book, add(++id, side, ticks, lots));
      live[id] = {side, ticks, lots};
    } else if (const auto order = pick(); what == 1) {
      send(book, change(OrderAction::Delete, order->first));
      live.erase(order);
    } else if (what == 4) {
      const auto lots = static_cast<std::int64_t>(below(9)) + 1;
      Live next{order->second.side, order->second.ticks, lots};
      next.ticks += next.side == Side::Buy ? -1 : 1;
      send(book, move(OrderAction::Replace, order->first, ++id, next.ticks, lots));
      live.erase(order);
      live[id] = next;
    } else {
      const std::int64_t lots =
          1 + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(order->second.lots)));
      send(book, change(what == 2 ? OrderAction::Execute : OrderAction::Reduce, order->first, lots));
      if ((order->second.lots -= lots) == 0) live.erase(order);
    }
    if (step % 100 != 0) continue;
    BookModel model;
    for (const auto& [key, each] : live)
      model.set(each.side, price_at(each.ticks),
                model.qty_at(each.side, price_at(each.ticks)) + Qty::from_raw(each.lots));
    for (const Side side : {Side::Buy, Side::Sell}) {
      const std::vector<Level> expected = model.sorted(side);
      std::vector<Level> actual(book.depth().levels(side));
      REQUIRE(book.depth().copy_top(side, actual) == expected.size());
      for (std::size_t i = 0; i < expected.size(); ++i) REQUIRE(same(actual[i], expected[i]));
    }
  }
  CHECK(book.state() == BookState::Live);
}
}  // namespace sq::book
