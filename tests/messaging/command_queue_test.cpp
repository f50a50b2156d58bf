#include "engine/messaging/command_queue.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <map>
#include <thread>
#include <vector>

using namespace sq;
namespace {
AdminCommand command(std::uint32_t request) {
  AdminCommand result;
  result.command = Command::CancelAll;
  result.request = request;
  return result;
}
}  // namespace

TEST_CASE("commands get their numbers from 1 in the order they were taken", "[messaging]") {
  CommandQueue queue{4};
  CHECK(queue.peek() == nullptr);
  REQUIRE(queue.try_push(command(7)));
  REQUIRE(queue.try_push(command(8)));
  for (std::uint32_t i = 0; i < 2; ++i) {
    const auto* const record = queue.peek();
    REQUIRE(record != nullptr);
    CHECK(record->header.kind == RecordKind::AdminCommand);
    CHECK(record->header.source == kSourceAdmin);
    CHECK(record->header.source_sequence == i + 1);
    CHECK(record->payload.request == 7 + i);
    queue.pop();
  }
  CHECK(queue.peek() == nullptr);
}

TEST_CASE("a full command queue refuses, says so, and uses up no number", "[messaging]") {
  CommandQueue queue{4};
  for (std::uint32_t i = 0; i < 4; ++i) REQUIRE(queue.try_push(command(i)));
  CHECK_FALSE(queue.try_push(command(4)));
  CHECK(queue.refused() == 1);
  while (queue.peek() != nullptr) queue.pop();
  REQUIRE(queue.try_push(command(5)));
  CHECK(queue.peek()->header.source_sequence == 5);
}

TEST_CASE("commands of several threads arrive once each, each thread's in its order",
          "[messaging][threads]") {
  constexpr std::uint32_t kThreads = 3;
  constexpr std::uint32_t kEach = 2'000;
  CommandQueue queue{16};
  std::vector<std::thread> threads;
  for (std::uint32_t t = 0; t < kThreads; ++t)
    threads.emplace_back([&queue, t] {
      for (std::uint32_t i = 0; i < kEach; ++i)
        while (!queue.try_push(command(t << 16 | i))) std::this_thread::yield();
    });
  std::map<std::uint32_t, std::uint32_t> next;
  std::uint64_t wrong = 0;
  for (std::uint64_t n = 1; n <= std::uint64_t{kThreads} * kEach; ++n) {
    while (queue.peek() == nullptr) std::this_thread::yield();
    const auto& record = *queue.peek();
    wrong += record.header.source_sequence == n ? 0U : 1U;
    wrong += (record.payload.request & 0xFFFF) == next[record.payload.request >> 16]++ ? 0U : 1U;
    queue.pop();
  }
  for (auto& thread : threads) thread.join();
  CHECK(wrong == 0);
  CHECK(queue.peek() == nullptr);
  for (std::uint32_t t = 0; t < kThreads; ++t) CHECK(next[t] == kEach);
}
