#include <catch2/catch.hpp>

#include "engine/wal/log.hpp"
#include "engine/wal/segment_writer.hpp"
#include "engine/wal/verify.hpp"
#include "tests/support/allocations.hpp"
#include "tests/wal/fixture.hpp"

using namespace sq;
using namespace sq::wal;
using namespace sq::wal::test;

TEST_CASE("what was appended is read back in order, byte for byte") {
  const TemporaryDir dir;
  const auto settings = small_settings(dir);
  auto log = Log::create(settings);
  append_samples(*log, 1, 100);
  log->close();
  const ReadBack back = read_back(settings.dir);
  CHECK(back.sequences == counting(100));
  CHECK(back.all_samples);
  CHECK(back.status.condition == Condition::End);
}

TEST_CASE("an empty log is created, closed, opened and read") {
  const TemporaryDir dir;
  const auto settings = small_settings(dir);
  Log::create(settings)->close();
  CHECK(read_back(settings.dir).sequences.empty());
  CHECK(verify(settings.dir).condition == Condition::Ok);
  auto log = Log::open(settings);
  CHECK(log->recovery().was_clean);
  CHECK(log->recovery().last_sequence == 0);
}

TEST_CASE("market data lie in the feed log and everything else in the order log") {
  const TemporaryDir dir;
  const auto settings = small_settings(dir);
  auto log = Log::create(settings);
  append_samples(*log, 1, 30);
  log->close();
  for (const bool orders : {true, false}) {
    Reader reader{settings.dir, {.orders = orders, .feed = !orders}};
    std::size_t n = 0;
    while (const RecordHeader* record = reader.next()) {
      CHECK(is_market_data(record->kind) == !orders);
      ++n;
    }
    CHECK(n == (orders ? 20U : 10U));
  }
}

TEST_CASE("records wrap around the end of the ring, drained by the waiting core itself") {
  const TemporaryDir dir;
  auto settings = small_settings(dir);
  settings.segment_bytes = 1 << 20;
  auto log = Log::create(settings);
  append_samples(*log, 1, 5'000);  // about 850 KiB through two rings of 64 KiB
  CHECK(log->appender().waits() >= 5);
  CHECK(log->bytes_appended() > 10 * settings.order_ring_bytes);
  log->close();
  const ReadBack back = read_back(settings.dir);
  CHECK(back.sequences == counting(5'000));
  CHECK(back.all_samples);
}

TEST_CASE("segments roll at their size, and a record larger than one gets its own") {
  const TemporaryDir dir;
  auto settings = small_settings(dir);
  settings.segment_bytes = 8192;
  auto log = Log::create(settings);
  append_samples(*log, 1, 200);
  // 1,088 bytes: several to a segment of 4,096 bytes room; then one of 5,064 bytes.
  struct Large {
    RecordHeader header{};
    std::array<std::uint64_t, 625> words{};
  } large;
  large.header.length = sizeof(Large);
  large.header.kind = RecordKind::ConfigLoaded;
  large.header.sequence = 201;
  REQUIRE(log->appender().append(large.header));
  append_samples(*log, 202, 300);
  log->close();
  const auto numbers = segment_numbers(settings.dir, Stream::Order);
  CHECK(numbers.size() > 5);
  CHECK(numbers.back() == numbers.size());
  CHECK(read_back(settings.dir).sequences == counting(300));
  const VerifyReport report = verify(settings.dir);
  CHECK(report.condition == Condition::Ok);
  CHECK(report.records == 300);
  CHECK(report.segments == numbers.size() + segment_numbers(settings.dir, Stream::Feed).size());
}

TEST_CASE("a full ring refuses when it is told to, counts it, and takes the next after a drain") {
  const TemporaryDir dir;
  auto settings = small_settings(dir);
  settings.feed_full = WhenFull::Refuse;
  auto log = Log::create(settings);
  const Sample record = sample(1, RecordKind::TradePrint, 120);  // 1,024 bytes
  for (int i = 0; i < 64; ++i) {
    Sample next = record;
    next.header.sequence = static_cast<std::uint64_t>(i) + 1;
    REQUIRE(log->appender().append(next.header));  // the 64th fills it to the last byte
  }
  Sample extra = record;
  extra.header.sequence = 65;
  CHECK_FALSE(log->appender().append(extra.header));
  CHECK(log->appender().refused() == 1);
  CHECK(log->appender().appended() == 64);
  REQUIRE(log->flush());
  CHECK(log->appender().append(extra.header));
  log->close();
  CHECK(read_back(settings.dir).sequences == counting(65));
}

TEST_CASE("a record larger than the whole ring is refused, not waited for") {
  const TemporaryDir dir;
  auto log = Log::create(small_settings(dir));
  std::vector<std::uint64_t> bytes((std::size_t{1} << 17U) / 8);
  auto& header = *reinterpret_cast<RecordHeader*>(bytes.data());
  header.length = 1U << 17U;
  header.kind = RecordKind::ConfigLoaded;
  header.sequence = 1;
  CHECK_FALSE(log->appender().append(header));
  CHECK(log->appender().refused() == 1);
}

TEST_CASE("append allocates nothing") {
  const TemporaryDir dir;
  auto log = Log::create(small_settings(dir));
  const std::uint64_t before = allocations_on_this_thread();
  for (std::uint64_t i = 1; i <= 100; ++i) {
    const Sample s = sample(i, RecordKind::OrderSent, 7);
    if (!log->appender().append(s.header)) FAIL("refused");
  }
  CHECK(allocations_on_this_thread() == before);
}

TEST_CASE("reading may start at any sequence") {
  const TemporaryDir dir;
  auto settings = small_settings(dir);
  settings.segment_bytes = 8192;
  auto log = Log::create(settings);
  append_samples(*log, 1, 300);
  log->close();
  for (const std::uint64_t from : {1U, 2U, 150U, 299U, 300U, 301U}) {
    const ReadBack back = read_back(settings.dir, {.from_sequence = from});
    CHECK(back.sequences.size() == 301 - from);
    if (from <= 300) CHECK(back.sequences.front() == from);
    CHECK(back.status.condition == Condition::End);
  }
}

TEST_CASE("a reopened log goes on in the same chain") {
  const TemporaryDir dir;
  const auto settings = small_settings(dir);
  Log::create(settings)->close();
  std::uint64_t next = 1;
  for (int run = 0; run < 5; ++run) {
    auto log = Log::open(settings);
    CHECK(log->recovery().was_clean);
    CHECK(log->recovery().last_sequence == next - 1);
    append_samples(*log, next, next + 49);
    next += 50;
    log->close();
  }
  CHECK(read_back(settings.dir).sequences == counting(250));
  CHECK(verify(settings.dir).condition == Condition::Ok);
}

TEST_CASE("group durability publishes what is on the device, orders first") {
  const TemporaryDir dir;
  auto settings = small_settings(dir);
  settings.durability = Durability::Group;
  settings.group_interval_ns = 1;
  auto log = Log::create(settings);
  CHECK(log->durable_sequence() == 0);
  append_samples(*log, 1, 40);
  log->do_work();
  CHECK(log->durable_sequence() == 40);
  append_samples(*log, 41, 43);
  CHECK(log->durable_sequence() == 40);
  log->do_work();
  CHECK(log->durable_sequence() == 43);
  log->close();
  CHECK(verify(settings.dir).condition == Condition::Ok);
}

TEST_CASE("a number that neither stream has is reported as missing") {
  const TemporaryDir dir;
  const auto settings = small_settings(dir);
  auto log = Log::create(settings);
  append_samples(*log, 1, 10);
  append_samples(*log, 14, 20);
  log->close();
  const VerifyReport report = verify(settings.dir);
  CHECK(report.whole());
  CHECK(report.missing == 3);
  CHECK(report.first_missing == 11);
}
