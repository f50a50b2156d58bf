// Any number of readers follow a log that is being written, from threads and processes, and cost
// its writer nothing it could notice; a reader that is too slow is told what it lost.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>
#include <vector>

#include "engine/wal/segment_writer.hpp"
#include "engine/wal/verify.hpp"
#include "tests/wal/fixture.hpp"

using namespace sq;
using namespace sq::wal;
using namespace sq::wal::test;

namespace {
constexpr std::uint64_t kRecords = 20'000;
constexpr int kReaders = 8;

struct Seen {
  std::uint64_t records{0};
  std::uint64_t last{0};
  bool in_order{true};
  bool all_samples{true};
  Condition condition{Condition::Ok};
};
// Follows until it has seen `until`, the log has ended, or something is wrong.
Seen follow(const std::filesystem::path& dir, std::uint64_t until, std::uint64_t from = 0) {
  Seen seen;
  ReaderOptions options;
  options.follow = true;
  options.from_sequence = from;
  Reader reader{dir, options};
  seen.last = from > 0 ? from - 1 : 0;
  while (seen.last < until) {
    const RecordHeader* record = reader.next();
    if (record == nullptr) {
      seen.condition = reader.status().condition;
      if (seen.condition != Condition::Ok) break;
      std::this_thread::yield();
      continue;
    }
    seen.in_order = seen.in_order && record->sequence == seen.last + 1;
    seen.all_samples = seen.all_samples && is_sample(*record);
    seen.last = record->sequence;
    ++seen.records;
  }
  return seen;
}
bool is_complete(const Seen& seen, std::uint64_t records) {
  return seen.records == records && seen.last == kRecords && seen.in_order && seen.all_samples;
}

// Moves rings to segments beside the test until it goes.
class DurabilityThread {
 public:
  explicit DurabilityThread(Log& log)
      : thread_{[this, &log] {
          while (!stop_.load()) {
            log.do_work();
            std::this_thread::yield();
          }
        }} {}
  DurabilityThread(const DurabilityThread&) = delete;
  DurabilityThread& operator=(const DurabilityThread&) = delete;
  ~DurabilityThread() {
    stop_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> stop_{false};
  std::thread thread_;
};
}  // namespace

TEST_CASE("eight threads follow a log through many segments, each sees every record once") {
  const TemporaryDir dir;
  const auto settings = small_settings(dir);
  auto log = Log::create(settings);
  std::array<Seen, kReaders> seen;
  {
    const DurabilityThread durability{*log};
    std::vector<std::thread> readers;
    for (int i = 0; i < kReaders; ++i)
      readers.emplace_back(
          [&, i] { seen[static_cast<std::size_t>(i)] = follow(settings.dir, kRecords); });
    append_samples(*log, 1, kRecords);
    for (auto& reader : readers) reader.join();
  }
  CHECK(segment_numbers(settings.dir, Stream::Order).size() > 50);
  for (const Seen& each : seen) CHECK(is_complete(each, kRecords));
  log->close();
}

TEST_CASE("eight processes follow a log through many segments, each sees every record once") {
  const TemporaryDir dir;
  const auto settings = small_settings(dir);
  auto log = Log::create(settings);
  std::vector<pid_t> readers;
  for (int i = 0; i < kReaders; ++i) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      const Seen seen = follow(settings.dir, kRecords);
      ::_exit(is_complete(seen, kRecords) ? 0 : 1 + static_cast<int>(seen.condition));
    }
    readers.push_back(child);
  }
  {
    const DurabilityThread durability{*log};
    append_samples(*log, 1, kRecords);
    for (const pid_t reader : readers) {
      int status = -1;
      REQUIRE(::waitpid(reader, &status, 0) == reader);
      CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 0));
    }
  }
  log->close();
}

TEST_CASE("a reader that starts before, between and after rotations reads on from its sequence") {
  const TemporaryDir dir;
  const auto settings = small_settings(dir);
  auto log = Log::create(settings);
  constexpr std::array<std::uint64_t, 3> kFrom{1, kRecords / 2, kRecords - 10};
  std::array<Seen, 3> seen;
  {
    const DurabilityThread durability{*log};
    std::vector<std::thread> readers;
    for (std::size_t i = 0; i < kFrom.size(); ++i) {
      append_samples(*log, i == 0 ? 1 : kFrom[i - 1] + 1, kFrom[i]);
      readers.emplace_back([&, i] { seen[i] = follow(settings.dir, kRecords, kFrom[i]); });
    }
    append_samples(*log, kFrom.back() + 1, kRecords);
    for (auto& reader : readers) reader.join();
  }
  for (std::size_t i = 0; i < kFrom.size(); ++i) {
    INFO("from " << kFrom[i]);
    CHECK(is_complete(seen[i], kRecords - kFrom[i] + 1));
  }
  log->close();
}

TEST_CASE("readers that stand still cost the writer neither a wait nor a refusal") {
  const TemporaryDir dir;
  const auto settings = small_settings(dir);
  auto log = Log::create(settings);
  append_samples(*log, 1, 100);
  std::vector<std::unique_ptr<Reader>> readers;
  for (int i = 0; i < kReaders; ++i) {
    readers.push_back(std::make_unique<Reader>(settings.dir, ReaderOptions{.follow = true}));
    REQUIRE(readers.back()->next() != nullptr);  // each holds a place, and never asks again
  }
  // Many times the ring; the owner moves it in time, so a wait could only come from a reader.
  for (std::uint64_t sequence = 101; sequence <= 5'000; sequence += 100) {
    append_samples(*log, sequence, std::min<std::uint64_t>(sequence + 99, 5'000));
    REQUIRE(log->flush());
  }
  CHECK(log->appender().waits() == 0);
  CHECK(log->appender().refused() == 0);
  for (auto& reader : readers) {
    std::uint64_t last = 1;
    while (const RecordHeader* record = reader->next()) {
      REQUIRE(record->sequence == last + 1);
      last = record->sequence;
    }
    CHECK(last == 5'000);
    CHECK(reader->status().condition == Condition::Ok);
  }
  log->close();
}

TEST_CASE("a reader whose segment was removed by retention is told which one, and skips nothing") {
  const TemporaryDir dir;
  auto settings = small_settings(dir);
  settings.keep_feed.bytes = 4 * settings.segment_bytes;
  auto log = Log::create(settings);
  std::uint64_t sequence = 0;
  const auto append_feed = [&](int records) {
    for (int i = 0; i < records; ++i) {
      const Sample s = sample(++sequence, RecordKind::TradePrint, 20);
      REQUIRE(log->appender().append(s.header));
      if (sequence % 50 == 0) {
        REQUIRE(log->flush());
        log->do_work();
      }
    }
  };
  append_feed(100);
  Reader slow{settings.dir, {.orders = false, .follow = true}};
  std::uint64_t last = 0;
  for (int i = 0; i < 10; ++i) {
    const RecordHeader* record = slow.next();
    REQUIRE(record != nullptr);
    last = record->sequence;
  }
  REQUIRE(last == 10);
  const auto oldest = [&] { return segment_numbers(settings.dir, Stream::Feed).front(); };
  for (int i = 0; i < 100 && oldest() <= 3; ++i) append_feed(100);
  REQUIRE(oldest() > 3);
  // What it has open it may still read; then it must say so, not jump.
  while (const RecordHeader* record = slow.next()) {
    REQUIRE(record->sequence == last + 1);
    last = record->sequence;
  }
  CHECK(slow.status().condition == Condition::LostSegment);
  CHECK(slow.status().sequence == last);
  CHECK(slow.status().file.filename().string().starts_with("feed-00000"));
  CHECK_FALSE(std::filesystem::exists(slow.status().file));
  CHECK(last < sequence);
  // A new one that wants everything is told at once; one that wants what is there gets it.
  Reader everything{settings.dir, {.orders = false}};
  CHECK(everything.next() == nullptr);
  CHECK(everything.status().condition == Condition::LostSegment);
  Reader recent{settings.dir, {.orders = false, .from_sequence = sequence - 20}};
  const RecordHeader* first = recent.next();
  REQUIRE(first != nullptr);
  CHECK(first->sequence == sequence - 20);
  log->close();
  // What retention removed is no damage.
  const VerifyReport report = verify(settings.dir);
  INFO(text_of(report));
  CHECK(report.condition == Condition::Ok);
  CHECK(report.first_sequence > 1);
  CHECK(report.last_sequence == sequence);
  CHECK_THAT(text_of(report), Catch::Contains("was removed"));
  std::filesystem::remove(segment_path(settings.dir, Stream::Feed, oldest() + 1));
  CHECK(verify(settings.dir).condition == Condition::LostSegment);
}
