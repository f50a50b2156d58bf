#include "engine/risk/policies/order_policies.hpp"

#include <catch2/catch.hpp>
#include <limits>
#include <set>

using namespace sq;
using namespace sq::risk;

namespace {
constexpr StrategyId kMaker{0};
constexpr StrategyId kTaker{1};
constexpr MonoTime kNow{100 * kNsPerSecond};
constexpr std::int64_t kUnit = Qty::kScale;

std::vector<Instrument> two_instruments() {
  std::vector<Instrument> made(2);
  for (std::uint32_t i = 0; i < 2; ++i) {
    made[i].id = InstrumentId{i};
    made[i].kind = InstrumentKind::Equity;
    made[i].venue = i == 0 ? VenueId::Kite : VenueId::BinanceUsdm;
  }
  return made;
}

struct Fixture {
  explicit Fixture(PolicySetup setup) : policies{setup, two_instruments(), 2} {}
  OrderPolicies policies;
  InstrumentExposure exposure;
  bool reduces{false};
  bool confirmed{false};

  static OrderRequest order(Side side = Side::Buy, std::int32_t units = 1,
                            StrategyId strategy = kMaker) {
    OrderRequest made;
    made.strategy = strategy;
    made.side = side;
    made.limit = Price::from_units(100);
    made.qty = Qty::from_units(units);
    return made;
  }
  Verdict check(const OrderRequest& order, std::size_t instrument = 0, MonoTime now = kNow) {
    return policies.check(order, instrument, exposure, reduces, confirmed, now);
  }
  Rule rule(const OrderRequest& order, std::size_t instrument = 0, MonoTime now = kNow) {
    return check(order, instrument, now).rule;
  }
};
PolicySetup on_instrument(auto&& change) {
  PolicySetup setup;
  setup.instruments.resize(1);
  change(setup.instruments[0]);
  return setup;
}
PolicySetup on_venue(auto&& change) {
  PolicySetup setup;
  VenuePolicies venue;
  venue.venue = VenueId::Kite;
  change(venue);
  setup.venues.push_back(venue);
  return setup;
}
StaticData fact(StaticFact what, std::int64_t value) { return {what, {}, value, {}}; }
}  // namespace

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

TEST_CASE("rates of messages hold for strategy, account and venue, weights counted",
          "[risk][policies]") {
  PolicySetup setup = on_venue([](VenuePolicies& at) {
    at.rate = {1, 10, 4};
    at.weights = {2, 3, 1};
  });
  setup.strategies.resize(1);
  setup.strategies[0].rate = {1, 2, 0};
  setup.accounts.push_back({1, 5, 0});
  Fixture f{setup};
  const OrderRequest order = Fixture::order();
  const OrderRequest taker = Fixture::order(Side::Buy, 1, kTaker);
  f.policies.on_sent(order, 0, kNow);
  f.policies.on_sent(order, 0, kNow);
  CHECK(f.rule(order) == Rule::MessageRate);
  CHECK(f.check(order).detail == 1);  // the strategy's
  CHECK(f.rule(taker) == Rule::None);
  f.policies.on_sent(taker, 0, kNow);
  CHECK(f.rule(taker) == Rule::MessageRate);  // the venue's: 10 - 3 x 2 = 4, all for cancels
  CHECK(f.check(taker).detail == 3);
  CHECK(f.rule(taker, 1) == Rule::None);  // another venue, the account has 2 left
  f.policies.on_cancel(kTaker, AccountId{}, 0, kNow);
  f.policies.on_cancel(kTaker, AccountId{}, 1, kNow);
  CHECK(f.rule(taker, 1) == Rule::MessageRate);
  CHECK(f.check(taker, 1).detail == 2);  // the account's
  OrderRequest other = taker;
  other.account = AccountId{1};  // accounts have rates: one without may send nothing
  CHECK(f.check(other, 1).detail == 2);
  // An amend takes 3 of the venue's: news have 10 - 4 = 6 when it is full again.
  const MonoTime later = kNow + 100 * kNsPerSecond;
  CHECK(f.policies.check_amend(taker, taker, 0, f.exposure, false, later).accepted());
  f.policies.on_amend(kTaker, AccountId{}, 0, later);
  CHECK(f.policies.check_amend(taker, taker, 0, f.exposure, false, later).accepted());
  f.policies.on_amend(kTaker, AccountId{}, 0, later);
  CHECK(f.policies.check_amend(taker, taker, 0, f.exposure, false, later).rule ==
        Rule::MessageRate);
}

TEST_CASE("a strategy that executed so often is disabled until a person acknowledges",
          "[risk][policies]") {
  PolicySetup setup;
  setup.strategies.resize(1);
  const OrderRequest order = Fixture::order();
  SECTION("executions") {
    setup.strategies[0].repeated = {3, 0};
    Fixture f{setup};
    for (int i = 0; i < 2; ++i) f.policies.on_fill(kMaker, Side::Buy, Qty::from_units(1), 0, kNow);
    CHECK(f.rule(order) == Rule::None);
    f.policies.on_fill(kMaker, Side::Buy, Qty::from_units(1), 0, kNow);
    CHECK(f.rule(order) == Rule::RepeatedExecution);
    CHECK(f.policies.disabled(kMaker));
    f.reduces = true;
    CHECK(f.rule(order) == Rule::RepeatedExecution);
    CHECK(f.rule(Fixture::order(Side::Buy, 1, kTaker)) == Rule::None);
    f.policies.on_epoch();  // a restart changes nothing
    CHECK(f.rule(order, 0, kNow + 3 * kNsPerDay) == Rule::RepeatedExecution);
    f.policies.acknowledge(kTaker);
    CHECK(f.rule(order) == Rule::RepeatedExecution);
    f.policies.acknowledge(kMaker);
    CHECK(f.rule(order) == Rule::None);
  }
  SECTION("cycles of a fill and another order") {
    setup.strategies[0].repeated = {0, 2};
    Fixture f{setup};
    f.policies.on_sent(order, 0, kNow);  // no fill before it
    for (int i = 0; i < 2; ++i) {
      CHECK(f.rule(order) == Rule::None);
      f.policies.on_fill(kMaker, Side::Buy, Qty::from_units(1), 0, kNow);
      f.policies.on_fill(kMaker, Side::Buy, Qty::from_units(1), 0, kNow);  // of the same order
      CHECK(f.rule(order) == Rule::None);
      f.policies.on_sent(order, 0, kNow);
    }
    CHECK(f.rule(order) == Rule::RepeatedExecution);
    CHECK(f.check(order).observed == 2);
    CHECK(f.check(order).detail == 1);
  }
}

TEST_CASE("the order-to-trade ratio stops news and amends; cancels are only counted",
          "[risk][policies]") {
  Fixture f{on_instrument([](InstrumentPolicies& at) {
    at.order_to_trade = {60 * kNsPerSecond, 2, 2, 3};
  })};
  const OrderRequest order = Fixture::order();
  f.policies.on_sent(order, 0, kNow);
  f.policies.on_amend(kMaker, AccountId{}, 0, kNow);
  CHECK(f.rule(order) == Rule::None);
  f.policies.on_cancel(kMaker, AccountId{}, 0, kNow);
  CHECK(f.rule(order) == Rule::OrderToTrade);
  CHECK(f.policies.check_amend(order, order, 0, f.exposure, false, kNow).rule ==
        Rule::OrderToTrade);
  CHECK(f.rule(order, 1) == Rule::None);
  for (int i = 0; i < 2; ++i) f.policies.on_fill(kMaker, Side::Buy, Qty::from_units(1), 0, kNow);
  CHECK(f.rule(order) == Rule::None);
}

TEST_CASE("an order that walks too far through the book is a soft block, without a book a hard one",
          "[risk][policies]") {
  Fixture f{on_instrument([](InstrumentPolicies& at) {
    at.impact_max = Ratio::from_raw(Ratio::kScale / 100);  // 1 %
  })};
  CHECK(f.policies.wants_depth(0));
  CHECK_FALSE(f.policies.wants_depth(1));
  OrderRequest order = Fixture::order(Side::Buy, 4);
  order.limit = Price::from_units(110);
  f.confirmed = true;
  CHECK(f.rule(order) == Rule::MarketImpact);  // nobody showed a book
  CHECK_FALSE(f.check(order).soft);
  f.confirmed = false;
  const std::vector<Level> asks{{Price::from_units(100), Qty::from_units(2)},
                                {Price::from_units(102), Qty::from_units(1)},
                                {Price::from_units(103), Qty::from_units(9)}};
  const auto with = [&](std::int32_t units) {
    OrderRequest sized = order;
    sized.qty = Qty::from_units(units);
    f.policies.offer_depth(0, asks);
    return f.check(sized);
  };
  CHECK(with(2).accepted());
  CHECK(with(3).accepted());                  // 2 beyond / 3
  CHECK(with(4).rule == Rule::MarketImpact);  // 5 beyond / 4: 1.25 %
  CHECK(with(4).soft);
  CHECK(with(4).observed == 5 * Price::kScale / 4);
  CHECK(with(4).allowed == Price::kScale);
  f.confirmed = true;
  CHECK(with(4).accepted());
  f.confirmed = false;
  // The book is for one check: the next order needs a new look.
  CHECK(with(2).accepted());
  CHECK(f.rule(order) == Rule::MarketImpact);
  // What is offered for another instrument is not this one's.
  f.policies.offer_depth(1, asks);
  CHECK(f.rule(order) == Rule::MarketImpact);
}

TEST_CASE(
    "impact: the rest beyond the shown levels trades at the limit, what cannot trade does not",
    "[risk][policies]") {
  const std::vector<Level> bids{{Price::from_units(100), Qty::from_units(1)},
                                {Price::from_units(99), Qty::from_units(1)}};
  OrderRequest sell = Fixture::order(Side::Sell, 4);
  sell.limit = Price::from_units(90);
  CHECK(impact_of(sell, bids) == 21 * Price::kScale / 4);  // 0, 1, 10, 10
  sell.limit = Price::from_units(99);
  CHECK(impact_of(sell, bids) == 3 * Price::kScale / 4);
  sell.limit = Price::from_units(100);
  CHECK(impact_of(sell, bids) == 0);  // one trades at the best, the rest stays
  sell.limit = Price::from_units(101);
  CHECK(impact_of(sell, bids) == 0);  // rests
  CHECK_FALSE(impact_of(sell, {}).has_value());
  sell.qty = Qty{};
  CHECK_FALSE(impact_of(sell, bids).has_value());
}

TEST_CASE("state saved and restored refuses and passes what the original does",
          "[risk][policies]") {
  PolicySetup setup = on_venue([](VenuePolicies& at) {
    at.session = true;
    at.rate = {2, 4, 1};
    at.receive_window_ns = 1'000;
    at.clock_age_ns_max = kNsPerSecond;
  });
  setup.duplicate_window_ns = kNsPerSecond;
  setup.duplicate_memory = 16;
  setup.windows.push_back({kNsPerSecond, std::nullopt, 1'000 * Amount::kScale, 9});
  setup.instruments.resize(2);
  setup.instruments[0].windows.push_back({kNsPerSecond, 3 * kUnit, std::nullopt, std::nullopt});
  setup.instruments[0].order_to_trade = {60 * kNsPerSecond, 3, 3, 4};
  setup.instruments[0].delivery = true;
  setup.strategies.resize(2);
  setup.strategies[1].repeated = {1, 0};
  setup.accounts.push_back({100, 50, 0});
  Fixture f{setup};
  f.policies.on_session({VenueId::Kite, SessionPhase::Continuous, 0, 0}, kNoInstrument);
  f.policies.on_clock(VenueId::Kite, 10, 10, kNow);
  f.policies.on_static(fact(StaticFact::Holdings, 5 * kUnit), 0, kNow);
  f.policies.on_static(fact(StaticFact::Banned, 1), 1, kNow);
  f.policies.on_sent(Fixture::order(Side::Sell, 2), 0, kNow);
  f.policies.on_fill(kTaker, Side::Sell, Qty::from_units(1), 0, kNow);

  StateOut out;
  f.policies.save(out);
  const auto bytes = out.take();
  Fixture back{setup};
  StateIn in{bytes};
  REQUIRE(back.policies.restore(in));
  REQUIRE(in.done());
  StateOut again;
  back.policies.save(again);
  CHECK(again.take() == bytes);
  int refused = 0;
  for (const Side side : {Side::Buy, Side::Sell}) {
    for (std::int32_t units = 1; units < 8; ++units) {
      for (const StrategyId strategy : {kMaker, kTaker}) {
        for (std::size_t instrument = 0; instrument < 2; ++instrument) {
          const OrderRequest order = Fixture::order(side, units, strategy);
          const Verdict a = f.check(order, instrument);
          const Verdict b = back.check(order, instrument);
          CHECK(a.rule == b.rule);
          CHECK(a.observed == b.observed);
          CHECK(a.allowed == b.allowed);
          refused += a.accepted() ? 0 : 1;
        }
      }
    }
  }
  CHECK(refused > 10);
  // Bytes of another set of policies, and every cut of these, do not fit.
  Fixture other{{}};
  StateIn foreign{bytes};
  CHECK_FALSE((other.policies.restore(foreign) && foreign.done()));
  for (std::size_t n = 0; n < bytes.size(); n += 7) {
    Fixture cut{setup};
    StateIn part{std::span{bytes}.first(n)};
    CHECK_FALSE(cut.policies.restore(part));
  }
}
