#include "engine/messaging/dead_letters.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <memory>
#include <thread>

#include "engine/messaging/market_data.hpp"
#include "tests/support/allocations.hpp"

using namespace sq;
namespace {
Record<TradePrint> input(std::uint64_t sequence) {
  TradePrint trade;
  trade.first_trade_id = sequence;
  auto record = make_record(RecordKind::TradePrint, trade);
  record.header.sequence = sequence;
  record.header.source_sequence = sequence * 2;
  record.header.source = kSourceFeedFirst;
  record.header.instrument = InstrumentId{3};
  record.header.mono = {100};
  record.header.wall = {200};
  return record;
}
}  // namespace

TEST_CASE("a dead letter tells what it was, where it came from and why", "[messaging]") {
  const auto letters = std::make_unique<DeadLetters>();
  letters->add(input(17).header, DeadLetterReason::UnknownInstrument);
  const auto entries = letters->entries();
  REQUIRE(entries.size() == 1);
  const auto& entry = entries[0];
  CHECK(entry.number == 1);
  CHECK(entry.input_sequence == 17);
  CHECK(entry.source_sequence == 34);
  CHECK(entry.kind == RecordKind::TradePrint);
  CHECK(entry.source == kSourceFeedFirst);
  CHECK(entry.instrument == InstrumentId{3});
  CHECK(entry.mono == MonoTime{100});
  CHECK(entry.wall == WallTime{200});
  CHECK(entry.reason == DeadLetterReason::UnknownInstrument);
  CHECK(entry.payload_bytes == sizeof(TradePrint));
  const auto record = input(17);
  CHECK(std::memcmp(entry.first.data(), &record.payload, sizeof(TradePrint)) == 0);
  CHECK(entry.first[sizeof(TradePrint)] == std::byte{0});
}

TEST_CASE("dead letters are counted by reason, also those no longer kept", "[messaging]") {
  const auto letters = std::make_unique<DeadLetters>();
  for (std::uint64_t i = 1; i <= DeadLetters::kCapacity; ++i)
    letters->add(input(i).header, DeadLetterReason::UnknownOrder);
  CHECK(letters->overwritten() == 0);
  CHECK(letters->entries().size() == DeadLetters::kCapacity);
  CHECK(letters->entries().front().number == 1);
  letters->add(input(1000).header, DeadLetterReason::BadContent);
  CHECK(letters->overwritten() == 1);
  CHECK(letters->total() == DeadLetters::kCapacity + 1);
  CHECK(letters->count(DeadLetterReason::UnknownOrder) == DeadLetters::kCapacity);
  CHECK(letters->count(DeadLetterReason::BadContent) == 1);
  CHECK(letters->count(DeadLetterReason::UnknownKind) == 0);
  const auto entries = letters->entries();
  CHECK(entries.size() == DeadLetters::kCapacity);
  CHECK(entries.front().number == 2);
  CHECK(entries.back().input_sequence == 1000);
}

TEST_CASE("a payload longer than what is kept is cut and its length remembered", "[messaging]") {
  struct Large {
    std::array<std::uint64_t, 20> words{};
  };
  Large large;
  for (std::size_t i = 0; i < large.words.size(); ++i) large.words[i] = ~std::uint64_t{i};
  const auto record = make_record(RecordKind::DepthUpdate, large);
  const auto letters = std::make_unique<DeadLetters>();
  letters->add(record.header, DeadLetterReason::BadContent);
  const auto entries = letters->entries();
  REQUIRE(entries.size() == 1);
  CHECK(entries[0].payload_bytes == sizeof large);
  CHECK(std::memcmp(entries[0].first.data(), &large, DeadLetters::kFirstBytes) == 0);
}

TEST_CASE("a reader never sees half a dead letter", "[messaging][threads]") {
  const auto letters = std::make_unique<DeadLetters>();
  std::atomic<bool> stop{false};
  std::atomic<std::uint64_t> wrong{0};
  std::atomic<std::uint64_t> passes{0};
  std::thread reader{[&] {
    while (!stop.load()) {
      for (const auto& entry : letters->entries()) {
        const auto record = input(entry.number);
        const bool whole = entry.input_sequence == entry.number &&
                           entry.source_sequence == entry.number * 2 &&
                           std::memcmp(entry.first.data(), &record.payload, 48) == 0;
        wrong += whole ? 0U : 1U;
      }
      ++passes;
    }
  }};
  // The reader begins with the oldest, which is the one that is overwritten next.
  for (std::uint64_t i = 1; passes.load() < 300 && i < 5'000'000; ++i)
    letters->add(input(i).header, DeadLetterReason::UnknownOrder);
  while (passes.load() == 0) std::this_thread::yield();
  stop = true;
  reader.join();
  CHECK(wrong == 0);
}

TEST_CASE("keeping a dead letter allocates nothing", "[messaging][hot]") {
  const auto letters = std::make_unique<DeadLetters>();
  const auto record = input(1);
  const auto before = allocations_on_this_thread();
  for (int i = 0; i < 1'000; ++i) letters->add(record.header, DeadLetterReason::UnknownKind);
  const auto after = allocations_on_this_thread();
  CHECK(after == before);
  CHECK(letters->total() == 1'000);
}

TEST_CASE("every dead letter reason has a name of its own", "[messaging]") {
  CHECK(text_of(DeadLetterReason::UnknownKind) == "unknown-kind");
  CHECK(text_of(DeadLetterReason::UnknownInstrument) == "unknown-instrument");
  CHECK(text_of(DeadLetterReason::UnknownOrder) == "unknown-order");
  CHECK(text_of(DeadLetterReason::BadContent) == "bad-content");
  CHECK(text_of(DeadLetterReason{99}) == "?");
}
