// Greeks as inputs of the core: what strategies and the gate see of them, live and after a
// recovery.
#include <catch2/catch.hpp>

#include "engine/messaging/control.hpp"
#include "tests/core/core_fixture.hpp"

using namespace sq;
using namespace sq::test;

namespace {
constexpr InstrumentId kCall{1};

struct Heard {
  std::vector<GreeksUpdate> updates;
  std::vector<std::int64_t> ages;
};
// Notes every update and tries an order in the option at each top of the future.
class GreekTrader final : public strategy::Strategy {
 public:
  GreekTrader(Heard& heard, std::vector<risk::Rule>& answers) : heard_{heard}, answers_{answers} {}
  void on_greeks(InstrumentId id, const GreeksUpdate& update,
                 strategy::Context& context) noexcept override {
    CHECK(id == kCall);
    heard_.updates.push_back(update);
    const strategy::AgedGreeks seen = context.greeks(id);
    heard_.ages.push_back(seen.values == nullptr ? -1 : seen.age_ns);
  }
  void on_timer(strategy::TimerId, strategy::Context&) noexcept override {}
  void on_top(const strategy::Top& top, strategy::Context& context) noexcept override {
    if (top.instrument != kBtc) return;
    answers_.push_back(context
                           .submit({kBtc, Side::Buy, CoreFixture::price(9'990), Qty::from_units(1),
                                    TimeInForce::GoodTillCancel, false})
                           .refused);
  }

 private:
  Heard& heard_;
  std::vector<risk::Rule>& answers_;
};

struct Fixture {
  Heard heard;
  std::vector<risk::Rule> answers;
  CoreFixture core{[this](core::CoreSetup& setup) { arrange(setup); }};

  void arrange(core::CoreSetup& setup) {
    core::InstrumentSetup option = setup.instruments[0];
    option.instrument.id = kCall;
    option.instrument.kind = InstrumentKind::Option;
    option.instrument.symbol = Symbol{"BTC-CALL"};
    option.instrument.underlying = kBtc;
    option.instrument.right = OptionRight::Call;
    option.instrument.strike = Price::from_units(1'000);
    option.instrument.expiry = kStart + 30 * kNsPerDay;
    setup.instruments.push_back(option);
    setup.strategies[0].strategy = std::make_unique<GreekTrader>(heard, answers);
    setup.strategies[0].instruments = {kBtc, kCall};
    risk::GreekLimit limit;
    limit.underlying = kBtc;
    limit.delta_max = Qty::from_units(3).raw();
    limit.age_ns_max = kNsPerSecond;
    setup.greek_limits = {limit};
  }
  void greeks(double delta, GreeksStatus status = GreeksStatus::Quoted) {
    GreeksUpdate update;
    update.as_of = MonoTime{(kStart + core.at_ms * kNsPerMs).ns};
    update.priced_at = WallTime{update.as_of.ns};
    update.delta = Greek::from_raw(static_cast<std::int64_t>(delta * 1e9));
    update.underlying_id = kBtc;
    update.status = status;
    core.input(RecordKind::GreeksUpdate, update, kCall);
  }
};
}  // namespace

TEST_CASE("a strategy hears Greeks, and sees the last ones with their age", "[core]") {
  Fixture f;
  f.core.start();
  CHECK(f.core.core.greeks(kCall).values == nullptr);
  f.greeks(0.5);
  REQUIRE(f.heard.updates.size() == 1);
  CHECK(f.heard.updates[0].delta == Greek::from_raw(500'000'000));
  CHECK(f.heard.ages[0] == 0);
  f.core.at_ms += 250;
  f.core.open_book();
  const strategy::AgedGreeks seen = f.core.core.greeks(kCall);
  REQUIRE(seen.values != nullptr);
  CHECK(seen.values->delta == Greek::from_raw(500'000'000));
  CHECK(seen.age_ns == 250 * kNsPerMs);
  f.greeks(0, GreeksStatus::Unavailable);
  CHECK(f.heard.updates.size() == 2);
  CHECK(f.heard.ages[1] == -1);
  CHECK(f.core.core.greeks(kCall).values == nullptr);
  CHECK(f.core.core.greeks(kBtc).values == nullptr);
}

TEST_CASE("Greeks of what is no option here are dead letters", "[core]") {
  Fixture f;
  f.core.start();
  f.core.input(RecordKind::GreeksUpdate, GreeksUpdate{}, kBtc);
  f.core.input(RecordKind::GreeksUpdate, GreeksUpdate{}, InstrumentId{7});
  f.core.input(RecordKind::GreeksUpdate, GreeksUpdate{}, kNoInstrument);
  const auto letters = f.core.journal.of(RecordKind::DeadLetter);
  REQUIRE(letters.size() == 3);
  for (const RecordHeader* letter : letters)
    CHECK(payload_of<DeadLetter>(*letter).reason == DeadLetterReason::UnknownInstrument);
  CHECK(f.heard.updates.empty());
}

TEST_CASE("a refusal by Greeks names rule, limit and value in the log", "[core]") {
  Fixture f;
  f.core.start();
  f.greeks(0.5);
  f.core.open_book();
  for (int i = 3; i < 8; ++i) f.core.update(10'000, 10'001, i);  // a buy of one at each top
  const std::vector<risk::Rule> expected{risk::Rule::None, risk::Rule::None, risk::Rule::None,
                                         risk::Rule::GreekDelta};
  REQUIRE(f.answers.size() > expected.size());
  CHECK(std::vector<risk::Rule>(f.answers.begin(), f.answers.begin() + 4) == expected);
  const auto refused = f.core.journal.of(RecordKind::OrderRefused);
  REQUIRE_FALSE(refused.empty());
  const auto& first = payload_of<OrderRefused>(*refused[0]);
  CHECK(first.rule == static_cast<std::uint8_t>(risk::Rule::GreekDelta));
  CHECK(first.observed == 400'000'000);
  CHECK(first.allowed == 300'000'000);
}

TEST_CASE("a core recovered from the log holds the same limits to the same Greeks", "[core]") {
  Fixture before;
  before.core.start();
  before.greeks(0.25);
  before.core.open_book();
  before.core.update(10'000, 10'001, 3);
  REQUIRE(before.core.venue.orders.size() == 2);
  before.core.report(before.core.venue.orders[0].id, ReportKind::Filled, 1, 1, 9'990);

  Fixture after;
  for (std::size_t i = 0; i < before.core.journal.records.size(); ++i)
    after.core.core.recover(before.core.journal.at(i));
  const strategy::AgedGreeks seen = after.core.core.greeks(kCall);
  REQUIRE(seen.values != nullptr);
  CHECK(seen.values->delta == Greek::from_raw(250'000'000));
  // One unit is held and one is open, of three that may be: one passes, the next does not.
  OrderRequest order;
  order.strategy = StrategyId{0};
  order.side = Side::Buy;
  order.limit = CoreFixture::price(9'990);
  for (core::Core* core : {&before.core.core, &after.core.core}) {
    risk::OrderGate& gate = const_cast<core::Ledger&>(core->ledger()).gate();
    gate.set_strategy_state(StrategyId{0}, StrategyState::Armed);
    gate.set_reference(kCall, CoreFixture::price(10'000), CoreFixture::price(10'001), core->now());
    order.qty = Qty::from_units(4);
    CHECK(gate.check(order, kCall, core->now()).rule == risk::Rule::None);
    order.qty = Qty::from_units(4) + Qty::from_raw(Qty::kScale / 1000);
    CHECK(gate.check(order, kCall, core->now()).rule == risk::Rule::GreekDelta);
    CHECK(gate.check(order, kCall, core->now() + kNsPerSecond + 1).rule == risk::Rule::GreeksStale);
  }
}
