#include <catch2/catch.hpp>
#include <random>

#include "tests/book/l3_model.hpp"

namespace sq::book::l3 {
namespace {
struct Shape {
  PoolSettings pools;
  std::uint32_t reference_step;
  std::uint32_t reach;   // prices are within so many ticks
  std::uint64_t stride;  // of ids
  std::uint32_t grows;   // per cent of adds while there is room
};

// Events as a hostile feed would send them: one in ten is wrong in some way.
class Feed {
 public:
  Feed(const Shape& shape, std::uint64_t seed) : shape_{shape}, random_{seed} {}

  void step(L3Books& books, BooksModel& model) {
    const std::uint32_t dice = below(100);
    const BookIndex book = below(20) == 0 ? below(shape_.pools.books + 2) : any_book();
    Execution got;
    Execution expected;
    const std::uint64_t id = known_id();
    if (dice < shape_.grows) {
      const std::uint64_t added = below(20) == 0 ? id : next_id();
      const Side side = below(2) == 0 ? Side::Buy : Side::Sell;
      const Tick tick = any_tick();
      const Lots lots = any_lots();
      REQUIRE(books.add(book, added, side, tick, lots) == model.add(book, added, side, tick, lots));
      ids_.push_back({added, book});
    } else if (dice < shape_.grows + 12) {
      const BookIndex of = owner(book);
      const Lots by = any_lots();
      const Outcome outcome = books.execute(of, id, by, got);
      REQUIRE(outcome == model.take(of, id, by, expected));
      if (outcome == Outcome::Ok) {
        REQUIRE(got.side == expected.side);
        REQUIRE(got.tick == expected.tick);
        REQUIRE(got.at_best == expected.at_best);
        REQUIRE(got.at_front == expected.at_front);
      }
    } else if (dice < shape_.grows + 20) {
      const BookIndex of = owner(book);
      const Lots by = any_lots();
      REQUIRE(books.reduce(of, id, by) == model.take(of, id, by, expected));
    } else if (dice < shape_.grows + 30) {
      const BookIndex of = owner(book);
      const std::uint64_t new_id = below(10) == 0 ? id : below(20) == 0 ? known_id() : next_id();
      const Tick tick = any_tick();
      const Lots lots = any_lots();
      REQUIRE(books.replace(of, id, new_id, tick, lots) ==
              model.replace(of, id, new_id, tick, lots));
      ids_.push_back({new_id, of});
    } else if (below(4'000) == 0) {
      REQUIRE(books.clear(book) == model.clear(book));
    } else {
      const BookIndex of = owner(book);
      REQUIRE(books.remove(of, id) == model.remove(of, id));
    }
    if (ids_.size() > 4'096) ids_.erase(ids_.begin(), ids_.begin() + 2'048);
  }
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(random_() % n); }

 private:
  struct Known {
    std::uint64_t id;
    BookIndex book;
  };
  BookIndex any_book() { return below(shape_.pools.books); }
  // Mostly the book that the id was last used in.
  BookIndex owner(BookIndex otherwise) { return below(12) == 0 ? otherwise : last_.book; }
  std::uint64_t known_id() {
    last_ = ids_.empty() || below(30) == 0 ? Known{random_(), any_book()}
                                           : ids_[below(static_cast<std::uint32_t>(ids_.size()))];
    return last_.id;
  }
  std::uint64_t next_id() { return next_ += shape_.stride; }
  Tick any_tick() {
    if (below(60) == 0) return std::array<Tick, 4>{0, kTickMax, kTickMax + 1, ~Tick{0}}[below(4)];
    return 1 + below(shape_.reach);
  }
  Lots any_lots() {
    if (below(60) == 0) return std::array<Lots, 2>{0, ~Lots{0}}[below(2)];
    return 1 + below(4);
  }

  Shape shape_;
  std::mt19937_64 random_;
  std::vector<Known> ids_;
  Known last_{0, 0};
  std::uint64_t next_{1};
};

std::string difference(const L3Books& books, const BooksModel& model) {
  const OrderQueues& queues = books.queues();
  if (queues.orders_live() != model.orders()) return "orders live";
  if (queues.levels_live() != model.level_count()) return "levels live";
  for (BookIndex book = 0; book < queues.books(); ++book) {
    for (const Side side : {Side::Buy, Side::Sell}) {
      const std::string found = difference(queues, model, book, side);
      if (!found.empty()) return found;
      for (const auto* queue : model.sorted(book, side)) {
        for (const auto& order : *queue) {
          const OrderHandle handle = books.find(order.id);
          if (handle == OrderHandle::None || queues.id(handle) != order.id) return "order by id";
        }
      }
    }
  }
  return "";
}

const Shape kShapes[] = {
    {{.books = 3, .orders_max = 400, .levels_max = 300}, 1, 12, 1, 45},        // deep queues
    {{.books = 2, .orders_max = 3'000, .levels_max = 2'000}, 4, 900, 4, 55},   // many levels
    {{.books = 1, .orders_max = 64, .levels_max = 24}, 1, 60, 1 << 20, 60},    // always full
    {{.books = 5, .orders_max = 2'000, .levels_max = 1'500}, 1, 400, 8, 60}};  // dense buckets
}  // namespace

TEST_CASE("L3 books equal maps of lists after any sequence of valid and invalid events") {
  const std::size_t shape = GENERATE(0U, 1U, 2U, 3U);
  const std::uint64_t seed = GENERATE(1U, 2U);
  CAPTURE(shape, seed);
  L3Books books{{.pools = kShapes[shape].pools, .reference_step = kShapes[shape].reference_step}};
  BooksModel model{kShapes[shape].pools};
  Feed feed{kShapes[shape], seed};
  for (int i = 0; i < 20'000; ++i) {
    feed.step(books, model);
    if (i % 400 == 0 || i < 100) REQUIRE(difference(books, model) == "");
  }
  CHECK(difference(books, model) == "");
  CHECK(books.counts().refused() > 1'000);
}

TEST_CASE("L3 books equal maps of lists over a million events", "[slow]") {
  const std::size_t shape = GENERATE(0U, 1U, 2U, 3U);
  CAPTURE(shape);
  L3Books books{{.pools = kShapes[shape].pools, .reference_step = kShapes[shape].reference_step}};
  BooksModel model{kShapes[shape].pools};
  Feed feed{kShapes[shape], 77};
  for (int i = 0; i < 1'000'000; ++i) {
    feed.step(books, model);
    if (i % 5'000 == 0) REQUIRE(difference(books, model) == "");
  }
  CHECK(difference(books, model) == "");
}

TEST_CASE("the checksum tells the same book whatever its history, and any change of it") {
  const PoolSettings pools{.books = 1, .orders_max = 3'000, .levels_max = 2'000};
  const Shape shape{pools, 1, 300, 1, 60};
  L3Books books{{.pools = pools}};
  BooksModel model{pools};
  Feed feed{shape, 5};
  for (int i = 0; i < 10'000; ++i) feed.step(books, model);
  L3Books fresh{{.pools = pools}};
  std::vector<BooksModel::Order> orders;
  for (const Side side : {Side::Sell, Side::Buy}) {
    for (const auto* queue : model.sorted(0, side)) {
      orders.insert(orders.end(), queue->begin(), queue->end());
    }
  }
  REQUIRE(orders.size() > 100);
  for (const auto& order : orders) {
    REQUIRE(fresh.add(0, order.id, order.side, order.tick, order.lots) == Outcome::Ok);
  }
  const std::uint64_t sum = books.queues().checksum(0);
  CHECK(fresh.queues().checksum(0) == sum);
  const auto& some = orders[orders.size() / 2];
  REQUIRE(fresh.replace(0, some.id, some.id, some.tick, some.lots + 1) == Outcome::Ok);
  CHECK(fresh.queues().checksum(0) != sum);  // another quantity, or another place too
  REQUIRE(fresh.reduce(0, some.id, 1) == Outcome::Ok);
  const bool alone = fresh.queues().orders(fresh.queues().level(fresh.find(some.id))) == 1;
  CHECK((fresh.queues().checksum(0) == sum) == alone);  // the quantity is back, its place is not
  REQUIRE(fresh.remove(0, some.id) == Outcome::Ok);
  CHECK(fresh.queues().checksum(0) != sum);
}
}  // namespace sq::book::l3
