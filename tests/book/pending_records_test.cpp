#include "engine/book/pending_records.hpp"

#include <catch2/catch.hpp>
#include <cstring>
#include <deque>
#include <random>

#include "tests/book/depth_records.hpp"

namespace sq::book {
TEST_CASE("kept records come out whole and in order, the oldest go when there is no room") {
  const std::size_t bytes = GENERATE(std::size_t{0}, 128, 200, 1'000, 4'096);
  std::mt19937_64 random{9};
  PendingRecords pending{bytes};
  std::deque<DepthRecord> model;
  std::size_t wrong = 0;
  std::uint64_t dropped_through = 0;
  for (std::uint64_t id = 1; id < 5'000; ++id) {
    const std::vector<Level> levels(random() % 12, level_at(static_cast<std::int64_t>(id), 1));
    model.push_back(update_of(DepthChain::Contiguous, {id, id, 0}, levels, {}));
    for (auto dropped = pending.push(model.back().header(), id); dropped > 0; --dropped) {
      dropped_through = payload_of<DepthHeader>(model.front().header()).last_id;
      model.pop_front();
    }
    while (random() % 3 == 0 && !model.empty()) {
      const RecordHeader& wanted = model.front().header();
      wrong += std::memcmp(pending.front(), &wanted, wanted.length) != 0;
      pending.pop();
      model.pop_front();
    }
    std::size_t used = 0;
    for (const DepthRecord& record : model) used += record.header().length;
    wrong += used > bytes || pending.size() != model.size() ||
             pending.dropped_through() != dropped_through;
    if (random() % 500 == 0) {
      pending.clear();
      model.clear();
      dropped_through = 0;
    }
    wrong += (pending.front() == nullptr) != model.empty();
  }
  CHECK(wrong == 0);
}

TEST_CASE("as many records as fit are kept, one more drops exactly the oldest") {
  const auto record = update_of(DepthChain::Contiguous, {1, 1, 0}, {level_at(1, 1)}, {});
  PendingRecords pending{3 * record.header().length};
  for (std::uint64_t id = 1; id <= 3; ++id) CHECK(pending.push(record.header(), id) == 0);
  CHECK(pending.dropped_through() == 0);
  CHECK(pending.push(record.header(), 4) == 1);
  CHECK(pending.size() == 3);
  CHECK(pending.dropped_through() == 1);
}
}  // namespace sq::book
