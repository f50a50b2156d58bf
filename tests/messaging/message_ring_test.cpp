#include "engine/messaging/message_ring.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cstdint>
#include <deque>
#include <limits>
#include <random>
#include <thread>

#include "tests/support/allocations.hpp"

using namespace sq;
namespace {
struct Message {
  std::array<std::uint64_t, 7> words{};
};
Message numbered(std::uint64_t n) {
  Message message;
  for (std::size_t i = 0; i < message.words.size(); ++i) message.words[i] = n * 31 + i;
  return message;
}
bool is_numbered(const Message& message, std::uint64_t n) {
  return message.words == numbered(n).words;
}
constexpr std::uint64_t kNearWrap32 = std::numeric_limits<std::uint32_t>::max() - 5;
constexpr std::uint64_t kNearWrap64 = std::numeric_limits<std::uint64_t>::max() - 5;

// Two threads, each message checked. Yields: on one core the other thread must get its turn.
void cross_threads(MessageRing<Message>& ring, std::uint64_t count) {
  std::thread producer{[&] {
    for (std::uint64_t i = 0; i < count; ++i)
      while (!ring.try_push(numbered(i))) std::this_thread::yield();
  }};
  std::uint64_t wrong = 0;
  Message message;
  for (std::uint64_t i = 0; i < count; ++i) {
    while (!ring.try_pop(message)) std::this_thread::yield();
    wrong += is_numbered(message, i) ? 0U : 1U;
  }
  producer.join();
  CHECK(wrong == 0);
  CHECK_FALSE(ring.try_pop(message));
}
}  // namespace

TEST_CASE("a message ring takes exactly its capacity and refuses one more", "[messaging]") {
  const auto first = GENERATE(std::uint64_t{0}, kNearWrap32, kNearWrap64);
  MessageRing<Message> ring{8, first};
  for (std::uint64_t i = 0; i < 8; ++i) REQUIRE(ring.try_push(numbered(i)));
  CHECK(ring.refused() == 0);
  CHECK_FALSE(ring.try_push(numbered(8)));
  CHECK(ring.refused() == 1);
  Message message;
  for (std::uint64_t i = 0; i < 8; ++i) {
    REQUIRE(ring.try_pop(message));
    CHECK(is_numbered(message, i));
  }
  CHECK_FALSE(ring.try_pop(message));
}

TEST_CASE("an empty message ring has all its room again, wherever its indices stand",
          "[messaging]") {
  const auto first = GENERATE(std::uint64_t{0}, kNearWrap32, kNearWrap64);
  const auto capacity = GENERATE(std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{16});
  MessageRing<Message> ring{capacity, first};
  Message message;
  std::uint64_t in = 0;
  std::uint64_t out = 0;
  for (std::uint64_t lap = 0; lap < 40; ++lap) {
    const std::uint64_t count = lap % 2 == 0 ? capacity : std::min(capacity, 1 + lap % 3);
    for (std::uint64_t i = 0; i < count; ++i) REQUIRE(ring.try_push(numbered(in++)));
    while (ring.try_pop(message)) CHECK(is_numbered(message, out++));
    CHECK(out == in);
  }
  CHECK(ring.refused() == 0);
}

TEST_CASE("a new message ring is empty, also where a sequence of zero would be due",
          "[messaging]") {
  const auto first = GENERATE(std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0});
  MessageRing<Message> ring{4, first};
  CHECK(ring.peek() == nullptr);
  REQUIRE(ring.try_push(numbered(1)));
  CHECK(ring.peek() != nullptr);
}

TEST_CASE("a reserved message is not there before it is committed", "[messaging]") {
  MessageRing<Message> ring{4};
  Message* const room = ring.reserve();
  REQUIRE(room != nullptr);
  *room = numbered(7);
  CHECK(ring.peek() == nullptr);
  ring.commit();
  REQUIRE(ring.peek() != nullptr);
  CHECK(is_numbered(*ring.peek(), 7));
}

TEST_CASE("a message ring equals a bounded queue under random pushes and pops", "[messaging]") {
  std::mt19937_64 random{1};
  MessageRing<Message> ring{16, kNearWrap64 - 1000};
  std::deque<std::uint64_t> model;
  std::uint64_t next = 0;
  Message message;
  for (int step = 0; step < 20'000; ++step) {
    if (random() % 2 == 0) {
      const bool pushed = ring.try_push(numbered(next));
      // Room comes back in eighths: a refusal needs 15 or 16 messages unread or not given back.
      if (model.size() <= 14) REQUIRE(pushed);
      if (model.size() == 16) REQUIRE_FALSE(pushed);
      if (pushed) model.push_back(next++);
    } else {
      REQUIRE(ring.try_pop(message) == !model.empty());
      if (model.empty()) continue;
      REQUIRE(is_numbered(message, model.front()));
      model.pop_front();
    }
  }
}

TEST_CASE("a message of several cache lines arrives whole", "[messaging]") {
  struct Large {
    std::array<std::uint64_t, 40> words;
  };
  MessageRing<Large> ring{4};
  Large large{};
  for (std::uint64_t i = 0; i < 100; ++i) {
    large.words.fill(i);
    REQUIRE(ring.try_push(large));
    Large out{};
    REQUIRE(ring.try_pop(out));
    CHECK(out.words == large.words);
  }
}

TEST_CASE("messages cross threads in order and unharmed", "[messaging][threads]") {
  SECTION("through a small ring, near 2^64") {
    MessageRing<Message> ring{4, kNearWrap64};
    cross_threads(ring, 20'000);
  }
  SECTION("through a large one") {
    MessageRing<Message> ring{1024};
    cross_threads(ring, 50'000);
  }
}

TEST_CASE("pushing and popping a message allocate nothing", "[messaging][hot]") {
  MessageRing<Message> ring{4};
  Message message;
  const auto before = allocations_on_this_thread();
  for (std::uint64_t i = 0; i < 100; ++i) {
    while (!ring.try_push(numbered(i))) {
    }
    while (!ring.try_pop(message)) {
    }
  }
  const auto after = allocations_on_this_thread();
  CHECK(after == before);
  CHECK(is_numbered(message, 99));
}
