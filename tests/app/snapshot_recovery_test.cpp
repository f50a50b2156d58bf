// A start from a snapshot and the tail must give the state of the whole log, whatever became of the
// snapshots before: cut, flipped, ahead of the log, of another log or configuration, half written.
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <thread>

#include "engine/app/snapshot_writer.hpp"
#include "tests/app/log_history.hpp"

using namespace sq;
using namespace sq::app;
using namespace sq::test;

namespace {
FoldSetup random_setup() {
  FoldSetup setup;
  setup.ledger = random_facts_setup();
  setup.identity = core::identity_of(setup.ledger, {});
  return setup;
}
using State = std::vector<std::vector<std::byte>>;
State bytes_of(const core::LedgerState& state) {
  State bytes;
  for (auto& section : state.save()) bytes.push_back(std::move(section.bytes));
  return bytes;
}

struct Started {
  State state;
  std::uint64_t from{0};     // snapshot
  std::uint64_t records{0};  // folded from the log
  std::vector<std::string> skipped;
};
Started start(const std::filesystem::path& dir, const FoldSetup& setup = random_setup()) {
  LogFold fold{dir, setup};
  Started started;
  started.from = fold.snapshot();
  while (fold.advance(64) != 0) {
  }
  started.state = bytes_of(fold.state());
  started.records = fold.records();
  started.skipped = fold.skipped();
  return started;
}
// The state by the whole log alone.
State whole(const std::filesystem::path& dir, const FoldSetup& setup = random_setup()) {
  wal::LogView view = wal::LogView::open(dir);
  wal::StreamCursor cursor{view, wal::Stream::Order, wal::StreamCursor::Start::Sequence, 0};
  core::LedgerState state{setup.ledger};
  while (const RecordHeader* record = cursor.advance()) state.apply(*record);
  return bytes_of(state);
}
void snapshot_now(const std::filesystem::path& dir) {
  LogFold fold{dir, random_setup()};
  while (fold.advance(64) != 0) {
  }
  fold.write_snapshot();
}
}  // namespace

TEST_CASE("a start from a snapshot folds only the tail and gives the state of the whole log",
          "[app][snapshot]") {
  for (const std::uint64_t seed : {11U, 12U, 13U}) {
    const TemporaryDir dir;
    History history{dir, seed};
    for (int i = 0; i < 8; ++i) {
      history.append(40 + 17 * static_cast<std::uint64_t>(i));
      const Started before = start(history.dir());
      CHECK(before.state == whole(history.dir()));
      snapshot_now(history.dir());
      const Started after = start(history.dir());
      CHECK(after.records == 0);
      CHECK(after.from > before.from);
      CHECK(after.state == before.state);
      history.append(5);
      CHECK(start(history.dir()).records == 5);
      CHECK(start(history.dir()).state == whole(history.dir()));
    }
    CHECK(wal::snapshot_sequences(history.dir()).size() == 2);
    history.close();
    CHECK(start(history.dir()).state == whole(history.dir()));
    history.reopen();
    history.append(30);
    CHECK(start(history.dir()).records == 35);
    CHECK(start(history.dir()).state == whole(history.dir()));
  }
}

TEST_CASE("a damaged snapshot is left aside for the one before, and that for the whole log",
          "[app][snapshot]") {
  const TemporaryDir dir;
  History history{dir, 21};
  for (int i = 0; i < 2; ++i) {
    history.append(100);
    snapshot_now(history.dir());
  }
  history.append(50);
  const auto snapshots = wal::snapshot_sequences(history.dir());
  REQUIRE(snapshots.size() == 2);
  const State expected = whole(history.dir());
  flip(wal::snapshot_path(history.dir(), snapshots[0]), 777);
  const Started second = start(history.dir());
  CHECK(second.from == snapshots[1]);
  CHECK(second.records == 150);
  CHECK(second.state == expected);
  REQUIRE(second.skipped.size() == 1);
  CHECK_THAT(second.skipped[0], Catch::Matchers::Contains("it does not match its checksum"));
  std::filesystem::resize_file(wal::snapshot_path(history.dir(), snapshots[1]), 90);
  const Started all = start(history.dir());
  CHECK(all.from == 0);
  CHECK(all.records == 250);
  CHECK(all.state == expected);
  CHECK(all.skipped.size() == 2);
  // The next one takes the place of both.
  snapshot_now(history.dir());
  CHECK(wal::snapshot_sequences(history.dir()).size() == 1);
  CHECK(start(history.dir()).skipped.empty());
}

TEST_CASE("a snapshot that is ahead of its log, or that the log went on without, is left aside",
          "[app][snapshot]") {
  const TemporaryDir dir;
  History history{dir, 31};
  history.append(100);
  history.close();
  const auto kept = dir.path() / "kept";
  std::filesystem::copy(history.dir(), kept);
  history.reopen();
  history.append(20);
  snapshot_now(history.dir());
  const std::uint64_t ahead = wal::snapshot_sequences(history.dir()).front();
  history.close();
  // A power loss: the log is as it was, the snapshot is not.
  const auto snapshot = file_bytes(wal::snapshot_path(history.dir(), ahead));
  std::filesystem::remove_all(history.dir());
  std::filesystem::copy(kept, history.dir());
  write_file_bytes(wal::snapshot_path(history.dir(), ahead), snapshot);
  const Started lost = start(history.dir());
  CHECK(lost.from == 0);
  CHECK(lost.records == 100);
  CHECK(lost.state == whole(history.dir()));
  REQUIRE(lost.skipped.size() == 1);
  CHECK_THAT(lost.skipped[0],
             Catch::Matchers::Contains("it is newer than the log, which ends with record "));
  // The log goes on with other records, past the snapshot's.
  history.reopen();
  history.append(60);
  const Started other = start(history.dir());
  CHECK(other.from == 0);
  CHECK(other.state == whole(history.dir()));
  REQUIRE(other.skipped.size() == 1);
  CHECK_THAT(other.skipped[0],
             Catch::Matchers::Contains("record " + std::to_string(ahead) +
                                       " of the log is not the one it was made at"));
}

TEST_CASE("a snapshot of another log refuses the start and names the file", "[app][snapshot]") {
  const TemporaryDir dir;
  const TemporaryDir elsewhere;
  History history{dir, 41};
  History other{elsewhere, 42};
  history.append(30);
  other.append(30);
  snapshot_now(other.dir());
  const std::uint64_t sequence = wal::snapshot_sequences(other.dir()).front();
  std::filesystem::copy_file(wal::snapshot_path(other.dir(), sequence),
                             wal::snapshot_path(history.dir(), sequence));
  CHECK_THROWS_WITH(start(history.dir()),
                    Catch::Matchers::Contains(wal::snapshot_path(history.dir(), sequence).string() +
                                              ": it belongs to another log"));
}

TEST_CASE("a snapshot of another configuration is left aside and the log folded as configured now",
          "[app][snapshot]") {
  const TemporaryDir dir;
  History history{dir, 51};
  history.append(200);
  snapshot_now(history.dir());
  FoldSetup changed = random_setup();
  changed.ledger.order_capacity *= 2;
  changed.identity = core::identity_of(changed.ledger, {});
  const Started started = start(history.dir(), changed);
  CHECK(started.from == 0);
  CHECK(started.records == 200);
  CHECK(started.state == whole(history.dir(), changed));
  CHECK(started.state != whole(history.dir()));
  REQUIRE(started.skipped.size() == 1);
  CHECK_THAT(started.skipped[0], Catch::Matchers::Contains("another configuration"));
}

TEST_CASE("a log damaged behind the snapshot refuses, and never falls back on the snapshot alone",
          "[app][snapshot]") {
  const TemporaryDir dir;
  History history{dir, 61};
  history.append(40);
  snapshot_now(history.dir());
  history.append(400);
  history.close();
  REQUIRE(start(history.dir()).from != 0);
  // Before the snapshot's record in its own segment; in the tail.
  for (const std::string file : {"orders-000001.seg", "orders-000003.seg"}) {
    flip(history.dir() / file, 4096 + 2'000);
    CHECK_THROWS_WITH(start(history.dir()),
                      Catch::Matchers::Contains("the log cannot be recovered: damaged at ") &&
                          Catch::Matchers::Contains(file));
    flip(history.dir() / file, 4096 + 2'000);
    CHECK(start(history.dir()).state == whole(history.dir()));
  }
}

TEST_CASE("the writer follows a log, writes when due and at the end, and keeps two",
          "[app][snapshot]") {
  const TemporaryDir dir;
  History history{dir, 71};
  SnapshotWriter writer{history.dir(), random_setup(), {100, 10 * kNsPerSecond}};
  history.append(99);
  CHECK(writer.do_work(MonoTime{0}) == 99);
  CHECK(writer.do_work(MonoTime{1}) == 0);
  CHECK(writer.progress().written == 0);
  history.append(1);
  CHECK(writer.do_work(MonoTime{2}) == 1);  // the hundredth record
  CHECK(writer.progress().written == 1);
  history.append(1);
  CHECK(writer.do_work(MonoTime{2 + 10 * kNsPerSecond - 1}) == 1);
  CHECK(writer.progress().written == 1);
  CHECK(writer.do_work(MonoTime{2 + 10 * kNsPerSecond}) == 0);  // ten seconds after the last one
  CHECK(writer.progress().written == 2);
  CHECK(writer.do_work(MonoTime{100 * kNsPerSecond}) == 0);  // nothing new: nothing to write
  CHECK(writer.progress().written == 2);
  history.append(7);
  history.close();
  writer.finish();
  CHECK(writer.progress().written == 3);
  CHECK(writer.problem().empty());
  CHECK(wal::snapshot_sequences(history.dir()).size() == 2);
  const Started started = start(history.dir());
  CHECK(started.from == writer.progress().sequence);
  CHECK(started.records == 0);
  CHECK(started.state == whole(history.dir()));
}

TEST_CASE("a writer whose directory is gone says why and leaves everybody else alone",
          "[app][snapshot]") {
  const TemporaryDir dir;
  SnapshotWriter writer{dir.path() / "nowhere", random_setup(), {}};
  CHECK(writer.do_work(MonoTime{0}) == 0);
  CHECK_THAT(writer.problem(), Catch::Matchers::Contains("nowhere"));
  CHECK(writer.do_work(MonoTime{90 * kNsPerSecond}) == 0);
  writer.finish();
  CHECK(writer.progress().written == 0);
}

TEST_CASE("a writer on a thread of its own beside the appender ends with the whole state",
          "[app][snapshot]") {
  const TemporaryDir dir;
  History history{dir, 81};
  SnapshotWriter writer{history.dir(), random_setup(), {50, kNsPerSecond}};
  std::atomic<bool> stop{false};
  std::thread thread{[&] {
    for (std::int64_t now = 0; !stop.load(std::memory_order_acquire); now += 1'000)
      if (writer.do_work(MonoTime{now}) == 0) std::this_thread::yield();
  }};
  for (int i = 0; i < 40; ++i) {
    history.append(50);
    std::this_thread::yield();
  }
  stop.store(true, std::memory_order_release);
  thread.join();
  history.close();
  writer.finish();
  CHECK(writer.problem().empty());
  const Started started = start(history.dir());
  CHECK(started.records == 0);
  CHECK(started.state == whole(history.dir()));
}

TEST_CASE("killed at random while it logs and writes snapshots, it recovers every time",
          "[app][snapshot]") {
  constexpr int kCycles = 25;
  const TemporaryDir dir;
  wal::LogSettings settings = small_log(dir.path());
  wal::Log::create(settings)->close();
  std::mt19937 random{4242};
  int from_snapshot = 0;
  for (int cycle = 0; cycle < kCycles; ++cycle) {
    const pid_t child = ::fork();
    if (child == 0) {  // no Catch2 in here
      auto log = wal::Log::open(settings);
      std::uint64_t sequence = log->recovery().last_sequence;
      // No id is used twice.
      RandomFacts facts{static_cast<std::uint64_t>(1'000 + cycle),
                        static_cast<std::uint32_t>(1 + 10'000 * cycle)};
      SnapshotWriter writer{settings.dir, random_setup(), {20, kNsPerSecond}};
      for (std::int64_t now = 0; sequence < 1'000'000; ++now) {
        RecordHeader& record = facts.next();
        record.sequence = ++sequence;
        if (!log->appender().append(record)) ::_exit(1);
        log->do_work();
        writer.do_work(MonoTime{now});
      }
      ::_exit(0);
    }
    REQUIRE(child > 0);
    ::usleep(static_cast<useconds_t>(2'000 + random() % 15'000));
    ::kill(child, SIGKILL);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
    const Started started = start(settings.dir);  // as a second process would, with the ring
    REQUIRE(started.state == whole(settings.dir));
    if (started.from != 0) ++from_snapshot;
    INFO((started.skipped.empty() ? "" : started.skipped[0]));
    CHECK(started.skipped.empty());
  }
  CHECK(from_snapshot > kCycles / 2);
}
