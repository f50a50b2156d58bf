#include "engine/backtest/delay_line.hpp"

#include <catch2/catch.hpp>
#include <deque>

#include "engine/backtest/fifo.hpp"
#include "engine/backtest/random_bits.hpp"
#include "tests/support/allocations.hpp"

using namespace sq;
using backtest::DelayLine;
using backtest::RandomBits;

namespace {
std::vector<std::uint64_t> record_of(std::uint64_t number, std::size_t payload_words) {
  std::vector<std::uint64_t> words(sizeof(RecordHeader) / 8 + payload_words, number);
  auto& header = *reinterpret_cast<RecordHeader*>(words.data());
  header = RecordHeader{};
  header.length = static_cast<std::uint32_t>(words.size() * 8);
  header.source_sequence = number;
  return words;
}
bool same(const RecordHeader* record, const std::vector<std::uint64_t>& words) {
  return record != nullptr && record->length == words.size() * 8 &&
         std::memcmp(record, words.data(), record->length) == 0;
}
// Random pushes and reads against a plain queue; more reads than pushes, so that little waits.
void check_line(std::uint64_t seed, std::size_t bytes, int steps) {
  RandomBits random{seed};
  DelayLine line{bytes};
  std::deque<std::vector<std::uint64_t>> waiting;
  std::size_t seen = 0;
  std::uint64_t number = 0;
  for (int step = 0; step < steps; ++step) {
    const std::uint64_t draw = random.next() % 10;
    if (draw < 4) {
      const std::size_t size = random.next() % 20 == 0 ? 200 : random.next() % 12;
      waiting.push_back(record_of(++number, size));
      line.push(*reinterpret_cast<const RecordHeader*>(waiting.back().data()));
    } else if (draw < 7 && seen < waiting.size()) {
      REQUIRE(same(line.unseen(), waiting[seen]));
      line.seen();
      ++seen;
    } else if (seen > 0) {
      REQUIRE(same(line.front(), waiting.front()));
      line.pop();
      waiting.pop_front();
      --seen;
    }
    REQUIRE(line.size() == waiting.size());
    REQUIRE(
        (seen < waiting.size() ? same(line.unseen(), waiting[seen]) : line.unseen() == nullptr));
    REQUIRE((waiting.empty() ? line.front() == nullptr : same(line.front(), waiting.front())));
  }
}
}  // namespace

TEST_CASE("a delay line gives each record to both readers once and unchanged, whatever the sizes",
          "[backtest]") {
  // Small: wraps and grows all the time. Large: goes round early, long before its end.
  for (std::uint64_t seed = 1; seed <= 200; ++seed) check_line(seed, 512, 400);
  for (std::uint64_t seed = 1; seed <= 10; ++seed) check_line(seed, 1U << 17, 6'000);
}

TEST_CASE("a delay line that is large enough allocates nothing", "[backtest][hot]") {
  DelayLine line{4'096};
  const auto record = record_of(1, 4);
  const auto before = allocations_on_this_thread();
  for (int i = 0; i < 10'000; ++i) {
    line.push(*reinterpret_cast<const RecordHeader*>(record.data()));
    if (line.size() > 20) {
      if (line.unseen() != nullptr) line.seen();
      line.pop();
    } else {
      line.seen();
    }
  }
  CHECK(allocations_on_this_thread() == before);
}

TEST_CASE("a fifo keeps its order while it grows", "[backtest]") {
  backtest::Fifo<int> fifo{1};
  int in = 0;
  int out = 0;
  RandomBits random{3};
  for (int i = 0; i < 10'000; ++i) {
    if (random.next() % 5 < 3) {
      fifo.push(in++);
    } else if (!fifo.empty()) {
      REQUIRE(fifo.front() == out++);
      fifo.pop();
    }
    REQUIRE(fifo.size() == static_cast<std::size_t>(in - out));
  }
}
