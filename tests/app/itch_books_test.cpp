#include "engine/app/itch_books.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <string>

#include "engine/feed/itch/message_writer.hpp"
#include "engine/feed/itch/synthetic/market.hpp"
#include "tests/support/allocations.hpp"
#include "tests/support/recorded_data.hpp"

namespace sq::app {
namespace {
using itch::MessageWriter;
using itch::synthetic::Lifetimes;
using itch::synthetic::Market;
using itch::synthetic::MarketSettings;
using Frames = std::vector<std::byte>;

constexpr ItchBooksSettings kSmall{.locates = 100, .orders_max = 100'000, .levels_max = 50'000};

struct Watching : NoItchObserver {
  static constexpr bool kCountsCrossed = true;
};

struct Generated {
  Frames frames;
  Market market;
  explicit Generated(const MarketSettings& settings) : market{settings} {
    while (market.append_next(frames)) {
    }
  }
};

std::uint64_t checksum_of(const ItchBooks& books, std::uint32_t locates) {
  std::uint64_t sum = 0;
  for (std::uint32_t book = 0; book < locates; ++book) {
    sum = sum * 0x9E37'79B9'7F4A'7C15ULL + books.books().queues().checksum(book);
  }
  return sum;
}

// One message at a time: no look-ahead at all.
std::unique_ptr<ItchBooks> one_by_one(const ItchBooksSettings& settings, const Frames& frames) {
  auto books = std::make_unique<ItchBooks>(settings);
  NoItchObserver none;
  bool ended = false;
  itch::for_each_frame(frames, ended,
                       [&](std::span<const std::byte> message) { books->apply(message, none); });
  return books;
}
}  // namespace

TEST_CASE("the example's seven messages leave the book that it says") {
  Frames frames;
  constexpr std::uint64_t kTime = 34'200'000'000'123;
  MessageWriter{frames, 'R', 7, 1}
      .text("AAPL", 8)
      .text("QN", 2)
      .u32(100)
      .text("NCZ PN 1N", 9)
      .u32(0)
      .character('N');
  MessageWriter{frames, 'A', 7, kTime}.u64(1001).character('B').u32(300).text("AAPL", 8).u32(
      1'502'500);
  MessageWriter{frames, 'F', 7, kTime}
      .u64(1002)
      .character('S')
      .u32(200)
      .text("AAPL", 8)
      .u32(1'503'000)
      .text("NSDQ", 4);
  MessageWriter{frames, 'E', 7, kTime}.u64(1001).u32(100).u64(5001);
  MessageWriter{frames, 'C', 7, kTime}.u64(1001).u32(50).u64(5002).character('Y').u32(1'502'400);
  MessageWriter{frames, 'X', 7, kTime}.u64(1001).u32(50);
  MessageWriter{frames, 'U', 7, kTime}.u64(1001).u64(1003).u32(80).u32(1'502'600);
  MessageWriter{frames, 'D', 7, kTime}.u64(1002);
  ItchBooks books{kSmall};
  CHECK(books.read(frames) == frames.size());
  const l3::OrderQueues& queues = books.books().queues();
  CHECK(queues.orders_live() == 1);
  CHECK(queues.best_tick(7, Side::Buy) == 1'502'600);
  CHECK(queues.lots(queues.best(7, Side::Buy)) == 80);
  CHECK(queues.id(queues.front(7, Side::Buy)) == 1003);
  CHECK(queues.best(7, Side::Sell) == l3::LevelHandle::None);
  CHECK(books.counts().executions == 2);
  CHECK(books.counts().messages() == 8);
  CHECK(books.counts().of('U') == 1);
  CHECK(books.books().counts().refused() == 0);
  CHECK(books.symbol(7) == "AAPL");
  CHECK(books.symbol(8).empty());
  CHECK(books.symbol(60'000).empty());
}

TEST_CASE("messages that cannot be applied are counted by their fault and change nothing") {
  Frames frames;
  MessageWriter{frames, 'A', 100, 1}.u64(1).character('B').u32(1).text("X", 8).u32(1);
  MessageWriter{frames, 'A', 1, 1}.u64(2).character('b').u32(1).text("X", 8).u32(1);
  MessageWriter{frames, 'D', 1, 1}.u64(9);
  for (const char c : {'\0', '\1', 'A', '\0', '\2', 'z', 'z'}) {
    frames.push_back(static_cast<std::byte>(c));
  }
  MessageWriter{frames, 'R', 100, 1}.text("X", 28);  // no room for its name: an ordinary message
  const std::size_t whole = frames.size();
  frames.push_back(std::byte{0});
  for (const bool by_frames : {true, false}) {
    ItchBooks books{kSmall};
    if (by_frames) {
      CHECK(books.read(frames) == whole);
    } else {
      NoItchObserver none;
      bool ended = false;
      itch::for_each_frame(frames, ended,
                           [&](std::span<const std::byte> bytes) { books.apply(bytes, none); });
    }
    CHECK(books.counts().unknown_locates == 1);
    CHECK(books.counts().bad_sides == 1);
    CHECK(books.counts().wrong_lengths == 1);
    CHECK(books.counts().unknown_types == 1);
    CHECK(books.counts().messages() == 6);
    CHECK(books.books().counts()[l3::Outcome::UnknownOrder] == 1);
    CHECK(books.books().queues().orders_live() == 0);
  }
}

TEST_CASE("a frame of no length ends the session, and nothing after it is read") {
  Frames frames;
  MessageWriter{frames, 'A', 1, 1}.u64(1).character('B').u32(1).text("X", 8).u32(1);
  frames.insert(frames.end(), 2, std::byte{0});
  const std::size_t end = frames.size();
  MessageWriter{frames, 'D', 1, 1}.u64(1);
  ItchBooks books{kSmall};
  CHECK(books.read(frames) == end);
  CHECK(books.ended());
  CHECK(books.read(frames) == 0);
  CHECK(books.books().queues().orders_live() == 1);
}

TEST_CASE("a synthetic day gives the generator's own books, with every execution at the front") {
  const Lifetimes lifetimes = GENERATE(Lifetimes::Recorded, Lifetimes::Uniform);
  Generated day{{.seed = 5,
                 .symbols = 50,
                 .messages = 200'000,
                 .lifetimes = lifetimes,
                 .live_orders = 30'000}};
  ItchBooks books{kSmall};
  Watching watching;
  REQUIRE(books.read(day.frames, watching) == day.frames.size());
  const ItchCounts& counts = books.counts();
  CHECK(counts.messages() == 200'000);
  for (const char type : {'A', 'F', 'E', 'C', 'X', 'D', 'U', 'P', 'R', 'S'}) {
    CHECK(counts.of(type) == day.market.count_of(type));
    CHECK((counts.of(type) > 0 || lifetimes == Lifetimes::Uniform));
  }
  CHECK(books.books().counts().refused() == 0);
  CHECK(counts.executions == counts.of('E') + counts.of('C'));
  CHECK(counts.off_best == 0);
  CHECK(counts.off_front == 0);
  CHECK(counts.crossed == 0);
  const l3::OrderQueues& queues = books.books().queues();
  const auto& expected = day.market.books();
  REQUIRE(queues.orders_live() == expected.live().size());
  for (const std::uint32_t slot : expected.live()) {
    const auto& order = expected.order(slot);
    const l3::OrderHandle handle = books.books().find(order.reference);
    REQUIRE(handle != l3::OrderHandle::None);
    REQUIRE(queues.lots(handle) == order.shares);
    REQUIRE(queues.tick(handle) == order.price);
    REQUIRE(queues.side(handle) == order.side);
    REQUIRE(queues.book(handle) == order.symbol + 1U);
    const l3::OrderHandle ahead = queues.ahead(handle);
    REQUIRE((ahead == l3::OrderHandle::None ? 0 : queues.id(ahead)) ==
            expected.order(order.ahead).reference);
  }
}

TEST_CASE("looking ahead changes no book, also when messages are broken and the input is cut") {
  Generated day{{.seed = 6,
                 .symbols = 90,
                 .messages = 120'000,
                 .lifetimes = Lifetimes::Uniform,
                 .live_orders = 30'000}};
  std::mt19937_64 random{1};
  std::size_t at = 0;
  while (at < day.frames.size()) {  // one message in twenty gets a broken byte, never its length
    const std::size_t length = itch::load_u16(day.frames.data() + at);
    if (random() % 20 == 0) day.frames[at + 2 + random() % length] ^= std::byte{0x41};
    at += 2 + length;
  }
  const auto expected = one_by_one(kSmall, day.frames);
  ItchBooks books{kSmall};
  for (std::size_t used = 0; used < day.frames.size();) {
    const std::size_t chunk =
        std::min<std::size_t>(100 + random() % 20'000, day.frames.size() - used);
    used += books.read(std::span{day.frames}.subspan(used, chunk));
  }
  CHECK(books.books().queues().orders_live() > 8'192);  // where looking ahead begins
  CHECK(checksum_of(books, 100) == checksum_of(*expected, 100));
  CHECK(books.counts().by_type == expected->counts().by_type);
  CHECK(books.counts().off_best == expected->counts().off_best);
  CHECK(books.books().counts().refused() == expected->books().counts().refused());
  CHECK(books.books().counts().refused() > 1'000);
  CHECK(books.counts().unknown_types > 100);
}

TEST_CASE("reading frames allocates nothing", "[hot]") {
  Generated day{{.seed = 7, .symbols = 20, .messages = 60'000}};
  const auto books = std::make_unique<ItchBooks>(kSmall);
  const std::uint64_t before = allocations_on_this_thread();
  books->read(day.frames);
  const std::uint64_t after = allocations_on_this_thread();
  CHECK(after == before);
  CHECK(books->books().queues().orders_live() > 1'000);
}

TEST_CASE("the same seed gives the same day to the last byte, another seed another one") {
  const MarketSettings settings{.seed = 8, .symbols = 30, .messages = 20'000};
  const Generated one{settings};
  const Generated two{settings};
  CHECK(one.frames == two.frames);
  MarketSettings other = settings;
  other.seed = 9;
  CHECK(one.frames != Generated{other}.frames);
  // Pinned, because figures of benches compare only over the same input: a change of the generator
  // or a machine with other results must be seen.
  std::uint64_t sum = 14'695'981'039'346'656'037ULL;  // FNV-1a
  for (const std::byte byte : one.frames) {
    sum = (sum ^ static_cast<std::uint64_t>(byte)) * 1'099'511'628'211ULL;
  }
  CHECK(one.frames.size() == 625'098);
  CHECK(sum == 9'016'071'810'648'339'651ULL);
}

// Found by a separate program over the same file. It begins in the middle of the session and is cut
// to a price band, so messages of orders that were never added are expected: 2,113 deletes, 421
// executions, 53 replaces and 9 cancels.
TEST_CASE("in the recorded session every execution is at the best price and at its front") {
  const auto path =
      test::recorded("data/c_itch/AAPL_20191230_0935_banded_first30000.NASDAQ_ITCH50");
  if (!path) return;
  std::ifstream file{*path, std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  ItchBooks books{{.orders_max = 10'000, .levels_max = 5'000}};
  Watching watching;
  REQUIRE(books.read(std::as_bytes(std::span{text}), watching) == text.size());
  const ItchCounts& counts = books.counts();
  CHECK(counts.messages() == 30'000);
  CHECK(counts.of('E') + counts.of('C') == 1'508);
  CHECK(counts.executions == 1'508 - 421);
  CHECK(books.books().queues().orders_live() == 293);
  CHECK(counts.off_best == 0);
  CHECK(counts.off_front == 0);
  CHECK(counts.crossed == 0);
  CHECK(books.books().counts()[l3::Outcome::UnknownOrder] == 2'113 + 421 + 53 + 9);
  CHECK(books.books().counts().refused() == 2'113 + 421 + 53 + 9);
}
}  // namespace sq::app
