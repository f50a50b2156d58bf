#include <catch2/catch.hpp>
#include <limits>
#include <set>

#include "tests/risk/policies_fixture.hpp"

using namespace sq;
using namespace sq::risk;
using namespace sq::risk::test;

TEST_CASE("without a policy everything passes, and the words of each rule are there",
          "[risk][policies]") {
  Fixture f{{}};
  CHECK(f.rule(Fixture::order()) == Rule::None);
  std::set<std::string_view> names;
  for (int r = 40; r <= 57; ++r) {
    const auto rule = static_cast<Rule>(r);
    CHECK(names.insert(text_of(rule)).second);
    CHECK(text_of(rule) != "?");
    CHECK(unit_of(rule) != "?");
    CHECK(meaning_of(rule).size() > 10);
  }
}

TEST_CASE("a restricted instrument takes no order, not even a reducing one; a ban lets those pass",
          "[risk][policies]") {
  Fixture f{on_instrument([](InstrumentPolicies& at) { at.restricted = true; })};
  f.reduces = true;
  CHECK(f.rule(Fixture::order()) == Rule::Restricted);
  CHECK(f.rule(Fixture::order(), 1) == Rule::None);
  // What the configuration restricts, an operator's list cannot free.
  f.policies.on_static(fact(StaticFact::Restricted, 0), 0, kNow);
  CHECK(f.rule(Fixture::order()) == Rule::Restricted);
  f.policies.on_static(fact(StaticFact::Restricted, 1), 1, kNow);
  CHECK(f.rule(Fixture::order(), 1) == Rule::Restricted);
  f.policies.on_static(fact(StaticFact::Restricted, 0), 1, kNow);
  CHECK(f.rule(Fixture::order(), 1) == Rule::None);

  Fixture banned{{}};
  banned.policies.on_static(fact(StaticFact::Banned, 1), 0, kNow);
  CHECK(banned.rule(Fixture::order()) == Rule::Banned);
  banned.reduces = true;
  CHECK(banned.rule(Fixture::order()) == Rule::None);
  banned.reduces = false;
  banned.policies.on_static(fact(StaticFact::Banned, 0), 0, kNow);
  CHECK(banned.rule(Fixture::order()) == Rule::None);
  banned.policies.on_static(fact(StaticFact::Banned, 1), 7, kNow);  // of no instrument: ignored
  CHECK(banned.rule(Fixture::order()) == Rule::None);
}

TEST_CASE("where a session is required nothing passes before its phase is known",
          "[risk][policies]") {
  Fixture f{on_venue([](VenuePolicies& at) { at.session = true; })};
  const auto phase = [&](SessionPhase to, std::uint8_t permitted = 0,
                         InstrumentId instrument = kNoInstrument) {
    f.policies.on_session({VenueId::Kite, to, permitted, 0}, instrument);
  };
  CHECK(f.rule(Fixture::order()) == Rule::SessionPhase);
  CHECK(f.rule(Fixture::order(), 1) == Rule::None);  // another venue
  phase(SessionPhase::Continuous);
  CHECK(f.rule(Fixture::order()) == Rule::None);
  for (const SessionPhase closed :
       {SessionPhase::Closed, SessionPhase::Maintenance, SessionPhase::Halted}) {
    phase(closed);
    CHECK(f.rule(Fixture::order()) == Rule::SessionPhase);
    CHECK(f.check(Fixture::order()).observed == static_cast<std::int64_t>(closed));
  }
  // The halt of one instrument, and the venue's close, both count.
  phase(SessionPhase::Continuous);
  phase(SessionPhase::Halted, 0, InstrumentId{0});
  CHECK(f.rule(Fixture::order()) == Rule::SessionPhase);
  phase(SessionPhase::Continuous, 0, InstrumentId{0});
  CHECK(f.rule(Fixture::order()) == Rule::None);
  phase(SessionPhase::Closed);
  CHECK(f.rule(Fixture::order()) == Rule::SessionPhase);
  phase(SessionPhase::Continuous);
  // A new process does not know what the old one was told.
  f.policies.on_epoch();
  CHECK(f.rule(Fixture::order()) == Rule::SessionPhase);
  // A phase that this program does not know permits nothing.
  phase(static_cast<SessionPhase>(200));
  CHECK(f.rule(Fixture::order()) == Rule::SessionPhase);
}

TEST_CASE("each phase permits its types of orders, unless the venue says which",
          "[risk][policies]") {
  Fixture f{{}};  // nothing configured: a phase that was told holds all the same
  const auto permitted = [&](OrderType type, TimeInForce tif) {
    OrderRequest order = Fixture::order();
    order.type = type;
    order.tif = tif;
    return f.rule(order);
  };
  using enum TimeInForce;
  f.policies.on_session({VenueId::Kite, SessionPhase::PreOpen, 0, 0}, kNoInstrument);
  CHECK(permitted(OrderType::Limit, GoodTillCancel) == Rule::None);
  CHECK(permitted(OrderType::Limit, ImmediateOrCancel) == Rule::OrderTypeInPhase);
  CHECK(permitted(OrderType::Limit, FillOrKill) == Rule::OrderTypeInPhase);
  CHECK(permitted(OrderType::Limit, PostOnly) == Rule::OrderTypeInPhase);
  CHECK(permitted(OrderType::Market, GoodTillCancel) == Rule::OrderTypeInPhase);
  f.policies.on_session({VenueId::Kite, SessionPhase::Auction, 0, 0}, kNoInstrument);
  CHECK(permitted(OrderType::Market, GoodTillCancel) == Rule::None);
  CHECK(permitted(OrderType::Limit, ImmediateOrCancel) == Rule::OrderTypeInPhase);
  f.policies.on_session({VenueId::Kite, SessionPhase::Continuous, 0, 0}, kNoInstrument);
  for (const TimeInForce tif : {GoodTillCancel, ImmediateOrCancel, FillOrKill, PostOnly})
    CHECK(permitted(OrderType::Limit, tif) == Rule::None);
  f.policies.on_session({VenueId::Kite, SessionPhase::Continuous, kPermitImmediate, 0},
                        kNoInstrument);
  CHECK(permitted(OrderType::Limit, ImmediateOrCancel) == Rule::None);
  CHECK(permitted(OrderType::Limit, GoodTillCancel) == Rule::OrderTypeInPhase);
}

TEST_CASE("orders to a venue that requires tags need algo id, user and client",
          "[risk][policies]") {
  PolicySetup setup = on_venue([](VenuePolicies& at) { at.tags = true; });
  setup.strategies.resize(1);
  setup.strategies[0].tagged = true;
  Fixture f{setup};
  CHECK(f.rule(Fixture::order()) == Rule::None);
  CHECK(f.rule(Fixture::order(Side::Buy, 1, kTaker)) == Rule::TagMissing);
  CHECK(f.rule(Fixture::order(Side::Buy, 1, kTaker), 1) == Rule::None);
  CHECK(f.rule(Fixture::order(Side::Buy, 1, kNoStrategy)) == Rule::TagMissing);
}

TEST_CASE("the clock's offset and its uncertainty together must fit the receive window",
          "[risk][policies]") {
  Fixture f{on_venue([](VenuePolicies& at) {
    at.receive_window_ns = 1'000;
    at.clock_age_ns_max = 500;
  })};
  CHECK(f.rule(Fixture::order()) == Rule::ClockUnknown);
  const auto clock = [&](std::int64_t offset, std::int64_t uncertainty) {
    f.policies.on_clock(VenueId::Kite, offset, uncertainty, kNow);
    return f.check(Fixture::order());
  };
  CHECK(clock(900, 99).accepted());
  CHECK(clock(900, 100).accepted());
  CHECK(clock(900, 101).rule == Rule::ClockOffset);
  CHECK(clock(900, 101).observed == 1'001);
  CHECK(clock(-900, 100).accepted());
  CHECK(clock(-900, 101).rule == Rule::ClockOffset);
  CHECK(clock(std::numeric_limits<std::int64_t>::min(), 0).rule == Rule::ClockOffset);
  CHECK(clock(std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::max())
            .rule == Rule::ClockOffset);
  CHECK(clock(0, -1).rule == Rule::ClockOffset);  // no measure of uncertainty
  CHECK(clock(0, 0).accepted());
  CHECK(f.rule(Fixture::order(), 0, kNow + 500) == Rule::None);
  CHECK(f.rule(Fixture::order(), 0, kNow + 501) == Rule::ClockUnknown);
  f.policies.on_clock(VenueId::BinanceUsdm, 0, 0, kNow + 501);  // another venue's
  CHECK(f.rule(Fixture::order(), 0, kNow + 501) == Rule::ClockUnknown);
  f.policies.on_epoch();
  CHECK(f.rule(Fixture::order()) == Rule::ClockUnknown);
}

TEST_CASE("filters must have been confirmed within their age", "[risk][policies]") {
  Fixture f{on_instrument([](InstrumentPolicies& at) { at.filter_age_ns_max = 1'000; })};
  CHECK(f.rule(Fixture::order()) == Rule::FiltersStale);
  CHECK(f.check(Fixture::order()).observed == -1);
  f.policies.on_filters(0, kNow);
  CHECK(f.rule(Fixture::order(), 0, kNow + 1'000) == Rule::None);
  CHECK(f.rule(Fixture::order(), 0, kNow + 1'001) == Rule::FiltersStale);
  f.policies.on_static(fact(StaticFact::FiltersConfirmed, 0), 0, kNow + 1'001);
  CHECK(f.rule(Fixture::order(), 0, kNow + 1'001) == Rule::None);
  f.policies.on_epoch();
  CHECK(f.rule(Fixture::order(), 0, kNow + 1'001) == Rule::FiltersStale);
}

TEST_CASE("the freeze quantity passes, one unit more is to be sliced where that is allowed",
          "[risk][policies]") {
  Fixture f{on_instrument([](InstrumentPolicies& at) {
    at.freeze_qty = 10 * kUnit;
    at.slice = true;
  })};
  OrderRequest order = Fixture::order(Side::Buy, 10);
  CHECK(f.rule(order) == Rule::None);
  order.qty += Qty::from_raw(1);
  const Verdict over = f.check(order);
  CHECK(over.rule == Rule::FreezeQty);
  CHECK(over.observed == 10 * kUnit + 1);
  CHECK(over.allowed == 10 * kUnit);
  CHECK(over.detail == 1);
  const OrderRequest small = Fixture::order(Side::Buy, 5);
  CHECK(f.policies.check_amend(small, order, 0, f.exposure, false, kNow).rule == Rule::FreezeQty);
}

TEST_CASE("what is sold for delivery must be held: open sells and what was sold since count",
          "[risk][policies]") {
  Fixture f{on_instrument([](InstrumentPolicies& at) { at.delivery = true; })};
  CHECK(f.rule(Fixture::order(Side::Buy)) == Rule::None);
  CHECK(f.rule(Fixture::order(Side::Sell)) == Rule::Holdings);
  CHECK(f.check(Fixture::order(Side::Sell)).detail == 1);  // nobody has said what is held
  f.policies.on_static(fact(StaticFact::Holdings, 10 * kUnit), 0, kNow);
  f.exposure.total.open.sell = 3 * kUnit;
  f.policies.on_fill(kMaker, Side::Sell, Qty::from_units(2), 0, kNow);
  f.policies.on_fill(kMaker, Side::Buy, Qty::from_units(50), 0, kNow);  // not delivered yet
  CHECK(f.rule(Fixture::order(Side::Sell, 5)) == Rule::None);
  CHECK(f.rule(Fixture::order(Side::Sell, 6)) == Rule::Holdings);
  CHECK(f.check(Fixture::order(Side::Sell, 6)).observed == 11 * kUnit);
  f.policies.on_static(fact(StaticFact::Holdings, 8 * kUnit), 0, kNow);
  CHECK(f.rule(Fixture::order(Side::Sell, 5)) == Rule::None);
  CHECK(f.rule(Fixture::order(Side::Sell, 6)) == Rule::Holdings);
  f.exposure.total.open.sell = std::numeric_limits<std::int64_t>::max();
  CHECK(f.rule(Fixture::order(Side::Sell, 1)) == Rule::Holdings);
  f.policies.on_static(fact(StaticFact::Holdings, -5), 0, kNow);
  f.exposure.total.open.sell = 0;
  CHECK(f.check(Fixture::order(Side::Sell, 1)).allowed == 0);
}

TEST_CASE("an amend of a sell needs holdings only for what it adds", "[risk][policies]") {
  Fixture f{on_instrument([](InstrumentPolicies& at) { at.delivery = true; })};
  f.policies.on_static(fact(StaticFact::Holdings, 10 * kUnit), 0, kNow);
  f.exposure.total.open.sell = 6 * kUnit;
  const OrderRequest before = Fixture::order(Side::Sell, 6);
  const auto to = [&](std::int32_t units) {
    return f.policies
        .check_amend(before, Fixture::order(Side::Sell, units), 0, f.exposure, false, kNow)
        .rule;
  };
  CHECK(to(10) == Rule::None);
  CHECK(to(11) == Rule::Holdings);
  CHECK(to(1) == Rule::None);
}
