// A broken strategy on the whole engine against the simulated exchange: a child order every 10 us,
// 100,000 a second, each of which expires at the exchange with nothing filled.
#include <catch2/catch.hpp>

#include "engine/backtest/simulation.hpp"
#include "tests/backtest/test_core.hpp"
#include "tests/core/parents_fixture.hpp"

using namespace sq;
using test::Stream;
using test::tenths;
using test::whole;

namespace {
class JoinedCore final : public backtest::CoreInput {
 public:
  explicit JoinedCore(core::Core& core) : core_{core} {}
  void on_input(RecordHeader& input) noexcept override { core_.on_input(input); }
  [[nodiscard]] MonoTime next_timer() const noexcept override { return core_.next_timer(); }

 private:
  core::Core& core_;
};
}  // namespace

TEST_CASE("a runaway strategy is stopped on the whole engine within its parent's bound and 10 ms",
          "[backtest][knight]") {
  constexpr std::uint32_t kChildren = 250;
  test::ScriptedStrategy::Script unused;
  test::ActingStrategy::Seen seen;
  core::CoreSetup setup = test::core_setup(unused);
  setup.strategies[0].strategy = std::make_unique<test::ActingStrategy>(seen);
  setup.strategies[0].limits = {1'000, 100'000, 1'000 * Amount::kScale};
  setup.instruments[0].limits.open_orders_max = 1'000;
  setup.firm.open_orders_max = 2'000;
  setup.firm.orders_per_second_max = 100'000;
  setup.order_capacity = 1U << 12;

  Stream stream;
  stream.add_book(100, 100);
  for (std::int64_t ms = 110; ms <= 400; ms += 10)
    stream.add_trade(Side::Sell, tenths(1000), whole(1), ms, ms);
  backtest::SimulationSettings settings;
  settings.model.order_latency_ns = settings.model.report_latency_ns = 20'000;
  settings.books.push_back(setup.instruments[0].book);
  backtest::Simulation simulation{
      settings, {setup.instruments[0].instrument}, test::sources_of({stream})};
  test::MemoryJournal journal;
  core::Core core{std::move(setup), journal, simulation, nullptr};
  JoinedCore joined{core};
  simulation.connect(joined);

  OrderId parent;
  const auto loop = [&](strategy::Context& context) {
    strategy::OrderIntent order = test::CoreFixture::buy(999, 1);
    order.tif = TimeInForce::ImmediateOrCancel;
    order.parent = parent;
    static_cast<void>(context.submit(order));
    context.start_timer(10'000);
  };
  seen.every = loop;
  seen.next = [&](strategy::Context& context) {
    strategy::ParentIntent intent = test::ParentsFixture::buying(5);
    intent.children_max = kChildren;
    parent = context.open_parent(intent).id;
    context.start_timer(10'000);
  };
  EpochStarted started;
  started.epoch = 1;
  auto epoch = make_record(RecordKind::EpochStarted, started);
  simulation.inject(epoch.header);
  RecordHeader ready;
  ready.kind = RecordKind::RecoveryFinished;
  ready.length = sizeof ready;
  simulation.inject(ready);
  while (simulation.step()) {
  }

  const auto sent = journal.of(RecordKind::OrderSent);
  REQUIRE_FALSE(sent.empty());
  CHECK(sent.size() <= kChildren);
  CHECK(core.ledger().counters().orders_sent == sent.size());
  std::int64_t stopped = -1;
  for (const RecordHeader* record : journal.of(RecordKind::StrategyChanged))
    if (payload_of<StrategyChanged>(*record).cause == StateCause::Runaway)
      stopped = record->mono - sent.front()->mono;
  CHECK(stopped > 0);
  CHECK(stopped <= 10 * kNsPerMs);
  CHECK(core.ledger().strategy_state(StrategyId{0}) == StrategyState::Paused);
  CHECK(simulation.account().open_orders.empty());
  CHECK(core.ledger().orders().pool().working() == 0);
}
