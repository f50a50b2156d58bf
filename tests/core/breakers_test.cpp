// Circuit breakers in the core: open, hold, half-open, closed; a venue that is gone; the restart.
#include <catch2/catch.hpp>

#include "tests/core/account_venue.hpp"
#include "tests/core/core_fixture.hpp"

using namespace sq;
using namespace sq::test;

namespace {
risk::BreakerSettings rejects(BreakerAction action = BreakerAction::Pause, bool rearm = true) {
  return {BreakerKind::Rejects, action, 2, kNsPerSecond, 20, kNsPerSecond, rearm};
}
struct Desk : CoreFixture {
  explicit Desk(const risk::BreakerSettings& breaker)
      : CoreFixture{[&](core::CoreSetup& setup) { setup.breakers = {breaker}; }} {
    start();
    open_book();
  }
  // What became of an order of `lots` thousandths.
  risk::Rule send(std::int64_t lots) {
    strategy::Submitted done;
    script.on_top = [&](const strategy::Top&, strategy::Context& context) {
      strategy::OrderIntent intent = buy(9'990);
      intent.qty = Qty::from_raw(lots * (Qty::kScale / 1000));
      done = context.submit(intent);
    };
    update(10'000, 10'001, ++units);
    script.on_top = nullptr;
    return done.refused;
  }
  void rejected() {
    REQUIRE(send(1'000) == risk::Rule::None);
    report(venue.orders.back().id, ReportKind::Rejected);
  }
  void pass(std::int64_t ms) {
    at_ms += ms;
    empty_input(RecordKind::TimeTick);
  }
  [[nodiscard]] const risk::Breakers& breakers() const { return core.ledger().gate().breakers(); }
  std::int32_t units{5};
};
void venue_is(CoreFixture& f, VenueCondition condition, VenueId venue = VenueId::BinanceUsdm) {
  VenueState state;
  state.venue = venue;
  state.condition = condition;
  f.input(RecordKind::VenueState, state);
}
void open_one_order(CoreFixture& f) {
  f.start();
  f.open_book();
  f.script.on_top = [](const strategy::Top&, strategy::Context& context) {
    static_cast<void>(context.submit(CoreFixture::buy(9'990)));
  };
  f.update(10'000, 10'001, 3);
  f.report(f.venue.orders.at(0).id, ReportKind::Accepted);
}
}  // namespace

TEST_CASE("two rejects pause the strategy; after the hold one smallest order decides", "[core]") {
  Desk f{rejects()};
  f.rejected();
  CHECK_FALSE(f.breakers().any());
  f.rejected();
  REQUIRE(f.breakers().entries().size() == 1);
  CHECK(f.send(1'000) == risk::Rule::BreakerOpen);
  f.pass(900);
  CHECK(f.send(1) == risk::Rule::BreakerOpen);
  f.pass(100);
  f.pass(0);
  CHECK(f.breakers().entries()[0].last.to == BreakerState::HalfOpen);
  CHECK(f.send(2) == risk::Rule::BreakerHalfOpen);
  CHECK(f.send(1) == risk::Rule::None);
  CHECK(f.send(1) == risk::Rule::BreakerOpen);  // one only
  f.report(f.venue.orders.back().id, ReportKind::Cancelled);
  CHECK_FALSE(f.breakers().any());
  CHECK(f.send(1'000) == risk::Rule::None);
}

TEST_CASE("a half-open breaker whose bound is reached again opens again", "[core]") {
  Desk f{rejects()};
  f.rejected();
  f.rejected();
  f.pass(1'000);
  f.pass(0);
  REQUIRE(f.send(1) == risk::Rule::None);
  f.report(f.venue.orders.back().id, ReportKind::Rejected);  // the third in a row
  REQUIRE(f.breakers().entries().size() == 1);
  CHECK(f.breakers().entries()[0].last.to == BreakerState::Open);
}

TEST_CASE("a breaker that re-arms by hand waits for an operator with a name", "[core]") {
  Desk f{rejects(BreakerAction::Pause, false)};
  f.rejected();
  f.rejected();
  f.pass(3'600'000);
  f.open_book();
  CHECK(f.send(1) == risk::Rule::BreakerOpen);
  AdminCommand reset;
  reset.command = Command::ResetBreaker;
  reset.scope = KillScopeKind::Strategy;
  reset.breaker = static_cast<std::uint8_t>(BreakerKind::Rejects);
  f.input(RecordKind::AdminCommand, reset);
  CHECK(f.breakers().any());
  reset.who = FixedText<24>{"ann"};
  f.input(RecordKind::AdminCommand, reset);
  CHECK_FALSE(f.breakers().any());
  f.rejected();
  CHECK_FALSE(f.breakers().any());  // it counts from the reset
}

TEST_CASE("an open breaker is open after a restart", "[core]") {
  Desk lived{rejects(BreakerAction::Pause, false)};
  lived.rejected();
  lived.rejected();
  CoreFixture again;
  for (std::size_t i = 0; i < lived.journal.records.size(); ++i)
    again.core.recover(lived.journal.at(i));
  again.at_ms = lived.at_ms;
  again.start(2);
  CHECK(again.core.ledger().gate().breakers().entries().size() == 1);
}

TEST_CASE("a breaker whose action is kill closes its scope", "[core]") {
  Desk f{rejects(BreakerAction::Kill)};
  f.rejected();
  CHECK_FALSE(f.core.ledger().kill().any());
  f.rejected();
  REQUIRE(f.core.ledger().kill().find({KillScopeKind::Strategy, 0}) != nullptr);
  CHECK(f.send(1) == risk::Rule::KillLatched);
}

TEST_CASE("no order goes to a venue that is gone; when it is back its orders are cancelled",
          "[core]") {
  for (const VenueCondition gone :
       {VenueCondition::Disconnected, VenueCondition::Maintenance, VenueCondition::NoTrading}) {
    Desk f{rejects()};
    REQUIRE(f.send(1'000) == risk::Rule::None);
    f.report(f.venue.orders.back().id, ReportKind::Accepted);
    venue_is(f, gone);
    venue_is(f, gone);
    CHECK(f.send(1'000) == risk::Rule::BreakerOpen);
    CHECK(f.venue.cancels.empty());
    venue_is(f, VenueCondition::Connected, VenueId::BinanceSpot);
    CHECK(f.send(1'000) == risk::Rule::BreakerOpen);
    venue_is(f, VenueCondition::Connected);
    CHECK(f.venue.cancels.size() == 1);
    CHECK(f.send(1'000) == risk::Rule::None);
  }
}

TEST_CASE("a short absence of a venue, under its bound, cancels nothing", "[core]") {
  for (const std::int64_t ms : {999, 1'000}) {
    CoreFixture f{[](core::CoreSetup& setup) { setup.venue_gone_ns = kNsPerSecond; }};
    open_one_order(f);
    venue_is(f, VenueCondition::Disconnected);
    f.at_ms += ms;
    venue_is(f, VenueCondition::Connected);
    CHECK(f.venue.cancels.size() == (ms < 1'000 ? 0 : 1));
  }
}

TEST_CASE("a venue that wants us to wait gets no orders, and what works there goes on working",
          "[core]") {
  Desk f{rejects()};
  REQUIRE(f.send(1'000) == risk::Rule::None);
  const OrderId id = f.venue.orders.back().id;
  f.report(id, ReportKind::Accepted);
  venue_is(f, VenueCondition::RateLimited);
  CHECK(f.send(1'000) == risk::Rule::BreakerOpen);
  f.at_ms += 1'000;
  venue_is(f, VenueCondition::Degraded);
  CHECK_FALSE(f.breakers().any());
  CHECK(f.venue.cancels.empty());
  CHECK(f.core.ledger().orders().pool().find(id)->state == OrderState::Open);
}

TEST_CASE("a venue that is degraded takes orders", "[core]") {
  Desk f{rejects()};
  venue_is(f, VenueCondition::Degraded);
  CHECK_FALSE(f.breakers().any());
  CHECK(f.send(1'000) == risk::Rule::None);
}

TEST_CASE("an absence counts from where it began, also after a wait and before one", "[core]") {
  for (const std::int64_t ms : {999, 1'000}) {
    CoreFixture f{[](core::CoreSetup& setup) { setup.venue_gone_ns = kNsPerSecond; }};
    open_one_order(f);
    venue_is(f, VenueCondition::RateLimited);
    f.at_ms += 1'200;
    venue_is(f, VenueCondition::Disconnected);
    const auto& breakers = f.core.ledger().gate().breakers();
    REQUIRE(breakers.entries().size() == 1);
    CHECK(breakers.entries()[0].last.observed ==
          static_cast<std::int64_t>(VenueCondition::Disconnected));
    f.at_ms += ms / 2;
    venue_is(f, VenueCondition::Maintenance);
    venue_is(f, VenueCondition::RateLimited);
    f.at_ms += ms - ms / 2;
    venue_is(f, VenueCondition::Connected);
    CHECK_FALSE(breakers.any());
    CHECK(f.venue.cancels.size() == (ms < 1'000 ? 0 : 1));
  }
}

TEST_CASE("a venue state that makes no sense changes nothing", "[core]") {
  Desk f{rejects()};
  venue_is(f, static_cast<VenueCondition>(0));
  venue_is(f, static_cast<VenueCondition>(7));
  venue_is(f, VenueCondition::Disconnected, VenueId{64});
  CHECK(f.core.ledger().counters().dead_letters == 3);
  CHECK_FALSE(f.breakers().any());
}

TEST_CASE("a position that differs from the venue's twice in a row opens its breaker", "[core]") {
  AccountDesk desk{[](core::CoreSetup& setup) {
    setup.breakers = {{BreakerKind::PositionMismatch, BreakerAction::Pause, 2, kNsPerSecond, 20,
                       kNsPerSecond, false}};
  }};
  desk.start();
  desk.at_ms += 10;
  desk.answer();
  const risk::Breakers& breakers = desk.core.ledger().gate().breakers();
  const KillScope instrument{KillScopeKind::Instrument, 0};
  desk.there.position = Qty::kScale;
  desk.next_answer();
  desk.there.position = 0;
  desk.next_answer();  // agrees: the count begins anew
  desk.there.position = Qty::kScale;
  desk.next_answer();
  CHECK_FALSE(breakers.any());
  desk.next_answer();
  REQUIRE(breakers.find(BreakerKind::PositionMismatch, instrument) != nullptr);
  CHECK(breakers.find(BreakerKind::PositionMismatch, instrument)->last.observed == 2);
}

TEST_CASE("the engine's own lag and full rings open their breakers at the bound", "[core]") {
  for (const bool at_bound : {false, true}) {
    CoreFixture f{[](core::CoreSetup& setup) {
      setup.breakers = {
          {BreakerKind::EventLag, BreakerAction::Pause, 5 * kNsPerMs, 0, 0, kNsPerSecond, false},
          {BreakerKind::RingFull, BreakerAction::Pause, 500, 0, 0, kNsPerSecond, false}};
    }};
    f.start();
    VenueState load;
    load.lag_ns = 5 * kNsPerMs - (at_bound ? 0 : 1);
    load.ring_used = at_bound ? 500 : 499;
    f.input(RecordKind::VenueState, load);
    CHECK(f.core.ledger().gate().breakers().entries().size() == (at_bound ? 2 : 0));
    CHECK(f.core.ledger().counters().dead_letters == 0);
  }
}
