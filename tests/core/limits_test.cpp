// Limits while running: lowered at once, raised by two people until a moment, overridden for one
// order; all of it over a restart.
#include <catch2/catch.hpp>

#include "engine/core/core.hpp"
#include "engine/core/ledger_state.hpp"
#include "engine/risk/policies/policy_limits.hpp"
#include "tests/core/core_fixture.hpp"

using namespace sq;
using namespace sq::test;

namespace {
constexpr std::int64_t kUnit = Qty::kScale;
const risk::LimitKey kOrderQty{risk::ScopeKind::Instrument, risk::LimitKind::OrderQty, kNoStrategy,
                               0};

LimitsChanged ask(Command command, std::int64_t value, std::string_view who = "ann",
                  const risk::LimitKey& key = kOrderQty) {
  LimitsChanged made;
  made.command = command;
  made.limit = risk::name_of(key);
  made.value = value;
  made.who = FixedText<24>{who};
  made.reason = FixedText<64>{"a test"};
  return made;
}

struct Desk : CoreFixture {
  using CoreFixture::CoreFixture;
  void open() {
    start();
    open_book();
  }
  LimitSet last() const {
    const auto sets = journal.of(RecordKind::LimitSet);
    REQUIRE_FALSE(sets.empty());
    return payload_of<LimitSet>(*sets.back());
  }
  LimitSet change(LimitsChanged asked, std::int64_t until_ms = 0) {
    if (until_ms > 0) asked.until = kStart + (at_ms + until_ms) * kNsPerMs;
    input(RecordKind::LimitsChanged, asked, kBtc);
    return last();
  }
  LimitSet approve(std::uint64_t proposal, std::string_view who) {
    LimitsChanged asked = ask(Command::ApproveProposal, 0, who);
    asked.proposal = proposal;
    return change(asked);
  }
  std::int64_t limit() const { return core.ledger().gate().limit(kOrderQty).value_or(-1); }
  // What the gate says to a buy of so many units at 999.0.
  risk::Rule buy(std::int32_t units, std::int64_t tenths = 9'990) {
    risk::Rule rule = risk::Rule::None;
    script.on_top = [&](const strategy::Top&, strategy::Context& context) {
      strategy::OrderIntent intent = CoreFixture::buy(tenths);
      intent.qty = Qty::from_units(units);
      rule = context.submit(intent).refused;
      script.on_top = nullptr;
    };
    at_ms += 10;
    update(10'000, 10'001, 3 + ++calls % 5);
    return rule;
  }
  int calls{0};
};
}  // namespace

TEST_CASE("a limit is lowered at once, by one person, and the version that verdicts name rises",
          "[core][limits]") {
  Desk f;
  f.open();
  const std::uint32_t version = f.core.ledger().gate().limits_version();
  CHECK(f.buy(10) == risk::Rule::None);
  const LimitSet set = f.change(ask(Command::SetLimit, 4 * kUnit));
  CHECK(set.cause == LimitCause::Lowered);
  CHECK(set.before == 10 * kUnit);
  CHECK(set.after == 4 * kUnit);
  CHECK(set.version == version + 1);
  CHECK(f.core.ledger().gate().limits_version() == version + 1);
  CHECK(f.buy(5) == risk::Rule::OrderQty);
  CHECK(payload_of<OrderRefused>(*f.journal.of(RecordKind::OrderRefused).back()).limits_version ==
        version + 1);
  CHECK(f.buy(4) == risk::Rule::None);
}

TEST_CASE("one person cannot loosen a limit, and who asks has a name", "[core][limits]") {
  Desk f;
  f.open();
  const auto refusal = [&](const LimitsChanged& asked, std::int64_t until_ms = 0) {
    const LimitSet set = f.change(asked, until_ms);
    CHECK(set.cause == LimitCause::Refused);
    CHECK(f.limit() == 10 * kUnit);
    return set.refusal;
  };
  CHECK(refusal(ask(Command::SetLimit, 10 * kUnit + 1)) == LimitRefusal::NeedsProposal);
  CHECK(refusal(ask(Command::SetLimit, 10 * kUnit)) == LimitRefusal::NoChange);
  CHECK(refusal(ask(Command::SetLimit, -1)) == LimitRefusal::OutOfRange);
  CHECK(refusal(ask(Command::SetLimit, 1, "  ")) == LimitRefusal::NoName);
  risk::LimitKey nobody = kOrderQty;
  nobody.number = 7;
  CHECK(refusal(ask(Command::SetLimit, 1, "ann", nobody)) == LimitRefusal::NoSuchLimit);
  CHECK(refusal(ask(Command::ProposeLimit, 12 * kUnit)) == LimitRefusal::BadExpiry);
  CHECK(refusal(ask(Command::ProposeLimit, 12 * kUnit), 31LL * 86'400'000 + 1) ==
        LimitRefusal::BadExpiry);
  CHECK(refusal(ask(Command::ProposeLimit, 9 * kUnit), 1'000) == LimitRefusal::NotLooser);
  LimitsChanged silent = ask(Command::ProposeLimit, 12 * kUnit);
  silent.reason = {};
  CHECK(refusal(silent, 1'000) == LimitRefusal::NoName);
  LimitsChanged none = ask(Command::ApproveProposal, 0, "bob");
  none.proposal = 99;
  CHECK(refusal(none) == LimitRefusal::NoSuchProposal);
}

TEST_CASE("a raise needs a second person, holds until its moment and then returns by itself",
          "[core][limits]") {
  Desk f;
  f.open();
  const LimitSet proposed = f.change(ask(Command::ProposeLimit, 12 * kUnit), 60'000);
  CHECK(proposed.cause == LimitCause::Proposed);
  CHECK(f.limit() == 10 * kUnit);
  CHECK(f.buy(11) == risk::Rule::OrderQty);
  // The same person under another spelling is not a second one.
  CHECK(f.approve(proposed.proposal, " ANN ").refusal == LimitRefusal::SamePerson);
  CHECK(f.limit() == 10 * kUnit);
  const LimitSet raised = f.approve(proposed.proposal, "bob");
  CHECK(raised.cause == LimitCause::Raised);
  CHECK(raised.who.view() == "ann");
  CHECK(raised.second.view() == "bob");
  CHECK(f.limit() == 12 * kUnit);
  CHECK(f.approve(proposed.proposal, "eve").refusal == LimitRefusal::NoSuchProposal);  // once
  CHECK(f.buy(11) == risk::Rule::None);
  // One millisecond before the moment, and at it.
  f.at_ms = 59'999;
  f.empty_input(RecordKind::TimeTick);
  CHECK(f.limit() == 12 * kUnit);
  f.at_ms = 60'000;
  f.empty_input(RecordKind::TimeTick);
  CHECK(f.limit() == 10 * kUnit);
  CHECK(f.last().cause == LimitCause::Expired);
}

TEST_CASE("a raise that is lowered on the way still returns; a second raise does not move its base",
          "[core][limits]") {
  Desk f;
  f.open();
  const auto raise = [&](std::int64_t units, std::int64_t until_ms) {
    const LimitSet set = f.change(ask(Command::ProposeLimit, units * kUnit), until_ms);
    f.approve(set.proposal, "bob");
  };
  raise(20, 1'000);
  CHECK(f.change(ask(Command::SetLimit, 15 * kUnit)).cause == LimitCause::Lowered);
  CHECK(f.limit() == 15 * kUnit);
  raise(18, 2'000);
  f.at_ms += 1'500;
  f.empty_input(RecordKind::TimeTick);
  CHECK(f.limit() == 18 * kUnit);
  f.at_ms += 500;
  f.empty_input(RecordKind::TimeTick);
  CHECK(f.limit() == 10 * kUnit);
  // Lowered below what it would return to: that is for good.
  raise(20, 1'000);
  f.change(ask(Command::SetLimit, 3 * kUnit));
  f.at_ms += 5'000;
  f.empty_input(RecordKind::TimeTick);
  CHECK(f.limit() == 3 * kUnit);
}

TEST_CASE("a proposal is too old after a day", "[core][limits]") {
  Desk f;
  f.open();
  const LimitSet proposed = f.change(ask(Command::ProposeLimit, 12 * kUnit), 10LL * 86'400'000);
  f.at_ms += 86'400'000;
  CHECK(f.approve(proposed.proposal, "bob").refusal == LimitRefusal::NoSuchProposal);
  CHECK(f.limit() == 10 * kUnit);
}

TEST_CASE("an override lets exactly one order pass, once, and only the limit it names",
          "[core][limits]") {
  Desk f;
  f.open();
  LimitsChanged asked = ask(Command::ProposeOverride, 12 * kUnit);
  OrderRequest blocked;
  blocked.strategy = StrategyId{0};
  blocked.limit = CoreFixture::price(9'990);
  blocked.qty = Qty::from_units(12);
  blocked.tif = CoreFixture::buy(9'990).tif;
  asked.order = OrderContent::of(blocked);
  const LimitSet proposed = f.change(asked, 60'000);
  REQUIRE(proposed.cause == LimitCause::OverrideProposed);
  CHECK(f.buy(12) == risk::Rule::OrderQty);
  CHECK(f.approve(proposed.proposal, "ann").refusal == LimitRefusal::SamePerson);
  CHECK(f.approve(proposed.proposal, "bob").cause == LimitCause::OverrideAllowed);
  CHECK(f.buy(11) == risk::Rule::OrderQty);         // another quantity
  CHECK(f.buy(12, 9'989) == risk::Rule::OrderQty);  // another price
  CHECK(f.buy(12) == risk::Rule::None);
  CHECK(f.last().cause == LimitCause::OverrideUsed);
  CHECK(f.last().second.view() == "bob");
  CHECK(f.limit() == 10 * kUnit);
  CHECK(f.buy(12) == risk::Rule::OrderQty);  // used
}

TEST_CASE("an override does not lift other limits, and ends at its moment", "[core][limits]") {
  Desk f;
  f.open();
  CHECK(f.buy(10) == risk::Rule::None);
  LimitsChanged asked = ask(Command::ProposeOverride, 12 * kUnit);
  OrderRequest blocked;
  blocked.strategy = StrategyId{0};
  blocked.limit = CoreFixture::price(9'990);
  blocked.qty = Qty::from_units(11);
  blocked.tif = CoreFixture::buy(9'990).tif;
  asked.order = OrderContent::of(blocked);
  f.approve(f.change(asked, 1'000).proposal, "bob");
  CHECK(f.buy(11) == risk::Rule::Position);  // 10 open and 11 of 20: the override stays
  CHECK(f.core.ledger().limits().overrides().size() == 1);
  f.at_ms += 1'000;
  CHECK(f.buy(11) == risk::Rule::OrderQty);
}

TEST_CASE("a strategy that executed its number is paused until a person acknowledges",
          "[core][limits]") {
  Desk f{std::function<void(core::CoreSetup&)>{[](core::CoreSetup& setup) {
    setup.policies.strategies.resize(1);
    setup.policies.strategies[0].repeated = {2, 0};
  }}};
  f.open();
  CHECK(f.buy(3) == risk::Rule::None);
  const OrderId id = f.venue.orders.back().id;
  f.report(id, ReportKind::Accepted);
  f.report(id, ReportKind::Filled, 1, 1, 9'990);
  CHECK(f.core.ledger().strategy_state(StrategyId{0}) == StrategyState::Armed);
  f.report(id, ReportKind::Filled, 1, 2, 9'990);
  f.empty_input(RecordKind::TimeTick);
  CHECK(f.core.ledger().strategy_state(StrategyId{0}) == StrategyState::Paused);
  CHECK(f.venue.cancels.size() == 1);
  AdminCommand arm;
  arm.command = Command::SetStrategyState;
  arm.strategy = StrategyId{0};
  arm.state = StrategyState::Armed;
  f.input(RecordKind::AdminCommand, arm);
  f.empty_input(RecordKind::TimeTick);
  CHECK(f.core.ledger().strategy_state(StrategyId{0}) == StrategyState::Paused);
  LimitsChanged seen = ask(Command::AcknowledgeStrategy, 0, "");
  seen.order.strategy = StrategyId{0};
  CHECK(f.change(seen).refusal == LimitRefusal::NoName);
  seen.who = FixedText<24>{"ann"};
  seen.order.strategy = StrategyId{5};
  CHECK(f.change(seen).refusal == LimitRefusal::NoSuchStrategy);
  seen.order.strategy = StrategyId{0};
  CHECK(f.change(seen).cause == LimitCause::Acknowledged);
  f.input(RecordKind::AdminCommand, arm);
  f.empty_input(RecordKind::TimeTick);
  CHECK(f.core.ledger().strategy_state(StrategyId{0}) == StrategyState::Armed);
  CHECK(f.buy(1) == risk::Rule::None);
}

TEST_CASE("after a crash at any record the limits in force, proposals and overrides are the same",
          "[core][limits]") {
  Desk f;
  f.open();
  const LimitSet raise = f.change(ask(Command::ProposeLimit, 12 * kUnit), 60'000);
  f.approve(raise.proposal, "bob");
  f.change(ask(Command::SetLimit, 11 * kUnit));
  risk::LimitKey collar = kOrderQty;
  collar.which = risk::LimitKind::OrderValue;
  f.change(ask(Command::SetLimit, 500'000 * Amount::kScale, "ann", collar));
  f.change(ask(Command::ProposeLimit, 14 * kUnit, "eve"), 30'000);
  ScriptedStrategy::Script script;
  for (std::size_t n = 1; n <= f.journal.records.size(); ++n) {
    INFO(n);
    core::LedgerState folded{core::ledger_setup(core_setup(script))};
    for (std::size_t i = 0; i < n; ++i) folded.apply(f.journal.at(i));
    core::LedgerState restored{core::ledger_setup(core_setup(script))};
    wal::Snapshot snapshot;
    snapshot.sections = folded.save();
    REQUIRE(restored.restore(snapshot).empty());
    REQUIRE(restored.ledger().gate().limit(kOrderQty) == folded.ledger().gate().limit(kOrderQty));
    REQUIRE(restored.ledger().gate().limits_version() == folded.ledger().gate().limits_version());
    const auto again = restored.save();
    for (std::size_t s = 0; s < again.size(); ++s)
      REQUIRE(again[s].bytes == snapshot.sections[s].bytes);
    if (n < f.journal.records.size()) continue;
    REQUIRE(folded.ledger().gate().limit(kOrderQty) == 11 * kUnit);
    REQUIRE(folded.ledger().gate().limit(collar) == 500'000 * Amount::kScale);
    REQUIRE(folded.ledger().limits().proposals().size() == 1);
    REQUIRE(folded.ledger().gate().limits_version() == f.core.ledger().gate().limits_version());
  }
}

TEST_CASE("a raise whose moment passed while the engine was down has ended when it is up again",
          "[core][limits]") {
  Desk f;
  f.open();
  f.approve(f.change(ask(Command::ProposeLimit, 12 * kUnit), 60'000).proposal, "bob");
  for (const std::int64_t down_ms : {30'000, 90'000}) {
    Desk next;
    for (std::size_t i = 0; i < f.journal.records.size(); ++i) next.core.recover(f.journal.at(i));
    next.at_ms = down_ms;
    CHECK(next.limit() == 12 * kUnit);
    next.start(2);
    CHECK(next.limit() == (down_ms < 60'000 ? 12 : 10) * kUnit);
    next.at_ms = 60'000 > down_ms ? 60'000 : down_ms;
    next.empty_input(RecordKind::TimeTick);
    CHECK(next.limit() == 10 * kUnit);
  }
}

TEST_CASE("a configuration with another value is the newer word: what was set on the old one ends",
          "[core][limits]") {
  Desk f;
  f.open();
  f.change(ask(Command::SetLimit, 4 * kUnit));
  Desk next{std::function<void(core::CoreSetup&)>{[](core::CoreSetup& setup) {
    setup.instruments[0].limits.order_qty_max = Qty::from_units(6);
  }}};
  for (std::size_t i = 0; i < f.journal.records.size(); ++i) next.core.recover(f.journal.at(i));
  CHECK(next.limit() == 6 * kUnit);
  CHECK(next.core.ledger().gate().limits_version() == f.core.ledger().gate().limits_version());
  // From a snapshot it is no other, nor from the snapshot after that one.
  ScriptedStrategy::Script script;
  core::CoreSetup other = core_setup(script);
  other.instruments[0].limits.order_qty_max = Qty::from_units(6);
  const core::LedgerSetup setup = core::ledger_setup(other);
  core::LedgerState folded{core::ledger_setup(core_setup(script))};
  for (std::size_t i = 0; i < f.journal.records.size(); ++i) folded.apply(f.journal.at(i));
  REQUIRE(folded.ledger().gate().limit(kOrderQty) == 4 * kUnit);
  wal::Snapshot snapshot;
  snapshot.sections = folded.save();
  for (int lives = 0; lives < 2; ++lives) {
    core::LedgerState restored{setup};
    REQUIRE(restored.restore(snapshot).empty());
    CHECK(restored.ledger().gate().limit(kOrderQty) == 6 * kUnit);
    CHECK(restored.ledger().limits().changes().empty());
    CHECK(restored.ledger().gate().limits_version() == f.core.ledger().gate().limits_version());
    snapshot.sections = restored.save();
  }
}

TEST_CASE("limits of the policies are changed in the same way", "[core][limits]") {
  Desk f{std::function<void(core::CoreSetup&)>{[](core::CoreSetup& setup) {
    setup.policies.instruments.resize(1);
    setup.policies.instruments[0].freeze_qty = 8 * kUnit;
    setup.policies.windows.push_back({kNsPerSecond, std::nullopt, std::nullopt, 100});
  }}};
  f.open();
  const risk::LimitKey freeze{risk::ScopeKind::Instrument, risk::kFreezeQtyLimit, kNoStrategy, 0};
  CHECK(f.buy(9) == risk::Rule::FreezeQty);
  CHECK(f.change(ask(Command::SetLimit, 5 * kUnit, "ann", freeze)).cause == LimitCause::Lowered);
  CHECK(f.buy(6) == risk::Rule::FreezeQty);
  CHECK(f.buy(5) == risk::Rule::None);
  CHECK(f.approve(f.change(ask(Command::ProposeLimit, 9 * kUnit, "ann", freeze), 9'000).proposal,
                  "bob")
            .cause == LimitCause::Raised);
  CHECK(f.buy(9) == risk::Rule::None);
  const risk::LimitKey orders{risk::ScopeKind::Firm, static_cast<risk::LimitKind>(72), kNoStrategy,
                              0};
  CHECK(f.change(ask(Command::SetLimit, 0, "ann", orders)).cause == LimitCause::Lowered);
  CHECK(f.buy(1) == risk::Rule::WindowOrders);
  CHECK(risk::policy_limits(f.core.ledger().gate().policies()).size() == 2);
}
