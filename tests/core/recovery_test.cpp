#include <catch2/catch.hpp>

#include "engine/core/core.hpp"
#include "engine/messaging/control.hpp"
#include "tests/core/core_fixture.hpp"

using namespace sq;
using namespace sq::test;

namespace {
// Some orders, fills and cancels; leaves one order working.
void trade(CoreFixture& f) {
  f.script.saved = 4711;
  f.script.on_top = [n = 0](const strategy::Top&, strategy::Context& context) mutable {
    if (++n <= 4) static_cast<void>(context.submit(CoreFixture::buy(9'980 + n)));
  };
  f.start();
  f.open_book();
  for (int i = 3; i < 8; ++i) {
    f.at_ms += 10;
    f.update(10'000, 10'001, i);
  }
  const auto orders = f.venue.orders;
  REQUIRE(orders.size() == 4);
  for (const auto& order : orders) f.report(order.id, ReportKind::Accepted);
  f.report(orders[0].id, ReportKind::Filled, 1, 1, 9'981);
  f.report(orders[1].id, ReportKind::Cancelled);
  f.report(orders[2].id, ReportKind::Filled, 1, 2, 9'983);
  for (int i = 0; i < 6; ++i) {  // the state is saved every ten seconds
    f.at_ms += 2'000;
    f.update(10'000, 10'001, 8 + i % 2);
  }
}

void fold(core::Core& core, const MemoryJournal& journal, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) core.recover(journal.at(i));
}

void check_equal(const core::Ledger& a, const core::Ledger& b) {
  CHECK(a.counters().orders_sent == b.counters().orders_sent);
  CHECK(a.counters().cancels_sent == b.counters().cancels_sent);
  CHECK(a.counters().fills == b.counters().fills);
  CHECK(a.counters().refusals == b.counters().refusals);
  CHECK(a.portfolio().position(kBtc) == b.portfolio().position(kBtc));
  const auto& x = a.portfolio().ledger(StrategyId{0}, kBtc);
  const auto& y = b.portfolio().ledger(StrategyId{0}, kBtc);
  CHECK(x.cash == y.cash);
  CHECK(x.position.realised() == y.position.realised());
  CHECK(a.orders().pool().working() == b.orders().pool().working());
  CHECK(a.gate().exposure(kBtc).worst_long() == b.gate().exposure(kBtc).worst_long());
  CHECK(a.gate().exposure(kBtc).worst_short() == b.gate().exposure(kBtc).worst_short());
  a.orders().pool().for_each([&](const oms::Order& order) {
    const oms::Order* other = b.orders().pool().find(order.request.id);
    REQUIRE(other != nullptr);
    CHECK(other->state == order.state);
    CHECK(other->filled == order.filled);
  });
}
}  // namespace

TEST_CASE("folding the log gives the state that the core had, after every single record", "[core]") {
  CoreFixture lived;
  trade(lived);
  for (std::size_t cut = 0; cut <= lived.journal.records.size(); ++cut) {
    CoreFixture again;
    fold(again.core, lived.journal, cut);
    CHECK(again.venue.orders.empty());  // nothing is sent, no strategy runs
    if (cut == lived.journal.records.size()) {
      check_equal(lived.core.ledger(), again.core.ledger());
      CHECK(again.core.hash() == lived.core.hash());
    }
  }
}

TEST_CASE("after recovery the orders of the old epoch are cancelled and no id comes twice", "[core]") {
  CoreFixture lived;
  trade(lived);
  CoreFixture again;
  fold(again.core, lived.journal, lived.journal.records.size());
  again.at_ms = lived.at_ms;
  again.depth_id = lived.depth_id;
  again.script.on_top = [](const strategy::Top&, strategy::Context& context) {
    static_cast<void>(context.submit(CoreFixture::buy(9'970)));
  };
  again.start(2);
  REQUIRE(again.venue.cancels.size() == 1);
  CHECK(again.venue.cancels[0].id == lived.venue.orders[3].id);
  CHECK(again.venue.cancels[0].reason == CancelReason::Recovery);
  again.update(10'000, 10'001, 5);  // its book went on from the log
  REQUIRE(again.venue.orders.size() == 1);
  CHECK(again.venue.orders[0].id == OrderId::make(2, 1));
  CHECK(again.journal.at(0).sequence == lived.journal.records.size() + 1);
}

TEST_CASE("a strategy gets its saved state back", "[core]") {
  CoreFixture lived;
  trade(lived);
  REQUIRE(lived.journal.of(RecordKind::StrategySaved).size() >= 1);
  CoreFixture again;
  fold(again.core, lived.journal, lived.journal.records.size());
  again.start(2);
  CHECK(again.script.restored == 4711);
}

TEST_CASE("the kill latch survives a restart and holds the strategies", "[core]") {
  CoreFixture lived;
  trade(lived);
  AdminCommand kill;
  kill.command = Command::Kill;
  kill.reason = FixedText<64>{"test"};
  lived.input(RecordKind::AdminCommand, kill);
  CoreFixture again;
  fold(again.core, lived.journal, lived.journal.records.size());
  again.start(2);
  CHECK(again.core.ledger().kill_latched());
  CHECK(again.core.ledger().kill_reason() == "test");
  CHECK(again.core.ledger().strategy_state(StrategyId{0}) == StrategyState::Paused);
}

TEST_CASE("a book that lost records of the log is not live", "[core]") {
  CoreFixture lived;
  trade(lived);
  CoreFixture again;
  for (std::size_t i = 0; i < lived.journal.records.size(); ++i)
    if (!is_market_data(lived.journal.at(i).kind)) again.core.recover(lived.journal.at(i));
  again.at_ms = lived.at_ms;
  again.depth_id = lived.depth_id;
  again.start(2);
  again.update(10'000, 10'001, 9);
  CHECK(again.core.book(kBtc).state() != BookState::Live);
}

TEST_CASE("a restart within the day keeps the day's loss limit where it was", "[core]") {
  CoreFixture lived;
  trade(lived);
  CoreFixture again;
  fold(again.core, lived.journal, lived.journal.records.size());
  again.at_ms = lived.at_ms;
  again.start(2);
  CHECK(again.journal.of(RecordKind::DayStarted).empty());
}

TEST_CASE("what ops made of a strategy holds over a restart", "[core]") {
  for (const StrategyState state : {StrategyState::Paused, StrategyState::ReduceOnly,
                                    StrategyState::Stopped, StrategyState::Armed}) {
    CoreFixture lived;
    trade(lived);
    AdminCommand change;
    change.command = Command::SetStrategyState;
    change.strategy = StrategyId{0};
    change.state = state;
    lived.input(RecordKind::AdminCommand, change);
    lived.empty_input(RecordKind::RunEnded);  // an orderly stop changes nothing about it
    CoreFixture again;
    fold(again.core, lived.journal, lived.journal.records.size());
    again.at_ms = lived.at_ms;
    again.start(2);
    CHECK(again.core.ledger().strategy_state(StrategyId{0}) == state);
  }
}
