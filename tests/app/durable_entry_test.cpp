// Durability strict: nothing leaves for the venue before its record is on the disk.
#include "engine/app/durable_entry.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "engine/app/log_watch.hpp"
#include "tests/wal/fault_disk.hpp"

using namespace sq;
using std::chrono::milliseconds;
using Call = wal::test::FaultDisk::Call;

namespace {
// What left, and how far the log was durable at that moment.
struct Wire final : venue::OrderEntry {
  explicit Wire(const wal::Log& watched) : log{watched} {}
  void send(const risk::Approved& request) noexcept override {
    ++sent;
    if (log.durable_sequence() < request.record().sequence) ++too_early;
    last = request.record().sequence;
  }
  void ask(const RecordHeader& request) noexcept override {
    ++sent;
    last = request.sequence;
  }
  const wal::Log& log;
  std::uint64_t sent{0};
  std::uint64_t too_early{0};
  std::uint64_t last{0};
};

struct Strict {
  Strict() {
    std::string name = "/dev/shm/sq-strict-test-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) FAIL("cannot make " << name);
    dir = name;
    settings.dir = dir / "log";
    settings.ring_dir = dir;
    settings.instance = FixedText<16>{"test"};
    settings.order_ring_bytes = settings.feed_ring_bytes = 64 * 1024;
    settings.segment_bytes = 1 << 20;
    settings.reserve_bytes = 0;
    settings.durability = wal::Durability::Strict;
    settings.disk = &disk;
    log = wal::Log::create(settings);
    durability = std::thread{[this] {
      while (!stop) log->do_work();
    }};
  }
  Strict(const Strict&) = delete;
  Strict& operator=(const Strict&) = delete;
  ~Strict() {
    stop = true;
    durability.join();
    log.reset();
    std::error_code ignored;
    std::filesystem::remove_all(dir, ignored);
  }
  // Logged as the core does it, then sent.
  template <class P>
  void request(venue::OrderEntry& to, RecordKind kind, const P& payload) {
    auto record = make_record(kind, payload);
    record.header.sequence = ++sequence;
    record.header.instrument = InstrumentId{3};
    REQUIRE(log->appender().append(record.header));
    if constexpr (std::is_same_v<P, OrderRequest>) {
      static_cast<void>(mint.approve(payload, record.header.instrument));
      to.send(*mint.seal(record.header));
    } else {
      to.ask(record.header);
    }
  }
  OrderRequest order(std::uint64_t id) {
    OrderRequest made;
    made.id = OrderId{id};
    return made;
  }

  risk::ApprovalMint mint{risk::ApprovalKey{1, 2}};
  std::filesystem::path dir;
  wal::test::FaultDisk disk;
  wal::LogSettings settings;
  std::unique_ptr<wal::Log> log;
  std::thread durability;
  std::atomic<bool> stop{false};
  std::uint64_t sequence{0};
};
}  // namespace

TEST_CASE("no order leaves before its record is durable, and every one leaves then") {
  Strict strict;
  Wire wire{*strict.log};
  app::DurableEntry entry{wire, *strict.log, 0};
  for (std::uint64_t i = 1; i <= 200; ++i)
    strict.request(entry, RecordKind::OrderSent, strict.order(i));
  CHECK(wire.sent == 200);
  CHECK(wire.too_early == 0);
  CHECK(entry.held_back().count() == 0);
  CHECK_FALSE(entry.stalled());
}

TEST_CASE("a disk that is too slow keeps orders back in bounded time, and says which") {
  Strict strict;
  Wire wire{*strict.log};
  app::DurableEntry entry{wire, *strict.log, 20'000'000};
  app::LogWatch watch{*strict.log, 0};
  Record<LogStateChanged> change;
  strict.request(entry, RecordKind::OrderSent, strict.order(1));
  REQUIRE(wire.sent == 1);
  CHECK_FALSE(watch.changed(entry.stalled(), change));

  strict.disk.delay_syncs(milliseconds{1'000});
  const auto begin = std::chrono::steady_clock::now();
  strict.request(entry, RecordKind::OrderSent, strict.order(2));
  const auto waited = std::chrono::steady_clock::now() - begin;
  for (std::uint64_t i = 3; i <= 50; ++i)
    strict.request(entry, RecordKind::OrderSent, strict.order(i));
  CHECK(waited >= milliseconds{20});
  CHECK(wire.sent == 1);
  CHECK(entry.stalled());
  REQUIRE(watch.changed(entry.stalled(), change));
  CHECK(change.payload.condition == LogCondition::Stalled);
  CHECK_FALSE(watch.changed(entry.stalled(), change));  // said once
  strict.request(entry, RecordKind::CancelSent, CancelRequest{OrderId{1}, {}, {}, {}, {}, {}});
  CHECK(wire.sent == 2);  // cancels do not wait

  Record<OrderReport> report;
  for (std::uint64_t i = 2; i <= 50; ++i) {
    REQUIRE(entry.held_back().take(report));
    CHECK(report.payload.id == OrderId{i});
    CHECK(report.payload.kind == ReportKind::NotSent);
    CHECK(report.header.instrument == InstrumentId{3});
  }
  CHECK_FALSE(entry.held_back().take(report));
  CHECK(entry.held_back().count() == 49);
  CHECK(entry.held_back().unreported() == 0);

  strict.disk.delay_syncs(milliseconds{0});
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (entry.stalled() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  REQUIRE(watch.changed(entry.stalled(), change));
  CHECK(change.payload.condition == LogCondition::Normal);
  strict.request(entry, RecordKind::OrderSent, strict.order(51));
  CHECK(wire.sent == 3);
  CHECK(wire.too_early == 0);
}

TEST_CASE("a failed log sends no order, without waiting for its time to pass") {
  Strict strict;
  Wire wire{*strict.log};
  app::DurableEntry entry{wire, *strict.log, 0};  // would wait for ever
  strict.request(entry, RecordKind::OrderSent, strict.order(1));
  strict.disk.fail(Call::Sync, 1, EIO, false);
  strict.request(entry, RecordKind::OrderSent, strict.order(2));
  CHECK(wire.sent == 1);
  Record<OrderReport> report;
  REQUIRE(entry.held_back().take(report));
  CHECK(report.payload.id == OrderId{2});
  app::LogWatch watch{*strict.log, 0};
  Record<LogStateChanged> change;
  REQUIRE(watch.changed(entry.stalled(), change));
  CHECK(change.payload.condition == LogCondition::Failed);
  CHECK_THAT(std::string{change.payload.reason.view()}, Catch::Contains("cannot sync"));
}

TEST_CASE("a log thread that is gone is seen by its heartbeat, and so is its return") {
  Strict strict;
  app::LogWatch watch{*strict.log, 50'000'000};
  Record<LogStateChanged> change;
  CHECK_FALSE(watch.changed(false, change));
  strict.stop = true;
  strict.durability.join();
  std::this_thread::sleep_for(milliseconds{60});
  REQUIRE(watch.changed(false, change));
  CHECK(change.payload.condition == LogCondition::Stalled);
  strict.stop = false;
  strict.durability = std::thread{[&] {
    while (!strict.stop) strict.log->do_work();
  }};
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  bool changed = false;
  while (!changed && std::chrono::steady_clock::now() < end) changed = watch.changed(false, change);
  REQUIRE(changed);
  CHECK(change.payload.condition == LogCondition::Normal);
}
