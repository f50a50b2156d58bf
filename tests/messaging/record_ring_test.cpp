#include "engine/messaging/record_ring.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <cstdint>
#include <deque>
#include <limits>
#include <random>
#include <thread>
#include <vector>

#include "engine/messaging/market_data.hpp"
#include "tests/support/allocations.hpp"

using namespace sq;
namespace {
constexpr std::uint64_t kNearWrap64 = 0 - std::uint64_t{640};
constexpr std::uint64_t kNearWrap32 = (std::uint64_t{1} << 32) - 640;

// All ones is what stale bytes must never be taken for: a skip mark, a word, a length.
std::vector<std::uint64_t> words_of(std::uint64_t n, std::size_t count) {
  std::vector<std::uint64_t> words(count, ~std::uint64_t{0});
  words[0] = n;
  return words;
}
bool push(RecordRing& ring, std::uint64_t n, std::size_t count) {
  std::byte* const room = ring.reserve(static_cast<std::uint32_t>(count * 8));
  if (room == nullptr) return false;
  const auto words = words_of(n, count);
  std::memcpy(room, words.data(), count * 8);
  ring.commit(static_cast<std::uint32_t>(count * 8));
  return true;
}
bool oldest_is(RecordRing& ring, std::uint64_t n, std::size_t count) {
  const std::byte* const bytes = ring.peek_bytes();
  if (bytes == nullptr || ring.length() != count * 8) return false;
  const auto words = words_of(n, count);
  return std::memcmp(bytes, words.data(), count * 8) == 0;
}
}  // namespace

TEST_CASE("a record ring keeps records whole and in order over the end of its memory",
          "[messaging]") {
  const auto first = GENERATE(std::uint64_t{0}, kNearWrap32, kNearWrap64);
  RecordRing ring{1024, first};
  // 7 words fill one line with the frame's word, 8 need two, 15 fill two, 16 need three.
  for (std::uint64_t n = 0; n < 400; ++n) {
    const std::size_t count = std::array<std::size_t, 5>{1, 7, 8, 15, 16}[n % 5];
    REQUIRE(push(ring, n, count));
    REQUIRE(oldest_is(ring, n, count));
    ring.pop();
    REQUIRE(ring.peek_bytes() == nullptr);
  }
  CHECK(ring.refused() == 0);
}

TEST_CASE("a full record ring refuses, counts it, and loses nothing", "[messaging]") {
  const auto first = GENERATE(std::uint64_t{0}, std::uint64_t{64}, std::uint64_t{448}, kNearWrap64);
  RecordRing ring{1024, first};
  std::uint64_t pushed = 0;
  while (push(ring, pushed, 7)) ++pushed;  // one line each
  CHECK(pushed == 15);                     // of 16 lines one stays zero, behind the last frame
  CHECK(ring.refused() == 1);
  CHECK_FALSE(push(ring, 99, 1));
  CHECK(ring.refused() == 2);
  for (std::uint64_t n = 0; n < pushed; ++n) {
    REQUIRE(oldest_is(ring, n, 7));
    ring.pop();
  }
  CHECK(ring.peek_bytes() == nullptr);
  CHECK(push(ring, 0, 7));
}

TEST_CASE("a record is not there before it is committed, also behind a jump to the start",
          "[messaging]") {
  RecordRing ring{16'384};
  for (std::uint64_t n = 0; n < 400; ++n) {
    const std::size_t count = 1 + (n * 101) % 960;  // words: one to 121 lines
    std::byte* const room = ring.reserve(static_cast<std::uint32_t>(count * 8));
    REQUIRE(room != nullptr);
    const auto words = words_of(n, count);
    std::memcpy(room, words.data(), count * 8);
    REQUIRE(ring.peek_bytes() == nullptr);
    ring.commit(static_cast<std::uint32_t>(count * 8));
    REQUIRE(oldest_is(ring, n, count));
    ring.pop();
  }
}

TEST_CASE("an empty record ring takes the longest record at every position", "[messaging]") {
  const auto capacity = GENERATE(std::uint64_t{1024}, std::uint64_t{4096});
  RecordRing ring{capacity, 0 - std::uint64_t{4096}};
  const std::size_t longest = ring.length_max() / 8;
  CHECK(ring.length_max() == capacity / 2 - 64 - 8);
  for (std::uint64_t n = 0; n < 100; ++n) {
    REQUIRE(push(ring, n, longest));
    REQUIRE(oldest_is(ring, n, longest));
    ring.pop();
    REQUIRE(ring.peek_bytes() == nullptr);
    REQUIRE(push(ring, n, 1 + n % 20));  // moves the next one to another position
    REQUIRE(oldest_is(ring, n, 1 + n % 20));
    ring.pop();
    REQUIRE(ring.peek_bytes() == nullptr);
  }
}

TEST_CASE("stale bytes behind a record cut short or given up are not taken for a record",
          "[messaging]") {
  RecordRing ring{1024};
  const std::uint32_t long_bytes = 6 * 64;
  for (std::uint64_t n = 0; n < 50; ++n) {
    std::byte* const room = ring.reserve(long_bytes);
    REQUIRE(room != nullptr);
    std::memset(room, 0x11, long_bytes);
    if (n % 3 == 0) {  // given up: the next reserve gets the same room
      REQUIRE(ring.reserve(8) == room);
    }
    ring.commit(8);
    REQUIRE(ring.peek_bytes() != nullptr);
    CHECK(ring.length() == 8);
    ring.pop();
    REQUIRE(ring.peek_bytes() == nullptr);
    if (n % 2 == 0) {
      REQUIRE(push(ring, n, 1 + n % 30));
      REQUIRE(oldest_is(ring, n, 1 + n % 30));
      ring.pop();
      REQUIRE(ring.peek_bytes() == nullptr);
    }
  }
}

TEST_CASE("a record ring equals a queue under random records, pushes and pops", "[messaging]") {
  const auto seed = GENERATE(1U, 2U, 3U);
  std::mt19937_64 random{seed};
  RecordRing ring{4096, kNearWrap64};
  struct Expected {
    std::uint64_t n;
    std::size_t count;
  };
  std::deque<Expected> model;
  std::uint64_t next = 0;
  for (int step = 0; step < 20'000; ++step) {
    if (random() % 2 == 0) {
      const std::size_t count = 1 + random() % (random() % 8 == 0 ? 240 : 30);
      if (push(ring, next, count)) {
        model.push_back({next++, count});
      } else {
        REQUIRE_FALSE(model.empty());
      }
    } else if (model.empty()) {
      REQUIRE(ring.peek_bytes() == nullptr);
    } else {
      REQUIRE(oldest_is(ring, model.front().n, model.front().count));
      model.pop_front();
      ring.pop();
    }
  }
}

TEST_CASE("a record arrives with header and payload, and its reader may stamp it", "[messaging]") {
  RecordRing ring{4096};
  TradePrint trade;
  trade.price = Price::from_units(7);
  auto record = make_record(RecordKind::TradePrint, trade);
  record.header.source_sequence = 42;
  record.header.venue_time = {7};
  REQUIRE(ring.try_push(record.header));
  RecordHeader* const header = ring.peek();
  REQUIRE(header != nullptr);
  CHECK(std::memcmp(header, &record, sizeof record) == 0);
  header->sequence = 9;
  CHECK(ring.peek()->sequence == 9);
  CHECK(header->length == sizeof record);
  CHECK(header->source_sequence == 42);
  CHECK(payload_of<TradePrint>(*header).price == Price::from_units(7));
}

TEST_CASE("records cross threads in order and unharmed", "[messaging][threads]") {
  constexpr std::uint64_t kCount = 30'000;
  RecordRing ring{4096, kNearWrap64};
  const auto size_of = [](std::uint64_t n) -> std::size_t { return 1 + (n * 7919) % 60; };
  std::thread producer{[&] {
    for (std::uint64_t n = 0; n < kCount; ++n)
      while (!push(ring, n, size_of(n))) std::this_thread::yield();
  }};
  std::uint64_t wrong = 0;
  for (std::uint64_t n = 0; n < kCount; ++n) {
    while (ring.peek_bytes() == nullptr) std::this_thread::yield();
    wrong += oldest_is(ring, n, size_of(n)) ? 0U : 1U;
    ring.pop();
  }
  producer.join();
  CHECK(wrong == 0);
  CHECK(ring.peek_bytes() == nullptr);
}

TEST_CASE("a record through the ring allocates nothing", "[messaging][hot]") {
  RecordRing ring{4096};
  const auto record = make_record(RecordKind::TradePrint, TradePrint{});
  const auto before = allocations_on_this_thread();
  std::uint64_t got = 0;
  for (int i = 0; i < 200; ++i) {
    if (!ring.try_push(record.header)) continue;
    got += ring.peek() != nullptr ? 1U : 0U;
    ring.pop();
  }
  const auto after = allocations_on_this_thread();
  CHECK(after == before);
  CHECK(got == 200);
}
