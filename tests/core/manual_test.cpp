// People at the desk: tickets, cancels and flattening through the same core and gate as strategies.
#include <catch2/catch.hpp>

#include "engine/core/core.hpp"
#include "tests/core/core_fixture.hpp"

using namespace sq;
using namespace sq::test;

namespace {
ManualOrder ticket(Side side, std::int64_t tenths, std::int64_t thousandths) {
  ManualOrder made;
  made.side = side;
  made.limit = CoreFixture::price(tenths);
  made.qty = Qty::from_raw(thousandths * Qty::kScale / 1000);
  made.who = FixedText<24>{"anna"};
  made.request = 1;
  return made;
}
ManualOrder flatten(KillScope scope = {}) {
  ManualOrder made;
  made.action = ManualAction::Flatten;
  made.scope = scope.kind;
  made.scope_number = scope.number;
  made.who = FixedText<24>{"anna"};
  return made;
}
ManualOrder cancel(OrderId id) {
  ManualOrder made;
  made.action = ManualAction::Cancel;
  made.target = id;
  made.who = FixedText<24>{"anna"};
  return made;
}
struct Desk : CoreFixture {
  using CoreFixture::CoreFixture;
  void open() {
    start();
    open_book();
  }
  void ask(const ManualOrder& order) { input(RecordKind::ManualOrder, order, kBtc); }
  [[nodiscard]] std::size_t dead() const { return journal.of(RecordKind::DeadLetter).size(); }
  // Of the last refusal.
  [[nodiscard]] risk::Rule refusal() const {
    const auto all = journal.of(RecordKind::OrderRefused);
    return all.empty() ? risk::Rule::None : risk::Rule{payload_of<OrderRefused>(*all.back()).rule};
  }
  // A ticket that is filled at once.
  void trade(Side side, std::int64_t tenths, std::int32_t units) {
    ask(ticket(side, tenths, std::int64_t{units} * 1000));
    report(venue.orders.back().id, ReportKind::Filled, units, ++trades, tenths);
  }
  void tick(std::int64_t ms) {
    at_ms += ms;
    empty_input(RecordKind::TimeTick);
  }
  std::uint64_t trades{0};
};
constexpr std::int64_t kBid = 10'000;
constexpr std::int64_t kAsk = 10'001;
}  // namespace

TEST_CASE("a ticket is logged, approved by the gate and sent for no strategy", "[core]") {
  Desk f;
  f.open();
  f.ask(ticket(Side::Buy, kBid, 1'500));
  REQUIRE(f.venue.orders.size() == 1);
  const OrderRequest& sent = f.venue.orders[0];
  CHECK(sent.strategy == kNoStrategy);
  CHECK(sent.side == Side::Buy);
  CHECK(sent.limit == CoreFixture::price(kBid));
  CHECK(sent.qty == Qty::from_raw(Qty::kScale * 3 / 2));
  CHECK(sent.approval != 0);
  const auto asked = f.journal.of(RecordKind::ManualOrder);
  const auto logged = f.journal.of(RecordKind::OrderSent);
  REQUIRE(asked.size() == 1);
  REQUIRE(logged.size() == 1);
  CHECK(asked[0]->sequence < logged[0]->sequence);
  CHECK(f.core.ledger().gate().exposure(kBtc).total.open.buy == sent.qty.raw());
}

TEST_CASE("a ticket's fill is booked to no strategy and counts for the account", "[core]") {
  Desk f;
  f.open();
  f.trade(Side::Buy, kBid, 2);
  const risk::InstrumentExposure& held = f.core.ledger().gate().exposure(kBtc);
  CHECK(held.total.position == 2 * Qty::kScale);
  CHECK(held.by_account[0].position == 2 * Qty::kScale);
  CHECK(held.by_strategy[0].position == 0);
  CHECK(f.core.ledger().gate().holding(kNoStrategy, AccountId{}, kBtc).position == 2 * Qty::kScale);
}

TEST_CASE("a ticket is held to the limits of the instrument on both sides of each bound",
          "[core]") {
  Desk f;
  f.open();
  SECTION("order quantity") {
    f.ask(ticket(Side::Buy, kBid, 10'000));
    CHECK(f.venue.orders.size() == 1);
    f.ask(ticket(Side::Buy, kBid, 10'001));
    CHECK(f.venue.orders.size() == 1);
    CHECK(f.refusal() == risk::Rule::OrderQty);
  }
  SECTION("worst-case position over tickets") {
    f.ask(ticket(Side::Buy, kBid, 10'000));
    f.ask(ticket(Side::Buy, kBid, 10'000));
    CHECK(f.venue.orders.size() == 2);
    f.ask(ticket(Side::Buy, kBid, 1));
    CHECK(f.venue.orders.size() == 2);
    CHECK(f.refusal() == risk::Rule::Position);
  }
  SECTION("collar: a tenth beyond the far touch of 1,000.1") {
    f.ask(ticket(Side::Buy, 11'001, 1'000));
    CHECK(f.venue.orders.size() == 1);
    f.ask(ticket(Side::Buy, 11'002, 1'000));
    CHECK(f.venue.orders.size() == 1);
    CHECK(f.refusal() == risk::Rule::PriceCollar);
  }
  SECTION("without tables of accounts all of them count as one") {
    ManualOrder order = ticket(Side::Buy, kBid, 1'000);
    order.account = AccountId{7};
    f.ask(order);
    CHECK(f.venue.orders.size() == 1);
  }
}

TEST_CASE("a stopped strategy does not hold a ticket, a closed kill switch does", "[core]") {
  Desk f{StrategyState::Stopped};
  f.open();
  f.ask(ticket(Side::Buy, kBid, 1'000));
  CHECK(f.venue.orders.size() == 1);
  AdminCommand kill;
  kill.command = Command::Kill;
  f.input(RecordKind::AdminCommand, kill);
  f.ask(ticket(Side::Buy, kBid, 1'000));
  CHECK(f.venue.orders.size() == 1);
  CHECK(f.refusal() == risk::Rule::KillLatched);
}

TEST_CASE("a reduce-only ticket passes for what the account holds and not for a unit more",
          "[core]") {
  Desk f;
  f.open();
  f.trade(Side::Buy, kBid, 2);
  ManualOrder sell = ticket(Side::Sell, kAsk, 2'001);
  sell.reduce_only = 1;
  f.ask(sell);
  CHECK(f.venue.orders.size() == 1);
  CHECK(f.refusal() == risk::Rule::ReduceOnly);
  sell.qty = Qty::from_units(2);
  f.ask(sell);
  CHECK(f.venue.orders.size() == 2);
}

TEST_CASE("a soft block holds a ticket until the person confirms it", "[core]") {
  Desk f{[](core::CoreSetup& setup) {
    setup.instruments[0].limits.away_collar = Ratio::from_raw(Ratio::kScale / 100);
  }};
  f.open();
  ManualOrder far = ticket(Side::Buy, 9'900, 1'000);  // exactly a hundredth behind the bid
  f.ask(far);
  CHECK(f.venue.orders.size() == 1);
  far.limit = CoreFixture::price(9'899);
  f.ask(far);
  CHECK(f.venue.orders.size() == 1);
  CHECK(f.refusal() == risk::Rule::AwayCollar);
  far.confirm = 1;
  f.ask(far);
  CHECK(f.venue.orders.size() == 2);
}

TEST_CASE("requests without a name, without sense or before the engine is ready are dead letters",
          "[core]") {
  Desk f;
  f.ask(ticket(Side::Buy, kBid, 1'000));  // nothing has started
  CHECK(f.dead() == 1);
  f.open();
  ManualOrder nameless = ticket(Side::Buy, kBid, 1'000);
  nameless.who = {};
  f.ask(nameless);
  CHECK(f.dead() == 2);
  ManualOrder sideless = ticket(static_cast<Side>(3), kBid, 1'000);
  f.ask(sideless);
  CHECK(f.dead() == 3);
  ManualOrder timeless = ticket(Side::Buy, kBid, 1'000);
  timeless.tif = static_cast<TimeInForce>(0);
  f.ask(timeless);
  CHECK(f.dead() == 4);
  f.input(RecordKind::ManualOrder, ticket(Side::Buy, kBid, 1'000), InstrumentId{9});
  CHECK(f.dead() == 5);
  ManualOrder odd = ticket(Side::Buy, kBid, 1'000);
  odd.action = static_cast<ManualAction>(77);
  f.ask(odd);
  CHECK(f.dead() == 6);
  f.ask(flatten({KillScopeKind::Strategy, 4}));  // no such strategy
  CHECK(f.dead() == 7);
  CHECK(f.venue.orders.empty());
}

TEST_CASE("anybody's working order can be cancelled by hand, and only a working one", "[core]") {
  Desk f;
  f.script.on_top = [done = false](const strategy::Top&, strategy::Context& context) mutable {
    if (!done) done = context.submit(CoreFixture::buy(9'990)).id != OrderId{};
  };
  f.open();
  f.update(kBid, kAsk, 3);
  REQUIRE(f.venue.orders.size() == 1);
  const OrderId id = f.venue.orders[0].id;
  f.ask(cancel(OrderId::make(9, 9)));
  CHECK(f.dead() == 1);
  f.ask(cancel(id));
  REQUIRE(f.venue.cancels.size() == 1);
  CHECK(f.venue.cancels[0].id == id);
  CHECK(f.venue.cancels[0].reason == CancelReason::Operator);
  f.report(id, ReportKind::Cancelled);
  f.ask(cancel(id));
  CHECK(f.dead() == 2);
  CHECK(f.venue.cancels.size() == 1);
}

TEST_CASE(
    "flatten pauses, cancels and works out what strategies and tickets hold, and latches nothing",
    "[core]") {
  Desk f;
  f.open();
  f.script.on_top = [done = false](const strategy::Top&, strategy::Context& context) mutable {
    if (!done) done = context.submit(CoreFixture::buy(10'000, 3)).id != OrderId{};
  };
  f.update(kBid, kAsk, 3);
  REQUIRE(f.venue.orders.size() == 1);
  f.report(f.venue.orders[0].id, ReportKind::Filled, 3, ++f.trades, kBid);
  f.trade(Side::Buy, kBid, 2);
  f.ask(ticket(Side::Buy, 9'990, 1'000));  // rests
  const OrderId resting = f.venue.orders.back().id;
  const std::size_t before = f.venue.orders.size();
  f.ask(flatten());
  CHECK(f.core.ledger().strategy_state(StrategyId{0}) == StrategyState::Paused);
  CHECK_FALSE(f.core.ledger().kill().any());
  REQUIRE(f.venue.cancels.size() == 1);
  CHECK(f.venue.cancels[0].id == resting);
  f.tick(1);
  CHECK(f.venue.orders.size() == before);  // it would trade with what is still being cancelled
  f.report(resting, ReportKind::Cancelled);
  f.tick(300);
  REQUIRE(f.venue.orders.size() == before + 2);
  for (std::size_t i = before; i < f.venue.orders.size(); ++i) {
    const OrderRequest& out = f.venue.orders[i];
    CHECK(out.side == Side::Sell);
    CHECK(out.tif == TimeInForce::ImmediateOrCancel);
    CHECK(out.qty == Qty::from_units(out.strategy == kNoStrategy ? 2 : 3));
    CHECK(out.limit >= CoreFixture::price(9'000));  // a tenth below the bid
    f.report(out.id, ReportKind::Filled, out.strategy == kNoStrategy ? 2 : 3, ++f.trades, kBid);
  }
  CHECK(f.core.ledger().gate().exposure(kBtc).total.position == 0);
  f.tick(1'000);
  f.tick(1'000);
  CHECK(f.venue.orders.size() == before + 2);  // nothing is left to work out
  f.ask(ticket(Side::Buy, kBid, 1'000));       // the desk may trade
  CHECK(f.venue.orders.size() == before + 3);
}

TEST_CASE("flatten of one strategy leaves the position of the desk alone", "[core]") {
  Desk f;
  f.open();
  f.trade(Side::Buy, kBid, 2);
  const std::size_t before = f.venue.orders.size();
  f.ask(flatten({KillScopeKind::Strategy, 0}));
  f.tick(300);
  CHECK(f.venue.orders.size() == before);
  CHECK(f.core.ledger().strategy_state(StrategyId{0}) == StrategyState::Paused);
}

TEST_CASE("what the desk did is the same after a restart and in a repetition", "[core]") {
  Desk f;
  f.open();
  f.trade(Side::Buy, kBid, 2);
  f.ask(ticket(Side::Sell, 10'005, 500));
  f.ask(flatten({KillScopeKind::Strategy, 0}));
  f.tick(10);
  ScriptedStrategy::Script script;
  MemoryJournal journal;
  KeepingVenue venue;
  core::Core again{core_setup(script), journal, venue, nullptr};
  for (std::size_t i = 0; i < f.journal.records.size(); ++i) again.recover(f.journal.at(i));
  CHECK(again.hash() == f.core.hash());
  CHECK(again.ledger().gate().exposure(kBtc).total.position == 2 * Qty::kScale);
  CHECK(again.ledger().gate().exposure(kBtc).total.open.sell == Qty::kScale / 2);
  EpochStarted started;
  started.epoch = 2;
  auto epoch = make_record(RecordKind::EpochStarted, started);
  epoch.header.mono = again.now();
  again.on_input(epoch.header);
  RecordHeader ready;
  ready.kind = RecordKind::RecoveryFinished;
  ready.length = sizeof ready;
  ready.mono = again.now();
  again.on_input(ready);
  // A person paused it: the restart does not arm it.
  CHECK(again.ledger().strategy_state(StrategyId{0}) == StrategyState::Paused);
  ScriptedStrategy::Script other;
  MemoryJournal repeated;
  KeepingVenue elsewhere;
  core::Core repetition{core_setup(other), repeated, elsewhere, nullptr};
  for (std::size_t i = 0; i < f.journal.records.size(); ++i) {
    if (is_decision(f.journal.at(i).kind)) continue;
    std::vector<std::uint64_t> copy = f.journal.records[i];
    repetition.on_input(*reinterpret_cast<RecordHeader*>(copy.data()));
  }
  CHECK(repetition.hash() == f.core.hash());
}
