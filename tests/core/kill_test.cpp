// The kill switch in the core: what leaves after the trigger, what survives a restart, who may
// re-arm.
#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "engine/messaging/account.hpp"
#include "tests/core/core_fixture.hpp"

using namespace sq;
using namespace sq::test;
using Kind = KillScopeKind;

namespace {
AdminCommand kill(KillScope scope = {}, bool flatten = false) {
  AdminCommand made;
  made.command = Command::Kill;
  made.scope = scope.kind;
  made.scope_number = scope.number;
  made.flatten = flatten ? 1 : 0;
  made.who = FixedText<24>{"ops"};
  made.reason = FixedText<64>{"test"};
  return made;
}
AdminCommand rearm(std::string_view who, std::string_view second, KillScope scope = {}) {
  AdminCommand made = kill(scope);
  made.command = Command::Rearm;
  made.who = FixedText<24>{who};
  made.second = FixedText<24>{second};
  return made;
}
// The strategy sends this on each top.
void sends(CoreFixture& f, const strategy::OrderIntent& intent) {
  f.script.on_top = [intent](const strategy::Top&, strategy::Context& context) {
    static_cast<void>(context.submit(intent));
  };
}
strategy::OrderIntent sell(std::int64_t tenths, std::int32_t units) {
  return {kBtc,
          Side::Sell,
          CoreFixture::price(tenths),
          Qty::from_units(units),
          TimeInForce::GoodTillCancel,
          false};
}
void fold_all(core::Core& core, const MemoryJournal& journal) {
  for (std::size_t i = 0; i < journal.records.size(); ++i) core.recover(journal.at(i));
}
// Long 3 by a fill, with a sell of 1 at 1,005.0 open.
void long_three(CoreFixture& f) {
  f.start();
  f.open_book();
  sends(f, CoreFixture::buy(10'001, 3));
  f.update(10'000, 10'001, 3);
  f.report(f.venue.orders.at(0).id, ReportKind::Filled, 3, 1, 10'001);
  sends(f, sell(10'050, 1));
  f.update(10'000, 10'001, 4);
  f.report(f.venue.orders.at(1).id, ReportKind::Accepted);
  f.script.on_top = nullptr;
  REQUIRE(f.core.ledger().gate().exposure(kBtc).total.position == 3 * Qty::kScale);
}
void tick(CoreFixture& f, std::int64_t ms) {
  f.at_ms += ms;
  f.empty_input(RecordKind::TimeTick);
}
}  // namespace

TEST_CASE("no timer that is due at the trigger sends an order behind it", "[core]") {
  CoreFixture f;
  std::vector<risk::Rule> refused;
  f.script.on_timer = [&](strategy::TimerId, strategy::Context& context) {
    refused.push_back(context.submit(CoreFixture::buy(9'990)).refused);
  };
  f.script.on_top = [started = false](const strategy::Top&, strategy::Context& context) mutable {
    if (!std::exchange(started, true)) context.start_timer(5 * kNsPerMs);
  };
  f.start();
  f.open_book();
  f.update(10'000, 10'001, 3);
  f.at_ms = 5;
  f.input(RecordKind::AdminCommand, kill());
  REQUIRE(refused.size() == 1);
  CHECK(refused[0] == risk::Rule::KillLatched);
  CHECK(f.venue.orders.empty());
}

TEST_CASE("each scope of the kill switch closes its orders and cancels them; others go on",
          "[core]") {
  struct Case {
    KillScope scope;
    bool mine;
    bool paused;
  };
  const std::vector<Case> cases{
      {{Kind::All, 0}, true, true},        {{Kind::Venue, 2}, true, false},
      {{Kind::Venue, 1}, false, false},    {{Kind::Account, 0}, true, false},
      {{Kind::Account, 1}, false, false},  {{Kind::Strategy, 0}, true, true},
      {{Kind::Strategy, 1}, true, true},  // there is none: everything
      {{Kind::Instrument, 0}, true, false}};
  for (const Case& each : cases) {
    INFO(text_of(each.scope.kind) << ' ' << each.scope.number);
    CoreFixture f;
    f.start();
    f.open_book();
    sends(f, CoreFixture::buy(9'990));
    f.update(10'000, 10'001, 3);
    REQUIRE(f.venue.orders.size() == 1);
    f.input(RecordKind::AdminCommand, kill(each.scope));
    CHECK(f.venue.cancels.size() == (each.mine ? 1 : 0));
    f.update(10'000, 10'001, 4);
    CHECK(f.venue.orders.size() == (each.mine ? 1 : 2));
    CHECK((f.core.ledger().strategy_state(StrategyId{0}) == StrategyState::Paused) == each.paused);
  }
}

TEST_CASE("a re-arm needs two people, each with a name, and the scope that was closed", "[core]") {
  CoreFixture f;
  f.start();
  f.input(RecordKind::AdminCommand, kill({Kind::Strategy, 0}));
  const auto closed = [&] { return f.core.ledger().kill().find({Kind::Strategy, 0}) != nullptr; };
  f.input(RecordKind::AdminCommand, rearm("ops", "", {Kind::Strategy, 0}));
  CHECK(closed());
  f.input(RecordKind::AdminCommand, rearm("", "risk", {Kind::Strategy, 0}));
  CHECK(closed());
  f.input(RecordKind::AdminCommand, rearm("ops", "ops", {Kind::Strategy, 0}));
  CHECK(closed());
  CHECK(f.core.ledger().counters().dead_letters == 3);
  f.input(RecordKind::AdminCommand, rearm("ops", "risk"));
  CHECK(closed());
  f.input(RecordKind::AdminCommand, rearm("ops", "risk", {Kind::Strategy, 0}));
  CHECK_FALSE(closed());
}

TEST_CASE("the egress latch follows the log: closed with the kill, opened by the re-arm only",
          "[core]") {
  const auto latch = std::make_unique<risk::EgressLatch>();
  CoreFixture f{[&](core::CoreSetup& setup) { setup.egress = latch.get(); }};
  f.start();
  latch->close_from_outside({Kind::Instrument, 0});
  AdminCommand trigger = kill({Kind::Instrument, 0});
  trigger.latched = 1;
  f.input(RecordKind::AdminCommand, trigger);
  CHECK(latch->closed({Kind::Instrument, 0}));
  f.input(RecordKind::AdminCommand, rearm("ops", "ops", {Kind::Instrument, 0}));
  CHECK(latch->closed({Kind::Instrument, 0}));
  f.input(RecordKind::AdminCommand, rearm("ops", "risk", {Kind::Instrument, 0}));
  CHECK_FALSE(latch->closed({Kind::Instrument, 0}));
}

TEST_CASE("every closed scope survives a restart, with its reason, and closes the egress again",
          "[core]") {
  const std::vector<KillScope> scopes{{Kind::All, 0},
                                      {Kind::Venue, 2},
                                      {Kind::Account, 0},
                                      {Kind::Strategy, 0},
                                      {Kind::Instrument, 0}};
  for (const KillScope& scope : scopes) {
    INFO(text_of(scope.kind));
    CoreFixture lived;
    lived.start();
    lived.open_book();
    lived.input(RecordKind::AdminCommand, kill(scope));
    const auto latch = std::make_unique<risk::EgressLatch>();
    CoreFixture again{[&](core::CoreSetup& setup) { setup.egress = latch.get(); }};
    fold_all(again.core, lived.journal);
    again.depth_id = lived.depth_id;
    sends(again, CoreFixture::buy(9'990));
    again.start(2);
    again.update(10'000, 10'001, 3);
    CHECK(again.venue.orders.empty());
    CHECK(latch->closed(scope));
    const auto* found = again.core.ledger().kill().find(scope);
    REQUIRE(found != nullptr);
    CHECK(found->reason.view() == "test");
  }
}

TEST_CASE(
    "flattening waits for the proof of cancels, keeps to the collar and never turns a position",
    "[core]") {
  CoreFixture f;
  long_three(f);
  f.input(RecordKind::AdminCommand, kill({}, true));
  REQUIRE(f.venue.cancels.size() == 1);
  tick(f, 0);
  // The open sell of 1 may still fill: two are sold, not three. Collar 10 % of the bid 1,000.0.
  REQUIRE(f.venue.orders.size() == 3);
  CHECK(f.venue.orders[2].side == Side::Sell);
  CHECK(f.venue.orders[2].qty == Qty::from_units(2));
  CHECK(f.venue.orders[2].limit == CoreFixture::price(9'000));
  CHECK(f.venue.orders[2].tif == TimeInForce::ImmediateOrCancel);
  tick(f, 250);
  CHECK(f.venue.orders.size() == 3);                                 // all of it is on its way
  f.report(f.venue.orders[1].id, ReportKind::Filled, 1, 2, 10'050);  // the cancel came too late
  f.report(f.venue.orders[2].id, ReportKind::Filled, 1, 3, 10'000);
  f.report(f.venue.orders[2].id, ReportKind::Expired);
  tick(f, 250);
  REQUIRE(f.venue.orders.size() == 4);
  CHECK(f.venue.orders[3].qty == Qty::from_units(1));
  f.report(f.venue.orders[3].id, ReportKind::Filled, 1, 4, 9'990);
  for (int i = 0; i < 8; ++i) tick(f, 250);
  CHECK(f.venue.orders.size() == 4);
  CHECK(f.core.ledger().gate().exposure(kBtc).total.position == 0);
  CHECK(f.core.ledger().kill_latched());
}

TEST_CASE("flattening ends when its time is over, and goes on after a restart", "[core]") {
  CoreFixture f{[](core::CoreSetup& setup) { setup.flatten_ns_max = kNsPerSecond; }};
  long_three(f);
  f.input(RecordKind::AdminCommand, kill({}, true));
  f.report(f.venue.orders[1].id, ReportKind::Cancelled);
  std::size_t sent = 2;
  for (int round = 0; round <= 12; ++round) {
    tick(f, round == 0 ? 0 : 250);
    for (; sent < f.venue.orders.size(); ++sent)
      f.report(f.venue.orders[sent].id, ReportKind::Expired);  // nobody buys
  }
  // At 0, 250, 500, 750 and 1,000 ms; a bound reached is the last one.
  CHECK(f.venue.orders.size() == 2 + 5);
  CoreFixture again{[](core::CoreSetup& setup) { setup.flatten_ns_max = kNsPerSecond; }};
  fold_all(again.core, f.journal);
  again.at_ms = f.at_ms;
  again.depth_id = f.depth_id;
  again.start(2);
  again.update(10'000, 10'001, 5);
  tick(again, 0);
  REQUIRE(again.venue.orders.size() == 1);
  CHECK(again.venue.orders[0].qty == Qty::from_units(3));
}

namespace {
// The strategy is long three, nobody short five, and everything is being worked out.
void long_three_short_five(CoreFixture& f) {
  long_three(f);
  f.report(f.venue.orders[1].id, ReportKind::Cancelled);
  VenueAccount told;  // the venue sold five of ours: two too many
  told.currency = *Currency::parse("USDT");
  told.notice = AccountNotice::Liquidation;
  told.side = static_cast<std::uint8_t>(Side::Sell);
  told.qty = Qty::from_units(5);
  told.price = CoreFixture::price(9'900);
  told.trade_id = 9;
  f.input(RecordKind::VenueAccount, told, kBtc);
  REQUIRE(f.core.ledger().gate().exposure(kBtc).total.position == -2 * Qty::kScale);
}
}  // namespace

TEST_CASE("what no strategy holds is worked out, too, and no two of a round meet", "[core]") {
  std::set<std::string> ways;
  for (const int wait_ms : {0, 250}) {
    CoreFixture f;
    long_three_short_five(f);
    tick(f, wait_ms);
    f.input(RecordKind::AdminCommand, kill({}, true));
    std::string way;
    for (std::size_t sent = 2, round = 0; round < 6; ++round) {
      tick(f, round == 0 ? 0 : 250);
      CHECK(f.venue.orders.size() <= sent + 1);
      for (; sent < f.venue.orders.size(); ++sent) {
        const OrderRequest order = f.venue.orders[sent];
        const bool sell = order.side == Side::Sell;
        CHECK((order.strategy == kNoStrategy) == !sell);
        CHECK(order.limit == CoreFixture::price(sell ? 9'000 : 11'001));  // 10 % through
        const auto units = static_cast<int>(order.qty.raw() / Qty::kScale);
        way.append(sell ? "S" : "B").append(std::to_string(units));
        f.report(order.id, ReportKind::Filled, units, sent + 1, sell ? 10'000 : 10'001);
      }
    }
    ways.insert(way);
    CHECK(f.core.ledger().gate().exposure(kBtc).total.position == 0);
    CHECK(f.core.ledger().gate().holding(kNoStrategy, AccountId{}, kBtc).position == 0);
  }
  // Of the five that nobody has, the account is short by two while the strategy is long.
  CHECK(ways == std::set<std::string>{"S3B5", "B2S3B3"});
}

TEST_CASE("what nobody buys of one does not keep the other from the way out", "[core]") {
  for (const int wait_ms : {0, 250}) {
    CoreFixture f;
    long_three_short_five(f);
    tick(f, wait_ms);
    f.input(RecordKind::AdminCommand, kill({}, true));
    int bought = 0;
    for (std::size_t sent = 2, round = 0; round < 3; ++round) {
      tick(f, round == 0 ? 0 : 250);
      for (; sent < f.venue.orders.size(); ++sent) {
        const OrderRequest order = f.venue.orders[sent];
        if (order.side == Side::Sell) {
          f.report(order.id, ReportKind::Expired);
          continue;
        }
        bought += static_cast<int>(order.qty.raw() / Qty::kScale);
        f.report(order.id, ReportKind::Filled, static_cast<int>(order.qty.raw() / Qty::kScale),
                 sent + 1, 10'001);
      }
    }
    CHECK(bought == 2);
  }
}

TEST_CASE("flattening an account takes the strategies that trade on it, and no other", "[core]") {
  for (const std::uint32_t account : {0U, 1U}) {
    CoreFixture f{[](core::CoreSetup& setup) {
      setup.strategies[0].account = AccountId{1};
      setup.accounts.resize(2);
    }};
    long_three(f);
    f.report(f.venue.orders[1].id, ReportKind::Cancelled);
    f.input(RecordKind::AdminCommand, kill({Kind::Account, account}, true));
    tick(f, 0);
    REQUIRE(f.venue.orders.size() == (account == 1 ? 3 : 2));
    if (account == 1) CHECK(f.venue.orders[2].account == AccountId{1});
  }
}
