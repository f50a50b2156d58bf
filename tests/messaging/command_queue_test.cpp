#include "engine/messaging/command_queue.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <map>
#include <thread>
#include <vector>

#include "engine/messaging/limit_changes.hpp"

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
    CHECK(record->kind == RecordKind::AdminCommand);
    CHECK(record->source == kSourceAdmin);
    CHECK(record->source_sequence == i + 1);
    CHECK(payload_of<AdminCommand>(*record).request == 7 + i);
    queue.pop();
  }
  CHECK(queue.peek() == nullptr);
}

TEST_CASE("records of several kinds keep one order and their bytes", "[messaging]") {
  CommandQueue queue{4};
  LimitsChanged asked;
  asked.command = Command::ProposeLimit;
  asked.value = 77;
  asked.who = FixedText<24>{"ann"};
  asked.reason = FixedText<64>{std::string(64, 'x')};
  auto record = make_record(RecordKind::LimitsChanged, asked);
  record.header.instrument = InstrumentId{3};
  REQUIRE(queue.try_push(command(7)));
  REQUIRE(queue.try_push(record));
  queue.pop();
  const RecordHeader* const second = queue.peek();
  REQUIRE(second != nullptr);
  CHECK(second->kind == RecordKind::LimitsChanged);
  CHECK(second->length == sizeof(RecordHeader) + sizeof(LimitsChanged));
  CHECK(second->source_sequence == 2);
  CHECK(second->instrument == InstrumentId{3});
  const auto& taken = payload_of<LimitsChanged>(*second);
  CHECK(taken.value == 77);
  CHECK(taken.who.view() == "ann");
  CHECK(taken.reason.view() == std::string(64, 'x'));
}

TEST_CASE("a full command queue refuses, says so, and uses up no number", "[messaging]") {
  CommandQueue queue{4};
  for (std::uint32_t i = 0; i < 4; ++i) REQUIRE(queue.try_push(command(i)));
  CHECK_FALSE(queue.try_push(command(4)));
  CHECK(queue.refused() == 1);
  while (queue.peek() != nullptr) queue.pop();
  REQUIRE(queue.try_push(command(5)));
  CHECK(queue.peek()->source_sequence == 5);
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
    const RecordHeader& record = *queue.peek();
    const std::uint32_t request = payload_of<AdminCommand>(record).request;
    wrong += record.source_sequence == n ? 0U : 1U;
    wrong += (request & 0xFFFF) == next[request >> 16]++ ? 0U : 1U;
    queue.pop();
  }
  for (auto& thread : threads) thread.join();
  CHECK(wrong == 0);
  CHECK(queue.peek() == nullptr);
  for (std::uint32_t t = 0; t < kThreads; ++t) CHECK(next[t] == kEach);
}
