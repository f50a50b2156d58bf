// Durable subscribers: after a stop, a lost file and kill -9 everything is delivered at least once.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <numeric>

#include "tests/app/event_bus/event_log.hpp"

using namespace sq;
using namespace sq::app;
using namespace sq::test;

namespace {
SubscriberOptions durable(const std::string& name) {
  auto options = named(name, {Topic::Orders});
  options.durable = true;
  options.position_interval_ns = 0;
  return options;
}
std::vector<std::uint64_t> up_to(std::uint64_t first, std::uint64_t last) {
  std::vector<std::uint64_t> all(last - first + 1);
  std::iota(all.begin(), all.end(), first);
  return all;
}

// In a child: delivers; its handler notes each sequence in `notes` and waits for a byte from `go`.
[[noreturn]] void deliver_until_killed(const std::filesystem::path& log, int notes, int go,
                                       std::uint64_t until) {
  EventBus bus{log};
  auto options = durable("victim");
  options.position_batch = 7;
  options.position_interval_ns = 1'000'000'000'000;
  std::uint64_t seen = 0;
  Subscription& victim =
      bus.subscribe(options, {[&](const Delivery& event) {
                                seen = event.record.sequence;
                                char byte = 0;
                                if (::write(notes, &seen, sizeof seen) != sizeof seen ||
                                    ::read(go, &byte, 1) != 1)
                                  ::_exit(3);
                              },
                              {}});
  std::int64_t now = 1;
  while (seen < until) {
    bus.do_work(now);
    victim.deliver(now++, 1);
  }
  ::_exit(0);  // without a last save
}
}  // namespace

TEST_CASE("a durable subscriber goes on behind what it had handled", "[event_bus]") {
  EventLog log;
  for (int i = 0; i < 10; ++i) log.order();
  {
    EventBus bus{log.dir()};
    Notebook book;
    settle(bus, bus.subscribe(durable("books"), book.consumer()));
    CHECK(book.sequences == up_to(1, 10));
  }
  for (int i = 0; i < 5; ++i) log.order();
  log.trade();
  EventBus bus{log.dir()};
  Notebook book;
  Subscription& again = bus.subscribe(durable("books"), book.consumer());
  settle(bus, again);
  CHECK(book.sequences == up_to(11, 15));
  Notebook other;
  settle(bus, bus.subscribe(durable("other"), other.consumer()));
  CHECK(other.sequences == up_to(1, 15));  // positions are each subscriber's own
}

TEST_CASE("what was taken but not acknowledged is delivered again", "[event_bus]") {
  EventLog log;
  for (int i = 0; i < 6; ++i) log.order();
  {
    EventBus bus{log.dir()};
    Subscription& pull = bus.subscribe(durable("pull"));
    bus.do_work(1);
    for (int i = 0; i < 4; ++i) REQUIRE(pull.take());
    pull.acknowledge(3);
    bus.do_work(2);
    CHECK(pull.status().saved == 3);
  }
  EventBus bus{log.dir()};
  Subscription& pull = bus.subscribe(durable("pull"));
  bus.do_work(1);
  CHECK(pull.take()->record.header().sequence == 4);
}

TEST_CASE("a position that is damaged or of another log delivers everything again", "[event_bus]") {
  EventLog log;
  for (int i = 0; i < 5; ++i) log.order();
  const auto deliver = [&] {
    EventBus bus{log.dir()};
    Notebook book;
    settle(bus, bus.subscribe(durable("books"), book.consumer()));
    return book.sequences;
  };
  const auto file = events_dir(log.dir()) / "books.position";
  CHECK(deliver() == up_to(1, 5));
  CHECK(deliver().empty());
  const auto whole = file_bytes(file);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    auto damaged = whole;
    damaged[at] ^= std::byte{1};
    write_file_bytes(file, damaged);
    INFO("byte " << at);
    REQUIRE_FALSE(load_position(file));
  }
  CHECK(deliver() == up_to(1, 5));
  const auto position = load_position(file);
  REQUIRE(position);
  CHECK(position->sequence == 5);
  save_position(file, {position->log_id + 1, 5});
  CHECK(deliver() == up_to(1, 5));
}

TEST_CASE("killed between deliveries, again and again, every event comes at least once in order",
          "[event_bus]") {
  constexpr std::uint64_t kOrders = 400;
  EventLog log;
  for (std::uint64_t i = 0; i < kOrders; ++i) log.order();
  std::vector<std::uint64_t> noted;
  std::uint64_t seed = 7;
  int kills = 0;
  for (int round = 0; round < 200 && (noted.empty() || noted.back() != kOrders); ++round) {
    int notes[2];
    int go[2];
    REQUIRE((::pipe(notes) == 0 && ::pipe(go) == 0));
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      ::close(notes[0]);
      ::close(go[1]);
      deliver_until_killed(log.dir(), notes[1], go[0], kOrders);
    }
    ::close(notes[1]);
    ::close(go[0]);
    seed = seed * 6'364'136'223'846'793'005ULL + 1;
    const std::uint64_t die_after = 10 + (seed >> 33) % 40;
    const bool in_handler = (seed >> 32) % 2 == 0;  // else just after it was let go
    std::uint64_t sequence = 0;
    std::uint64_t n = 0;
    while (::read(notes[0], &sequence, sizeof sequence) == sizeof sequence) {
      if (n == 0 && !noted.empty()) {
        // It goes on behind a saved position: never later than the next one, and not from the
        // start.
        REQUIRE(sequence <= noted.back() + 1);
        REQUIRE(sequence + 64 > noted.back());
      } else if (n > 0) {
        REQUIRE(sequence == noted.back() + 1);
      }
      noted.push_back(sequence);
      const bool die = ++n == die_after;
      // What it noted after it was let go the last time stays unanswered.
      if (n < die_after || (die && !in_handler)) REQUIRE(::write(go[1], "!", 1) == 1);
      if (die) ::kill(child, SIGKILL);
      kills += die ? 1 : 0;
    }
    ::close(notes[0]);
    ::close(go[1]);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE((WIFSIGNALED(status) || WEXITSTATUS(status) == 0));
  }
  CHECK(kills >= 8);
  CHECK(noted.size() >= kOrders);
  std::sort(noted.begin(), noted.end());
  noted.erase(std::unique(noted.begin(), noted.end()), noted.end());
  CHECK(noted == up_to(1, kOrders));
}
