// Policies that count: rates, executions, ratios, depth; and their saved state.
#include <catch2/catch.hpp>
#include <limits>
#include <set>

#include "tests/risk/policies_fixture.hpp"

using namespace sq;
using namespace sq::risk;
using namespace sq::risk::test;

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
