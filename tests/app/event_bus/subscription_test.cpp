// The event bus on real logs: who gets what, in which order, and what a slow subscriber is told.
#include <catch2/catch.hpp>
#include <numeric>

#include "tests/app/event_bus/event_log.hpp"

using namespace sq;
using namespace sq::app;
using namespace sq::test;

TEST_CASE("a typed subscriber gets its payload only, in log order, with the sequence",
          "[event_bus]") {
  EventLog log;
  std::vector<std::uint64_t> wanted;
  for (int i = 0; i < 50; ++i) {
    log.order();
    log.trade();
    wanted.push_back(log.fill(static_cast<std::uint16_t>(i)));
  }
  EventBus bus{log.dir()};
  std::vector<std::uint64_t> got;
  std::vector<StrategyId> strategies;
  SubscriberOptions options;
  options.name = "fills";
  options.from = 0;
  Subscription& fills = bus.subscribe<FillBooked>(options, [&](const Event<FillBooked>& event) {
    got.push_back(event.header.sequence);
    strategies.push_back(event.payload.strategy);
  });
  settle(bus, fills);
  CHECK(got == wanted);
  CHECK(strategies.front() == StrategyId{0});
  CHECK(strategies.back() == StrategyId{49});
  CHECK(fills.status().handled == log.last());
}

TEST_CASE("market data and orders of one subscriber come in the order of the one sequence",
          "[event_bus]") {
  EventLog log;
  for (int i = 0; i < 300; ++i) i % 3 == 0 ? log.order() : log.trade();
  EventBus bus{log.dir()};
  Notebook book;
  Subscription& all = bus.subscribe(named("all", TopicSet::all()), book.consumer());
  settle(bus, all);
  std::vector<std::uint64_t> expected(300);
  std::iota(expected.begin(), expected.end(), 1U);
  CHECK(book.sequences == expected);
  CHECK(book.losses.empty());
}

TEST_CASE("a filter by instrument and strategy lets through exactly both", "[event_bus]") {
  EventLog log;
  log.fill(1, 7);
  const std::uint64_t wanted = log.fill(2, 7);
  log.fill(2, 8);
  log.append(RecordKind::OrderChanged, OrderChanged{}, InstrumentId{7});  // names no strategy
  EventBus bus{log.dir()};
  Notebook book;
  auto options = named("mine", {Topic::Fills, Topic::Orders});
  options.filter.instrument = InstrumentId{7};
  options.filter.strategy = StrategyId{2};
  Subscription& mine = bus.subscribe(options, book.consumer());
  settle(bus, mine);
  CHECK(book.sequences == std::vector{wanted});
}

TEST_CASE("from now on means: nothing that was in the log, all that comes", "[event_bus]") {
  EventLog log;
  for (int i = 0; i < 20; ++i) log.order();
  log.trade();
  EventBus bus{log.dir()};
  Notebook book;
  Subscription& young =
      bus.subscribe(named("young", TopicSet::all(), SubscriberOptions::kFromNow), book.consumer());
  settle(bus, young);
  CHECK(book.sequences.empty());
  const std::uint64_t first = log.order();
  const std::uint64_t second = log.trade();
  settle(bus, young);
  CHECK(book.sequences == std::vector{first, second});
}

TEST_CASE("a slow subscriber that waits loses nothing, and its queue stays in its bounds",
          "[event_bus]") {
  EventLog log;
  EventBus bus{log.dir()};
  Notebook slow_book;
  Notebook quick_book;
  auto options = named("slow", {Topic::Orders});
  options.queue_records_max = 8;
  Subscription& slow = bus.subscribe(options, slow_book.consumer());
  Subscription& quick = bus.subscribe(named("quick", {Topic::Orders}), quick_book.consumer());
  std::vector<std::uint64_t> expected;
  for (int i = 0; i < 2'000; ++i) {
    expected.push_back(log.order());
    bus.do_work(0);
    quick.deliver(0, 100);
    REQUIRE(slow.status().queued <= 8);
    if (i % 5 == 0) slow.deliver(0, 1);
  }
  settle(bus, quick);
  CHECK(quick_book.sequences == expected);  // the slow one did not hold it up
  CHECK(slow_book.sequences.size() < expected.size());
  settle(bus, slow);
  CHECK(slow_book.sequences == expected);
  CHECK(slow.status().lost == 0);
}

TEST_CASE("a full queue that drops tells first and last, and nothing is both lost and delivered",
          "[event_bus]") {
  EventLog log;
  EventBus bus{log.dir()};
  Notebook book;
  auto options = named("dropper", {Topic::Orders});
  options.when_full = WhenFull::DropOldest;
  options.queue_records_max = 10;
  Subscription& dropper = bus.subscribe(options, book.consumer());
  for (int i = 0; i < 10; ++i) log.order();
  bus.do_work(0);
  CHECK(dropper.status().lost == 0);  // exactly full
  for (int i = 0; i < 25; ++i) log.order();
  settle(bus, dropper);
  REQUIRE(book.losses.size() == 1);
  CHECK(book.losses[0].first == 1);
  CHECK(book.losses[0].last == 25);
  CHECK(book.losses[0].records == 25);
  std::vector<std::uint64_t> rest(10);
  std::iota(rest.begin(), rest.end(), 26U);
  CHECK(book.sequences == rest);
  CHECK(dropper.status().lost == 25);
  CHECK(dropper.status().handled == 35);
}

TEST_CASE("a queue bounded in bytes takes one record however long, and not a second",
          "[event_bus]") {
  EventLog log;
  EventBus bus{log.dir()};
  auto options = named("bytes", {Topic::Orders});
  options.queue_bytes_max = 64;  // less than a record
  Subscription& bytes = bus.subscribe(options);
  log.order();
  log.order();
  bus.do_work(0);
  CHECK(bytes.status().queued == 1);
  const auto first = bytes.take();
  REQUIRE(first);
  CHECK(first->record.header().sequence == 1);
  CHECK_FALSE(bytes.take());
  bus.do_work(0);
  CHECK(bytes.take()->record.header().sequence == 2);
}

TEST_CASE("a full queue that disconnects ends there, says where, and what it has is delivered",
          "[event_bus]") {
  EventLog log;
  EventBus bus{log.dir()};
  Notebook book;
  auto options = named("strict", {Topic::Orders});
  options.when_full = WhenFull::Disconnect;
  options.queue_records_max = 4;
  Subscription& strict = bus.subscribe(options, book.consumer());
  for (int i = 0; i < 4; ++i) log.order();
  bus.do_work(0);
  CHECK(strict.status().state == SubscriberState::Active);
  log.order();
  settle(bus, strict);
  CHECK(strict.status().state == SubscriberState::Disconnected);
  CHECK(strict.status().problem.find("record 5") != std::string::npos);
  log.order();
  settle(bus, strict);
  CHECK(book.sequences == std::vector<std::uint64_t>{1, 2, 3, 4});
}

TEST_CASE("a subscriber behind the log's retention is told the lost stretch and goes on",
          "[event_bus]") {
  EventLog log{wal::Retention{32 * 1024, 0}};
  EventBus bus{log.dir()};
  Notebook book;
  auto options = named("late", {Topic::Trades});
  options.queue_records_max = 4;
  Subscription& late = bus.subscribe(options, book.consumer());
  log.trade();
  bus.do_work(0);
  for (int i = 0; i < 5'000; ++i) log.trade();
  log.flush();
  for (int i = 0; i < 100; ++i) log.log().do_work();
  REQUIRE(log.log().segments_removed() > 0);
  settle(bus, late);
  REQUIRE(book.losses.size() == 1);
  const Loss lost = book.losses[0];
  CHECK(lost.last > lost.first);
  // Every sequence is either delivered, in order, or in what it was told.
  std::vector<std::uint64_t> seen = book.sequences;
  for (std::uint64_t s = lost.first; s <= lost.last; ++s) seen.push_back(s);
  std::sort(seen.begin(), seen.end());
  std::vector<std::uint64_t> expected(5'001);
  std::iota(expected.begin(), expected.end(), 1U);
  CHECK(seen == expected);
  CHECK(std::is_sorted(book.sequences.begin(), book.sequences.end()));
  CHECK(late.status().losses == 1);
}

TEST_CASE("names of subscribers are file names, and each is given once", "[event_bus]") {
  EventLog log;
  EventBus bus{log.dir()};
  for (const std::string bad : {"", "a/b", "..", "a b"})
    CHECK_THROWS_AS(bus.subscribe(named(bad, TopicSet::all())), std::invalid_argument);
  CHECK_THROWS_AS(bus.subscribe(named(std::string(41, 'x'), {})), std::invalid_argument);
  Subscription& taken = bus.subscribe(named(std::string(40, 'x'), {}));
  CHECK_THROWS_AS(bus.subscribe(named(std::string(40, 'x'), {})), std::invalid_argument);
  bus.unsubscribe(taken);
  CHECK_NOTHROW(bus.subscribe(named(std::string(40, 'x'), {})));
}

TEST_CASE("every record kind has a topic, and every topic's name is read back", "[event_bus]") {
  for (std::size_t t = 0; t < kTopics; ++t) {
    const auto topic = static_cast<Topic>(t);
    const auto parsed = parse_topics(text_of(topic));
    REQUIRE(parsed);
    CHECK(parsed->has(topic));
    CHECK_FALSE(parsed->meets(t == 0 ? TopicSet{Topic::Run} : TopicSet{Topic::Orders}));
  }
  CHECK(parse_topics("fills,kill")->meets({Topic::Kill}));
  CHECK_FALSE(parse_topics("fills,"));
  CHECK_FALSE(parse_topics("fill"));
  using Range = std::pair<unsigned, unsigned>;
  for (const auto& [first, last] : {Range{1, 9}, Range{0x100, 0x109}, Range{0x1000, 0x100C}})
    for (unsigned kind = first; kind <= last; ++kind)
      CHECK_FALSE(topics_of(static_cast<RecordKind>(kind)).empty());
  CHECK(topics_of(static_cast<RecordKind>(0x7777)).empty());
}
