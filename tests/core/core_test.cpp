#include "engine/core/core.hpp"

#include <catch2/catch.hpp>

#include "engine/messaging/control.hpp"
#include "tests/core/core_fixture.hpp"

using namespace sq;
using namespace sq::test;

namespace {
AdminCommand command(Command what) {
  AdminCommand made;
  made.command = what;
  made.who = FixedText<24>{"ops"};
  made.second = FixedText<24>{"risk"};
  return made;
}
// One order at the bid on the first top.
void quote_once(CoreFixture& f, std::int64_t tenths = 9'990) {
  f.script.on_top = [done = false, tenths](const strategy::Top&, strategy::Context& context) mutable {
    if (done) return;
    done = context.submit(CoreFixture::buy(tenths)).id != OrderId{};
  };
}
}  // namespace

TEST_CASE("an order is in the journal before the venue sees it, with its epoch in its id", "[core]") {
  CoreFixture f;
  quote_once(f);
  f.start(7);
  f.open_book();
  f.update(10'000, 10'001, 3);
  REQUIRE(f.venue.orders.size() == 1);
  CHECK(f.venue.orders[0].id == OrderId::make(7, 1));
  CHECK(f.venue.orders[0].approval != 0);
  const auto sent = f.journal.of(RecordKind::OrderSent);
  REQUIRE(sent.size() == 1);
  CHECK(payload_of<OrderRequest>(*sent[0]).id == f.venue.orders[0].id);
}

TEST_CASE("inputs and decisions share one sequence without holes, and time never decreases",
          "[core]") {
  CoreFixture f;
  quote_once(f);
  f.start();
  f.open_book();
  f.at_ms = 500;
  f.update(10'000, 10'001, 3);
  f.at_ms = 200;  // an input with an older stamp
  f.update(10'000, 10'001, 4);
  for (std::size_t i = 0; i < f.journal.records.size(); ++i) {
    CHECK(f.journal.at(i).sequence == i + 1);
    if (i > 0) CHECK(f.journal.at(i).mono >= f.journal.at(i - 1).mono);
  }
}

TEST_CASE("nothing is ordered before the engine is ready or while the book is not live", "[core]") {
  CoreFixture f;
  std::vector<risk::Rule> refusals;
  f.script.on_timer = [&](strategy::TimerId, strategy::Context& context) {
    refusals.push_back(context.submit(CoreFixture::buy(9'990)).refused);
    context.start_timer(kNsPerMs);
  };
  f.script.on_top = [started = false](const strategy::Top&, strategy::Context& context) mutable {
    if (!started) context.start_timer(0);
    started = true;
  };
  f.open_book();  // before the start: nobody is told
  f.start();
  CHECK(f.venue.orders.empty());
  f.update(10'000, 10'001, 3);
  f.update(10'000, 10'001, 4, true);  // a gap: the timer fires after it
  f.at_ms += 5;
  f.empty_input(RecordKind::TimeTick);
  REQUIRE_FALSE(refusals.empty());
  CHECK(refusals.back() == risk::Rule::BookNotLive);
  CHECK(f.core.book(kBtc).state() == BookState::Gapped);
}

TEST_CASE("a gap cancels what works there and tells the strategy", "[core]") {
  CoreFixture f;
  quote_once(f);
  f.start();
  f.open_book();
  f.update(10'000, 10'001, 3);
  f.report(f.venue.orders.at(0).id, ReportKind::Accepted);
  f.update(10'000, 10'001, 4, true);
  REQUIRE(f.venue.cancels.size() == 1);
  CHECK(f.venue.cancels[0].reason == CancelReason::BookNotLive);
  CHECK(f.script.books.back() == BookState::Gapped);
}

TEST_CASE("a silent book goes stale by a timer one nanosecond past its limit", "[core]") {
  CoreFixture f;
  f.start();
  f.open_book();
  const MonoTime last = f.core.book(kBtc).updated_at();
  CHECK(f.core.next_timer() == last + (3 * kNsPerSecond + 1));
  f.at_ms = 3'000;
  f.empty_input(RecordKind::TimeTick);
  CHECK(f.core.book(kBtc).state() == BookState::Live);
  f.at_ms = 3'001;
  f.empty_input(RecordKind::TimeTick);
  CHECK(f.core.book(kBtc).state() == BookState::Stale);
}

TEST_CASE("kill cancels everything, pauses every strategy, and refuses until re-armed by hand",
          "[core]") {
  CoreFixture f;
  risk::Rule refused = risk::Rule::None;
  f.script.on_top = [&](const strategy::Top&, strategy::Context& context) {
    refused = context.submit(CoreFixture::buy(9'990)).refused;
  };
  f.start();
  f.open_book();
  f.update(10'000, 10'001, 3);
  const std::size_t sent = f.venue.orders.size();
  REQUIRE(sent > 0);
  f.input(RecordKind::AdminCommand, command(Command::Kill));
  CHECK(f.venue.cancels.size() == sent);
  CHECK(f.core.ledger().kill_latched());
  CHECK(f.core.ledger().strategy_state(StrategyId{0}) == StrategyState::Paused);
  f.update(10'000, 10'001, 5);
  CHECK(refused == risk::Rule::KillLatched);
  CHECK(f.venue.orders.size() == sent);
  f.input(RecordKind::AdminCommand, command(Command::Rearm));
  CHECK_FALSE(f.core.ledger().kill_latched());
  f.update(10'000, 10'001, 6);
  CHECK(refused == risk::Rule::StrategyNotArmed);  // still paused
  AdminCommand arm = command(Command::SetStrategyState);
  arm.strategy = StrategyId{0};
  arm.state = StrategyState::Armed;
  f.input(RecordKind::AdminCommand, arm);
  f.update(10'000, 10'001, 7);
  CHECK(f.venue.orders.size() == sent + 1);
}

TEST_CASE("a strategy warms up, trades when armed, and is only watched in shadow", "[core]") {
  CoreFixture f{StrategyState::Shadow};
  f.script.warm = false;
  risk::Rule refused = risk::Rule::None;
  f.script.on_top = [&](const strategy::Top&, strategy::Context& context) {
    refused = context.submit(CoreFixture::buy(9'990)).refused;
  };
  f.start();
  f.open_book();
  CHECK(f.core.ledger().strategy_state(StrategyId{0}) == StrategyState::Warming);
  f.script.warm = true;
  f.update(10'000, 10'001, 3);
  CHECK(f.core.ledger().strategy_state(StrategyId{0}) == StrategyState::Shadow);
  f.update(10'000, 10'001, 4);
  CHECK(refused == risk::Rule::StrategyNotArmed);
  CHECK(f.venue.orders.empty());
  CHECK(f.core.ledger().counters().refusals[static_cast<std::size_t>(
            risk::Rule::StrategyNotArmed)] > 0);
}

TEST_CASE("pausing cancels the strategy's orders; stopping ends its events", "[core]") {
  CoreFixture f;
  int tops = 0;
  f.script.on_top = [&](const strategy::Top&, strategy::Context& context) {
    if (++tops == 2) static_cast<void>(context.submit(CoreFixture::buy(9'990)));
  };
  f.start();
  f.open_book();
  f.update(10'000, 10'001, 3);
  f.update(10'000, 10'001, 4);
  REQUIRE(f.venue.orders.size() == 1);
  AdminCommand pause = command(Command::SetStrategyState);
  pause.strategy = StrategyId{0};
  pause.state = StrategyState::Paused;
  f.input(RecordKind::AdminCommand, pause);
  CHECK(f.venue.cancels.size() == 1);
  const int seen = tops;
  f.update(10'000, 10'001, 5);
  CHECK(tops == seen + 1);
  pause.state = StrategyState::Stopped;
  f.input(RecordKind::AdminCommand, pause);
  f.update(10'000, 10'001, 6);
  CHECK(tops == seen + 1);
}

TEST_CASE("a fill is booked, reported to its strategy, and changes its position", "[core]") {
  CoreFixture f;
  quote_once(f);
  std::vector<strategy::OrderUpdate> updates;
  Qty position;
  f.script.on_order = [&](const strategy::OrderUpdate& update, strategy::Context& context) {
    updates.push_back(update);
    position = context.position(kBtc);
  };
  f.start();
  f.open_book();
  f.update(10'000, 10'001, 3);
  f.report(f.venue.orders.at(0).id, ReportKind::Accepted);
  f.report(f.venue.orders.at(0).id, ReportKind::Filled, 1, 77, 9'990);
  REQUIRE(updates.size() == 2);
  CHECK(updates[1].state == OrderState::Filled);
  CHECK(updates[1].last_qty == Qty::from_units(1));
  CHECK(position == Qty::from_units(1));
  REQUIRE(f.journal.of(RecordKind::FillBooked).size() == 1);
  const auto& booked = payload_of<FillBooked>(*f.journal.of(RecordKind::FillBooked)[0]);
  CHECK(booked.position_after == Qty::from_units(1));
  CHECK(booked.trade_id == 77);
  f.report(f.venue.orders.at(0).id, ReportKind::Filled, 1, 77, 9'990);  // the same trade again
  CHECK(f.journal.of(RecordKind::FillBooked).size() == 1);
  CHECK(f.core.ledger().counters().duplicates == 1);
}

TEST_CASE("an order placed inside a callback is reported by a later one, never inside it", "[core]") {
  CoreFixture f;
  bool inside = false;
  bool nested = false;
  f.script.on_top = [&](const strategy::Top&, strategy::Context& context) {
    inside = true;
    static_cast<void>(context.submit(CoreFixture::buy(9'990)));
    inside = false;
  };
  f.script.on_order = [&](const strategy::OrderUpdate&, strategy::Context&) { nested = nested || inside; };
  f.start();
  f.open_book();
  f.update(10'000, 10'001, 3);
  f.report(f.venue.orders.at(0).id, ReportKind::Accepted);
  CHECK_FALSE(nested);
}

TEST_CASE("an input nobody can handle is kept as a dead letter that names it", "[core]") {
  CoreFixture f;
  f.start();
  f.report(OrderId::make(9, 9), ReportKind::Accepted);
  TradePrint trade;
  f.input(RecordKind::TradePrint, trade, InstrumentId{42});
  f.empty_input(RecordKind{0x77});
  const auto letters = f.journal.of(RecordKind::DeadLetter);
  REQUIRE(letters.size() == 3);
  CHECK(payload_of<DeadLetter>(*letters[0]).reason == DeadLetterReason::UnknownOrder);
  CHECK(payload_of<DeadLetter>(*letters[1]).reason == DeadLetterReason::UnknownInstrument);
  CHECK(payload_of<DeadLetter>(*letters[2]).reason == DeadLetterReason::UnknownKind);
  CHECK(payload_of<DeadLetter>(*letters[2]).input_sequence == letters[2]->sequence - 1);
}

TEST_CASE("losing the day's limit leaves a strategy reduce-only", "[core]") {
  CoreFixture f;
  std::vector<risk::Rule> refused;
  f.script.on_top = [&](const strategy::Top& top, strategy::Context& context) {
    refused.push_back(context.submit({kBtc, Side::Buy, top.bid.price, Qty::from_units(5),
                                      TimeInForce::GoodTillCancel, false}).refused);
  };
  f.start();
  f.open_book();
  f.update(10'000, 10'001, 3);
  REQUIRE_FALSE(f.venue.orders.empty());
  f.report(f.venue.orders[0].id, ReportKind::Filled, 5, 1, 10'000);
  f.update(10'000, 10'001, 0);   // those levels are gone
  f.update(7'900, 7'901, 1);     // 5 x 210 lost: more than 1,000
  CHECK(refused.back() == risk::Rule::DailyLoss);
  CHECK(f.core.ledger().strategy_state(StrategyId{0}) == StrategyState::ReduceOnly);
}

TEST_CASE("midnight UTC starts a day of its own, once", "[core]") {
  CoreFixture f;
  f.start();
  CHECK(f.journal.of(RecordKind::DayStarted).size() == 2);  // the strategy and the firm
  f.open_book();
  f.at_ms = 345'000;  // 23:54:15 + 5:45 is midnight
  f.update(10'000, 10'001, 3);
  CHECK(f.journal.of(RecordKind::DayStarted).size() == 4);
  f.at_ms = 346'000;
  f.update(10'000, 10'001, 4);
  CHECK(f.journal.of(RecordKind::DayStarted).size() == 4);
}

TEST_CASE("a journal that refuses latches the kill switch, and nothing unlogged leaves", "[core]") {
  CoreFixture f;
  f.script.on_top = [&](const strategy::Top&, strategy::Context& context) {
    f.journal.refuse = true;
    static_cast<void>(context.submit(CoreFixture::buy(9'990)));
  };
  f.start();
  f.open_book();
  f.update(10'000, 10'001, 3);
  CHECK(f.venue.orders.empty());
  CHECK(f.core.ledger().kill_latched());
}

TEST_CASE("the same inputs give the same hash; one different decision gives another", "[core]") {
  const auto run = [](std::int64_t tenths) {
    CoreFixture f;
    quote_once(f, tenths);
    f.start();
    f.open_book();
    f.update(10'000, 10'001, 3);
    return f.core.hash();
  };
  CHECK(run(9'990) == run(9'990));
  CHECK(run(9'990) != run(9'989));
}

TEST_CASE("a stopped strategy still learns what became of its orders", "[core]") {
  CoreFixture f;
  quote_once(f);
  std::vector<OrderState> seen;
  f.script.on_order = [&](const strategy::OrderUpdate& update, strategy::Context&) {
    seen.push_back(update.state);
  };
  f.start();
  f.open_book();
  f.update(10'000, 10'001, 3);
  f.report(f.venue.orders.at(0).id, ReportKind::Accepted);
  AdminCommand stop = command(Command::SetStrategyState);
  stop.strategy = StrategyId{0};
  stop.state = StrategyState::Stopped;
  f.input(RecordKind::AdminCommand, stop);
  f.report(f.venue.orders.at(0).id, ReportKind::Cancelled);
  REQUIRE_FALSE(seen.empty());
  CHECK(seen.back() == OrderState::Cancelled);
}

TEST_CASE("reduce-only goes to the venue only where the account's position agrees", "[core]") {
  CoreFixture f;
  f.script.on_top = [n = 0](const strategy::Top& top, strategy::Context& context) mutable {
    ++n;
    if (n == 2) static_cast<void>(context.submit(CoreFixture::buy(9'990, 2)));
    if (context.position(kBtc) > Qty{})
      static_cast<void>(context.submit({kBtc, Side::Sell, top.ask.price, Qty::from_units(2),
                                        TimeInForce::GoodTillCancel, true}));
  };
  f.start();
  f.open_book();
  f.update(10'000, 10'001, 3);
  f.update(10'000, 10'001, 4);
  REQUIRE(f.venue.orders.size() == 1);
  f.report(f.venue.orders[0].id, ReportKind::Filled, 2, 1, 9'990);
  f.update(10'000, 10'001, 5);
  REQUIRE(f.venue.orders.size() == 2);
  CHECK(f.venue.orders[1].reduce_only == 1);
}

TEST_CASE("entering reduce-only takes every working order back", "[core]") {
  CoreFixture f;
  quote_once(f);
  f.start();
  f.open_book();
  f.update(10'000, 10'001, 3);
  REQUIRE(f.venue.orders.size() == 1);
  AdminCommand reduce = command(Command::SetStrategyState);
  reduce.strategy = StrategyId{0};
  reduce.state = StrategyState::ReduceOnly;
  f.input(RecordKind::AdminCommand, reduce);
  CHECK(f.venue.cancels.size() == 1);
}

TEST_CASE("a fill of an order nobody knows stops all trading", "[core]") {
  CoreFixture f;
  f.start();
  f.open_book();
  f.report(OrderId::make(9, 9), ReportKind::Filled, 1, 1);
  CHECK(f.core.ledger().kill_latched());
}

TEST_CASE("a kill cancels again what was being cancelled", "[core]") {
  CoreFixture f;
  quote_once(f);
  f.start();
  f.open_book();
  f.update(10'000, 10'001, 3);
  AdminCommand all = command(Command::CancelAll);
  f.input(RecordKind::AdminCommand, all);
  f.input(RecordKind::AdminCommand, command(Command::Kill));
  CHECK(f.venue.cancels.size() == 2);
}

TEST_CASE("a timer without delay fires at a later moment, not in the same round for ever", "[core]") {
  CoreFixture f;
  int fired = 0;
  f.script.on_timer = [&](strategy::TimerId, strategy::Context& context) {
    ++fired;
    context.start_timer(0);
  };
  f.script.on_top = [&](const strategy::Top&, strategy::Context& context) {
    if (fired == 0) context.start_timer(0);
  };
  f.start();
  f.open_book();
  f.at_ms += 1;
  f.empty_input(RecordKind::TimeTick);
  CHECK(fired >= 1);
  CHECK(fired < 10);
}
