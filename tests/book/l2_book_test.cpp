#include "engine/book/l2_book.hpp"

#include <catch2/catch.hpp>
#include <limits>
#include <random>

#include "tests/book/book_model.hpp"
#include "tests/support/allocations.hpp"

namespace sq::book {
namespace {
constexpr Price kTick = Price::from_raw(10'000'000);  // 0.01
Price at(std::int64_t ticks) { return Price::from_raw(ticks * kTick.raw()); }
Qty lots(std::int64_t n) { return Qty::from_raw(n); }

L2Book small_book(std::uint32_t far_levels_max = 4096) {
  return L2Book{{.tick = kTick, .window_ticks = 256, .far_levels_max = far_levels_max}};
}

// A touch that wanders and jumps; levels close to it, far from it and at the ends of the range.
class Market {
 public:
  explicit Market(std::uint64_t seed) : random_{seed} {}
  void step() {
    const std::uint64_t dice = random_() % 1000;
    if (dice < 300) touch_ += static_cast<std::int64_t>(random_() % 21) - 10;
    if (dice == 999) touch_ = 1 + static_cast<std::int64_t>(random_() % 1'000'000);
    touch_ = std::max<std::int64_t>(touch_, 1);
  }
  Side side() { return random_() % 2 == 0 ? Side::Buy : Side::Sell; }
  Price price(Side side) {
    static constexpr std::int64_t kReach[] = {4, 40, 400, 100'000, 900'000'000};
    const std::int64_t away =
        static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(kReach[random_() % 5]));
    const std::int64_t ticks = touch_ - sign_of(side) * away;
    return at(std::clamp<std::int64_t>(ticks, 1, kLast));
  }
  Qty qty() {
    return random_() % 2 == 0 ? Qty{} : lots(1 + static_cast<std::int64_t>(random_() % 9));
  }
  std::uint64_t next() { return random_(); }

  static constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max() / 10'000'000;

 private:
  std::mt19937_64 random_;
  std::int64_t touch_{5'000};
};
}  // namespace

TEST_CASE("an empty book has no best price, no levels and nothing behind any price") {
  const L2Book book = small_book();
  for (const Side side : {Side::Buy, Side::Sell}) {
    CHECK(book.best(side).qty == Qty{});
    CHECK(book.levels(side) == 0);
    Level level{at(100), lots(1)};
    CHECK_FALSE(book.next(side, level));
    CHECK(level.price == at(100));
  }
  CHECK_FALSE(book.crossed());
}

TEST_CASE(
    "the book equals an ordered map after any sequence of updates near, far and at the ends") {
  const std::uint32_t window = GENERATE(256U, 512U, 4096U, 1U << 18);
  const std::uint64_t seed = GENERATE(1U, 2U, 3U);
  CAPTURE(window, seed);
  Market market{seed};
  L2Book book{{.tick = kTick, .window_ticks = window, .far_levels_max = 20'000}};
  BookModel model;
  for (int i = 0; i < 20'000; ++i) {
    market.step();
    const Side side = market.side();
    const Price price = market.price(side);
    const Qty qty = market.qty();
    REQUIRE(book.set(side, price, qty) == Applied::Ok);
    model.set(side, price, qty);
    if (i % 997 == 0 || i < 200) REQUIRE(difference(book, model) == std::string{});
    if (market.next() % 5'000 == 0) {
      book.clear();
      model.clear();
    }
    const Level bid = book.best(Side::Buy);
    const auto& bids = model.levels(Side::Buy);
    REQUIRE(bid.price == (bids.empty() ? Price{} : bids.rbegin()->first));
  }
  CHECK(difference(book, model) == std::string{});
}

TEST_CASE("removing the best level again and again walks the whole book to its end") {
  L2Book book = small_book();
  BookModel model;
  std::mt19937_64 random{11};
  for (int i = 0; i < 2'000; ++i) {
    const Side side = i % 2 == 0 ? Side::Buy : Side::Sell;
    const Price price = at(1 + static_cast<std::int64_t>(random() % 50'000));
    book.set(side, price, lots(i + 1));
    model.set(side, price, lots(i + 1));
  }
  for (const Side side : {Side::Buy, Side::Sell}) {
    for (const Level& level : model.sorted(side)) {
      REQUIRE(same(book.best(side), level));
      REQUIRE(book.set(side, level.price, Qty{}) == Applied::Ok);
    }
    CHECK(book.levels(side) == 0);
  }
}

TEST_CASE("the window follows the touch, and updates around it stay inside") {
  L2Book book{{.tick = kTick, .window_ticks = 4096, .far_levels_max = 8192}};
  BookModel model;
  for (std::int64_t touch = 1'000; touch < 200'000; touch += 3) {
    for (const Side side : {Side::Buy, Side::Sell}) {
      for (std::int64_t away = 1; away < 30; away += 7) {
        const Price price = at(touch - sign_of(side) * away);
        const Qty qty = lots(touch % 5);
        book.set(side, price, qty);
        model.set(side, price, qty);
      }
      const Price passed = at(touch + sign_of(side) * 0);
      book.set(side, passed, Qty{});
      model.set(side, passed, Qty{});
    }
    for (std::int64_t gone = touch - 3; gone <= touch;
         ++gone) {  // the market rose through these asks
      book.set(Side::Sell, at(gone), Qty{});
      model.set(Side::Sell, at(gone), Qty{});
    }
    if (book.levels(Side::Buy) > 400) {
      for (const Level& level : model.sorted(Side::Buy)) {
        if (level.price > at(touch - 300)) continue;
        book.set(Side::Buy, level.price, Qty{});
        model.set(Side::Buy, level.price, Qty{});
      }
    }
  }
  CHECK(difference(book, model) == std::string{});
  const std::uint64_t moves = book.side_of(Side::Buy).recentres();
  CHECK(moves > 20);
  CHECK(moves < 200);
}

TEST_CASE("a touch that falls through a book with a level at every tick takes the window along") {
  L2Book book = small_book();
  BookModel model;
  const auto set = [&](std::int64_t ticks, std::int64_t n) {
    for (const Side side : {Side::Buy, Side::Sell}) {
      const Price price = at(side == Side::Buy ? ticks : 5'000 - ticks);
      REQUIRE(book.set(side, price, lots(n)) == Applied::Ok);
      model.set(side, price, lots(n));
    }
  };
  for (std::int64_t ticks = 2'000; ticks > 0; --ticks) set(ticks, ticks);
  for (std::int64_t touch = 2'000; touch > 0; --touch) {
    set(touch, 0);
    set(std::max<std::int64_t>(touch - 300, 1), touch);
    REQUIRE(same(book.best(Side::Buy), model.sorted(Side::Buy).front()));
    if (touch % 50 == 0) REQUIRE(difference(book, model) == std::string{});
    if (book.levels(Side::Buy) == 1) break;
  }
  const std::uint64_t moves = book.side_of(Side::Sell).recentres();
  CHECK(moves > 5);
  CHECK(moves < 60);
}

TEST_CASE("prices at both ends of the representable range are levels like any other") {
  const std::int64_t tick = GENERATE(std::int64_t{1}, 10'000'000, 1'000'000'000);
  CAPTURE(tick);
  L2Book book{{.tick = Price::from_raw(tick), .window_ticks = 256, .far_levels_max = 256}};
  BookModel model;
  const std::int64_t last = std::numeric_limits<std::int64_t>::max() / tick;
  for (int round = 0; round < 60; ++round) {
    for (const std::int64_t ticks : {std::int64_t{1}, last, std::int64_t{2}, last - 1, last / 2}) {
      for (const Side side : {Side::Buy, Side::Sell}) {
        const Qty qty = lots((round + ticks % 3) % 3);
        const Price price = Price::from_raw(ticks * tick);
        REQUIRE(book.set(side, price, qty) == Applied::Ok);
        model.set(side, price, qty);
        REQUIRE(difference(book, model) == std::string{});
      }
    }
  }
}

TEST_CASE(
    "a price off tick, a price not positive and a negative quantity are refused and change "
    "nothing") {
  L2Book book = small_book();
  REQUIRE(book.set(Side::Buy, at(100), lots(5)) == Applied::Ok);
  const std::uint64_t before = book.checksum();
  CHECK(book.set(Side::Buy, Price::from_raw(at(100).raw() + 1), lots(1)) == Applied::OffTick);
  CHECK(book.set(Side::Buy, Price::from_raw(at(100).raw() - 1), lots(1)) == Applied::OffTick);
  CHECK(book.set(Side::Sell, Price{}, lots(1)) == Applied::NotPositive);
  CHECK(book.set(Side::Sell, -at(1), lots(1)) == Applied::NotPositive);
  CHECK(book.set(Side::Sell, at(1), lots(-1)) == Applied::NotPositive);
  CHECK(book.set(Side::Sell, at(1), Qty{}) == Applied::Ok);
  CHECK(book.checksum() == before);
  CHECK(book.qty_at(Side::Buy, Price::from_raw(at(100).raw() + 1)) == Qty{});
  CHECK(book.qty_at(Side::Buy, Price{}) == Qty{});
}

TEST_CASE("the last level that fits outside the window is accepted and the next one is refused") {
  L2Book book = small_book(10);
  BookModel model;
  const auto add = [&](std::int64_t ticks) {
    const Applied applied = book.set(Side::Buy, at(ticks), lots(1));
    if (applied == Applied::Ok) model.set(Side::Buy, at(ticks), lots(1));
    return applied;
  };
  REQUIRE(add(1'000'000) == Applied::Ok);  // the window is around this one
  for (std::int64_t i = 1; i <= 10; ++i) REQUIRE(add(i * 100) == Applied::Ok);
  CHECK(add(1'100) == Applied::Full);
  CHECK(add(999'999) == Applied::Ok);  // inside the window there is room
  CHECK(add(500) == Applied::Ok);      // a change needs none
  REQUIRE(book.set(Side::Buy, at(300), Qty{}) == Applied::Ok);
  model.set(Side::Buy, at(300), Qty{});
  CHECK(add(1'100) == Applied::Ok);
  CHECK(difference(book, model) == std::string{});
}

TEST_CASE("a batch stops at the first refusal and says which it was") {
  L2Book book = small_book();
  const Level bids[] = {{at(10), lots(1)}, {Price::from_raw(1), lots(1)}, {at(9), lots(1)}};
  const Level asks[] = {{at(11), lots(2)}};
  CHECK(book.apply(bids, asks) == Applied::OffTick);
  CHECK(book.levels(Side::Buy) == 1);
  CHECK(book.levels(Side::Sell) == 0);
  CHECK(book.apply(std::span{bids}.first(1), asks) == Applied::Ok);
  CHECK(same(book.best(Side::Sell), asks[0]));
}

TEST_CASE("the level behind any price is the next worse one, also for prices that are no level") {
  L2Book book = small_book();
  for (const std::int64_t ticks : {100, 90, 50, 1}) book.set(Side::Buy, at(ticks), lots(ticks));
  for (const std::int64_t ticks : {110, 120, 500'000}) book.set(Side::Sell, at(ticks), lots(ticks));
  const auto behind = [&](Side side, Price price) {
    Level level{price, Qty{}};
    return book.next(side, level) ? level.price : Price{};
  };
  CHECK(behind(Side::Buy, at(101)) == at(100));
  CHECK(behind(Side::Buy, at(100)) == at(90));
  CHECK(behind(Side::Buy, at(95)) == at(90));
  CHECK(behind(Side::Buy, Price::from_raw(at(90).raw() + 1)) == at(90));
  CHECK(behind(Side::Buy, Price::from_raw(at(90).raw() - 1)) == at(50));
  CHECK(behind(Side::Buy, at(1)) == Price{});
  CHECK(behind(Side::Buy, Price{}) == Price{});
  CHECK(behind(Side::Buy, Price::max()) == at(100));
  CHECK(behind(Side::Sell, Price{}) == at(110));
  CHECK(behind(Side::Sell, at(110)) == at(120));
  CHECK(behind(Side::Sell, Price::from_raw(at(110).raw() - 1)) == at(110));
  CHECK(behind(Side::Sell, Price::from_raw(at(120).raw() + 1)) == at(500'000));
  CHECK(behind(Side::Sell, at(500'000)) == Price{});
}

TEST_CASE("a book is crossed exactly when its best bid is at or above its best ask") {
  L2Book book = small_book();
  book.set(Side::Buy, at(100), lots(1));
  CHECK_FALSE(book.crossed());
  book.set(Side::Sell, at(101), lots(1));
  CHECK_FALSE(book.crossed());
  book.set(Side::Sell, at(100), lots(1));
  CHECK(book.crossed());
  book.set(Side::Buy, at(100), Qty{});
  CHECK_FALSE(book.crossed());
}

TEST_CASE(
    "equal books have equal checksums whatever their history, and one lot or one side makes a "
    "difference") {
  L2Book one = small_book();
  L2Book other{{.tick = kTick, .window_ticks = 1U << 16, .far_levels_max = 4096}};
  std::vector<Level> levels;
  for (std::int64_t i = 1; i <= 300; ++i) levels.push_back({at(i * 37), lots(i)});
  for (const Level& level : levels) one.set(Side::Buy, level.price, level.qty);
  std::mt19937_64 random{3};
  for (int i = 0; i < 5'000; ++i) {
    other.set(Side::Buy, at(1 + static_cast<std::int64_t>(random() % 100'000)), lots(1));
  }
  for (Level level = other.best(Side::Buy); level.qty != Qty{}; level = other.best(Side::Buy)) {
    other.set(Side::Buy, level.price, Qty{});
  }
  std::shuffle(levels.begin(), levels.end(), random);
  for (const Level& level : levels) other.set(Side::Buy, level.price, level.qty);
  CHECK(one.checksum() == other.checksum());
  other.set(Side::Buy, at(37), lots(2));
  CHECK(one.checksum() != other.checksum());
  other.set(Side::Buy, at(37), Qty{});
  other.set(Side::Sell, at(37), lots(1));
  CHECK(one.checksum() != other.checksum());
}

TEST_CASE("a 5,000-level snapshot in any order, updates and window moves allocate nothing") {
  L2Book book{{.tick = kTick, .window_ticks = 4096, .far_levels_max = 8192}};
  std::vector<Level> bids;
  std::vector<Level> asks;
  for (std::int64_t i = 0; i < 5'000; ++i) {
    bids.push_back({at(600'000 - i * 3), lots(i + 1)});
    asks.push_back({at(600'001 + i * 3), lots(i + 1)});
  }
  const int order = GENERATE(0, 1, 2);
  if (order == 1) std::reverse(bids.begin(), bids.end());
  if (order == 1) std::reverse(asks.begin(), asks.end());
  std::mt19937_64 random{5};
  if (order == 2) std::shuffle(bids.begin(), bids.end(), random);
  if (order == 2) std::shuffle(asks.begin(), asks.end(), random);
  const std::uint64_t before = allocations_on_this_thread();
  const Applied applied = book.apply(bids, asks);
  for (std::int64_t i = 0; i < 20'000; ++i) book.set(Side::Buy, at(600'000 + i), lots(1));
  for (std::int64_t i = 19'999; i > 0; --i) book.set(Side::Buy, at(600'000 + i), Qty{});
  const std::uint64_t after = allocations_on_this_thread();
  CHECK(applied == Applied::Ok);
  CHECK(after == before);
  CHECK(book.levels(Side::Buy) == 5'000);
  CHECK(book.levels(Side::Sell) == 5'000);
  CHECK(same(book.best(Side::Buy), {at(600'000), lots(1)}));
}

TEST_CASE("settings outside their range are refused at construction") {
  CHECK_NOTHROW(L2Book{{.tick = kTick, .window_ticks = 256, .far_levels_max = 0}});
  CHECK_NOTHROW(L2Book{{.tick = kTick, .window_ticks = 1U << 18, .far_levels_max = 1}});
  CHECK_THROWS(L2Book{{.tick = Price{}}});
  CHECK_THROWS(L2Book{{.tick = kTick, .window_ticks = 128}});
  CHECK_THROWS(L2Book{{.tick = kTick, .window_ticks = 1U << 19}});
  CHECK_THROWS(L2Book{{.tick = kTick, .window_ticks = 300}});
}
}  // namespace sq::book
