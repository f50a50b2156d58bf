// The kill switch: from the trigger to the closed gate, seen by another thread; what an approval
// costs at both ends of a ring; a thousand cancels from the command's input to the venue threads'
// rings.
#include <atomic>
#include <thread>

#include "bench/harness.hpp"
#include "engine/messaging/message_ring.hpp"
#include "engine/risk/approval.hpp"
#include "tests/core/core_fixture.hpp"

namespace {
using namespace sq;
constexpr std::size_t kOrders = 1'000;

// A venue thread that looks at the latch as before each send, and says when it saw it closed.
class Watcher {
 public:
  explicit Watcher(const risk::EgressLatch& latch) : latch_{latch}, thread_{[this] { run(); }} {}
  ~Watcher() {
    stop_ = true;
    thread_.join();
  }
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;
  std::uint64_t wait_seen() noexcept {
    std::uint64_t at = 0;
    while ((at = seen_.exchange(0, std::memory_order_acquire)) == 0) {
    }
    return at;
  }
  void look_again() noexcept { armed_.store(true, std::memory_order_release); }

 private:
  void run() noexcept {
    bench::pin_to_cpu(bench::cpu_beside());
    while (!stop_.load(std::memory_order_relaxed)) {
      if (!armed_.load(std::memory_order_acquire)) continue;
      if (!latch_.closed(VenueId::BinanceUsdm, AccountId{1}, StrategyId{1}, InstrumentId{1}))
        continue;
      armed_.store(false, std::memory_order_relaxed);
      seen_.store(bench::ticks_end(), std::memory_order_release);
    }
  }
  const risk::EgressLatch& latch_;
  std::atomic<bool> stop_{false};
  std::atomic<bool> armed_{false};
  std::atomic<std::uint64_t> seen_{0};
  std::thread thread_;
};

void trigger_to_closed(bench::Session& session) {
  if (!session.wanted("risk/kill_to_gate_closed")) return;
  const auto latch = std::make_unique<risk::EgressLatch>();
  Watcher watcher{*latch};
  const std::size_t count = session.smoke() ? 100 : 100'000;
  std::vector<double> samples;
  samples.reserve(count);
  const KillScope scope{KillScopeKind::Venue, 2};
  for (std::size_t i = 0; i < count; ++i) {
    watcher.look_again();
    for (int k = 0; k < 200; ++k) bench::keep(k);  // the watcher is back at its looks
    const std::uint64_t begin = bench::ticks_begin();
    latch->close_from_outside(scope);
    const std::uint64_t seen = watcher.wait_seen();
    samples.push_back(session.to_ns(seen - begin));
    latch->acknowledge(scope);
  }
  session.report_samples("risk/kill_to_gate_closed",
                         {.input = "closed by one thread, seen by a venue's thread"}, samples, 0);
}

void approvals(bench::Session& session) {
  constexpr std::size_t kCount = 4096;
  const risk::ApprovalKey key{1, 2};
  risk::ApprovalMint mint{key};
  std::vector<Record<OrderRequest>> records(kCount);
  for (std::size_t i = 0; i < kCount; ++i) {
    OrderRequest order;
    order.limit = Price::from_units(static_cast<std::int32_t>(60'000 + i));
    order.qty = Qty::from_units(1);
    records[i] = make_record(RecordKind::OrderSent, order);
    records[i].header.instrument = InstrumentId{0};
  }
  session.run_batched("risk/approve_and_seal", {.input = "4096 orders"}, [&](std::size_t i) {
    Record<OrderRequest>& record = records[i % kCount];
    record.payload.approval = mint.approve(record.payload, record.header.instrument);
    return mint.seal(record.header)->stamp().mac;
  });
  const auto latch = std::make_unique<risk::EgressLatch>();
  risk::ApprovalChecker checker{key, VenueId::BinanceUsdm, {true}, *latch};
  std::vector<risk::ApprovalStamp> stamps(kCount);
  session.run_batched(
      "risk/check_approval", {.batch = kCount, .samples = 2'000, .input = "4096 orders"},
      [&](std::size_t i) {
        return checker.check(records[i % kCount].header, stamps[i % kCount]).refusal;
      },
      [&](std::size_t) {
        for (std::size_t i = 0; i < kCount; ++i) {
          records[i].payload.approval = mint.approve(records[i].payload, InstrumentId{0});
          stamps[i] = mint.seal(records[i].header)->stamp();
        }
      });
}

// Hands every request to a ring, as to a venue's thread, whose other end is drained meanwhile.
class RingVenue final : public venue::OrderEntry {
 public:
  void send(const risk::Approved& request) noexcept override {
    sent.push_back(request.payload<OrderRequest>().id);
  }
  void ask(const RecordHeader& request) noexcept override {
    cancels += ring.try_push(payload_of<CancelRequest>(request)) ? 1U : 0U;
  }
  MessageRing<CancelRequest> ring{4096};
  std::vector<OrderId> sent;
  std::size_t cancels{0};
};

struct Journal final : core::Journal {
  [[nodiscard]] bool append(const RecordHeader& record) noexcept override {
    std::memcpy(room.data(), &record, std::min<std::size_t>(record.length, room.size()));
    return true;
  }
  std::array<std::byte, 256> room{};
};

// A core with a thousand open orders, built anew for each kill.
struct Desk {
  Desk() {
    core::CoreSetup setup = test::core_setup(script);
    setup.instruments[0].limits.open_orders_max = setup.strategies[0].limits.open_orders_max =
        setup.firm.open_orders_max = 2 * kOrders;
    setup.instruments[0].limits.position_max = Qty::from_units(1'000'000);
    setup.strategies[0].limits.orders_per_second_max = setup.firm.orders_per_second_max = 10'000;
    setup.firm.gross_notional_max = std::int64_t{1} << 60;
    setup.order_capacity = 4096;
    core = std::make_unique<core::Core>(std::move(setup), journal, venue, nullptr);
    script.on_top = [](const strategy::Top&, strategy::Context& context) {
      for (std::size_t i = 0; i < kOrders; ++i)
        static_cast<void>(context.submit(test::CoreFixture::buy(9'990)));
    };
    input(RecordKind::EpochStarted, EpochStarted{.instance = {}, .epoch = 1});
    RecordHeader ready;
    ready.kind = RecordKind::RecoveryFinished;
    ready.length = sizeof ready;
    core->on_input(ready);
    depth(RecordKind::DepthSnapshot, 0, 100);
    depth(RecordKind::DepthUpdate, 100, 102);
    for (const OrderId id : venue.sent) {
      OrderReport report;
      report.id = id;
      input(RecordKind::OrderReport, report);
    }
  }
  template <class P>
  void input(RecordKind kind, const P& payload) {
    auto record = make_record(kind, payload);
    record.header.instrument = test::kBtc;
    record.header.wall = test::kStart;
    record.header.mono = MonoTime{test::kStart.ns};
    core->on_input(record.header);
  }
  void depth(RecordKind kind, std::uint64_t previous, std::uint64_t last) {
    test::CoreFixture::Depth made;
    made.header.chain = DepthChain::Linked;
    made.header.bid_count = made.header.ask_count = 1;
    made.header.previous_id = previous;
    made.header.first_id = previous == 0 ? last : previous + 1;
    made.header.last_id = last;
    made.levels[0] = {test::CoreFixture::price(10'000), Qty::from_units(1)};
    made.levels[1] = {test::CoreFixture::price(10'001), Qty::from_units(previous == 0 ? 1 : 2)};
    input(kind, made);
  }
  test::ScriptedStrategy::Script script;
  Journal journal;
  RingVenue venue;
  std::unique_ptr<core::Core> core;
};

void thousand_cancels(bench::Session& session) {
  std::unique_ptr<Desk> desk;
  std::size_t handed = 0;
  session.run_single(
      "risk/kill_1000_cancels",
      {.samples = 200, .input = "1000 open orders; from the command's input to the ring's end"},
      [&](std::size_t) {
        AdminCommand kill;
        kill.command = Command::Kill;
        desk->input(RecordKind::AdminCommand, kill);
        handed = desk->venue.cancels;
        return handed;
      },
      [&](std::size_t) { desk = std::make_unique<Desk>(); });
  if (desk != nullptr && handed != kOrders) std::exit(1);  // not what is measured
}
}  // namespace

int main(int argc, char** argv) {
  bench::Session session{argc, argv};
  trigger_to_closed(session);
  approvals(session);
  thousand_cancels(session);
  return session.finish();
}
