// Dead letters: kept on disk in bounds, and what fails goes there with its reason after its
// retries.
#include <catch2/catch.hpp>

#include "engine/app/event_bus/core_letters.hpp"
#include "tests/app/event_bus/event_log.hpp"

using namespace sq;
using namespace sq::app;
using namespace sq::test;

namespace {
Letter letter_of(std::uint64_t sequence, const std::string& subscriber = "books") {
  OrderRequest request;
  request.id = OrderId::make(1, sequence);
  auto record = make_record(RecordKind::OrderSent, request);
  record.header.sequence = sequence;
  Letter letter;
  letter.subscriber = subscriber;
  letter.reason = "no \"room\"\n";
  letter.attempts = 3;
  letter.log_id = 0xFFFF'FFFF'FFFF'FFF1;
  letter.sequence = sequence;
  letter.record = KeptRecord{record.header};
  return letter;
}
std::vector<std::uint64_t> ids(const DeadLetters& letters) {
  std::vector<std::uint64_t> found;
  for (const Letter& letter : letters.list({}, 1'000)) found.push_back(letter.id);
  return found;
}
}  // namespace

TEST_CASE("letters survive a restart whole, and their ids are never used twice", "[event_bus]") {
  const TemporaryDir dir;
  {
    DeadLetters letters{dir.path()};
    CHECK(letters.add(letter_of(10)) == 1);
    CHECK(letters.add(letter_of(20)) == 2);
    CHECK(letters.add(letter_of(20, "other")) == 3);
    CHECK(letters.add(letter_of(20)) == 2);  // the same failure again
    CHECK(letters.remove(3, DeadLetters::End::Discarded));
    CHECK_FALSE(letters.remove(3, DeadLetters::End::Discarded));
  }
  DeadLetters letters{dir.path()};
  CHECK(ids(letters) == std::vector<std::uint64_t>{2, 1});
  const auto second = letters.find(2);
  REQUIRE(second);
  CHECK(second->attempts == 6);
  CHECK(second->reason == "no \"room\"\n");
  CHECK(second->log_id == 0xFFFF'FFFF'FFFF'FFF1);
  CHECK(second->record.header().sequence == 20);
  CHECK(payload_of<OrderRequest>(second->record.header()).id == OrderId::make(1, 20));
  CHECK(letters.add(letter_of(30)) == 4);
  CHECK(letters.counts().damaged == 0);
}

TEST_CASE("the oldest letter makes room for the newest, in number and in bytes", "[event_bus]") {
  const std::size_t bytes = letter_of(1).record.bytes();
  for (const LetterLimits limits : {LetterLimits{3, 1'000'000}, LetterLimits{100, 3 * bytes}}) {
    const TemporaryDir dir;
    {
      DeadLetters letters{dir.path(), limits};
      for (std::uint64_t s = 1; s <= 3; ++s) letters.add(letter_of(s));
      CHECK(letters.counts().pushed_out == 0);
      letters.add(letter_of(4));
      CHECK(letters.counts().pushed_out == 1);
      CHECK(letters.counts().kept == 3);
      CHECK(letters.counts().bytes == 3 * bytes);
    }
    CHECK(ids(DeadLetters{dir.path(), limits}) == std::vector<std::uint64_t>{4, 3, 2});
  }
}

TEST_CASE("the file is rewritten when most of it is gone, and says the same", "[event_bus]") {
  const TemporaryDir dir;
  const auto file = dir.path() / "dead-letters.jsonl";
  DeadLetters letters{dir.path()};
  letters.add(letter_of(1));
  std::uintmax_t largest = 0;
  for (std::uint64_t s = 2; s < 1'000; ++s) {
    REQUIRE(letters.remove(letters.add(letter_of(s)), DeadLetters::End::Replayed));
    largest = std::max(largest, std::filesystem::file_size(file));
  }
  CHECK(largest < 256 * 600);
  letters.add(letter_of(1'000));
  CHECK(ids(DeadLetters{dir.path()}) == std::vector<std::uint64_t>{1'000, 1});
}

TEST_CASE("a cut last line is dropped, a flipped bit loses its line only and is counted",
          "[event_bus]") {
  const TemporaryDir dir;
  const auto file = dir.path() / "dead-letters.jsonl";
  {
    DeadLetters letters{dir.path()};
    for (std::uint64_t s = 1; s <= 3; ++s) letters.add(letter_of(s));
  }
  const auto whole = file_bytes(file);
  const std::size_t line = whole.size() / 3;  // the three are of one length
  for (std::size_t at = 0; at < line - 1; at += 3) {
    auto damaged = whole;
    damaged[line + at] ^= std::byte{1};
    write_file_bytes(file, damaged);
    const DeadLetters letters{dir.path()};
    INFO("byte " << at);
    REQUIRE(ids(letters) == std::vector<std::uint64_t>{3, 1});
    REQUIRE(letters.counts().damaged == 1);
  }
  for (std::size_t cut = 2 * line; cut < whole.size(); cut += 5) {
    write_file_bytes(file, {whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(cut)});
    DeadLetters letters{dir.path()};
    INFO("cut at " << cut);
    REQUIRE(ids(letters) == std::vector<std::uint64_t>{2, 1});
    REQUIRE(letters.add(letter_of(9)) == 3);  // its write follows a whole line
    REQUIRE(ids(DeadLetters{dir.path()}) == std::vector<std::uint64_t>{3, 2, 1});
  }
}

TEST_CASE(
    "a subscriber that throws is tried again so often, then its event is a letter, and the next "
    "one comes",
    "[event_bus]") {
  EventLog log;
  for (int i = 0; i < 3; ++i) log.order();
  EventBus bus{log.dir()};
  std::vector<std::pair<std::uint64_t, std::uint32_t>> calls;
  auto options = named("books", {Topic::Orders});
  options.retries = 2;
  options.retry_pause_ns = 100;
  Subscription& books =
      bus.subscribe(options, {[&](const Delivery& event) {
                                calls.emplace_back(event.record.sequence, event.attempt);
                                if (event.record.sequence == 2)
                                  throw std::runtime_error("the books are closed");
                              },
                              {}});
  bus.do_work(0);
  CHECK(books.deliver(0, 10) == 1);
  CHECK(books.deliver(99, 10) == 0);  // its pause is not over
  CHECK(calls.size() == 2);
  CHECK(books.deliver(100, 10) == 0);  // second attempt
  CHECK(books.deliver(299, 10) == 0);  // the pause has doubled
  CHECK(calls.size() == 3);
  CHECK(books.deliver(300, 10) == 2);  // third, a letter; and the next event
  CHECK(calls == decltype(calls){{1, 1}, {2, 1}, {2, 2}, {2, 3}, {3, 1}});
  const auto letters = bus.letters().list({}, 10);
  REQUIRE(letters.size() == 1);
  CHECK(letters[0].subscriber == "books");
  CHECK(letters[0].reason == "the books are closed");
  CHECK(letters[0].attempts == 3);
  CHECK(letters[0].sequence == 2);
  CHECK(books.status().handled == 3);
  CHECK(books.status().failures == 3);
  CHECK(books.status().letters == 1);
  CHECK(books.status().delivered == 2);
}

TEST_CASE("a replayed letter goes when it is handled, stays when it fails, and is not doubled",
          "[event_bus]") {
  EventLog log;
  log.order();
  EventBus bus{log.dir()};
  bool works = false;
  int replays = 0;
  auto options = named("books", {Topic::Orders});
  options.retries = 0;
  Subscription& books = bus.subscribe(options, {[&](const Delivery& event) {
                                                  replays += event.replayed ? 1 : 0;
                                                  if (!works) throw 7;
                                                },
                                                {}});
  settle(bus, books);
  const auto letter = bus.letters().find(1);
  REQUIRE(letter);
  CHECK(letter->reason == "an exception that is not a std::exception");
  CHECK(bus.replay(*letter) == EventBus::Replay::Accepted);
  CHECK(bus.replay(*letter) == EventBus::Replay::Refused);  // it is on its way already
  settle(bus, books);
  CHECK(replays == 1);
  CHECK(bus.letters().find(1)->attempts == 2);
  CHECK(bus.letters().counts().kept == 1);
  works = true;
  CHECK(bus.replay(*letter) == EventBus::Replay::Accepted);
  settle(bus, books);
  CHECK_FALSE(bus.letters().find(1));
  CHECK(bus.letters().counts().replayed == 1);
  Letter stranger = *letter;
  stranger.subscriber = "nobody";
  CHECK(bus.replay(stranger) == EventBus::Replay::NoSubscriber);
}

TEST_CASE("a letter discarded while its replay fails stays discarded", "[event_bus]") {
  EventLog log;
  log.order();
  EventBus bus{log.dir()};
  auto options = named("books", {Topic::Orders});
  options.retries = 0;
  Subscription& books =
      bus.subscribe(options, {[&](const Delivery& event) {
                                if (event.replayed)
                                  bus.letters().remove(1, DeadLetters::End::Discarded);
                                throw std::runtime_error("closed");
                              },
                              {}});
  settle(bus, books);
  CHECK(bus.replay(*bus.letters().find(1)) == EventBus::Replay::Accepted);
  settle(bus, books);
  CHECK(bus.letters().counts().kept == 0);
}

TEST_CASE("a record too short for its payload is a letter, not a read beyond its end",
          "[event_bus]") {
  EventLog log;
  DepthHeader depth;
  depth.bid_count = 3;  // and no level follows
  log.append(RecordKind::DepthUpdate, depth);
  RecordHeader bare;
  bare.kind = RecordKind::FillBooked;
  bare.length = sizeof bare;
  log.append(bare);
  EventBus bus{log.dir()};
  auto options = named("depth", {});
  options.retries = 0;
  int calls = 0;
  Subscription& depths =
      bus.subscribe<DepthHeader>(options, [&](const Event<DepthHeader>&) { ++calls; });
  options.name = "fills";
  Subscription& fills =
      bus.subscribe<FillBooked>(options, [&](const Event<FillBooked>&) { ++calls; });
  settle(bus, depths);
  settle(bus, fills);
  CHECK(calls == 0);
  CHECK(bus.letters().counts().kept == 2);
}

TEST_CASE("what the core gave up is kept with the input it names, once, also after a restart",
          "[event_bus]") {
  EventLog log;
  const std::uint64_t trade = log.trade(99);
  log.dead_letter(trade, DeadLetterReason::UnknownInstrument);
  const std::uint64_t command = log.command(Command::CancelAll, 50);
  log.dead_letter(command, DeadLetterReason::BadContent);
  const std::uint64_t gone = log.dead_letter(1'000'000, DeadLetterReason::UnknownOrder);
  for (int start = 0; start < 2; ++start) {
    EventBus bus{log.dir()};
    settle(bus, keep_core_letters(bus));
    std::filesystem::remove(events_dir(log.dir()) / "core-dead-letters.position");
    REQUIRE(bus.letters().counts().kept == 3);
  }
  EventBus bus{log.dir()};
  const auto letters = bus.letters().list({}, 10);
  CHECK(letters[2].record.header().kind == RecordKind::TradePrint);
  CHECK(letters[2].reason == "unknown-instrument");
  CHECK(letters[2].from_core);
  CHECK_FALSE(why_not_again(letters[2].record.header()).empty());
  CHECK(letters[1].sequence == command);
  CHECK(why_not_again(letters[1].record.header()).empty());
  CHECK(letters[0].record.header().sequence == gone);  // the input is not in the log
  CHECK_FALSE(why_not_again(letters[0].record.header()).empty());
}
