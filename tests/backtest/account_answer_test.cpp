// What the simulated exchange tells of an account, compared by the real core with books that it
// made from reports alone: with margin and funding the balance is the wallet, to the last unit.
#include <catch2/catch.hpp>
#include <random>

#include "engine/backtest/simulation.hpp"
#include "tests/backtest/random_market.hpp"
#include "tests/core/core_fixture.hpp"

using namespace sq;
using namespace sq::test;

namespace {
// Passes on, and may forget to: a report that is lost on its way.
class Connected final : public backtest::CoreInput {
 public:
  explicit Connected(core::Core& core) : core_{core} {}
  void on_input(RecordHeader& input) noexcept override {
    const bool fill = input.kind == RecordKind::OrderReport &&
                      payload_of<OrderReport>(input).kind == ReportKind::Filled;
    if (fill && ++fills_ % 7 == 0 && lossy) return;
    core_.on_input(input);
  }
  [[nodiscard]] MonoTime next_timer() const noexcept override { return core_.next_timer(); }
  bool lossy{false};

 private:
  core::Core& core_;
  int fills_{0};
};

struct Session {
  ScriptedStrategy::Script script;
  MemoryJournal journal;
  Instrument instrument{perpetual()};
  std::unique_ptr<backtest::Simulation> simulation;
  std::unique_ptr<core::Core> core;
  std::mt19937_64 random;

  Session(std::uint64_t seed, bool margin, bool lossy) : random{seed} {
    RandomMarketSettings market;
    market.seed = seed;
    market.events = 8'000;
    market.start_ns = 28'000 * kNsPerSecond;  // funding at 28,800 s
    market.gap_ns_max = 300'000'000;
    backtest::SimulationSettings settings;
    settings.model.margin = margin;
    settings.model.order_latency_ns = settings.model.report_latency_ns = 3 * kNsPerMs;
    settings::SimulatedInstrument rate;
    rate.venue = instrument.venue;
    rate.symbol = instrument.symbol;
    rate.funding_rate = Ratio::from_raw(-123'457);
    settings.model.instruments.push_back(rate);
    std::vector<std::unique_ptr<feed::Source>> sources;
    sources.push_back(RandomMarket{market}.source());
    simulation = std::make_unique<backtest::Simulation>(
        settings, std::vector<Instrument>{instrument}, std::move(sources));
    core::CoreSetup setup = core_setup(script);
    setup.instruments[0].instrument = instrument;
    setup.reconcile_ns = 10 * kNsPerSecond;
    core = std::make_unique<core::Core>(std::move(setup), journal, *simulation, nullptr);
    Connected connected{*core};
    connected.lossy = lossy;
    script.on_top = [this](const strategy::Top& top, strategy::Context& context) {
      trade(top, context);
    };
    simulation->connect(connected);
    EpochStarted epoch;
    epoch.epoch = 1;
    auto started = make_record(RecordKind::EpochStarted, epoch);
    simulation->inject(started.header);
    RecordHeader ready;
    ready.kind = RecordKind::RecoveryFinished;
    ready.length = sizeof ready;
    simulation->inject(ready);
    while (simulation->step()) {
    }
  }
  void trade(const strategy::Top& top, strategy::Context& context) {
    if (random() % 40 != 0) return;
    strategy::OrderIntent intent = CoreFixture::buy(0);
    intent.side = random() % 2 == 0 ? Side::Buy : Side::Sell;
    const bool takes = random() % 3 == 0;
    intent.limit = (intent.side == Side::Buy) == takes ? top.ask.price : top.bid.price;
    intent.qty =
        Qty::from_raw(static_cast<std::int64_t>(1 + random() % 2'000) * (Qty::kScale / 1'000));
    intent.tif = takes ? TimeInForce::ImmediateOrCancel : TimeInForce::GoodTillCancel;
    static_cast<void>(context.submit(intent));
  }
  void check_agreement() const {
    std::size_t compared = 0;
    for (const RecordHeader* record : journal.of(RecordKind::BreakChanged)) {
      const auto& changed = payload_of<BreakChanged>(*record);
      CHECK(changed.state != BreakState::Opened);
      compared += changed.state == BreakState::Compared ? 1 : 0;
    }
    CHECK(compared > 50);
    CHECK(core->ledger().accounts().venues()[0].clean == 1);
    const backtest::Account account = simulation->account();
    REQUIRE(account.positions.size() == 1);
    CHECK(core->ledger().portfolio().position(InstrumentId{0}) == account.positions[0].position);
    CHECK(core->ledger().counters().fills == account.fills);
    CHECK(account.fills > 40);
    CHECK(journal.of(RecordKind::FundingBooked).size() > 0);
  }
};
}  // namespace

TEST_CASE("an account with margin and funding agrees with books made from reports alone",
          "[backtest]") {
  for (const bool margin : {true, false}) {
    CAPTURE(margin);
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      CAPTURE(seed);
      const Session session{seed, margin, false};
      session.check_agreement();
      const auto told = session.journal.of(RecordKind::VenueBalance);
      REQUIRE(told.size() > 50);
      CHECK(payload_of<VenueBalance>(*told.back()).basis ==
            (margin ? BalanceBasis::Realised : BalanceBasis::Flows));
    }
  }
}

TEST_CASE("fills whose reports are lost are booked once from the exchange's list", "[backtest]") {
  for (std::uint64_t seed = 11; seed <= 13; ++seed) {
    CAPTURE(seed);
    const Session session{seed, true, true};
    session.check_agreement();
  }
}
