// The process ends between a record that asks for the kill switch and the KillChanged that answers
// it: the next start answers.
#include <catch2/catch.hpp>

#include "engine/core/ledger_state.hpp"
#include "engine/messaging/account.hpp"
#include "tests/core/core_fixture.hpp"

using namespace sq;
using namespace sq::test;
using Kind = KillScopeKind;

namespace {
AdminCommand command(Command what, KillScope scope = {}, bool flatten = false) {
  AdminCommand made;
  made.command = what;
  made.scope = scope.kind;
  made.scope_number = scope.number;
  made.flatten = flatten ? 1 : 0;
  made.who = FixedText<24>{"ann"};
  made.second = FixedText<24>{"bob"};
  made.reason = FixedText<64>{"test"};
  return made;
}
void works_an_order(CoreFixture& f) {
  f.start();
  f.open_book();
  f.script.on_top = [](const strategy::Top&, strategy::Context& context) {
    static_cast<void>(context.submit(CoreFixture::buy(9'990)));
  };
  f.update(10'000, 10'001, 3);
  f.script.on_top = nullptr;
  REQUIRE(f.venue.orders.size() == 1);
}
// How many records end with the last of this kind.
std::size_t behind_last(const MemoryJournal& journal, RecordKind kind) {
  std::size_t found = 0;
  for (std::size_t i = 0; i < journal.records.size(); ++i)
    if (journal.at(i).kind == kind) found = i + 1;
  REQUIRE(found != 0);
  return found;
}
void fold(core::Core& core, const MemoryJournal& journal, std::size_t records) {
  for (std::size_t i = 0; i < records; ++i) core.recover(journal.at(i));
}
}  // namespace

TEST_CASE("a kill whose command alone is in the log holds from the next start on, egress and all",
          "[core]") {
  const KillScope scope{Kind::Instrument, 0};
  CoreFixture lived;
  works_an_order(lived);
  lived.input(RecordKind::AdminCommand, command(Command::Kill, scope, true));
  const std::size_t cut = behind_last(lived.journal, RecordKind::AdminCommand);
  REQUIRE(lived.journal.at(cut).kind == RecordKind::KillChanged);

  const auto latch = std::make_unique<risk::EgressLatch>();
  CoreFixture again{[&](core::CoreSetup& setup) { setup.egress = latch.get(); }};
  fold(again.core, lived.journal, cut);
  CHECK(again.venue.cancels.empty());
  again.at_ms = lived.at_ms;
  again.start(2);
  const auto* found = again.core.ledger().kill().find(scope);
  REQUIRE(found != nullptr);
  CHECK(found->reason.view() == "test");
  CHECK(found->cause == StateCause::Command);
  CHECK(found->flatten);
  CHECK(latch->closed(scope));
  CHECK_FALSE(again.venue.cancels.empty());

  CoreFixture before;  // without the command nothing is closed
  fold(before.core, lived.journal, cut - 1);
  before.start(2);
  CHECK_FALSE(before.core.ledger().kill().any());
}

TEST_CASE("a kill that is asked for outlives a start that ended before it answered", "[core]") {
  CoreFixture lived;
  works_an_order(lived);
  lived.input(RecordKind::AdminCommand, command(Command::Kill));
  CoreFixture second;
  fold(second.core, lived.journal, behind_last(lived.journal, RecordKind::AdminCommand));
  EpochStarted started;
  started.epoch = 2;
  second.input(RecordKind::EpochStarted, started);
  second.empty_input(RecordKind::RecoveryFinished);
  CoreFixture third;
  fold(third.core, lived.journal, behind_last(lived.journal, RecordKind::AdminCommand));
  fold(third.core, second.journal, behind_last(second.journal, RecordKind::RecoveryFinished));
  third.start(3);
  CHECK(third.core.ledger().kill_latched());
}

TEST_CASE("a kill that was answered and re-armed stays open after a restart", "[core]") {
  CoreFixture lived;
  works_an_order(lived);
  lived.input(RecordKind::AdminCommand, command(Command::Kill));
  lived.input(RecordKind::AdminCommand, command(Command::Rearm));
  REQUIRE_FALSE(lived.core.ledger().kill().any());
  CoreFixture again;
  fold(again.core, lived.journal, lived.journal.records.size());
  again.start(2);
  CHECK_FALSE(again.core.ledger().kill().any());
}

TEST_CASE("what the core kills for by itself is looked at again after a restart", "[core]") {
  struct Case {
    const char* what;
    std::function<void(CoreFixture&)> happen;
    RecordKind last;
  };
  const std::vector<Case> cases{
      {"a fill of an order that is not known",
       [](CoreFixture& f) { f.report(OrderId::make(1, 77), ReportKind::Filled, 1, 5); },
       RecordKind::OrderReport},
      {"funding does not fit the books",
       [](CoreFixture& f) {
         FundingSettled wrong;
         wrong.position = Qty::from_units(1);
         wrong.amount = {*Currency::parse("BNB"), -1};
         f.input(RecordKind::FundingSettled, wrong, kBtc);
       },
       RecordKind::FundingSettled},
      {"the venue liquidated a position",
       [](CoreFixture& f) {
         VenueAccount told;
         told.currency = *Currency::parse("USDT");
         told.notice = AccountNotice::Liquidation;
         told.side = static_cast<std::uint8_t>(Side::Sell);
         told.qty = Qty::from_units(1);
         told.price = Price::from_units(990);
         told.trade_id = 9;
         f.input(RecordKind::VenueAccount, told, kBtc);
       },
       RecordKind::VenueAccount}};
  for (const Case& each : cases) {
    INFO(each.what);
    CoreFixture lived;
    works_an_order(lived);
    each.happen(lived);
    REQUIRE(lived.core.ledger().kill_latched());
    CoreFixture again;
    fold(again.core, lived.journal, behind_last(lived.journal, each.last));
    CHECK_FALSE(again.core.ledger().kill_latched());
    again.start(2);
    CHECK(again.core.ledger().kill_latched());
    CHECK(again.core.ledger().kill_reason() == each.what);
  }
}

TEST_CASE("a breaker that opened to kill kills its scope after a restart", "[core]") {
  const auto breaker = [](core::CoreSetup& setup) {
    setup.breakers = {
        {BreakerKind::Rejects, BreakerAction::Kill, 1, kNsPerSecond, 20, kNsPerSecond, true}};
  };
  CoreFixture lived{breaker};
  works_an_order(lived);
  lived.report(lived.venue.orders.at(0).id, ReportKind::Rejected);
  REQUIRE(lived.core.ledger().kill().find({Kind::Strategy, 0}) != nullptr);
  CoreFixture again{breaker};
  fold(again.core, lived.journal, behind_last(lived.journal, RecordKind::BreakerChanged));
  again.start(2);
  const auto* found = again.core.ledger().kill().find({Kind::Strategy, 0});
  REQUIRE(found != nullptr);
  CHECK(found->cause == StateCause::Breaker);
}

TEST_CASE("a strategy whose order was filled beyond its size is paused after a restart, too",
          "[core]") {
  CoreFixture lived;
  works_an_order(lived);
  lived.report(lived.venue.orders.at(0).id, ReportKind::Filled, 2, 1, 9'990);  // of 1
  REQUIRE(lived.core.ledger().strategy_state(StrategyId{0}) == StrategyState::Paused);
  CoreFixture again;
  fold(again.core, lived.journal, behind_last(lived.journal, RecordKind::OrderReport));
  again.start(2);
  CHECK(again.core.ledger().strategy_state(StrategyId{0}) == StrategyState::Paused);
}

TEST_CASE("a snapshot keeps what is asked for and not answered", "[core]") {
  CoreFixture lived;
  works_an_order(lived);
  lived.input(RecordKind::AdminCommand, command(Command::Kill, {Kind::Account, 0}, true));
  const std::size_t cut = behind_last(lived.journal, RecordKind::AdminCommand);
  ScriptedStrategy::Script script;
  core::LedgerState folded{core::ledger_setup(core_setup(script))};
  for (std::size_t i = 0; i < cut; ++i)
    if (!is_market_data(lived.journal.at(i).kind)) folded.apply(lived.journal.at(i));
  wal::Snapshot snapshot;
  snapshot.sections = folded.save();
  core::LedgerState restored{core::ledger_setup(core_setup(script))};
  REQUIRE(restored.restore(snapshot).empty());
  CoreFixture again;
  again.core.adopt(std::move(restored));
  again.start(2);
  const auto* found = again.core.ledger().kill().find({Kind::Account, 0});
  REQUIRE(found != nullptr);
  CHECK(found->flatten);
}
