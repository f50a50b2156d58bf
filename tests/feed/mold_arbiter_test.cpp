#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <vector>

#include "engine/feed/itch/arbiter.hpp"
#include "tests/support/allocations.hpp"
#include "tests/support/feed_bytes.hpp"

using namespace sq;
using namespace sq::feed::itch;
using test::Bytes;

namespace {
constexpr std::int64_t kMs = kNsPerMs;
const MoldSession kDay = mold_session("DAY1");

// The message with this number: its content follows from it, so a wrong one is seen.
Bytes message(std::uint64_t sequence) {
  return test::Builder{}.big(sequence).zeros(sequence % 13).bytes();
}

// An arbiter and what came out of it, in order.
class Lines {
 public:
  explicit Lines(ArbiterSettings settings = {}) : arbiter{settings} {}

  void packet(std::size_t line, std::uint64_t first, std::uint64_t count, std::int64_t at_ms = 0,
              const MoldSession& session = kDay) {
    MoldWriter writer{session, 1 << 16};
    writer.begin(first);
    for (std::uint64_t i = 0; i < count; ++i) REQUIRE(writer.add(message(first + i)));
    give(line, writer.packet(), at_ms);
  }
  void heartbeat(std::size_t line, std::uint64_t next, std::int64_t at_ms = 0) {
    MoldWriter writer{kDay, 64};
    give(line, writer.heartbeat(next), at_ms);
  }
  void give(std::size_t line, std::span<const std::byte> bytes, std::int64_t at_ms) {
    const auto parsed = parse_mold(bytes);
    REQUIRE(parsed);
    arbiter.receive(line, *parsed, MonoTime{at_ms * kMs});
    drain();
  }
  void poll(std::int64_t at_ms) {
    arbiter.poll(MonoTime{at_ms * kMs});
    drain();
  }
  void drain() {
    ArbiterMessage out;
    while (arbiter.next(out)) {
      got.push_back(out.sequence);
      const Bytes expected = message(out.sequence);
      REQUIRE(std::equal(out.bytes.begin(), out.bytes.end(), expected.begin(), expected.end()));
    }
  }

  Arbiter arbiter;
  std::vector<std::uint64_t> got;
};

std::vector<std::uint64_t> numbers(std::uint64_t first, std::uint64_t last) {
  std::vector<std::uint64_t> all;
  for (std::uint64_t i = first; i <= last; ++i) all.push_back(i);
  return all;
}
std::vector<std::uint64_t> operator+(std::vector<std::uint64_t> a,
                                     const std::vector<std::uint64_t>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}
}  // namespace

TEST_CASE("the first copy of a message wins and the second is counted", "[feed][itch]") {
  Lines lines;
  lines.packet(0, 1, 3);
  lines.packet(1, 1, 3);
  lines.packet(1, 4, 2);
  lines.packet(0, 4, 3);  // one is new
  CHECK(lines.got == numbers(1, 6));
  CHECK(lines.arbiter.line(0).first == 4);
  CHECK(lines.arbiter.line(0).duplicates == 2);
  CHECK(lines.arbiter.line(1).first == 2);
  CHECK(lines.arbiter.line(1).duplicates == 3);
  CHECK(lines.arbiter.counters().gaps == 0);
}

TEST_CASE("what one line loses the other brings, in order and without a gap", "[feed][itch]") {
  Lines lines;
  lines.packet(0, 1, 1);
  lines.packet(0, 4, 2);  // 2 and 3 are missing
  CHECK(lines.got == numbers(1, 1));
  CHECK(lines.arbiter.gap_open());
  lines.packet(1, 2, 2);
  CHECK(lines.got == numbers(1, 5));
  CHECK_FALSE(lines.arbiter.gap_open());
  CHECK(lines.arbiter.counters().missing == 0);
}

TEST_CASE("what no line has is given up after the wait, not a moment before", "[feed][itch]") {
  Lines lines{{.gap_wait_ns = 50 * kMs}};
  lines.packet(0, 1, 1, 0);
  lines.packet(0, 5, 1, 100);
  lines.packet(1, 7, 1, 120);
  lines.poll(149);
  CHECK(lines.got == numbers(1, 1));
  lines.poll(150);
  CHECK(lines.got == numbers(1, 1) + numbers(5, 5));  // 6 is known to be missing since 120
  lines.poll(169);
  CHECK(lines.got.size() == 2);
  lines.poll(170);
  CHECK(lines.got == numbers(1, 1) + numbers(5, 5) + numbers(7, 7));
  CHECK(lines.arbiter.counters().gaps == 2);
  CHECK(lines.arbiter.counters().missing == 4);
  lines.packet(1, 2, 3, 171);  // too late
  CHECK(lines.got.size() == 3);
  CHECK(lines.arbiter.line(1).duplicates == 3);
}

TEST_CASE("a heartbeat shows that the newest messages are missing", "[feed][itch]") {
  Lines lines{{.gap_wait_ns = 50 * kMs}};
  lines.packet(0, 1, 2, 0);
  lines.heartbeat(0, 3, 10);
  CHECK_FALSE(lines.arbiter.gap_open());
  lines.heartbeat(1, 5, 20);
  CHECK(lines.arbiter.gap_open());
  lines.heartbeat(1, 6, 60);  // does not make the first of them younger
  lines.poll(69);
  CHECK(lines.arbiter.counters().gaps == 0);
  lines.poll(70);
  CHECK(lines.arbiter.counters().gaps == 1);
  CHECK(lines.arbiter.counters().missing == 3);
  lines.packet(0, 6, 1, 71);
  CHECK(lines.got == numbers(1, 2) + numbers(6, 6));
}

TEST_CASE("a window that is full gives the oldest gap up, one that is not waits", "[feed][itch]") {
  for (const std::uint64_t last : {65U, 66U}) {  // window 64, 2 is missing: holds up to 65
    Lines lines{{.window_messages = 64}};
    lines.packet(0, 1, 1);
    for (std::uint64_t i = 3; i <= last; ++i) lines.packet(0, i, 1);
    if (last == 65) {
      CHECK(lines.got == numbers(1, 1));
      CHECK(lines.arbiter.counters().gaps == 0);
    } else {
      CHECK(lines.got == numbers(1, 1) + numbers(3, 66));
      CHECK(lines.arbiter.counters().gaps == 1);
      CHECK(lines.arbiter.counters().missing == 1);
    }
  }
}

TEST_CASE("a packet longer than the window is delivered behind its gap", "[feed][itch]") {
  Lines lines{{.window_messages = 64}};
  lines.packet(0, 1, 1);
  lines.packet(0, 4, 1);
  lines.packet(0, 10, 500);
  CHECK(lines.got == numbers(1, 1) + numbers(4, 4) + numbers(10, 509));
  CHECK(lines.arbiter.counters().gaps == 2);
  CHECK(lines.arbiter.counters().missing == 2 + 5);
}

TEST_CASE("a new session delivers what waits of the old one, then begins at 1", "[feed][itch]") {
  const MoldSession next_day = mold_session("DAY2");
  Lines lines;
  lines.packet(0, 41, 2);  // joined late: no gap
  lines.packet(0, 45, 1);
  lines.packet(1, 1, 2, 0, next_day);
  CHECK(lines.got == numbers(41, 42) + numbers(45, 45) + numbers(1, 2));
  CHECK(lines.arbiter.counters().session_changes == 1);
  CHECK(lines.arbiter.counters().missing == 2);
  lines.packet(0, 46, 3);  // the slower line still sends the old one
  CHECK(lines.got.size() == 5);
  CHECK(lines.arbiter.counters().stale_packets == 1);
  lines.packet(0, 3, 1, 0, next_day);
  CHECK(lines.got.back() == 3);
}

TEST_CASE("a new session whose first packets are lost has a gap from 1", "[feed][itch]") {
  Lines lines{{.gap_wait_ns = 50 * kMs}};
  lines.packet(0, 41, 2, 0);
  lines.packet(0, 4, 1, 10, mold_session("DAY2"));
  CHECK(lines.arbiter.gap_open());
  lines.packet(1, 2, 2, 20, mold_session("DAY2"));
  CHECK(lines.got == numbers(41, 42));
  lines.poll(70);
  CHECK(lines.got == numbers(41, 42) + numbers(2, 4));
  CHECK(lines.arbiter.counters().missing == 1);
}

TEST_CASE("the end of a session is reached when its last message is", "[feed][itch]") {
  Lines lines;
  lines.packet(0, 1, 2);
  MoldWriter writer{kDay, 64};
  lines.give(0, writer.end_of_session(4), 0);
  CHECK_FALSE(lines.arbiter.ended());
  lines.packet(1, 3, 1);
  CHECK(lines.arbiter.ended());
}

TEST_CASE("an implausible sequence number is damage, not a gap", "[feed][itch]") {
  Lines lines{{.jump_max = 1'000}};
  lines.packet(0, 1, 1);
  lines.packet(0, 2 + 1'001, 1);
  CHECK(lines.arbiter.counters().implausible_packets == 1);
  CHECK_FALSE(lines.arbiter.gap_open());
  lines.packet(0, 2 + 1'000, 1);
  CHECK(lines.arbiter.gap_open());
  lines.packet(0, UINT64_MAX - 1, 1);
  CHECK(lines.arbiter.counters().implausible_packets == 2);
}

TEST_CASE("packets with sequence number 0 pass through unordered", "[feed][itch]") {
  Lines lines;
  for (int i = 0; i < 2; ++i) {
    MoldWriter writer{MoldSession{}, 64};
    writer.begin(0);
    REQUIRE(writer.add(message(0)));
    lines.give(0, writer.packet(), 0);
  }
  CHECK(lines.got == std::vector<std::uint64_t>{0, 0});
  CHECK(lines.arbiter.counters().unnumbered == 2);
}

TEST_CASE("lost messages are asked for in pieces, again after a timeout, a bounded number of times",
          "[feed][itch]") {
  Lines lines{{.gap_wait_ns = 1'000 * kMs,
               .requests_outstanding_max = 2,
               .request_after_ns = 2 * kMs,
               .request_timeout_ns = 10 * kMs,
               .request_tries_max = 2,
               .request_messages_max = 3}};
  lines.packet(0, 1, 1, 0);
  lines.packet(0, 9, 1, 5);  // 2 to 8 are missing: pieces 2-4, 5-7, 8
  const auto ask = [&](std::int64_t at_ms) {
    return lines.arbiter.next_request(MonoTime{at_ms * kMs});
  };
  CHECK_FALSE(ask(6));
  CHECK(ask(7) == MoldRequest{kDay, 2, 3});
  CHECK(ask(7) == MoldRequest{kDay, 5, 3});
  CHECK_FALSE(ask(7));  // two are outstanding
  CHECK_FALSE(ask(16));
  lines.packet(1, 2, 2, 16);  // the server answers with two of three
  CHECK(lines.got == numbers(1, 3));
  CHECK_FALSE(ask(16));
  CHECK(ask(17) == MoldRequest{kDay, 4, 1});
  CHECK(ask(17) == MoldRequest{kDay, 5, 3});
  CHECK_FALSE(ask(17));
  lines.packet(1, 4, 1, 18);
  CHECK(ask(18) == MoldRequest{kDay, 8, 1});  // its place is free now
  CHECK_FALSE(ask(27));                       // 5 to 7 were asked for twice
  CHECK(ask(28) == MoldRequest{kDay, 8, 1});
  CHECK_FALSE(ask(39));
  CHECK(lines.arbiter.counters().requests == 6);
  lines.packet(1, 5, 4, 40);
  CHECK(lines.got == numbers(1, 9));
  CHECK_FALSE(ask(60));
  CHECK(lines.arbiter.counters().gaps == 0);
}

TEST_CASE(
    "two lines that lose, double, delay and swap packets give every message that one of them "
    "has, once and in order",
    "[feed][itch]") {
  for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U, 6U, 7U, 8U}) {
    std::mt19937_64 random{seed};
    constexpr std::uint64_t kMessages = 6'000;
    struct Sent {
      std::int64_t at_ms;
      std::size_t line;
      std::uint64_t first;
      std::uint64_t count;
    };
    std::vector<Sent> sent;
    std::vector<bool> on_a_line(kMessages + 1, false);
    for (std::size_t line = 0; line < 2; ++line) {
      for (std::uint64_t first = 1; first <= kMessages;) {
        const std::uint64_t count =
            std::min<std::uint64_t>(1 + random() % 8, kMessages + 1 - first);
        const bool lost = random() % 10 == 0;
        const int copies = lost ? 0 : random() % 20 == 0 ? 2 : 1;
        for (int copy = 0; copy < copies; ++copy) {
          const auto late = static_cast<std::int64_t>(random() % 8 == 0 ? random() % 20 : 0);
          sent.push_back({static_cast<std::int64_t>(first) + late, line, first, count});
          for (std::uint64_t i = 0; i < count; ++i) on_a_line[first + i] = true;
        }
        first += count;
      }
    }
    std::stable_sort(sent.begin(), sent.end(),
                     [](const Sent& a, const Sent& b) { return a.at_ms < b.at_ms; });
    Lines lines{{.first_sequence = 1, .gap_wait_ns = 60 * kMs}};
    for (const Sent& packet : sent) {
      lines.poll(packet.at_ms);
      lines.packet(packet.line, packet.first, packet.count, packet.at_ms);
    }
    lines.arbiter.finish();
    lines.drain();
    std::vector<std::uint64_t> expected;
    for (std::uint64_t i = 1; i <= kMessages; ++i)
      if (on_a_line[i]) expected.push_back(i);
    REQUIRE(expected.size() < kMessages);
    CHECK(lines.got == expected);
    const std::uint64_t newest = expected.back();
    CHECK(lines.arbiter.counters().missing + expected.size() == newest);
  }
}

TEST_CASE("arbitration allocates nothing", "[feed][itch]") {
  ArbiterSettings settings{.requests_outstanding_max = 4};
  Arbiter arbiter{settings};
  MoldWriter writer{kDay, 1400};
  const Bytes one = message(0);
  const std::uint64_t before = allocations_on_this_thread();
  std::uint64_t delivered = 0;
  for (std::uint64_t i = 1; i < 5'000; ++i) {
    writer.begin(i ^ (i % 16 == 0 ? 1U : 0U));
    static_cast<void>(writer.add(one));
    const auto packet = parse_mold(writer.packet());
    const MonoTime now{static_cast<std::int64_t>(i) * kMs};
    arbiter.receive(i % 2, *packet, now);
    ArbiterMessage out;
    while (arbiter.next(out)) ++delivered;
    arbiter.poll(now);
    while (arbiter.next(out)) ++delivered;
    static_cast<void>(arbiter.next_request(now));
  }
  CHECK(allocations_on_this_thread() == before);
  CHECK(delivered > 4'000);
}
